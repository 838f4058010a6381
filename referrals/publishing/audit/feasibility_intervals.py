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

from referrals.errors import DisclosureError
from referrals.publishing.audit.marginal_sums import Changes, Integers, Sums
from referrals.publishing.audit.public_release import (
    LEAST_KEPT,
    MOST_AMBIGUOUS,
    Codes,
    Fact,
    Year,
    is_part,
)
from referrals.reference.codelists import FINEST, TOTAL

MOST_HIDDEN: Final = LEAST_KEPT - 1
"""The most that a cell that shows 0 can stand for."""

Where = Mapping[str, Sequence[str]]
"""The codes that a sum counts, by dimension; a dimension that is not named is added up."""

MOST_CELLS: Final = 500
"""The largest table of totals that is searched. Of a sum in a larger one, totals say little."""

SAMPLE: Final = 800
"""How many cells that show 0 the search may fill, inside the sum and outside it."""

SECONDS: Final = 120.0
"""How long one search may take."""

ROUNDS: Final = 300
"""How many times a filling may break announced errors, and be searched for again with these errors in mind."""

NUDGE: Final = 0.4
GAP: Final = 0.5
"""What the distance from the published cells may cost in all, and how far from the best a filling may be.

Together less than one: of the fillings with the least sum one near the published cells is found, which breaks few announced
errors.
"""


@dataclass(frozen=True)
class Part:
    """An exact total or a fact, by the codes that it adds up, and how many times a bound counts it: below 0 it is taken off."""

    times: int
    where: Where


@dataclass(frozen=True)
class Bound:
    """The least that a sum can be, and the proof: parts that hold, added up, no cell more often than the sum does.

    Each part adds the least that it can be, and one that is taken off takes the most. Without parts nothing is proved.
    """

    least: int
    parts: tuple[Part, ...] = ()


def least_by_totals(year: Year, one: Codes) -> int:
    """Return the least that a sum can be, as far as the exact totals and facts on its own dimensions say."""
    return bound_by_totals(year, one).least


def is_exact_by_totals(year: Year, one: Codes) -> bool:
    """Return whether the exact totals and facts on its own dimensions leave a sum only one number."""
    least, most = (_extreme_by_totals(year, one, sign) for sign in (1, -1))
    return bool(least and most and least.least == -most.least)


def bound_by_totals(year: Year, one: Codes) -> Bound:
    """Return the least that a sum can be, as far as the exact totals and facts on its own dimensions say, with the proof.

    A cell of the table of these dimensions alone: small, and quickly searched. What it cannot be there, it cannot be at all.
    A sum in a large table could be 0 as far as this looks.
    """
    bound = _extreme_by_totals(year, one, 1)
    return bound if bound and bound.least > 0 else Bound(0)


def _extreme_by_totals(year: Year, one: Codes, sign: int) -> Bound | None:
    """Return the least that a sum (sign 1), or what it takes from nothing (sign -1), can be; None where that is not found.

    The parts and their times are the solution of the dual programme, in whole numbers; they are added up here again.
    """
    named = [{column for column, code in enumerate(one) if code != TOTAL}]
    named += [{FINEST.index(dimension) for dimension in fact.where} for fact in year.facts]
    columns = sorted(named[0].union(*(names for names in named if names & named[0])))
    table = list(itertools.product(*(year.categories[FINEST[column]] for column in columns)))
    if len(table) > MOST_CELLS:
        return None
    rows = list(_rows(year, columns, table))
    wanted = sign * np.array(
        [
            all(one[c] in {TOTAL, code} for c, code in zip(columns, codes, strict=True))
            for codes in table
        ]
    )
    solver = _quiet()
    for cost in wanted:
        solver.addVariable(0, highspy.kHighsInf, float(cost))
    for row in rows:
        places = np.flatnonzero(row.inside)
        solver.addRow(float(row.low), float(row.high), len(places), places, np.ones(len(places)))
    solver.run()
    if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        return None
    times = np.rint(solver.getSolution().row_dual).astype(np.int64)
    inside = np.array([row.inside for row in rows], dtype=np.int64).reshape(len(rows), len(table))
    if (times @ inside > wanted).any():
        return None
    parts = [
        (Part(int(number), row.where), row)
        for number, row in zip(times, rows, strict=True)
        if number
    ]
    least = sum(part.times * (row.low if part.times > 0 else row.high) for part, row in parts)
    return Bound(least, tuple(part for part, _ in parts))


@dataclass(frozen=True)
class _Row:
    """An exact total or a fact: which cells of a table it adds up, and between which numbers."""

    where: Where
    inside: Sequence[bool]
    low: int
    high: int


def _rows(year: Year, columns: Sequence[int], table: Sequence[Codes]) -> Iterator[_Row]:
    """Yield the exact totals and the facts on some dimensions, as sums over the table of these dimensions."""
    for place, column in enumerate(columns):
        for code in year.categories[FINEST[column]]:
            total = sum(value for codes, value in year.cells.items() if codes[column] == code)
            yield _Row(
                {FINEST[column]: [code]}, [codes[place] == code for codes in table], total, total
            )
    for fact in year.facts:
        if {FINEST.index(dimension) for dimension in fact.where} <= set(columns):
            named = [
                (columns.index(FINEST.index(dimension)), codes)
                for dimension, codes in fact.where.items()
            ]
            inside = [all(cell[place] in codes for place, codes in named) for cell in table]
            yield _Row(fact.where, inside, fact.low, fact.high)


