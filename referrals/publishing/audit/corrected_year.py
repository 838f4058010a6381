"""Corrections: disclosures of two releases, one a correction of the other.

Called by `differencing`, if some totals of a year rose from one release to the other and some fell,
or if the releases say that records were removed or corrected in between (`is_limited` is false).
The reader knows that a number changed only if its count did, and supposes that records only changed
their codes in the dimensions whose totals fell. So the cells that differ in these dimensions alone,
a line, have the same sum before and after, or a larger one if all other totals of the line rose.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from referrals.publishing.audit.groups.group_certainty import SENSITIVE, groups_of
from referrals.publishing.audit.marginal_sums import possible_counts
from referrals.publishing.cell_codes import Codes, Year, describe
from referrals.reference.codelists import FINEST, TOTAL
from referrals.reference.disclosure_rule import (
    LARGEST_AMBIGUOUS,
    PROTECTION_WIDTH,
    SMALLEST_UNCHANGED,
)

MOST_FREE: Final = 40
"""The most cells of a line that can have changed if every sum of their changes is tried.

In a line with more such cells, the others can make up for any change of one. So its sum rules out
nothing that the cell's own numbers leave possible.
"""

Pair = tuple[int, int]
"""A count of a cell before, and one after."""


@dataclass(frozen=True)
class CorrectedYear:
    """Two editions of a year, the smaller first, and by how much each one-way total moved."""

    old: Year
    new: Year
    total_moves: Mapping[tuple[int, str], int]
    is_limited: bool = True

    def disclosures(self) -> Iterator[str]:
        """Yield the disclosures of cells and of groups that the two editions make together."""
        for line in self._changed_lines:
            yield from self._line_disclosures(line)
        yield from self._group_disclosures()

    @cached_property
    def _fallen(self) -> frozenset[int]:
        """The dimensions in which a total fell: those that were corrected.

        All of them, if the releases say that there were corrections and no total shows them.
        """
        if not self.is_limited:
            return frozenset(range(len(FINEST)))
        return frozenset(column for (column, _), moved in self.total_moves.items() if moved < 0)

    @cached_property
    def _changed(self) -> list[Codes]:
        cells = {**self.old.cells, **self.new.cells}
        return sorted(cell for cell in cells if len({*self._numbers(cell)}) > 1)

    @cached_property
    def _changed_lines(self) -> list[Codes]:
        """The lines with a changed cell, each as a sum over the corrected dimensions."""
        return sorted({self._line_of(cell) for cell in self._changed})

    def _line_of(self, cell: Codes) -> Codes:
        return tuple(TOTAL if column in self._fallen else code for column, code in enumerate(cell))

    def _numbers(self, cell: Codes) -> tuple[int, int]:
        return self.old.cells.get(cell, 0), self.new.cells.get(cell, 0)

    def _cells(self, total: Codes) -> Iterator[Codes]:
        """Yield the finest cells of a sum."""
        axes = [
            self.old.categories[name] if code == TOTAL else [code]
            for name, code in zip(FINEST, total, strict=True)
        ]
        return itertools.product(*axes)

    def _may_move(self, cell: Codes) -> bool:
        """Return whether a total of the cell moved in a dimension that was corrected."""
        return any(self.total_moves[column, cell[column]] for column in self._fallen)

    def _pairs(self, cell: Codes) -> list[Pair]:
        """Return the counts that can be behind the two numbers of a cell."""
        before, after = self._numbers(cell)
        pairs = itertools.product(possible_counts(before), possible_counts(after))
        if before != after:
            return [(old, new) for old, new in pairs if old != new]
        if self._may_move(cell):
            return list(pairs)
        return [(old, new) for old, new in pairs if old == new]

    def _room(self, line: Codes) -> int:
        """Return the most by which a line can have grown."""
        return min(
            self.total_moves[column, code] for column, code in enumerate(line) if code != TOTAL
        )

    def _line_disclosures(self, line: Codes) -> Iterator[str]:
        pairs = {cell: self._pairs(cell) for cell in self._cells(line)}
        free = [cell for cell, possible in pairs.items() if len(_moves(possible)) > 1]
        is_limited = line.count(TOTAL) < len(FINEST) and len(free) <= MOST_FREE
        for cell, possible in pairs.items():
            feasible = possible
            if is_limited:
                others = _reachable([pairs[other] for other in pairs if other != cell])
                feasible = _feasible(possible, others, self._room(line))
            yield from _disclosure(cell, self._numbers(cell), feasible)

    def _group_disclosures(self) -> Iterator[str]:
        """Yield the groups whose changed people provably share a crime type or an outcome."""
        columns = [column for column in SENSITIVE if column not in self._fallen]
        groups = {group for cell in self._changed for group in groups_of(cell)}
        for column in columns:
            used = {cell[column] for cell in {**self.old.cells, **self.new.cells}}
            found = defaultdict[Codes, set[str]](set)
            for group in groups:
                for cell in self._cells(group):
                    before, after = self._numbers(cell)
                    if before != after or (before <= LARGEST_AMBIGUOUS and self._may_move(cell)):
                        found[group].add(cell[column])
                    if len(found[group]) > 1:
                        break
            for group, codes in sorted(found.items()):
                if len(codes) == 1 < len(used):
                    name = FINEST[column].replace("_", " ")
                    yield f"{describe(group)}: all who were corrected are {name} {codes.pop()}"


def _moves(pairs: Sequence[Pair]) -> set[int]:
    """Return by how much a cell can have moved."""
    return {new - old for old, new in pairs}


def _feasible(pairs: Sequence[Pair], others: AbstractSet[int], room: int) -> list[Pair]:
    """Return the pairs beside which the other cells let the line grow by 0 to `room`."""
    moves = {move for move in _moves(pairs) for other in others if 0 <= move + other <= room}
    return [(old, new) for old, new in pairs if new - old in moves]


def _reachable(cells: Sequence[Sequence[Pair]]) -> frozenset[int]:
    """Return every sum of changes of some cells."""
    sums = frozenset({0})
    for pairs in cells:
        moves = _moves(pairs)
        sums = frozenset(total + move for total in sums for move in moves)
    return sums


def _disclosure(cell: Codes, shown: tuple[int, int], possible: Sequence[Pair]) -> Iterator[str]:
    """Yield the disclosure of the pairs of counts that a cell can have, if they disclose one."""
    name = f"{describe(cell)} shows {shown[0]} and then {shown[1]}"
    if not possible:
        yield f"{name}, which cannot both be true"
        return
    for place, number in enumerate(shown):
        counts = [pair[place] for pair in possible]
        if number <= LARGEST_AMBIGUOUS and max(counts) - min(counts) < PROTECTION_WIDTH:
            yield f"{name}: it is {min(counts)} to {max(counts)}"
            return
    moves = [new - old for old, new in possible]
    is_narrow = max(moves) - min(moves) < PROTECTION_WIDTH
    if is_narrow and any(0 < abs(by) < SMALLEST_UNCHANGED for by in moves):
        yield f"{name}: it moved by {min(moves)} to {max(moves)}"
