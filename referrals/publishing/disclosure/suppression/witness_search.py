"""The search for witnesses of tables with cells withheld: other data sets that agree with every number that is printed.

It is given the tables as a reader has them and nothing else, so a witness can say nothing that they do not. Cells that are
withheld later make other tables: their witnesses are sought anew, from the beginning.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from random import Random
from typing import Final

from referrals.publishing.cell_codes import Fact
from referrals.publishing.disclosure.suppression.feasible_tables import (
    TOTAL,
    Categories,
    Cell,
    Counts,
    Values,
    fill,
    sums,
)

Range = tuple[int, int]
Pair = tuple[int, ...]
"""The two dimensions of a table, by their number."""

FIRST: Final[Pair] = (0, 1)


class Search:
    """The search for witnesses of published tables, which give every withheld cell a range of at least `width`."""

    def __init__(
        self,
        values: Values,
        categories: Categories,
        *,
        width: int,
        facts: Sequence[Fact],
        seed: int,
    ) -> None:
        """Take the tables as they are published, a withheld cell as None, and what was published elsewhere."""
        self._values, self._categories, self._width, self._facts = values, categories, width, facts
        self._random = Random(seed)
        self._withheld = [cell for cell, value in values.items() if value is None]
        self._found: list[tuple[Counts, Mapping[Cell, int]]] = []
        self._seen: dict[Cell, Range] = {}

    def failed(self) -> Cell | None:
        """Find witnesses until every withheld cell has its range, and return the first that gets none; None where all do."""
        while narrow := self._narrow():
            self._add(table_of(narrow), {cell: self._wish(cell) for cell in narrow})
            if self._narrow() == narrow and not self._settled(narrow[0]):
                return narrow[0]
        if not self._found:
            self._add(FIRST, {})
        return None

    def needed(self) -> list[Counts]:
        """Return the witnesses without which some cell would lack its range. The later ones were sought for narrow cells."""
        kept = list(self._found)
        for one in self._found:
            rest = [other for other in kept if other is not one]
            if rest and all(
                width([margins[cell] for _, margins in rest]) >= self._width
                for cell in self._withheld
            ):
                kept = rest
        return [witness for witness, _ in kept]

    def _settled(self, cell: Cell) -> bool:
        """Seek the range of one cell by itself, in other orders where the first leads nowhere; return whether it has it."""
        for turn, wish in itertools.product(range(len(self._categories)), (-1, 1)):
            self._add(table_of([cell]), {cell: wish}, turn=turn)
            if cell not in self._narrow():
                return True
        return False

    def _narrow(self) -> list[Cell]:
        return [cell for cell in self._withheld if width(self._seen.get(cell, ())) < self._width]

    def _wish(self, cell: Cell) -> int:
        """Return whether to seek a large count (-1) or a small one (1): a count below the width can only grow."""
        _, high = self._seen.get(cell, (0, self._width))
        return -1 if high < self._width else self._random.choice((-1, 1))

    def _add(self, first: Pair, costs: Mapping[Cell, int], *, turn: int = 0) -> None:
        """Look for a witness of low cost, filling one table first, then the dimensions with the most codes.

        `turn` is how many dimensions of that order come last instead.
        """
        sizes = [len(codes) for codes in self._categories.values()]
        order = sorted(
            range(len(sizes)), key=lambda dimension: (dimension not in first, -sizes[dimension])
        )
        order = order[turn:] + order[:turn]
        found = fill(self._values, self._categories, order=order, costs=costs, facts=self._facts)
        if found is not None:
            margins = sums(found, self._categories)
            self._found.append((found, margins))
            self._seen = {
                cell: span([*self._seen.get(cell, ()), margins[cell]]) for cell in self._withheld
            }


def table_of(cells: Collection[Cell]) -> Pair:
    """Return the table with the most of some cells, the first of several. It is filled first, and so with most freedom."""
    tables = Counter(tuple(at for at, code in enumerate(cell) if code != TOTAL) for cell in cells)
    return min(tables, key=lambda table: (-tables[table], table))


def span(counts: Sequence[int]) -> Range:
    """Return the smallest and the largest of some counts."""
    return (min(counts, default=0), max(counts, default=0))


def width(counts: Sequence[int]) -> int:
    """Return how far the smallest and the largest of some counts are apart."""
    low, high = span(counts)
    return high - low
