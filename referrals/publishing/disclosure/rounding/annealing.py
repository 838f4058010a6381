"""The search for which small counts become 0, 5, 6 or 7, so that their sums move least.

Simulated annealing over all sums that fix up to four dimensions at once. A move changes one small count, or two that have
most of their codes in common, one up by what the other goes down: most of their sums stay as they are. What a move costs
depends on one number a count, its slope: the weighted errors of all sums that it is part of. The slopes are kept, so that a
move that is not made, as nearly all are not, costs next to nothing; one that is made moves the slopes of the counts that
share a sum with it. All that is compared is in whole numbers, so that a seed gives the same answer on every machine.

The errors are squared and weighted by how many dimensions a sum fixes. Towards the end the sums that `repair` will make
exact weigh more, so that little is left to repair. Time follows the number of small counts, whatever the number of records.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from math import comb
from typing import Final

import numpy as np
from numpy.typing import NDArray

VALUES: Final = (0, 5, 6, 7)
"""What a count of 1 to 4 can become."""

SMALL: Final = 5
"""Counts below this are small."""

WEIGHTS: Final = (16, 16, 48, 32, 1)
"""The weight of a squared error, by how many dimensions a sum fixes: found by experiment on illustrative records."""

EXACT: Final = 1
"""Sums that fix this many dimensions or fewer will be made exact."""

PINNED: Final = 4
"""How much more these weigh at the end of the search than at its beginning."""

RAMP: Final = 0.3
"""The part of the search after which they begin to weigh more."""

HOT: Final = 2.0
COLD: Final = 0.05
"""The temperature at the beginning and at the end, in units of what a change of 1 costs where nothing is wrong."""

STEPS: Final = 10_000
"""Steps of the search for each small count, unless a caller asks for fewer."""

FEWEST_STEPS: Final = 20_000
MOST_STEPS: Final = 12_000_000
LEVELS: Final = 60
"""How many temperatures the search passes through, each with as many steps."""

CHUNK: Final = 2_048
"""How many small counts are searched at once, while the rest stand still: what moves what is known pair by pair."""

CLOSE: Final = 4
"""Two counts that agree in this many codes may be moved together."""

DRAWS: Final = 1 << 30

CHANGES: Final = {
    value: tuple(other - value for other in VALUES if other != value) for value in VALUES
}

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
        return np.bincount(self.members.ravel(), weights=moved, minlength=self.count).astype(
            np.float64
        )


def subsets(dimensions: int, most: int) -> Iterator[tuple[int, ...]]:
    """Yield every choice of up to `most` of so many dimensions, the empty one first.

    >>> list(subsets(2, 2))
    [(), (0,), (1,), (0, 1)]
    """
    return itertools.chain.from_iterable(
        itertools.combinations(range(dimensions), size) for size in range(most + 1)
    )


def margin_ids(places: Integers, dimensions: tuple[int, ...]) -> Integers:
    """Return for each cell the number of the sum it is part of, where the sums fix these dimensions."""
    if not dimensions:
        return np.zeros(len(places), dtype=np.int64)
    return np.asarray(
        np.unique(places[:, dimensions], axis=0, return_inverse=True)[1], dtype=np.int64
    ).ravel()


def weights_at(done: float = 0.0) -> list[int]:
    """Return the weight of a squared error, by how many dimensions a sum fixes, when `done` of the search (0 to 1) is done."""
    pinned = round(1 + (PINNED - 1) * max(0.0, (done - RAMP) / (1 - RAMP)))
    return [weight * (pinned if fixed <= EXACT else 1) for fixed, weight in enumerate(WEIGHTS)]


def column_weights(fixed: Integers, done: float = 0.0) -> Integers:
    """Return the weight of each column of sums when `done` of the search (0 to 1) is done."""
    return np.array(weights_at(done), dtype=np.int64)[fixed]


def search(values: Integers, sums: Sums, *, seed: int, steps: int = STEPS) -> Integers:
    """Return what each small count becomes: one of VALUES for each of `values`, which are 1 to 4.

    The same seed and number of `steps` for each small count give the same answer. Whoever knows the seed could repeat the
    search: it is the publisher's secret.
    """
    count = len(values)
    if not count:
        return values
    generator = np.random.default_rng(seed)
    chosen = np.where(
        generator.random(count) < values / (SMALL + 0.5), VALUES[1], VALUES[0]
    ).astype(np.int64)
    parts = np.array_split(generator.permutation(count), -(-count // CHUNK))
    chunks = [_Chunk(np.sort(part), sums) for part in parts]
    steps_at_once = min(max(FEWEST_STEPS, steps * count), MOST_STEPS) // (LEVELS * len(chunks))
    unit = int(column_weights(sums.fixed).sum())
    for level in range(LEVELS):
        done = level / LEVELS
        for chunk in chunks:
            slopes = sums.errors(chosen - values)[sums.members[chunk.counts]] @ column_weights(
                sums.fixed, done
            )
            moves = _Moves.drawn(
                generator, steps_at_once, len(chunk.counts), unit * HOT * (COLD / HOT) ** done
            )
            chosen[chunk.counts] = chunk.annealed(
                chosen[chunk.counts].tolist(), slopes, weights_at(done), moves
            )
    return chosen


@dataclass(frozen=True)
class _Moves:
    """Moves to try, in order: which count, which of its three changes, and by how much the errors may grow for it.

    `others` says which of the close counts moves as well: a number from which one is told, or less than 0 for none.
    """

    counts: list[int]
    turns: list[int]
    others: list[int]
    allowances: list[int]

    @classmethod
    def drawn(cls, generator: np.random.Generator, steps: int, counts: int, heat: float) -> _Moves:
        return cls(
            generator.integers(counts, size=steps).tolist(),
            generator.integers(len(VALUES) - 1, size=steps).tolist(),
            generator.integers(-DRAWS, DRAWS, size=steps).tolist(),
            np.floor(heat * generator.exponential(size=steps)).astype(np.int64).tolist(),
        )


class _Chunk:
    """Some of the small counts, and in how many codes each two of them agree: this tells how many sums they share."""

    def __init__(self, counts: Integers, sums: Sums) -> None:
        self.counts = counts
        columns = sums.members[counts][:, sums.fixed == 1].T
        self._alike = sum(
            (column[:, None] == column for column in columns),
            np.zeros((len(counts),) * 2, dtype=np.uint8),
        )
        self._agreeing = range(len(columns) + 1)
        close = self._alike >= CLOSE
        np.fill_diagonal(close, val=False)
        self._close = [np.flatnonzero(row).tolist() for row in close]

    def annealed(
        self, chosen: list[int], slopes: Numbers, weights: list[int], moves: _Moves
    ) -> list[int]:
        """Return the choices after moves at one temperature: one that costs more than its allowance is not made."""
        shared = [
            sum(weight * comb(alike, fixed) for fixed, weight in enumerate(weights))
            for alike in self._agreeing
        ]
        pulls, own = np.array(shared, dtype=np.int32)[self._alike], shared[-1]
        kept = slopes.astype(np.int32)
        slope, pull = kept.data, pulls.data
        for count, turn, draw, allowance in zip(
            moves.counts, moves.turns, moves.others, moves.allowances, strict=True
        ):
            change = CHANGES[chosen[count]][turn]
            if draw < 0:
                if change * (2 * slope[count] + change * own) <= allowance:
                    kept += change * pulls[count]
                    chosen[count] += change
            elif close := self._close[count]:
                other = close[draw % len(close)]
                apart = 2 * (slope[count] - slope[other] + change * (own - pull[count, other]))
                if chosen[other] - change in CHANGES and change * apart <= allowance:
                    kept += change * (pulls[count] - pulls[other])
                    chosen[count] += change
                    chosen[other] -= change
        return chosen
