"""A comparison of two releases: the cells that differ, why, and the disclosures by differencing.

Called by the command `diff`.
"""

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
NEW_QUARTERS: Final = "new quarters"
NOT_REVISED: Final = "no longer published"

MOST_LISTED: Final = 40
"""The most cells, and the most disclosures, that the text lists."""


@dataclass(frozen=True)
class ChangedCell:
    """A cell that differs between two releases, and the reason."""

    codes: Codes
    old: int
    new: int
    reason: str


@dataclass(frozen=True)
class Difference:
    """The differences between two releases.

    `disclosures` are sentences on conclusions that neither release allows alone.
    """

    old: str
    new: str
    cells: Sequence[ChangedCell]
    disclosures: Sequence[str]

    def as_text(self) -> str:
        """Return the difference in words: counts by reason, the cells, and the disclosures."""
        reasons = Counter(cell.reason for cell in self.cells)
        counts = [f"{count:,} by {reason}" for reason, count in sorted(reasons.items())]
        cells = [
            f"{describe(cell.codes)}: {cell.old:,} to {cell.new:,} ({cell.reason})"
            for cell in self.cells
        ]
        head = f"{self.old} to {self.new}: {len(self.cells):,} numbers differ"
        verdict = (
            "Read together, the two disclose more than either alone:"
            if self.disclosures
            else "Read together, the two disclose nothing more."
        )
        lines = [f"{head} ({', '.join(counts) or 'none'}).", *_listed(cells)]
        return "\n".join([*lines, verdict, *_listed(self.disclosures)])


def compare(old: Path, new: Path) -> Difference:
    """Return the differences between two releases. A cell that a release does not list is 0.

    Raises:
        ReleaseError: a folder is not a release of rounded counts.
    """
    before, after = public_release.read(old), public_release.read(new)
    suppressed = [
        release.name for release in (before, after) if release.method == public_tables.METHOD
    ]
    if suppressed:
        raise ReleaseError(
            f"{' and '.join(suppressed)}: cells are withheld, so the two cannot be compared cell "
            "by cell. `audit` reports what they disclose together."
        )
    cells = []
    for codes in dict.fromkeys((*before.published, *after.published)):
        old_value, new_value = before.published.get(codes, 0), after.published.get(codes, 0)
        if old_value != new_value:
            cells.append(ChangedCell(codes, old_value, new_value, _reason(codes, before, after)))
    cells.sort(key=lambda cell: (cell.reason, cell.codes))
    disclosures = []
    for _, found, _ in differencing.check_pair(before, after):
        disclosures += found
    return Difference(before.name, after.name, cells, disclosures)


def _listed(lines: Sequence[str]) -> list[str]:
    """Return the first lines, indented, and the number of the others."""
    listed = [f"  {line}" for line in lines[:MOST_LISTED]]
    if len(lines) > MOST_LISTED:
        listed.append(f"  and {len(lines) - MOST_LISTED:,} more")
    return listed


def _reason(codes: Codes, before: PublicRelease, after: PublicRelease) -> str:
    """Return why a cell differs between two releases."""
    period, *others = codes
    if period not in _periods(before):
        return NEW_PERIOD
    if period not in _periods(after):
        return NOT_REVISED
    if (
        period in after.years
        and before.years[period].categories["quarter"]
        != (after.years[period].categories["quarter"])
    ):
        return NEW_QUARTERS
    for dimension, code in zip(FINEST[1:], others, strict=True):
        if code != TOTAL and _has(before, dimension, code) != _has(after, dimension, code):
            return RECODE
    fixed = sum(code != TOTAL for code in others) + (period not in before.years)
    # Sums over at most one dimension are exact: only a revision of the records changes them.
    return REVISION if fixed <= 1 else PROTECTION


def _periods(release: PublicRelease) -> set[str]:
    periods = set(release.years)
    for year in release.years.values():
        periods.update(year.categories["quarter"])
    return periods


def _has(release: PublicRelease, dimension: str, code: str) -> bool:
    return any(code in year.categories[dimension] for year in release.years.values())
