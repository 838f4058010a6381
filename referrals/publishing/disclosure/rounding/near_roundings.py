"""Feasible roundings near a given one, which bound the probability of that one from above.

Called by `likelihood` if the feasible roundings are too many to list. The probability of a rounding
is its share of the sum over all of them. So it is at most its share of the sum over some.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from referrals.publishing.disclosure.rounding.annealing import (
    IS_ROUNDED,
    Integers,
    Numbers,
)
from referrals.publishing.disclosure.rounding.feasible_roundings import every_rounding
from referrals.publishing.disclosure.rounding.random_choice import (
    AMOUNTS,
    CHUNK_SIZE,
    SIGNS,
    SmallCounts,
    Swaps,
    couplings,
)

MOST_COMBINED: Final = 12
"""The most swaps whose combinations are listed."""

MOST_COMPARED: Final = 500
"""They are found among this many, the cheapest, of each amount."""

SUBSETS: Final = (56, 48, 40, 32, 24)
"""The numbers of counts that may change while the others stay, until few enough to list."""

TRIES: Final = 3


def costs(small: SmallCounts, rounded: Integers) -> Iterator[Numbers]:
    """Yield sets of feasible roundings that `rounded` is part of, as costs beyond its own."""
    generator, count = np.random.default_rng(0), len(rounded)
    gradients = small.gradients(rounded)
    chunk = np.sort(generator.permutation(count)[:CHUNK_SIZE])
    swaps = Swaps.of(chunk, small.sums, small.constraints, generator)
    changes = _disjoint_swaps(rounded[chunk], gradients[chunk], swaps)
    made = np.array(list(itertools.product((0, 1), repeat=len(changes))), dtype=np.int64)
    yield _costs(made @ changes, gradients[chunk], couplings(chunk, small.sums))
    for _ in range(TRIES):
        order = generator.permutation(count)
        for size in SUBSETS:
            part = np.sort(order[:size])
            constraints = [constraint.restricted(part, rounded) for constraint in small.constraints]
            roundings = every_rounding(constraints, len(part))
            if roundings is not None:
                changes = roundings - rounded[part]
                yield _costs(changes, gradients[part], couplings(part, small.sums))
                break


def _costs(changes: Integers, gradients: Integers, coupling: NDArray[np.int32]) -> Numbers:
    """Return the costs of changes of some counts, a row each."""
    exact = changes.astype(np.float64)
    squared = ((exact @ coupling.astype(np.float64)) * exact).sum(axis=1)
    return np.asarray(2 * exact @ gradients + squared)


def _disjoint_swaps(current: Integers, gradients: Integers, swaps: Swaps) -> Integers:
    """Return cheap swaps of different counts, as a row of changes each."""
    chosen: list[Integers] = []
    free = np.ones(len(current), dtype=np.bool_)
    for number, amount in _cheapest(swaps, current, gradients):
        counts = swaps.counts[number]
        if free[counts].all() and len(chosen) < MOST_COMBINED:
            free[counts] = False
            change = np.zeros(len(current), dtype=np.int64)
            change[counts] = SIGNS * amount
            chosen.append(change)
    return np.array(chosen, dtype=np.int64).reshape(-1, len(current))


def _cheapest(swaps: Swaps, current: Integers, gradients: Integers) -> list[tuple[int, int]]:
    """Return the possible swaps of a rounding and their amounts, the cheapest first."""
    slopes = 2 * (gradients[swaps.counts] @ SIGNS)
    found: list[tuple[int, int, int]] = []
    for amount in AMOUNTS.tolist():
        values = current[swaps.counts] + amount * SIGNS
        possible = np.flatnonzero(IS_ROUNDED[values].all(axis=1))
        cost = amount * (slopes[possible] + amount * swaps.own_costs[possible])
        cheapest = np.argsort(cost, kind="stable")[:MOST_COMPARED]
        numbers = possible[cheapest].tolist()
        found += zip(cost[cheapest].tolist(), numbers, [amount] * len(numbers), strict=True)
    return [(number, amount) for _, number, amount in sorted(found)]
