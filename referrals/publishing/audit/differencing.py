"""Differencing: disclosures that two releases of a year make together and neither makes alone.

The worst case is assumed: the reader knows that records were only added, or only removed, unless
some totals rose and others fell (see `corrected_year`). Then
- a total that moves by a few counts those few people;
- a cell that shows 6 and then 5 can't have been 6;
- a cell must have grown by whatever the other cells of its total can't have grown by;
- growth counts people too: 30 and then 31 is one person, and if nobody of another crime type can
  have been added, everybody who was added shares theirs.
"""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, NamedTuple

from referrals.publishing.audit import added_quarters, public_release
from referrals.publishing.audit.bounds_by_totals import is_exact_by_totals
from referrals.publishing.audit.corrected_year import CorrectedYear
from referrals.publishing.audit.groups.group_certainty import SENSITIVE, groups_of
from referrals.publishing.audit.marginal_sums import possible_counts, sum_of, total_of_code
from referrals.publishing.audit.public_release import PublicRelease
from referrals.publishing.cell_codes import Codes, Fact, Year, describe
from referrals.reference.codelists import FINEST, TOTAL
from referrals.reference.disclosure_rule import (
    LARGEST_AMBIGUOUS,
    PROTECTION_WIDTH,
    SMALLEST_TOTAL_CHANGE,
    SMALLEST_UNCHANGED,
)

DIFFERENT_CODES: Final = "they group codes differently, and such a pair cannot be proved safe"
DIFFERENT_QUARTERS: Final = (
    "they cover different quarters, and neither has all of the other's: publish more quarters of a "
    "year, or all of them"
)

CORRECTED: Final = "corrected"
"""The word in which a release says that a revision corrected codes."""

Total = tuple[int, str]
"""A one-way total: the place of its dimension in `FINEST`, and its code."""


class Finding(NamedTuple):
    """A check with every fault that it found, and the number of items that it looked at."""

    name: str
    faults: list[str]
    looked_at: int


def check_pair(first: PublicRelease, second: PublicRelease) -> Iterator[Finding]:
    """Yield the disclosures of two releases, for each year that both cover."""
    for name in sorted(first.years.keys() & second.years.keys()):
        smaller, larger = first.years[name], second.years[name]
        faults: list[str] = []
        if found := added_quarters.split(first, second, name):
            editions, added = found
            smaller, larger = (release.years[name] for release in editions)
            shared = list(smaller.categories["quarter"])
            # The smaller one too: `of_quarters` leaves out facts, which the larger one lacks then.
            smaller = added_quarters.of_quarters(smaller, shared)
            larger = added_quarters.of_quarters(larger, shared)
            faults += added_quarters.small_totals(editions, added)
        if sum(smaller.cells.values()) > sum(larger.cells.values()):
            smaller, larger = larger, smaller
        both = public_release.together((first, second), name)
        title = f"{both}: read together they tell nothing more"
        if smaller.categories["quarter"] != larger.categories["quarter"]:
            yield Finding(title, [DIFFERENT_QUARTERS], 0)
        elif smaller.categories != larger.categories:
            yield Finding(title, [DIFFERENT_CODES], 0)
        else:
            is_mixed = _is_mixed(first, second, name)
            faults += disclosures(smaller, larger, is_mixed=is_mixed)
            yield Finding(title, faults, len({**smaller.cells, **larger.cells}))


def _is_mixed(first: PublicRelease, second: PublicRelease, name: str) -> bool:
    """Return whether, between two releases, records were both added and removed, or corrected.

    The later release announces the kind of each revision. A reader who knows them cannot assume
    that the year only grew.
    """
    before, after = sorted(
        (list(release.revisions.get(name, ())) for release in (first, second)), key=len
    )
    if after[: len(before)] != before:
        return False
    between = {*after[len(before) :]}
    return CORRECTED in between or len(between) > 1


