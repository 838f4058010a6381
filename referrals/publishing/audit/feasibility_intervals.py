"""The feasibility interval of a sum: the values that an attacker with a solver cannot rule out.

Used for the sums that no exchange moves. Every table that the publication allows is a point of
one integer programme. The smallest and largest value of the sum over all of them are its interval,
and the tables at the two ends are witnesses. Exchanges come first because this takes seconds per
sum, and a year has thousands.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import highspy
import numpy as np

from referrals.errors import DisclosureError
from referrals.publishing.audit.marginal_sums import (
    Changes,
    Integers,
    MarginalSums,
    possible_zeros,
)
from referrals.publishing.cell_codes import Codes, Fact, Year, is_part
from referrals.reference.codelists import FINEST
from referrals.reference.disclosure_rule import (
    LARGEST_AMBIGUOUS,
    LARGEST_SMALL_COUNT,
    SMALLEST_UNCHANGED,
)

MOST_SEARCHED: Final = 100
"""The most sums of a year that are searched for over all cells. More of them are a fault."""

MOST_ZEROS: Final = 800
"""The most cells that show 0 which a search may fill, inside the sum and outside it."""

TIME_LIMIT: Final = 120.0
"""The time limit of one run of the solver, in seconds."""

MOST_ROUNDS: Final = 300
"""The most times that a search is repeated with the announced errors that its table broke."""

DISTANCE_COST: Final = 0.4
OPTIMALITY_GAP: Final = 0.5
"""The cost of the distance from the published cells, and the absolute gap of the search.

