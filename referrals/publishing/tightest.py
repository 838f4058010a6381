"""The whole-number range of a sum: what an attacker finds who has every public number and a solver.

For the sums that the witnesses left unmoved. Every filling of the finest cells that the public cannot exclude is a point of
one whole-number programme; the least and the most that a sum can be are its range, and the two fillings are witnesses.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import highspy
import numpy as np
from numpy.typing import NDArray

from referrals.codelists import FINEST, TOTAL
from referrals.errors import DisclosureError
from referrals.publishing.public import LEAST_KEPT, MOST_AMBIGUOUS, Codes, Fact, Year

MOST_HIDDEN: Final = LEAST_KEPT - 1
"""The most that a cell that shows 0 can stand for."""

MOST_CELLS: Final = 500
"""The largest table of totals that is searched. Of a sum in a larger one, totals say little."""

SAMPLE: Final = 800
"""How many cells that show 0 the search may fill, inside the sum and outside it."""

SECONDS: Final = 120.0
"""How long one search may take."""


def least_by_totals(year: Year, one: Codes) -> int:
    """Return the least that a sum can be, as far as the exact totals and facts on its own dimensions say.

    A cell of the table of these dimensions alone: small, and quickly searched. What it cannot be there, it cannot be at all.
    A sum in a large table could be 0 as far as this looks.
    """
    named = [{column for column, code in enumerate(one) if code != TOTAL}]
    named += [{FINEST.index(dimension) for dimension in fact.where} for fact in year.facts]
    columns = sorted(named[0].union(*(names for names in named if names & named[0])))
    table = list(itertools.product(*(year.categories[FINEST[column]] for column in columns)))
    if len(table) > MOST_CELLS:
        return 0
    solver = _quiet()
    for _ in table:
        solver.addVariable(0, highspy.kHighsInf, 0, highspy.HighsVarType.kInteger)
    for inside, low, high in _rows(year, columns, table):
        places = np.flatnonzero(inside)
        solver.addRow(float(low), float(high), len(places), places, np.ones(len(places)))
    wanted = np.flatnonzero([all(one[c] in {TOTAL, code} for c, code in zip(columns, codes, strict=True)) for codes in table])
    solver.changeColsCost(len(wanted), wanted.astype(np.int32), np.ones(len(wanted)))
    solver.run()
    return round(solver.getObjectiveValue()) if solver.getModelStatus() == highspy.HighsModelStatus.kOptimal else 0


def _rows(year: Year, columns: Sequence[int], table: Sequence[Codes]) -> Iterator[tuple[list[bool], int, int]]:
    """Yield the exact totals and the facts on some dimensions, as sums over the table of these dimensions."""
    for place, column in enumerate(columns):
        for code in year.categories[FINEST[column]]:
            total = sum(value for codes, value in year.cells.items() if codes[column] == code)
            yield [codes[place] == code for codes in table], total, total
    for fact in year.facts:
        if {FINEST.index(dimension) for dimension in fact.where} <= set(columns):
            named = [(columns.index(FINEST.index(dimension)), codes) for dimension, codes in fact.where.items()]
            yield [all(cell[place] in codes for place, codes in named) for cell in table], fact.low, fact.high


def _is_part(codes: Codes, one: Codes) -> bool:
    return all(code in {TOTAL, mine} for mine, code in zip(codes, one, strict=True))


def _some(cells: list[Codes], chance: random.Random) -> list[Codes]:
    return chance.sample(cells, min(SAMPLE, len(cells)))


def _quiet() -> highspy.Highs:
    solver = highspy.Highs()
    solver.silent()
    for option, value in (("mip_rel_gap", 0.0), ("mip_abs_gap", 0.0), ("time_limit", SECONDS)):
        solver.setOptionValue(option, value)
    return solver


@dataclass(frozen=True)
class Range:
    """The least and the most that a sum can be, and what each changes of the published cells."""

    low: int
    high: int
    at_low: Mapping[Codes, int]
    at_high: Mapping[Codes, int]

    @property
    def width(self) -> int:
        """How far the two are apart."""
        return self.high - self.low


class Attacker:
    """Everything that the public knows of one year, as one whole-number programme."""

    def __init__(self, year: Year, one: Codes) -> None:
        """Take a year as it is published, and the sum to look for (the total stands for what is added up)."""
        self._year = year
        self._one = one
        self._cells = self._looked_at(one)
        self._shown = np.array([year.cells.get(codes, 0) for codes in self._cells], dtype=np.int64)
        self._solver = self._model()

    def range(self) -> Range:
        """Return the range of the sum.

        Raises:
            DisclosureError: the solver did not finish.
        """
        inside = np.array([_is_part(codes, self._one) for codes in self._cells])
        least, most = self._extreme(inside, 1), self._extreme(inside, -1)
        return Range(int(least[inside].sum()), int(most[inside].sum()), self._changes(least), self._changes(most))

    def _looked_at(self, one: Codes) -> list[Codes]:
        """Return every cell that is shown, and of those that show 0 all that are part of the sum and a sample of the rest.

        A range found over some of the cells is one that is left: over all of them it could only be wider.
        """
        zeros = [codes for codes in itertools.product(*(self._year.categories[name] for name in FINEST))
                 if codes not in self._year.cells]  # fmt: skip
        part = [codes for codes in zeros if _is_part(codes, one)]
        rest = [codes for codes in zeros if not _is_part(codes, one)]
        chance = random.Random(0)  # noqa: S311 - nothing secret rests on it
        return [*self._year.cells, *_some(part, chance), *_some(rest, chance)]

    def _changes(self, values: NDArray[np.int64]) -> dict[Codes, int]:
        moved = np.flatnonzero(values != self._shown)
        return {self._cells[place]: int(values[place] - self._shown[place]) for place in moved}

    def _extreme(self, inside: NDArray[np.bool_], sign: int) -> NDArray[np.int64]:
        return np.rint(self._solved(inside, sign)).astype(np.int64)

    def _solved(self, inside: NDArray[np.bool_], sign: int) -> NDArray[np.float64]:
        """Return the filling in which the cells inside add up to least (sign 1) or to most (sign -1)."""
        costs = np.where(inside, float(sign), 0.0)
        self._solver.changeColsCost(len(costs), np.arange(len(costs), dtype=np.int32), costs)
        self._solver.run()
        status = self._solver.getModelStatus()
        if status != highspy.HighsModelStatus.kOptimal:
            raise DisclosureError(f"The attack did not finish ({self._solver.modelStatusToString(status)}). Run it again.")
        return np.array(self._solver.getSolution().col_value[: len(self._cells)], dtype=np.float64)

    def _model(self) -> highspy.Highs:
        """Return the programme: a column a cell, then a column of 0 or 1 for each cell that may stand for itself."""
        ambiguous = np.flatnonzero((self._shown >= LEAST_KEPT) & (self._shown <= MOST_AMBIGUOUS))
        low = np.where(self._shown > MOST_AMBIGUOUS, self._shown, np.where(self._shown > 0, 1, 0)).astype(float)
        high = np.where(self._shown > 0, self._shown, MOST_HIDDEN).astype(float)
        rows = [*self._totals(), *(self._row(fact) for fact in self._year.facts)]
        solver = _quiet()
        for least, most in zip(low, high, strict=True):
            solver.addVariable(least, most, 0, highspy.HighsVarType.kInteger)
        for cell in ambiguous:
            shown = float(self._shown[cell])
            itself = solver.addVariable(0, 1, 0, highspy.HighsVarType.kInteger)
            # It is 1 to 4, or what it shows: with `itself` at 0 at most 4, with it at 1 exactly what it shows.
            solver.addRow(-highspy.kHighsInf, MOST_HIDDEN, 2, [int(cell), itself.index], [1.0, MOST_HIDDEN - shown])
            solver.addRow(1.0, highspy.kHighsInf, 2, [int(cell), itself.index], [1.0, 1.0 - shown])
        for inside, least, most in rows:
            columns = np.flatnonzero(inside)
            solver.addRow(least, most, len(columns), columns, np.ones(len(columns)))
        return solver

    def _totals(self) -> Iterable[tuple[Sequence[bool], float, float]]:
        """Yield every total of one dimension: they are exact."""
        for column, name in enumerate(FINEST):
            for code in self._year.categories[name]:
                inside = [codes[column] == code for codes in self._cells]
                total = float(self._shown[np.array(inside)].sum())
                yield inside, total, total

    def _row(self, fact: Fact) -> tuple[Sequence[bool], float, float]:
        return [fact.holds_cell(codes) for codes in self._cells], float(fact.low), float(fact.high)
