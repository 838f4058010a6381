"""The search for which small counts become 0, 5, 6 or 7, so that their sums move least.

Simulated annealing over all sums that fix up to four dimensions at once. A move changes one small count; what it costs is
known from the errors of the few dozen sums that it is part of, so a step takes microseconds whatever the number of records.
The errors are squared and weighted by how many dimensions a sum fixes. Towards the end the sums that `repair` will make
exact weigh more, so that little is left to repair.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

VALUES: Final = (0, 5, 6, 7)
"""What a count of 1 to 4 can become."""

SMALL: Final = 5
"""Counts below this are small."""

WEIGHTS: Final = (1.0, 1.0, 2.0, 0.7, 0.05)
"""The weight of a squared error, by how many dimensions a sum fixes: found by experiment on illustrative records."""

EXACT: Final = 1
"""Sums that fix this many dimensions or fewer will be made exact."""

PINNED: Final = 8.0
"""How much more these weigh at the end of the search than at its beginning."""

RAMP: Final = 0.3
"""The part of the search after which they begin to weigh more."""

HOT: Final = 2.0
COLD: Final = 0.2
"""The temperature at the beginning and at the end, in units of what a change of 1 costs where nothing is wrong."""

STEPS: Final = 3_000
"""Steps of the search for each small count."""

FEWEST_STEPS: Final = 20_000
MOST_STEPS: Final = 6_000_000
BATCH: Final = 20_000
OTHERS: Final = {value: tuple(other for other in VALUES if other != value) for value in VALUES}

Integers = NDArray[np.int64]
Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Sums:
    """The sums that cells are part of: `members[i]` lists those of cell i, `fixed` how many dimensions each column fixes."""

    members: Integers
    fixed: Integers

    @classmethod
    def of(cls, places: Integers, most: int = len(WEIGHTS) - 1) -> Sums:
        """Return the sums of cells at `places` that fix up to `most` dimensions."""
        columns, start = [], 0
        every = list(subsets(places.shape[1], most))
        for dimensions in every:
            column = margin_ids(places, dimensions) + start
            start = int(column.max(initial=start - 1)) + 1
            columns.append(column)
        return cls(np.stack(columns, axis=1), np.array([len(dimensions) for dimensions in every]))

    @cached_property
    def count(self) -> int:
        """How many sums there are."""
        return int(self.members.max(initial=-1)) + 1

    def errors(self, changes: Integers) -> Numbers:
        """Return how far each sum moves when the cells change."""
        moved = np.repeat(changes, self.members.shape[1])
        return np.bincount(self.members.ravel(), weights=moved, minlength=self.count).astype(np.float64)


@dataclass(frozen=True)
class _State:
    """A rounding under way: what each count has become, the sums it is part of, and how far each sum has moved."""

    chosen: list[int]
    rows: list[Integers]
    errors: Numbers


def subsets(dimensions: int, most: int) -> Iterator[tuple[int, ...]]:
    """Yield every choice of up to `most` of so many dimensions, the empty one first.

    >>> list(subsets(2, 2))
    [(), (0,), (1,), (0, 1)]
    """
    return itertools.chain.from_iterable(itertools.combinations(range(dimensions), size) for size in range(most + 1))


def margin_ids(places: Integers, dimensions: tuple[int, ...]) -> Integers:
    """Return for each cell the number of the sum it is part of, where the sums fix these dimensions."""
    if not dimensions:
        return np.zeros(len(places), dtype=np.int64)
    return np.asarray(np.unique(places[:, dimensions], axis=0, return_inverse=True)[1], dtype=np.int64).ravel()


def column_weights(fixed: Integers, done: float = 0.0) -> Numbers:
    """Return the weight of each column of sums when `done` of the search (0 to 1) is done."""
    pinned = 1 + (PINNED - 1) * max(0.0, (done - RAMP) / (1 - RAMP))
    return np.array(WEIGHTS)[fixed] * np.where(fixed <= EXACT, pinned, 1.0)


def search(values: Integers, sums: Sums, *, seed: int) -> Integers:
    """Return what each small count becomes: one of VALUES for each of `values`, which are 1 to 4.

    The same seed gives the same answer. Whoever knows it could repeat the search: it is the publisher's secret.
    """
    count = len(values)
    if not count:
        return values
    generator = np.random.default_rng(seed)
    start = np.where(generator.random(count) < values / (SMALL + 0.5), VALUES[1], VALUES[0])
    state = _State(start.tolist(), list(sums.members), sums.errors(start - values))
    unit = float(column_weights(sums.fixed).sum())
    steps = min(max(FEWEST_STEPS, STEPS * count), MOST_STEPS)
    for step in range(0, steps, BATCH):
        done = step / steps
        _anneal(state, column_weights(sums.fixed, done), unit * HOT * (COLD / HOT) ** done, generator)
    return np.array(state.chosen, dtype=np.int64)


def _anneal(state: _State, weights: Numbers, heat: float, generator: np.random.Generator) -> None:
    """Make a batch of moves at one temperature: a move that costs more than a random allowance is not made."""
    chosen, rows, errors = state.chosen, state.rows, state.errors
    take, weigh, total = errors.take, weights.dot, float(weights.sum())
    picks = generator.integers(len(chosen), size=BATCH).tolist()
    turns = generator.integers(len(VALUES) - 1, size=BATCH).tolist()
    allowances = (heat * generator.exponential(size=BATCH)).tolist()
    for pick, turn, allowance in zip(picks, turns, allowances, strict=True):
        value = chosen[pick]
        other = OTHERS[value][turn]
        change = other - value
        row = rows[pick]
        if change * (2 * weigh(take(row)) + change * total) <= allowance:
            errors[row] += change
            chosen[pick] = other
