"""The attack on three or more releases of a year together: the sums that they leave open.

Called by `audit`. Pairs are not enough: three releases can disclose what no two of them do.

A witness of all releases changes the same cells of each by the same numbers. So it agrees with
whatever a reader knows of the changes from one release to the next, even if they know every one of
them. It uses only cells that show the same number in all releases. A cell that shows another number
in one of them is looked at by itself: every sequence of counts that its numbers allow is tried.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

import numpy as np

from referrals.publishing.audit import added_quarters, public_release, witnesses
from referrals.publishing.audit.bounds_by_totals import MOST_BOUNDED, could_be_small
from referrals.publishing.audit.differencing import Finding
from referrals.publishing.audit.marginal_sums import (
    Integers,
    MarginalSums,
    candidates,
    possible_counts,
)
from referrals.publishing.audit.public_release import PublicRelease
from referrals.publishing.cell_codes import Codes, Fact, Year, describe, is_part
from referrals.reference.codelists import FINEST
from referrals.reference.disclosure_rule import (
    LARGEST_AMBIGUOUS,
    PROTECTION_WIDTH,
    SMALLEST_UNCHANGED,
)

HIGHEST_ORDER: Final = 2
"""Sums of up to this order are looked at, and finest cells."""


def check_all(releases: Sequence[PublicRelease]) -> Iterator[Finding]:
    """Yield a finding for each year that three or more releases cover, each with another table."""
    names = sorted({name for release in releases for name in release.years})
    for name in names:
        covering = [release for release in releases if name in release.years]
        # A table that is published again tells nothing new.
        tables = [table for table, _ in itertools.groupby(_cells(covering, name))]
        if len(tables) <= 2:  # noqa: PLR2004 - pairs are checked by `differencing`
            continue
        every = public_release.together(covering, name)
        title = f"{every}: all read together leave every small sum open"
        together = _Together.of(covering, name)
        if together is None:
            yield Finding(title, ["they group codes differently, or share no quarter"], 0)
        else:
            looked_at = len(together.candidates) + len(together.changed)
            yield Finding(title, list(together.narrow_sums()), looked_at)


def _cells(releases: Sequence[PublicRelease], name: str) -> list[dict[Codes, int]]:
    """Return the table of a year in each release."""
    return [dict(release.years[name].cells) for release in releases]


@dataclass(frozen=True)
class _Together:
    """The editions of a year in the quarters that all of them cover, in the order of release."""

    editions: Sequence[Year]
    largest_error: Mapping[int, int]

    @classmethod
    def of(cls, releases: Sequence[PublicRelease], name: str) -> _Together | None:
        years = [release.years[name] for release in releases]
        shared = _shared_quarters(years)
        editions = [added_quarters.of_quarters(year, shared) for year in years]
        if not shared or any(edition.categories != editions[0].categories for edition in editions):
            return None
        return cls(editions, _smallest_errors(releases))

    @cached_property
    def changed(self) -> dict[Codes, list[int]]:
        """The cells whose number is not the same in all editions, with those numbers."""
        cells = {codes for edition in self.editions for codes in edition.cells}
        numbers = {codes: self._numbers(codes) for codes in cells}
        return {codes: shown for codes, shown in numbers.items() if len(set(shown)) > 1}

    def _numbers(self, cell: Codes) -> list[int]:
        return [edition.cells.get(cell, 0) for edition in self.editions]

    @cached_property
    def common(self) -> Year:
        """The last edition with each changed cell shown as large, so that no witness moves it."""
        fixed = dict.fromkeys(self.changed, LARGEST_AMBIGUOUS + 1)
        last = self.editions[-1]
        facts: list[Fact] = []
        for edition in self.editions:
            facts += [fact for fact in edition.facts if fact not in facts]
        return replace(last, cells={**last.cells, **fixed}, facts=facts)

    @cached_property
    def sums(self) -> MarginalSums:
        return MarginalSums(self.common)

    @cached_property
    def candidates(self) -> Integers:
        """The finest cells, and the sums of two codes, that could be 1 to 4 in some edition."""
        numbers = np.unique(
            np.concatenate([candidates(edition, self.sums) for edition in self.editions])
        )
        order = self.sums.order[numbers]
        return np.asarray(numbers[(order <= HIGHEST_ORDER) | (order == len(FINEST))])

    def narrow_sums(self) -> Iterator[str]:
        """Yield the sums that could be 1 to 4, and that all editions together do not leave open.

        Only some of them can be bounded by totals. If more are left, the rest count as small.
        """
        for cell, shown in sorted(self.changed.items()):
            if not _is_protected(shown):
                listed = ", then ".join(map(str, shown))
                yield f"{describe(cell)} shows {listed}, which leaves too little open"
        unmoved = self.candidates
        for independent in (False, True):
            builder = witnesses.Builder(self.common, self.largest_error, independent=independent)
            builder.build(unmoved)
            unmoved = unmoved[~builder.moved[unmoved]]
        left = [
            number for number in unmoved.tolist() if not self._is_open(self.sums.codes_of(number))
        ]
        small = {
            number
            for edition in self.editions
            for number in could_be_small(edition, self.sums, left)
        }
        for number in sorted(small.union(left[MOST_BOUNDED:])):
            yield f"{describe(self.sums.codes_of(number))} is not left open"

    def _is_open(self, target: Codes) -> bool:
        """Return whether a sum has a changed cell whose numbers alone leave the sum open."""
        return any(
            is_part(cell, target) and _is_protected(shown) for cell, shown in self.changed.items()
        )


def _shared_quarters(years: Sequence[Year]) -> list[str]:
    """Return the quarters that all editions of a year cover."""
    first, *others = (year.categories["quarter"] for year in years)
    shared = set(first).intersection(*others)
    return [quarter for quarter in first if quarter in shared]


def _smallest_errors(releases: Sequence[PublicRelease]) -> dict[int, int]:
    """Return the smallest error that any of the releases announces, by order."""
    errors = dict(releases[0].largest_error)
    for release in releases[1:]:
        errors = {
            order: min(error, release.largest_error.get(order, 0))
            for order, error in errors.items()
        }
    return errors


def _is_protected(shown: Sequence[int]) -> bool:
    """Return whether the numbers of a cell leave each of its small counts, and changes, open.

    A count changed if its number did. If the number stayed, the count may have changed or not.
    """
    every = itertools.product(*map(possible_counts, shown))
    sequences = [counts for counts in every if _changes_with(counts, shown)]
    for place, number in enumerate(shown):
        if number <= LARGEST_AMBIGUOUS and not _is_wide([counts[place] for counts in sequences]):
            return False
    for first, second in itertools.combinations(range(len(shown)), 2):
        changes = [counts[second] - counts[first] for counts in sequences]
        may_be_small = any(0 < abs(by) < SMALLEST_UNCHANGED for by in changes)
        if may_be_small and not _is_wide(changes):
            return False
    return True


def _changes_with(counts: Sequence[int], shown: Sequence[int]) -> bool:
    """Return whether the count changes from one edition to the next if its number does."""
    pairs = zip(itertools.pairwise(counts), itertools.pairwise(shown), strict=True)
    return all(old != new for (old, new), (before, after) in pairs if before != after)


def _is_wide(values: Sequence[int]) -> bool:
    return bool(values) and max(values) - min(values) >= PROTECTION_WIDTH