def disclosures(old: Year, new: Year, *, is_mixed: bool = False) -> Iterator[str]:
    """Yield the disclosures that two editions of a year, the smaller first, make only together.

    `is_mixed` says that records were both added and removed in between, or corrected.
    """
    pair = _YearPair(old, new)
    yield from pair.small_total_moves()
    yield from pair.small_exact_sum_moves()
    moves = pair.total_moves.values()
    if min(moves) < 0 < max(moves):
        yield from CorrectedYear(old, new, pair.total_moves).disclosures()
        return
    if is_mixed:
        yield from CorrectedYear(old, new, pair.total_moves, is_limited=False).disclosures()
        return
    grown = []
    for codes in {**old.cells, **new.cells, **pair.most_growth}:
        before, after = old.cells.get(codes, 0), new.cells.get(codes, 0)
        least = pair.least_growth(codes)
        if before != after or least > 0:
            grown.append(codes)
            room = pair.room_for_growth(codes)
            yield from _cell_disclosures(codes, before, after, least=max(least, 0), most=room)
    yield from pair.group_disclosures(grown)


@dataclass(frozen=True)
class _YearPair:
    """Two editions of a year, the smaller first, and bounds of the growth of each cell."""

    old: Year
    new: Year

    @cached_property
    def total_moves(self) -> Mapping[Total, int]:
        """By how much each one-way total moved."""
        moves = {}
        for column, name in enumerate(FINEST):
            for code in self.old.categories[name]:
                before = total_of_code(self.old, column, code)
                moves[column, code] = total_of_code(self.new, column, code) - before
        return moves

    @cached_property
    def _exact_facts(self) -> Sequence[Fact]:
        """The facts that are exact and the same in both editions."""
        return [fact for fact in self.old.facts if fact.is_exact and fact in self.new.facts]

    @cached_property
    def _certain_growth(self) -> Mapping[Codes, int]:
        """By how much each cell has grown at least, according to its own two numbers."""
        growth = {
            codes: min(self._counts_behind(self.new, codes))
            - max(self._counts_behind(self.old, codes))
            for codes in self.new.cells
        }
        return {codes: least for codes, least in growth.items() if least > 0}

    @cached_property
    def _certain_growth_by_total(self) -> Mapping[Total, int]:
        return _by_total(self._certain_growth)

    @cached_property
    def most_growth(self) -> Mapping[Codes, int]:
        """The cells that can have grown, with the most that each can have grown by.

        A cell can only have grown if every one of its totals did.
        """
        grown_codes = []
        for column, name in enumerate(FINEST):
            codes = self.old.categories[name]
            grown_codes.append([code for code in codes if self.total_moves[column, code] > 0])
        growth = {}
        for cell in itertools.product(*grown_codes):
            largest = max(self._counts_behind(self.new, cell))
            smallest = min(self._counts_behind(self.old, cell))
            growth[cell] = min(largest - smallest, self.room_for_growth(cell))
        return {cell: most for cell, most in growth.items() if most > 0}

    @cached_property
    def _most_growth_by_total(self) -> Mapping[Total, int]:
        return _by_total(self.most_growth)

    def room_for_growth(self, codes: Codes) -> int:
        """Return the growth that a cell's totals allow after the certain growth of other cells.

        Nobody was added to a sum that is the same exact fact in both editions.
        """
        if any(fact.holds_cell(codes) for fact in self._exact_facts):
            return 0
        own = self._certain_growth.get(codes, 0)
        return min(
            self.total_moves[total] - self._certain_growth_by_total.get(total, 0) + own
            for total in enumerate(codes)
        )

    def least_growth(self, codes: Codes) -> int:
        """Return the growth that a total of the cell needs and its other cells can't supply."""
        own = self.most_growth.get(codes, 0)
        return max(
            self.total_moves[total] - self._most_growth_by_total.get(total, 0) + own
            for total in enumerate(codes)
        )

    def small_total_moves(self) -> Iterator[str]:
        """Yield the totals that move by a few people, with or without their exact cells.

        The moves of exact cells are known, so a reader can subtract them.
        """
        exact_moves = {}
        for codes, before in self.old.cells.items():
            after = self.new.cells.get(codes, 0)
            if min(before, after) > LARGEST_AMBIGUOUS:
                exact_moves[codes] = after - before
        known = _by_total(exact_moves)
        for (column, code), moved in self.total_moves.items():
            rest = moved - known.get((column, code), 0)
            name = f"{FINEST[column].replace('_', ' ')} {code}"
            if 0 < abs(moved) < SMALLEST_TOTAL_CHANGE:
                yield f"{name} differs by {abs(moved)}"
            elif 0 < abs(rest) < SMALLEST_UNCHANGED:
                yield f"{name} without its exact cells differs by {abs(rest)}"

    def small_exact_sum_moves(self) -> Iterator[str]:
        """Yield the sums that facts make exact in both editions and that move by a few people."""
        for names in {tuple(sorted(fact.where)) for fact in self._exact_facts}:
            axes = [self.old.categories[name] if name in names else [TOTAL] for name in FINEST]
            for target in itertools.product(*axes):
                moved = abs(sum_of(self.new, target) - sum_of(self.old, target))
                if 0 < moved < SMALLEST_UNCHANGED and all(
                    is_exact_by_totals(year, target) for year in (self.old, self.new)
                ):
                    yield f"{describe(target)} differs by {moved}"

    def group_disclosures(self, grown: Iterable[Codes]) -> Iterator[str]:
        """Yield the groups whose added people provably share a crime type or an outcome.

        A group is safe if one of its cells with another code can have grown. A year in which
        everybody has one code discloses that by itself, so it is passed over.
        """
        groups = {group for codes in grown for group in groups_of(codes)}
        for column in SENSITIVE:
            codes_in_use = [
                code
                for code in self.new.categories[FINEST[column]]
                if total_of_code(self.new, column, code) > 0
            ]
            if len(codes_in_use) <= 1:
                continue
            possible_codes = defaultdict[Codes, set[str]](set)
            for codes in self.most_growth:
                for group in groups_of(codes):
                    possible_codes[group].add(codes[column])
            disclosed = [group for group in groups if len(possible_codes[group]) == 1]
            name = FINEST[column].replace("_", " ")
            for group in sorted(disclosed, key=lambda group: (-group.count(TOTAL), group)):
                code = next(iter(possible_codes[group]))
                yield f"{describe(group)}: all who were added or removed are {name} {code}"

    @staticmethod
    def _counts_behind(year: Year, codes: Codes) -> list[int]:
        return possible_counts(year.cells.get(codes, 0))


