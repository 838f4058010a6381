"""What two releases of the same period tell together that neither tells alone.

The worst case is assumed: whoever compares them knows that records were only added, or only removed. A total that moves by a
few describes those few; a cell that is shown as 6 and then as 5 cannot have been 6; and what the other cells of a total cannot
have grown by, a cell must have grown by itself. What a cell grew by counts people too: 30 and then 31 is one person, and where
nobody of another crime type can have come in, all who did share theirs.
"""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from referrals.publishing.audit.feasibility_intervals import is_exact_by_totals
from referrals.publishing.audit.public_release import (
    LEAST_KEPT,
    MOST_AMBIGUOUS,
    WIDTH,
    Codes,
    Fact,
    PublicRelease,
    Year,
    describe,
    is_part,
)
from referrals.reference.codelists import DIMENSIONS, FINEST, TOTAL
from referrals.reference.disclosure_rule import SMALLEST_TOTAL_CHANGE

SENSITIVE: Final = tuple(FINEST.index(name) for name in ("crime_type", "outcome"))
GROUPED: Final = {FINEST.index(name) for name in DIMENSIONS[:3]}
"""What nobody may learn for certain of the people who were added to a group, and the dimensions that make groups."""

Total = tuple[int, str]
"""An exact total: the place of its dimension, and its code."""

Pair = tuple[str, list[str], int]
"""What was compared, what was told by it, and how many cells were looked at."""


def of_pair(first: PublicRelease, second: PublicRelease) -> Iterator[Pair]:
    """Yield what two releases tell together, for each year that both cover."""
    for name in sorted(first.years.keys() & second.years.keys()):
        old, new = first.years[name], second.years[name]
        if sum(old.cells.values()) > sum(new.cells.values()):
            old, new = new, old
        title = f"{first.name} and {second.name}, {name}: read together they tell nothing more"
        if old.categories["quarter"] != new.categories["quarter"]:
            yield (
                title,
                [
                    "they cover different quarters, and totals of the rest would be exact: publish whole years"
                ],
                0,
            )
        elif old.categories != new.categories:
            yield title, ["they group codes differently, and such a pair cannot be proved safe"], 0
        else:
            yield title, list(told(old, new)), len({**old.cells, **new.cells})


def told(old: Year, new: Year) -> Iterator[str]:
    """Yield each cell, total and group about which two years, the smaller first, say more together than either says alone."""
    both = _Both(old, new)
    yield from both.few_in_totals()
    yield from both.few_in_exact_sums()
    added = []
    for codes in {**old.cells, **new.cells, **both.most}:
        before, after, least = old.cells.get(codes, 0), new.cells.get(codes, 0), both.least(codes)
        if before != after or least > 0:
            added.append(codes)
            yield from _narrowed(codes, before, after, least=max(least, 0), most=both.room(codes))
    yield from both.alike(added)


