"""Simulated annealing of a rounded value for each small count, so that sums move least.

Called by `rounded_values`, and by `revision.correct` for the cells of a correction. The objective
is the squared error of every sum of order 0 to 4, weighted by order, less a preference for some
counts to be shown (see `placement`). A move changes one small count, or two that share most of
their codes, one up by as much as the other goes down, which leaves most of their sums as they are.

The cost of a move depends on one number for each count, its gradient: the weighted errors of the
sums it belongs to. Gradients are stored, and only an accepted move updates those of the counts that
share a sum with it. Nearly every move is rejected, so a block of moves is tried at once: up to the
first accepted one the answers are those of trying them one by one. Costs are compared as whole
numbers, so that a seed gives the same answer on every machine.

Towards the end the sums that `repair` will make exact weigh more, so that little is left to repair.
The time depends on the number of small counts, not of records.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import comb
from typing import Final

import numpy as np
from numpy.typing import NDArray

from referrals.reference.disclosure_rule import ROUNDED_VALUES, SMALLEST_UNCHANGED

WEIGHTS: Final = (16, 32, 80, 36, 4)
"""Weight of a squared error, by order of the sum. Found by experiment on synthetic records."""

HIGHEST_ORDER: Final = len(WEIGHTS) - 1
"""Sums of higher order are not part of the objective."""

HIGHEST_EXACT_ORDER: Final = 1
"""`repair` makes sums up to this order exact."""

FINAL_EXACT_FACTOR: Final = 4
"""The weight of these sums is multiplied by up to this, reached at the end of the search."""

FACTOR_RISES_AFTER: Final = 0.3
"""The share of the search after which their weight begins to rise."""

FIRST_TEMPERATURE: Final = 2.0
LAST_TEMPERATURE: Final = 0.05
"""In units of the cost of moving one count by 1 if no sum has an error."""

STEPS: Final = 7_000
"""Steps of the search for each small count, unless a caller asks for fewer."""

FEWEST_STEPS: Final = 20_000
MOST_STEPS: Final = 12_000_000
TEMPERATURES: Final = 60
"""The temperatures that the search passes through, with the same number of steps at each."""

CHUNK_SIZE: Final = 2_048
"""Most small counts searched at once, while the others stay fixed. Memory is quadratic in it."""

SHARED_CODES: Final = 4
"""Two counts may move together if they have at least this many codes in common."""

DRAW_LIMIT: Final = 1 << 30

SMALLEST_BLOCK: Final = 32
LARGEST_BLOCK: Final = 2_048
"""The most moves that are tried at once. It affects the time, and not the answer."""

Integers = NDArray[np.int64]
Numbers = NDArray[np.float64]


def _possible_changes() -> Integers:
    """Return the possible changes of each rounded value: one row a value from 0 to the largest."""
    changes = np.zeros((max(ROUNDED_VALUES) + 1, len(ROUNDED_VALUES) - 1), dtype=np.int64)
    for value in ROUNDED_VALUES:
        changes[value] = [other - value for other in ROUNDED_VALUES if other != value]
    return changes


CHANGES: Final = _possible_changes()

IS_ROUNDED: Final = np.isin(np.arange(3 * max(ROUNDED_VALUES) + 1), ROUNDED_VALUES)
"""For each value, if it is a rounded one. Negative ones are counted from the end, and are not."""


@dataclass(frozen=True)
class MarginalSums:
    """The marginal sums that cells belong to.

    Attributes:
        members: one row a cell and one column a set of dimensions: the number of the sum.
        orders: the order of the sums of each column (how many dimensions they fix).
    """

    members: Integers
    orders: Integers

    @classmethod
    def of(cls, places: Integers, highest_order: int = HIGHEST_ORDER) -> MarginalSums:
        """Return the sums of the cells at `places` (one row a cell, one column a dimension)."""
        columns, start = [], 0
        tables = list(subsets(places.shape[1], highest_order))
        for dimensions in tables:
            column = margin_ids(places, dimensions) + start
            start = int(column.max(initial=start - 1)) + 1
            columns.append(column)
        orders = np.array([len(dimensions) for dimensions in tables])
        return cls(np.stack(columns, axis=1), orders)

    @cached_property
    def count(self) -> int:
        """The number of sums."""
        return int(self.members.max(initial=-1)) + 1

    def errors(self, changes: Integers) -> Numbers:
        """Return by how much each sum moves if the cells change by `changes`."""
        moved = np.repeat(changes, self.members.shape[1])
        errors = np.bincount(self.members.ravel(), weights=moved, minlength=self.count)
        return errors.astype(np.float64)


def subsets(dimensions: int, largest: int) -> Iterator[tuple[int, ...]]:
    """Yield every subset of at most `largest` dimensions, the empty one first.

    >>> list(subsets(2, 2))
    [(), (0,), (1,), (0, 1)]
    """
    return itertools.chain.from_iterable(
        itertools.combinations(range(dimensions), size) for size in range(largest + 1)
    )


def margin_ids(places: Integers, dimensions: tuple[int, ...]) -> Integers:
    """Return for each cell the number, from 0, of its sum in the table of these dimensions."""
    if not dimensions:
        return np.zeros(len(places), dtype=np.int64)
    ids = np.unique(places[:, dimensions], axis=0, return_inverse=True)[1]
    return np.asarray(ids, dtype=np.int64).ravel()


def order_weights(progress: float = 0.0) -> list[int]:
    """Return the weight of a squared error by order, at a progress of the search from 0 to 1."""
    risen = max(0.0, (progress - FACTOR_RISES_AFTER) / (1 - FACTOR_RISES_AFTER))
    factor = round(1 + (FINAL_EXACT_FACTOR - 1) * risen)
    return [
        weight * factor if order <= HIGHEST_EXACT_ORDER else weight
        for order, weight in enumerate(WEIGHTS)
    ]


def column_weights(orders: Integers, progress: float = 0.0) -> Integers:
    """Return the weight for each column of sums, at a progress of the search from 0 to 1."""
    return np.array(order_weights(progress), dtype=np.int64)[orders]


def search(  # noqa: PLR0913  the preferences and the last temperature are those of the caller
    values: Integers,
    sums: MarginalSums,
    *,
    seed: int,
    steps: int = STEPS,
    preferences: Integers | None = None,
    last_temperature: float = LAST_TEMPERATURE,
) -> Integers:
    """Return a rounded value (0, 5, 6 or 7) for each of `values`, which are 1 to 4.

    The same seed and number of `steps` for each small count give the same answer. Whoever knows the
    seed can repeat the search, so it is the publisher's secret. `preferences` say for each count by
    how much the gradient of the objective is lowered, so that it is shown more often.
    """
    count = len(values)
    if not count:
        return values
    generator = np.random.default_rng(seed)
    rounds_up = generator.random(count) < values / (SMALLEST_UNCHANGED + 0.5)
    chosen = np.where(rounds_up, ROUNDED_VALUES[1], ROUNDED_VALUES[0]).astype(np.int64)
    parts = np.array_split(generator.permutation(count), -(-count // CHUNK_SIZE))
    chunks = [_Chunk(np.sort(part), sums) for part in parts]
    all_steps = min(max(FEWEST_STEPS, steps * count), MOST_STEPS)
    steps_at_once = all_steps // (TEMPERATURES * len(chunks))
    unit = int(column_weights(sums.orders).sum())
    lowered = np.zeros(count, dtype=np.int64) if preferences is None else preferences
    first_temperature = max(FIRST_TEMPERATURE, last_temperature)
    for level in range(TEMPERATURES):
        progress = level / TEMPERATURES
        cooling = (last_temperature / first_temperature) ** progress
        temperature = unit * first_temperature * cooling
        weights = column_weights(sums.orders, progress)
        for chunk in chunks:
            gradients = sums.errors(chosen - values)[sums.members[chunk.counts]] @ weights
            gradients -= lowered[chunk.counts]
            moves = _Moves.draw(generator, steps_at_once, len(chunk.counts), temperature)
            chosen[chunk.counts] = chunk.anneal(
                chosen[chunk.counts], gradients, order_weights(progress), moves
            )
    return chosen


@dataclass(frozen=True)
class _Moves:
    """Moves to try, in order, as parallel arrays.

    Attributes:
        counts: which count of the chunk.
        changes: which of its three possible changes.
        partners: which of the nearby counts moves as well (modulo their number), or below 0 for
        none.
        allowances: by how much the objective may grow, in whole numbers.
    """

    counts: Integers
    changes: Integers
    partners: Integers
    allowances: Integers

    @classmethod
    def draw(
        cls, generator: np.random.Generator, steps: int, counts: int, temperature: float
    ) -> _Moves:
        # A seed gives the same moves only as long as these four draws keep their order.
        return cls(
            generator.integers(counts, size=steps),
            generator.integers(len(ROUNDED_VALUES) - 1, size=steps),
            generator.integers(-DRAW_LIMIT, DRAW_LIMIT, size=steps),
            np.floor(temperature * generator.exponential(size=steps)).astype(np.int64),
        )

    def where(self, chosen: NDArray[np.bool_]) -> _Moves:
        """Return the chosen moves, in the same order."""
        return _Moves(
            self.counts[chosen],
            self.changes[chosen],
            self.partners[chosen],
            self.allowances[chosen],
        )


class _Chunk:
    """Some of the small counts, with the number of codes that each two of them have in common.

    From that number follows how many sums of each order the two share.
    """

    def __init__(self, counts: Integers, sums: MarginalSums) -> None:
        self.counts = counts
        self._common_codes = common_codes(counts, sums)
        self._dimensions = int((sums.orders == 1).sum())
        is_nearby = self._common_codes >= SHARED_CODES
        np.fill_diagonal(is_nearby, val=False)
        # The counts near the first count, then those near the second, and so on.
        self._nearby = np.nonzero(is_nearby)[1]
        self._nearby_counts = is_nearby.sum(axis=1)
        self._nearby_starts = np.cumsum(self._nearby_counts) - self._nearby_counts

    def anneal(
        self, chosen: Integers, gradients: Numbers, weights: list[int], moves: _Moves
    ) -> Integers:
        """Return the rounded values after trying the moves at one temperature.

        A move is made unless it costs more than its allowance. `weights` are those of each order.
        """
        shared = shared_weights(self._dimensions, weights)
        couplings, own = shared[self._common_codes], int(shared[-1])
        moves = moves.where((moves.partners < 0) | (self._nearby_counts[moves.counts] > 0))
        is_pair = moves.partners >= 0
        counts, others = moves.counts, self._others(moves, is_pair)
        # By how much a unit of change moves the gradient of the count less that of the other.
        steepness = np.full(len(counts), own, dtype=np.int64)
        separation = own - couplings[counts[is_pair], others[is_pair]]
        steepness[is_pair] = 2 * separation
        # The counts that move alone have a partner without a gradient, at the end of both arrays.
        gradient = np.append(gradients.astype(np.int64), 0)
        values = np.append(chosen, 0)
        first, block = 0, SMALLEST_BLOCK
        while first < len(counts):
            part = slice(first, first + block)
            count, other = counts[part], others[part]
            change = CHANGES[values[count], moves.changes[part]]
            slope = 2 * (gradient[count] - gradient[other]) + change * steepness[part]
            accepted = change * slope <= moves.allowances[part]
            accepted &= IS_ROUNDED[values[other] - change] | ~is_pair[part]
            place = int(accepted.argmax())
            if not accepted[place]:
                first, block = first + block, min(2 * block, LARGEST_BLOCK)
                continue
            moved, partner, by = int(count[place]), int(other[place]), int(change[place])
            values[moved] += by
            gradient[:-1] += by * couplings[moved]
            if is_pair[first + place]:
                values[partner] -= by
                gradient[:-1] -= by * couplings[partner]
            first, block = first + place + 1, max(SMALLEST_BLOCK, min(block, 2 * place))
        return values[:-1]

    def _others(self, moves: _Moves, is_pair: NDArray[np.bool_]) -> Integers:
        """Return the other count of each move, the number of counts if it has none."""
        others = np.full(len(is_pair), len(self.counts), dtype=np.int64)
        counts, partners = moves.counts[is_pair], moves.partners[is_pair]
        places = self._nearby_starts[counts] + partners % self._nearby_counts[counts]
        others[is_pair] = self._nearby[places]
        return others


def common_codes(counts: Integers, sums: MarginalSums) -> NDArray[np.uint8]:
    """Return how many codes each two of some counts have in common, as a square matrix."""
    columns = sums.members[counts][:, sums.orders == 1].T
    common = np.zeros((len(counts),) * 2, dtype=np.uint8)
    for column in columns:
        common += column[:, None] == column
    return common


def shared_weights(dimensions: int, weights: Sequence[int]) -> NDArray[np.int32]:
    """Return the weight of the sums that two counts are both part of, by their common codes."""
    shared = np.zeros(dimensions + 1, dtype=np.int32)
    for common in range(dimensions + 1):
        shared[common] = sum(weight * comb(common, order) for order, weight in enumerate(weights))
    return shared
