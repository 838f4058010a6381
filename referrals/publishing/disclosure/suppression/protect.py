"""Withholding cells of one- and two-way tables, for publishers that must print exact numbers. The rest stay exact.

Every two-way cell of 0 to 4 is withheld, true zeros too: where zeros are printed, a reader who knows that a withheld cell
is at least 1 can work cells out. More cells are withheld to hide those. The total and the one-way tables are published,
so every category has to hold nobody at all, or at least 10.

The proof is a set of witnesses: whole-number data sets that agree with every published number, and between them give every
withheld cell a range at least 4 wide. They are made from the published tables and the seed alone (see `exact_witnesses`), so
they say nothing that the tables do not. What they do not show: that all values in a range are equally likely, or what a
reader could conclude who replays the choice of the cells that are withheld to hide others. Three-way tables are not
promised, and not made.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from functools import cached_property
from operator import contains
from typing import Final

from referrals.errors import DisclosureError
from referrals.publishing.cell_codes import Fact
from referrals.publishing.disclosure.suppression import witness_search
from referrals.publishing.disclosure.suppression.feasible_tables import (
    TOTAL,
    Categories,
    Cell,
    Counts,
    cell_at,
    cells,
    sums,
)
from referrals.publishing.disclosure.suppression.secondary import Table
from referrals.publishing.disclosure.suppression.witness_search import Range, span
from referrals.reference.codelists import FINEST

SMALL: Final = 4
"""A two-way cell of up to this many people is withheld, nobody included."""

TWO_WAY: Final = 2
"""How many dimensions a two-way table has."""

WIDTH: Final = 4
"""The least range, from the smallest possible count to the largest, that a withheld cell is left with."""

LEAST_CATEGORY: Final = 10
"""A category of fewer people cannot be named in a table whose totals are exact."""


@dataclass(frozen=True)
class SuppressedTables:
    """The one- and two-way tables of one period, exact or withheld, with the proof that what is withheld stays hidden.

    Made by `protect`. A cell has one code a dimension, or `_T` for the total.

    Attributes:
        categories: the codes of each dimension.
        values: the count of each cell, or None where it is withheld.
        witnesses: data sets that agree with `values`, each as counts of its occupied finest cells.
        facts: what was published elsewhere of the same people; every witness agrees with it.

    Raises:
        DisclosureError: a small cell is published, a withheld cell has too narrow a range over the witnesses, or one of
            them contradicts the tables or a fact.
    """

    categories: Categories
    values: Mapping[Cell, int | None]
    witnesses: tuple[Counts, ...]
    facts: tuple[Fact, ...] = ()

    def __post_init__(self) -> None:
        for cell in filter(self._is_told, self.values):
            raise DisclosureError(
                f"{_named(cell)} is published, although it has {SMALL} people or fewer. Withhold it."
            )
        for number, margins in enumerate(self._margins, start=1):
            if wrong := [
                cell
                for cell, value in self.values.items()
                if value not in (None, margins.get(cell))
            ]:
                raise DisclosureError(
                    f"Witness {number} contradicts the published {_named(wrong[0])}. Make it anew."
                )
        for fact, witness in itertools.product(self.facts, self.witnesses):
            if not _agrees(fact, witness):
                raise DisclosureError(
                    f"A witness contradicts {fact.name}, which was published before. Make it anew."
                )
        for cell, (low, high) in self.ranges.items():
            if high - low < WIDTH:
                raise DisclosureError(
                    f"The witnesses leave {_named(cell)} a range of only {high - low}. Withhold more cells."
                )

    @cached_property
    def withheld(self) -> tuple[Cell, ...]:
        """The cells that are not published."""
        return tuple(cell for cell, value in self.values.items() if value is None)

    @cached_property
    def ranges(self) -> dict[Cell, Range]:
        """The smallest and the largest count of each withheld cell over the witnesses."""
        return {cell: span([margins[cell] for margins in self._margins]) for cell in self.withheld}

    def _is_told(self, cell: Cell) -> bool:
        """Return whether a small two-way cell is published, and not because one of its categories holds nobody."""
        value, width = self.values[cell], len(cell)
        codes = [at for at, code in enumerate(cell) if code != TOTAL]
        categories = (cell_at(width, {at: cell[at]}) for at in codes)
        return (
            value is not None
            and value <= SMALL
            and len(codes) == TWO_WAY
            and all(map(self.values.get, categories))
        )

    @cached_property
    def _margins(self) -> list[dict[Cell, int]]:
        for witness in self.witnesses:
            if any(count < 0 for count in witness.values()):
                raise DisclosureError("A witness has a count below nought. Make it anew.")
        return [sums(witness, self.categories) for witness in self.witnesses]


def protect(
    counts: Counts, categories: Categories, *, seed: int, facts: Sequence[Fact] = ()
) -> SuppressedTables:
    """Return the one- and two-way tables of counts of the finest cells, with cells withheld and the proof of it.

    Args:
        counts: the count of each occupied finest cell, of one code a dimension in the order of `categories`.
        categories: the codes of each dimension.
        seed: decides between witnesses that serve equally well. It need not be secret: they hold nothing that is.
        facts: what was published elsewhere of the same people, where the dimensions are those of `FINEST`. To withhold a
            number that somebody has published hides nothing, so their cells are never withheld to hide others.

    Raises:
        DisclosureError: a category is too small to be named, or a cell cannot be protected.
    """
    _refuse_misfits(counts, categories)
    truth = sums(counts, categories)
    _refuse_small_categories(truth, len(categories))
    told = {cell for fact in facts for cell in _cells_of(fact)}
    pairs = itertools.combinations(range(len(categories)), TWO_WAY)
    tables: dict[witness_search.Pair, Table] = {
        pair: _table(truth, categories, pair, told) for pair in pairs
    }
    withheld = {cell for table in tables.values() for cell in _choose(table)}
    while True:
        published = {cell: None if cell in withheld else value for cell, value in truth.items()}
        search = witness_search.Search(published, categories, width=WIDTH, facts=facts, seed=seed)
        if (failed := search.failed()) is None:
            return SuppressedTables(categories, published, tuple(search.needed()), tuple(facts))
        withheld |= _widened(tables[witness_search.table_of([failed])], failed, withheld)


def _refuse_misfits(counts: Counts, categories: Categories) -> None:
    for cell, count in counts.items():
        codes_fit = len(cell) == len(categories) and all(map(contains, categories.values(), cell))
        if not codes_fit or count < 0:
            raise DisclosureError(
                "A count does not fit the categories: it is below nought, or of a code that none of them has."
            )


def _refuse_small_categories(truth: Counts, dimensions: int) -> None:
    for cell, count in truth.items():
        if cell.count(TOTAL) == dimensions - 1 and 0 < count < LEAST_CATEGORY:
            raise DisclosureError(
                f"{_named(cell)} has fewer than {LEAST_CATEGORY} people. Group it with another category."
            )


def _cells_of(fact: Fact) -> Iterator[Cell]:
    """Yield the cells that a fact adds up."""
    places = [FINEST.index(dimension) for dimension in fact.where]
    for codes in itertools.product(*fact.where.values()):
        yield cell_at(len(FINEST), dict(zip(places, codes, strict=True)))


def _agrees(fact: Fact, witness: Counts) -> bool:
    """Return whether a fact holds of a data set."""
    return (
        fact.low
        <= sum(count for cell, count in witness.items() if fact.holds_cell(cell))
        <= fact.high
    )


def _table(
    truth: Counts, categories: Categories, pair: Sequence[int], told: AbstractSet[Cell]
) -> Table:
    """Return a two-way table without the categories that hold nobody: their zeros follow from totals that are published."""
    rows, columns = (
        [margin[at] for margin in cells(categories, [at]) if truth[margin]] for at in pair
    )
    grid = [
        [
            cell_at(len(categories), dict(zip(pair, codes, strict=True)))
            for codes in itertools.product([row], columns)
        ]
        for row in rows
    ]
    values = {cell: truth[cell] for line in grid for cell in line}
    return Table(values, [*grid, *zip(*grid, strict=True)], WIDTH, frozenset(told & values.keys()))


def _choose(table: Table) -> set[Cell]:
    """Return the cells of a table to withhold."""
    return table.complement({cell for cell, value in table.values.items() if value <= SMALL})


def _widened(table: Table, cell: Cell, withheld: AbstractSet[Cell]) -> set[Cell]:
    """Return the cells of a table to withhold so that one gets a wider range than those withheld now leave it."""
    own, wider = withheld & table.values.keys(), table
    while not (added := wider.cover(cell, own)):
        wider = replace(wider, width=wider.width * 2)
    return table.complement(own | added)


def _named(cell: Cell) -> str:
    """Return a cell as its codes, for a message."""
    return " × ".join(code for code in cell if code != TOTAL) or "the total"
