"""What changed between two releases, cell by cell, with the reason, and what the two tell together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from referrals.errors import ReleaseError
from referrals.publishing.audit import differencing, public_release
from referrals.publishing.audit.public_release import PublicRelease
from referrals.publishing.audit.suppressed import public_tables
from referrals.publishing.cell_codes import Codes, describe
from referrals.reference.codelists import FINEST, TOTAL

REVISION: Final = "revision"
PROTECTION: Final = "protection"
RECODE: Final = "recode"
NEW_PERIOD: Final = "new period"
NOT_REVISED: Final = "no longer published"

SHOWN: Final = 40
"""How many cells are listed in words. All of them are in `Difference.cells`."""


@dataclass(frozen=True)
class Moved:
    """One cell that two releases show differently, and why."""

    codes: Codes
    old: int
    new: int
    why: str


@dataclass(frozen=True)
class Difference:
    """What changed between two releases, and what whoever has both can conclude that neither tells alone."""

    old: str
    new: str
    cells: Sequence[Moved]
    told: Sequence[str]

    def as_text(self) -> str:
        """Return the difference in words: counts by reason, the cells, and the differencing attack."""
        reasons = Counter(moved.why for moved in self.cells)
        counted = (
            ", ".join(f"{count:,} by {why}" for why, count in sorted(reasons.items())) or "none"
        )
        lines = [f"{self.old} to {self.new}: {len(self.cells):,} numbers differ ({counted})."]
        lines += [
            f"  {describe(one.codes)}: {one.old:,} to {one.new:,} ({one.why})"
            for one in self.cells[:SHOWN]
        ]
        if len(self.cells) > SHOWN:
            lines.append(f"  and {len(self.cells) - SHOWN:,} more")
        told = [f"  {one}" for one in self.told[:SHOWN]]
        more = [f"  and {len(self.told) - SHOWN:,} more"] if len(self.told) > SHOWN else []
        head = (
            "Read together, the two tell more than either alone:"
            if told
            else "Read together, the two tell nothing more."
        )
        return "\n".join([*lines, head, *told, *more])


def compare(old: Path, new: Path) -> Difference:
    """Return what changed from one release to another. A cell that is not listed in a release shows 0.

    Raises:
        ReleaseError: a folder holds no release made of protected counts, or one whose cells can be withheld.
    """
    before, after = public_release.read(old), public_release.read(new)
    if withheld := [one.name for one in (before, after) if one.method == public_tables.METHOD]:
        raise ReleaseError(
            f"{' and '.join(withheld)}: cells are withheld, and no two such releases are compared cell by cell. `audit` says "
            "what the two tell together."
        )
    every = dict.fromkeys((*before.published, *after.published))
    moved = [
        Moved(codes, shown, now, _why(codes, before, after))
        for codes in every
        if (shown := before.published.get(codes, 0)) != (now := after.published.get(codes, 0))
    ]
    told = [one for _, found, _ in differencing.check_pair(before, after) for one in found]
    return Difference(
        before.name, after.name, sorted(moved, key=lambda one: (one.why, one.codes)), told
    )


def _why(codes: Codes, before: PublicRelease, after: PublicRelease) -> str:
    """Return why a cell differs: a period or a code that only one has, an exact number revised, or its adjustment changed."""
    old, new = _periods(before), _periods(after)
    if codes[0] not in old:
        return NEW_PERIOD
    if codes[0] not in new:
        return NOT_REVISED
    groups = zip(FINEST[1:], codes[1:], strict=True)
    if any(
        code != TOTAL and _holds(before, name, code) != _holds(after, name, code)
        for name, code in groups
    ):
        return RECODE
    fixed = sum(code != TOTAL for code in codes[1:]) + (codes[0] not in before.years)
    return REVISION if fixed <= 1 else PROTECTION


def _periods(release: PublicRelease) -> set[str]:
    return {
        *release.years,
        *(quarter for year in release.years.values() for quarter in year.categories["quarter"]),
    }


def _holds(release: PublicRelease, dimension: str, code: str) -> bool:
    return any(code in year.categories[dimension] for year in release.years.values())
