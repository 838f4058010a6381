"""The attack on a release before it is published, called by both release builders.

It reads the unfinished folder as a stranger would, so that it can find disclosures that the
protecting code overlooked.
"""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

from referrals.errors import DisclosureError
from referrals.publishing.audit import audit, public_release
from referrals.publishing.audit.audit import Check
from referrals.publishing.audit.public_release import PublicRelease
from referrals.publishing.cell_codes import Codes

Progress = Callable[[str], None]

OTHER_GROUPS: Final = (
    "Publish it in other groups: fewer small codes (--group), or fewer or more nationalities "
    "(--nationalities)."
)
LATER: Final = (
    "A published year keeps its groups. Publish it again when it has more records, or without "
    "the quarters that are new (--leave-out)."
)
"""The advice on a release that is not safe, by itself or beside earlier ones."""


def attack(release: PublicRelease, earlier: Sequence[Path], progress: Progress) -> list[Check]:
    """Return the checks that an unfinished release passed, alone and with earlier releases.

    Checks of its files are left out: they are not final yet.

    Raises:
        DisclosureError: a check failed.
    """
    checks = [
        check
        for check in audit.check_release(release, progress=progress)
        if not check.name.endswith(audit.FILES)
    ]
    others = [public_release.read(folder) for folder in earlier]
    for other in others:
        checks += audit.check_pair(other, release)
    checks += audit.check_together([*others, release])
    if failed := [check for check in checks if not check.holds]:
        listed = "\n".join(f"  {check.name}: NO. {check.fault}" for check in failed)
        advice = LATER if others else OTHER_GROUPS
        raise DisclosureError(
            f"The release was attacked and is not safe:\n{listed}\n{advice} Nothing was written."
        )
    return checks


def write_witnesses(
    path: Path, witnesses: Iterable[Mapping[Codes, int]], header: Sequence[str]
) -> None:
    """Write witnesses as gzipped CSV: a number for each witness, its cells' codes and its counts.

    The same witnesses always make the same bytes.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    for number, witness in enumerate(witnesses):
        writer.writerows([number, *codes, count] for codes, count in sorted(witness.items()))
    path.write_bytes(gzip.compress(text.getvalue().encode(), mtime=0))
