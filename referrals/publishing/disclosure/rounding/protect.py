"""Disclosure control: exact-margin small-count rounding. The only place that can make a ProtectedTable.

One set of finest counts is protected, and everything that is published is its sums. A count of 5 or more stays; a count of 1
to 4 becomes 0, 5, 6 or 7; 0 stays 0. The small counts are chosen so that the total, every total of one dimension, and every
fact that was published before come out exactly, and the other sums move least.

A later release of the same period changes only what must change: see `revising`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import InitVar, dataclass
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from referrals.errors import DisclosureError
from referrals.publishing.cell_codes import Fact
from referrals.publishing.disclosure.recoding import LEAST
from referrals.publishing.disclosure.revision.revise import Earlier, held, revised
from referrals.publishing.disclosure.rounding.annealing import (
    SMALL,
    STEPS,
    Integers,
    Sums,
    margin_ids,
    search,
    subsets,
)
from referrals.publishing.disclosure.rounding.repair import Pin, repair
from referrals.publishing.tabulation.counts import Codes, Counts, codes_of
from referrals.reference.codelists import FINEST

STEP: Final = 4
LEAST_ANNOUNCED: Final = 8
"""The largest error is announced in steps, and never less than this: an exact one would say more about the counts."""

ORDERS: Final = range(2, len(FINEST))
"""How many dimensions the sums fix that are neither exact nor single finest cells."""

_MAKER: Final = object()


@dataclass(frozen=True)
class ProtectedTable:
    """The counts of one year that have passed disclosure control, and nothing else. Made only by this module.

    `cells` holds the finest cells that are not 0. `largest_error` is the announced largest error of a sum, by how many of
    the six dimensions it fixes. `held_back` says that some later changes could not be shown.
    """

    year: str
    categories: Mapping[str, Sequence[str]]
    cells: Mapping[Codes, int]
    facts: Sequence[Fact]
    largest_error: Mapping[int, int]
    held_back: bool = False
    made_by: InitVar[object] = None
    """Not kept, so that a table that was made here cannot vouch for an altered copy of itself."""

    def __post_init__(self, made_by: object) -> None:
        """Refuse to be made anywhere else, or to hold a count of 1 to 4; nobody can alter the cells afterwards."""
        if made_by is not _MAKER:
            raise DisclosureError(
                "A ProtectedTable is made by disclosure.protect and disclosure.revise only."
            )
        if any(0 < value < SMALL for value in self.cells.values()):
            raise DisclosureError(
                "The protected counts hold a count of 1 to 4. Report this as a fault; nothing was written."
            )
        object.__setattr__(self, "cells", MappingProxyType(dict(self.cells)))


@dataclass(frozen=True)
class Revision:
    """A revised year: what may be published, and for the publisher alone the true counts that it describes.

    `held_back` counts the records that were added or taken out since, and that it does not describe yet.
    """

    table: ProtectedTable
    true: Mapping[Codes, int]
    held_back: int

    @property
    def year(self) -> str:
        """The year to March, such as 2020-21."""
        return self.table.year

    @property
    def categories(self) -> Mapping[str, Sequence[str]]:
        """The codes of each dimension."""
        return self.table.categories

    @property
    def shown(self) -> Mapping[Codes, int]:
        """The finest cells that are shown."""
        return self.table.cells

    @property
    def summary(self) -> list[str]:
        """What the publisher is told of the year."""
        lines = [f"{self.year}: {len(self.shown):,} smallest groups are shown; all else is 0."]
        if self.held_back:
            lines.append(
                f"{self.year}: {self.held_back:,} of the records that were added or taken out since the last release cannot be "
                "shown safely yet. They are held back, and looked at again by the next release."
            )
        return lines


def protect(
    counts: Counts, facts: Sequence[Fact] = (), *, seed: int, steps: int = STEPS
) -> ProtectedTable:
    """Return the protected counts of one year.

    Fewer `steps` of the search for each small count take less time and leave larger errors. What must be exact is exact, and
    no count of 1 to 4 is left, after any number of them.

    Raises:
        DisclosureError: a total or a fact is too small to be exact, or no choice keeps them all exact.
    """
    pinned = _pins(counts, facts)
    small = counts.values < SMALL
    sums = Sums.of(counts.places[small])
    rounded = search(counts.values[small], sums, seed=seed, steps=steps)
    rounded = repair(
        counts.values[small], rounded, sums, [_within(pin, counts, small) for pin in pinned]
    )
    values = counts.values.copy()
    values[small] = rounded
    return _table(counts, values, facts)


def revise(counts: Counts, facts: Sequence[Fact], earlier: Earlier) -> Revision:
    """Return the protected counts of a year that was published before, with those changes that can be shown.

    The facts are kept where some choice of changes meets them, and else those that held before. Where nothing can be shown,
    the table stays as it was.
    """
    still = [fact for fact in facts if fact.low <= held(fact, earlier.true) <= fact.high]
    for kept in (facts, still):
        if found := revised(counts, earlier, kept):
            return _revision(counts, kept, found.true, found.shown)
    return _revision(counts, still, earlier.true, earlier.table)


def _revision(
    counts: Counts, facts: Sequence[Fact], true: Mapping[Codes, int], shown: Mapping[Codes, int]
) -> Revision:
    now = counts.cells()
    held_back = sum(abs(now.get(codes, 0) - true.get(codes, 0)) for codes in {**now, **true})
    categories = {**counts.categories, "quarter": sorted({codes[0] for codes in true})}
    included, table = (Counts.of(counts.year, categories, cells) for cells in (true, shown))
    errors = _largest_errors(included, table)
    protected = ProtectedTable(
        counts.year, categories, dict(shown), tuple(facts), errors, held_back > 0, made_by=_MAKER
    )
    return Revision(protected, dict(true), held_back)


def _table(counts: Counts, values: Integers, facts: Sequence[Fact]) -> ProtectedTable:
    table = Counts(counts.year, counts.categories, counts.places, values)
    shown = {codes: value for codes, value in table.cells().items() if value}
    errors = _largest_errors(counts, table)
    return ProtectedTable(
        counts.year, counts.categories, shown, tuple(facts), errors, made_by=_MAKER
    )


def _pins(counts: Counts, facts: Iterable[Fact]) -> list[Pin]:
    """Return what must be exact: every total of one dimension, and the facts that were published before."""
    pins = []
    for column, name in enumerate(FINEST):
        for place, code in enumerate(counts.categories[name]):
            cells = counts.places[:, column] == place
            total = int(counts.values[cells].sum())
            if 0 < total < LEAST:
                raise DisclosureError(
                    f"{name} {code} has fewer than {LEAST} records in {counts.year}. Group it first."
                )
            pins.append(Pin(f"{name} {code}", cells, total, total))
    every = codes_of(counts.categories, counts.places)
    for fact in facts:
        cells = np.array([fact.holds_cell(codes) for codes in every], dtype=np.bool_)
        if not fact.low <= int(counts.values[cells].sum()) <= fact.high:
            raise DisclosureError(
                f"The records do not agree with the published fact {fact.name}. Leave it out of the pins."
            )
        pins.append(Pin(fact.name, cells, fact.low, fact.high))
    return pins


def _within(pin: Pin, counts: Counts, chosen: NDArray[np.bool_]) -> Pin:
    """Return a pin over the chosen counts alone: what the others contribute is taken off."""
    rest = int(counts.values[pin.cells & ~chosen].sum())
    return Pin(pin.name, pin.cells[chosen], pin.low - rest, pin.high - rest)


def _largest_errors(true: Counts, table: Counts) -> dict[int, int]:
    """Return the largest error to announce for the sums of each order, rounded up to a step."""
    now = table.cells()
    before = true.cells()
    every = sorted({**before, **now})
    places = Counts.of(true.year, true.categories, dict.fromkeys(every, 1)).places
    moved = np.array(
        [now.get(codes, 0) - before.get(codes, 0) for codes in every], dtype=np.float64
    )
    largest = dict.fromkeys(ORDERS, LEAST_ANNOUNCED)
    for dimensions in subsets(len(FINEST), ORDERS[-1]):
        if len(dimensions) in largest:
            error = np.abs(np.bincount(margin_ids(places, dimensions), weights=moved)).max(
                initial=0.0
            )
            largest[len(dimensions)] = max(largest[len(dimensions)], STEP * -(-int(error) // STEP))
    return largest
