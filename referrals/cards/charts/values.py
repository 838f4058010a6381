"""The plain data of charts: numbers with their labels and bounds, without any page or release.

Every chart of this folder, whether HTML or Plotly, takes these values, which cards and the table
builder make from answers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from referrals.cards.charts.colours import Meaning
from referrals.formatting import count

MOST_LINES: Final = 4
"""The most series that can be distinguished in one chart."""


@dataclass(frozen=True, slots=True)
class Point:
    """The number of a series in one period; `value` and the bounds are None if there is none.

    `period` is the period's name in full, `tick` its short name under the axis (`period` if '') and
    `year` the group that it is in ('' if it is in none). `is_break` means that it cannot be
    compared with earlier periods. `status` is the status letter of the number.
    """

    period: str
    value: float | None
    lower: float | None = None
    upper: float | None = None
    tick: str = ""
    year: str = ""
    status: str = ""
    is_break: bool = False

    @property
    def bounds(self) -> tuple[float, float] | None:
        """The least and the most that the number can be, None if there is no number."""
        if self.value is None and self.lower is None:
            return None
        known = [bound for bound in (self.lower, self.value, self.upper) if bound is not None]
        return min(known), max(known)

    @property
    def has_range(self) -> bool:
        """Return whether the number is not exact."""
        return self.bounds is not None and self.bounds[0] < self.bounds[1]


@dataclass(frozen=True, slots=True)
class Series:
    """A named series of numbers, oldest period first. Every series of a chart has every period."""

    label: str
    points: Sequence[Point]
    colour: Meaning = Meaning.NUMBER

    @property
    def last(self) -> Point | None:
        """The last point that has a single number to draw, None if there is none."""
        return next((point for point in reversed(self.points) if point.value is not None), None)


def quarter(code: str, label: str = "") -> Point:
    """Return an empty point for a calendar quarter, its year below it.

    >>> quarter("2020-Q2").tick, quarter("2020-Q2").year
    ('Q2', '2020')
    """
    year, _, name = code.replace(" ", "-").partition("-")
    return Point(label or code, None, tick=name, year=year)


def most(series: Sequence[Series]) -> float:
    """Return the largest number or bound of series, at least 1."""
    bounds = [point.bounds for line in series for point in line.points]
    return max([1.0, *(high for _, high in filter(None, bounds))])


def runs(points: Sequence[Point]) -> list[list[tuple[int, Point]]]:
    """Return the unbroken runs of points with a number, each point with its place.

    A line is never drawn over a missing number or a break in the series.
    """
    found: list[list[tuple[int, Point]]] = [[]]
    for place, point in enumerate(points):
        if point.value is None or point.is_break:
            found.append([])
        if point.value is not None:
            found[-1].append((place, point))
    return [run for run in found if run]


def shown(value: float) -> str:
    """Return a number of a chart as text.

    >>> shown(1336.0), shown(62.4)
    ('1,336', '62.4')
    """
    return count(int(value)) if value == int(value) else f"{value:,.1f}"
