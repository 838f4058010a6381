"""Lines over time without Plotly or any script, for print, static pages and panels of lines.

The lines are a picture that is stretched over its box. The texts are HTML beside it, so they keep
their size at any width. The picture is an image and not part of the page, because Streamlit removes
SVG from HTML; its colours follow the reader's light or dark scheme.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from markupsafe import Markup

from referrals import templates
from referrals.cards.charts import colours
from referrals.cards.charts.events import Event
from referrals.cards.charts.lines import MARGINS, check_number, end_labels, letters_beside
from referrals.cards.charts.time_axis import TimeAxis, narrowest_plot, scale, time_axis
from referrals.cards.charts.values import Point, Series, most, runs, shown

TEMPLATE: Final = "charts/lines.html"
SIZE: Final = 1000
"""The side of the picture, which is stretched, in its own units."""

HEIGHT: Final = 240
LOWEST: Final = 120
"""The height of a plot and of one in a panel, in pixels: `charts.css` has the same."""

MOST_MARKED: Final = 20
"""The most periods whose points all have a dot. With more, only the end of each unbroken line does.
"""

IN_ADDRESS: Final = "/:;,.=!@()-+*'"
"""The characters left unencoded in a data URL, which is then a third shorter.

Braces are not among them, because the URL Standard requires their encoding.
"""


@dataclass(frozen=True, slots=True)
class Label:
    """A text beside the plot, at a share of its width or height, in the colour of its series."""

    at: float
    text: str
    colour: str = ""


def line_chart(
    name: str, series: Sequence[Series], *, mark: str = "", events: Sequence[Event] = ()
) -> Markup:
    """Return up to four series as lines. `name` is the text alternative of the chart."""
    return _chart(name, series, most(series), mark=mark, events=events)


def small_multiples(name: str, series: Sequence[Series], *, mark: str = "") -> Markup:
    """Return any number of series, each in a panel of its own, all on one scale."""
    highest = most(series)
    panels = [(line.label, _chart(line.label, [line], highest, mark=mark)) for line in series]
    return templates.macro(TEMPLATE, "panels", name, panels)


def _chart(
    name: str,
    series: Sequence[Series],
    highest: float,
    *,
    mark: str,
    events: Sequence[Event] = (),
) -> Markup:
    check_number(series)
    points = series[0].points
    values = scale(highest)
    labels = end_labels(series, values[-1], LOWEST if len(series) == 1 else HEIGHT)
    left, right = letters_beside(values, labels)
    axis = time_axis(points, narrowest_plot(left + right + MARGINS))
    ends = [
        Label(middle, " ".join(lines), line.colour)
        for line, (lines, middle) in zip(series, labels, strict=True)
    ]
    return templates.macro(
        TEMPLATE,
        "lines",
        name,
        picture=_picture(series, axis, values, events),
        scale=[Label(value / values[-1], shown(value)) for value in values],
        periods=[Label(_across(tick.at, len(points)), tick.label) for tick in axis.periods],
        years=[Label(_across(tick.at, len(points)), tick.label) for tick in axis.years],
        ends=ends,
        dates=[Label(_across(event.at, len(points)), event.letter) for event in events],
        is_alone=len(series) == 1,
        letters=(left, right + (len(series) > 1)),
        mark=mark,
    )


def _across(place: float, periods: int) -> float:
    """Return a place as a share of the width: periods have slots of equal width."""
    return (place + 0.5) / periods


def _picture(
    series: Sequence[Series], axis: TimeAxis, values: Sequence[float], events: Sequence[Event]
) -> str:
    """Return the lines, bands and grid as the address of an image."""
    points = series[0].points
    svg = templates.macro(
        TEMPLATE,
        "picture",
        size=SIZE,
        light=colours.LIGHT,
        dark=colours.DARK,
        used=sorted({line.colour for line in series}),
        grid=[_up(value, values[-1]) for value in values],
        breaks=[
            _x(place - 0.5, len(points)) for place, point in enumerate(points) if point.is_break
        ],
        dates=[_x(event.at, len(points)) for event in events],
        edges=[_x(edge, len(points)) for edge in axis.edges],
        shapes=[_Shape.of(line, values[-1]) for line in series],
    )
    return f"data:image/svg+xml,{quote(str(svg), safe=IN_ADDRESS)}"


@dataclass(frozen=True, slots=True)
class _Shape:
    """The paths of a series: the bands and lines of its unbroken runs, and its points."""

    colour: str
    bands: Sequence[str]
    lines: Sequence[str]
    dots: Sequence[str]

    @classmethod
    def of(cls, series: Series, top: float) -> _Shape:
        periods = len(series.points)
        bands, lines, dots = [], [], []
        for run in runs(series.points):
            places = [(_x(at, periods), _up(point.value or 0, top)) for at, point in run]
            lines.append(_path(places))
            marked = places if periods <= MOST_MARKED else places[-1:]
            dots += [f"M{x:g},{y:g}h0" for x, y in marked]
            if any(point.has_range for _, point in run):
                bands.append(_outline(run, periods, top))
        return cls(series.colour, bands, lines, dots)


def _outline(run: Sequence[tuple[int, Point]], periods: int, top: float) -> str:
    """Return the closed path along the upper and back along the lower bounds of a run."""
    bounds = [(_x(at, periods), point.bounds or (0.0, 0.0)) for at, point in run]
    there = [(x, _up(high, top)) for x, (_, high) in bounds]
    back = [(x, _up(low, top)) for x, (low, _) in reversed(bounds)]
    return _path([*there, *back]) + "z"


def _path(places: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x:g},{y:g}" for x, y in places)


def _x(place: float, periods: int) -> int:
    return round(_across(place, periods) * SIZE)


def _up(value: float, top: float) -> int:
    """Return the vertical place of a value in the picture, counted from its top."""
    return round((1 - value / top) * SIZE)
