"""The constraints on the small counts of a year: every one-way total is exact and every fact holds.

Called by `likelihood`, for the true counts and for any witness. Larger counts are published as they
are, so their part of each sum is taken off.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from referrals.publishing.cell_codes import Fact
from referrals.publishing.disclosure.rounding.programme import Constraint
from referrals.publishing.tabulation.counts import Counts, codes_of
from referrals.reference.codelists import FINEST
from referrals.reference.disclosure_rule import SMALLEST_UNCHANGED


def on_small_counts(counts: Counts, facts: Iterable[Fact]) -> list[Constraint]:
    """Return the constraints on the rounded values of the counts of 1 to 4, in their order."""
    small = counts.values < SMALLEST_UNCHANGED
    places, values = counts.places[small], counts.values[small]
    constraints = []
    for name, column in zip(FINEST, places.T, strict=True):
        for place in np.unique(column).tolist():
            cells = column == place
            total = int(values[cells].sum())
            code = counts.categories[name][place]
            constraints.append(Constraint(f"{name} {code}", cells, total, total))
    codes = codes_of(counts.categories, counts.places)
    for fact in facts:
        inside = np.array([fact.holds_cell(cell) for cell in codes], dtype=np.bool_)
        others = int(counts.values[inside & ~small].sum())
        constraints.append(
            Constraint(fact.name, inside[small], fact.low - others, fact.high - others)
        )
    return constraints
