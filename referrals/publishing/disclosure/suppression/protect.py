"""Cell suppression for one- and two-way tables, for publishers that must print exact numbers.

Called by `release_builder.suppressed`. Primary suppression takes every two-way cell of 0 to 4.
True zeros are suppressed too: if zeros were printed, a reader who knows that a suppressed cell is
at least 1 could work cells out. Secondary suppression takes more cells to protect those. The
total and the one-way tables are published, so every category must have at least 10 people, or none.

The proof is a set of witnesses: feasible tables that give every suppressed cell an interval at
least 4 wide. They are made from the published tables and the seed alone (see `witness_search`), so
they disclose nothing that the tables do not. They do not show that all values of an interval are
equally likely, nor what a reader could conclude by replaying the choice of secondary cells.
Three-way tables are not made: to prove them takes too long.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

from referrals.errors import DisclosureError
from referrals.publishing.cell_codes import Fact
from referrals.publishing.disclosure.suppression import witness_search
from referrals.publishing.disclosure.suppression.feasible_tables import (
    Categories,
    Cell,
    Counts,
    PublishedValues,
    cell_at,
    cells,
    marginal_sums,
)
from referrals.publishing.disclosure.suppression.secondary import TwoWayTable, name_of
from referrals.publishing.disclosure.suppression.witness_search import (
    Range,
    WitnessSearch,
    interval,
)
from referrals.reference.codelists import FINEST, TOTAL
from referrals.reference.disclosure_rule import (
    LARGEST_SMALL_COUNT,
    PROTECTION_WIDTH,
    SMALLEST_PUBLISHED_CATEGORY,
)

TWO_WAY: Final = 2
"""The number of dimensions of a two-way table."""


@dataclass(frozen=True)
class SuppressedTables:
    """The one- and two-way tables of a period, some cells suppressed, with the proof of safety.

    Made by `protect`. A cell has one code for each dimension, or `_T` for the total.

    Attributes:
        categories: the codes of each dimension.
        values: the count of each cell, or None if it is suppressed.
        witnesses: feasible tables of `values`, each as counts of its occupied finest cells.
        facts: facts published elsewhere about the same people; every witness agrees with them.

    Raises:
        DisclosureError: a small cell is published, a suppressed cell has too narrow an interval
            over the witnesses, or one of them contradicts the tables or a fact.
    """

    categories: Categories
    values: PublishedValues
    witnesses: tuple[Counts, ...]
    facts: tuple[Fact, ...] = ()

    def __post_init__(self) -> None:
        """Check the proof, so that tables without one cannot exist."""
        for cell in self.values:
            if self._is_disclosed(cell):
                raise DisclosureError(
                    f"{name_of(cell)} is published, although it has {LARGEST_SMALL_COUNT} people "
                    "or fewer. Withhold it."
                )
        for number, margins in enumerate(self._margins, start=1):
            for cell, value in self.values.items():
                if value is not None and value != margins.get(cell):
                    raise DisclosureError(
                        f"Witness {number} contradicts the published {name_of(cell)}. Make it anew."
                    )
        for fact, witness in itertools.product(self.facts, self.witnesses):
            if not _agrees(fact, witness):
                raise DisclosureError(
                    f"A witness contradicts {fact.name}, which was published before. Make it anew."
                )
        for cell, (low, high) in self.ranges.items():
            if high - low < PROTECTION_WIDTH:
                raise DisclosureError(
                    f"The witnesses leave {name_of(cell)} a range of only {high - low}. "
                    "Withhold more cells."
                )

    @cached_property
    def suppressed(self) -> tuple[Cell, ...]:
        """The cells that are not published."""
        return tuple(cell for cell, value in self.values.items() if value is None)

    @cached_property
    def ranges(self) -> dict[Cell, Range]:
        """The smallest and the largest count of each suppressed cell over the witnesses."""
        found = {}
        for cell in self.suppressed:
            found[cell] = interval([margins[cell] for margins in self._margins])
        return found

    def _is_disclosed(self, cell: Cell) -> bool:
        """Return whether a small two-way cell is published that its totals do not imply."""
        value = self.values[cell]
        if value is None or value > LARGEST_SMALL_COUNT:
            return False
        fixed = [place for place, code in enumerate(cell) if code != TOTAL]
        totals = (cell_at(len(cell), {place: cell[place]}) for place in fixed)
        # The zeros of a category that nobody is in follow from its total.
        return len(fixed) == TWO_WAY and all(self.values.get(total) for total in totals)

    @cached_property
    def _margins(self) -> list[dict[Cell, int]]:
        for witness in self.witnesses:
            if any(count < 0 for count in witness.values()):
                raise DisclosureError("A witness has a negative count. Make it anew.")
        return [marginal_sums(witness, self.categories) for witness in self.witnesses]


def protect(
    counts: Counts, categories: Categories, *, seed: int, facts: Sequence[Fact] = ()
) -> SuppressedTables:
    """Return the one- and two-way tables of finest counts, with cells suppressed and the proof.

    Args:
        counts: the count of each occupied finest cell, one code a dimension in the order of
            `categories`.
        categories: the codes of each dimension.
        seed: decides between equally good witnesses. It need not be secret: they hold no secret.
        facts: facts published elsewhere about the same people, if the dimensions are those of
            `FINEST`. Their cells are never secondary cells, since suppressing them hides nothing.

    Raises:
        DisclosureError: a category is too small to be published, or a cell cannot be protected.
    """
    _refuse_misfits(counts, categories)
    truth = marginal_sums(counts, categories)
    _refuse_small_categories(truth, len(categories))
    known = {cell for fact in facts for cell in _cells_of(fact)}
    tables: dict[witness_search.Pair, TwoWayTable] = {
        pair: _table(truth, categories, pair, known)
        for pair in itertools.combinations(range(len(categories)), TWO_WAY)
    }
    suppressed = {cell for table in tables.values() for cell in _suppress(table)}
    while True:
        published = {cell: None if cell in suppressed else value for cell, value in truth.items()}
        search = WitnessSearch(
            published, categories, width=PROTECTION_WIDTH, facts=facts, seed=seed
        )
        unprotected = search.run()
        if unprotected is None:
            return SuppressedTables(categories, published, tuple(search.needed()), tuple(facts))
        table = tables[witness_search.table_of([unprotected])]
        suppressed |= _suppress_more(table, unprotected, suppressed)


def _refuse_misfits(counts: Counts, categories: Categories) -> None:
    for cell, count in counts.items():
        has_known_codes = len(cell) == len(categories) and all(
            code in codes for code, codes in zip(cell, categories.values(), strict=True)
        )
        if not has_known_codes or count < 0:
            raise DisclosureError(
                "A count does not fit the categories: it is negative, or has an unknown code."
            )


def _refuse_small_categories(truth: Counts, dimensions: int) -> None:
    for cell, count in truth.items():
        is_category = cell.count(TOTAL) == dimensions - 1
        if is_category and 0 < count < SMALLEST_PUBLISHED_CATEGORY:
            raise DisclosureError(
                f"{name_of(cell)} has fewer than {SMALLEST_PUBLISHED_CATEGORY} people. "
                "Group it with another category."
            )


def _cells_of(fact: Fact) -> Iterator[Cell]:
    """Yield the cells whose sum a fact gives."""
    places = [FINEST.index(dimension) for dimension in fact.where]
    for codes in itertools.product(*fact.where.values()):
        yield cell_at(len(FINEST), dict(zip(places, codes, strict=True)))


def _agrees(fact: Fact, witness: Counts) -> bool:
    total = sum(count for cell, count in witness.items() if fact.holds_cell(cell))
    return fact.low <= total <= fact.high


def _table(
    truth: Counts, categories: Categories, pair: Sequence[int], known: AbstractSet[Cell]
) -> TwoWayTable:
    """Return a two-way table without empty categories: their zeros follow from the totals."""
    first, second = pair
    rows = [margin[first] for margin in cells(categories, [first]) if truth[margin]]
    columns = [margin[second] for margin in cells(categories, [second]) if truth[margin]]
    grid = []
    for row in rows:
        line = [cell_at(len(categories), {first: row, second: column}) for column in columns]
        grid.append(line)
    values = {cell: truth[cell] for line in grid for cell in line}
    lines = [*grid, *zip(*grid, strict=True)]
    return TwoWayTable(values, lines, PROTECTION_WIDTH, frozenset(known & values.keys()))


def _suppress(table: TwoWayTable) -> set[Cell]:
    """Return the cells of a table to suppress, primary and secondary."""
    primary = {cell for cell, value in table.values.items() if value <= LARGEST_SMALL_COUNT}
    return table.suppress(primary)


def _suppress_more(table: TwoWayTable, cell: Cell, suppressed: AbstractSet[Cell]) -> set[Cell]:
    """Return the cells to suppress so that one has a wider interval than those suppressed leave it.

    The table alone leaves it the protection width, but no witness was found that agrees with all
    tables. So it gets a wider interval in its own table.
    """
    own, wider = suppressed & table.values.keys(), table
    while not (secondary := wider.secondary(cell, own)):
        wider = replace(wider, width=wider.width * 2)
    return table.suppress(own | secondary)
