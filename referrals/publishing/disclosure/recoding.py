"""Global recoding: the choice of codes that are published, and of those that are combined.

Every published category has at least ten people in each year in which it occurs. Smaller ones join
a group of their code list. Without this the exact one-way totals could not be reached: 8 and 9 are
not sums of 0, 5, 6 and 7. Nationalities whose people all share one crime type or one outcome are
combined as well, whatever their size, because their row alone would disclose it for each of them
(group disclosure). Called by `foresee` for the first release of a year; revisions reuse its
recoding. `recoding_reasons` explains a recoding to the publisher.

A code such as "not recorded" that is too small joins a category under a label that says so ("Male,
or sex not recorded"). It is neither left out, which would make the total wrong, nor rounded: a
dimension whose total is exact has either none or at least two inexact categories.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Final

from referrals.errors import DisclosureError
from referrals.paths import REFERENCE
from referrals.publishing.tabulation.counts import Category
from referrals.reference import table_schema
from referrals.reference.codelists import ANY, DIMENSIONS, NOT_RECORDED, Code, codelist
from referrals.reference.disclosure_rule import SMALLEST_PUBLISHED_CATEGORY

OTHER: Final = "_OTH"

Recoding = Mapping[tuple[str, str], str]
"""The published code of each dimension and recorded code, if they differ."""

Group = tuple[str, str]
"""A dimension and the code of one of its aggregates, which the publisher asks for."""

YearTotals = Mapping[str, int]
"""People by year."""

Totals = Mapping[str, YearTotals]
"""People by code and year."""


def recode(
    categories: Sequence[Category],
    *,
    nationalities: int,
    by_region: bool,
    candidates: Collection[str] | None = None,
    groups: Collection[Group] = (),
) -> Recoding:
    """Return the published code for each dimension and recorded code, if they differ.

    Args:
        categories: every code that occurs, with its counts.
        nationalities: how many nationalities to publish at most, the largest.
        by_region: combine the others by continent, if that makes large enough groups.
        candidates: the nationalities that can be published by themselves; None means all.
        groups: aggregates that the publisher asks for, each in place of its members.

    Raises:
        DisclosureError: a year or a quarter has too few people, or all the people of a year share
            one crime type or outcome.
    """
    refuse_small_totals(categories)
    recoding: dict[tuple[str, str], str] = {}
    for dimension in DIMENSIONS[1:]:
        chosen = [code for name, code in groups if name == dimension]
        recoding |= _aggregates(dimension, totals_of(categories, dimension), chosen)
    return recoding | recode_nationalities(
        categories,
        recoding,
        nationalities=nationalities,
        by_region=by_region,
        candidates=candidates,
    )


def recode_nationalities(
    categories: Sequence[Category],
    recoding: Recoding,
    *,
    nationalities: int,
    by_region: bool,
    candidates: Collection[str] | None = None,
) -> dict[tuple[str, str], str]:
    """Return the published code of each nationality that is combined with others.

    The recoding of crime types and outcomes comes first: people share one if its published group
    is the same. The other arguments are those of `recode`.

    Raises:
        DisclosureError: all the people of a year share one crime type or outcome.
    """
    rows = [category for category in categories if category.dimension == DIMENSIONS[0]]
    return _nationalities(
        rows,
        uniform_nationalities(rows, recoding),
        nationalities,
        by_region=by_region,
        candidates=candidates,
    )


def published_codes(
    categories: Sequence[Category], recoding: Recoding, *, is_example: bool = False
) -> dict[str, list[str]]:
    """Return the codes of each dimension after recoding, in the order of their code lists."""
    published: dict[str, list[str]] = {}
    for dimension in DIMENSIONS:
        codes = {
            recoding.get((dimension, category.code), category.code)
            for category in categories
            if category.dimension == dimension
        }
        listed = codelist(dimension, is_example=is_example).codes
        published[dimension] = [code for code in listed if code in codes]
    return published


def refuse_small_totals(categories: Sequence[Category]) -> None:
    """Refuse years and quarters of fewer than ten people.

    Raises:
        DisclosureError: there is one. The message names it.
    """
    quarters = totals_of(categories, "quarter")
    for year, people in _sum(quarters, quarters).items():
        if people < SMALLEST_PUBLISHED_CATEGORY:
            raise DisclosureError(_few_people_message(year))
    small = sorted(quarter for quarter, years in quarters.items() if not is_large(years))
    if small:
        advice = " ".join(f"--leave-out {quarter}" for quarter in small)
        raise DisclosureError(
            f"Fewer than {SMALLEST_PUBLISHED_CATEGORY} people were referred in "
            f"{' and in '.join(small)}, and the totals of quarters are exact. "
            f"Publish the other quarters ({advice}), or wait for more records. Nothing was written."
        )


def _few_people_message(year: str) -> str:
    return (
        f"{year} has fewer than {SMALLEST_PUBLISHED_CATEGORY} people, too few for any exact total. "
        "Publish it when it has more. Nothing was written."
    )


def uniform_nationalities(
    rows: Iterable[Category], recoding: Recoding
) -> dict[str, tuple[str, str, str]]:
    """Return the nationalities whose people of some year share a published crime type or outcome.

    The values are the year, the dimension and the published code that they share. A dimension
    published as a single group (`ANY`) discloses nothing about anybody.
    """
    uniform: dict[str, tuple[str, str, str]] = {}
    for row in rows:
        shared: dict[tuple[str, str], int] = defaultdict(int)
        for (dimension, code), people in row.subgroups.items():
            shared[dimension, recoding.get((dimension, code), code)] += people
        for (dimension, code), people in shared.items():
            if people >= row.value and code != ANY:
                uniform.setdefault(row.code, (row.year, dimension, code))
    return uniform


def totals_of(categories: Iterable[Category], dimension: str) -> Totals:
    """Return the people of each code of a dimension, by year."""
    totals: dict[str, dict[str, int]] = defaultdict(dict)
    for category in categories:
        if category.dimension == dimension:
            totals[category.code][category.year] = category.value
    return totals


def is_large(years: YearTotals) -> bool:
    """Return whether a code has enough people in every year in which it occurs."""
    return all(value >= SMALLEST_PUBLISHED_CATEGORY for value in years.values())


def _nationalities(
    rows: Sequence[Category],
    uniform: Mapping[str, tuple[str, str, str]],
    limit: int,
    *,
    by_region: bool,
    candidates: Collection[str] | None,
) -> dict[tuple[str, str], str]:
    """Combine nationalities, publishing fewer of them until every group is safe."""
    totals = totals_of(rows, "nationality")
    published = largest_publishable(totals, uniform, limit, candidates)
    regions = _regions() if by_region else {}
    while True:
        combined = {code: years for code, years in totals.items() if code not in published}
        groups = _groups(combined, regions)
        if all(_is_safe_group(codes, totals, uniform.keys()) for codes in groups.values()):
            return {
                ("nationality", code): group for group, codes in groups.items() for code in codes
            }
        if regions:
            regions = {}
        elif published:
            published.pop()
        else:
            if not is_large(_sum(totals, totals)):
                raise DisclosureError(_few_people_message(min(_sum(totals, totals))))
            raise DisclosureError(_uniform_message(uniform))


def largest_publishable(
    totals: Totals, uniform: Collection[str], limit: int, candidates: Collection[str] | None = None
) -> list[str]:
    """Return the nationalities that could be published by themselves, the largest `limit` of them.

    Nationality not recorded comes last and does not count towards the limit.
    """
    named = totals.keys() if candidates is None else totals.keys() & candidates
    publishable = [
        code for code in totals if code in named and is_large(totals[code]) and code not in uniform
    ]
    countries = [code for code in publishable if code != NOT_RECORDED]
    largest = sorted(countries, key=lambda code: (-sum(totals[code].values()), code))[:limit]
    return largest + [code for code in publishable if code == NOT_RECORDED]


def _uniform_message(uniform: Mapping[str, tuple[str, str, str]]) -> str:
    """Return the refusal of a year in which every nationality shares a crime type or an outcome."""
    year, dimension, code = min(uniform.values())
    name = dimension.replace("_", " ")
    shared = sorted({(name, code) for _, name, code in uniform.values()})
    if len(shared) == 1:
        cause = f"All the people of {year} have the {name} {code}, and a release would show it"
    else:
        cause = f"The people of each nationality in {year} share one crime type or outcome"
    dimensions = sorted({name for name, _ in shared})
    options = " ".join(f"--group {dimension}={ANY}" for dimension in dimensions)
    return f"{cause}. Publish it without that detail: {options}. Nothing was written."


def _members_present(aggregate: Code, totals: Totals) -> list[str]:
    return [code for code in aggregate.members if code in totals]


def group_of(dimension: str, code: str, published: Collection[str]) -> str:
    """Return the published group whose label includes a code, or '' if there is none.

    >>> group_of("age_band", "50-59", ["0-17", "40+"]), group_of("sex", "_NK", ["F", "M"])
    ('40+', '')
    """
    listed = codelist(dimension).codes
    for group in published:
        if group in listed and code in listed[group].members:
            return group
    if dimension != DIMENSIONS[0]:
        return ""
    groups = (f"{OTHER}_{_regions().get(code)}", OTHER)
    return next((group for group in groups if group in published), "")


def _regions() -> dict[str, str]:
    rows = table_schema.read(REFERENCE / "nationality.csv")
    return {row["code"]: row["region"] for row in rows}


def _is_safe_group(codes: Sequence[str], totals: Totals, uniform: AbstractSet[str]) -> bool:
    """Return whether a group is large enough, and not made of uniform nationalities alone."""
    return is_large(_sum(codes, totals)) and not set(codes) <= uniform


def _groups(combined: Totals, regions: Mapping[str, str]) -> dict[str, list[str]]:
    """Return the codes of each group: each region that is large enough, and all others together."""
    groups: dict[str, list[str]] = defaultdict(list)
    for code in combined:
        groups[f"{OTHER}_{regions[code]}" if regions.get(code) else OTHER].append(code)
    small = [
        group
        for group, codes in groups.items()
        if group != OTHER and not is_large(_sum(codes, combined))
    ]
    for group in small:
        groups[OTHER] += groups.pop(group)
    return dict(groups)


def _refuse_wrong_groups(dimension: str, chosen: Collection[str]) -> None:
    """Refuse groups that the publisher asks for if one does not exist, or two share a member."""
    listed = codelist(dimension).codes
    if wrong := [code for code in chosen if code not in listed or not listed[code].members]:
        known = ", ".join(code for code, entry in listed.items() if entry.members)
        raise DisclosureError(
            f"--group {dimension}={wrong[0]}: there is no such group. Choose from {known}."
        )
    for first, second in itertools.combinations(chosen, 2):
        if set(listed[first].members) & set(listed[second].members):
            raise DisclosureError(
                f"--group {dimension}={first} and {dimension}={second} have codes in common, and a "
                "code can be in one group only. Choose one of the two."
            )


def _aggregates(
    dimension: str, totals: Totals, chosen: Collection[str]
) -> dict[tuple[str, str], str]:
    """Recode the small codes of a dimension to aggregates, keeping as many categories as possible.

    Between choices that keep as many, the narrowest aggregates win, then the largest groups: a
    small code changes their share least.
    """
    small = {code for code in totals if not is_large(totals[code])}
    listed = codelist(dimension).codes
    _refuse_wrong_groups(dimension, chosen)
    if not small and not chosen:
        return {}
    best: list[Code] | None = None
    best_rank: tuple[int, int, int] | None = None
    for partition in _partitions([entry for entry in listed.values() if entry.members], set()):
        groups = [_members_present(entry, totals) for entry in partition]
        covered = {code for codes in groups for code in codes}
        if not small <= covered or not {entry.code for entry in partition} >= set(chosen):
            continue
        if not all(codes and is_large(_sum(codes, totals)) for codes in groups):
            continue
        people = sum(sum(_sum(codes, totals).values()) for codes in groups)
        width = sum(len(entry.members) for entry in partition)
        rank = (len(covered) - len(groups), width, -people)
        if best_rank is None or rank < best_rank:
            best, best_rank = partition, rank
    if best is None and not chosen:
        raise DisclosureError(_few_people_message(min(_sum(totals, totals))))
    if best is None:
        names = " and ".join(chosen)
        raise DisclosureError(
            f"--group {dimension}={names} leaves a code with fewer than "
            f"{SMALLEST_PUBLISHED_CATEGORY} people, or has none itself. Choose a larger group."
        )
    return {
        (dimension, member): entry.code
        for entry in best
        for member in entry.members
        if member in totals
    }


def _partitions(aggregates: Sequence[Code], taken: AbstractSet[str]) -> Iterator[list[Code]]:
    """Yield every choice of aggregates that have no member in common."""
    if not aggregates:
        yield []
        return
    first, *rest = aggregates
    yield from _partitions(rest, taken)
    if not taken & set(first.members):
        for others in _partitions(rest, taken | set(first.members)):
            yield [first, *others]


def _sum(codes: Iterable[str], totals: Totals) -> YearTotals:
    years: dict[str, int] = defaultdict(int)
    for code in codes:
        for year, value in totals[code].items():
            years[year] += value
    return years
