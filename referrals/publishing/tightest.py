"""The tightest whole-number range of a sum: what an attacker finds who has every public number and a solver.

For the sums that the witnesses left unmoved. Every filling of the finest cells that the public cannot exclude is a point of
one whole-number programme; the least and the most that a sum can be are its range, and the two fillings are witnesses.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
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

    def __init__(self, year: Year) -> None:
        """Take a year as it is published."""
        self._year = year
        self._cells = list(itertools.product(*(year.categories[name] for name in FINEST)))
        self._shown = np.array([year.cells.get(codes, 0) for codes in self._cells], dtype=np.int64)
        self._solver = self._model()

    def range_of(self, one: Codes) -> Range:
        """Return the tightest range of a sum (codes of a finest cell, with the total for what is added up).

        Raises:
            DisclosureError: the solver did not finish.
        """
        inside = np.array([all(code in {TOTAL, mine} for mine, code in zip(codes, one, strict=True)) for codes in self._cells])
        least, most = self._extreme(inside, 1), self._extreme(inside, -1)
        return Range(int(least[inside].sum()), int(most[inside].sum()), self._changes(least), self._changes(most))

    def _changes(self, values: NDArray[np.int64]) -> dict[Codes, int]:
        moved = np.flatnonzero(values != self._shown)
        return {self._cells[place]: int(values[place] - self._shown[place]) for place in moved}

    def _extreme(self, inside: NDArray[np.bool_], sign: int) -> NDArray[np.int64]:
        for column in range(len(self._cells)):
            self._solver.changeColCost(column, float(sign) if inside[column] else 0.0)
        self._solver.run()
        status = self._solver.getModelStatus()
        if status != highspy.HighsModelStatus.kOptimal:
            raise DisclosureError(f"The attack did not finish ({self._solver.modelStatusToString(status)}). Run it again.")
        return np.rint(self._solver.getSolution().col_value[: len(self._cells)]).astype(np.int64)

    def _model(self) -> highspy.Highs:
        """Return the programme: a column a cell, then a column of 0 or 1 for each cell that may stand for itself."""
        ambiguous = np.flatnonzero((self._shown >= LEAST_KEPT) & (self._shown <= MOST_AMBIGUOUS))
        low = np.where(self._shown > MOST_AMBIGUOUS, self._shown, np.where(self._shown > 0, 1, 0)).astype(float)
        high = np.where(self._shown > 0, self._shown, MOST_HIDDEN).astype(float)
        rows = [*self._totals(), *(self._row(fact) for fact in self._year.facts)]
        solver = highspy.Highs()
        solver.silent()
        for option, value in (("mip_rel_gap", 0.0), ("mip_abs_gap", 0.0), ("threads", 1), ("time_limit", 60.0)):
            solver.setOptionValue(option, value)
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
