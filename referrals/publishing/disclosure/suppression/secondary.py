"""Which further cells of one two-way table to withhold, so that no withheld cell can be worked out from the totals.

A withheld cell is hidden only while its neighbours can make up for it. Its range is worked out exactly: the count of every
other withheld cell may change too, and every row and column must still add up. In a two-way table a real-valued answer
that goes furthest is a whole-valued one, so nothing is claimed here of fractions of people.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import highspy

from referrals.errors import DisclosureError

Cell = tuple[str, ...]
IS_CHOSEN: Final = 0.5
"""The solver's 0 or 1 is nearly that."""


@dataclass(frozen=True)
class Table:
    """One two-way table as it is, whose row and column totals are published.

    Attributes:
        values: the count of each cell.
        lines: the cells of each row and of each column.
        width: the least range, from the smallest possible count to the largest, that a withheld cell is to have.
        told: cells whose count is known from elsewhere. To withhold them hides nothing.
    """

    values: Mapping[Cell, int]
    lines: Sequence[Sequence[Cell]]
    width: int
    told: frozenset[Cell] = frozenset()

    def complement(self, small: AbstractSet[Cell]) -> set[Cell]:
        """Return the cells to withhold with those given, so that each of them has its range.

        Cells are added for one after another, each time those that lose the fewest people, and let go again where the
        rest do without. Which comes first matters: the smallest first and the largest first are tried.

        Raises:
            DisclosureError: the table is too small for that, whatever else is withheld.
        """
        ascending = sorted(small, key=lambda cell: (self.values[cell], cell))
        tried = [
            self._without_spare(small, self._grown(order)) for order in (ascending, ascending[::-1])
        ]
        return min(tried, key=lambda withheld: sum(self.values[cell] for cell in withheld))

    def cover(self, cell: Cell, withheld: AbstractSet[Cell]) -> set[Cell]:
        """Return what to withhold as well, so that one cell has its range; nothing where it has.

        Raises:
            DisclosureError: no cells of this table would do.
        """
        added = self._search.added(cell, withheld, (self.values.keys() - self.told) | withheld)
        if added is None:
            raise DisclosureError(
                f"{' × '.join(cell)} cannot be protected by withholding other cells of its table: the totals around it "
                "are too small. Group a category of the table with another."
            )
        return added

    def hides(self, withheld: AbstractSet[Cell]) -> bool:
        """Return whether each of the cells withheld has its range."""
        return all(self._search.added(cell, withheld, withheld) is not None for cell in withheld)

    def _grown(self, order: Sequence[Cell]) -> set[Cell]:
        """Return cells with those that must be withheld to hide them, taken one after another."""
        withheld, waiting = set(order), list(order)
        for cell in waiting:
            added = self.cover(cell, withheld)
            withheld |= added
            waiting.extend(sorted(added))
        return withheld

    def _without_spare(self, small: AbstractSet[Cell], withheld: set[Cell]) -> set[Cell]:
        """Return what is left of the cells withheld without those that the others do not need, large ones first."""
        for cell in sorted(withheld - small, key=lambda cell: (-self.values[cell], cell)):
            if self.hides(withheld - {cell}):
                withheld = withheld - {cell}
        return withheld

    @cached_property
    def _search(self) -> _Search:
        return _Search(self)


class _Search:
    """Two fillings of a table that differ at a cell as much as its range is wide: one model, whose bounds alone change.

    Each is reached from the table as it is by changes along closed paths, at most one a unit of the width, so that no cell
    need change by more than that.
    """

    def __init__(self, table: Table) -> None:
        self._table, self._solver = table, highspy.Highs()
        self._solver.silent()
        self._chosen = {
            cell: self._solver.addVariable(0, 1, value + 1, highspy.HighsVarType.kInteger)
            for cell, value in table.values.items()
        }
        highest, lowest = self._changes(), self._changes()
        self._spans = {
            cell: self._solver.addConstr(highest[cell] - lowest[cell] >= -highspy.kHighsInf)
            for cell in highest
        }

    def added(
        self, cell: Cell, withheld: AbstractSet[Cell], allowed: AbstractSet[Cell]
    ) -> set[Cell] | None:
        """Return the cheapest of the cells allowed to withhold as well for one cell, or None where they do not do."""
        for one, choice in self._chosen.items():
            self._solver.changeColBounds(choice.index, one in withheld, one in allowed)
        span = self._spans[cell].index
        self._solver.clearSolver()
        self._solver.changeRowBounds(span, self._table.width, highspy.kHighsInf)
        self._solver.run()
        found, chosen = self._solver.getModelStatus(), self._solver.getSolution().col_value
        self._solver.changeRowBounds(span, -highspy.kHighsInf, highspy.kHighsInf)
        if found != highspy.HighsModelStatus.kOptimal:
            return None
        return {one for one in allowed - withheld if chosen[self._chosen[one].index] > IS_CHOSEN}

    def _changes(self) -> dict[Cell, highspy.highs_var]:
        """Add to the solver by how much each cell differs in another filling of the table, and return that."""
        solver, width = self._solver, self._table.width
        change = {
            cell: solver.addVariable(-min(value, width), width)
            for cell, value in self._table.values.items()
        }
        for cell, value in self._table.values.items():
            solver.addConstr(change[cell] - width * self._chosen[cell] <= 0)
            solver.addConstr(change[cell] + min(value, width) * self._chosen[cell] >= 0)
        for line in self._table.lines:
            solver.addConstr(solver.qsum(change[cell] for cell in line) == 0)
        return change
