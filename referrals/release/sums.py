"""Every sum of a rounded release, numbered, so that numpy can add up witnesses.

`release.proof` uses it. A sum is a code, or the total, in each of six dimensions: the period
and those of `DIMENSIONS`. The first dimension has the quarters and, as their totals, the years.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import reduce
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from referrals.reference.codelists import DIMENSIONS, TOTAL

Integers = NDArray[np.signedinteger[Any]]

Where = Mapping[str, Sequence[str]]
"""A condition on cells: the codes that count, by dimension. A dimension without any has all."""

FINEST_ORDER: Final = 1 + len(DIMENSIONS)
"""The number of codes that fix a finest cell."""


class Sums:
    """The numbering of every sum of a release.

    `order` says how many codes each numbered sum fixes: 0 for the total of a year. `codes` lists
    the codes of each dimension, the totals included, in the order of their places.
    """

    def __init__(
        self, quarters: Mapping[str, Sequence[str]], codelists: Mapping[str, Iterable[str]]
    ) -> None:
        """Number the sums over the `quarters` of each year and the codes of each dimension."""
        self.years = tuple(quarters)
        self._year_of = {quarter: year for year, own in quarters.items() for quarter in own}
        periods = (*self._year_of, *self.years)
        self.codes = (periods, *(tuple(codelists[name]) for name in DIMENSIONS))
        self._places = [_numbered(own) for own in self.codes]
        sizes = [len(own) for own in self.codes]
        self.count = int(np.prod(sizes))
        self._strides = np.cumprod([1, *sizes[:0:-1]])[::-1]
        self._totals = [self._total_places(dimension) for dimension in range(FINEST_ORDER)]
        self.order = self._orders()

    def _total_places(self, dimension: int) -> Integers:
        """Return the place of the total of each place: of a quarter its year, else that of `_T`."""
        places = self._places[dimension]
        if dimension:
            return np.full(len(places), places[TOTAL])
        return np.array([places[self._year_of.get(code, code)] for code in places])

    def _orders(self) -> NDArray[np.int8]:
        fixed = [(totals != np.arange(len(totals))).astype(np.int8) for totals in self._totals]
        orders: NDArray[np.int8] = reduce(np.add.outer, fixed).ravel()
        return orders

    def places(self, columns: Iterable[Sequence[str]]) -> Integers:
        """Return the places of cells, one row each, from six columns of their codes.

        Raises:
            KeyError: a code is not one of the release.
        """
        found = [self.places_in(dimension, codes) for dimension, codes in enumerate(columns)]
        return np.stack(found, axis=1)

    def places_in(self, dimension: int, codes: Iterable[str]) -> Integers:
        """Return the places of codes in one of the six dimensions.

        Raises:
            KeyError: a code is not one of the release.
        """
        places = self._places[dimension]
        return np.array([places[code] for code in codes], dtype=np.int64)

    def numbers(self, places: Integers) -> Integers:
        """Return the number of each cell itself."""
        numbers: Integers = places @ self._strides
        return numbers

    def numbers_of_sums(self, places: Integers) -> Integers:
        """Return the numbers of the 64 sums that each finest cell is part of, one row a cell."""
        numbers = np.zeros((len(places), 1), dtype=np.int64)
        for dimension, totals in enumerate(self._totals):
            own = places[:, dimension]
            both = np.stack([own, totals[own]], axis=1) * self._strides[dimension]
            numbers = (numbers[:, :, None] + both[:, None, :]).reshape(len(places), -1)
        return numbers

    def number_of(self, codes: Sequence[str]) -> int:
        """Return the number of one sum from its six codes."""
        return int(self.numbers(self.places([[code] for code in codes]))[0])

    def is_in_year(self, places: Integers, year: str) -> NDArray[np.bool_]:
        """Return whether each cell of a quarter is in a year."""
        in_year: NDArray[np.bool_] = self._totals[0][places[:, 0]] == self._places[0][year]
        return in_year

    def is_counted(self, places: Integers, year: str, where: Where) -> NDArray[np.bool_]:
        """Return whether a year and a condition count each cell.

        Raises:
            KeyError: the condition names a code that is not one of the release.
        """
        counted = self.is_in_year(places, year)
        for dimension, name in enumerate(DIMENSIONS, start=1):
            if name in where and TOTAL not in where[name]:
                listed = [self._places[dimension][code] for code in where[name]]
                counted &= np.isin(places[:, dimension], listed)
        return counted

    def every_cell(self, year: str) -> Integers:
        """Return the places of one cell for each combination of codes: of any quarter of a year."""
        quarter = next(code for code, own in self._year_of.items() if own == year)
        others = list(map(_without_total, self._places[1:]))
        grid = np.meshgrid([self._places[0][quarter]], *others, indexing="ij")
        return np.stack([axis.ravel() for axis in grid], axis=1)

    def combinations(self, places: Integers) -> Integers:
        """Return the numbers of every combination of the codes that some cells have."""
        own = [np.unique(places[:, dimension]) for dimension in range(FINEST_ORDER)]
        steps = [codes * stride for codes, stride in zip(own, self._strides, strict=True)]
        combined: Integers = reduce(np.add.outer, steps)
        return combined.ravel()


def _numbered(codes: Sequence[str]) -> dict[str, int]:
    """Return the place of each code."""
    return {code: place for place, code in enumerate(codes)}


def _without_total(places: Mapping[str, int]) -> list[int]:
    return [place for code, place in places.items() if code != TOTAL]
