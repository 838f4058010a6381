"""The certificate of a release: the attacks that were tried, and their results.

Written as Markdown and as JSON by both release builders, each with its own `CertificateText`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from referrals.paths import REFERENCE, RELEASE_TEMPLATES
from referrals.publishing.audit.audit import Check
from referrals.publishing.audit.public_release import PublicRelease
from referrals.reference import table_schema
from referrals.reference.disclosure_rule import LARGEST_AMBIGUOUS
from referrals.release.release import MARKS

LAY_SENTENCE: Final = (
    "Totals of a year by one thing alone, such as sex, are exact. Small groups are adjusted to "
    "protect people: 0 can mean 0 to 4, and 5, 6 or 7 can stand for a smaller number."
)
"""Shown beside every chart of a release of rounded counts."""

INVENTED: Final = (
    "**{mark}.** These figures are not about real people. They show what yearly publication by "
    "quarter could look like."
)
"""The sentences on invented figures, after their mark."""

LIMITS: Final = tuple(
    """
A range says what is possible, not what is likely. A guess can be better than the range: the table
 above says how good.
A published 5, 6 or 7 proves that there is somebody. Most often it stands for one.
Counts of 8 or more in the smallest groups are exact.
Counts are of referrals, and one person may be several of them. Where the records say which are of
 the same person, no exact number of five or more describes fewer than five people, and no
 category fewer than ten; where they do not, that could not be checked. Of a year whose later
 changes are held back it was not checked for the numbers shown, but for the records as they are.
 What changed between two releases is counted in referrals alone.
Somebody who knows of two or more people in one group, or of people in several, can rule out more
 than a stranger. What they can work out is not tested.
The way of choosing numbers is public, and only its key is secret. Somebody who has a guess at the
 records could try it with many keys, and see whether numbers like these come out. That is not
 tested.
Whoever had the publisher's secret key could repeat the choice. The key is in no public file.
Sums of one code, or of all, of each dimension are looked at. Sums of some codes, such as two age
 bands, are not: they may have a narrower range.
A nationality whose people all share one crime type, or one outcome, is grouped with others.
 Somebody who knows that it has many people, and misses it in the list, can tell why.
Releases of the same records must be audited together. What did not change keeps its number, and
 changes that would move a total by fewer than ten, or from which it would be certain that one
 smallest group moved by 1 to 4, are held back. They are attacked in pairs; what three or more
 tell together is not tested.
""".strip()
    .replace("\n ", " ")
    .splitlines()
)
"""The limits of the proof of a release of rounded counts."""


@dataclass(frozen=True)
class CertificateText:
    """The texts that all certificates of one method share.

    `group_counts` returns sentences on how many groups of a release are protected.
    """

    template: Path
    lay_sentence: str
    limits: Sequence[str]
    group_counts: Callable[[PublicRelease], Iterable[str]]


def as_data(
    release: PublicRelease, checks: Sequence[Check], text: CertificateText
) -> dict[str, Any]:
    """Return the certificate as data: the method, the announced errors, and every check."""
    return {
        "release_id": release.release_id,
        "status": release.status,
        "method": release.method,
        "lay_sentence": text.lay_sentence,
        "largest_error": {str(order): error for order, error in release.largest_error.items()},
        "checks": [
            {"name": check.name, "holds": check.holds, "looked_at": check.looked_at}
            for check in checks
        ],
        "limits": list(text.limits),
    }


def as_markdown(release: PublicRelease, checks: Sequence[Check], text: CertificateText) -> str:
    """Return the certificate in plain English, as Markdown."""
    mark = MARKS.get(release.status)
    fields = {
        "title": f"# Certificate of the release {release.release_id}",
        "invented": f"\n{INVENTED.format(mark=mark)}\n" if mark else "",
        "rule": text.lay_sentence,
        "held_back": "".join(map(_held_back, release.held_back)),
        "errors": _largest_errors(release),
        "facts": _facts(release),
        "checks": "\n".join(map(_check_row, checks)),
        "counts": _bullets(text.group_counts(release)),
        "measured": _reference_rows("rounding_errors"),
        "truths": _reference_rows("rounding_truths"),
        "limits": _bullets(text.limits),
    }
    return text.template.read_text(encoding="utf-8").format(**fields)


def write(
    folder: Path, release: PublicRelease, checks: Sequence[Check], text: CertificateText
) -> None:
    """Write `certificate.md` and `certificate.json` into the folder of a release."""
    markdown = as_markdown(release, checks, text)
    (folder / "certificate.md").write_text(markdown, encoding="utf-8")
    data = json.dumps(as_data(release, checks, text), indent=2, ensure_ascii=False)
    (folder / "certificate.json").write_text(data + "\n", encoding="utf-8")


def _held_back(year: str) -> str:
    return (
        f"- Some later changes to the records of {year} are not in this release. "
        "Its totals are exact of those that are.\n"
    )


def _largest_errors(release: PublicRelease) -> str:
    return "\n".join(
        f"- A number that fixes {order} dimensions at once is off by {error} at most."
        for order, error in sorted(release.largest_error.items())
    )


def _check_row(check: Check) -> str:
    return f"| {check.name} | {check.looked_at:,} | {'holds' if check.holds else check.fault} |"


def _facts(release: PublicRelease) -> str:
    """Return a bullet with the published facts that a release agrees with, or '' without any."""
    names = [fact.name for year in release.years.values() for fact in year.facts]
    if not names:
        return ""
    return f"- These statements of the published assessment still hold: {', '.join(names)}."


def _bullets(items: Iterable[str]) -> str:
    return "\n".join(f"- {item}" for item in items)


def _reference_rows(name: str) -> str:
    """Return a table of `data/reference` as the rows of a Markdown table."""
    rows = table_schema.read(REFERENCE / f"{name}.csv")
    return "\n".join(f"| {' | '.join(row.values())} |" for row in rows)


def _in_visible_groups(release: PublicRelease) -> Iterator[str]:
    """Yield a sentence a year: at least how many referrals are in groups that show a number."""
    for year in release.years.values():
        total = sum(year.cells.values())
        least = sum(value if value > LARGEST_AMBIGUOUS else 1 for value in year.cells.values())
        yield f"{year.year}: at least {least:,} of {total:,} referrals ({least / total:.0%})"


ROUNDED_TEXT: Final = CertificateText(
    RELEASE_TEMPLATES / "certificate.md", LAY_SENTENCE, LIMITS, _in_visible_groups
)
