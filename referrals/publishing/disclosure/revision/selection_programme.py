"""The integer programme that selects the changes of a year to include, as many as the rules allow.

Called by `revise`, whose docstring has the rules. Each way to show a changed cell is a 0-1 column,
and at most one of a cell is chosen. HiGHS solves it in floating point; `revise` checks the answer
in whole numbers.

Nearly every total leaves its cells wide enough intervals, and nearly every group is joined by
people of different codes. So the rows for these two rules are added only when a solution breaks
them (row generation), and the programme is solved again.
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
from referrals.publishing.disclosure.revision import differencing_limits
from referrals.publishing.disclosure.revision.differencing_limits import Group, Growth, OneWayTotal
from referrals.publishing.disclosure.rounding import repair
from referrals.publishing.disclosure.rounding.annealing import Integers
from referrals.publishing.tabulation.counts import Categories, Codes
from referrals.reference.codelists import FINEST
from referrals.reference.disclosure_rule import (
    LARGEST_SMALL_COUNT,
    SMALLEST_PUBLISHED_CATEGORY,
    SMALLEST_TOTAL_CHANGE,
    SMALLEST_UNCHANGED,
)

SOLVER_OPTIONS: Final[Mapping[str, bool | float | int | str]] = {
    "mip_rel_gap": 0.02,
    # A limit on branch-and-bound nodes gives the same answer on any machine.
    "mip_max_nodes": 20,
    # In seconds, for a machine that hangs.
    "time_limit": 300.0,
    "random_seed": 0,
    "parallel": "off",
}


@dataclass(frozen=True)
class Option:
    """One way to show a changed cell.

    Attributes:
        cell: the codes of the cell.
        true_change: the change of the true count.
        shown_change: the change of the published number.
        growth: the growth that the two published numbers allow (of the smaller year to the larger).
        cost: its share of the objective.
    """

    cell: Codes
    true_change: int
    shown_change: int
    growth: Growth
    cost: float

    @property
    def required_slack(self) -> int:
        """By how much more than its least the cell must be free to grow."""
        return self.growth.required - self.growth.least

    @property
    def width(self) -> int:
        """The width of the interval of its growth, which is 0 if both numbers are exact."""
        return self.growth.most - self.growth.least


@dataclass(frozen=True)
class RevisedYear:
    """A year under revision.

    Attributes:
        categories: the codes of each dimension.
        true: the true counts behind the last release.
        table: the numbers of the last release.
        changed: the cells whose count changed.
        direction: 1 if the year grew, -1 if it shrank.
    """

    categories: Categories
    true: Mapping[Codes, int]
    table: Mapping[Codes, int]
    changed: AbstractSet[Codes]
    direction: int

    def hidden_growth(self, total: OneWayTotal) -> int:
        """Return the most that unchanged cells of a total that show 0 can have grown by."""
        column, code = total
        sizes = [len(self.categories[name]) for place, name in enumerate(FINEST) if place != column]
        others = {*self.changed, *self.table}
        zeros = prod(sizes) - sum(cell[column] == code for cell in others)
        return zeros * LARGEST_SMALL_COUNT

    def most_change(self, total: OneWayTotal) -> int | None:
        """Return the most records that a total can change by, or None if it is not limited.

        A year that shrinks must not leave a category too small to be published.
        """
        if self.direction > 0:
            return None
        column, code = total
        records = sum(value for cell, value in self.true.items() if cell[column] == code)
        return max(records - SMALLEST_PUBLISHED_CATEGORY, 0)

    def leaves_intervals(self, total: OneWayTotal, selected: Iterable[Option]) -> bool:
        """Return whether a total lets its selected cells have grown by all that they require."""
        inside = list(selected)
        spare = sum(self.direction * option.shown_change - option.growth.least for option in inside)
        lack = sum(self.direction * option.shown_change - option.growth.most for option in inside)
        hidden = self.hidden_growth(total)
        return all(
            option.required_slack <= spare and lack + option.width <= hidden for option in inside
        )

    def uniform_groups(
        self, selected: Iterable[Option], facts: Sequence[Fact]
    ) -> Iterator[tuple[Group, OneWayTotal]]:
        """Yield (group, code) if its arrivals, or departures, would provably share a code."""
        shown = Counter(self.table)
        for option in selected:
            shown[option.cell] += option.shown_change
        revised = {cell: value for cell, value in shown.items() if value}
        return differencing_limits.uniform_groups(self.table, revised, facts)


def select(
    options: Sequence[Option], year: RevisedYear, facts: Sequence[Fact], *, net: int
) -> list[Option] | None:
    """Return the cheapest options that keep every rule, or None if none were found.

    Args:
        options: every way to show each changed cell.
        year: the year under revision.
        facts: the facts published elsewhere, which must hold.
        net: by how many records the year grew. No more are included.
    """
    columns = dict(enumerate(options))
    programme = _IntegerProgramme(options)
    programme.add_row(
        min(net, 0),
        max(net, 0),
        [(column, option.true_change) for column, option in columns.items()],
    )
    for own in _columns_by_cell(columns).values():
        programme.add_row(0, 1, [(column, 1) for column in own])
    by_total = _columns_by_total(columns)
    for total, inside in by_total.items():
        _add_total_rows(programme, inside, year.most_change(total), year.direction)
    for fact in facts:
        _add_fact_rows(programme, columns, year, fact)
    without_rows = dict(by_total)
    mixed: set[tuple[Group, OneWayTotal]] = set()
    while (solution := programme.solve()) is not None:
        selected = _selected(columns, solution)
        narrow = [
            total
            for total, inside in without_rows.items()
            if not year.leaves_intervals(total, _selected(inside, solution))
        ]
        for total in narrow:
            hidden = year.hidden_growth(total)
            _add_interval_rows(programme, without_rows.pop(total), hidden, year.direction)
        if narrow:
            continue
        found = year.uniform_groups(selected, facts)
        uniform = [group_and_code for group_and_code in found if group_and_code not in mixed]
        if not uniform:
            return selected
        for group, code in uniform:
            _add_mixed_group_rows(programme, columns, group, code)
        mixed.update(uniform)
    return None


def _selected(columns: Mapping[int, Option], solution: Integers) -> list[Option]:
    return [option for column, option in columns.items() if solution[column]]


def _columns_by_cell(columns: Mapping[int, Option]) -> dict[Codes, list[int]]:
    grouped = defaultdict(list)
    for column, option in columns.items():
        grouped[option.cell].append(column)
    return grouped


def _columns_by_total(columns: Mapping[int, Option]) -> dict[OneWayTotal, dict[int, Option]]:
    grouped = defaultdict[OneWayTotal, dict[int, Option]](dict)
    for column, option in columns.items():
        for total in enumerate(option.cell):
            grouped[total][column] = option
    return grouped


class _IntegerProgramme:
    """An integer programme with 0-1 columns, to which rows can be added between solutions."""

    def __init__(self, options: Sequence[Option]) -> None:
        """Start with a column for each option."""
        self._solver = highspy.Highs()
        self._solver.silent()
        for name, value in SOLVER_OPTIONS.items():
            self._solver.setOptionValue(name, value)
        for option in options:
            self._solver.addVariable(0, 1, option.cost, highspy.HighsVarType.kInteger)

    def add_column(self) -> int:
        """Add a 0-1 column without a cost, and return its number."""
        return int(self._solver.addVariable(0, 1, 0, highspy.HighsVarType.kInteger).index)

    def add_row(self, low: float, high: float, terms: Iterable[tuple[int, float]]) -> None:
        """Add a row: the sum of columns times coefficients lies between `low` and `high`."""
        nonzero = [(column, value) for column, value in terms if value]
        columns = np.array([column for column, _ in nonzero], dtype=np.int32)
        coefficients = np.array([float(value) for _, value in nonzero])
        self._solver.addRow(low, high, len(nonzero), columns, coefficients)

    def solve(self) -> Integers | None:
        """Return the value of each column in the best solution found, or None if there is none."""
        repair.run(self._solver)
        values = self._solver.getSolution().col_value
        status = self._solver.getInfo().primal_solution_status
        if status != highspy.SolutionStatus.kSolutionStatusFeasible:
            return None
        return np.rint(values).astype(np.int64)


def _add_total_rows(
    programme: _IntegerProgramme,
    columns: Mapping[int, Option],
    most_change: int | None,
    direction: int,
) -> None:
    """Require that a total is exact and changes by 0 or at least ten.

    Without its exact cells, it must change by 0 or at least five.
    """
    errors = [
        (column, option.shown_change - option.true_change) for column, option in columns.items()
    ]
    programme.add_row(0, 0, errors)
    bound = most_change
    if bound is None:
        bound = sum(abs(option.true_change) for option in columns.values())
    changes = {column: direction * option.true_change for column, option in columns.items()}
    _add_semicontinuous_rows(programme, changes, SMALLEST_TOTAL_CHANGE, bound)
    inexact = {
        column: direction * option.shown_change
        for column, option in columns.items()
        if option.width
    }
    _add_semicontinuous_rows(programme, inexact, SMALLEST_UNCHANGED)


def _add_semicontinuous_rows(
    programme: _IntegerProgramme,
    changes: Mapping[int, int],
    least: int,
    most: int | None = None,
) -> None:
    """Require that a sum of changes is 0, or from `least` to `most` (by default, all of them)."""
    is_changed = programme.add_column()
    if most is None:
        most = sum(abs(change) for change in changes.values())
    programme.add_row(0, highspy.kHighsInf, [*changes.items(), (is_changed, -least)])
    programme.add_row(-highspy.kHighsInf, 0, [*changes.items(), (is_changed, -most)])


def _add_interval_rows(
    programme: _IntegerProgramme, columns: Mapping[int, Option], hidden: int, direction: int
) -> None:
    """Require that each cell of a total can have grown by its least and by all that it requires.

    The other cells grew by their least at least and by their most at most. Cells that show 0 can
    have grown by up to `hidden`.
    """
    spare = {
        column: direction * option.shown_change - option.growth.least
        for column, option in columns.items()
    }
    lack = {
        column: direction * option.shown_change - option.growth.most
        for column, option in columns.items()
    }
    for own in _columns_by_cell(columns).values():
        slack = {column: columns[column].required_slack for column in own}
        width = {column: columns[column].width for column in own}
        programme.add_row(
            0,
            highspy.kHighsInf,
            [(column, value - slack.get(column, 0)) for column, value in spare.items()],
        )
        programme.add_row(
            -highspy.kHighsInf,
            hidden,
            [(column, value + width.get(column, 0)) for column, value in lack.items()],
        )


def _add_mixed_group_rows(
    programme: _IntegerProgramme, columns: Mapping[int, Option], group: Group, code: OneWayTotal
) -> None:
    """Let an arrival with a code be visible in a group only if one with another code is."""
    with_code, others = [], []
    for column, option in columns.items():
        codes = set(enumerate(option.cell))
        if not option.shown_change or not group <= codes:
            continue
        if code in codes:
            with_code.append(column)
        else:
            others.append((column, 1))
    for column in with_code:
        programme.add_row(0, highspy.kHighsInf, [*others, (column, -1)])


def _add_fact_rows(
    programme: _IntegerProgramme, columns: Mapping[int, Option], year: RevisedYear, fact: Fact
) -> None:
    """Require that a published fact holds for the true counts and for the published numbers.

    With the exact totals, an exact fact makes other sums of its dimensions exact as well. Each of
    these changes by 0 or by at least five.
    """
    inside = {column: option for column, option in columns.items() if fact.holds_cell(option.cell)}
    true, shown = (
        sum(value for cell, value in cells.items() if fact.holds_cell(cell))
        for cells in (year.true, year.table)
    )
    true_terms = [(column, option.true_change) for column, option in inside.items()]
    shown_terms = [(column, option.shown_change) for column, option in inside.items()]
    programme.add_row(fact.low - true, fact.high - true, true_terms)
    programme.add_row(fact.low - shown, fact.high - shown, shown_terms)
    if not fact.is_exact:
        return
    sums = defaultdict[Codes, dict[int, int]](dict)
    for column, option in columns.items():
        named = zip(FINEST, option.cell, strict=True)
        codes = tuple(code for name, code in named if name in fact.where)
        sums[codes][column] = year.direction * option.shown_change
    for changes in sums.values():
        _add_semicontinuous_rows(programme, changes, SMALLEST_UNCHANGED)
