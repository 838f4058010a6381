"""Which changes of a published year can be shown, and as what: the rest are held back until more have come in.

Whoever has two releases of the same records compares them. The worst is assumed of that reader: they know whether records
were added or removed between the two, and that a number changes only where the count behind it did. Each rule below takes
one conclusion from them.

* A cell whose count did not change keeps its number: new adjustments of old counts would average out.
* Every exact total moves by 0 or by at least ten, in one direction: a total that moves by two describes two people.
* A cell shows another number only where the two numbers together leave each small count behind them a range at least 4 wide:
  shown as 6 and later, in a year that grew, as 5, it cannot have been 6. The range must be left by the totals as well. What a
  cell can have grown by is bounded by what each of its totals grew by, less what the other cells in it must have grown by.
* What lies between the two numbers is a count as well: it is 5 or more for certain, or has a range at least 4 wide. So a cell
  that shows 30 goes on showing it until 5 have come in. The same holds of a total without its exact cells, and of the sums
  that exact facts make exact.
* Of the people who came into a group of one nationality, age band or sex, or of several, some can have had another crime type
  and another outcome than the rest.
* Between two small counts a number can stay as it is. So a late correction that moves somebody from one small count to another
  can be part of what is shown, though nobody sees it.

A change that breaks a rule is held back: the release then describes the records without it, every total exact, and the next
release looks at it again. Where records were added on balance, no more of them are included than there are: somebody whose
code was corrected is either moved or left where they were, and is not in two places at once. Which changes are included is
found by a whole-number programme that holds back as few records as possible and then moves the sums least. What it finds is
checked again here, against every release of the year so far.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from referrals.publishing.cell_codes import Fact
from referrals.publishing.disclosure.revision import selection_programme
from referrals.publishing.disclosure.revision.differencing_limits import (
    NOTHING,
    Growth,
    behind,
    growth,
    tell_nothing,
    totals,
)
from referrals.publishing.disclosure.revision.selection_programme import Option, Room
from referrals.publishing.disclosure.rounding.annealing import SMALL, VALUES, Sums, column_weights
from referrals.publishing.tabulation.counts import Categories, Codes, Counts

STEPS: Final = 6
"""How many counts between the earlier and the present one are tried, where they are further apart: those nearest to it."""

HELD: Final = 1_000.0
"""What one record held back costs, where moving one sum by one costs about 1: first as few as possible are held back."""


@dataclass(frozen=True)
class Earlier:
    """What the publisher keeps of the releases of a year: the true finest counts behind the last, and what they became.

    `older` holds the tables of the releases before it: readers may have kept them.
    """

    true: Mapping[Codes, int]
    table: Mapping[Codes, int]
    older: Sequence[Mapping[Codes, int]] = ()


@dataclass(frozen=True)
class Revised:
    """What a revision includes: the true counts that it describes, and what they are shown as. Zeros are left out."""

    true: Mapping[Codes, int]
    shown: Mapping[Codes, int]


def revised(now: Counts, earlier: Earlier, facts: Sequence[Fact]) -> Revised | None:
    """Return the changes that can be shown, or None where no choice of changes meets the facts and every rule.

    A year in which nothing can be shown comes back as it was.
    """
    present = now.cells()
    sign = 1 if sum(present.values()) >= sum(earlier.true.values()) else -1
    options = list(_options(now, earlier, sign))
    room = Room(
        _categories(now, earlier), earlier.true, earlier.table, {one.cell for one in options}, sign
    )
    net = sum(present.values()) - sum(earlier.true.values())
    chosen = selection_programme.chosen(options, room, facts, net=net) if options else []
    if chosen is None:
        return None
    true, shown = dict(earlier.true), dict(earlier.table)
    for one in chosen:
        true[one.cell] = true.get(one.cell, 0) + one.true
        shown[one.cell] = shown.get(one.cell, 0) + one.shown
    found = Revised(
        {cell: value for cell, value in true.items() if value},
        {cell: value for cell, value in shown.items() if value},
    )
    return found if _is_right(found, now, earlier, facts) else None


def _options(now: Counts, earlier: Earlier, sign: int) -> Iterator[Option]:
    """Yield every way to show each changed cell, other than to leave it as it was."""
    present = now.cells()
    every = sorted({**earlier.true, **present})
    slopes, unit = _slopes(now, earlier, every)
    for cell, slope in zip(every, slopes, strict=True):
        was, value, before = (
            earlier.true.get(cell, 0),
            present.get(cell, 0),
            earlier.table.get(cell, 0),
        )
        for true in _between(was, value):
            for shown in [true] if true >= SMALL else VALUES if true else [0]:
                grown = (
                    _grown(before, shown, sign) if (shown - before) * (true - was) >= 0 else None
                )
                if grown:
                    moved = (shown - true) - (before - was)
                    cost = 2 * moved * slope + moved**2 * unit - HELD * unit * abs(true - was)
                    yield Option(cell, true - was, shown - before, grown, cost / unit)


def _grown(before: int, shown: int, sign: int) -> Growth | None:
    if shown == before:
        return NOTHING
    return growth(before, shown) if sign > 0 else growth(shown, before)


def _between(was: int, value: int) -> list[int]:
    """Return the counts that a cell can be included with: those on the way to what it is now, nearest to it."""
    step = 1 if value > was else -1
    return [*range(was + step, value + step, step)][-STEPS:] if value != was else []


def _slopes(now: Counts, earlier: Earlier, every: Sequence[Codes]) -> tuple[list[float], float]:
    """Return for each cell by how much its sums are too large already, and what a sum too large by one costs."""
    sums = Sums.of(Counts.of(now.year, _categories(now, earlier), dict.fromkeys(every, 1)).places)
    errors = np.array(
        [earlier.table.get(cell, 0) - earlier.true.get(cell, 0) for cell in every], dtype=np.int64
    )
    weights = column_weights(sums.fixed)
    return (sums.errors(errors)[sums.members] @ weights).tolist(), float(weights.sum())


def _categories(now: Counts, earlier: Earlier) -> Categories:
    quarters = sorted({*now.categories["quarter"], *(codes[0] for codes in earlier.true)})
    return {**now.categories, "quarter": quarters}


def held(fact: Fact, cells: Mapping[Codes, int]) -> int:
    """Return the sum of the cells that a fact names."""
    return sum(value for codes, value in cells.items() if fact.holds_cell(codes))


def _is_right(found: Revised, now: Counts, earlier: Earlier, facts: Sequence[Fact]) -> bool:
    """Return whether a revision keeps every rule, held against each release so far: the solver counts with fractions."""
    true, shown = totals(found.true), totals(found.shown)
    present = now.cells()
    between = [
        sorted((earlier.true.get(cell, 0), present.get(cell, 0)))
        for cell in {**earlier.true, **found.true}
    ]
    included = [found.true.get(cell, 0) for cell in {**earlier.true, **found.true}]
    return (
        true == shown
        and all(low <= value <= high for (low, high), value in zip(between, included, strict=True))
        and all(
            found.true.get(cell, 0) in behind(found.shown.get(cell, 0))
            for cell in {**found.true, **found.shown}
        )
        and all(
            fact.low <= held(fact, cells) <= fact.high
            for fact in facts
            for cells in (found.true, found.shown)
        )
        and all(
            tell_nothing(table, found.shown, facts) for table in (earlier.table, *earlier.older)
        )
    )
