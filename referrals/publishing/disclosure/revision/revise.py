"""Selection of the changes of a published year that can be shown; the others are held back.

Called by `rounding.protect.revise`. Whoever has two releases of the same records compares them. We
assume the worst of that reader: they know whether records were added or removed in between, and
that a number changes only if the count behind it did. Each rule below prevents one conclusion of
theirs.

* A cell whose count did not change keeps its number. New roundings of old counts would average out.
* Every exact total changes by 0 or by at least ten. A total that changes by two describes two
  people. All change in one direction, unless some rose and others fell by ten or more: that is a
  correction (`correction_limits`).
* A cell shows another number only if the two numbers together leave each small count behind them a
  feasibility interval at least 4 wide. A cell shown as 6 and later, in a year that grew, as 5
  cannot have been 6. The one-way totals must leave that interval as well: a cell can have grown at
  most by the growth of each of its totals, less the certain growth of the other cells in it.
* The difference of the two numbers is a count as well: it is 5 or more for certain, or its interval
  is at least 4 wide. So a cell that shows 30 goes on showing 30 until 5 have come in. The same
  holds for a total without its exact cells, and for the sums that exact facts make exact.
* Among the people who came into a group (a nationality, age band or sex, or a combination of them),
  some can have another crime type and another outcome than the others.
* A cell that was small and still is can keep its number. So a late correction that moves somebody
  from one small count to another can be included, though nobody sees it.

A change that breaks a rule is held back: the release describes the records without it, every total
exact, and the next release tries again. If records were added on balance, no more of them are
included than there are: somebody whose code was corrected is either moved or left, never counted
twice. An integer programme selects the changes (`selection_programme`): it holds back as few
records as possible, then moves the sums as little as possible. Its answer is checked again here in
whole numbers, against every earlier release of the year.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from referrals.publishing.cell_codes import Fact
from referrals.publishing.disclosure.revision import joint_safety, selection_programme
from referrals.publishing.disclosure.revision.correction_limits import is_safe_beside
from referrals.publishing.disclosure.revision.differencing_limits import (
    NO_GROWTH,
    Growth,
    OneWayTotal,
    growth,
    one_way_totals,
    possible_counts,
)
from referrals.publishing.disclosure.revision.joint_safety import of_quarters
from referrals.publishing.disclosure.revision.revised_year import Option, RevisedYear
from referrals.publishing.disclosure.rounding.annealing import MarginalSums, column_weights
from referrals.publishing.tabulation.counts import Categories, Codes, Counts
from referrals.reference.disclosure_rule import ROUNDED_VALUES, SMALLEST_UNCHANGED

COUNTS_TRIED: Final = 6
"""The most counts tried from the previous to the present one: the nearest to the present."""

HELD_BACK_COST: Final = 1_000.0
"""The cost of holding back one record, if moving one sum by one costs about 1.

