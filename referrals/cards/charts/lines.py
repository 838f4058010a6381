"""Lines over time as Plotly figures, each with a pale band for its range and its name at its end.

The scale begins at zero. There is no legend and no rotated text; notes on a chart are HTML beside
it. `light_lines` draws the same without Plotly, for print and pages without scripts.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Any, Final

from referrals.cards.charts import colours
from referrals.cards.charts.base import DARK, Figure, Palette, note, paper, plain
from referrals.cards.charts.events import Event
from referrals.cards.charts.time_axis import TimeAxis, narrowest_plot, scale, time_axis
from referrals.cards.charts.values import MOST_LINES, Point, Series, most, runs, shown
from referrals.i18n import messages

HEIGHT: Final = 360
ABOVE: Final = 24
BELOW: Final = 52
LETTER: Final = 8.4
LINE: Final = 17
BETWEEN: Final = 8
"""The chart, the room above and below its plot, a letter and a line of a label, and the room
between two labels, in pixels."""

LABEL_LETTERS: Final = 10
"""The most letters of a line of a label: on a phone the plot needs the rest of the width."""

MARKS: Final = ("circle", "square", "diamond", "triangle-up")
MARKS_IN_TEXT: Final = ("●", "■", "◆", "▲")
DASHES: Final = ("solid", "dash", "dot", "dashdot")
"""The marks and dashes that distinguish series without colour."""

MARGINS: Final = 5
"""The room around the texts beside the plot, in letters."""

MOST_LARGE_MARKS: Final = 20
"""The most points whose large marks do not overlap on a phone."""

BAND, ONE_OF_MANY = 0.22, 0.1
FEW_BANDS: Final = 2
"""The opacity of a band, less if there are more than a few. Its edges are in the full colour."""


def line_chart(series: Sequence[Series], palette: Palette, events: Sequence[Event] = ()) -> Figure:
    """Return up to four series as lines over the same periods, and dates with their letters.

    Raises:
        ValueError: there are more series than can be distinguished; use
            `light_lines.small_multiples`.
    """
    check_number(series)
    points = series[0].points
    values = scale(most(series))
    labels = end_labels(series, values[-1], HEIGHT - ABOVE - BELOW)
    left, right = letters_beside(values, labels)
    axis = time_axis(points, narrowest_plot(left + right + MARGINS))
    shades = colours.DARK if palette is DARK else colours.LIGHT
    data: list[dict[str, Any]] = []
    bands = sum(bool(_ranged_runs(line)) for line in series)
    opacity = BAND if bands <= FEW_BANDS else ONE_OF_MANY
    for place, line in enumerate(series):
        shade = shades[line.colour]
        data += [_band(run, shade, opacity) for run in _ranged_runs(line)]
        data.append(_line(line, shade, place))
    return {
        "data": data,
        "layout": {
            **paper(palette),
            "annotations": [
                *_names(labels, values[-1], palette, shades, series),
                *_years(axis, palette),
                *_letters(events, palette),
            ],
            "shapes": [
                *_breaks(points, palette),
                *_edges(axis, palette),
                *_dates(events, palette),
            ],
            "showlegend": False,
            "hovermode": "closest",
            "height": HEIGHT,
            "margin": {"l": 8, "r": 18 + (right + 1) * LETTER, "t": ABOVE, "b": BELOW},
            "xaxis": _across(axis, len(points), palette),
            "yaxis": _up(values, palette),
        },
    }


def check_number(series: Sequence[Series]) -> None:
    """Raise ValueError if one chart cannot show this number of series."""
    if not 1 <= len(series) <= MOST_LINES:
        raise ValueError(f"A chart has 1 to {MOST_LINES} lines, not {len(series)}.")


def letters_beside(
    values: Sequence[float], labels: Sequence[tuple[Sequence[str], float]]
) -> tuple[int, int]:
    """Return the letters of the longest number of a scale and of the longest line of a label."""
    left = max(len(shown(value)) for value in values)
    return left, max(len(line) for lines, _ in labels for line in lines)


def end_labels(
    series: Sequence[Series], top: float, height: float
) -> list[tuple[list[str], float]]:
    """Return the label at the end of each line and the middle of it, from 0 (foot) to 1 (top).

    A label is the name and the last number, in short lines. Overlapping labels are moved apart,
    which needs the `height` of the plot in pixels.
    """
    texts = [_label(line, is_alone=len(series) == 1) for line in series]
    wanted = [(line.last.value or 0) / top if line.last else 0.0 for line in series]
    order = sorted(range(len(series)), key=lambda place: wanted[place])
    middles, floor = dict(enumerate(wanted)), 0.0
    for place in order:  # from the lowest upwards
        half = (len(texts[place]) * LINE + BETWEEN) / height / 2
        middles[place] = max(middles[place], floor + half)
        floor = middles[place] + half
    ceiling = 1.0 + ABOVE / height
    for place in reversed(order):  # and back down, if the highest went beyond the top
        half = (len(texts[place]) * LINE + BETWEEN) / height / 2
        middles[place] = min(middles[place], ceiling - half)
        ceiling = middles[place] - half
    return [(text, middles[place]) for place, text in enumerate(texts)]


def _label(series: Series, *, is_alone: bool) -> list[str]:
    name = [] if is_alone else textwrap.wrap(series.label, LABEL_LETTERS)
    last = series.last
    return [*name, shown(last.value)] if last and last.value is not None else [*name, ""]


def _ranged_runs(series: Series) -> list[list[tuple[int, Point]]]:
    return [run for run in runs(series.points) if _has_range(run)]


def _has_range(run: Sequence[tuple[int, Point]]) -> bool:
    return any(point.has_range for _, point in run)


def _band(run: Sequence[tuple[int, Point]], shade: str, opacity: float) -> dict[str, Any]:
    """Return the band of a run of points: a closed shape along the upper and the lower bounds."""
    bounds = [(place, point.bounds or (0.0, 0.0)) for place, point in run]
    there = [(place, high) for place, (_, high) in bounds]
    back = [(place, low) for place, (low, _) in reversed(bounds)]
    outline = [*there, *back, there[0]]
    return {
        "type": "scatter",
        "x": [place for place, _ in outline],
        "y": [value for _, value in outline],
        "mode": "lines",
        "fill": "toself",
        "fillcolor": _pale(shade, opacity),
        "line": {"color": shade, "width": 1},
        "hoverinfo": "skip",
        "showlegend": False,
    }


def _pale(shade: str, opacity: float) -> str:
    red, green, blue = (int(shade[start : start + 2], 16) for start in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity})"


def _line(series: Series, shade: str, place: int) -> dict[str, Any]:
    """Return a line with a mark for each point, broken where a number is missing."""
    across: list[int | None] = []
    up: list[float | None] = []
    texts: list[str] = []
    for run in runs(series.points):
        for at, point in run:
            across.append(at)
            up.append(point.value)
            texts.append(_pointer(series, point))
        across.append(None)
        up.append(None)
        texts.append("")
    return {
        "type": "scatter",
        "x": across[:-1],
        "y": up[:-1],
        "text": texts[:-1],
        "mode": "lines+markers",
        "connectgaps": False,
        "cliponaxis": False,
        "line": {"color": shade, "width": 3, "dash": DASHES[place]},
        "marker": {
            "color": shade,
            "size": 7 if len(series.points) <= MOST_LARGE_MARKS else 4,
            "symbol": MARKS[place],
        },
        "hovertemplate": "%{text}<extra></extra>",
        "name": plain(series.label),
    }


def _pointer(series: Series, point: Point) -> str:
    """Return the text under a pointer: the period, the number and its range."""
    number = shown(point.value or 0)
    low, high = point.bounds or (0, 0)
    key = "range" if point.has_range else "line"
    return plain(
        messages.text(
            f"charts.pointer.{key}",
            period=point.period,
            number=number,
            lower=shown(low),
            upper=shown(high),
            label=series.label,
        )
    )


def _names(
    labels: Sequence[tuple[list[str], float]],
    top: float,
    palette: Palette,
    shades: colours.Colours,
    series: Sequence[Series],
) -> list[dict[str, Any]]:
    """Return the name and the last number of each line, beside its end."""
    where = {"xref": "paper", "x": 1, "xanchor": "left", "xshift": 8, "align": "left"}
    found = []
    for place, (lines, middle) in enumerate(labels):
        text = "<br>".join(map(plain, lines))
        if len(series) > 1:  # the mark of the line: a label can be moved away from its end
            shade = shades[series[place].colour]
            text = f'<span style="color:{shade}">{MARKS_IN_TEXT[place]}</span> {text}'
        found.append(note(text, palette, size=14, y=middle * top, yanchor="middle", **where))
    return found


def _years(axis: TimeAxis, palette: Palette) -> list[dict[str, Any]]:
    """Return the names of the years below the labels of their quarters."""
    below = {"yref": "paper", "y": 0, "yanchor": "top", "yshift": -24 if axis.periods else -6}
    return [
        note(plain(tick.label), palette, size=13, x=tick.at, xanchor="center", **below)
        for tick in axis.years
    ]


def _across(axis: TimeAxis, periods: int, palette: Palette) -> dict[str, Any]:
    return {
        "type": "linear",
        "range": [-0.4, max(periods - 1, 0) + 0.4],
        "tickmode": "array",
        "tickvals": [tick.at for tick in axis.periods],
        "ticktext": [plain(tick.label) for tick in axis.periods],
        "tickangle": 0,
        "tickfont": {"size": 13, "color": palette.text},
        "showgrid": False,
        "zeroline": False,
        "showline": True,
        "linecolor": palette.quiet,
        "fixedrange": True,
    }


def _up(values: Sequence[float], palette: Palette) -> dict[str, Any]:
    return {
        "range": [0, values[-1]],
        "tickmode": "array",
        "tickvals": list(values),
        "ticktext": [shown(value) for value in values],
        "tickangle": 0,
        "tickfont": {"size": 13, "color": palette.text},
        "automargin": True,
        "gridcolor": palette.grid,
        "zeroline": False,
        "fixedrange": True,
    }


def _breaks(points: Sequence[Point], palette: Palette) -> list[dict[str, Any]]:
    """Return a dashed line before each period that cannot be compared with earlier ones."""
    return [
        _upright(place - 0.5, {"dash": "dash", "color": palette.quiet, "width": 2}, top=1)
        for place, point in enumerate(points)
        if point.is_break
    ]


def _dates(events: Sequence[Event], palette: Palette) -> list[dict[str, Any]]:
    """Return a dotted line at each date."""
    line = {"dash": "dot", "color": palette.text, "width": 1}
    return [_upright(event.at, line, top=1) for event in events]


def _letters(events: Sequence[Event], palette: Palette) -> list[dict[str, Any]]:
    """Return the letter of each date, above its line."""
    above = {"yref": "paper", "y": 1, "yanchor": "bottom", "xanchor": "center"}
    return [note(event.letter, palette, size=14, x=event.at, **above) for event in events]


def _edges(axis: TimeAxis, palette: Palette) -> list[dict[str, Any]]:
    """Return a short line below the axis between each year and the next."""
    line = {"color": palette.quiet, "width": 1}
    return [_upright(place, line, top=0, foot=-0.05) for place in axis.edges]


def _upright(place: float, line: dict[str, Any], *, top: float, foot: float = 0) -> dict[str, Any]:
    ends = {"x0": place, "x1": place, "xref": "x", "y0": foot, "y1": top, "yref": "y domain"}
    return {"type": "line", **ends, "line": line}