@dataclass(frozen=True)
class _Both:
    """Two years, the smaller first, and what their totals say of each cell: by how much it can have grown."""

    old: Year
    new: Year

    @cached_property
    def moves(self) -> Mapping[Total, int]:
        """By how much each exact total moved."""
        return {
            (column, code): _total(self.new, column, code) - _total(self.old, column, code)
            for column, name in enumerate(FINEST)
            for code in self.old.categories[name]
        }

    @cached_property
    def _facts(self) -> Sequence[Fact]:
        """The facts that are exact in both years."""
        return [fact for fact in self.old.facts if fact.is_exact and fact in self.new.facts]

    @cached_property
    def _sure(self) -> Mapping[Codes, int]:
        """By how much each cell has grown at least, as its own two numbers say."""
        grown = {
            codes: min(self._behind(self.new, codes)) - max(self._behind(self.old, codes))
            for codes in self.new.cells
        }
        return {codes: least for codes, least in grown.items() if least > 0}

    @cached_property
    def _taken(self) -> Mapping[Total, int]:
        return _by_total(self._sure)

    @cached_property
    def most(self) -> Mapping[Codes, int]:
        """The cells that can have grown, those of which every total did, with the most that each can have grown by."""
        moved = [
            [code for code in self.old.categories[name] if self.moves[column, code] > 0]
            for column, name in enumerate(FINEST)
        ]
        most = {
            codes: min(
                max(self._behind(self.new, codes)) - min(self._behind(self.old, codes)),
                self.room(codes),
            )
            for codes in itertools.product(*moved)
        }
        return {codes: by for codes, by in most.items() if by > 0}

    @cached_property
    def _spare(self) -> Mapping[Total, int]:
        return _by_total(self.most)

    def room(self, codes: Codes) -> int:
        """Return what its totals leave for a cell to have grown by at most: what the others grew by for certain is taken.

        In a sum that is one fact in both years nobody came in.
        """
        if any(fact.holds_cell(codes) for fact in self._facts):
            return 0
        own = self._sure.get(codes, 0)
        return min(
            self.moves[total] - self._taken.get(total, 0) + own for total in enumerate(codes)
        )

    def least(self, codes: Codes) -> int:
        """Return what a cell must have grown by, because the others in one of its totals cannot have grown by so much."""
        own = self.most.get(codes, 0)
        return max(
            self.moves[total] - self._spare.get(total, 0) + own for total in enumerate(codes)
        )

    def few_in_totals(self) -> Iterator[str]:
        """Yield the totals that move by a few, all together or but for their exact cells, whose moves can be taken off."""
        exact = [
            codes
            for codes, value in self.old.cells.items()
            if min(value, self.new.cells.get(codes, 0)) > MOST_AMBIGUOUS
        ]
        known = _by_total({codes: self.new.cells[codes] - self.old.cells[codes] for codes in exact})
        for (column, code), moved in self.moves.items():
            rest = moved - known.get((column, code), 0)
            name = f"{FINEST[column].replace('_', ' ')} {code}"
            if 0 < abs(moved) < SMALLEST_TOTAL_CHANGE:
                yield f"{name} differs by {abs(moved)}"
            elif 0 < abs(rest) < LEAST_KEPT:
                yield f"{name} without its exact cells differs by {abs(rest)}"

    def few_in_exact_sums(self) -> Iterator[str]:
        """Yield the sums that facts published elsewhere make exact in both years, and that move by a few."""
        for names in {tuple(sorted(fact.where)) for fact in self._facts}:
            for one in itertools.product(
                *(self.old.categories[name] if name in names else [TOTAL] for name in FINEST)
            ):
                moved = abs(_sum(self.new, one) - _sum(self.old, one))
                if 0 < moved < LEAST_KEPT and all(
                    is_exact_by_totals(year, one) for year in (self.old, self.new)
                ):
                    yield f"{describe(one)} differs by {moved}"

    def alike(self, added: Iterable[Codes]) -> Iterator[str]:
        """Yield the groups of cells that grew whose people, those who came in, all share a crime type or outcome for certain.

        A group is safe where a cell of it with another code can have grown. A year in which everybody has one code tells it
        alone.
        """
        groups = {group for codes in added for group in _groups(codes)}
        for column in SENSITIVE:
            if (
                sum(
                    _total(self.new, column, code) > 0
                    for code in self.new.categories[FINEST[column]]
                )
                > 1
            ):
                able = defaultdict[Codes, set[str]](set)
                for codes in self.most:
                    for group in _groups(codes):
                        able[group].add(codes[column])
                found = [group for group in groups if len(able[group]) == 1]
                for group in sorted(found, key=lambda group: (-group.count(TOTAL), group)):
                    name = FINEST[column].replace("_", " ")
                    yield f"{describe(group)}: all who were added or removed are {name} {next(iter(able[group]))}"

    @staticmethod
    def _behind(year: Year, codes: Codes) -> list[int]:
        return behind(year.cells.get(codes, 0))


