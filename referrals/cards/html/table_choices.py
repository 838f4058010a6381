"""The choices of a built table, each with its options and the one chosen.

The dashboard draws them as controls, the static site as a form.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from referrals.cards.built_table import BuiltTable
from referrals.cards.html import table as table_html
from referrals.cards.wording import table as words
from referrals.i18n import messages
from referrals.query.selection import PERIOD, SORT
from referrals.query.tables.cube import MOST_AXES, TIMES
from referrals.query.tables.table_request import (
    CHART,
    COLUMNS,
    MEASURE,
    MOST_FILTERS,
    NONE,
    ROWS,
    Chart,
    Measure,
    Sort,
    filter_codes,
)
from referrals.reference.codelists import DIMENSIONS, TOTAL

THEN: Final = "_2"
"""The suffix of the choice of the second axis on one side: `rows_2`."""


@dataclass(frozen=True)
class Choice:
    """One choice: its name, its label, and the label of each option by code.

    `parameter` is the parameter of the address that it sets: `rows` and `rows_2` set the same one.
    """

    name: str
    label: str
    options: Mapping[str, str]
    chosen: str

    @property
    def parameter(self) -> str:
        """The parameter of the address that the choice sets."""
        return self.name.removesuffix(THEN)


def sides(built: BuiltTable) -> list[Choice]:
    """Return the choices of rows and columns, each with one of a second axis if that fits."""
    found = []
    request = built.request
    for side, chosen in ((ROWS, request.rows), (COLUMNS, request.columns)):
        label = messages.text(f"table.{side}")
        found.append(_side(built, side, label, chosen, place=0))
        has_room = len(chosen) > 1 or len(request.axes) < MOST_AXES
        if chosen and has_room:
            then = messages.text("table.then", side=messages.text(f"table.inside_side.{side}"))
            found.append(_side(built, f"{side}{THEN}", then, chosen, place=1))
    return found


def filters(built: BuiltTable) -> list[Choice]:
    """Return the filters on dimensions that are on neither side and have several values.

    Once three are chosen there are no others.
    """
    request = built.request
    chosen = request.within.chosen()
    found = []
    for name in DIMENSIONS:
        is_full = len(chosen) == MOST_FILTERS and name not in chosen
        codes = filter_codes(name, request.axes, built.offer)
        if name in request.axes or is_full or len(codes) <= 1:
            continue
        options = {TOTAL: messages.text("table.everything")}
        options |= {code: built.labels[name, code] for code in codes}
        found.append(Choice(name, words.axis(name), options, request.within.code(name)))
    periods = filter_codes(PERIOD, request.axes, built.offer)
    if len(periods) > 1:
        options = {code: built.labels[PERIOD, code] for code in periods}
        if request.has_time:
            options = {"": messages.text("table.all_periods"), **options}
        usual = next(iter(options))
        found.append(Choice(PERIOD, words.axis(PERIOD), options, request.within.period or usual))
    return found


def measure(built: BuiltTable) -> Choice:
    """Return the choice of a measure; shares of a row or a column need both sides."""
    return _named(MEASURE, "measures", Measure, built.request.measure)


def sort(built: BuiltTable) -> Choice:
    """Return the choice of the order of rows."""
    return _named(SORT, "sorts", Sort, built.request.sort)


def chart(built: BuiltTable) -> Choice:
    """Return the choice of a chart. The labels of those that do not suit the table are marked."""
    options = {each.value: table_html.chart_label(built.table, each) for each in Chart}
    return Choice(CHART, messages.text("table.chart"), options, built.request.chart.value)


def pairs(chosen: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return the address parameters that choices by name set."""
    return [(name.removesuffix(THEN), value) for name, value in chosen.items()]


def resolved(before: Mapping[str, str], after: Mapping[str, str]) -> dict[str, str]:
    """Return the choices after a change. If it puts one axis in two places, the two are swapped.

    >>> resolved({"rows": "sex", "columns": "year"}, {"rows": "year", "columns": "year"})
    {'rows': 'year', 'columns': 'sex'}
    """
    found = dict(after)
    sides = [name for name in after if name.removesuffix(THEN) in {ROWS, COLUMNS}]
    for name in sides:
        if after[name] == before.get(name, ""):
            continue
        for other in sides:
            if other != name and found[other] == found[name] != NONE:
                found[other] = before.get(name, NONE)
    return found


def _side(built: BuiltTable, name: str, label: str, chosen: Sequence[str], *, place: int) -> Choice:
    request = built.request
    options = {axis: words.axis(axis) for axis in _axes_of(built, chosen[place : place + 1])}
    other_side = request.columns if name == ROWS else request.rows
    if place or other_side:  # a table needs at least one axis
        options = {NONE: messages.text("table.nothing"), **options}
    current = chosen[place] if place < len(chosen) else NONE
    return Choice(name, label, options, current)


def _axes_of(built: BuiltTable, own: Iterable[str]) -> list[str]:
    """Return the axes that can be put in one place: not both quarters and years in one table."""
    used = [axis for axis in built.request.axes if axis in TIMES and axis not in own]
    return [axis for axis in built.offer.axes if axis not in TIMES or not used or axis in used]


def _named(name: str, section: str, values: Iterable[str], chosen: str) -> Choice:
    options = {str(value): words.choice(section, value) for value in values}
    return Choice(name, messages.text(f"table.{name}"), options, str(chosen))
