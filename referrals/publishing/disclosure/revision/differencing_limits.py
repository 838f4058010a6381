"""Limits on differencing: the growth of a cell that two releases of a year allow.

Used by most modules of this package before anything is published. The attack on two releases
(`audit.differencing`) works the same out again from the public files, and shares no code with this.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import chain, combinations, product
from typing import Final

from referrals.publishing.cell_codes import Fact
from referrals.publishing.tabulation.counts import Codes
from referrals.reference import disclosure_rule
from referrals.reference.codelists import FINEST
from referrals.reference.disclosure_rule import (
    LARGEST_AMBIGUOUS,
    PROTECTION_WIDTH,
    ROUNDED_VALUES,
    SMALLEST_TOTAL_CHANGE,
    SMALLEST_UNCHANGED,
)

GROUPING: Final = tuple(FINEST.index(name) for name in ("nationality", "age_band", "sex"))
"""The columns that define a group of people."""

SENSITIVE: Final = tuple(FINEST.index(name) for name in disclosure_rule.SENSITIVE)
"""The columns whose code must not be disclosed for everybody who came into a group."""

OneWayTotal = tuple[int, str]
"""A one-way total: the column of its dimension, and its code."""

Group = AbstractSet[OneWayTotal]
"""People who have some codes in common. The empty group is everybody."""


@dataclass(frozen=True)
class Growth:
    """The growth of a cell that two of its published numbers allow.

    Attributes:
        least: the smallest growth that they allow.
        most: the largest growth that they allow.
        required: the growth that everything else published must allow too, so that the feasibility
            intervals stay wide enough.
    """

    least: int
    most: int
    required: int


NO_GROWTH: Final = Growth(0, 0, 0)
"""For a cell that shows the same number twice."""


@cache
def growth(before: int, after: int) -> Growth | None:
    """Return the growth that two different numbers allow, or None if they disclose a small count.

    The growth is a count as well, so it must not be disclosed if small: 30 and then 31 is one
    person.

    >>> growth(6, 5), growth(8, 11), growth(8, 20)
    (None, None, Growth(least=12, most=12, required=12))
    """
    pairs = [
        (old, new) for old in possible_counts(before) for new in possible_counts(after) if new > old
    ]
    for required in sorted({new - old for old, new in pairs}):
        feasible = [(old, new) for old, new in pairs if new - old <= required]
        if are_protected((before, after), feasible):
            differences = [new - old for old, new in pairs]
            return Growth(min(differences), max(differences), required)
    return None


def possible_counts(shown: int) -> list[int]:
    """Return the true counts that a published number can stand for.

    >>> possible_counts(0), possible_counts(5)
    ([0, 1, 2, 3, 4], [1, 2, 3, 4, 5])
    """
    small = range(1, SMALLEST_UNCHANGED) if shown in ROUNDED_VALUES else ()
    return [*small, shown] if shown else [0, *small]


def one_way_totals(cells: Mapping[Codes, int]) -> dict[OneWayTotal, int]:
    """Return the one-way totals of some cells, without those that are 0."""
    totals: dict[OneWayTotal, int] = defaultdict(int)
    for cell, value in cells.items():
        for total in enumerate(cell):
            totals[total] += value
    return {total: value for total, value in totals.items() if value}


def is_safe_growth(
    first: Mapping[Codes, int], second: Mapping[Codes, int], facts: Sequence[Fact] = ()
) -> bool:
    """Return whether two tables of a year that only grew disclose nothing, in either order.

    Both tables agree with the facts.
    """
    difference = _Difference.between(first, second, facts)
    exact = {
        cell: after - before
        for cell, (before, after) in difference.shown.items()
        if min(before, after) > LARGEST_AMBIGUOUS
    }
    exact_changes = one_way_totals(exact)
    for total, change in difference.changes.items():
        # Without its exact cells, a total is a total of the ambiguous ones.
        rest = change - exact_changes.get(total, 0)
        if 0 < abs(change) < SMALLEST_TOTAL_CHANGE or 0 < abs(rest) < SMALLEST_UNCHANGED:
            return False
    possible = difference.possible_growth()
    possible_totals = one_way_totals(possible)
    for cell in {**difference.shown, **possible}:
        most = max(0, difference.room(cell))
        least = 0
        for total in enumerate(cell):
            by_others = possible_totals.get(total, 0) - possible.get(cell, 0)
            least = max(least, difference.changes[total] - by_others)
        if not _is_protected(difference.shown.get(cell, (0, 0)), least, most):
            return False
    return not any(uniform_groups(first, second, facts))


def uniform_groups(
    first: Mapping[Codes, int], second: Mapping[Codes, int], facts: Sequence[Fact] = ()
) -> Iterator[tuple[Group, OneWayTotal]]:
    """Yield (group, code) if a group's arrivals, or departures, provably share a code."""
    difference = _Difference.between(first, second, facts)
    possible_codes: dict[tuple[Group, int], set[str]] = defaultdict(set)
    for cell in difference.possible_growth():
        for group, column in product(groups_of(cell), SENSITIVE):
            possible_codes[group, column].add(cell[column])
    in_use = [cell for cell, (_, after) in difference.shown.items() if after]
    codes_in_use = {column: _codes_of(column, in_use) for column in SENSITIVE}
    changed = {
        group
        for cell, (before, after) in difference.shown.items()
        if before != after
        for group in groups_of(cell)
    }
    for (group, column), codes in possible_codes.items():
        if group in changed and len(codes) == 1 < len(codes_in_use[column]):
            yield group, (column, codes.pop())


