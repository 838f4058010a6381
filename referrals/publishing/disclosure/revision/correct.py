"""Corrections of a published year: records whose codes were wrong, so that some totals fall.

Called by `rounding.protect.revise` before `revise.select_changes`, whose rules allow totals to
change in one direction only. A reader who sees that totals rose and fell knows less about each
cell, so far more can be shown.

The unit of a correction is a line: the cells that differ only in the dimensions that were
corrected. A record that was corrected moves within its line, so a line is shown as it is now or as
it was, and nobody is counted twice. The rounded numbers of cells that changed are chosen anew; all
other cells keep theirs. The lines that cannot be shown safely (`correction_limits`) are held back.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from referrals.publishing.cell_codes import Fact
from referrals.publishing.disclosure.revision.correction_limits import (
    Correction,
    Line,
    is_safe_beside,
)
from referrals.publishing.disclosure.revision.differencing_limits import (
    OneWayTotal,
    one_way_totals,
)
from referrals.publishing.disclosure.revision.joint_safety import of_quarters
from referrals.publishing.disclosure.revision.revise import (
    PreviousReleases,
    SelectedChanges,
    earlier_numbers,
    keeps_every_rule,
    offsets,
    possible_numbers,
)
from referrals.publishing.disclosure.rounding.annealing import MarginalSums, search
from referrals.publishing.disclosure.rounding.programme import (
    Constraint,
    NoRoundingError,
    TimeLimitError,
    UndecidedError,
)
from referrals.publishing.disclosure.rounding.repair import repair
from referrals.publishing.tabulation.counts import Codes, Counts
from referrals.reference.codelists import FINEST
from referrals.reference.disclosure_rule import (
    SMALLEST_PUBLISHED_CATEGORY,
    SMALLEST_TOTAL_CHANGE,
    SMALLEST_UNCHANGED,
)

MOST_ROUNDS: Final = 6
"""The most times that the changes are rounded, each time with another seed.

