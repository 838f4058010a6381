"""Every feasible rounding of a few small counts, and the probability with which each is chosen.

Called by `rounded_values`, `likelihood` and `near_roundings`. A rounding is feasible if it meets
every constraint. If there are few small counts, all feasible roundings can be listed, and one is
drawn with a probability that falls with its errors (the exponential mechanism). The list also gives
the exact probability that some counts are rounded to the published numbers.

The fewer small counts there are, the less the errors matter: whoever tries other records with the
program compares probabilities, and a single choice among few would give the records away.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from referrals.publishing.disclosure.rounding.annealing import (
    Integers,
    MarginalSums,
    Numbers,
    common_codes,
    order_weights,
    shared_weights,
)
from referrals.publishing.disclosure.rounding.programme import Constraint
from referrals.reference.disclosure_rule import ROUNDED_VALUES

TEMPERATURE: Final = 0.7
"""The temperature of the choice among many small counts, in costs of moving one count by 1."""

MANY_SMALL_COUNTS: Final = 300
"""With fewer small counts the temperature is higher: by the square of how many times fewer."""

MOST_LISTED: Final = 50_000
"""The most partial roundings that are followed at once. With more, none are listed."""

MOST_COUNTS: Final = 64
"""Feasible roundings of more small counts are never listed."""


def temperature(count: int) -> float:
    """Return the temperature of the choice, in units, for a number of small counts."""
    return TEMPERATURE * max(1.0, (MANY_SMALL_COUNTS / max(count, 1)) ** 2)


def every_rounding(constraints: Sequence[Constraint], count: int) -> Integers | None:
    """Return every feasible rounding of `count` small counts, a row each; None if too many.

    Counts are decided one after another. A partial rounding is dropped as soon as the counts left
    cannot meet some constraint.
    """
    if count > MOST_COUNTS:
        return None
    members = np.array([constraint.cells for constraint in constraints], dtype=np.bool_)
    members = members.reshape(len(constraints), count)
    low = np.array([constraint.low for constraint in constraints], dtype=np.int64)
    high = np.array([constraint.high for constraint in constraints], dtype=np.int64)
    attainable = _attainable(count)
    rows = np.zeros((1, count), dtype=np.int64)
    sums = np.zeros((1, len(constraints)), dtype=np.int64)
    left = members.sum(axis=1)
    for place in _order(members):
        changes = np.tile(ROUNDED_VALUES, len(rows))
        rows = np.repeat(rows, len(ROUNDED_VALUES), axis=0)
        sums = np.repeat(sums, len(ROUNDED_VALUES), axis=0) + changes[:, None] * members[:, place]
        rows[:, place] = changes
        left = left - members[:, place]
        kept = np.all(_can_be_met(low - sums, high - sums, left, attainable), axis=1)
        rows, sums = rows[kept], sums[kept]
        if len(rows) > MOST_LISTED:
            return None
    return rows


def squared_errors(values: Integers, roundings: Integers, sums: MarginalSums) -> Numbers:
    """Return the weighted squared errors of some roundings, a row each, in units."""
    everyone = np.arange(len(values))
    dimensions = int((sums.orders == 1).sum())
    shared = shared_weights(dimensions, order_weights()).astype(np.float64)
    errors = (roundings - values).astype(np.float64)
    couplings = shared[common_codes(everyone, sums)] / shared[-1]
    return np.asarray(((errors @ couplings) * errors).sum(axis=1))


def probabilities(values: Integers, roundings: Integers, sums: MarginalSums) -> Numbers:
    """Return the probability of each feasible rounding, if `roundings` are all of them."""
    costs = squared_errors(values, roundings, sums) / temperature(len(values))
    weights = np.exp(costs.min(initial=np.inf) - costs)
    return np.asarray(weights / weights.sum())


def _order(members: NDArray[np.bool_]) -> list[int]:
    """Return the order in which counts are decided: those of the nearly decided sums first."""
    left = members.sum(axis=1)
    undecided = np.ones(members.shape[1], dtype=np.bool_)
    order: list[int] = []
    while undecided.any():
        open_sums = np.flatnonzero(left > 0)
        place = int(np.flatnonzero(undecided)[0])
        if open_sums.size:
            nearest = open_sums[left[open_sums].argmin()]
            candidates = np.flatnonzero(members[nearest] & undecided)
            nearness = (members[:, candidates] / np.maximum(left, 1)[:, None]).sum(axis=0)
            place = int(candidates[nearness.argmax()])
        undecided[place] = False
        left = left - members[:, place]
        order.append(place)
    return order


def _attainable(count: int) -> Integers:
    """Return for a number of counts, the row, how many sums below each number they can have."""
    largest = max(ROUNDED_VALUES) * count
    possible = np.zeros((count + 1, largest + 1), dtype=np.bool_)
    possible[0, 0] = True
    for size in range(1, count + 1):
        for value in ROUNDED_VALUES:
            possible[size, value:] |= possible[size - 1, : largest + 1 - value]
    return np.concatenate(
        [np.zeros((count + 1, 1), dtype=np.int64), np.cumsum(possible, axis=1)], axis=1
    )


def _can_be_met(
    low: Integers, high: Integers, left: Integers, attainable: Integers
) -> NDArray[np.bool_]:
    """Return whether the counts left of each constraint can have a sum from `low` to `high`."""
    largest = attainable.shape[1] - 1
    above = attainable[left, np.clip(high + 1, 0, largest)]
    below = attainable[left, np.clip(low, 0, largest)]
    return np.asarray(above > below)