def _codes_of(column: int, cells: Iterable[Codes]) -> set[str]:
    return {cell[column] for cell in cells}


def groups_of(cell: Codes) -> Iterator[Group]:
    """Yield every group of people that a cell belongs to."""
    own = [(column, cell[column]) for column in GROUPING]
    subsets = (combinations(own, size) for size in range(len(own) + 1))
    return map(frozenset, chain.from_iterable(subsets))


@dataclass(frozen=True)
class _Difference:
    """Two tables of a year, the smaller first.

    Attributes:
        shown: the two numbers of each cell.
        changes: by how much each one-way total grew.
        exact_facts: facts that are a single number and hold for both: their cells cannot have
        grown.
    """

    shown: Mapping[Codes, tuple[int, int]]
    changes: Mapping[OneWayTotal, int]
    exact_facts: Sequence[Fact]

    @classmethod
    def between(
        cls, first: Mapping[Codes, int], second: Mapping[Codes, int], facts: Sequence[Fact]
    ) -> _Difference:
        old, new = sorted((first, second), key=lambda cells: sum(cells.values()))
        before, after = one_way_totals(old), one_way_totals(new)
        shown = {cell: (old.get(cell, 0), new.get(cell, 0)) for cell in {**old, **new}}
        changes = {
            total: after.get(total, 0) - before.get(total, 0) for total in {**before, **after}
        }
        exact_facts = [
            fact
            for fact in facts
            if fact.is_exact and fact.agrees_with(old) and fact.agrees_with(new)
        ]
        return cls(shown, changes, exact_facts)

    @cached_property
    def certain(self) -> Mapping[Codes, int]:
        """The least growth of each cell, by its own numbers."""
        return {
            cell: max(0, possible_counts(after)[0] - possible_counts(before)[-1])
            for cell, (before, after) in self.shown.items()
        }

    @cached_property
    def unexplained(self) -> Mapping[OneWayTotal, int]:
        """The growth of each total beyond the certain growth of its cells."""
        certain = one_way_totals(self.certain)
        return {total: change - certain.get(total, 0) for total, change in self.changes.items()}

    def room(self, cell: Codes) -> int:
        """Return the most that a cell can have grown by, judging by its totals."""
        if any(fact.holds_cell(cell) for fact in self.exact_facts):
            return 0
        rest = min(self.unexplained[total] for total in enumerate(cell))
        return self.certain.get(cell, 0) + rest

    def possible_growth(self) -> dict[Codes, int]:
        """Return the most that each cell can have grown by, for the cells that can have grown.

        This takes both its totals and its own numbers into account.
        """
        codes: list[list[str]] = [[] for _ in FINEST]
        for column, code in self.changes:
            codes[column].append(code)
        possible = {}
        for cell in product(*codes):
            room = self.room(cell)
            if room <= 0:
                continue
            before, after = self.shown.get(cell, (0, 0))
            most = min(room, possible_counts(after)[-1] - possible_counts(before)[0])
            if most > 0:
                possible[cell] = most
        return possible


def _is_protected(shown: tuple[int, int], least: int, most: int) -> bool:
    """Return whether two numbers of a cell disclose nothing if it grew by `least` to `most`."""
    if shown[0] == shown[1] and not least:
        return True
    feasible = [
        (before, after)
        for before in possible_counts(shown[0])
        for after in possible_counts(shown[1])
        if least <= after - before <= most
    ]
    return are_protected(shown, feasible)


def are_protected(shown: tuple[int, int], feasible: Collection[tuple[int, int]]) -> bool:
    """Return whether the feasible pairs of counts protect both counts and their difference.

    Each that can be small needs a feasibility interval of the protection width.
    """
    if not feasible:
        return False
    for number, counts in zip(shown, zip(*feasible, strict=True), strict=True):
        if number <= LARGEST_AMBIGUOUS and max(counts) - min(counts) < PROTECTION_WIDTH:
            return False
    differences = [after - before for before, after in feasible]
    is_wide = max(differences) - min(differences) >= PROTECTION_WIDTH
    return is_wide or not any(0 < abs(change) < SMALLEST_UNCHANGED for change in differences)
