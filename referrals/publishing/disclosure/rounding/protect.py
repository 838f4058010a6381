"""Exact-margin small-count rounding, and the only place that can make a ProtectedTable.

The finest cells of a year are protected, and every published number is a sum of protected cells. A
count of 5 or more stays as it is, a count of 1 to 4 becomes 0, 5, 6 or 7, and 0 stays 0. The values
are chosen so that the total, every one-way total and every agreed fact are exact, and the other
sums move as little as possible.

Called by `protected_counts`: `protect` for the first release of a year, `revise` for later ones,
which change as little as they must (see `revision.revise`).
"""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Mapping, Sequence
from dataclasses import InitVar, dataclass, field
from types import MappingProxyType
from typing import Final

import numpy as np

from referrals.errors import DisclosureError
from referrals.publishing.cell_codes import Fact
from referrals.publishing.disclosure import agreed_facts
from referrals.publishing.disclosure.revision import joint_safety, new_quarters
from referrals.publishing.disclosure.revision.correct import correct
from referrals.publishing.disclosure.revision.differencing_limits import OneWayTotal
from referrals.publishing.disclosure.revision.inexact_totals import (
    announced,
    cell_error,
    inexact_totals,
    totals_moved_by_few,
)
from referrals.publishing.disclosure.revision.revise import (
    PreviousReleases,
    SelectedChanges,
    select_changes,
)
from referrals.publishing.disclosure.rounding.annealing import (
    STEPS,
    Integers,
    margin_ids,
    subsets,
)
from referrals.publishing.disclosure.rounding.least_change import least_change
from referrals.publishing.disclosure.rounding.programme import (
    Constraint,
    NoRoundingError,
    UndecidedError,
)
from referrals.publishing.disclosure.rounding.repair import has_rounding
from referrals.publishing.disclosure.rounding.rounded_values import rounded_values
from referrals.publishing.tabulation.counts import Categories, Codes, Counts, codes_of, split
from referrals.reference.codelists import FINEST, TOTAL
from referrals.reference.disclosure_rule import (
    SMALLEST_ANNOUNCED_ERROR,
    SMALLEST_PUBLISHED_CATEGORY,
    SMALLEST_UNCHANGED,
)

INEXACT_ORDERS: Final = range(2, len(FINEST))
"""The orders of sums that are neither exact totals nor finest cells."""

_MAKER: Final = object()


@dataclass(frozen=True)
class ProtectedTable:
    """Counts of one year that have passed disclosure control. Made by `protect` and `revise` only.

    Attributes:
        year: the year to March, such as 2020-21.
        categories: the codes of each dimension of a finest cell.
        cells: the protected finest cells other than 0.
        facts: the agreed facts, which hold for the cells and for the records.
        largest_error: the announced largest error of a sum, by its order.
        held_back: whether some later changes could not be shown safely.
        inexact_totals: the announced largest error of each total that is not exact for that reason,
            by its codes.
        cell_error: by how much more than the rule allows a finest cell may be off for that reason.
        revisions: the kind of each revision of the year so far (`joint_safety`).
    """

    year: str
    categories: Mapping[str, Sequence[str]]
    cells: Mapping[Codes, int]
    facts: Sequence[Fact]
    largest_error: Mapping[int, int]
    held_back: bool = False
    inexact_totals: Mapping[Codes, int] = field(default_factory=dict)
    cell_error: int = 0
    revisions: Sequence[str] = ()
    made_by: InitVar[object] = None
    """Not stored, so that `dataclasses.replace` cannot make an altered copy of a table."""

    def __post_init__(self, made_by: object) -> None:
        """Refuse to be made elsewhere or to hold a count of 1 to 4; make the cells read-only."""
        if made_by is not _MAKER:
            raise DisclosureError(
                "Only rounding.protect and rounding.revise make a ProtectedTable."
            )
        if any(0 < value < SMALLEST_UNCHANGED for value in self.cells.values()):
            raise DisclosureError(
                "The protected counts hold a count of 1 to 4. "
                "Report this as a fault; nothing was written."
            )
        object.__setattr__(self, "cells", MappingProxyType(dict(self.cells)))


