"""Small count rounding as in the R package SmallCountRounding, to compare with ours.

Our own compact version of the published description (Langsrud and Heldal, "An algorithm for small
count rounding of tabular data", Privacy in Statistical Databases 2018). Counts below the base
become 0 or the base. They are chosen one after another, each time the count whose sums lack most;
then single exchanges of a rounded count for another improve the fit until none does. Margins up to
three dimensions count alike. Larger counts stay as they are, and no total is kept exact.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from referrals.publishing.disclosure.rounding.annealing import (
    Integers,
    MarginalSums,
    common_codes,
    shared_weights,
)
from referrals.publishing.tabulation.counts import Counts

BASE: Final = 5
HIGHEST_ORDER: Final = 3
"""Sums of higher order are not part of the objective."""


def rounded(counts: Counts, *, seed: int, base: int = BASE) -> Counts:
    """Return counts whose small ones are rounded to 0 or the base; ties are broken by the seed."""
    small = counts.values < base
    values = counts.values.copy()
    values[small] = base * _is_shown(counts.places[small], counts.values[small], base, seed)
    return Counts(counts.year, counts.categories, counts.places, values)


def _is_shown(places: Integers, values: Integers, base: int, seed: int) -> Integers:
    """Return 1 for each small count that becomes the base and 0 for the others."""
    sums = MarginalSums.of(places, HIGHEST_ORDER)
    weights = shared_weights(places.shape[1], [1] * (HIGHEST_ORDER + 1))
    shared = weights[common_codes(np.arange(len(values)), sums)].astype(np.float64)
    chances = np.random.default_rng(seed).random(len(values))
    lacking = shared @ values
    shown = np.zeros(len(values), dtype=np.int64)
    for _ in range(round(values.sum() / base)):
        best = np.lexsort((chances, np.where(shown, -np.inf, lacking)))[-1]
        shown[best] = 1
        lacking -= base * shared[best]
    while True:
        there, absent = np.flatnonzero(shown), np.flatnonzero(shown == 0)
        apart = 2 * (shared[0, 0] - shared[np.ix_(there, absent)])
        costs = 2 * (lacking[there][:, None] - lacking[absent]) + base * apart
        place = int(costs.argmin()) if costs.size else 0
        if not costs.size or costs.flat[place] >= 0:
            return shown
        out, into = there[place // len(absent)], absent[place % len(absent)]
        shown[out], shown[into] = 0, 1
        lacking += base * (shared[out] - shared[into])
