"""Which codes are published and which are grouped: every published code counts at least ten people in every year, or none.

Smaller ones join a group of their codelist. Without this the exact totals could not be reached: 8 and 9 cannot be made of
0, 5, 6 and 7. A nationality whose people all share one crime type, or one outcome, is grouped as well, however many they
are: its row alone would tell that of each of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Final

from referrals.errors import DisclosureError
from referrals.paths import REFERENCE
from referrals.publishing.tabulation.counts import Category
from referrals.reference import table_schema
from referrals.reference.codelists import DIMENSIONS, NOT_RECORDED, codelist

LEAST: Final = 10
"""The fewest people of a category that stands alone."""

OTHER: Final = "_OTH"

Recoding = Mapping[tuple[str, str], str]
Totals = Mapping[str, Mapping[str, int]]
"""People by code and year."""


def recode(found: Sequence[Category], *, nationalities: int, by_region: bool) -> Recoding:
    """Return the published code of each dimension and code found, where it is another.

    Args:
        found: every code that occurs, with its counts.
        nationalities: how many nationalities to keep at most, the largest.
        by_region: whether the others are grouped by continent, where that is large enough, and not all together.

    Raises:
        DisclosureError: a code is too small, and its codelist has no group that it could join.
    """
    recoding = _nationalities(found, nationalities, by_region=by_region)
    for dimension in DIMENSIONS[1:]:
        recoding |= _groups(dimension, _totals(found, dimension))
    _check_quarters(_totals(found, "quarter"))
    return recoding


def published(found: Sequence[Category], recoding: Recoding) -> dict[str, list[str]]:
    """Return the codes of each dimension that the release has, in the order of their codelists."""
    kept: dict[str, list[str]] = {}
    for dimension in DIMENSIONS:
        codes = {
            recoding.get((dimension, one.code), one.code)
            for one in found
            if one.dimension == dimension
        }
        kept[dimension] = [code for code in codelist(dimension).codes if code in codes]
    return kept


def _nationalities(
    found: Iterable[Category], most: int, *, by_region: bool
) -> dict[tuple[str, str], str]:
    rows = [one for one in found if one.dimension == "nationality"]
    totals = _totals(rows, "nationality")
    alike = {one.code for one in rows if one.largest_subgroup == one.value}
    large = [code for code in totals if _is_large(totals[code]) and code not in alike]
    listed = [code for code in large if code != NOT_RECORDED]
    kept = sorted(listed, key=lambda code: (-sum(totals[code].values()), code))[:most]
    kept += [code for code in large if code == NOT_RECORDED]
    regions = (
        {row["code"]: row["region"] for row in table_schema.read(REFERENCE / "nationality.csv")}
        if by_region
        else {}
    )
    while True:
        groups = _grouped(
            {code: years for code, years in totals.items() if code not in kept}, regions
        )
        if all(_stands(codes, totals, alike) for codes in groups.values()):
            return {
                ("nationality", code): group for group, codes in groups.items() for code in codes
            }
        if regions:
            regions = {}
        elif kept:
            kept.pop()
        else:
            raise DisclosureError(
                "There are fewer than 10 people in a year. Publish a longer period."
            )


def _stands(codes: Sequence[str], totals: Totals, alike: AbstractSet[str]) -> bool:
    """Return whether a group is large enough, and holds more than nationalities whose people are alike."""
    return _is_large(_sum(codes, totals)) and not set(codes) <= alike


def _grouped(small: Totals, regions: Mapping[str, str]) -> dict[str, list[str]]:
    """Return the codes of each group: by region where each year has enough of them, and all the rest together."""
    groups: dict[str, list[str]] = defaultdict(list)
    for code in small:
        groups[f"{OTHER}_{regions[code]}" if regions.get(code) else OTHER].append(code)
    for group in [
        group
        for group, codes in groups.items()
        if group != OTHER and not _is_large(_sum(codes, small))
    ]:
        groups[OTHER] += groups.pop(group)
    return dict(groups)


def _groups(dimension: str, totals: Totals) -> dict[tuple[str, str], str]:
    """Return the recoding of a dimension whose small codes join the smallest group of the codelist that is large enough."""
    recoding: dict[tuple[str, str], str] = {}
    for code in totals:
        if (
            _is_large(totals[recoding.get((dimension, code), code)])
            if (dimension, code) not in recoding
            else True
        ):
            continue
        group = _smallest_group(dimension, code, totals)
        recoding |= {
            (dimension, member): group
            for member in codelist(dimension).codes[group].members
            if member in totals
        }
    return recoding


def _smallest_group(dimension: str, code: str, totals: Totals) -> str:
    groups = [entry for entry in codelist(dimension).codes.values() if code in entry.members]
    for group in sorted(groups, key=lambda entry: len(entry.members)):
        if _is_large(_sum([member for member in group.members if member in totals], totals)):
            return group.code
    raise DisclosureError(
        f"Fewer than {LEAST} people a year have the {dimension} '{code}', and {dimension}.csv has no group that it could "
        "join. Add a group with it as a member, or publish a longer period."
    )


def _check_quarters(totals: Totals) -> None:
    if small := [quarter for quarter, years in totals.items() if not _is_large(years)]:
        raise DisclosureError(
            f"{', '.join(small)}: fewer than {LEAST} people in a quarter. Leave the quarter out."
        )


def _totals(found: Iterable[Category], dimension: str) -> Totals:
    totals: dict[str, dict[str, int]] = defaultdict(dict)
    for one in found:
        if one.dimension == dimension:
            totals[one.code][one.year] = one.value
    return totals


def _sum(codes: Iterable[str], totals: Totals) -> dict[str, int]:
    years: dict[str, int] = defaultdict(int)
    for code in codes:
        for year, value in totals[code].items():
            years[year] += value
    return years


def _is_large(years: Mapping[str, int]) -> bool:
    return all(value >= LEAST for value in years.values())
