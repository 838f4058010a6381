"""The rounded values of the small counts of a year, drawn at random with the publisher's key.

Called by `rounding.protect`, and for the new quarters of a year by `revision.new_quarters`. If
there are few small counts, one of all feasible roundings is drawn. Otherwise one is searched for,
repaired so that it meets every constraint, and moved by a Markov chain (see `random_choice`).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from referrals.publishing.disclosure.rounding.annealing import (
    Integers,
    MarginalSums,
    column_weights,
    search,
)
from referrals.publishing.disclosure.rounding.feasible_roundings import (
    TEMPERATURE,
    every_rounding,
    probabilities,
)
from referrals.publishing.disclosure.rounding.placement import whole_preferences
from referrals.publishing.disclosure.rounding.programme import Constraint
from referrals.publishing.disclosure.rounding.random_choice import SmallCounts, choose
from referrals.publishing.disclosure.rounding.repair import repair
from referrals.publishing.tabulation.counts import Counts
from referrals.reference.disclosure_rule import SMALLEST_UNCHANGED


def rounded_values(
    counts: Counts, constraints: Sequence[Constraint], *, seed: int, steps: int
) -> Integers:
    """Return a random rounding of the counts of 1 to 4 that meets every constraint.

    The same `seed` gives the same rounding.

    Raises:
        DisclosureError: no rounding meets every constraint, or none was found.
    """
    small = counts.values < SMALLEST_UNCHANGED
    values, sums = counts.values[small], MarginalSums.of(counts.places[small])
    roundings = every_rounding(constraints, len(values))
    if roundings is not None and len(roundings):
        chances = probabilities(values, roundings, sums)
        drawn = int(np.random.default_rng(seed).choice(len(roundings), p=chances))
        return np.asarray(roundings[drawn])
    preferences = whole_preferences(counts, int(column_weights(sums.orders).sum()))[small]
    rounded = search(
        values,
        sums,
        seed=seed,
        steps=steps,
        preferences=preferences,
        last_temperature=TEMPERATURE,
    )
    rounded = repair(values, rounded, sums, constraints)
    return choose(SmallCounts(values, sums, constraints, preferences), rounded, seed=seed)
