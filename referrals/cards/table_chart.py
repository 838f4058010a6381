"""The charts of a table that a reader built: its cells as bars, parts of bars, lines or panels."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from markupsafe import Markup

from referrals.cards.charts import bars as html_bars
from referrals.cards.charts import colours, light_lines, values
from referrals.cards.charts.bars import Bar
from referrals.cards.charts.colours import Meaning
from referrals.cards.charts.values import Point, Series
from referrals.cards.wording import table as words
from referrals.query.tables.cube import QUARTER, TIMES
from referrals.query.tables.narrowing import Key
from referrals.query.tables.suitability import Drawable, drawable, unsuited
from referrals.query.tables.table import Cell, Table
from referrals.query.tables.table_request import SHARES, Chart


def html(table: Table, name: str, *, mark: str = "") -> Markup:
    """Return the chart that a table asks for, empty if it asks for none or it does not suit.

    A heat table is not a separate chart: the cells of the table itself are coloured. `name` is the
    name of the chart for those who do not see it, and `mark` is set beside invented figures.
    """
    draw = _CHARTS.get(table.request.chart)
    if draw is None or table.request.chart in unsuited(table):
        return Markup()
    return draw(drawable(table), name, mark)


def bars(table: Table) -> tuple[Bar, ...]:
    """Return the bars of a table, for pictures and texts; none if they do not suit it."""
    if table.request.chart is Chart.NONE or Chart.BARS in unsuited(table):
        return ()
    return html_bars.scaled(_bars(drawable(table)))


def _bar_chart(found: Drawable, name: str, mark: str) -> Markup:
    return html_bars.bar_chart(name, html_bars.scaled(_bars(found)), mark=mark)


def _dots(found: Drawable, name: str, mark: str) -> Markup:
    return html_bars.dots(name, html_bars.scaled(_bars(found)), mark=mark)


def _stacked(found: Drawable, name: str, mark: str) -> Markup:
    request = found.table.request
    shades = _shades(request.columns, found.columns)
    labels = _labels(found.table, request.columns, found.columns)
    columns = [*zip(shades.items(), labels, strict=True)]
    rows = {}
    for row in found.rows:
        rows[_label(found.table, request.rows, row)] = [
            replace(_bar(found, row, column), colour=shade, label=label)
            for (column, shade), label in columns
        ]
    return html_bars.stacked_bars(name, rows, mark=mark)


def _lines(found: Drawable, name: str, mark: str) -> Markup:
    return light_lines.line_chart(name, _series(found), mark=mark)


def _multiples(found: Drawable, name: str, mark: str) -> Markup:
    """Return a panel for each column, or for each series over time."""
    if found.has_time:
        alike = [replace(series, colour=Meaning.NUMBER) for series in _series(found)]
        return light_lines.small_multiples(name, alike, mark=mark)
    request = found.table.request
    panels = {}
    for column in found.columns:
        panels[_label(found.table, request.columns, column)] = [
            replace(_bar(found, row, column), label=_label(found.table, request.rows, row))
            for row in found.rows
        ]
    return html_bars.small_multiples(name, panels, mark=mark)


_CHARTS: Final[Mapping[Chart, Callable[[Drawable, str, str], Markup]]] = {
    Chart.BARS: _bar_chart,
    Chart.DOTS: _dots,
    Chart.STACKED: _stacked,
    Chart.LINES: _lines,
    Chart.MULTIPLES: _multiples,
}


def _bars(found: Drawable) -> list[Bar]:
    return [_bar(found, row, column) for row in found.rows for column in found.columns]


def _bar(found: Drawable, row: Key, column: Key) -> Bar:
    """Return the bar of a cell: with a line for a number's range, a pale end for a range alone."""
    table, request = found.table, found.table.request
    cell = table.cells[row, column]
    label = words.key_label(table, request.axes, (*row, *column))
    symbol = f"[{cell.observation.status}]" if cell.observation.status else ""
    shown = words.figure(cell, request.measure)
    bar = Bar(label, shown, 0, 0, _colour(found, row, column), symbol=symbol)
    if cell.figure is None:
        return replace(bar, is_absent=True)
    lower, upper = float(cell.figure.lower), float(cell.figure.upper)
    if cell.figure.value is None:
        return replace(bar, solid=lower, upper=lower if cell.figure.open_ended else upper)
    solid = float(cell.figure.value)
    if cell.figure.is_exact:
        return replace(bar, solid=solid, upper=solid)
    possible = words.possible(cell, request.measure)
    return replace(bar, solid=solid, upper=upper, lower=lower, possible=possible)


def _colour(found: Drawable, row: Key, column: Key) -> Meaning:
    """Return the colour of the innermost code that has one of its own."""
    request = found.table.request
    codes = list(zip(request.axes, (*row, *column), strict=True))
    own = [colours.of_code(name, code) for name, code in reversed(codes)]
    return next((colour for colour in own if colour is not Meaning.NUMBER), Meaning.NUMBER)


def _shades(names: Sequence[str], keys: Sequence[Key]) -> dict[Key, Meaning]:
    """Return a colour for each key of a side: that of its code, otherwise the next free one."""
    shades: dict[Key, Meaning] = {}
    others = iter(colours.COMPARED)
    for key in keys:
        own = Meaning.NUMBER
        if len(names) == 1:
            own = colours.of_code(names[0], key[0])
        shades[key] = next(others, Meaning.OTHER) if own is Meaning.NUMBER else own
    return shades


def _series(found: Drawable) -> list[Series]:
    """Return the series of a table over time, oldest period first."""
    table, request = found.table, found.table.request
    names = request.columns if found.time_is_on_rows else request.rows
    periods = found.rows if found.time_is_on_rows else found.columns
    shades = _shades(names, found.series)
    series = []
    for key, label in zip(found.series, _labels(table, names, found.series), strict=True):
        places = [(period, key) if found.time_is_on_rows else (key, period) for period in periods]
        points = [
            _point(table, place, period[0]) for place, period in zip(places, periods, strict=True)
        ]
        series.append(Series(label, points, shades[key]))
    return series


def _point(table: Table, place: tuple[Key, Key], code: str) -> Point:
    time = next(name for name in table.request.axes if name in TIMES)
    label = words.code_label(table, time, code)
    point = values.quarter(code, label) if time == QUARTER else Point(label, None, tick=code)
    cell: Cell = table.cells[place]
    if cell.figure is None:
        return point
    scale = 100 if table.request.measure in SHARES else 1
    value = None if cell.figure.value is None else float(cell.figure.value * scale)
    return replace(
        point,
        value=value,
        lower=float(cell.figure.lower * scale),
        upper=float(cell.figure.upper * scale),
        status=cell.observation.status,
    )


def _labels(table: Table, names: Sequence[str], keys: Sequence[Key]) -> list[str]:
    return [_label(table, names, key) for key in keys]


def _label(table: Table, names: Sequence[str], key: Key) -> str:
    return words.key_label(table, names, key) if names else words.axes_alone()
