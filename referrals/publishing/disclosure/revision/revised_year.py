"""A year under revision, and the options to show each of its changed cells.

Used by `revise` and `selection_programme`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from math import prod

from referrals.publishing.cell_codes import Fact
from referrals.publishing.disclosure.revision import differencing_limits
from referrals.publishing.disclosure.revision.differencing_limits import Group, Growth, OneWayTotal
from referrals.publishing.tabulation.counts import Categories, Codes
from referrals.reference.codelists import FINEST
from referrals.reference.disclosure_rule import LARGEST_SMALL_COUNT, SMALLEST_PUBLISHED_CATEGORY


@dataclass(frozen=True)
class Option:
    """One way to show a changed cell.

    Attributes:
        cell: the codes of the cell.
        true_change: the change of the true count.
        shown_change: the change of the published number.
        growth: the growth that the two published numbers allow (of the smaller year to the larger).
        cost: its share of the objective.
    """

    cell: Codes
    true_change: int
    shown_change: int
    growth: Growth
    cost: float

    @property
    def required_slack(self) -> int:
        """By how much more than its least the cell must be free to grow."""
        return self.growth.required - self.growth.least

    @property
    def width(self) -> int:
        """The width of the interval of its growth, which is 0 if both numbers are exact."""
        return self.growth.most - self.growth.least


@dataclass(frozen=True)
class RevisedYear:
    """A year under revision.

    Attributes:
        categories: the codes of each dimension.
        true: the true counts behind the last release.
        table: the numbers of the last release.
        changed: the cells whose count changed.
        direction: 1 if the year grew, -1 if it shrank.
        older_tables: the tables of the releases before the last one.
    """

    categories: Categories
    true: Mapping[Codes, int]
    table: Mapping[Codes, int]
    changed: AbstractSet[Codes]
    direction: int
    older_tables: Sequence[Mapping[Codes, int]] = ()

    def hidden_growth(self, total: OneWayTotal) -> int:
        """Return the most that unchanged cells of a total that show 0 can have grown by."""
        column, code = total
        sizes = [len(self.categories[name]) for place, name in enumerate(FINEST) if place != column]
        others = {*self.changed, *self.table}
        zeros = prod(sizes) - sum(cell[column] == code for cell in others)
        return zeros * LARGEST_SMALL_COUNT

    def most_change(self, total: OneWayTotal) -> int | None:
        """Return the most records that a total can change by, or None if it is not limited.

        A year that shrinks must not leave a category too small to be published.
        """
        if self.direction > 0:
            return None
        column, code = total
        records = _sum(self.true, column, code)
        return max(records - SMALLEST_PUBLISHED_CATEGORY, 0)

    def older_distances(self, total: OneWayTotal) -> set[int]:
        """Return by how much a total of the last table differs from those of older ones.

        Only tables of the same quarters are looked at.
        """
        column, code = total
        quarters, last = _quarters(self.table), _sum(self.table, column, code)
        same = [table for table in self.older_tables if _quarters(table) == quarters]
        return {last - _sum(table, column, code) for table in same} - {0}

    def leaves_intervals(self, total: OneWayTotal, selected: Iterable[Option]) -> bool:
        """Return whether a total lets its selected cells have grown by all that they require."""
        inside = list(selected)
        spare = sum(self.direction * option.shown_change - option.growth.least for option in inside)
        lack = sum(self.direction * option.shown_change - option.growth.most for option in inside)
        hidden = self.hidden_growth(total)
        return all(
            option.required_slack <= spare and lack + option.width <= hidden for option in inside
        )

    def uniform_groups(
        self, selected: Iterable[Option], facts: Sequence[Fact]
    ) -> Iterator[tuple[Group, OneWayTotal]]:
        """Yield (group, code) if its arrivals, or departures, would provably share a code."""
        shown = Counter(self.table)
        for option in selected:
            shown[option.cell] += option.shown_change
        revised = {cell: value for cell, value in shown.items() if value}
        return differencing_limits.uniform_groups(self.table, revised, facts)


def _quarters(table: Iterable[Codes]) -> set[str]:
    return {cell[0] for cell in table}


def _sum(table: Mapping[Codes, int], column: int, code: str) -> int:
    return sum(value for cell, value in table.items() if cell[column] == code)
