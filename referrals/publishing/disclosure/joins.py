"""Joins: categories combined with others because nearly all of a group share a sensitive code.

Called by `protected_counts` and `foresee` if `group_disclosure` finds such groups. Of the joins
that mend a group, the one that combines the fewest referrals is chosen. Only years that are
published for the first time can be grouped: readers could compare two groupings of the same
records.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from referrals.publishing.disclosure.group_disclosure import NearCertain, find_all, label, refuse
from referrals.publishing.disclosure.recoding import OTHER
from referrals.publishing.disclosure.series_recoding import Regrouping, YearRecoding
from referrals.publishing.tabulation.counts import Counts
from referrals.reference.codelists import FINEST, codelist
from referrals.reference.disclosure_rule import HIERARCHIES

Join = tuple[str, str]
"""A dimension and a published code that joins a group."""


@dataclass(frozen=True)
class Joins:
    """The group that each published code joins, the reasons, and the groups that no join mends."""

    groups: Mapping[Join, str]
    reasons: Sequence[str]
    left: Sequence[NearCertain]

    def applied_to(self, before: YearRecoding, *, is_example: bool) -> YearRecoding:
        """Return a recoding after which the codes have joined their groups."""
        joined = {
            (dimension, code): self.groups.get((dimension, published), published)
            for (dimension, code), published in before.recoding.items()
        }
        codes = {}
        for dimension, own in before.codes.items():
            left = {self.groups.get((dimension, code), code) for code in own}
            listed = codelist(dimension, is_example=is_example).codes
            codes[dimension] = [code for code in listed if code in left]
        return YearRecoding({**self.groups, **joined}, codes)


@dataclass(frozen=True)
class Mended:
    """The recoding of each year after joins, their reasons, and their announcements to readers."""

    recoding: dict[str, YearRecoding]
    reasons: Sequence[str]
    regrouped: list[Regrouping]


def mend(
    years: Sequence[Counts],
    recoded: Mapping[str, YearRecoding],
    published: Collection[str],
    *,
    pairs: bool,
    is_example: bool,
) -> Mended:
    """Return recodings after which no group of any year is disclosive.

    Args:
        years: the counts of each year, in the codes that its recoding leaves.
        recoded: the recoding of each year.
        published: the years that were published before, whose recoding cannot change.
        pairs: whether numbers of two identifying dimensions and a third are published as well.
        is_example: whether the code lists are those of the worked example.

    Raises:
        DisclosureError: a group of a published year is disclosive, or no join mends one.
    """
    old = [counts for counts in years if counts.year in published]
    new = [counts for counts in years if counts.year not in published]
    refuse(find_all(old, pairs=pairs), is_example=is_example, is_revision=True)
    found = find_joins(new, pairs=pairs, is_example=is_example)
    refuse(found.left, is_example=is_example)
    after = dict(recoded)
    regrouped = []
    for counts in new:
        after[counts.year] = found.applied_to(recoded[counts.year], is_example=is_example)
    if published and new:
        regrouped = [
            Regrouping(new[0].year, dimension, code, group)
            for (dimension, code), group in found.groups.items()
        ]
    return Mended(after, found.reasons, regrouped)


def find_joins(years: Sequence[Counts], *, pairs: bool = True, is_example: bool = False) -> Joins:
    """Return how categories can be combined, so that as few groups as possible are disclosive.

    Of the joins that mend a group, the one that combines the fewest referrals is chosen. No later
    join undoes it, because groups only become larger.
    """
    groups: dict[Join, str] = {}
    reasons: list[str] = []
    skipped: set[tuple[str, ...]] = set()
    found = find_all(years, pairs=pairs)
    while True:
        group = next((each for each in found if _key(each) not in skipped), None)
        if group is None:
            return Joins(groups, reasons, found)
        mended = _mended(years, group, len(found), pairs=pairs, is_example=is_example)
        if mended is None:
            skipped.add(_key(group))
            continue
        dimension, members, target, years = mended
        for join, published in groups.items():
            if join[0] == dimension and published in members:
                groups[join] = target
        groups |= {(dimension, code): target for code in members if code != target}
        reasons.append(_reason(group, dimension, members, target, is_example=is_example))
        found = find_all(years, pairs=pairs)


def _key(group: NearCertain) -> tuple[str, ...]:
    return (group.year, *group.codes.values(), group.code)


def _mended(
    years: Sequence[Counts],
    group: NearCertain,
    number: int,
    *,
    pairs: bool,
    is_example: bool,
) -> tuple[str, list[str], str, list[Counts]] | None:
    """Return the cheapest join that mends a group and leaves fewer, and the counts after it.

    The join is a dimension, the codes that are combined and the group that they make. None means
    that no join mends the group.
    """
    options = []
    for dimension, code in group.codes.items():
        for target, members in _groupings(dimension, code, years, is_example=is_example):
            combined = sum(_referrals(counts, dimension, members) for counts in years)
            options.append((combined, dimension, members, target))
    for _, dimension, members, target in sorted(options):
        joined = [_joined(counts, dimension, members, target) for counts in years]
        found = find_all(joined, pairs=pairs)
        after = {**group.codes, dimension: target}
        if len(found) < number and all(each.codes != after for each in found):
            return dimension, members, target, joined
    return None


def _groupings(
    dimension: str, code: str, years: Sequence[Counts], *, is_example: bool
) -> Iterator[tuple[str, list[str]]]:
    """Yield the groups that a published code can join, each with the codes that it combines."""
    published = {code for counts in years for code in counts.categories[dimension]}
    if HIERARCHIES[dimension] == "other":
        if OTHER in published:
            yield OTHER, sorted({code, OTHER})
        for other in sorted(published - {code, OTHER}):
            yield OTHER, sorted({code, other, OTHER} & published)
    if HIERARCHIES[dimension] != "aggregates":
        return
    listed = codelist(dimension, is_example=is_example).codes
    for aggregate in listed.values():
        within, across = [], []
        for each in published:
            own = set(listed[each].members) or {each}
            if own <= set(aggregate.members):
                within.append(each)
            elif own & set(aggregate.members):
                across.append(each)
        if code in within and len(within) > 1 and not across:
            yield aggregate.code, sorted(within)


def _referrals(counts: Counts, dimension: str, codes: Sequence[str]) -> int:
    """Return the number of referrals with one of some codes."""
    places = [
        place for place, code in enumerate(counts.categories[dimension]) if code in set(codes)
    ]
    is_one = np.isin(counts.places[:, FINEST.index(dimension)], places)
    return int(counts.values[is_one].sum())


def _joined(counts: Counts, dimension: str, members: Sequence[str], target: str) -> Counts:
    """Return counts in which some codes of a dimension are one."""
    kept = [code for code in counts.categories[dimension] if code not in {*members, target}]
    categories = {**counts.categories, dimension: [*kept, target]}
    place_of = {code: place for place, code in enumerate(categories[dimension])}
    new = [place_of[target if code in members else code] for code in counts.categories[dimension]]
    column = FINEST.index(dimension)
    places = counts.places.copy()
    places[:, column] = np.array(new, dtype=np.int64)[places[:, column]]
    cells, index = np.unique(places, axis=0, return_inverse=True)
    values = np.bincount(index.ravel(), weights=counts.values).astype(np.int64)
    return Counts(counts.year, categories, cells, values)


def _reason(
    group: NearCertain, dimension: str, members: Sequence[str], target: str, *, is_example: bool
) -> str:
    labels = [label(dimension, code, is_example=is_example) for code in members if code != target]
    verb = "joins" if len(labels) == 1 else "join"
    name = label(dimension, target, is_example=is_example)
    return (
        f"{' and '.join(labels)} {verb} '{name}', because nearly all of a group share one "
        f"{group.dimension.replace('_', ' ')} ({group.sentence(is_example=is_example)})."
    )