After an attempt, the lines that it left too narrow are held back.
"""


def correct(
    present: Counts,
    previous: PreviousReleases,
    facts: Sequence[Fact],
    *,
    seed: int,
    steps: int,
) -> SelectedChanges | None:
    """Return the year with a correction, or None if it was not corrected or that cannot be shown.

    Args:
        present: the true counts of the records as they are.
        previous: the history of the year.
        facts: the facts published elsewhere, which must hold.
        seed: the publisher's secret, for the choice of rounded numbers.
        steps: the steps of the search for each small count.
    """
    corrected = _CorrectedYear(present, previous)
    if not corrected.columns:
        return None
    held = corrected.lines_without_a_number()
    for attempt in range(MOST_ROUNDS):
        held = corrected.with_small_changes(held)
        true = corrected.included(held)
        if true == previous.true:
            return None
        shown = _rounded(corrected, true, facts, seed=seed + attempt, steps=steps)
        if shown is None:
            continue
        correction = Correction.between(previous.table, shown)
        narrow = corrected.lines_in(correction)
        changes = SelectedChanges(true, shown)
        if not narrow and keeps_every_rule(changes, present, previous, facts):
            return changes
        held |= narrow
    return None


@dataclass(frozen=True)
class _CorrectedYear:
    """A year that was corrected, and the lines of its cells."""

    present: Counts
    previous: PreviousReleases

    @cached_property
    def now(self) -> dict[Codes, int]:
        """The present counts."""
        return self.present.cells()

    @cached_property
    def columns(self) -> list[int]:
        """The dimensions that were corrected: those in which totals moved against the year."""
        correction = Correction.between(self.previous.true, self.now)
        return correction.corrected if min(correction.changes.values(), default=0) < 0 else []

    @cached_property
    def changed(self) -> dict[Line, list[Codes]]:
        """The cells whose count changed, by line."""
        lines: dict[Line, list[Codes]] = {}
        for cell in sorted({**self.previous.true, **self.now}):
            if self.previous.true.get(cell, 0) != self.now.get(cell, 0):
                lines.setdefault(self._line_of(cell), []).append(cell)
        return lines

    def _line_of(self, cell: Codes) -> Line:
        return tuple(code for column, code in enumerate(cell) if column not in self.columns)

    def lines_without_a_number(self) -> set[Line]:
        """Return the lines with a cell that no number can show safely."""
        return {
            line
            for line, cells in self.changed.items()
            for cell in cells
            if not _has_number(self._earlier_numbers(cell), self.now.get(cell, 0))
        }

    def _earlier_numbers(self, cell: Codes) -> list[int]:
        return earlier_numbers((self.previous.table, *self.previous.older_tables), cell)

    def with_small_changes(self, held: AbstractSet[Line]) -> set[Line]:
        """Return the lines to hold back so that each total changes by 0 or at least ten."""
        found = set(held)
        while small := self._small_changes(self.included(found)):
            more = {
                line for line in self.changed if line not in found and self._moves(line) & small
            }
            if not more:
                return set(self.changed)
            found |= more
        return found

    def _moves(self, line: Line) -> AbstractSet[OneWayTotal]:
        """Return the totals that a line changes: few, if its records only moved within it."""
        moved = Counter[OneWayTotal]()
        for cell in self.changed[line]:
            by = self.now.get(cell, 0) - self.previous.true.get(cell, 0)
            for total in enumerate(cell):
                moved[total] += by
        return {total for total, by in moved.items() if by}

    def _small_changes(self, true: Mapping[Codes, int]) -> set[OneWayTotal]:
        """Return the totals that change too little, beside any table, or are left too small."""
        after = one_way_totals(true)
        small = {total for total, value in after.items() if value < SMALLEST_PUBLISHED_CATEGORY}
        for table in (self.previous.true, *self.previous.older_tables):
            before, after = one_way_totals(table), one_way_totals(of_quarters(true, table))
            for total in {**before, **after}:
                by = abs(after.get(total, 0) - before.get(total, 0))
                if 0 < by < SMALLEST_TOTAL_CHANGE:
                    small.add(total)
        return small

    def included(self, held: Collection[Line]) -> dict[Codes, int]:
        """Return the true counts with the changes of all lines but those that are held back."""
        true = dict(self.previous.true)
        for line, cells in self.changed.items():
            if line not in held:
                for cell in cells:
                    true[cell] = self.now.get(cell, 0)
        return {cell: value for cell, value in true.items() if value}

    def lines_in(self, correction: Correction) -> set[Line]:
        """Return the changed lines that a correction leaves too narrow intervals."""
        narrow = set(correction.narrow_lines())
        uniform = [group for group, _ in correction.uniform_groups()]

        def is_disclosed(cell: Codes) -> bool:
            codes = set(enumerate(cell))
            return correction.line_of(cell) in narrow or any(group <= codes for group in uniform)

        return {line for line, cells in self.changed.items() if any(map(is_disclosed, cells))}


def _has_number(before: Sequence[int], count: int) -> bool:
    """Return whether some number can show a count safely beside all earlier numbers of its cell."""
    return any(is_safe_beside(before, shown) for shown in possible_numbers(count))


def _rounded(
    year: _CorrectedYear,
    true: Mapping[Codes, int],
    facts: Sequence[Fact],
    *,
    seed: int,
    steps: int,
) -> dict[Codes, int] | None:
    """Return the numbers that show some counts: new ones for those that changed.

    None if no choice of them makes every total exact and every fact hold.
    """
    before, shown = year.previous.true, dict(year.previous.table)
    small = []
    for cell in sorted({**before, **true}):
        count = true.get(cell, 0)
        if count == before.get(cell, 0):
            continue
        shown[cell] = count
        if 0 < count < SMALLEST_UNCHANGED:
            small.append(cell)
            shown[cell] = 0
    off = offsets(before, year.previous.table)
    constraints = _constraints(true, shown, small, facts, off)
    if constraints is None:
        return None
    if small:
        quarters = sorted({codes[0] for codes in true})
        categories = {**year.present.categories, "quarter": quarters}
        free = Counts.of(year.present.year, categories, {cell: true[cell] for cell in small})
        sums = MarginalSums.of(free.places)
        try:
            values = search(free.values, sums, seed=seed, steps=steps)
            values = repair(free.values, values, sums, constraints)
        except TimeLimitError:
            raise
        except (NoRoundingError, UndecidedError):
            return None
        shown |= dict(zip(small, values.tolist(), strict=True))
    return {cell: value for cell, value in shown.items() if value}


def _constraints(
    true: Mapping[Codes, int],
    shown: Mapping[Codes, int],
    small: Sequence[Codes],
    facts: Sequence[Fact],
    off: Mapping[OneWayTotal, int],
) -> list[Constraint] | None:
    """Return the constraints on the cells to round; None if those without any cell do not hold."""
    constraints = []
    totals, others = one_way_totals(true), one_way_totals(shown)
    for column, code in {**totals, **others, **off}:
        cells = np.array([cell[column] == code for cell in small], dtype=np.bool_)
        total = totals.get((column, code), 0) + off.get((column, code), 0)
        rest = total - others.get((column, code), 0)
        constraints.append(Constraint(f"{FINEST[column]} {code}", cells, rest, rest))
    for fact in facts:
        cells = np.array([fact.holds_cell(cell) for cell in small], dtype=np.bool_)
        rest = fact.sum_of(shown)
        constraints.append(Constraint(fact.name, cells, fact.low - rest, fact.high - rest))
    if any(not limit.cells.any() and not limit.low <= 0 <= limit.high for limit in constraints):
        return None
    return constraints
