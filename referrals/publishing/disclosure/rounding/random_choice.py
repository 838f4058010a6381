"""The random choice of a rounding among those that meet every constraint.

Called by `rounded_values`. If there are few small counts, every feasible rounding is listed and one
is drawn (see `feasible_roundings`). Otherwise a Markov chain starts from the repaired rounding. A
step is a swap: two counts go down and two go up by as much, and the codes of the second two are a
permutation of the codes of the first two, so that no one-way total moves. Swaps that would move an
agreed fact are never tried. A swap is made with the probability of Metropolis and others, so that
the longer the chain, the nearer is the distribution of its roundings to that of the exponential
mechanism: proportional to exp(-cost / temperature).

The search before it is random as well. It ends at the same temperature, from another start for each
key, since the chain alone seldom leaves the neighbourhood of its start.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from referrals.publishing.disclosure.rounding.annealing import (
    IS_ROUNDED,
    Integers,
    MarginalSums,
    Numbers,
    column_weights,
    common_codes,
    order_weights,
    shared_weights,
)
from referrals.publishing.disclosure.rounding.feasible_roundings import temperature
from referrals.publishing.disclosure.rounding.programme import Constraint

STEPS: Final = 1_000
"""Steps of the chain for each small count."""

MOST_STEPS: Final = 4_000_000
SWAPS: Final = 48
"""Swaps drawn for each small count and set of dimensions; most find no fourth count."""

CHUNK_SIZE: Final = 2_048
"""Most small counts between which swaps are drawn. Memory is quadratic in it."""

BLOCK: Final = 2_048
"""Swaps that are tried at once."""

AMOUNTS: Final = np.array([1, 2, 5, 6, 7, -1, -2, -5, -6, -7])
"""By how much a swap moves each of its four counts."""

SIGNS: Final = np.array([-1, -1, 1, 1])
"""The first two counts of a swap go down, the others up."""


@dataclass(frozen=True)
class Swaps:
    """Swaps of a chunk, a row each, and the squared error that a swap by 1 causes by itself."""

    counts: Integers
    own_costs: Integers

    @classmethod
    def of(
        cls,
        chunk: Integers,
        sums: MarginalSums,
        constraints: Sequence[Constraint],
        generator: np.random.Generator,
    ) -> Swaps:
        """Draw swaps between the counts of a chunk that move no constraint."""
        codes = sums.members[chunk][:, sums.orders == 1]
        found = [
            _drawn(codes, np.array(dimensions, dtype=np.bool_), generator)
            for dimensions in _halves(codes.shape[1])
        ]
        counts = _decoded(np.unique(np.concatenate(found)), len(chunk))
        moves_none = np.ones(len(counts), dtype=np.bool_)
        for constraint in constraints:
            moves_none &= constraint.cells[chunk][counts] @ SIGNS == 0
        counts = counts[moves_none]
        shared = shared_weights(codes.shape[1], order_weights())[common_codes(chunk, sums)]
        pairs = shared[counts[:, :, None], counts[:, None, :]]
        return cls(counts, np.einsum("i,nij,j->n", SIGNS, pairs, SIGNS).astype(np.int64))


@dataclass(frozen=True)
class SmallCounts:
    """Small counts with everything that their rounding depends on.

    Attributes:
        values: the small counts, 1 to 4 each.
        sums: the marginal sums that they belong to.
        constraints: constraints on sums of their rounded values.
        preferences: as of `annealing.search`.
    """

    values: Integers
    sums: MarginalSums
    constraints: Sequence[Constraint]
    preferences: Integers

    def gradients(self, rounded: Integers) -> Integers:
        """Return for each count half the change of the cost by a unit of it."""
        weights = column_weights(self.sums.orders)
        errors = self.sums.errors(rounded - self.values)[self.sums.members] @ weights
        return np.asarray(np.rint(errors).astype(np.int64) - self.preferences)


def choose(small: SmallCounts, rounded: Integers, *, seed: int) -> Integers:
    """Return a random rounding that meets every constraint, starting from one that does.

    The same seed gives the same rounding: it is the publisher's secret.
    """
    generator = np.random.default_rng(seed)
    chosen, count = rounded.copy(), len(small.values)
    parts = np.array_split(generator.permutation(count), -(-count // CHUNK_SIZE))
    steps = min(STEPS * count, MOST_STEPS) // max(len(parts), 1)
    unit = float(column_weights(small.sums.orders).sum())
    for part in parts:
        chunk = np.sort(part)
        chain = _Chain(
            Swaps.of(chunk, small.sums, small.constraints, generator),
            couplings(chunk, small.sums),
            chosen[chunk],
            small.gradients(chosen)[chunk],
        )
        for left in range(steps, 0, -BLOCK):
            chain.step(min(BLOCK, left), temperature(count) * unit, generator)
        chosen[chunk] = chain.values
    return chosen


def couplings(chunk: Integers, sums: MarginalSums) -> NDArray[np.int32]:
    """Return the weight of the sums that each two counts of a chunk are both part of."""
    dimensions = int((sums.orders == 1).sum())
    return np.asarray(shared_weights(dimensions, order_weights())[common_codes(chunk, sums)])


@dataclass
class _Chain:
    """The state of the Markov chain on a chunk: rounded values, and gradients of the cost."""

    swaps: Swaps
    couplings: NDArray[np.int32]
    values: Integers
    gradients: Integers

    def step(self, tries: int, temperature: float, generator: np.random.Generator) -> None:
        """Try some swaps, one after another, at a temperature in whole costs."""
        if not len(self.swaps.counts):
            return
        numbers = generator.integers(len(self.swaps.counts), size=tries)
        amounts = AMOUNTS[generator.integers(len(AMOUNTS), size=tries)]
        allowances = np.floor(temperature * generator.exponential(size=tries)).astype(np.int64)
        counts, own_costs = self.swaps.counts[numbers], self.swaps.own_costs[numbers]
        first = 0
        while first < tries:
            part = slice(first, tries)
            changes = amounts[part, None] * SIGNS
            slopes = 2 * (self.gradients[counts[part]] @ SIGNS) + amounts[part] * own_costs[part]
            accepted = amounts[part] * slopes <= allowances[part]
            accepted &= IS_ROUNDED[self.values[counts[part]] + changes].all(axis=1)
            place = int(accepted.argmax())
            if not accepted[place]:
                return
            moved = counts[first + place]
            self.values[moved] += changes[place]
            self.gradients += changes[place] @ self.couplings[moved]
            first += place + 1


def _halves(dimensions: int) -> list[tuple[bool, ...]]:
    """Return every way to split the dimensions in two, without the order of the two parts."""
    # The last dimension is always in the second part, which must not have all of them.
    choices = itertools.product((False, True), repeat=dimensions - 1)
    return [(*reversed(choice), False) for choice in choices][1:]


def _drawn(
    codes: Integers, is_first: NDArray[np.bool_], generator: np.random.Generator
) -> Integers:
    """Return swaps, each as one number, between counts that split their codes the same way.

    Of the counts that go down, one is drawn at random, and so is a count with the same codes in one
    half of the dimensions. The other one to go down shares the other half with that. The fourth
    count follows, if it is there.
    """
    first = np.unique(codes[:, is_first], axis=0, return_inverse=True)[1].ravel()
    second = np.unique(codes[:, ~is_first], axis=0, return_inverse=True)[1].ravel()
    width = int(second.max(initial=0)) + 1
    keys = first * width + second
    order = np.argsort(keys)
    down = generator.integers(len(codes), size=SWAPS * len(codes))
    up = _alike(second, down, generator)
    other_down = _alike(first, up, generator)
    wanted = first[down] * width + second[other_down]
    places = np.minimum(np.searchsorted(keys, wanted, sorter=order), len(codes) - 1)
    other_up = order[places]
    is_there = (keys[other_up] == wanted) & (down != up) & (up != other_down)
    found = np.stack([down, other_down, up, other_up], axis=1)[is_there]
    # The same swap the other way round is a swap by the opposite amount.
    found[:, :2].sort(axis=1)
    found[:, 2:].sort(axis=1)
    is_reversed = found[:, 0] > found[:, 2]
    found[is_reversed] = found[is_reversed][:, [2, 3, 0, 1]]
    return np.asarray(found @ _powers(len(codes)))


def _powers(count: int) -> Integers:
    """Return the powers of a number of counts by which four counts are written as one number."""
    return count ** np.arange(3, -1, -1, dtype=np.int64)


def _decoded(keys: Integers, count: int) -> Integers:
    return keys[:, None] // _powers(count) % count


def _alike(groups: Integers, counts: Integers, generator: np.random.Generator) -> Integers:
    """Return for each of some counts a random count of the same group, perhaps itself."""
    order = np.argsort(groups, kind="stable")
    sizes = np.bincount(groups)
    starts = np.cumsum(sizes) - sizes
    group = groups[counts]
    chances: Numbers = generator.random(len(counts))
    return np.asarray(order[starts[group] + (chances * sizes[group]).astype(np.int64)])
