"""Lines over time in a picture: the chart of `charts/light_lines`, with its texts inside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from referrals.cards.charts import colours
from referrals.cards.charts.events import Event
from referrals.cards.charts.lines import end_labels
from referrals.cards.charts.time_axis import scale, time_axis
from referrals.cards.charts.values import Point, Series, most, runs, shown
from referrals.cards.exports.pictures.svg_shapes import Path, Shape, Text

HEIGHT: Final = 390
BELOW: Final = 80
LEFT: Final = 80
RIGHT: Final = 170
"""The height of the chart, and the room for texts below and beside its plot, in pixels."""

GRID: Final = "#c4cad1"
AXIS: Final = "#6b7280"


@dataclass(frozen=True)
class Box:
    """The place and size of a chart in a picture, in pixels."""

    left: float
    top: float
    width: float
    height: float = HEIGHT


def shapes(series: Sequence[Series], box: Box, events: Sequence[Event] = ()) -> list[Shape]:
    """Return the shapes of up to four series, and of the events on their axis, in a box."""
    left, top, width, height = box.left, box.top, box.width, box.height
    points = series[0].points
    axis, values = time_axis(points, width - LEFT - RIGHT), scale(most(series))
    plot = _Plot(
        left=left + LEFT,
        top=top + 14,
        width=width - LEFT - RIGHT,
        height=height - BELOW,
        periods=len(points),
        most=values[-1],
    )
    found: list[Shape] = []
    for value in values:
        y = plot.y(value)
        found.append(Path(f"M{plot.left} {y:g}h{plot.width}", AXIS if value == 0 else GRID, 1))
        found.append(Text(plot.left - 8, y + 5, shown(value), 15, anchor="end"))
    below = plot.y(0)
    under = 42 if axis.periods else 20
    ticks = [(tick, 20) for tick in axis.periods] + [(tick, under) for tick in axis.years]
    found += [
        Text(plot.x(tick.at), below + lower, tick.label, 15, anchor="middle")
        for tick, lower in ticks
    ]
    found += [Path(f"M{plot.x(edge):g} {below}v10", AXIS, 1) for edge in axis.edges]
    for place, point in enumerate(points):
        if point.is_break:
            across = plot.x(place - 0.5)
            found.append(Path(f"M{across:g} {below}V{top + 14}", AXIS, 2, dash="6 4"))
    for event in events:
        across = plot.x(event.at)
        found.append(Path(f"M{across:g} {below}V{top + 14}", AXIS, 1, dash="2 3"))
        found.append(Text(across, top + 10, event.letter, 15, weight=700, anchor="middle"))
    for line in series:
        found += _line(line, plot)
    return found + _names(series, plot)


@dataclass(frozen=True, kw_only=True)
class _Plot:
    """The place of periods and values in a picture."""

    left: float
    top: float
    width: float
    height: float
    periods: int
    most: float

    def x(self, place: float) -> float:
        return round(self.left + (place + 0.5) / self.periods * self.width, 1)

    def y(self, value: float) -> float:
        return round(self.top + (1 - value / self.most) * self.height, 1)


def _line(series: Series, plot: _Plot) -> list[Shape]:
    shade = colours.LIGHT[series.colour]
    found: list[Shape] = []
    for run in runs(series.points):
        if any(point.has_range for _, point in run):
            found.append(Path(_outline(run, plot), shade, 1, fill=shade))
        places = [(plot.x(at), plot.y(point.value or 0)) for at, point in run]
        found.append(Path(_path(places), shade, 3))
        dots = "".join(f"M{x:g} {y:g}h0" for x, y in places)
        found.append(Path(dots, shade, 8))
    return found


def _outline(run: Sequence[tuple[int, Point]], plot: _Plot) -> str:
    bounds = [(plot.x(at), point.bounds or (0.0, 0.0)) for at, point in run]
    there = [(x, plot.y(high)) for x, (_, high) in bounds]
    back = [(x, plot.y(low)) for x, (low, _) in reversed(bounds)]
    return _path([*there, *back]) + "z"


def _path(places: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in places)


def _names(series: Sequence[Series], plot: _Plot) -> list[Shape]:
    """Return the name and the last number at the end of each line, with a mark in its colour."""
    found: list[Shape] = []
    labels = end_labels(series, plot.most, plot.height)
    for line, (words, middle) in zip(series, labels, strict=True):
        first = plot.top + (1 - middle) * plot.height - (len(words) - 1) * 9 + 5
        left = plot.left + plot.width + 10
        if len(series) > 1:
            found.append(Path(f"M{left + 5} {first - 5:g}h0", colours.LIGHT[line.colour], 10))
        for place, text in enumerate(words):
            is_number = place == len(words) - 1
            weight = 700 if is_number else 400
            found.append(Text(left + 16, first + place * 18, text, 15, weight=weight))
    return found
