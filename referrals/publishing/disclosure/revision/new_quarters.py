"""New quarters of a year that was published before, such as the third after the first two.

Called by `rounding.protect.revise`. The cells of the quarters published before stay as they are,
and those of the new ones are rounded like a release of their own. Whoever has both releases
subtracts their totals. So the new quarters have a total of their own for each code, and it is exact
only if it is of ten or more. A smaller one is not exact (`inexact`): the total of the year then
carries an announced error.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from referrals.errors import DisclosureError
from referrals.publishing.disclosure.revision.differencing_limits import (
    OneWayTotal,
    one_way_totals,
)
from referrals.publishing.disclosure.rounding.programme import (
    Constraint,
    NoRoundingError,
    UndecidedError,
)
from referrals.publishing.disclosure.rounding.rounded_values import rounded_values
from referrals.publishing.tabulation.counts import Codes, Counts
from referrals.reference.codelists import FINEST
from referrals.reference.disclosure_rule import (
    SMALLEST_ANNOUNCED_ERROR,
    SMALLEST_PUBLISHED_CATEGORY,
    SMALLEST_UNCHANGED,
)


def require_enough(counts: Counts, quarters: Sequence[str]) -> None:
    """Refuse new quarters if too few of their records can be shown.

    Args:
        counts: the counts of the new quarters in published codes.
        quarters: the new quarters, also those without a record in published codes.

    Raises:
        DisclosureError: their total would be too small, or one of them would be empty.
    """
    total = int(counts.values.sum())
    if total < SMALLEST_PUBLISHED_CATEGORY or {cell[0] for cell in counts.cells()} < {*quarters}:
        raise DisclosureError(
            f"{counts.year}: too few records of the quarters that are new ({', '.join(quarters)}) "
            f"can be shown: fewer than {SMALLEST_PUBLISHED_CATEGORY} in all, or none of a quarter. "
            f"Whoever has an earlier release could count them. {_advice(quarters)}"
        )


def rounded(counts: Counts, *, seed: int, steps: int) -> dict[Codes, int]:
    """Return the numbers that show the counts of new quarters, without zeros.

    Raises:
        DisclosureError: not all exact totals can be exact.
    """
    small = counts.values < SMALLEST_UNCHANGED
    values = counts.values.copy()
    if small.any():
        try:
            values[small] = rounded_values(counts, _constraints(counts), seed=seed, steps=steps)
        except (NoRoundingError, UndecidedError) as error:
            quarters = sorted({cell[0] for cell in counts.cells()})
            raise type(error)(
                f"{counts.year}, new quarters ({', '.join(quarters)}): {error} {_advice(quarters)}"
            ) from None
    table = Counts(counts.year, counts.categories, counts.places, values)
    return {cell: value for cell, value in table.cells().items() if value}


def _advice(quarters: Sequence[str]) -> str:
    options = " ".join(f"--leave-out {quarter}" for quarter in quarters)
    return f"Leave them out until they have more: {options}. Nothing was written."


def inexact(counts: Counts) -> set[OneWayTotal]:
    """Return the totals of new quarters that are too small to be exact, and others to hide them.

    The exact totals of a dimension, taken off the total of all, leave the sum of its inexact ones.
    So there are at least two of these, with ten or more records between them.
    """
    totals = one_way_totals(counts.cells())
    found: set[OneWayTotal] = set()
    for column in range(len(FINEST)):
        own = sorted((value, code) for (place, code), value in totals.items() if place == column)
        chosen = [value for value, _ in own if value < SMALLEST_PUBLISHED_CATEGORY]
        # One alone is below ten, so another always joins it.
        while chosen and len(chosen) < len(own) and sum(chosen) < SMALLEST_PUBLISHED_CATEGORY:
            chosen.append(own[len(chosen)][0])
        found |= {(column, code) for _, code in own[: len(chosen)]}
    return found


def _constraints(counts: Counts) -> list[Constraint]:
    """Return the constraints on the small counts: totals are exact, or near if they are inexact."""
    small = counts.values < SMALLEST_UNCHANGED
    inexact_totals = inexact(counts)
    constraints = []
    for column, name in enumerate(FINEST):
        for place, code in enumerate(counts.categories[name]):
            cells = counts.places[:, column] == place
            total = int(counts.values[cells & small].sum())
            error = SMALLEST_ANNOUNCED_ERROR if (column, code) in inexact_totals else 0
            low, high = max(0, total - error), total + error
            constraints.append(Constraint(f"{name} {code}", cells[small], low, high))
    everything = np.ones(int(small.sum()), dtype=np.bool_)
    total = int(counts.values[small].sum())
    constraints.append(Constraint("all", everything, total, total))
    return constraints
