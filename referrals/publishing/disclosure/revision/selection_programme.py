"""The integer programme that selects the changes of a year to include, as many as the rules allow.

Called by `revise`, whose docstring has the rules. Each way to show a changed cell is a 0-1 column,
and at most one of a cell is chosen. HiGHS solves it in floating point; `revise` checks the answer
in whole numbers.

Nearly every total leaves its cells wide enough intervals, and nearly every group is joined by
people of different codes. So the rows for these two rules are added only when a solution breaks
them (row generation), and the programme is solved again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from math import inf
from typing import Final

from referrals.publishing.cell_codes import Fact
from referrals.publishing.disclosure.revision.differencing_limits import Group, OneWayTotal
from referrals.publishing.disclosure.revision.integer_programme import IntegerProgramme
from referrals.publishing.disclosure.revision.revised_year import Option, RevisedYear
from referrals.publishing.disclosure.rounding.annealing import Integers
from referrals.publishing.tabulation.counts import Codes
from referrals.reference.codelists import FINEST
from referrals.reference.disclosure_rule import SMALLEST_TOTAL_CHANGE, SMALLEST_UNCHANGED

SURE_TO_CHANGE: Final = 2 * SMALLEST_TOTAL_CHANGE
"""A total that could change by this many records has to change, in the first attempt."""


def select(
    options: Sequence[Option], year: RevisedYear, facts: Sequence[Fact], *, net: int
) -> list[Option] | None:
    """Return the cheapest options that keep every rule, or None if none were found.

    Most of the search would decide which totals change at all. So it is first tried with every
    total changing that gained or lost plenty of records, and only then without that.

    Args:
        options: every way to show each changed cell.
        year: the year under revision.
        facts: the facts published elsewhere, which must hold.
        net: by how many records the year grew. No more are included.
    """
    for plenty in (SURE_TO_CHANGE, inf):
        programme = _programme(options, year, facts, net=net, plenty=plenty)
        selected = _solve(programme, dict(enumerate(options)), year, facts)
        if selected:
            return selected
    return selected


def _programme(
    options: Sequence[Option],
    year: RevisedYear,
    facts: Sequence[Fact],
    *,
    net: int,
    plenty: float,
) -> IntegerProgramme:
    """Return the programme without the rows that are added when a solution breaks them.

    Each total that could change by `plenty` records has to change.
    """
    columns = dict(enumerate(options))
    programme = IntegerProgramme(option.cost for option in options)
    programme.add_row(
        min(net, 0),
        max(net, 0),
        [(column, option.true_change) for column, option in columns.items()],
    )
    for own in _columns_by_cell(columns).values():
        programme.add_row(0, 1, [(column, 1) for column in own])
    for total, inside in _columns_by_total(columns).items():
        is_sure = _most_change(inside, year.direction) >= plenty
        _add_total_rows(programme, inside, year, total, is_sure=is_sure)
        shown_changes = {column: option.shown_change for column, option in inside.items()}
        for distance in year.older_distances(total):
            programme.add_distance_rows(shown_changes, SMALLEST_TOTAL_CHANGE, already=distance)
    for fact in facts:
        _add_fact_rows(programme, columns, year, fact)
    return programme


def _solve(
    programme: IntegerProgramme,
    columns: Mapping[int, Option],
    year: RevisedYear,
    facts: Sequence[Fact],
) -> list[Option] | None:
    """Return the options that a programme selects after all rows that they broke were added."""
    without_rows = _columns_by_total(columns)
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


def _most_change(columns: Mapping[int, Option], direction: int) -> int:
    """Return by how much a total would change if each of its cells changed as far as it can."""
    most = defaultdict[Codes, int](int)
    for option in columns.values():
        most[option.cell] = max(most[option.cell], direction * option.true_change)
    return sum(most.values())


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


def _add_total_rows(
    programme: IntegerProgramme,
    columns: Mapping[int, Option],
    year: RevisedYear,
    total: OneWayTotal,
    *,
    is_sure: bool,
) -> None:
    """Require that a total is exact and changes by at least ten or, unless `is_sure`, by 0.

    Without its exact cells, it must change by 0 or at least five.
    """
    errors = [
        (column, option.shown_change - option.true_change) for column, option in columns.items()
    ]
    programme.add_row(0, 0, errors)
    bound = year.most_change(total)
    if bound is None:
        bound = sum(abs(option.true_change) for option in columns.values())
    changes = {column: year.direction * option.true_change for column, option in columns.items()}
    if is_sure:
        programme.add_row(SMALLEST_TOTAL_CHANGE, bound, changes.items())
    else:
        programme.add_semicontinuous_rows(changes, SMALLEST_TOTAL_CHANGE, bound)
    inexact = {
        column: year.direction * option.shown_change
        for column, option in columns.items()
        if option.width
    }
    programme.add_semicontinuous_rows(inexact, SMALLEST_UNCHANGED)


def _add_interval_rows(
    programme: IntegerProgramme, columns: Mapping[int, Option], hidden: int, direction: int
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
            inf,
            [(column, value - slack.get(column, 0)) for column, value in spare.items()],
        )
        programme.add_row(
            -inf,
            hidden,
            [(column, value + width.get(column, 0)) for column, value in lack.items()],
        )


def _add_mixed_group_rows(
    programme: IntegerProgramme, columns: Mapping[int, Option], group: Group, code: OneWayTotal
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
        programme.add_row(0, inf, [*others, (column, -1)])


def _add_fact_rows(
    programme: IntegerProgramme, columns: Mapping[int, Option], year: RevisedYear, fact: Fact
) -> None:
    """Require that a published fact holds for the true counts and for the published numbers.

    With the exact totals, an exact fact makes other sums of its dimensions exact as well. Each of
    these changes by 0 or by at least five.
    """
    inside = {column: option for column, option in columns.items() if fact.holds_cell(option.cell)}
    true = sum(value for cell, value in year.true.items() if fact.holds_cell(cell))
    shown = sum(value for cell, value in year.table.items() if fact.holds_cell(cell))
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
        programme.add_semicontinuous_rows(changes, SMALLEST_UNCHANGED)
