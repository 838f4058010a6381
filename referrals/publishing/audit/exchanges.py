"""Dealing: the codes of cells that go down, dealt out anew, make the cells that go up. Totals stay as they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from referrals.publishing.audit.marginal_sums import Integers, Sums

DEALS: Final = 16
"""How many ways to deal are looked at, to find the one that reaches most cells that no witness has reached."""

Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Exchanges:
    """Exchanges, a row each: the cells that each puts down, by their place among those that can shrink, and up, by number."""

    down: Integers
    up: Integers

    def __getitem__(self, rows: Integers | Flags) -> Exchanges:
        return Exchanges(self.down[rows], self.up[rows])

    def __len__(self) -> int:
        return len(self.up)


@dataclass(frozen=True)
class Drawn:
    """Hands that were drawn, a row each, and for each the cell that it must put up; -1 where any will do."""

    hands: Integers
    targets: Integers


@dataclass(frozen=True)
class Block:
    """Dimensions that are dealt together: the values that cells to put down have of them, numbered.

    `values` is the value of each such cell, `holders` the cells in the order of their values, from `starts` on each and `held`
    of them, and `cells` is what a value adds to the number of a finest cell.
    """

    columns: tuple[int, ...]
    values: Integers
    holders: Integers
    starts: Integers
    held: Integers
    cells: Integers
    index: Integers

    @classmethod
    def of(cls, columns: tuple[int, ...], down: Integers, sums: Sums) -> Block:
        """Return a block of the cells at the places `down`."""
        found, values, held = np.unique(
            down[:, columns], axis=0, return_inverse=True, return_counts=True
        )
        values = values.ravel()
        index = np.zeros([len(sums.codes[column]) for column in columns], dtype=np.int64)
        index[tuple(found.T)] = np.arange(len(found))
        return cls(
            columns=columns,
            values=values,
            holders=np.argsort(values, kind="stable"),
            starts=np.cumsum(held) - held,
            held=held,
            cells=found @ sums.strides[list(columns)],
            index=index,
        )

    def draw(self, values: Integers, chances: NDArray[np.float64]) -> Integers:
        """Return for each value one of the cells that hold it, given a chance between 0 and 1."""
        return np.asarray(
            self.holders[self.starts[values] + (chances * self.held[values]).astype(np.int64)]
        )

    def value(self, places: Integers) -> Integers:
        """Return the value that each cell has: a number of no meaning where no cell to put down has it."""
        return np.asarray(self.index[tuple(places[:, list(self.columns)].T)])


class Dealer:
    """Deals the values of blocks among cells that go down, so that only cells that may go up do: those that are `free`."""

    def __init__(
        self, blocks: Sequence[Block], sums: Sums, free: Flags, random: np.random.Generator
    ) -> None:
        """Take the blocks, which are dealt each by itself, and the generator that decides."""
        self.blocks, self._sums, self._free, self._random = blocks, sums, free, random

    def targets(self) -> Integers:
        """Return the numbers of the finest cells that show 0 and that the public cannot know to be 0."""
        numbers = np.zeros(1, dtype=np.int64)
        for block in self.blocks:
            numbers = (numbers[:, None] + block.cells[None, :]).ravel()
        return np.sort(numbers[self._free[numbers]])

    def values(self, numbers: Integers) -> Integers:
        """Return the value that each block, a column, has in each cell."""
        places = self._sums.places_of(numbers)
        return np.stack([block.value(places) for block in self.blocks], axis=1)

    def dealt(self, drawn: Drawn, waiting: Flags) -> Exchanges:
        """Return for each row of hands the way to deal that reaches most waiting cells, if any way puts up free cells alone."""
        cells = self._dealings(drawn)
        ordered, hands = np.sort(cells, axis=2), np.sort(drawn.hands, axis=1)
        possible = self._free[cells].all(axis=2) & (np.diff(ordered, axis=2) > 0).all(axis=2)
        possible &= (np.diff(hands, axis=1) > 0).all(axis=1, keepdims=True)
        possible &= (drawn.targets[:, None] < 0) | (cells[:, :, 0] == drawn.targets[:, None])
        scores = np.where(possible, waiting[cells].sum(axis=2), -1)
        rows, best = np.arange(len(cells)), np.argmax(scores, axis=1)
        return Exchanges(drawn.hands, cells[rows, best])[scores[rows, best] >= 0]

    def _dealings(self, drawn: Drawn) -> Integers:
        """Return some ways to deal the values of hands anew: the cells that each puts up, of each way the target first."""
        count, size = drawn.hands.shape
        cells = np.zeros((count, DEALS, size), dtype=np.int64)
        wanted = self.values(np.maximum(drawn.targets, 0))
        for block, value in zip(self.blocks, wanted.T, strict=True):
            hands = np.repeat(block.values[drawn.hands][:, None, :], DEALS, axis=1)
            dealt = self._random.permuted(hands, axis=2)
            giver = (dealt == value[:, None, None]).argmax(axis=2)[:, :, None]
            first = dealt[:, :, :1].copy()
            dealt[:, :, :1] = np.take_along_axis(dealt, giver, axis=2)
            np.put_along_axis(dealt, giver, first, axis=2)
            cells += block.cells[dealt]
        return cells
