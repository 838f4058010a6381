"""Groups whose people, as readers can conclude, nearly all share one crime type or outcome.

Called by `audit`. It reads the published numbers and their announced errors, and nothing else. They
give the smallest count that a code can have in a group, and the largest that all others can have.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from referrals.publishing.audit.public_release import PublicRelease
from referrals.publishing.cell_codes import Codes, Year, describe
from referrals.reference.codelists import FINEST, TOTAL
from referrals.reference.disclosure_rule import (
    IDENTIFYING,
    LARGEST_AMBIGUOUS,
    LARGEST_GROUP,
    NEAR_CERTAINTY,
    SENSITIVE,
    UNINFORMATIVE,
)

CHECK: Final = (
    f"in no group of up to {LARGEST_GROUP} do {NEAR_CERTAINTY}% share one crime type or outcome"
)
ACCEPTED: Final = (
    f"its publisher accepted, with a reason, that {NEAR_CERTAINTY}% of a group may share one crime "
    "type or outcome"
)
"""The check in place of those for group disclosure. It counts the groups that it is true of."""

HIGHEST_GROUP_ORDER: Final = 2
"""The most dimensions that the people of a group have in common."""

Integers = NDArray[np.int64]


@dataclass(frozen=True)
class _Group:
    """A group, a code that somebody in it may have, and bounds of their counts.

    `low` is the smallest count that the code can have in the group, `others` the largest that all
    other codes can have together. `total` is the smallest size of the group.
    """

    codes: Codes
    code: str
    low: int
    others: int
    total: int

    @property
    def is_near_certain(self) -> bool:
        """Return whether at least `NEAR_CERTAINTY` percent of the group have the code."""
        return 100 * self.low >= NEAR_CERTAINTY * (self.low + self.others) and self.low > 0


class _PublishedYear:
    """The numbers of one year of a release, with how far each may be from the truth."""

    def __init__(self, release: PublicRelease, year: Year) -> None:
        """Lay the finest cells out as arrays, with an axis for each dimension."""
        self.release, self.year = release, year
        self.has_exact_cells = not release.cell_errors.get(year.year, 0)
        self.shown = np.zeros([len(year.categories[name]) for name in FINEST], dtype=np.int64)
        listed = [list(year.categories[name]) for name in FINEST]
        for codes, value in year.cells.items():
            places = [own.index(code) for own, code in zip(listed, codes, strict=True)]
            self.shown[tuple(places)] = value
        is_ambiguous = (self.shown > 0) & (self.shown <= LARGEST_AMBIGUOUS)
        self.least = np.where(is_ambiguous, 1, self.shown)

    def groups(self, dimensions: Sequence[int], place: int) -> Iterator[_Group]:
        """Yield each group with codes of some dimensions in common, for each sensitive code."""
        columns = (*dimensions, place)
        axes = [sorted(columns).index(column) for column in columns]
        rest = tuple(column for column in range(len(FINEST)) if column not in columns)
        sums, proved = (
            np.transpose(cells.sum(axis=rest), axes) for cells in (self.shown, self.least)
        )
        for at in itertools.product(*(range(size) for size in sums.shape[:-1])):
            codes = [TOTAL] * len(FINEST)
            for column, number in zip(dimensions, at, strict=True):
                codes[column] = self.year.categories[FINEST[column]][number]
            if not UNINFORMATIVE & {*codes}:
                yield from self._of_group(tuple(codes), place, sums[at], proved[at])

    def _of_group(
        self, codes: Codes, place: int, sums: Integers, proved: Integers
    ) -> Iterator[_Group]:
        """Yield a group with each informative code of the sensitive dimension."""
        listed = self.year.categories[FINEST[place]]
        lows, highs = [], []
        for number, code in enumerate(listed):
            error = self._error((*codes[:place], code, *codes[place + 1 :]))
            low = max(0, int(sums[number]) - error)
            lows.append(max(low, int(proved[number])) if self.has_exact_cells else low)
            highs.append(int(sums[number]) + error)
        error = self._error(codes)
        smallest, largest = max(0, int(sums.sum()) - error), int(sums.sum()) + error
        for number, code in enumerate(listed):
            most_of_others = sum(highs) - highs[number]
            low = max(lows[number], smallest - most_of_others)
            others = max(0, min(most_of_others, largest - low))
            if code not in UNINFORMATIVE:
                yield _Group(codes, code, low, others, smallest)

    def _error(self, codes: Codes) -> int:
        """Return how far a published sum may be from the truth."""
        order = len(codes) - codes.count(TOTAL)
        if order <= 1:
            period = self.year.year if codes[0] == TOTAL else codes[0]
            return self.release.inexact_totals.get((period, *codes[1:]), 0)
        named = {name: [code] for name, code in zip(FINEST, codes, strict=True) if code != TOTAL}
        for fact in self.year.facts:
            if fact.is_exact and {name: [*value] for name, value in fact.where.items()} == named:
                return 0
        return self.release.largest_error.get(order, 0)


def near_certain(release: PublicRelease, year: Year) -> Iterator[str]:
    """Yield the groups whose people nearly all provably share one crime type or outcome.

    A group has one code in common, or the codes of two identifying dimensions. A code that nearly
    everybody in a large year has is a statistic: it discloses nothing more about a group.
    """
    numbers = _PublishedYear(release, year)
    for place in _sensitive_places():
        of_year = {
            group.code: group for group in numbers.groups((), place) if group.is_near_certain
        }
        found = [group for group in of_year.values() if group.total <= LARGEST_GROUP]
        for dimensions in _grouping(place):
            for group in numbers.groups(dimensions, place):
                is_small = group.total <= LARGEST_GROUP or not group.others
                if group.is_near_certain and is_small and group.code not in of_year:
                    found.append(group)
        name = FINEST[place].replace("_", " ")
        for group in found:
            share = 100 * group.low // (group.low + group.others)
            yield (
                f"{describe(group.codes)} in {year.year}: {share}% or more are {name} {group.code}"
            )


def near_certain_exactly(cells: Mapping[Codes, int | None]) -> Iterator[str]:
    """Yield the groups of one code whose people nearly all share another, in exact tables.

    A number that is withheld (None) discloses no share.
    """
    everybody = (TOTAL,) * len(FINEST)
    total = cells.get(everybody) or 0
    for codes, count in cells.items():
        places = [place for place, code in enumerate(codes) if code != TOTAL]
        if not count or len(places) > HIGHEST_GROUP_ORDER or UNINFORMATIVE & {*codes}:
            continue
        for place in {*places} & {*_sensitive_places()}:
            group = (*codes[:place], TOTAL, *codes[place + 1 :])
            shared = (*everybody[:place], codes[place], *everybody[place + 1 :])
            people, common = cells.get(group) or 0, cells.get(shared) or 0
            of_year = group != everybody and 100 * common >= NEAR_CERTAINTY * total
            is_small = people <= LARGEST_GROUP or (count == people and group != everybody)
            if is_small and not of_year and 100 * count >= NEAR_CERTAINTY * people:
                name = FINEST[place].replace("_", " ")
                yield f"{describe(group)}: {count} of {people} are {name} {codes[place]}"


def groups_of(year: Year) -> int:
    """Return the number of groups that `near_certain` looks at."""
    every = {dimensions for place in _sensitive_places() for dimensions in _grouping(place)}
    sizes = [len(year.categories[name]) for name in FINEST]
    found = 0
    for dimensions in every:
        found += math.prod(sizes[column] for column in dimensions)
    return found


def _sensitive_places() -> list[int]:
    return [place for place, name in enumerate(FINEST) if name in SENSITIVE]


def _grouping(place: int) -> Iterator[tuple[int, ...]]:
    """Yield the dimensions that a group can have in common if another one is sensitive."""
    others = [column for column in range(len(FINEST)) if column != place]
    yield from ((column,) for column in others)
    identifying = [column for column in others if FINEST[column] in IDENTIFYING]
    yield from itertools.combinations(identifying, HIGHEST_GROUP_ORDER)