def _by_total(cells: Mapping[Codes, int]) -> Mapping[Total, int]:
    """Return the one-way totals of some finest cells."""
    totals = Counter[Total]()
    for codes, value in cells.items():
        for total in enumerate(codes):
            totals[total] += value
    return totals


def _cell_disclosures(
    codes: Codes, before: int, after: int, *, least: int, most: int
) -> Iterator[str]:
    """Yield the disclosure of the two numbers of a cell that can have grown by `least` to `most`.

    That is a count behind a small number, or growth that can be 1 to 4, within too narrow an
    interval.
    """
    shown = f"{describe(codes)} shows {before} and then {after}"
    possible = [
        (old, new)
        for old in possible_counts(before)
        for new in possible_counts(after)
        if least <= new - old <= max(most, 0)
    ]
    if not possible:
        yield f"{shown}, which cannot both be true"
        return
    for counts, number in zip(zip(*possible, strict=True), (before, after), strict=True):
        if number <= LARGEST_AMBIGUOUS and max(counts) - min(counts) < PROTECTION_WIDTH:
            yield f"{shown}: it is {min(counts)} to {max(counts)}"
            return
    growth = [new - old for old, new in possible]
    is_narrow = max(growth) - min(growth) < PROTECTION_WIDTH
    if is_narrow and any(0 < by < SMALLEST_UNCHANGED for by in growth):
        yield f"{shown}: {_interval(growth)} were added or removed"


def _interval(values: Sequence[int]) -> str:
    low, high = min(values), max(values)
    return f"{low} to {high}" if low < high else f"{low}"
