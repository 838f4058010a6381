"""The axes of charts over time: round numbers upwards, and years grouped under their quarters.

Labels are never rotated. They are chosen for the narrowest plot, so they fit on a phone as well:
the server does not know how wide a reader's screen is.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from referrals.cards.charts.values import Point

NARROWEST_CHART: Final = 294
LETTER: Final = 7.6
GAP: Final = 5
"""The width of a chart on a screen of 360 px, of a letter of 12 px and of a gap, in pixels."""

EVERY_SECOND: Final = 2

STEPS: Final = (1, 2, 2.5, 5, 10)
LINES_UP: Final = 4
"""The most lines of a scale above its zero."""


@dataclass(frozen=True, slots=True)
class Tick:
    """A label under the axis, at a place counted in periods from the first one."""

    at: float
    label: str


@dataclass(frozen=True, slots=True)
class TimeAxis:
    """The labels of periods, those of the years below them, and the edges between years."""

    periods: Sequence[Tick]
    years: Sequence[Tick]
    edges: Sequence[float]


def narrowest_plot(letters: int) -> float:
    """Return the width of a plot on a phone, with this many letters left and right of it."""
    return NARROWEST_CHART - letters * LETTER


def time_axis(points: Sequence[Point], room: float) -> TimeAxis:
    """Return the labels of an axis with these periods, as many as fit into a room in pixels."""
    grouped = []
    for year, group in groupby(enumerate(points), key=lambda item: item[1].year):
        grouped.append((year, [place for place, _ in group]))
    years = [Tick((places[0] + places[-1]) / 2, year) for year, places in grouped if year]
    names = [Tick(place, point.tick or point.period) for place, point in enumerate(points)]
    edges = [places[0] - 0.5 for year, places in grouped[1:] if year]
    if not years:
        return TimeAxis(_with_both_ends(names, room), [], edges)
    step = _step(names, room)
    # Fewer than every second quarter would be hard to follow: then there are only the years.
    quarters = names[::-1][::step][::-1] if step <= EVERY_SECOND else []
    return TimeAxis(quarters, _with_both_ends(years, room), edges)


def scale(most: float) -> list[float]:
    """Return the round numbers of a scale from zero to above the largest number.

    >>> scale(23411)
    [0, 10000, 20000, 30000]
    >>> scale(7)
    [0, 2, 4, 6, 8]
    """
    rough = max(most, 1) / LINES_UP
    power = 10 ** math.floor(math.log10(rough))
    sizes = [size * power for size in STEPS if size * power >= 1]
    step = next(size for size in [*sizes, 10 * power] if size >= rough and size == int(size))
    return [int(step * line) for line in range(math.ceil(max(most, 1) / step) + 1)]


def _step(ticks: Sequence[Tick], room: float) -> int:
    """Return the step from one label to the next with which they do not overlap."""
    width = max((len(tick.label) for tick in ticks), default=0) * LETTER + GAP
    return max(math.ceil(width * len(ticks) / room), 1)


def _with_both_ends(ticks: Sequence[Tick], room: float) -> list[Tick]:
    """Return every label, or as many as fit at equal distances: the last, and the first if it can.

    A step of up to twice the necessary one is accepted to include the first.
    """
    last, needed = len(ticks) - 1, _step(ticks, room)
    even = (step for step in range(needed, 2 * needed + 1) if last % step == 0)
    step = next(even, needed)
    return list(ticks[::-1][::step][::-1])
