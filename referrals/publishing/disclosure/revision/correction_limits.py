"""Limits on differencing if a year was corrected: some of its totals rose and others fell.

Used by `correct`, `revise` and `joint_safety`. Whoever sees that the totals of some dimensions fell
can suppose that records only changed their codes in these dimensions. Then the sum of each line of
cells, which differ in these dimensions alone, is the same before and after. So it is not enough
that the two numbers of each cell protect it: those of its whole line must. The attack on two
releases (`audit.corrected_year`) works the same out again, and shares no code with this.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import product
from typing import Final

from referrals.publishing.disclosure.revision.differencing_limits import (
    SENSITIVE,
    Group,
    Growth,
    OneWayTotal,
    are_protected,
    groups_of,
    one_way_totals,
    possible_counts,
)
from referrals.publishing.tabulation.counts import Codes
from referrals.reference.codelists import FINEST
from referrals.reference.disclosure_rule import (
    LARGEST_AMBIGUOUS,
    SMALLEST_TOTAL_CHANGE,
    SMALLEST_UNCHANGED,
)

Line = Codes
"""The codes that all cells of a line share, in the order of the dimensions not corrected."""

Pairs = list[tuple[int, int]]
"""Counts that can be behind the two numbers of a cell: before and after."""

MOST_FREE: Final = 40
"""The most cells of a line that can have changed if its sum is to be used against a single cell.

