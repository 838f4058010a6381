"""Disclosure control: exact-margin small-count rounding. The only place that can make a ProtectedTable.

One set of finest counts is protected, and everything that is published is its sums. A count of 5 or more stays; a count of 1
to 4 becomes 0, 5, 6 or 7; 0 stays 0. The small counts are chosen so that the total, every total of one dimension, and every
fact that was published before come out exactly, and the other sums move least.

A later release of the same period changes only what must change: see `revise`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from referrals.codelists import FINEST
from referrals.errors import DisclosureError
from referrals.publishing.public import Fact
from referrals.publishing.recoding import LEAST
from referrals.publishing.repair import Pin, repair
from referrals.publishing.rounding import SMALL, VALUES, Integers, Sums, margin_ids, search, subsets
from referrals.publishing.tabulation import Codes, Counts, codes_of

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
    the six dimensions it fixes. `held_back` says that later changes were too few to be published.
    """

    year: str
    categories: Mapping[str, Sequence[str]]
    cells: Mapping[Codes, int]
    facts: Sequence[Fact]
    largest_error: Mapping[int, int]
    held_back: bool = False
    made_by: object = None

    def __post_init__(self) -> None:
        """Refuse to be made anywhere else, or to hold a count of 1 to 4."""
        if self.made_by is not _MAKER:
            raise DisclosureError("A ProtectedTable is made by disclosure.protect and disclosure.revise only.")
        if any(0 < value < SMALL for value in self.cells.values()):
            raise DisclosureError("The protected counts hold a count of 1 to 4. Report this as a fault; nothing was written.")


@dataclass(frozen=True)
class Earlier:
    """What the publisher keeps of an earlier release of the same year: its true finest counts and what they became."""

    true: Mapping[Codes, int]
    table: Mapping[Codes, int]


def protect(counts: Counts, facts: Sequence[Fact] = (), *, seed: int) -> ProtectedTable:
    """Return the protected counts of one year.

    Raises:
        DisclosureError: a total or a fact is too small to be exact, or no choice keeps them all exact.
    """
    pinned = _pins(counts, facts)
    small = counts.values < SMALL
    sums = Sums.of(counts.places[small])
    rounded = search(counts.values[small], sums, seed=seed)
    rounded = repair(counts.values[small], rounded, sums, [_within(pin, counts, small) for pin in pinned])
    values = counts.values.copy()
    values[small] = rounded
    return _table(counts, values, facts)


def revise(counts: Counts, facts: Sequence[Fact], earlier: Earlier) -> ProtectedTable:
    """Return the protected counts of a year that was published before, from its revised counts.

    A cell whose count did not change keeps its decision. A cell that grew never shows less than before, nor one that
    shrank more: read together, the two releases would otherwise say that the earlier number was not itself. Every exact
    total must change by 0 or by at least ten. Where that cannot be, the changes are held back and the table stays as it was:
    exact totals that move by two would describe two people.
    """
    changes = _changes(counts, earlier)
    if not changes:
        return _again(counts, facts, earlier, held_back=False)
    try:
        _check_moves(counts, changes)
        return _revised(counts, facts, earlier, changes)
    except DisclosureError:
        return _again(counts, facts, earlier, held_back=True)


def _changes(counts: Counts, earlier: Earlier) -> dict[Codes, int]:
    now = counts.cells()
    return {codes: change for codes in {**earlier.true, **now} if (change := now.get(codes, 0) - earlier.true.get(codes, 0))}


def _check_moves(counts: Counts, changes: Mapping[Codes, int]) -> None:
    """Refuse changes that move an exact total by fewer than ten."""
    for column, name in enumerate(FINEST):
        for code in counts.categories[name]:
            moved = sum(change for codes, change in changes.items() if codes[column] == code)
            if 0 < abs(moved) < LEAST:
                raise DisclosureError(f"The total of {name} {code} would change by fewer than {LEAST}.")


def _revised(counts: Counts, facts: Sequence[Fact], earlier: Earlier, changes: Mapping[Codes, int]) -> ProtectedTable:
    cells = codes_of(counts.categories, counts.places)
    before = np.array([earlier.table.get(codes, 0) for codes in cells], dtype=np.int64)
    moved = np.array([changes.get(codes, 0) for codes in cells], dtype=np.int64)
    allowed = [_allowed(*one) for one in zip(counts.values.tolist(), before.tolist(), moved.tolist(), strict=True)]
    if not all(allowed):
        raise DisclosureError("A cell that grew would show less than before.")
    start = np.array([choices[0] for choices in allowed], dtype=np.int64)
    everything = np.ones(len(cells), dtype=np.bool_)
    pins = [_within(pin, counts, everything) for pin in _pins(counts, facts)]
    values = repair(counts.values, start, Sums.of(counts.places), pins, allowed=allowed)
    return _table(counts, values, facts)


def _allowed(value: int, before: int, moved: int) -> list[int]:
    """Return what a count may become, given what it was shown as and by how much it changed."""
    if not moved:
        return [before]
    choices = [value] if value >= SMALL else [*VALUES] if value else [0]
    return [choice for choice in choices if (choice - before) * moved >= 0]


def _again(counts: Counts, facts: Sequence[Fact], earlier: Earlier, *, held_back: bool) -> ProtectedTable:
    quarters = sorted({*counts.categories["quarter"], *(codes[0] for codes in earlier.true)})
    categories = {**counts.categories, "quarter": quarters}
    table, true = Counts.of(counts.year, categories, earlier.table), Counts.of(counts.year, categories, earlier.true)
    before = true.cells().items()
    still = [one for one in facts if one.low <= sum(value for codes, value in before if one.holds_cell(codes)) <= one.high]
    errors = _largest_errors(true, table)
    return ProtectedTable(counts.year, categories, dict(earlier.table), tuple(still), errors, held_back, made_by=_MAKER)


def _table(counts: Counts, values: Integers, facts: Sequence[Fact]) -> ProtectedTable:
    table = Counts(counts.year, counts.categories, counts.places, values)
    shown = {codes: value for codes, value in table.cells().items() if value}
    errors = _largest_errors(counts, table)
    return ProtectedTable(counts.year, counts.categories, shown, tuple(facts), errors, made_by=_MAKER)


def _pins(counts: Counts, facts: Iterable[Fact]) -> list[Pin]:
    """Return what must be exact: every total of one dimension, and the facts that were published before."""
    pins = []
    for column, name in enumerate(FINEST):
        for place, code in enumerate(counts.categories[name]):
            cells = counts.places[:, column] == place
            total = int(counts.values[cells].sum())
            if 0 < total < LEAST:
                raise DisclosureError(f"{name} {code} has fewer than {LEAST} records in {counts.year}. Group it first.")
            pins.append(Pin(f"{name} {code}", cells, total, total))
    every = codes_of(counts.categories, counts.places)
    for fact in facts:
        cells = np.array([fact.holds_cell(codes) for codes in every], dtype=np.bool_)
        if not fact.low <= int(counts.values[cells].sum()) <= fact.high:
            raise DisclosureError(f"The records do not agree with the published fact {fact.name}. Leave it out of the pins.")
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
    moved = np.array([now.get(codes, 0) - before.get(codes, 0) for codes in every], dtype=np.float64)
    largest = dict.fromkeys(ORDERS, LEAST_ANNOUNCED)
    for dimensions in subsets(len(FINEST), ORDERS[-1]):
        if len(dimensions) in largest:
            error = np.abs(np.bincount(margin_ids(places, dimensions), weights=moved)).max(initial=0.0)
            largest[len(dimensions)] = max(largest[len(dimensions)], STEP * -(-int(error) // STEP))
    return largest
