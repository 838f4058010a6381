"""Every sum of a published year, numbered, so that a change of its cells can be added up over all of them at once."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from referrals.codelists import FINEST, TOTAL
from referrals.publishing.public import LEAST_KEPT, MOST_AMBIGUOUS, Codes, Year

Changes = Mapping[Codes, int]
"""What a witness changes of the published cells: the difference, by cell."""

Integers = NDArray[np.int64]
Places = tuple[int, ...]


class Sums:
    """Every sum of every order of one year, numbered: a dimension that is added up has one code more, the total."""

    def __init__(self, year: Year) -> None:
        """Take a year's categories."""
        self.codes = [(*year.categories[name], TOTAL) for name in FINEST]
        self._sizes = [len(codes) for codes in self.codes]
        self.strides = np.cumprod([1, *self._sizes[:0:-1]])[::-1].astype(np.int64)
        kept = np.array(list(itertools.product((0, 1), repeat=len(FINEST))), dtype=np.int64)
        self._weights = (kept * self.strides).T
        self._totals = ((1 - kept) * (np.array(self._sizes) - 1) * self.strides).sum(axis=1)
        self.count = int(np.prod(self._sizes))
        self.order = np.indices(self._sizes).reshape(len(FINEST), -1)
        self.order = (self.order != np.array(self._sizes)[:, None] - 1).sum(axis=0)

    @cached_property
    def _place(self) -> list[dict[str, int]]:
        return [{code: place for place, code in enumerate(codes)} for codes in self.codes]

    def places(self, codes: Codes) -> Places:
        """Return the places of a cell's codes in their categories."""
        return tuple(place[code] for place, code in zip(self._place, codes, strict=True))

    def named(self, places: Sequence[int]) -> Codes:
        """Return the codes at places."""
        return tuple(codes[place] for codes, place in zip(self.codes, places, strict=True))

    def of(self, places: Integers) -> Integers:
        """Return the numbers of all 64 sums that each finest cell is part of: a row a cell, the cell itself last."""
        return np.asarray(places @ self._weights + self._totals)

    def places_of(self, numbers: Integers) -> Integers:
        """Return the places of sums by their numbers, a row each."""
        return np.stack(np.unravel_index(numbers, self._sizes), axis=1)

    def cell(self, number: int) -> Codes:
        """Return the codes of a sum by its number."""
        return self.named([int(place) for place in np.unravel_index(number, self._sizes)])

    def added(self, cells: Mapping[Codes, int]) -> Integers:
        """Return every sum of the values of finest cells."""
        total = np.zeros(self.count, dtype=np.int64)
        if cells:
            numbers = self.of(np.array([self.places(codes) for codes in cells], dtype=np.int64))
            np.add.at(total, numbers.ravel(), np.repeat(np.array(list(cells.values())), numbers.shape[1]))
        return total

    def room(self, largest_error: Mapping[int, int]) -> Integers:
        """Return how far each sum may lie from what is published: exact totals not at all, single cells by the rule."""
        by_order = [0, 0, *(largest_error.get(order, 0) for order in range(2, len(FINEST))), LEAST_KEPT - 1]
        return np.array(by_order, dtype=np.int64)[self.order]


def small_sums(year: Year, sums: Sums) -> Integers:
    """Return the numbers of the sums of two to five dimensions, not all 0, that could be fewer than five."""
    least = sums.added({codes: _least(value) for codes, value in year.cells.items()})
    wanted = (least > 0) & (least < LEAST_KEPT) & (sums.order > 1) & (sums.order < len(FINEST))
    return np.flatnonzero(wanted)


def _least(value: int) -> int:
    return 1 if LEAST_KEPT <= value <= MOST_AMBIGUOUS else value


def unmoved(numbers: Integers, sums: Sums, made: Iterable[Changes]) -> Iterator[int]:
    """Yield the sums, by number, that no witness moves."""
    moved = np.zeros(sums.count, dtype=np.bool_)
    for changes in made:
        moved |= sums.added(changes) != 0
    yield from numbers[~moved[numbers]].tolist()
