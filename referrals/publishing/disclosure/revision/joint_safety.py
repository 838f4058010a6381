"""Tests whether the published tables of a year disclose more together than each does alone.

Called by `revise`, and by `rounding.protect` for the kind of each revision. A reader who knows that
records were only added, or only removed, can rule out more than one who knows that both happened or
that codes were corrected. So each release says what happened in every revision of its years, and a
pair of releases is judged by what lies between them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Final

from referrals.publishing.cell_codes import Fact
from referrals.publishing.disclosure.revision import correction_limits, differencing_limits
from referrals.publishing.disclosure.revision.differencing_limits import one_way_totals
from referrals.publishing.tabulation.counts import Codes

ADDED: Final = "added"
REMOVED: Final = "removed"
CORRECTED: Final = "corrected"
"""The kinds of revisions, by the records of the quarters that were published before."""


def steps(tables: Sequence[Mapping[Codes, int]]) -> list[str]:
    """Return what each table of a year, the oldest first, did to the totals of the one before it.

    Tables that left every total as it was are passed over.
    """
    return list(filter(None, (_step(before, after) for before, after in pairwise(tables))))


def _step(before: Mapping[Codes, int], after: Mapping[Codes, int]) -> str:
    old, new = one_way_totals(before), one_way_totals(of_quarters(after, before))
    changes = [new.get(total, 0) - old.get(total, 0) for total in {**old, **new}]
    rises, falls = any(by > 0 for by in changes), any(by < 0 for by in changes)
    if rises and falls:
        return CORRECTED
    if rises or falls:
        return ADDED if rises else REMOVED
    return ""


def are_safe_together(
    first: Mapping[Codes, int],
    second: Mapping[Codes, int],
    facts: Sequence[Fact] = (),
    *,
    between: Collection[str] = (),
) -> bool:
    """Return whether two published tables disclose nothing by differencing, in either order.

    Both tables agree with the facts. `between` is what the revisions from one to the other did.
    """
    if correction_limits.is_correction(first, second):
        return correction_limits.is_safe_correction(first, second)
    if CORRECTED in between or len({*between}) > 1:
        return correction_limits.is_safe_correction(first, second, is_limited=False)
    return differencing_limits.is_safe_growth(first, second, facts)


def of_quarters(cells: Mapping[Codes, int], table: Iterable[Codes]) -> dict[Codes, int]:
    """Return the cells of the quarters that a table covers."""
    quarters = {cell[0] for cell in table}
    return {cell: value for cell, value in cells.items() if cell[0] in quarters}