In a line with more such cells, the others can make up for any change of one. So its sum rules out
nothing that the cell's own numbers leave possible.
"""


@cache
def change(before: int, after: int) -> Growth | None:
    """Return the change that two different numbers allow, or None if they disclose a small count.

    The count behind the cell changed, in either direction.

    >>> change(30, 31), change(6, 5) is None, change(5, 0)
    (None, False, Growth(least=-5, most=3, required=3))
    """
    pairs = _possible_pairs(before, after)
    if not are_protected((before, after), pairs):
        return None
    changes = [new - old for old, new in pairs]
    return Growth(min(changes), max(changes), max(changes))


def is_safe_beside(earlier: Sequence[int], shown: int) -> bool:
    """Return whether a number is safe beside all earlier numbers of its cell.

    >>> is_safe_beside([5, 0], 0), is_safe_beside([30], 31)
    (True, False)
    """
    return all(shown == number or change(number, shown) is not None for number in earlier)


def is_correction(first: Mapping[Codes, int], second: Mapping[Codes, int]) -> bool:
    """Return whether some one-way totals rose from one table to the other, and some fell."""
    changes = _total_changes(first, second).values()
    return any(by > 0 for by in changes) and any(by < 0 for by in changes)


def is_safe_correction(
    first: Mapping[Codes, int], second: Mapping[Codes, int], *, is_limited: bool = True
) -> bool:
    """Return whether two tables, one a correction of the other, disclose nothing together.

    Unless it `is_limited` to the dimensions in which totals fell, any code can have been corrected.
    """
    correction = Correction.between(first, second, is_limited=is_limited)
    return (
        correction.has_large_changes()
        and correction.has_protected_cells()
        and not any(correction.narrow_lines())
        and not any(correction.uniform_groups())
    )


@dataclass(frozen=True)
class Correction:
    """Two tables of a year, the one with fewer records first.

    Attributes:
        shown: the two numbers of each cell that has one.
        changes: by how much each one-way total changed.
        is_limited: whether only codes of dimensions in which a total fell can have been corrected.
    """

    shown: Mapping[Codes, tuple[int, int]]
    changes: Mapping[OneWayTotal, int]
    is_limited: bool = True

    @classmethod
    def between(
        cls,
        first: Mapping[Codes, int],
        second: Mapping[Codes, int],
        *,
        is_limited: bool = True,
    ) -> Correction:
        """Return the correction that two tables of a year show."""
        old, new = sorted((first, second), key=lambda cells: sum(cells.values()))
        shown = {cell: (old.get(cell, 0), new.get(cell, 0)) for cell in {**old, **new}}
        return cls(shown, _total_changes(old, new), is_limited)

    @cached_property
    def corrected(self) -> list[int]:
        """The dimensions that can have been corrected, by their places in `FINEST`."""
        if not self.is_limited:
            return list(range(len(FINEST)))
        return sorted({column for (column, _), by in self.changes.items() if by < 0})

    @cached_property
    def _kept(self) -> list[int]:
        """The other dimensions."""
        return [column for column in range(len(FINEST)) if column not in self.corrected]

    def line_of(self, cell: Codes) -> Line:
        """Return the line of a cell."""
        return tuple(cell[column] for column in self._kept)

    def has_large_changes(self) -> bool:
        """Return whether each total, and each without its exact cells, changed by 0 or by many."""
        exact = one_way_totals(
            {
                cell: after - before
                for cell, (before, after) in self.shown.items()
                if min(before, after) > LARGEST_AMBIGUOUS
            }
        )
        for total, by in self.changes.items():
            rest = by - exact.get(total, 0)
            if 0 < abs(by) < SMALLEST_TOTAL_CHANGE or 0 < abs(rest) < SMALLEST_UNCHANGED:
                return False
        return True

    def has_protected_cells(self) -> bool:
        """Return whether the two numbers of each changed cell protect it."""
        return all(change(*self.shown[cell]) is not None for cell in self._changed_cells)

    def narrow_lines(self) -> Iterator[Line]:
        """Yield the lines that leave a small count, or a small change, too narrow an interval."""
        if not self._kept:
            return  # every dimension can have been corrected, so no total limits the only line
        for line in {self.line_of(cell) for cell in self._changed_cells}:
            if not _is_line_protected(self._pairs_of_line(line), self._room(line)):
                yield line

    def uniform_groups(self) -> Iterator[tuple[Group, OneWayTotal]]:
        """Yield (group, code) if everybody in a group whose codes changed provably shares a code.

        The dimensions that were corrected are left out: their codes are what changed.
        """
        columns = [column for column in SENSITIVE if column not in self.corrected]
        changed = {group for cell in self._changed_cells for group in groups_of(cell)}
        possible: dict[tuple[Group, int], set[str]] = defaultdict(set)
        if columns:
            for cell in self._can_have_changed():
                for group, column in product(groups_of(cell), columns):
                    possible[group, column].add(cell[column])
        for (group, column), codes in possible.items():
            in_use = {cell[column] for cell in self.shown}
            if group in changed and len(codes) == 1 < len(in_use):
                yield group, (column, codes.pop())

    @cached_property
    def _changed_cells(self) -> list[Codes]:
        return [cell for cell, (before, after) in self.shown.items() if before != after]

    @cached_property
    def _codes(self) -> Sequence[Sequence[str]]:
        """The codes of each dimension that have a total, sorted."""
        codes: list[list[str]] = [[] for _ in FINEST]
        for column, code in sorted(self.changes):
            codes[column].append(code)
        return codes

    @cached_property
    def _moved_codes(self) -> Sequence[AbstractSet[str]]:
        """The codes of each dimension whose totals changed."""
        moved: list[set[str]] = [set() for _ in FINEST]
        for (column, code), by in self.changes.items():
            if by:
                moved[column].add(code)
        return moved

    def _is_moved(self, cell: Codes) -> bool:
        """Return whether a cell has a code of a corrected dimension whose total changed."""
        return any(cell[column] in self._moved_codes[column] for column in self.corrected)

    def _can_have_changed(self) -> Iterator[Codes]:
        """Yield the cells whose counts can have changed, as far as their numbers say."""
        for cell in product(*self._codes):
            before, after = self.shown.get(cell, (0, 0))
            if before != after or (before <= LARGEST_AMBIGUOUS and self._is_moved(cell)):
                yield cell

    def _pairs_of_line(self, line: Line) -> dict[tuple[int, int, int], Pairs]:
        """Return the possible pairs of each cell of a line, by its number in it and its numbers."""
        kept = dict(zip(self._kept, line, strict=True))
        codes = [
            [kept[place]] if place in kept else listed for place, listed in enumerate(self._codes)
        ]
        pairs = {}
        for number, cell in enumerate(product(*codes)):
            before, after = self.shown.get(cell, (0, 0))
            if before != after:
                found = _possible_pairs(before, after)
            elif self._is_moved(cell):
                found = list(product(possible_counts(before), possible_counts(after)))
            else:
                found = [(count, count) for count in possible_counts(before)]
            pairs[number, before, after] = found
        return pairs

    def _room(self, line: Line) -> int:
        """Return by how much the sum of a line can have grown, judging by its totals."""
        return min(self.changes[total] for total in zip(self._kept, line, strict=True))


def _total_changes(
    first: Mapping[Codes, int], second: Mapping[Codes, int]
) -> dict[OneWayTotal, int]:
    old, new = sorted((first, second), key=lambda cells: sum(cells.values()))
    before, after = one_way_totals(old), one_way_totals(new)
    return {total: after.get(total, 0) - before.get(total, 0) for total in {**before, **after}}


def _possible_pairs(before: int, after: int) -> Pairs:
    return [
        (old, new)
        for old, new in product(possible_counts(before), possible_counts(after))
        if old != new
    ]


def _is_line_protected(pairs: Mapping[tuple[int, int, int], Pairs], room: int) -> bool:
    """Return whether a line whose sum grew by 0 to `room` protects each of its cells."""
    changes = [_changes_of(found) for found in pairs.values()]
    if sum(len(own) > 1 for own in changes) > MOST_FREE:
        return all(
            are_protected((before, after), found) for (_, before, after), found in pairs.items()
        )
    lefts, rights = [{0}], [{0}]
    for own in changes[:-1]:
        lefts.append(_sums(lefts[-1], own))
    for own in changes[:0:-1]:
        rights.append(_sums(rights[-1], own))
    for ((_, before, after), found), left, right in zip(
        pairs.items(), lefts, reversed(rights), strict=True
    ):
        others = _sums(left, right)
        possible = {by for by in _changes_of(found) if _fits(by, others, room)}
        feasible = [(old, new) for old, new in found if new - old in possible]
        if not are_protected((before, after), feasible):
            return False
    return True


def _changes_of(pairs: Pairs) -> set[int]:
    return {new - old for old, new in pairs}


def _fits(by: int, others: AbstractSet[int], room: int) -> bool:
    """Return whether a change and some sum of the other cells' changes add up to 0 to `room`."""
    return any(-by <= other <= room - by for other in others)


def _sums(first: AbstractSet[int], second: Sequence[int] | AbstractSet[int]) -> set[int]:
    return {one + other for one in first for other in second}
