"""Columns over time as Plotly figures: one column a period from zero, or stacked by category."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from referrals.cards.charts.base import LIGHT, Figure, Palette, column_chart, note, plain
from referrals.formatting import count
from referrals.i18n import messages

LAST_LABELS: Final = 96
"""Room to the right of stacked columns for the names of their categories, in pixels."""

HEADROOM: Final = 1.2
"""The length of the axis in highest lines: the number above a line needs room."""


@dataclass(frozen=True)
class Column:
    """The value of one period, with its range if it has one."""

    period: str
    value: int
    lower: int | None = None
    upper: int | None = None


def stacked(categories: Mapping[str, Sequence[Column]], palette: Palette = LIGHT) -> Figure:
    """Return stacked columns: those of each category by its name, from the bottom up.

    There are at most three categories, and all have a column in the last period.
    """
    looks = [(palette.main, ""), (palette.second, "/"), (palette.unknown, ".")]
    data = [
        _layer(columns, plain(name), colour, pattern)
        for (name, columns), (colour, pattern) in zip(categories.items(), looks, strict=False)
    ]
    notes = _names_at_the_end(categories, palette)
    return column_chart(
        data, palette, notes=notes, right=LAST_LABELS, barmode="stack", showlegend=False
    )


def columns(
    values: Sequence[Column],
    palette: Palette = LIGHT,
    *,
    earlier: Sequence[Column] = (),
    breaks: Sequence[str] = (),
    periods: Sequence[str] = (),
) -> Figure:
    """Return columns labelled at their tops, with a line for the range if all have one.

    `earlier` adds a mark for each value printed before and revised since. A dashed line comes
    before each period in `breaks`, across which the series cannot be compared. `periods` are all
    periods in order, if some have no value.
    """
    tops = [column.upper for column in values if column.upper is not None]
    order = list(periods or (column.period for column in values))
    at_breaks = [order.index(period) - 0.5 for period in breaks]
    data = [_columns(values, palette, has_range=bool(tops))]
    if earlier:
        data.append(_printed_earlier(earlier, palette))
    warning = plain(messages.text("charts.not_comparable"))
    notes = [note(warning, palette, size=15, x=place, y=1.06, yref="paper") for place in at_breaks]
    return column_chart(
        data,
        palette,
        notes=[*notes, *(_numbers_above(values, palette) if tops else ())],
        shapes=[_break(place, palette) for place in at_breaks],
        legend={"orientation": "h", "y": 1.12, "yanchor": "bottom", "x": 0},
        xaxis={
            "type": "category",
            "categoryorder": "array",
            "categoryarray": list(map(plain, order)),
        },
        yaxis={"range": [0, max(*tops, 1) * HEADROOM]} if tops else {},
    )


def _layer(columns: Sequence[Column], name: str, colour: str, pattern: str) -> dict[str, Any]:
    return {
        "type": "bar",
        "x": _periods(columns),
        "y": _values(columns),
        "name": name,
        "marker": {
            "color": colour,
            "pattern": {"shape": pattern, "solidity": 0.35},
            "line": {"width": 0},
        },
        "hovertemplate": _pointer("category", category=name),
    }


def _names_at_the_end(
    categories: Mapping[str, Sequence[Column]], palette: Palette
) -> list[dict[str, Any]]:
    """Return the name of each category beside the last column, at the middle of its part."""
    notes, floor = [], 0.0
    for name, columns in categories.items():
        height = float(columns[-1].value)
        where = {"x": 1, "xref": "paper", "y": floor + height / 2, "xanchor": "left"}
        notes.append(note(plain(name), palette, size=14, **where))
        floor += height
    return notes


def _columns(columns: Sequence[Column], palette: Palette, *, has_range: bool) -> dict[str, Any]:
    trace: dict[str, Any] = {
        "type": "bar",
        "x": _periods(columns),
        "y": _values(columns),
        "textposition": "none" if has_range else "outside",
        "cliponaxis": False,
        "marker": {"color": palette.main},
        "name": messages.text("charts.latest"),
        "hovertemplate": _pointer("number"),
        "error_y": _ranges(columns, palette),
    }
    if not has_range:
        trace["text"] = [count(column.value) for column in columns]
    return trace


def _printed_earlier(earlier: Sequence[Column], palette: Palette) -> dict[str, Any]:
    return {
        "type": "scatter",
        "x": _periods(earlier),
        "y": _values(earlier),
        "mode": "markers",
        "name": messages.text("charts.earlier"),
        "marker": {
            "symbol": "line-ew-open",
            "size": 26,
            "color": palette.second,
            "line": {"width": 3},
        },
        "hovertemplate": _pointer("earlier"),
    }


def _pointer(key: str, **values: str) -> str:
    """Return the text under a pointer for Plotly, which fills in the period and the number."""
    text = messages.text(f"charts.pointer.{key}", period="%{x}", number="%{y:,}", **values)
    return f"{text}<extra></extra>"


def _break(place: float, palette: Palette) -> dict[str, Any]:
    """Return a dashed line from the bottom to the top of a chart."""
    line = {"dash": "dash", "color": palette.quiet, "width": 2}
    return {
        "type": "line",
        "x0": place,
        "x1": place,
        "xref": "x",
        "y0": 0,
        "y1": 1,
        "yref": "y domain",
        "line": line,
    }


def _numbers_above(columns: Sequence[Column], palette: Palette) -> list[dict[str, Any]]:
    """Return each value above the line of its range, upright so that many fit on a phone."""
    where = {"yanchor": "bottom", "textangle": -90, "yshift": 3}
    return [
        note(count(column.value), palette, size=14, x=plain(column.period), y=column.upper, **where)
        for column in columns
    ]


def _ranges(columns: Sequence[Column], palette: Palette) -> dict[str, Any]:
    """Return the lines over the ranges of values, hidden if all values are exact."""
    ranges = [
        (column.upper - column.value, column.value - column.lower)
        for column in columns
        if column.lower is not None and column.upper is not None
    ]
    if not any(above or below for above, below in ranges):
        return {"visible": False}
    return {
        "array": [above for above, _ in ranges],
        "arrayminus": [below for _, below in ranges],
        "symmetric": False,
        "color": palette.text,
        "thickness": 2,
        "width": 4,
    }


def _periods(columns: Sequence[Column]) -> list[str]:
    return [plain(column.period) for column in columns]


def _values(columns: Sequence[Column]) -> list[int]:
    return [column.value for column in columns]