def _some(cells: list[Codes], chance: random.Random) -> list[Codes]:
    return chance.sample(cells, min(SAMPLE, len(cells)))


def _quiet() -> highspy.Highs:
    solver = highspy.Highs()
    solver.silent()
    for option, value in (("mip_rel_gap", 0.0), ("mip_abs_gap", GAP), ("time_limit", SECONDS)):
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

    def __init__(self, year: Year, one: Codes, largest_error: Mapping[int, int]) -> None:
        """Take a year as it is published, the sum to look for (the total stands for what is added up), and announced errors."""
        self._year = year
        self._one = one
        self._cells = self._looked_at(one)
        self._shown = np.array([year.cells.get(codes, 0) for codes in self._cells], dtype=np.int64)
        self._sums = Sums(year)
        self._room = self._sums.room(largest_error)
        self._places = self._sums.array(self._cells)
        self._numbers = self._sums.of(self._places)
        self._solver = self._model()

    def range(self) -> Range:
        """Return the range of the sum.

        Raises:
            DisclosureError: the solver did not finish.
        """
        inside = np.array([is_part(codes, self._one) for codes in self._cells])
        least, most = self._extreme(inside, 1), self._extreme(inside, -1)
        return Range(
            int(least[inside].sum()),
            int(most[inside].sum()),
            self._changes(least),
            self._changes(most),
        )

    def fillings(self) -> list[Changes]:
        """Return the two ends of the range as witnesses, without one that is the published cells themselves.

        Raises:
            DisclosureError: the solver did not finish.
        """
        found = self.range()
        return [changes for changes in (found.at_low, found.at_high) if changes]

    def _looked_at(self, one: Codes) -> list[Codes]:
        """Return every cell that is shown, and of those that show 0 all that are part of the sum and a sample of the rest.

        A range found over some of the cells is one that is left: over all of them it could only be wider.
        """
        zeros = [codes for codes in itertools.product(*(self._year.categories[name] for name in FINEST))
                 if codes not in self._year.cells]  # fmt: skip
        part = [codes for codes in zeros if is_part(codes, one)]
        rest = [codes for codes in zeros if not is_part(codes, one)]
        chance = random.Random(0)
        return [*self._year.cells, *_some(part, chance), *_some(rest, chance)]

    def _changes(self, values: Integers) -> dict[Codes, int]:
        moved = np.flatnonzero(values != self._shown)
        return {self._cells[place]: int(values[place] - self._shown[place]) for place in moved}

    def _extreme(self, inside: NDArray[np.bool_], sign: int) -> Integers:
        """Return the filling in which the cells inside add up to least (sign 1) or to most (sign -1).

        There are too many announced errors to write them all down: those that a filling breaks are added, until none is.
        """
        away = np.where(self._shown == 0, 1, np.where(self._shown <= MOST_AMBIGUOUS, -1, 0))
        costs = sign * inside + away * NUDGE / (MOST_AMBIGUOUS * len(away))
        self._solver.changeColsCost(len(costs), np.arange(len(costs), dtype=np.int32), costs)
        for _ in range(ROUNDS):
            found = self._solved()
            if not self._forbid(found - self._shown):
                return found
        raise DisclosureError(
            f"The attack did not finish within {ROUNDS} rounds. Announce larger errors, or publish less detail."
        )

    def _forbid(self, change: Integers) -> bool:
        """Write down each announced error that some changes break, and return whether there was one."""
        moved = np.flatnonzero(change)
        net = self._sums.net(
            np.zeros(len(moved), dtype=np.int64), self._places[moved], change[moved]
        )
        broken = net.number[np.abs(net.by) > self._room[net.number]]
        for number in broken:
            cells = np.flatnonzero((self._numbers == number).any(axis=1))
            shown, room = float(self._shown[cells].sum()), float(self._room[number])
            self._solver.addRow(shown - room, shown + room, len(cells), cells, np.ones(len(cells)))
        return len(broken) > 0

    def _solved(self) -> Integers:
        self._solver.run()
        status = self._solver.getModelStatus()
        if status != highspy.HighsModelStatus.kOptimal:
            raise DisclosureError(
                f"The attack did not finish ({self._solver.modelStatusToString(status)}). Run it again."
            )
        return np.rint(self._solver.getSolution().col_value[: len(self._cells)]).astype(np.int64)

    def _model(self) -> highspy.Highs:
        """Return the programme: a column a cell, then a column of 0 or 1 for each cell that may stand for itself."""
        ambiguous = np.flatnonzero((self._shown >= LEAST_KEPT) & (self._shown <= MOST_AMBIGUOUS))
        low = np.where(
            self._shown > MOST_AMBIGUOUS, self._shown, np.where(self._shown > 0, 1, 0)
        ).astype(float)
        high = np.where(self._shown > 0, self._shown, MOST_HIDDEN).astype(float)
        rows = [*self._totals(), *(self._row(fact) for fact in self._year.facts)]
        solver = _quiet()
        for least, most in zip(low, high, strict=True):
            solver.addVariable(least, most, 0, highspy.HighsVarType.kInteger)
        for cell in ambiguous:
            shown = float(self._shown[cell])
            itself = solver.addVariable(0, 1, 0, highspy.HighsVarType.kInteger)
            # It is 1 to 4, or what it shows: with `itself` at 0 at most 4, with it at 1 exactly what it shows.
            solver.addRow(
                -highspy.kHighsInf,
                MOST_HIDDEN,
                2,
                [int(cell), itself.index],
                [1.0, MOST_HIDDEN - shown],
            )
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
