"""The recoding of a new year of a series: that of the year before it, made coarser if need be.

Called by `history.published_recoding` for a year that is published for the first time beside those
of earlier releases. The earlier years keep their codes. A category that falls under ten people
joins a group for the new year and, because each year starts from the one before it, for all that
follow. A group is never divided again.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from referrals.errors import DisclosureError
from referrals.publishing.disclosure import recoding
from referrals.publishing.tabulation.counts import Categories, Category
from referrals.reference.codelists import DIMENSIONS, Code, codelist
from referrals.reference.disclosure_rule import SMALLEST_PUBLISHED_CATEGORY

NATIONALITY: Final = DIMENSIONS[0]


@dataclass(frozen=True)
class YearRecoding:
    """The recoding of one year, and the codes that it leaves to be published, by dimension."""

    recoding: Mapping[tuple[str, str], str]
    codes: Categories


@dataclass(frozen=True)
class Regrouping:
    """A category that a year no longer has: its code, and the group that it joined."""

    year: str
    dimension: str
    code: str
    group: str

    def sentence(self, *, is_example: bool) -> str:
        """Return a sentence for publishers and readers. It contains no count."""
        listed = codelist(self.dimension, is_example=is_example)
        return (
            f"From {self.year} on, {listed.label(self.code)} is counted in "
            f"“{listed.label(self.group)}”, because it could not be shown safely by itself in "
            f"{self.year}."
        )


def next_year(
    found: Sequence[Category], before: YearRecoding, *, nationalities: int, is_example: bool
) -> YearRecoding:
    """Return the recoding of a new year, from its categories and the recoding of the year before.

    Raises:
        DisclosureError: a year or a quarter has too few people, a category is too small and no
            group of its code list can take it, or all the people share one crime type or outcome.
    """
    recoding.refuse_small_totals(found)
    recodes: dict[tuple[str, str], str] = {}
    for dimension in DIMENSIONS[1:]:
        recodes |= _groups(found, dimension, before.recoding)
    recodes |= _nationalities(found, before, recodes, nationalities)
    published = recoding.published_codes(found, recodes, is_example=is_example)
    codes: dict[str, Sequence[str]] = {}
    for dimension in DIMENSIONS:
        grouped = _members(recodes, dimension)
        kept = {code for code in before.codes[dimension] if code not in grouped}
        occurring = {row.code for row in found if row.dimension == dimension}
        # A category without records stays in the list: its 0 is exact, as in a first release.
        unused = kept - occurring - {code for (name, _), code in before.recoding.items()}
        listed = codelist(dimension, is_example=is_example).codes
        codes[dimension] = [code for code in listed if code in {*published[dimension], *unused}]
    return YearRecoding(recodes, codes)


def regroupings(year: str, before: YearRecoding, after: YearRecoding) -> list[Regrouping]:
    """Return the categories that the year before had and the new year does not have."""
    found = []
    for dimension in DIMENSIONS:
        for code in before.codes[dimension]:
            group = after.recoding.get((dimension, code)) or _group_of(
                code, dimension, after.codes[dimension]
            )
            if code not in after.codes[dimension] and group:
                found.append(Regrouping(year, dimension, code, group))
    return found


def _nationalities(
    found: Sequence[Category],
    before: YearRecoding,
    others: Mapping[tuple[str, str], str],
    limit: int,
) -> dict[tuple[str, str], str]:
    """Combine the nationalities that were combined before, and those that are not safe now.

    Args:
        found: the categories of the new year.
        before: the recoding of the year before it.
        others: the new year's recoding of the other dimensions.
        limit: how many nationalities to publish at most.
    """
    published = before.codes[NATIONALITY]
    by_region = any(code.startswith(f"{recoding.OTHER}_") for code in published)
    return recoding.recode_nationalities(
        found, others, nationalities=limit, by_region=by_region, candidates=published
    )


def _groups(
    found: Sequence[Category], dimension: str, before: Mapping[tuple[str, str], str]
) -> dict[tuple[str, str], str]:
    """Return the choice of aggregates with the most categories in which every one is large enough.

    Codes that were together before stay together, if possible in the same group.
    """
    people: dict[str, int] = defaultdict(int)
    for row in found:
        if row.dimension == dimension:
            people[row.code] += row.value
    together = _members_of_groups(before, dimension)
    groups_before = {group for (name, _), group in before.items() if name == dimension}
    best: tuple[tuple[int, int], dict[tuple[str, str], str]] | None = None
    for choice in _partitions(dimension):
        group_of = {member: entry.code for entry in choice for member in entry.members}
        if not all(_share_a_group(codes, group_of) for codes in together):
            continue
        totals: dict[str, int] = defaultdict(int)
        for code, value in people.items():
            totals[group_of.get(code, code)] += value
        if min(totals.values(), default=SMALLEST_PUBLISHED_CATEGORY) < SMALLEST_PUBLISHED_CATEGORY:
            continue
        recodes = {(dimension, code): group for code, group in group_of.items()}
        rank = (len(totals), len(groups_before & {entry.code for entry in choice}))
        if best is None or rank > best[0]:
            best = rank, recodes
    if best is None:
        small = min(people, key=lambda code: (people[code], code))
        raise DisclosureError(
            f"Fewer than {SMALLEST_PUBLISHED_CATEGORY} people have the "
            f"{dimension.replace('_', ' ')} '{small}', and no group of {dimension}.csv can take "
            "it. Add a group with it as a member, or publish a longer period."
        )
    return best[1]


def _share_a_group(codes: Collection[str], group_of: Mapping[str, str]) -> bool:
    """Return whether codes are all in one group."""
    groups = {group_of.get(code) for code in codes}
    return len(groups) == 1 and None not in groups


def _partitions(dimension: str) -> Iterator[tuple[Code, ...]]:
    """Yield every choice of aggregates of a code list that share no member, fewest first."""
    aggregates = [entry for entry in codelist(dimension).codes.values() if entry.members]
    for size in range(len(aggregates) + 1):
        for choice in itertools.combinations(aggregates, size):
            members = [member for entry in choice for member in entry.members]
            if len(members) == len(set(members)):
                yield choice


def _members_of_groups(recodes: Mapping[tuple[str, str], str], dimension: str) -> list[set[str]]:
    """Return the recorded codes of each group of a dimension."""
    groups: dict[str, set[str]] = defaultdict(set)
    for (name, code), group in recodes.items():
        if name == dimension:
            groups[group].add(code)
    return list(groups.values())


def _members(recodes: Mapping[tuple[str, str], str], dimension: str) -> set[str]:
    """Return the recorded codes of a dimension that are in a group."""
    return {code for name, code in recodes if name == dimension}


def _group_of(code: str, dimension: str, codes: Sequence[str]) -> str:
    """Return the published group that has all members of an aggregate, or ''."""
    listed = codelist(dimension).codes
    members = set(listed[code].members) if code in listed else set()
    for group in codes:
        if members and group in listed and members <= set(listed[group].members):
            return group
    return ""
