"""Every sum of a published year, numbered, so that a change of its cells can be added up over all of them at once."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from referrals.publishing.audit.public_release import (
    LEAST_KEPT,
    MOST_AMBIGUOUS,
    WIDTH,
    Codes,
    Fact,
    Year,
)
from referrals.reference.codelists import FINEST, TOTAL

Changes = Mapping[Codes, int]
"""What a witness changes of the published cells: the difference, by cell."""

Integers = NDArray[np.int64]
Places = tuple[int, ...]

AT_ONCE: Final = 500
"""How many witnesses are added up at once: what each moves is held for all sums of its cells."""


@dataclass(frozen=True)
class Net:
    """How far witnesses move sums, an entry for each sum that a witness moves, ordered by witness and then by sum."""

    witness: Integers
    number: Integers
    by: Integers


class Sums:
    """Every sum of every order of one year, numbered: a dimension that is added up has one code more, the total.

    `kept` says of each of the 64 sums that a cell is part of which dimensions it fixes, `order` of every sum how many, and
    `strides` what a place in a dimension adds to a number.
    """

    def __init__(self, year: Year) -> None:
        """Take a year's categories."""
        self.codes = [(*year.categories[name], TOTAL) for name in FINEST]
        self._sizes = [len(codes) for codes in self.codes]
        self.strides = np.cumprod([1, *self._sizes[:0:-1]])[::-1].astype(np.int64)
        self.kept = np.array(list(itertools.product((False, True), repeat=len(FINEST))))
        self._weights = (self.kept * self.strides).T
        self._totals = (~self.kept * (np.array(self._sizes) - 1) * self.strides).sum(axis=1)
        self.count = int(np.prod(self._sizes))
        self.order = np.indices(self._sizes).reshape(len(FINEST), -1)
        self.order = (self.order != np.array(self._sizes)[:, None] - 1).sum(axis=0)

    @cached_property
    def _place(self) -> list[dict[str, int]]:
        return [{code: place for place, code in enumerate(codes)} for codes in self.codes]

    @cached_property
    def _places_of(self) -> Callable[[Codes], Places]:
        """Witnesses name the same cells again and again."""
        return cache(self.places)

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

    def array(self, cells: Iterable[Codes]) -> Integers:
        """Return the places of finest cells, a row each."""
        return np.array([*map(self._places_of, cells)], dtype=np.int64).reshape(-1, len(FINEST))

    def added(self, cells: Mapping[Codes, int]) -> Integers:
        """Return every sum of the values of finest cells."""
        values = np.repeat(np.array(list(cells.values()), dtype=np.float64), len(self._totals))
        added = np.bincount(
            self.of(self.array(cells)).ravel(), weights=values, minlength=self.count
        )
        return np.rint(added).astype(np.int64)

    def net(self, witness: Integers, places: Integers, change: Integers) -> Net:
        """Return how far witnesses move sums: `change` says by how much the cell at `places` is moved in a witness."""
        key = (witness[:, None] * self.count + self.of(places)).ravel()
        order = np.argsort(key, kind="stable")
        ordered = key[order]
        first = (
            np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]]))
            if len(key)
            else order
        )
        by = np.add.reduceat(change[order // len(self._totals)], first) if len(key) else order
        moved = by != 0
        return Net(
            ordered[first[moved]] // self.count, ordered[first[moved]] % self.count, by[moved]
        )

    def net_of(self, made: Sequence[Changes]) -> Iterator[Net]:
        """Yield how far some witnesses move sums, some hundreds of witnesses at a time."""
        for start in range(0, len(made), AT_ONCE):
            cells = [
                (start + number, *one)
                for number, changes in enumerate(made[start : start + AT_ONCE])
                for one in changes.items()
            ]
            numbers, codes, change = zip(*cells, strict=True) if cells else ((), (), ())
            yield self.net(
                np.array(numbers, dtype=np.int64),
                self.array(codes),
                np.array(change, dtype=np.int64),
            )

    def counted_by(self, facts: Sequence[Fact], places: Integers) -> Integers:
        """Return for each cell, a row, whether each fact, a column, counts it: 1 or 0."""
        counted = np.ones((len(places), len(facts)), dtype=np.int64)
        for number, fact in enumerate(facts):
            for dimension, named in fact.where.items():
                column = FINEST.index(dimension)
                counted[:, number] &= np.isin(self.codes[column], list(named))[places[:, column]]
        return counted

    def room(self, largest_error: Mapping[int, int]) -> Integers:
        """Return how far each sum may lie from what is published: exact totals not at all, single cells by the rule."""
        by_order = [
            0,
            0,
            *(largest_error.get(order, 0) for order in range(2, len(FINEST))),
            MOST_AMBIGUOUS - 1,
        ]
        return np.array(by_order, dtype=np.int64)[self.order]


def counted(fact: Fact, cells: Mapping[Codes, int]) -> int:
    """Return what the cells that a fact counts add up to."""
    return sum(value for codes, value in cells.items() if fact.holds_cell(codes))


def candidates(year: Year, sums: Sums) -> Integers:
    """Return the numbers of all sums that could be 1 to 4: of two dimensions and more, single cells included.

    A cell that shows 0 counts where each of its codes stands in some cell that can shrink: else the exact totals say that
    it is 0.
    """
    codes = [sorted({cell[column] for cell in year.movable}) for column in range(len(FINEST))]
    zeros = [cell for cell in itertools.product(*codes) if cell not in year.cells]
    cells = np.concatenate([sums.array(zeros), sums.array(year.movable)])
    return np.unique(np.concatenate([sums.of(cells)[:, -1], small_sums(year, sums)]))


def small_sums(year: Year, sums: Sums) -> Integers:
    """Return the numbers of the sums of two to five dimensions, not all 0, that could be fewer than five."""
    least = sums.added({codes: _least(value) for codes, value in year.cells.items()})
    wanted = (least > 0) & (least < LEAST_KEPT) & (sums.order > 1) & (sums.order < len(FINEST))
    return np.flatnonzero(wanted)


def _least(value: int) -> int:
    return 1 if LEAST_KEPT <= value <= MOST_AMBIGUOUS else value


class Spread:
    """How far witnesses and the published cells spread every sum of a year."""

    def __init__(self, sums: Sums) -> None:
        """Begin with the published cells alone, which spread nothing."""
        self._low, self._high = (
            np.zeros(sums.count, dtype=np.int64),
            np.zeros(sums.count, dtype=np.int64),
        )

    def add(self, net: Net) -> None:
        """Take in how far some witnesses move sums."""
        np.minimum.at(self._low, net.number, net.by)
        np.maximum.at(self._high, net.number, net.by)

    def narrow(self, numbers: Integers) -> Integers:
        """Return those of some sums, by number, whose range is not wide enough."""
        return numbers[(self._high - self._low)[numbers] < WIDTH]


def unmoved(numbers: Integers, sums: Sums, made: Sequence[Changes]) -> Integers:
    """Return those of some sums, by number, that witnesses and the published cells do not spread over a range wide enough."""
    spread = Spread(sums)
    for net in sums.net_of(made):
        spread.add(net)
    return spread.narrow(numbers)