Together they are less than one, so the sum still comes first. Among the tables that reach its
smallest value, one near the published cells is found, which breaks few announced errors.
"""


def new_solver() -> highspy.Highs:
    """Return a silent solver with the limits of this package."""
    solver = highspy.Highs()
    solver.silent()
    solver.setOptionValue("mip_rel_gap", 0.0)
    solver.setOptionValue("mip_abs_gap", OPTIMALITY_GAP)
    solver.setOptionValue("time_limit", TIME_LIMIT)
    return solver


@dataclass(frozen=True)
class Interval:
    """The feasibility interval of a sum, and the table at each end as changes of cells.

    `is_complete` says that every cell that can change was searched. Otherwise the interval of an
    attacker may be wider.
    """

    low: int
    high: int
    at_low: Changes
    at_high: Changes
    is_complete: bool = False

    @property
    def width(self) -> int:
        """The distance between the ends."""
        return self.high - self.low

    @property
    def witnesses(self) -> list[Changes]:
        """The tables at the two ends, without one that is the published cells themselves."""
        return [changes for changes in (self.at_low, self.at_high) if changes]


def feasibility_interval(year: Year, target: Codes, largest_error: Mapping[int, int]) -> Interval:
    """Return the feasibility interval of a sum.

    Args:
        year: the year as it is published.
        target: the sum, with the total for each dimension that is added up.
        largest_error: the announced errors, by order.

    Raises:
        DisclosureError: the solver didn't finish.
    """
    return _Search(year, target, largest_error).interval()


class _Search:
    """The integer programme of one year: every published number as a constraint on its cells."""

    def __init__(self, year: Year, target: Codes, largest_error: Mapping[int, int]) -> None:
        self._year = year
        self._is_complete = True
        self._fixed = sum(
            value
            for codes, value in year.cells.items()
            if value > LARGEST_AMBIGUOUS and is_part(codes, target)
        )
        self._cells = self._searched_cells(target)
        self._inside = np.array([is_part(codes, target) for codes in self._cells], bool)
        self._shown = np.array([year.cells.get(codes, 0) for codes in self._cells], dtype=np.int64)
        self._sums = MarginalSums(year)
        self._tolerance = self._sums.tolerance(largest_error)
        self._places = self._sums.places_array(self._cells)
        self._numbers = self._sums.numbers_of(self._places)
        self._solver = self._programme()

    def interval(self) -> Interval:
        if not self._cells:
            if not all(fact.agrees_with(self._year.cells) for fact in self._year.facts):
                raise DisclosureError(
                    "The attack did not finish: published facts contradict the exact totals."
                )
            return Interval(self._fixed, self._fixed, {}, {}, is_complete=True)
        at_low, at_high = self._table(1), self._table(-1)
        return Interval(
            self._fixed + int(at_low[self._inside].sum()),
            self._fixed + int(at_high[self._inside].sum()),
            self._changes(at_low),
            self._changes(at_high),
            self._is_complete,
        )

    def _searched_cells(self, target: Codes) -> list[Codes]:
        """Return the cells that can change: those that show 5, 6 or 7, and some that show 0.

        A cell that shows 0 can only go up if, for each of its codes, another can go down. If there
        are many, a sample is taken of those inside the sum and one of those outside it. Leaving
        cells at 0 can only narrow the interval, so an interval that is wide enough over a sample is
        wide enough.
        """
        zeros = possible_zeros(self._year)
        inside = [codes for codes in zeros if is_part(codes, target)]
        outside = [codes for codes in zeros if not is_part(codes, target)]
        chance = random.Random(0)  # noqa: S311 - a sample of public cells, the same every time
        self._is_complete = max(len(inside), len(outside)) <= MOST_ZEROS
        return [
            *self._year.ambiguous,
            *chance.sample(inside, min(MOST_ZEROS, len(inside))),
            *chance.sample(outside, min(MOST_ZEROS, len(outside))),
        ]

    def _changes(self, values: Integers) -> dict[Codes, int]:
        moved = np.flatnonzero(values != self._shown)
        return {self._cells[place]: int(values[place] - self._shown[place]) for place in moved}

    def _table(self, sign: int) -> Integers:
        """Return the feasible table in which the sum is smallest (sign 1) or largest (sign -1).

        There are too many announced errors to write them all into the programme. Those that a table
        breaks are added, until a table breaks none.
        """
        away = np.where(self._shown == 0, 1, np.where(self._shown <= LARGEST_AMBIGUOUS, -1, 0))
        costs = sign * self._inside + away * DISTANCE_COST / (LARGEST_AMBIGUOUS * len(away))
        self._solver.changeColsCost(len(costs), np.arange(len(costs), dtype=np.int32), costs)
        for _ in range(MOST_ROUNDS):
            table = self._solve()
            if not self._add_broken_errors(table - self._shown):
                return table
        raise DisclosureError(
            f"The attack did not finish within {MOST_ROUNDS} rounds. Announce larger errors, or "
            "publish less detail."
        )

    def _add_broken_errors(self, change: Integers) -> bool:
        """Add a constraint for each announced error that a table breaks; return whether any is."""
        moved = np.flatnonzero(change)
        witness = np.zeros(len(moved), dtype=np.int64)
        moves = self._sums.moves(witness, self._places[moved], change[moved])
        broken = moves.number[np.abs(moves.by) > self._tolerance[moves.number]]
        for number in broken:
            cells = np.flatnonzero((self._numbers == number).any(axis=1))
            shown, error = float(self._shown[cells].sum()), float(self._tolerance[number])
            low, high = shown - error, shown + error
            self._solver.addRow(low, high, len(cells), cells, np.ones(len(cells)))
        return len(broken) > 0

    def _solve(self) -> Integers:
        self._solver.run()
        status = self._solver.getModelStatus()
        if status != highspy.HighsModelStatus.kOptimal:
            reason = self._solver.modelStatusToString(status)
            raise DisclosureError(f"The attack did not finish ({reason}). Run it again.")
        return np.rint(self._solver.getSolution().col_value[: len(self._cells)]).astype(np.int64)

    def _programme(self) -> highspy.Highs:
        """Return the programme: a column per cell, then a 0-1 column per ambiguous cell."""
        shown = self._shown
        low = np.where(shown > LARGEST_AMBIGUOUS, shown, np.where(shown > 0, 1, 0)).astype(float)
        high = np.where(shown > 0, shown, LARGEST_SMALL_COUNT).astype(float)
        solver = new_solver()
        for least, most in zip(low, high, strict=True):
            solver.addVariable(least, most, 0, highspy.HighsVarType.kInteger)
        for cell in np.flatnonzero((shown >= SMALLEST_UNCHANGED) & (shown <= LARGEST_AMBIGUOUS)):
            self._add_ambiguity(solver, int(cell), float(shown[cell]))
        for inside, least, most in (*self._exact_totals(), *map(self._row, self._year.facts)):
            columns = np.flatnonzero(inside)
            solver.addRow(least, most, len(columns), columns, np.ones(len(columns)))
        return solver

    @staticmethod
    def _add_ambiguity(solver: highspy.Highs, cell: int, shown: float) -> None:
        """Constrain a cell to 1 to 4 or to the number that it shows.

        With `itself` at 0 the cell is at most 4; with `itself` at 1 it is exactly that number.
        """
        itself = solver.addVariable(0, 1, 0, highspy.HighsVarType.kInteger)
        columns, free = [cell, itself.index], highspy.kHighsInf
        solver.addRow(-free, LARGEST_SMALL_COUNT, 2, columns, [1.0, LARGEST_SMALL_COUNT - shown])
        solver.addRow(1.0, free, 2, columns, [1.0, 1.0 - shown])

    def _exact_totals(self) -> Iterator[tuple[Sequence[bool], float, float]]:
        """Yield every one-way total. They are published exactly."""
        for column, name in enumerate(FINEST):
            for code in self._year.categories[name]:
                inside = [codes[column] == code for codes in self._cells]
                total = float(self._shown[np.array(inside, bool)].sum())
                yield inside, total, total

    def _row(self, fact: Fact) -> tuple[Sequence[bool], float, float]:
        inside = [fact.holds_cell(codes) for codes in self._cells]
        others = fact.sum_of(self._year.cells) - int(self._shown[np.array(inside, bool)].sum())
        return inside, float(fact.low - others), float(fact.high - others)
