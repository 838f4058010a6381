"""The search for witnesses: feasible tables that together widen each suppressed cell's interval.

Called by `suppression.protect`. It gets the tables as a reader has them and nothing else, so a
witness discloses nothing that they do not. Whenever more cells are suppressed the published tables
are others, and a new search starts from the beginning.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from random import Random
from typing import Final

from referrals.publishing.cell_codes import Fact
from referrals.publishing.disclosure.suppression.feasible_tables import (
    Categories,
    Cell,
    Counts,
    PublishedValues,
    find_feasible_table,
    marginal_sums,
)
from referrals.reference.codelists import TOTAL

Range = tuple[int, int]
Pair = tuple[int, ...]
"""The two dimensions of a table, by number."""

FIRST_TABLE: Final[Pair] = (0, 1)

LARGE: Final = -1
SMALL: Final = 1
"""The cost of a cell for which a large count is sought, and a small one."""


class WitnessSearch:
    """The search for witnesses of published tables."""

    def __init__(
        self,
        values: PublishedValues,
        categories: Categories,
        *,
        width: int,
        facts: Sequence[Fact],
        seed: int,
    ) -> None:
        """Start a search.

        Args:
            values: the published tables; None for a suppressed cell.
            categories: the codes of each dimension.
            width: the least width of the interval that each suppressed cell needs.
            facts: facts published elsewhere, which must hold for every witness.
            seed: decides between equally good witnesses.
        """
        self._values, self._categories, self._width, self._facts = values, categories, width, facts
        # Witnesses hold no secret: their choice must be repeatable, nothing else.
        self._random = Random(seed)  # noqa: S311
        self._suppressed = [cell for cell, value in values.items() if value is None]
        self._found: list[tuple[Counts, Mapping[Cell, int]]] = []
        self._intervals: dict[Cell, Range] = {}

    def run(self) -> Cell | None:
        """Find witnesses for every suppressed cell, and return the first that gets none, if any."""
        while narrow := self._narrow():
            self._add(table_of(narrow), {cell: self._direction(cell) for cell in narrow})
            if self._narrow() == narrow and not self._widen(narrow[0]):
                return narrow[0]
        if not self._found:
            self._add(FIRST_TABLE, {})
        return None

    def needed(self) -> list[Counts]:
        """Return the witnesses without which some cell would lack its interval.

        Earlier witnesses are left out first: later ones were sought for cells that were still
        narrow.
        """
        needed = list(self._found)
        for candidate in self._found:
            others = [witness for witness in needed if witness is not candidate]
            if others and self._is_wide_for_all([margins for _, margins in others]):
                needed = others
        return [witness for witness, _ in needed]

    def _is_wide_for_all(self, witnesses: Sequence[Mapping[Cell, int]]) -> bool:
        for cell in self._suppressed:
            if width([margins[cell] for margins in witnesses]) < self._width:
                return False
        return True

    def _widen(self, cell: Cell) -> bool:
        """Seek witnesses for one cell alone, in several orders; return whether that widened it."""
        for rotation, cost in itertools.product(range(len(self._categories)), (LARGE, SMALL)):
            self._add(table_of([cell]), {cell: cost}, rotation=rotation)
            if cell not in self._narrow():
                return True
        return False

    def _narrow(self) -> list[Cell]:
        """Return the suppressed cells whose interval over the witnesses so far is too narrow."""
        return [
            cell for cell in self._suppressed if width(self._intervals.get(cell, ())) < self._width
        ]

    def _direction(self, cell: Cell) -> int:
        """Return whether to seek a large or a small count: one below the width can only grow."""
        _, high = self._intervals.get(cell, (0, self._width))
        return LARGE if high < self._width else self._random.choice((LARGE, SMALL))

    def _add(self, first: Pair, costs: Mapping[Cell, int], *, rotation: int = 0) -> None:
        """Look for a witness of low cost, dividing by one table first, then by large dimensions.

        The first `rotation` dimensions of that order come last instead.
        """
        sizes = [len(codes) for codes in self._categories.values()]
        order = sorted(
            range(len(sizes)), key=lambda dimension: (dimension not in first, -sizes[dimension])
        )
        witness = find_feasible_table(
            self._values,
            self._categories,
            order=order[rotation:] + order[:rotation],
            costs=costs,
            facts=self._facts,
        )
        if witness is None:
            return
        margins = marginal_sums(witness, self._categories)
        self._found.append((witness, margins))
        self._intervals = {
            cell: interval([*self._intervals.get(cell, ()), margins[cell]])
            for cell in self._suppressed
        }


def table_of(cells: Collection[Cell]) -> Pair:
    """Return the two-way table with the most of some cells, the first if several have as many.

    The feasible table is divided by it first, which leaves these cells the most freedom.
    """
    tables = Counter(map(_fixed_dimensions, cells))
    return min(tables, key=lambda table: (-tables[table], table))


def _fixed_dimensions(cell: Cell) -> tuple[int, ...]:
    """Return the dimensions that a cell fixes, by number."""
    return tuple(dimension for dimension, code in enumerate(cell) if code != TOTAL)


def interval(counts: Sequence[int]) -> Range:
    """Return the smallest and the largest of some counts."""
    return (min(counts, default=0), max(counts, default=0))


def width(counts: Sequence[int]) -> int:
    """Return the difference of the largest and the smallest of some counts."""
    low, high = interval(counts)
    return high - low
