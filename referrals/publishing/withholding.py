"""Which further cells of one two-way table to withhold, so that no withheld cell can be worked out from the totals.

A withheld cell is hidden only while its neighbours can make up for it. Its range is worked out exactly: the count of every
other withheld cell may change too, and every row and column must still add up. In a two-way table a real-valued answer
that goes furthest is a whole-valued one, so nothing is claimed here of fractions of people.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
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
    """

    values: Mapping[Cell, int]
    lines: Sequence[Sequence[Cell]]

    def complement(self, small: AbstractSet[Cell], *, width: int) -> set[Cell]:
        """Return the cells to withhold with those given, so that each of them has a range at least `width` wide.

        Cells are added for one after another, each time those that lose the fewest people, and let go again where the
        rest do without.

        Raises:
            DisclosureError: the table is too small for that, whatever else is withheld.
        """
        withheld = set(small)
        waiting = sorted(small, key=lambda cell: (self.values[cell], cell))
        for cell in waiting:
            added = self.cover(cell, withheld, width=width)
            withheld |= added
            waiting.extend(sorted(added))
        for cell in sorted(withheld - small, key=lambda cell: (-self.values[cell], cell)):
            if self.hides(withheld - {cell}, width=width):
                withheld -= {cell}
        return withheld

    def cover(self, cell: Cell, withheld: AbstractSet[Cell], *, width: int) -> set[Cell]:
        """Return what to withhold as well, so that one cell has a range at least `width` wide; nothing where it has.

        Raises:
            DisclosureError: no cells of this table would do.
        """
        added = self._added(cell, withheld, self.values.keys(), width)
        if added is None:
            raise DisclosureError(
                f"{' × '.join(cell)} cannot be protected by withholding other cells of its table: the totals around it "
                "are too small. Group a category of the table with another."
            )
        return added

    def hides(self, withheld: AbstractSet[Cell], *, width: int) -> bool:
        """Return whether each of the cells withheld has a range at least `width` wide."""
        return all(self._added(cell, withheld, withheld, width) is not None for cell in withheld)

    def _added(self, cell: Cell, withheld: AbstractSet[Cell], allowed: AbstractSet[Cell], width: int) -> set[Cell] | None:
        """Return the cheapest of the cells allowed to withhold as well for one cell, or None where they do not do.

        Two fillings are sought that differ by `width` at the cell. Each is reached from the table as it is by changes
        along closed paths, `width` of them at most, so that no cell need change by more than that.
        """
        solver = highspy.Highs()
        solver.silent()
        chosen = {
            one: solver.addVariable(one in withheld, one in allowed, value + 1, highspy.HighsVarType.kInteger)
            for one, value in self.values.items()
        }
        highest, lowest = (self._changes(solver, chosen, width) for _ in range(2))
        solver.addConstr(highest[cell] - lowest[cell] >= width)
        solver.run()
        if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        return {one for one in allowed - withheld if solver.variableValue(chosen[one]) > IS_CHOSEN}

    def _changes(
        self, solver: highspy.Highs, chosen: Mapping[Cell, highspy.highs_var], width: int
    ) -> dict[Cell, highspy.highs_var]:
        """Add to the solver by how much each cell differs in another filling of the table, and return that."""
        change = {cell: solver.addVariable(-min(value, width), width) for cell, value in self.values.items()}
        for cell, value in self.values.items():
            solver.addConstr(change[cell] - width * chosen[cell] <= 0)
            solver.addConstr(change[cell] + min(value, width) * chosen[cell] >= 0)
        for line in self.lines:
            solver.addConstr(solver.qsum(change[cell] for cell in line) == 0)
        return change
