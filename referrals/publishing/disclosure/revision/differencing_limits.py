"""What two releases of a year let a cell have grown by, as the publisher works it out before anything is published.

The attack on two releases (`differencing`) works it out again, from the public files and with no line of this.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import chain, combinations, product
from typing import Final

from referrals.publishing.cell_codes import Fact
from referrals.publishing.disclosure.recoding import LEAST
from referrals.publishing.disclosure.rounding.annealing import SMALL, VALUES
from referrals.publishing.tabulation.counts import Codes
from referrals.reference.codelists import FINEST

WIDTH: Final = 4
"""The least width of the range that two numbers together leave a small count."""

AMBIGUOUS: Final = VALUES[-1]
"""The largest number that can stand for a smaller count."""

PEOPLE: Final = tuple(FINEST.index(name) for name in ("nationality", "age_band", "sex"))
TOLD: Final = tuple(FINEST.index(name) for name in ("crime_type", "outcome"))
"""What makes a group of people, and what nobody may learn of all who came into one."""

Total = tuple[int, str]
"""A total of one dimension: the place of the dimension, and the code."""

Group = AbstractSet[Total]
"""The people who have some codes, none of them for everybody."""


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

    What it grew by is such a count as well: 30 and then 31 would be one person.

    >>> growth(6, 5), growth(8, 11), growth(8, 20)
    (None, None, Growth(least=12, most=12, needed=12))
    """
    pairs = [(old, new) for old in behind(before) for new in behind(after) if new > old]
    for needed in sorted({new - old for old, new in pairs}):
        if _keep_ranges((before, after), [(old, new) for old, new in pairs if new - old <= needed]):
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


def tell_nothing(
    one: Mapping[Codes, int], other: Mapping[Codes, int], facts: Sequence[Fact] = ()
) -> bool:
    """Return whether two published tables, which agree with some facts, can be read together, whichever came first."""
    rooms = _Rooms.between(one, other, facts)
    exact = {
        cell: now - was for cell, (was, now) in rooms.shown.items() if min(was, now) > AMBIGUOUS
    }
    known = totals(exact)
    if any(
        0 < abs(moved) < LEAST or 0 < abs(moved - known.get(total, 0)) < SMALL
        for total, moved in rooms.moves.items()
    ):
        return False
    able = rooms.able()
    unforced = totals(able)
    for cell in {**rooms.shown, **able}:
        most = max(0, rooms.of(cell))
        forced = max(
            0,
            *(
                rooms.moves[total] - (unforced.get(total, 0) - able.get(cell, 0))
                for total in enumerate(cell)
            ),
        )
        if not _is_open(rooms.shown.get(cell, (0, 0)), forced, most):
            return False
    return not any(alike(one, other, facts))


def alike(
    one: Mapping[Codes, int], other: Mapping[Codes, int], facts: Sequence[Fact] = ()
) -> Iterator[tuple[Group, Total]]:
    """Yield each group into which somebody came, or out of which, of whom all have one code for certain, and the code."""
    rooms = _Rooms.between(one, other, facts)
    codes: dict[tuple[Group, int], set[str]] = defaultdict(set)
    for cell in rooms.able():
        for group, column in product(_groups(cell), TOLD):
            codes[group, column].add(cell[column])
    in_use = {
        column: len({cell[column] for cell, (_, now) in rooms.shown.items() if now})
        for column in TOLD
    }
    moved = {
        group for cell, (was, now) in rooms.shown.items() if was != now for group in _groups(cell)
    }
    for (group, column), found in codes.items():
        if group in moved and len(found) == 1 < in_use[column]:
            yield group, (column, found.pop())


def _groups(cell: Codes) -> Iterator[Group]:
    own = [(column, cell[column]) for column in PEOPLE]
    return map(
        frozenset, chain.from_iterable(combinations(own, size) for size in range(len(own) + 1))
    )


@dataclass(frozen=True)
class _Rooms:
    """Two tables, the smaller first, and what each total leaves for its cells to have grown by, or a fact that forbids it."""

    shown: Mapping[Codes, tuple[int, int]]
    moves: Mapping[Total, int]
    facts: Sequence[Fact]

    @classmethod
    def between(
        cls, one: Mapping[Codes, int], other: Mapping[Codes, int], facts: Sequence[Fact]
    ) -> _Rooms:
        old, new = sorted((one, other), key=lambda cells: sum(cells.values()))
        before, after = totals(old), totals(new)
        shown = {cell: (old.get(cell, 0), new.get(cell, 0)) for cell in {**old, **new}}
        moves = {total: after.get(total, 0) - before.get(total, 0) for total in {**before, **after}}
        still = [
            fact
            for fact in facts
            if fact.is_exact and fact.agrees_with(old) and fact.agrees_with(new)
        ]
        return cls(shown, moves, still)

    @cached_property
    def certain(self) -> Mapping[Codes, int]:
        """By how much each cell has grown for certain, as its own numbers say."""
        return {
            cell: max(0, behind(now)[0] - behind(was)[-1])
            for cell, (was, now) in self.shown.items()
        }

    @cached_property
    def left(self) -> Mapping[Total, int]:
        """What each total has grown by beyond that."""
        taken = totals(self.certain)
        return {total: moved - taken.get(total, 0) for total, moved in self.moves.items()}

    def of(self, cell: Codes) -> int:
        """Return what a cell can have grown by at most, as its totals say."""
        if any(fact.holds_cell(cell) for fact in self.facts):
            return 0
        return self.certain.get(cell, 0) + min(self.left[total] for total in enumerate(cell))

    def able(self) -> dict[Codes, int]:
        """Return by how much each cell that can have grown can have grown at most, as its numbers say as well."""
        codes = [
            [code for place, code in self.moves if place == column] for column in range(len(FINEST))
        ]
        room = {cell: by for cell in product(*codes) if (by := self.of(cell)) > 0}
        numbers = {cell: self.shown.get(cell, (0, 0)) for cell in room}
        most = {
            cell: min(room[cell], behind(now)[-1] - behind(was)[0])
            for cell, (was, now) in numbers.items()
        }
        return {cell: by for cell, by in most.items() if by > 0}


def _is_open(shown: tuple[int, int], forced: int, most: int) -> bool:
    """Return whether two numbers of a cell that must have grown by `forced`, and by `most` at most, keep their ranges."""
    if shown[0] == shown[1] and not forced:
        return True
    return _keep_ranges(
        shown,
        [
            (was, now)
            for was in behind(shown[0])
            for now in behind(shown[1])
            if forced <= now - was <= most
        ],
    )


def _keep_ranges(shown: tuple[int, int], left: Collection[tuple[int, int]]) -> bool:
    """Return whether the counts that are left behind two numbers hide each that can be small, and what lies between them."""
    if not left:
        return False
    ranges = zip(shown, zip(*left, strict=True), strict=True)
    grown = [now - was for was, now in left]
    return all(
        number > AMBIGUOUS or max(values) - min(values) >= WIDTH for number, values in ranges
    ) and (max(grown) - min(grown) >= WIDTH or not any(0 < by < SMALL for by in grown))