@dataclass(frozen=True)
class Revision:
    """A protected year, with figures that only the publisher may see.

    Attributes:
        table: the protected counts, which may be published.
        true: the true finest counts that the table describes.
        held_back: how many records were added or removed since the last release but are not in it.
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
        """The protected finest cells other than 0."""
        return self.table.cells

    @property
    def summary(self) -> list[str]:
        """The publisher's summary of the year, one sentence a line."""
        lines = [f"{self.year}: {len(self.shown):,} smallest groups are shown; all else is 0."]
        if self.held_back:
            lines.append(
                f"{self.year}: {self.held_back:,} of the records that were added or taken "
                "out since the last release cannot be shown safely yet. They are held back, and "
                "looked at again by the next release."
            )
        if inexact := len(self.table.inexact_totals):
            lines.append(
                f"{self.year}: {inexact:,} totals are not those of all records. They have a range "
                "and the letter r."
            )
        return lines


def protect(
    counts: Counts, facts: Sequence[Fact] = (), *, seed: int, steps: int = STEPS
) -> ProtectedTable:
    """Return the protected counts of one year.

    Fewer `steps` of the search for each small count take less time and leave larger errors. With
    any number of steps, exact totals are exact and no count of 1 to 4 is left.

    Raises:
        NoRoundingError: it is proved that not all totals and facts can be exact.
        UndecidedError: no rounding that keeps all of them exact was found in time.
        DisclosureError: a total is too small to be exact, or the counts contradict a fact.
    """
    constraints = _constraints(counts, facts)
    small = counts.values < SMALLEST_UNCHANGED
    on_small = [constraint.restricted(small, counts.values) for constraint in constraints]
    try:
        rounded = rounded_values(counts, on_small, seed=seed, steps=steps)
    except (NoRoundingError, UndecidedError) as error:
        advice = least_change(counts, _has_rounding)
        raise type(error)(f"{counts.year}: {error} {advice} Nothing was written.") from None
    values = counts.values.copy()
    values[small] = rounded
    return _table(counts, values, facts)


def revise(
    counts: Counts,
    facts: Sequence[Fact],
    previous: PreviousReleases,
    *,
    seed: int,
    steps: int = STEPS,
) -> Revision:
    """Return the protected counts of a year published before, with the changes that can be shown.

    A correction is shown as one if it can be; otherwise changes are selected that move all totals
    in one direction. If no selection of changes meets all the facts, only those that held before
    must hold. If still none does, the table stays as it was. Quarters that were not published
    before are added. Records with a code that earlier releases do not have are held back: nothing
    proves that another grouping of the same records is safe beside those.

    Raises:
        DisclosureError: new quarters have too few records, or their totals cannot be exact.
    """
    listed, _ = split(counts, previous.categories or counts.categories)
    published, added = _by_quarters(listed, {cell[0] for cell in previous.true})
    selected = _selected_changes(published, facts, previous, seed=seed, steps=steps)
    new = {cell[0] for cell in counts.cells()} - {cell[0] for cell in previous.true}
    if not new:
        return _revision(counts, facts, selected, previous)
    new_quarters.require_enough(added, sorted(new))
    shown = new_quarters.rounded(added, seed=seed, steps=steps)
    both = SelectedChanges({**selected.true, **added.cells()}, {**selected.shown, **shown})
    return _revision(counts, facts, both, previous, inexact=new_quarters.inexact(added))


def _by_quarters(counts: Counts, quarters: Container[str]) -> tuple[Counts, Counts]:
    """Return the counts of some quarters, and of the others."""
    is_published = np.array([codes[0] in quarters for codes in counts.cells()], dtype=np.bool_)
    published, added = (
        Counts(counts.year, counts.categories, counts.places[chosen], counts.values[chosen])
        for chosen in (is_published, ~is_published)
    )
    return published, added


def _selected_changes(
    counts: Counts,
    facts: Sequence[Fact],
    previous: PreviousReleases,
    *,
    seed: int,
    steps: int,
) -> SelectedChanges:
    held_before = [fact for fact in facts if fact.agrees_with(previous.true)]
    for required in (facts, held_before):
        selected = correct(counts, previous, required, seed=seed, steps=steps)
        if selected is None:
            selected = select_changes(counts, previous, required)
        if selected:
            return selected
    return SelectedChanges(dict(previous.true), dict(previous.table))


