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
"""A kind of revision: totals only rose in the quarters that were published before."""

REMOVED: Final = "removed"
"""A kind of revision: totals only fell in those quarters."""

CORRECTED: Final = "corrected"
"""A kind of revision: some totals rose in those quarters, and others fell."""


def kinds_of_revisions(tables: Sequence[Mapping[Codes, int]]) -> list[str]:
    """Return the kind of each revision of a year, from its tables, the oldest first.

    Tables that left every total as it was are passed over.
    """
    kinds = (_kind_of_revision(before, after) for before, after in pairwise(tables))
    return [kind for kind in kinds if kind]


def _kind_of_revision(before: Mapping[Codes, int], after: Mapping[Codes, int]) -> str:
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

    Both tables agree with the facts. `between` has the kinds of the revisions from one to the
    other.
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
