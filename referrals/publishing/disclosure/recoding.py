"""Global recoding: the choice of codes that are published, and of those that are combined.

Every published category has at least ten referrals in each year in which it occurs. Smaller ones
join a group of their code list. Without this the exact one-way totals could not be reached: 8 and 9
are not sums of 0, 5, 6 and 7. Nationalities whose people all share one crime type or one outcome
are combined as well, whatever their size, because their row alone would disclose it for each of
them (group disclosure). Called by `pipeline` for the first release of a year; revisions reuse its
recoding.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Final

from referrals.errors import DisclosureError
from referrals.paths import REFERENCE
from referrals.publishing.tabulation.counts import Category
from referrals.reference import table_schema
from referrals.reference.codelists import DIMENSIONS, NOT_RECORDED, codelist
from referrals.reference.disclosure_rule import SMALLEST_PUBLISHED_CATEGORY

OTHER: Final = "_OTH"

Recoding = Mapping[tuple[str, str], str]
"""The published code of each dimension and recorded code, if they differ."""

YearTotals = Mapping[str, int]
"""Referrals by year."""

Totals = Mapping[str, YearTotals]
"""Referrals by code and year."""


def recode(categories: Sequence[Category], *, nationalities: int, by_region: bool) -> Recoding:
    """Return the published code for each dimension and recorded code, if they differ.

    Args:
        categories: every code that occurs, with its counts.
        nationalities: how many nationalities to publish at most, the largest.
        by_region: combine the others by continent, if that makes large enough groups.

    Raises:
        DisclosureError: a code is too small, and its code list has no group that it could join.
    """
    recoding = _nationalities(categories, nationalities, by_region=by_region)
    for dimension in DIMENSIONS[1:]:
        recoding |= _aggregates(dimension, _totals(categories, dimension))
    _refuse_small_quarters(_totals(categories, "quarter"))
    return recoding


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


def _nationalities(
    categories: Iterable[Category], limit: int, *, by_region: bool
) -> dict[tuple[str, str], str]:
    """Combine nationalities, publishing fewer of them until every group is safe."""
    rows = [category for category in categories if category.dimension == "nationality"]
    totals = _totals(rows, "nationality")
    uniform = {row.code for row in rows if row.largest_subgroup == row.value}
    publishable = [code for code in totals if _is_large(totals[code]) and code not in uniform]
    named = [code for code in publishable if code != NOT_RECORDED]
    published = sorted(named, key=lambda code: (-sum(totals[code].values()), code))[:limit]
    published += [code for code in publishable if code == NOT_RECORDED]
    regions = _regions() if by_region else {}
    while True:
        combined = {code: years for code, years in totals.items() if code not in published}
        groups = _groups(combined, regions)
        if all(_is_safe_group(codes, totals, uniform) for codes in groups.values()):
            return {
                ("nationality", code): group for group, codes in groups.items() for code in codes
            }
        if regions:
            regions = {}
        elif published:
            published.pop()
        else:
            raise DisclosureError(
                f"There are fewer than {SMALLEST_PUBLISHED_CATEGORY} people in a year. "
                "Publish a longer period."
            )


def _regions() -> dict[str, str]:
    rows = table_schema.read(REFERENCE / "nationality.csv")
    return {row["code"]: row["region"] for row in rows}


def _is_safe_group(codes: Sequence[str], totals: Totals, uniform: AbstractSet[str]) -> bool:
    """Return whether a group is large enough, and not made of uniform nationalities alone."""
    return _is_large(_sum(codes, totals)) and not set(codes) <= uniform


def _groups(combined: Totals, regions: Mapping[str, str]) -> dict[str, list[str]]:
    """Return the codes of each group: each region that is large enough, and all others together."""
    groups: dict[str, list[str]] = defaultdict(list)
    for code in combined:
        groups[f"{OTHER}_{regions[code]}" if regions.get(code) else OTHER].append(code)
    small = [
        group
        for group, codes in groups.items()
        if group != OTHER and not _is_large(_sum(codes, combined))
    ]
    for group in small:
        groups[OTHER] += groups.pop(group)
    return dict(groups)


def _aggregates(dimension: str, totals: Totals) -> dict[tuple[str, str], str]:
    """Recode each small code of a dimension to the smallest aggregate that is large enough."""
    recoding: dict[tuple[str, str], str] = {}
    for code, years in totals.items():
        if (dimension, code) in recoding or _is_large(years):
            continue
        aggregate = _smallest_aggregate(dimension, code, totals)
        members = codelist(dimension).codes[aggregate].members
        recoding |= {(dimension, member): aggregate for member in members if member in totals}
    return recoding


def _smallest_aggregate(dimension: str, code: str, totals: Totals) -> str:
    aggregates = [entry for entry in codelist(dimension).codes.values() if code in entry.members]
    for aggregate in sorted(aggregates, key=lambda entry: len(entry.members)):
        members = [member for member in aggregate.members if member in totals]
        if _is_large(_sum(members, totals)):
            return aggregate.code
    raise DisclosureError(
        f"Fewer than {SMALLEST_PUBLISHED_CATEGORY} people a year have the {dimension} '{code}', "
        f"and {dimension}.csv has no group that it could join. "
        "Add a group with it as a member, or publish a longer period."
    )


def _refuse_small_quarters(totals: Totals) -> None:
    if small := [quarter for quarter, years in totals.items() if not _is_large(years)]:
        raise DisclosureError(
            f"{', '.join(small)}: fewer than {SMALLEST_PUBLISHED_CATEGORY} people in a quarter. "
            "Leave the quarter out."
        )


def _totals(categories: Iterable[Category], dimension: str) -> Totals:
    totals: dict[str, dict[str, int]] = defaultdict(dict)
    for category in categories:
        if category.dimension == dimension:
            totals[category.code][category.year] = category.value
    return totals


def _sum(codes: Collection[str], totals: Totals) -> YearTotals:
    years: dict[str, int] = defaultdict(int)
    for code in codes:
        for year, value in totals[code].items():
            years[year] += value
    return years


def _is_large(years: YearTotals) -> bool:
    return all(value >= SMALLEST_PUBLISHED_CATEGORY for value in years.values())
