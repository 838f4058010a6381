"""A preference for which small counts are shown, so that a model of the population tells less.

Called by `rounded_values` and `likelihood`. Somebody with such a model knows which finest cells are
likely to hold people. If the likeliest cells show 0 as often as others do, a 0 there can be called
occupied, and a 5 in an unlikely cell can be called "exactly one". So counts in likely cells are
shown more often, and counts in unlikely ones less often, as far as the sums allow.

The model is the one that a reader can fit best: a log-linear model with all two-way sums, fitted to
the true counts. Preferences have three levels, so that small errors of the fit do not matter.
"""

from __future__ import annotations

import itertools
from typing import Final

import numpy as np
from numpy.typing import NDArray

from referrals.publishing.disclosure.rounding.annealing import Integers, Numbers
from referrals.publishing.tabulation.counts import Counts

LIKELY: Final = 1.3
"""A cell that the model expects to hold more than this many people is likely to be occupied."""

UNLIKELY: Final = 0.12
"""A count in a cell that the model expects to hold fewer people than this is most likely one."""

PREFERENCE: Final = 0.7
AVERSION: Final = 0.2
"""By how much likely cells are preferred and unlikely ones avoided, in people: as if the true count
was higher or lower by this. Found by experiment, see `docs/measurements/disclosure.md`."""

FITTING_ROUNDS: Final = 15
"""Rounds of iterative proportional fitting, each of which scales every two-way table once."""


def preferences(counts: Counts) -> Numbers:
    """Return for each finest count by how many people its target is moved."""
    table = np.zeros(counts.places.max(axis=0, initial=0) + 1)
    table[tuple(counts.places.T)] = counts.values
    expected = expected_counts(table)[tuple(counts.places.T)]
    return np.where(expected > LIKELY, PREFERENCE, 0.0) - np.where(
        expected < UNLIKELY, AVERSION, 0.0
    )


def expected_counts(table: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the expected counts of a log-linear model that has the two-way sums of a table."""
    expected = np.full(table.shape, table.sum() / table.size)
    axes = range(table.ndim)
    for _ in range(FITTING_ROUNDS):
        for pair in itertools.combinations(axes, min(2, table.ndim)):
            others = tuple(axis for axis in axes if axis not in pair)
            wanted = table.sum(axis=others, keepdims=True)
            fitted = expected.sum(axis=others, keepdims=True)
            scale = np.divide(wanted, fitted, out=np.zeros_like(fitted), where=fitted > 0)
            expected = expected * scale
    return expected


def whole_preferences(counts: Counts, unit: int) -> Integers:
    """Return the preferences in whole numbers, for the cost of moving one count by 1."""
    return np.rint(preferences(counts) * unit).astype(np.int64)
