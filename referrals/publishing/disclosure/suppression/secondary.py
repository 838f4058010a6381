"""Secondary suppression in one two-way table: suppress more cells to protect the primary ones.

Called by `suppression.protect`. A suppressed cell is hidden only as far as other suppressed cells
of its row and column can make up for it, since their totals are published. Its feasibility interval
is worked out exactly: all other suppressed cells may change too, and every row and column must
still add up. In a two-way table the extreme solutions are whole numbers, so nothing is claimed of
fractions of people.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import highspy

from referrals.errors import DisclosureError
from referrals.reference.codelists import TOTAL

Cell = tuple[str, ...]
"""One code a dimension, `TOTAL` for each dimension that is not one of the table's two."""

CHOSEN_ABOVE: Final = 0.5
"""A cell is suppressed if its variable is above this: 0 and 1 come with numerical errors."""


@dataclass(frozen=True)
class TwoWayTable:
    """The true counts of a two-way table whose row and column totals are published.

    Attributes:
        values: the count of each cell.
        lines: the cells of each row and of each column.
        width: the least width of the feasibility interval of a suppressed cell.
        known: cells whose count was published elsewhere. Suppressing them hides nothing.
    """

    values: Mapping[Cell, int]
    lines: Sequence[Sequence[Cell]]
    width: int
    known: frozenset[Cell] = frozenset()

    def suppress(self, primary: AbstractSet[Cell]) -> set[Cell]:
        """Return the cells to suppress: the primary ones, and secondary ones that protect them.

        For one cell after another, the secondary cells with the fewest people are added. Redundant
        ones are removed at the end. The order matters: smallest first and largest first are tried.

        Raises:
            DisclosureError: the table is too small, whatever else is suppressed.
        """
        ascending = sorted(primary, key=lambda cell: (self.values[cell], cell))
        attempts = [
            self._without_redundant(primary, self._with_secondary(order))
            for order in (ascending, ascending[::-1])
        ]
        return min(attempts, key=lambda suppressed: sum(self.values[cell] for cell in suppressed))

    def secondary(self, cell: Cell, suppressed: AbstractSet[Cell]) -> set[Cell]:
        """Return the cheapest cells to suppress as well to protect one; none if it is protected.

        Raises:
            DisclosureError: no cells of this table would do.
        """
        allowed = (self.values.keys() - self.known) | suppressed
        secondary = self._search.cheapest(cell, suppressed, allowed)
        if secondary is None:
            raise DisclosureError(
                f"{name_of(cell)} cannot be protected by withholding other cells of its table: "
                "the totals around it are too small. Group a category of the table with another."
            )
        return secondary

    def protects(self, suppressed: AbstractSet[Cell]) -> bool:
        """Return whether each suppressed cell has its interval."""
        return all(
            self._search.cheapest(cell, suppressed, suppressed) is not None for cell in suppressed
        )

    def _with_secondary(self, order: Sequence[Cell]) -> set[Cell]:
        """Return the cells with secondary ones for each in turn, and for those that were added."""
        suppressed, queue = set(order), list(order)
        for cell in queue:
            secondary = self.secondary(cell, suppressed)
            suppressed |= secondary
            queue.extend(sorted(secondary))
        return suppressed

    def _without_redundant(self, primary: AbstractSet[Cell], suppressed: set[Cell]) -> set[Cell]:
        """Return the suppressed cells without the secondary ones that the others do not need."""
        largest_first = sorted(suppressed - primary, key=lambda cell: (-self.values[cell], cell))
        for cell in largest_first:
            if self.protects(suppressed - {cell}):
                suppressed = suppressed - {cell}
        return suppressed

    @cached_property
    def _search(self) -> _SecondarySearch:
        return _SecondarySearch(self)


class _SecondarySearch:
    """An integer programme: two feasible tables that differ at one cell by the width.

    The programme is built once. Each search changes its bounds only.

    Each is reached from the true table by changes along closed paths, at most one for each unit of
    the width. So no cell needs to change by more than the width.
    """

    def __init__(self, table: TwoWayTable) -> None:
        self._table, self._solver = table, highspy.Highs()
        self._solver.silent()
        self._is_suppressed = {
            cell: self._solver.addVariable(0, 1, value + 1, highspy.HighsVarType.kInteger)
            for cell, value in table.values.items()
        }
        highest, lowest = self._add_feasible_table(), self._add_feasible_table()
        self._widths = {
            cell: self._solver.addConstr(highest[cell] - lowest[cell] >= -highspy.kHighsInf)
            for cell in highest
        }

    def cheapest(
        self, cell: Cell, suppressed: AbstractSet[Cell], allowed: AbstractSet[Cell]
    ) -> set[Cell] | None:
        """Return the cheapest of the allowed cells to suppress as well for one cell.

        Returns None if all of them together would not do.
        """
        for other, variable in self._is_suppressed.items():
            self._solver.changeColBounds(variable.index, other in suppressed, other in allowed)
        row = self._widths[cell].index
        self._solver.clearSolver()
        self._solver.changeRowBounds(row, self._table.width, highspy.kHighsInf)
        self._solver.run()
        status, solution = self._solver.getModelStatus(), self._solver.getSolution().col_value
        self._solver.changeRowBounds(row, -highspy.kHighsInf, highspy.kHighsInf)
        if status != highspy.HighsModelStatus.kOptimal:
            return None
        return {
            other
            for other in allowed - suppressed
            if solution[self._is_suppressed[other].index] > CHOSEN_ABOVE
        }

    def _add_feasible_table(self) -> dict[Cell, highspy.highs_var]:
        """Add another feasible table to the model; return by how much each of its cells differs."""
        solver, width = self._solver, self._table.width
        change = {
            cell: solver.addVariable(-min(value, width), width)
            for cell, value in self._table.values.items()
        }
        for cell, value in self._table.values.items():
            solver.addConstr(change[cell] - width * self._is_suppressed[cell] <= 0)
            solver.addConstr(change[cell] + min(value, width) * self._is_suppressed[cell] >= 0)
        for line in self._table.lines:
            solver.addConstr(solver.qsum(change[cell] for cell in line) == 0)
        return change


def name_of(cell: Cell) -> str:
    """Return the codes of a cell, for a message.

    >>> name_of(("_T", "IRN", "MS")), name_of(("_T", "_T"))
    ('IRN × MS', 'the total')
    """
    return " × ".join(code for code in cell if code != TOTAL) or "the total"