def _revision(
    counts: Counts,
    facts: Sequence[Fact],
    selected: SelectedChanges,
    previous: PreviousReleases,
    *,
    inexact: Collection[OneWayTotal] = (),
) -> Revision:
    """Return a revision. The totals in `inexact` are not exact, even if they happen to be right."""
    present, true, shown = counts.cells(), selected.true, selected.shown
    cells = {**present, **true}
    held_back = sum(abs(present.get(codes, 0) - true.get(codes, 0)) for codes in cells)
    every_code = {**counts.categories, "quarter": sorted({codes[0] for codes in cells})}
    categories = {**every_code, **(previous.categories or {}), "quarter": every_code["quarter"]}
    table = Counts.of(counts.year, categories, shown)
    of_included, of_present = (
        _largest_errors(Counts.of(counts.year, every_code, true_counts), table)
        for true_counts in (true, present)
    )
    tables = (previous.table, *previous.older_tables)
    doubtful = {*inexact, *totals_moved_by_few(shown, tables)}
    for column, name in enumerate(FINEST):
        if set(every_code[name]) > set(categories[name]):
            # If its published totals were exact, the records without one of them could be counted.
            doubtful |= {(column, code) for code in categories[name]}
    totals = inexact_totals(present, shown, every_code, doubtful=doubtful)
    listed = {cell: value for cell, value in present.items() if _are_codes_of(categories, cell)}
    protected = ProtectedTable(
        counts.year,
        categories,
        dict(shown),
        tuple(fact for fact in facts if fact.agrees_with(present) and fact.agrees_with(shown)),
        {order: max(error, of_present[order]) for order, error in of_included.items()},
        held_back > 0,
        {total: error for total, error in totals.items() if _are_codes_of(categories, total)},
        cell_error(listed, shown),
        tuple(joint_safety.kinds_of_revisions([*previous.older_tables, previous.table, shown])),
        made_by=_MAKER,
    )
    return Revision(protected, dict(true), held_back)


def _are_codes_of(categories: Categories, codes: Codes) -> bool:
    """Return whether each code of a cell or a total is published."""
    named = zip(FINEST, codes, strict=True)
    return all(code in {TOTAL, *categories[name]} for name, code in named)


def _table(counts: Counts, values: Integers, facts: Sequence[Fact]) -> ProtectedTable:
    table = Counts(counts.year, counts.categories, counts.places, values)
    shown = {codes: value for codes, value in table.cells().items() if value}
    errors = _largest_errors(counts, table)
    return ProtectedTable(
        counts.year, counts.categories, shown, tuple(facts), errors, made_by=_MAKER
    )


def _constraints(counts: Counts, facts: Iterable[Fact]) -> list[Constraint]:
    """Return the constraints on a rounding: every one-way total is exact and every fact holds."""
    constraints = []
    for column, name in enumerate(FINEST):
        for place, code in enumerate(counts.categories[name]):
            cells = counts.places[:, column] == place
            total = int(counts.values[cells].sum())
            if 0 < total < SMALLEST_PUBLISHED_CATEGORY:
                raise DisclosureError(
                    f"{name} {code} has fewer than {SMALLEST_PUBLISHED_CATEGORY} records "
                    f"in {counts.year}. Group it first."
                )
            constraints.append(Constraint(f"{name} {code}", cells, total, total))
    all_codes = codes_of(counts.categories, counts.places)
    for fact in facts:
        cells = np.array([fact.holds_cell(codes) for codes in all_codes], dtype=np.bool_)
        constraint = Constraint(fact.name, cells, fact.low, fact.high)
        if not constraint.holds(counts.values):
            raise DisclosureError(
                f"The records do not agree with the published fact {fact.name}. "
                "Leave it out of the agreed facts."
            )
        constraints.append(constraint)
    return constraints


def _has_rounding(counts: Counts) -> bool:
    """Return whether some rounding of counts keeps every total and every agreed fact exact."""
    small = counts.values < SMALLEST_UNCHANGED
    constraints = _constraints(counts, agreed_facts.find(counts).facts)
    on_small = [constraint.restricted(small, counts.values) for constraint in constraints]
    return has_rounding(int(small.sum()), on_small)


def _largest_errors(true: Counts, table: Counts) -> dict[int, int]:
    """Return the largest error to announce for the sums of each order, rounded up to a step.

    An exact largest error would say more about the counts.
    """
    before, after = true.cells(), table.cells()
    cells = sorted({**before, **after})
    places = Counts.of(true.year, true.categories, dict.fromkeys(cells, 1)).places
    moved = np.array(
        [after.get(codes, 0) - before.get(codes, 0) for codes in cells], dtype=np.float64
    )
    largest = dict.fromkeys(INEXACT_ORDERS, SMALLEST_ANNOUNCED_ERROR)
    for dimensions in subsets(len(FINEST), INEXACT_ORDERS[-1]):
        order = len(dimensions)
        if order not in largest:
            continue
        errors = np.bincount(margin_ids(places, dimensions), weights=moved)
        error = int(np.abs(errors).max(initial=0.0))
        largest[order] = max(largest[order], announced(error))
    return largest
