"""Joint bounds of a table: the least and the most that a number can be, given all the others.

`joint_bounds` narrows the parts of one total. In a table each number is a part of several totals
and often a total itself, so the ranges are narrowed along every axis until none changes. The
release is a solution of these sums itself, so a range always holds the number that is shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final

Key = tuple[str, ...]
"""The codes of a cell, one for each axis."""

MOST_ROUNDS: Final = 20
"""Each round narrows ranges by those of the round before. Few tables need more than four. Ranges
that are cut short here are wider than necessary, and still correct."""


@dataclass(frozen=True, slots=True)
class Range:
    """The least and the most that a count can be."""

    lower: int
    upper: int


@dataclass(frozen=True, slots=True)
class Sum:
    """A total and the parts that add up to it, by the keys of their cells."""

    total: Key
    parts: tuple[Key, ...]


def sums(parts: Sequence[Sequence[str]], total: str) -> Iterator[Sum]:
    """Yield every sum along one axis of a table that has a total on each axis.

    Args:
        parts: the codes of each axis that add up to its total.
        total: the code of the total.

    >>> next(sums([["M", "F"], ["MS"]], "_T"))
    Sum(total=('_T', 'MS'), parts=(('M', 'MS'), ('F', 'MS')))
    """
    for place, codes in enumerate(parts):
        if not codes:
            continue
        others = [[*axis, total] for axis in parts]
        others[place] = [total]
        for key in product(*others):
            before, after = key[:place], key[place + 1 :]
            yield Sum(key, tuple((*before, code, *after) for code in codes))


def narrowed(ranges: Mapping[Key, Range], equations: Sequence[Sum]) -> dict[Key, Range]:
    """Return ranges narrowed by every sum that they are part of, until none changes."""
    lower = {key: found.lower for key, found in ranges.items()}
    upper = {key: found.upper for key, found in ranges.items()}
    for _ in range(MOST_ROUNDS):
        # A list: every sum must be visited, and `any` would stop at the first that narrows.
        changes = [_narrow(equation, lower, upper) for equation in equations]
        if not any(changes):
            break
    return {key: Range(lower[key], upper[key]) for key in ranges}


def _narrow(equation: Sum, lower: dict[Key, int], upper: dict[Key, int]) -> bool:
    """Narrow the ranges of one sum in place, and return whether any has changed."""
    total, parts = equation.total, equation.parts
    least = sum([lower[part] for part in parts])
    most = sum([upper[part] for part in parts])
    has_changed = False
    if least > lower[total]:
        lower[total], has_changed = least, True
    if most < upper[total]:
        upper[total], has_changed = most, True
    if least == most:
        return has_changed
    room_below, room_above = most - lower[total], upper[total] - least
    for part in parts:
        low, high = lower[part], upper[part]
        if high - low > room_below:
            lower[part], has_changed = high - room_below, True
        if high - low > room_above:
            upper[part], has_changed = low + room_above, True
    return has_changed


def change(now: Range, before: Range, together: Range | None) -> tuple[int, int]:
    """Return the least and the most that a number can have changed.

    `together` is the range of the sum of both, if a total that holds both of them limits it.

    >>> change(Range(0, 10), Range(0, 10), None), change(Range(0, 10), Range(0, 10), Range(4, 6))
    ((-10, 10), (-6, 6))
    """
    least, most = now.lower - before.upper, now.upper - before.lower
    if together is None:
        return least, most
    most = min(most, together.upper - 2 * before.lower, 2 * now.upper - together.lower)
    least = max(least, 2 * now.lower - together.upper, together.lower - 2 * before.upper)
    return least, most
