"""Every marginal sum of a published year, numbered, so that numpy can add up witnesses.

The attacks on several releases ask for single sums, and for the counts behind a number.

A year has a few hundred thousand sums and a proof thousands of witnesses. Adding them up in
dictionaries would take hours; here each is an index into a numpy array.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from operator import itemgetter
from typing import Final

import numpy as np
from numpy.typing import NDArray

from referrals.publishing.cell_codes import Codes, Fact, Year, is_part
from referrals.reference.codelists import FINEST, TOTAL
from referrals.reference.disclosure_rule import (
    LARGEST_AMBIGUOUS,
    PROTECTION_WIDTH,
    SMALLEST_UNCHANGED,
)

Changes = Mapping[Codes, int]
"""A witness as the differences from the published cells, by cell."""

Integers = NDArray[np.int64]
Places = tuple[int, ...]

WITNESSES_AT_ONCE: Final = 500
"""The witnesses added up in one array operation, which bounds the memory that it takes."""


@dataclass(frozen=True)
class Moves:
    """The changes of sums by witnesses: parallel arrays, ordered by witness and sum."""

    witness: Integers
    number: Integers
    by: Integers


class MarginalSums:
    """The numbering of every sum of one year, at every order.

    A sum is a place in each dimension, and each dimension has one place more than it has codes, for
    the total. Its number is the index of these places in row-major order. `strides` says how much a
    step in a dimension adds to it. A finest cell is part of 64 sums; `fixed` says which dimensions
    each of them fixes. `order` says how many dimensions each numbered sum fixes.
    """

    def __init__(self, year: Year) -> None:
        """Number the sums over the categories of a year."""
        self.codes = [(*year.categories[name], TOTAL) for name in FINEST]
        self._sizes = [len(codes) for codes in self.codes]
        self.count = int(np.prod(self._sizes))
        self.strides = np.cumprod([1, *self._sizes[:0:-1]])[::-1].astype(np.int64)
        self.fixed = np.array(list(itertools.product((False, True), repeat=len(FINEST))))
        self._weights = (self.fixed * self.strides).T
        self._totals = (~self.fixed * (np.array(self._sizes) - 1) * self.strides).sum(axis=1)
        places = np.indices(self._sizes).reshape(len(FINEST), -1)
        self.order = (places != np.array(self._sizes)[:, None] - 1).sum(axis=0)

    @cached_property
    def _place_of_code(self) -> list[dict[str, int]]:
        return [dict(zip(codes, range(len(codes)), strict=True)) for codes in self.codes]

    @cached_property
    def _cached_places(self) -> Callable[[Codes], Places]:
        """`places` with a cache: witnesses name the same cells again and again."""
        return cache(self.places)

    def places(self, codes: Codes) -> Places:
        """Return the places of some codes in their dimensions."""
        return tuple(place[code] for place, code in zip(self._place_of_code, codes, strict=True))

    def places_array(self, cells: Iterable[Codes]) -> Integers:
        """Return the places of finest cells, a row each."""
        places = [*map(self._cached_places, cells)]
        return np.array(places, dtype=np.int64).reshape(-1, len(FINEST))

    def places_of_numbers(self, numbers: Integers) -> Integers:
        """Return the places of numbered sums, a row each."""
        return np.stack(np.unravel_index(numbers, self._sizes), axis=1)

    def codes_at(self, places: Sequence[int]) -> Codes:
        """Return the codes at some places, one in each dimension."""
        return tuple(codes[place] for codes, place in zip(self.codes, places, strict=True))

    def codes_of(self, number: int) -> Codes:
        """Return the codes of a numbered sum."""
        return self.codes_at([int(place) for place in np.unravel_index(number, self._sizes)])

    def numbers_of(self, places: Integers) -> Integers:
        """Return the numbers of the 64 sums of each finest cell, a row each, the cell last."""
        return np.asarray(places @ self._weights + self._totals)

    def totals(self, cells: Mapping[Codes, int]) -> Integers:
        """Return the value of every sum, by number, added up from finest cells."""
        values = np.repeat(np.array(list(cells.values()), dtype=np.float64), len(self._totals))
        numbers = self.numbers_of(self.places_array(cells)).ravel()
        totals = np.bincount(numbers, weights=values, minlength=self.count)
        return np.rint(totals).astype(np.int64)

    def moves(self, witness: Integers, places: Integers, change: Integers) -> Moves:
        """Return how far witnesses move sums.

        Args:
            witness: the number of a witness, for each cell that it changes.
            places: the places of these cells, a row each.
            change: by how much each is changed.
        """
        key = (witness[:, None] * self.count + self.numbers_of(places)).ravel()
        if not len(key):
            return Moves(key, key, key)
        order = np.argsort(key, kind="stable")
        ordered = key[order]
        first = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]]))
        by = np.add.reduceat(change[order // len(self._totals)], first)
        moved = by != 0
        moved_key = ordered[first[moved]]
        return Moves(moved_key // self.count, moved_key % self.count, by[moved])

    def moves_of(self, witnesses: Sequence[Changes]) -> Iterator[Moves]:
        """Yield how far witnesses move sums, some hundreds of witnesses at a time."""
        for start in range(0, len(witnesses), WITNESSES_AT_ONCE):
            numbers: list[int] = []
            cells: list[Codes] = []
            changes: list[int] = []
            for number, witness in enumerate(witnesses[start : start + WITNESSES_AT_ONCE], start):
                numbers += [number] * len(witness)
                cells += witness.keys()
                changes += witness.values()
            yield self.moves(
                np.array(numbers, dtype=np.int64),
                self.places_array(cells),
                np.array(changes, dtype=np.int64),
            )

    def fact_membership(self, facts: Sequence[Fact], places: Integers) -> Integers:
        """Return whether each finest cell, a row, is part of each fact, a column: 1 or 0."""
        membership = np.ones((len(places), len(facts)), dtype=np.int64)
        for number, fact in enumerate(facts):
            for dimension, named in fact.where.items():
                column = FINEST.index(dimension)
                is_named = np.isin(self.codes[column], list(named))
                membership[:, number] &= is_named[places[:, column]]
        return membership

    def tolerance(self, largest_error: Mapping[int, int]) -> Integers:
        """Return how far each sum may lie from the published number.

        Totals of order 0 and 1 are exact, other sums have the announced error of their order, and a
        finest cell that shows 7 can be 1.
        """
        by_order = [0, 0]
        by_order += [largest_error.get(order, 0) for order in range(2, len(FINEST))]
        by_order.append(LARGEST_AMBIGUOUS - 1)
        return np.asarray(np.array(by_order, dtype=np.int64)[self.order])


def sum_of(year: Year, target: Codes) -> int:
    """Return the sum that a year shows, added up from its finest cells."""
    return sum(value for codes, value in year.cells.items() if is_part(codes, target))


def total_of_code(year: Year, column: int, code: str) -> int:
    """Return the total of a code of a dimension, which is given by its place in `FINEST`."""
    return sum(value for codes, value in year.cells.items() if codes[column] == code)


def possible_counts(shown: int) -> list[int]:
    """Return the counts that a published number of a finest cell can stand for.

    >>> possible_counts(0), possible_counts(6), possible_counts(8)
    ([0, 1, 2, 3, 4], [1, 2, 3, 4, 6], [8])
    """
    if shown == 0:
        return list(range(SMALLEST_UNCHANGED))
    if shown > LARGEST_AMBIGUOUS:
        return [shown]
    return [*range(1, SMALLEST_UNCHANGED), shown]


def candidates(year: Year, sums: MarginalSums) -> Integers:
    """Return the numbers of all sums that could be 1 to 4, finest cells included.

    A finest cell that shows 0 is a candidate if each of its codes occurs in some ambiguous cell. If
    one doesn't, the exact total of that code leaves nobody for the cell.
    """
    zeros = possible_zeros(year)
    cells = np.concatenate([sums.places_array(zeros), sums.places_array(year.ambiguous)])
    return np.unique(np.concatenate([sums.numbers_of(cells)[:, -1], small_sums(year, sums)]))


def possible_zeros(year: Year) -> list[Codes]:
    """Return the cells that show 0 and whose codes each occur in some ambiguous cell."""
    columns = map(itemgetter, range(len(FINEST)))
    codes = [sorted(set(map(code_of, year.ambiguous))) for code_of in columns]
    return [cell for cell in itertools.product(*codes) if cell not in year.cells]


def small_sums(year: Year, sums: MarginalSums) -> Integers:
    """Return the numbers of the sums of order 2 to 5 that could be 1 to 4."""
    least = sums.totals({codes: _least_count(value) for codes, value in year.cells.items()})
    is_small = (least > 0) & (least < SMALLEST_UNCHANGED)
    return np.flatnonzero(is_small & (sums.order > 1) & (sums.order < len(FINEST)))


def _least_count(shown: int) -> int:
    return 1 if SMALLEST_UNCHANGED <= shown <= LARGEST_AMBIGUOUS else shown


class Spread:
    """The smallest and largest difference that some witnesses make to each sum, by its number."""

    def __init__(self, sums: MarginalSums) -> None:
        """Start with the published cells alone, which make no difference."""
        self.low = np.zeros(sums.count, dtype=np.int64)
        self.high = np.zeros(sums.count, dtype=np.int64)

    def add(self, moves: Moves) -> None:
        """Widen the spread by the moves of some witnesses."""
        np.minimum.at(self.low, moves.number, moves.by)
        np.maximum.at(self.high, moves.number, moves.by)

    def too_narrow(self, numbers: Integers) -> Integers:
        """Return those of some numbered sums whose spread is below the protection width."""
        return numbers[(self.high - self.low)[numbers] < PROTECTION_WIDTH]


def too_narrow(numbers: Integers, sums: MarginalSums, witnesses: Sequence[Changes]) -> Integers:
    """Return the numbered sums that witnesses spread by less than the protection width."""
    spread = Spread(sums)
    for moves in sums.moves_of(witnesses):
        spread.add(moves)
    return spread.too_narrow(numbers)
