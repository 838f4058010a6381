"""What two releases of a year let a cell have grown by, as the publisher works it out before anything is published.

The attack on two releases (`differencing`) works it out again, from the public files and with no line of this.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import Final

from referrals.codelists import FINEST
from referrals.publishing.recoding import LEAST
from referrals.publishing.rounding import SMALL, VALUES
from referrals.publishing.tabulation import Codes

WIDTH: Final = 4
"""The least width of the range that two numbers together leave a small count."""

AMBIGUOUS: Final = VALUES[-1]
"""The largest number that can stand for a smaller count."""

Total = tuple[int, str]
"""A total of one dimension: the place of the dimension, and the code."""


@dataclass(frozen=True)
class Growth:
    """What two numbers of a cell let it have grown by: at least, at most, and what it must be free to have grown by."""

    least: int
    most: int
    needed: int


NOTHING: Final = Growth(0, 0, 0)
"""What a cell that shows the same number need have grown by."""


@cache
def growth(before: int, after: int) -> Growth | None:
    """Return what two different numbers of a cell let it have grown by, or None where they tell a small count.

    >>> growth(6, 5), growth(8, 20)
    (None, Growth(least=12, most=12, needed=12))
    """
    pairs = [(old, new) for old in behind(before) for new in behind(after) if new > old]
    for needed in sorted({new - old for old, new in pairs}):
        free = [pair for pair in pairs if pair[1] - pair[0] <= needed]
        ranges = zip((before, after), zip(*free, strict=True), strict=True)
        if all(shown > AMBIGUOUS or max(values) - min(values) >= WIDTH for shown, values in ranges):
            grown = [new - old for old, new in pairs]
            return Growth(min(grown), max(grown), needed)
    return None


def behind(shown: int) -> list[int]:
    """Return the counts that the rule shows as a number.

    >>> behind(0), behind(5)
    ([0, 1, 2, 3, 4], [1, 2, 3, 4, 5])
    """
    small = range(1, SMALL) if shown in VALUES else ()
    return [*small, shown] if shown else [0, *small]


def totals(cells: Mapping[Codes, int]) -> dict[Total, int]:
    """Return the totals of one dimension of some cells, those of 0 left out."""
    found: dict[Total, int] = defaultdict(int)
    for cell, value in cells.items():
        for total in enumerate(cell):
            found[total] += value
    return {total: value for total, value in found.items() if value}


def tell_nothing(one: Mapping[Codes, int], other: Mapping[Codes, int]) -> bool:
    """Return whether two published tables can be read together, whichever came first."""
    old, new = sorted((one, other), key=lambda cells: sum(cells.values()))
    before, after = totals(old), totals(new)
    moves = {total: after.get(total, 0) - before.get(total, 0) for total in {**before, **after}}
    if any(0 < abs(moved) < LEAST for moved in moves.values()):
        return False
    able = _able(old, new, moves)
    room: dict[Total, int] = defaultdict(int)
    for cell, most in able.items():
        for total in enumerate(cell):
            room[total] += most
    for cell in {**old, **new, **able}:
        most = max(0, min(moves[total] for total in enumerate(cell)))
        forced = max(0, *(moves[total] - (room[total] - able.get(cell, 0)) for total in enumerate(cell)))
        if not _is_open((old.get(cell, 0), new.get(cell, 0)), forced, most):
            return False
    return True


def _able(old: Mapping[Codes, int], new: Mapping[Codes, int], moves: Mapping[Total, int]) -> dict[Codes, int]:
    """Return by how much each cell can have grown at most, of those whose totals all grew. No other can have grown."""
    grown = [
        [code for place, code in sorted(moves) if place == column and moves[place, code] > 0] for column in range(len(FINEST))
    ]
    able = {}
    for cell in product(*grown):
        most = behind(new.get(cell, 0))[-1] - behind(old.get(cell, 0))[0]
        able[cell] = min(most, *(moves[total] for total in enumerate(cell)))
    return able


def _is_open(shown: tuple[int, int], forced: int, most: int) -> bool:
    """Return whether two numbers of a cell that must have grown by `forced`, and by `most` at most, keep their ranges."""
    if shown[0] == shown[1] and not forced:
        return True
    left = [(was, now) for was in behind(shown[0]) for now in behind(shown[1]) if forced <= now - was <= most]
    ranges = zip(shown, zip(*left, strict=True), strict=True) if left else ()
    return bool(left) and all(number > AMBIGUOUS or max(values) - min(values) >= WIDTH for number, values in ranges)