def _by_total(cells: Mapping[Codes, int]) -> Mapping[Total, int]:
    found = Counter[Total]()
    for codes, value in cells.items():
        for total in enumerate(codes):
            found[total] += value
    return found


def _groups(codes: Codes) -> Iterator[Codes]:
    """Yield the groups of a nationality, age band and sex that a cell is part of, everybody among them."""
    yield from itertools.product(
        *((code, TOTAL) if place in GROUPED else (TOTAL,) for place, code in enumerate(codes))
    )


def of_table(release: PublicRelease, table: Mapping[Codes, int]) -> Iterator[str]:
    """Yield what exact counts of the same records, published beside a release, tell that the release leaves open.

    A number that the release shows too tells as much as another: it is then known to be itself, and has no range at all. What
    is exact in the release already tells nothing. Counts of other periods are passed over.
    """
    for (period, *rest), value in table.items():
        for year in release.years.values():
            if period == year.year or period in year.categories["quarter"]:
                one = (TOTAL if period == year.year else period, *rest)
                if said := _said_by(year, one, value):
                    yield f"{describe(one)} is exactly {value:,}{said} ({year.year})"


def _said_by(year: Year, one: Codes, value: int) -> str:
    """Return what an exact count says beyond a year, to follow the count in a sentence; '' where it says nothing."""
    if any(
        code not in {TOTAL, *year.categories[name]} for name, code in zip(FINEST, one, strict=True)
    ):
        return ", and the release does not tell it apart"
    shown = _sum(year, one)
    if not _is_exact(year, one):
        return (
            ", which the release leaves open" if value == shown else f", and was shown as {shown:,}"
        )
    return (
        ""
        if value == shown
        else f", and the release says that it is exactly {shown:,}: these are not the same records"
    )


def _is_exact(year: Year, one: Codes) -> bool:
    """Return whether a sum has only one number: a total, a cell that is large enough, or what totals and facts leave."""
    fixed = sum(code != TOTAL for code in one)
    return fixed <= 1 or year.cells.get(one, 0) > MOST_AMBIGUOUS or is_exact_by_totals(year, one)


def _narrowed(codes: Codes, before: int, after: int, *, least: int, most: int) -> Iterator[str]:
    """Yield what is told of a cell that shows two numbers, where it can have grown by `least` to `most`.

    Of the count behind either number, where it is small, and of what lies between them, where that can be 1 to 4.
    """
    shown = f"{describe(codes)} shows {before} and then {after}"
    pairs = [
        (old, new)
        for old in behind(before)
        for new in behind(after)
        if least <= new - old <= max(most, 0)
    ]
    if not pairs:
        yield f"{shown}, which cannot both be true"
        return
    for values, number in zip(zip(*pairs, strict=True), (before, after), strict=True):
        if number <= MOST_AMBIGUOUS and max(values) - min(values) < WIDTH:
            yield f"{shown}: it is {min(values)} to {max(values)}"
            return
    grown = [now - was for was, now in pairs]
    if any(0 < by < LEAST_KEPT for by in grown) and max(grown) - min(grown) < WIDTH:
        yield f"{shown}: {_range(grown)} were added or removed"


def behind(shown: int) -> list[int]:
    """Return what a published number can stand for.

    >>> behind(0), behind(6), behind(8)
    ([0, 1, 2, 3, 4], [1, 2, 3, 4, 6], [8])
    """
    if shown == 0:
        return list(range(LEAST_KEPT))
    return [*range(1, LEAST_KEPT), shown] if shown <= MOST_AMBIGUOUS else [shown]


def _range(values: Sequence[int]) -> str:
    return f"{min(values)} to {max(values)}" if min(values) < max(values) else f"{values[0]}"


def _sum(year: Year, one: Codes) -> int:
    return sum(value for codes, value in year.cells.items() if is_part(codes, one))


def _total(year: Year, column: int, code: str) -> int:
    return sum(value for codes, value in year.cells.items() if codes[column] == code)
