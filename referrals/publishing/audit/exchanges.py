"""Exchanges, a form of data swapping: permuted codes of some cells name the cells to increase.

An exchange takes some cells that show 5, 6 or 7, permutes their codes within each dimension, and so
gets as many other cells. If the first go down and the second go up by the same number, every
one-way total stays as it is. `witnesses` draws the cells that go down; this module finds the best
permutation of their codes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from referrals.publishing.audit.marginal_sums import Integers, MarginalSums

PERMUTATIONS: Final = 16
"""The permutations tried for each draw, to find the one that moves most waiting cells."""

ANY_TARGET: Final = -1
"""In `Draws.targets`: the exchange may increase any cell."""

Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Exchanges:
    """Exchanges, a row each.

    `down` holds the cells that go down, as indices into the list of cells that can; `up` holds the
    numbers of the cells that go up.
    """

    down: Integers
    up: Integers

    def __getitem__(self, rows: Integers | Flags) -> Exchanges:
        return Exchanges(self.down[rows], self.up[rows])

    def __len__(self) -> int:
        return len(self.up)


@dataclass(frozen=True)
class Draws:
    """Cells drawn to go down, a row per exchange, and the cell that each row must increase."""

    down: Integers
    targets: Integers


@dataclass(frozen=True)
class Block:
    """Dimensions whose codes are permuted together, because an exact fact ties them to one another.

    A value is a combination of codes in these dimensions that some cell to go down has. Values are
    numbered.

    Attributes:
        columns: the dimensions, by their places in `FINEST`.
        values: the value of each cell.
        by_value: the cells, ordered by value.
        starts: where the cells of each value start in `by_value`.
        counts: how many cells have each value.
        offsets: how much each value adds to the number of a finest cell.
        number_of: the number of a value, by its places in the dimensions of the block.
    """

    columns: tuple[int, ...]
    values: Integers
    by_value: Integers
    starts: Integers
    counts: Integers
    offsets: Integers
    number_of: Integers

    @classmethod
    def of(cls, columns: tuple[int, ...], down: Integers, sums: MarginalSums) -> Block:
        """Return the block of some dimensions over the cells at the places `down`."""
        found, values, counts = np.unique(
            down[:, columns], axis=0, return_inverse=True, return_counts=True
        )
        values = values.ravel()
        number_of = np.zeros([len(sums.codes[column]) for column in columns], dtype=np.int64)
        number_of[tuple(found.T)] = np.arange(len(found))
        return cls(
            columns=columns,
            values=values,
            by_value=np.argsort(values, kind="stable"),
            starts=np.cumsum(counts) - counts,
            counts=counts,
            offsets=found @ sums.strides[list(columns)],
            number_of=number_of,
        )

    def draw(self, values: Integers, chances: NDArray[np.float64]) -> Integers:
        """Return a cell that has each value, chosen by a number from 0 to 1."""
        nth = (chances * self.counts[values]).astype(np.int64)
        return np.asarray(self.by_value[self.starts[values] + nth])

    def value_at(self, places: Integers) -> Integers:
        """Return the value of each cell at some places; arbitrary if no cell to go down has it."""
        return np.asarray(self.number_of[tuple(places[:, list(self.columns)].T)])


class Swapper:
    """Permutes the codes of drawn cells, block by block, so that only `free` cells go up."""

    def __init__(
        self,
        blocks: Sequence[Block],
        sums: MarginalSums,
        free: Flags,
        random: np.random.Generator,
    ) -> None:
        """Take the blocks, a flag per numbered sum that may go up, and a generator."""
        self.blocks = blocks
        self._sums = sums
        self._free = free
        self._random = random

    def targets(self) -> Integers:
        """Return the numbers of the finest cells that show 0 and aren't provably 0."""
        numbers = np.zeros(1, dtype=np.int64)
        for block in self.blocks:
            numbers = (numbers[:, None] + block.offsets[None, :]).ravel()
        return np.sort(numbers[self._free[numbers]])

    def values_of(self, numbers: Integers) -> Integers:
        """Return the value of each numbered cell, a row, in each block, a column."""
        places = self._sums.places_of_numbers(numbers)
        return np.stack([block.value_at(places) for block in self.blocks], axis=1)

    def best_exchanges(self, draws: Draws, waiting: Flags) -> Exchanges:
        """Return the exchange of each draw that moves most waiting cells, if any is allowed.

        An exchange is allowed if its cells are all different, those that go up are free, and the
        target is the first of them.
        """
        up = self._permuted(draws)
        allowed = self._free[up].all(axis=2) & _all_different(up)
        allowed &= _all_different(draws.down)[:, None]
        is_target_met = up[:, :, 0] == draws.targets[:, None]
        allowed &= is_target_met | (draws.targets[:, None] == ANY_TARGET)
        scores = np.where(allowed, waiting[up].sum(axis=2), -1)
        rows, best = np.arange(len(up)), np.argmax(scores, axis=1)
        return Exchanges(draws.down, up[rows, best])[scores[rows, best] >= 0]

    def _permuted(self, draws: Draws) -> Integers:
        """Return the cells that go up under several permutations of each draw, target first.

        The result has the shape draws x permutations x cells. Each block is permuted by itself;
        then the target's value is moved to the first cell by swapping it with the value that is
        there.
        """
        count, size = draws.down.shape
        up = np.zeros((count, PERMUTATIONS, size), dtype=np.int64)
        target_values = self.values_of(np.maximum(draws.targets, 0))
        for block, wanted in zip(self.blocks, target_values.T, strict=True):
            drawn = np.repeat(block.values[draws.down][:, None, :], PERMUTATIONS, axis=1)
            permuted = self._random.permuted(drawn, axis=2)
            donor = (permuted == wanted[:, None, None]).argmax(axis=2)[:, :, None]
            first = permuted[:, :, :1].copy()
            permuted[:, :, :1] = np.take_along_axis(permuted, donor, axis=2)
            np.put_along_axis(permuted, donor, first, axis=2)
            up += block.offsets[permuted]
        return up


def _all_different(numbers: Integers) -> Flags:
    """Return whether all numbers along the last axis differ."""
    return np.asarray((np.diff(np.sort(numbers, axis=-1), axis=-1) > 0).all(axis=-1))
