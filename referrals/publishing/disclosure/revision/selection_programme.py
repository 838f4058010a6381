"""The whole-number programme that says which changes of a year are included: as many as the rules of `revising` allow.

Each way to show a changed cell is a column of 0 or 1, and at most one a cell is chosen. HiGHS searches; the answer is checked
in whole numbers by `revising`.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from math import prod
from typing import Final

import highspy
import numpy as np

from referrals.publishing.cell_codes import Fact
from referrals.publishing.disclosure.recoding import LEAST
from referrals.publishing.disclosure.revision import differencing_limits
from referrals.publishing.disclosure.revision.differencing_limits import Group, Growth, Total
from referrals.publishing.disclosure.rounding import repair
from referrals.publishing.disclosure.rounding.annealing import SMALL, Integers
from referrals.publishing.tabulation.counts import Categories, Codes
from referrals.reference.codelists import FINEST

GAP: Final = 0.02
NODES: Final = 20
SECONDS: Final = 300.0
"""When the search stops: near enough to the best, or after so many branches, which come out the same on any machine. The time
is for a machine that hangs."""

SETTINGS: Final[Mapping[str, bool | float | int | str]] = {
    "mip_rel_gap": GAP,
    "mip_max_nodes": NODES,
    "time_limit": SECONDS,
    "random_seed": 0,
    "parallel": "off",
}


@dataclass(frozen=True)
class Option:
    """One way to show a changed cell: what it adds to the true count and to the number, and at what cost."""

    cell: Codes
    true: int
    shown: int
    growth: Growth
    cost: float

    @property
    def slack(self) -> int:
        """By how much more the cell must be free to grow than it must grow."""
        return self.growth.needed - self.growth.least

    @property
    def width(self) -> int:
        """How far apart the least and the most are that the cell can have grown by: 0 where both numbers are exact."""
        return self.growth.most - self.growth.least


@dataclass(frozen=True)
class Room:
    """A year that is being revised: what was published of it, which cells changed, and whether it grew (1) or shrank (-1)."""

    categories: Categories
    true: Mapping[Codes, int]
    table: Mapping[Codes, int]
    changed: AbstractSet[Codes]
    sign: int

    def unseen(self, total: Total) -> int:
        """Return how much the cells that show 0, and did not change, can have grown by at most."""
        column, code = total
        cells = prod(
            len(self.categories[name]) for place, name in enumerate(FINEST) if place != column
        )
        taken = {*self.changed, *self.table}
        return (cells - sum(cell[column] == code for cell in taken)) * (SMALL - 1)

    def most(self, total: Total) -> int | None:
        """Return by how many records a total can move at most, where that is bounded: no total falls below the least."""
        column, code = total
        records = sum(value for cell, value in self.true.items() if cell[column] == code)
        return None if self.sign > 0 else max(records - LEAST, 0)

    def is_free(self, total: Total, chosen: Iterable[Option]) -> bool:
        """Return whether the cells of a total that were chosen can have grown by all that they need."""
        inside = list(chosen)
        spare = sum(self.sign * one.shown - one.growth.least for one in inside)
        lack = sum(self.sign * one.shown - one.growth.most for one in inside)
        return all(one.slack <= spare and lack + one.width <= self.unseen(total) for one in inside)

    def alike(
        self, chosen: Iterable[Option], facts: Sequence[Fact]
    ) -> Iterator[tuple[Group, Total]]:
        """Yield each group of people of whom all who came in, or left, would have one code for certain, and the code."""
        shown = Counter(self.table)
        for one in chosen:
            shown[one.cell] += one.shown
        return differencing_limits.alike(
            self.table, {cell: value for cell, value in shown.items() if value}, facts
        )


def chosen(
    options: Sequence[Option], room: Room, facts: Sequence[Fact], *, net: int
) -> list[Option] | None:
    """Return the options that cost least, at most one a cell, so that every rule is kept, or None where none were found.

    Nearly all totals leave their cells free of themselves, and nearly all groups are joined by people who are not alike. Those
    that do not are written down when one has been found.

    Args:
        options: every way to show each changed cell.
        room: the year.
        facts: what was published elsewhere, and must hold.
        net: by how many records the year grew. No more are included.
    """
    every = dict(enumerate(options))
    programme = _Programme(options)
    programme.row(min(net, 0), max(net, 0), ((place, one.true) for place, one in every.items()))
    for places in _by_cell(every).values():
        programme.row(0, 1, ((place, 1) for place in places))
    waiting = {
        total: {place: every[place] for place in places}
        for total, places in _by_total(every).items()
    }
    for total, inside in waiting.items():
        _total_rows(programme, inside, room.most(total), room.sign)
    for fact in facts:
        _fact_rows(programme, every, room, fact)
    told: set[tuple[Group, Total]] = set()
    while (found := programme.solved()) is not None:
        tight = [
            total
            for total, inside in waiting.items()
            if not room.is_free(total, _those(inside, found))
        ]
        alike = (
            []
            if tight
            else [one for one in room.alike(_those(every, found), facts) if one not in told]
        )
        if not tight and not alike:
            return _those(every, found)
        for total in tight:
            _freedom_rows(programme, waiting.pop(total), room.unseen(total), room.sign)
        for group, code in alike:
            _company_rows(programme, every, group, code)
        told.update(alike)
    return None


def _those(options: Mapping[int, Option], found: Integers) -> list[Option]:
    return [one for place, one in options.items() if found[place]]


def _by_cell(options: Mapping[int, Option]) -> dict[Codes, list[int]]:
    """Return the places of the options of each cell."""
    found = defaultdict(list)
    for place, one in options.items():
        found[one.cell].append(place)
    return found


def _by_total(options: Mapping[int, Option]) -> dict[Total, list[int]]:
    """Return the places of the options that are part of each total."""
    found = defaultdict(list)
    for place, one in options.items():
        for total in enumerate(one.cell):
            found[total].append(place)
    return found


class _Programme:
    """A whole-number programme that is written down row by row."""

    def __init__(self, options: Sequence[Option]) -> None:
        """Take the options: each is a column of 0 or 1."""
        self._solver = highspy.Highs()
        self._solver.silent()
        for name, value in SETTINGS.items():
            self._solver.setOptionValue(name, value)
        for option in options:
            self._solver.addVariable(0, 1, option.cost, highspy.HighsVarType.kInteger)

    def binary(self) -> int:
        """Add a column of 0 or 1, and return its place."""
        return int(self._solver.addVariable(0, 1, 0, highspy.HighsVarType.kInteger).index)

    def row(self, low: float, high: float, terms: Iterable[tuple[int, float]]) -> None:
        """Add a row: the sum of columns times numbers lies between two numbers."""
        kept = [(place, value) for place, value in terms if value]
        places, values = [place for place, _ in kept], [float(value) for _, value in kept]
        self._solver.addRow(
            low, high, len(kept), np.array(places, dtype=np.int32), np.array(values)
        )

    def solved(self) -> Integers | None:
        """Return the columns of the best answer found, or None where there is none."""
        repair.run(self._solver)
        values = self._solver.getSolution().col_value
        is_found = (
            self._solver.getInfo().primal_solution_status
            == highspy.SolutionStatus.kSolutionStatusFeasible
        )
        return np.rint(values).astype(np.int64) if is_found else None


def _total_rows(
    programme: _Programme, options: Mapping[int, Option], most: int | None, sign: int
) -> None:
    """Write down of one total that it is exact, and moves by 0 or by ten at least; without its exact cells, by 0 or five."""
    programme.row(0, 0, ((place, one.shown - one.true) for place, one in options.items()))
    bound = sum(abs(one.true) for one in options.values()) if most is None else most
    _leap_rows(programme, {place: sign * one.true for place, one in options.items()}, LEAST, bound)
    _leap_rows(
        programme, {place: sign * one.shown for place, one in options.items() if one.width}, SMALL
    )


def _leap_rows(
    programme: _Programme, moves: Mapping[int, int], least: int, bound: int | None = None
) -> None:
    """Write down that what moves a sum adds up to 0, or to so many at least."""
    leaps = programme.binary()
    most = sum(abs(by) for by in moves.values()) if bound is None else bound
    programme.row(0, highspy.kHighsInf, [*moves.items(), (leaps, -least)])
    programme.row(-highspy.kHighsInf, 0, [*moves.items(), (leaps, -most)])


def _freedom_rows(
    programme: _Programme, options: Mapping[int, Option], unseen: int, sign: int
) -> None:
    """Write down that each cell of a total can have grown by the least and by all that it needs, whatever the others did.

    The others grew by their least at least, and by their most at most; what they did not grow by, cells that show 0 can have
    grown by unseen.
    """
    spare = {place: sign * one.shown - one.growth.least for place, one in options.items()}
    lack = {place: sign * one.shown - one.growth.most for place, one in options.items()}
    for places in _by_cell(options).values():
        slack = {place: options[place].slack for place in places}
        width = {place: options[place].width for place in places}
        programme.row(
            0,
            highspy.kHighsInf,
            ((place, value - slack.get(place, 0)) for place, value in spare.items()),
        )
        programme.row(
            -highspy.kHighsInf,
            unseen,
            ((place, value + width.get(place, 0)) for place, value in lack.items()),
        )


def _company_rows(
    programme: _Programme, options: Mapping[int, Option], group: Group, code: Total
) -> None:
    """Write down that nobody with a code is seen to come into a group unless somebody with another code is."""
    seen = {
        place: one
        for place, one in options.items()
        if one.shown and group <= set(enumerate(one.cell))
    }
    others = [(place, 1) for place, one in seen.items() if code not in enumerate(one.cell)]
    for place, one in seen.items():
        if code in enumerate(one.cell):
            programme.row(0, highspy.kHighsInf, [*others, (place, -1)])


def _fact_rows(
    programme: _Programme, options: Mapping[int, Option], room: Room, fact: Fact
) -> None:
    """Write down that a published fact holds, of the true counts and of what is shown.

    Beside totals an exact one makes other sums of its dimensions exact: any of these moves by 0 or by five at least.
    """
    inside = {place: one for place, one in options.items() if fact.holds_cell(one.cell)}
    true, shown = (
        sum(value for cell, value in cells.items() if fact.holds_cell(cell))
        for cells in (room.true, room.table)
    )
    programme.row(
        fact.low - true, fact.high - true, ((place, one.true) for place, one in inside.items())
    )
    programme.row(
        fact.low - shown, fact.high - shown, ((place, one.shown) for place, one in inside.items())
    )
    sums = defaultdict[Codes, dict[int, int]](dict)
    if fact.is_exact:
        for place, one in options.items():
            codes = tuple(
                code for name, code in zip(FINEST, one.cell, strict=True) if name in fact.where
            )
            sums[codes][place] = room.sign * one.shown
    for moves in sums.values():
        _leap_rows(programme, moves, SMALL)
