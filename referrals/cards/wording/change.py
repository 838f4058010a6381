"""The direction of a change, if it is clear: the rule behind every headline about time.

1. Like with like: the last period is compared with the earliest one of the same quarter of the
   year, or with the first one if periods are years.
2. Every number is taken at the end of its range that makes the change smallest.
3. Counts of people vary by chance by about their square root. A change is stated only if it is
   larger than twice that (2 * sqrt(first + last), a 95% interval of the difference of two counts).

Otherwise there is no clear change. `docs/charts.md` has the rule as well.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from enum import StrEnum
from math import sqrt
from typing import Final, TypeVar

Period = TypeVar("Period")

CHANCE: Final = 2
"""The standard deviations that a difference of two counts must exceed."""

_QUARTER: Final = re.compile(r"Q([1-4])\b")


class Direction(StrEnum):
    """The direction of change from an earlier number to a later one."""

    ROSE = "rose"
    FELL = "fell"
    UNCLEAR = "unclear"


def direction(first: tuple[float, float], last: tuple[float, float]) -> Direction:
    """Return how a count changed, from the bounds of the first and of the last number.

    >>> direction((5142, 5142), (23411, 23411)), direction((301, 301), (320, 320))
    (<Direction.ROSE: 'rose'>, <Direction.UNCLEAR: 'unclear'>)
    >>> direction((52, 68), (57, 73))
    <Direction.UNCLEAR: 'unclear'>
    """
    if _is_larger(last[0], first[1]):
        return Direction.ROSE
    if _is_larger(first[0], last[1]):
        return Direction.FELL
    return Direction.UNCLEAR


def like_with_like(
    periods: Sequence[Period], code: Callable[[Period], str]
) -> tuple[Period, Period]:
    """Return the period that the last one is compared with, and the last one.

    `code` gives the code of a period: '2020-Q2', '2020'. There must be at least two periods.
    """
    *earlier, last = periods
    same = [period for period in earlier if _quarter(code(period)) == _quarter(code(last))]
    return (same or earlier)[0], last


def _quarter(code: str) -> str:
    found = _QUARTER.search(code)
    return found[1] if found else ""


def _is_larger(number: float, other: float) -> bool:
    return number - other > CHANCE * sqrt(number + other)
