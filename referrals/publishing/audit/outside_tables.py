"""Tables of exact counts that somebody published elsewhere, beside a rounded release.

Called by `audit` for the tables that it is given, and by `suppressed.checks` for a suppressed
release of the same year.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from referrals.publishing.audit.bounds_by_totals import is_exact_by_totals
from referrals.publishing.audit.marginal_sums import sum_of
from referrals.publishing.audit.public_release import PublicRelease
from referrals.publishing.cell_codes import Codes, Year, describe
from referrals.reference.codelists import FINEST, TOTAL
from referrals.reference.disclosure_rule import LARGEST_AMBIGUOUS


def table_disclosures(release: PublicRelease, table: Mapping[Codes, int]) -> Iterator[str]:
    """Yield the disclosures of exact counts of the same records, published elsewhere.

    An exact count discloses something even if the release shows the same number: the cell is then
    known to be that number, and has no interval left. Counts that are exact in the release disclose
    nothing, and counts of other periods are passed over.
    """
    for (period, *codes), value in table.items():
        for year in release.years.values():
            if period == year.year:
                target = (TOTAL, *codes)
            elif period in year.categories["quarter"]:
                target = (period, *codes)
            else:
                continue
            if (disclosure := _table_disclosure(release, year, target, value)) is not None:
                yield f"{describe(target)} is exactly {value:,}, {disclosure} ({year.year})"


def _table_disclosure(release: PublicRelease, year: Year, target: Codes, value: int) -> str | None:
    """Return the disclosure of an exact count about a year, as half a sentence, or None."""
    for name, code in zip(FINEST, target, strict=True):
        if code not in {TOTAL, *year.categories[name]}:
            return "and the release does not publish it"
    shown = sum_of(year, target)
    if not _is_exact(release, year, target):
        if value == shown:
            return "which the release leaves open"
        return f"and was shown as {shown:,}"
    if value == shown:
        return None
    return f"and the release shows exactly {shown:,}: these are not the same records"


def _is_exact(release: PublicRelease, year: Year, target: Codes) -> bool:
    """Return whether a sum is an exact total, a cell of 8 or more, or fixed by totals and facts."""
    quarter, *codes = target
    period = year.year if quarter == TOTAL else quarter
    if (period, *codes) in release.inexact_totals:
        return False
    order = sum(code != TOTAL for code in target)
    shows_exact_count = year.cells.get(target, 0) > LARGEST_AMBIGUOUS
    return order <= 1 or shows_exact_count or is_exact_by_totals(year, target)