So first of all as few records as possible are held back.
"""


@dataclass(frozen=True)
class PreviousReleases:
    """The publisher's history of a year.

    Attributes:
        true: the true finest counts behind the last release.
        table: the numbers that it showed for them.
        older_tables: the tables of the releases before it, the oldest first, of which readers may
            have copies.
        categories: the codes of each dimension that they have, or None if those of the counts.
    """

    true: Mapping[Codes, int]
    table: Mapping[Codes, int]
    older_tables: Sequence[Mapping[Codes, int]] = ()
    categories: Categories | None = None


@dataclass(frozen=True)
class SelectedChanges:
    """The true counts that a revision describes and the numbers that it shows, without zeros."""

    true: Mapping[Codes, int]
    shown: Mapping[Codes, int]


def select_changes(
    present: Counts, previous: PreviousReleases, facts: Sequence[Fact]
) -> SelectedChanges | None:
    """Return the year with the changes that can be shown, or None if no selection meets the facts.

    A year in which nothing can be shown is returned as it was.
    """
    net = int(present.values.sum()) - sum(previous.true.values())
    direction = 1 if net >= 0 else -1
    options = list(_options(present, previous, direction))
    year = RevisedYear(
        categories=_categories(present, previous),
        true=previous.true,
        table=previous.table,
        changed={option.cell for option in options},
        direction=direction,
        older_tables=previous.older_tables,
    )
    selected = selection_programme.select(options, year, facts, net=net) if options else []
    if selected is None:
        return None
    true, shown = dict(previous.true), dict(previous.table)
    for option in selected:
        true[option.cell] = true.get(option.cell, 0) + option.true_change
        shown[option.cell] = shown.get(option.cell, 0) + option.shown_change
    changes = SelectedChanges(_without_zeros(true), _without_zeros(shown))
    return changes if keeps_every_rule(changes, present, previous, facts) else None


def _options(present: Counts, previous: PreviousReleases, direction: int) -> Iterator[Option]:
    """Yield every way to show each changed cell, other than to leave it as it was."""
    now = present.cells()
    cells = sorted({**previous.true, **now})
    gradients, unit = _gradients(present, previous, cells)
    for cell, gradient in zip(cells, gradients, strict=True):
        true_before = previous.true.get(cell, 0)
        shown_before = previous.table.get(cell, 0)
        counts = _counts_between(true_before, now.get(cell, 0))
        earlier = earlier_numbers(previous.older_tables, cell) if counts else []
        for true in counts:
            for shown in possible_numbers(true):
                true_change, shown_change = true - true_before, shown - shown_before
                allowed = _allowed_growth(shown_before, shown, direction)
                if true_change * shown_change < 0 or allowed is None:
                    continue
                if not is_safe_beside(earlier, shown):
                    continue
                error_change = shown_change - true_change
                cost = (
                    2 * error_change * gradient
                    + error_change**2 * unit
                    - HELD_BACK_COST * unit * abs(true_change)
                )
                yield Option(cell, true_change, shown_change, allowed, cost / unit)


def possible_numbers(true: int) -> Sequence[int]:
    """Return the numbers that rounding can show for a count."""
    if 0 < true < SMALLEST_UNCHANGED:
        return ROUNDED_VALUES
    return (true,)


def _allowed_growth(before: int, after: int, direction: int) -> Growth | None:
    if before == after:
        return NO_GROWTH
    return growth(before, after) if direction > 0 else growth(after, before)


def earlier_numbers(tables: Iterable[Mapping[Codes, int]], cell: Codes) -> list[int]:
    """Return the numbers of a cell in those tables that cover its quarter."""
    return [table.get(cell, 0) for table in tables if of_quarters({cell: 1}, table)]


def _counts_between(previous: int, present: int) -> list[int]:
    """Return the counts that a cell can be included with: the nearest to the present one."""
    if present == previous:
        return []
    step = 1 if present > previous else -1
    return [*range(previous + step, present + step, step)][-COUNTS_TRIED:]


def _gradients(
    present: Counts, previous: PreviousReleases, cells: Sequence[Codes]
) -> tuple[list[float], float]:
    """Return the weighted error of each cell's sums so far, and the cost of moving a cell by 1."""
    categories = _categories(present, previous)
    sums = MarginalSums.of(Counts.of(present.year, categories, dict.fromkeys(cells, 1)).places)
    errors = np.array(
        [previous.table.get(cell, 0) - previous.true.get(cell, 0) for cell in cells],
        dtype=np.int64,
    )
    weights = column_weights(sums.orders)
    return (sums.errors(errors)[sums.members] @ weights).tolist(), float(weights.sum())


def _categories(present: Counts, previous: PreviousReleases) -> Categories:
    quarters = {*present.categories["quarter"], *(codes[0] for codes in previous.true)}
    return {**present.categories, "quarter": sorted(quarters)}


def _without_zeros(cells: Mapping[Codes, int]) -> dict[Codes, int]:
    return {cell: value for cell, value in cells.items() if value}


def keeps_every_rule(
    changes: SelectedChanges, present: Counts, previous: PreviousReleases, facts: Sequence[Fact]
) -> bool:
    """Return whether a revision keeps every rule, because the solver works in floating point."""
    if offsets(changes.true, changes.shown) != offsets(previous.true, previous.table):
        return False
    now = present.cells()
    for cell in {**previous.true, **changes.true}:
        low, high = sorted((previous.true.get(cell, 0), now.get(cell, 0)))
        if not low <= changes.true.get(cell, 0) <= high:
            return False
    for cell in {**changes.true, **changes.shown}:
        if changes.true.get(cell, 0) not in possible_counts(changes.shown.get(cell, 0)):
            return False
    for fact in facts:
        for cells in (changes.true, changes.shown):
            if not fact.agrees_with(cells):
                return False
    return _is_safe_beside([*previous.older_tables, previous.table], changes.shown, facts)


def _is_safe_beside(
    earlier: Sequence[Mapping[Codes, int]], table: Mapping[Codes, int], facts: Sequence[Fact]
) -> bool:
    """Return whether a table discloses nothing beside any earlier one, the oldest first."""
    for place, other in enumerate(earlier):
        between = joint_safety.kinds_of_revisions([*earlier[place:], table])
        shown = of_quarters(table, other)
        if not joint_safety.are_safe_together(other, shown, facts, between=between):
            return False
    return True


def offsets(true: Mapping[Codes, int], shown: Mapping[Codes, int]) -> dict[OneWayTotal, int]:
    """Return by how much each one-way total is off, if it is: totals of few people in new quarters.

    A revision leaves them as they were.
    """
    before, after = one_way_totals(true), one_way_totals(shown)
    errors = {total: after.get(total, 0) - before.get(total, 0) for total in {**before, **after}}
    return {total: error for total, error in errors.items() if error}
