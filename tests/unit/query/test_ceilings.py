"""Ceilings: the upper bound of a sum is within every listed total that the sum is part of."""

from __future__ import annotations

from typing import Any, Final, cast

import pytest

from referrals.paths import RELEASES
from referrals.query import ceilings
from referrals.query.ceilings import EVERY_YEAR, Ceilings
from referrals.query.selection import PERIOD
from referrals.reference.codelists import DIMENSIONS, TOTAL
from referrals.release.release import open_release

CEILINGS: Final = Ceilings(
    {
        ("EY1", TOTAL, TOTAL): 90,
        ("EY1", "sex", "F"): 40,
        ("EY1", "outcome", "ICE"): 12,
        ("EY1-Q1", TOTAL, TOTAL): 25,
        ("EY1-Q1", "sex", "F"): 18,
        (EVERY_YEAR, "sex", "F"): 70,
    },
    {"EY1-Q1": "EY1", "EY1-Q2": "EY1"},
)


@pytest.mark.parametrize(
    ("period", "codes", "most"),
    [
        ("EY1", {}, 90),
        ("EY1", {"sex": "F"}, 40),
        ("EY1", {"sex": "F", "outcome": "ICE"}, 12),
        ("EY1", {"sex": "M"}, 90),
        ("EY1-Q1", {"sex": "F"}, 18),
        ("EY1-Q1", {"sex": "M"}, 25),
        ("EY1-Q1", {"outcome": "ICE"}, 12),
        ("EY1-Q2", {"sex": "F"}, 40),
        (EVERY_YEAR, {"sex": "F"}, 70),
        (EVERY_YEAR, {"sex": "M"}, 100),
    ],
)
def test_an_upper_bound_is_at_most_the_lowest_total_around_it(
    period: str, codes: dict[str, str], most: int
) -> None:
    every = {**dict.fromkeys(DIMENSIONS, TOTAL), **codes, PERIOD: period}
    assert CEILINGS.lowered(100, every) == most
    assert CEILINGS.lowered(5, every) == 5


def test_the_ceiling_of_all_years_is_the_sum_of_theirs_if_each_year_lists_the_total() -> None:
    found = ceilings.read(open_release(RELEASES / "example"))
    years = sorted(set(found.year_of.values()))
    assert len(years) == 4
    of_each = [found.most[year, "sex", "F"] for year in years]
    assert found.most[EVERY_YEAR, "sex", "F"] == sum(of_each)
    listed = {(name, code) for _, name, code in found.most}
    for name, code in listed:
        is_in_all = all((year, name, code) in found.most for year in years)
        assert ((EVERY_YEAR, name, code) in found.most) == is_in_all


class WithoutFemalesOfOneYear:
    """The worked example, whose second year does not list its total of females."""

    def rows(self, name: str) -> list[dict[str, Any]]:
        rows = open_release(RELEASES / "example").rows(name)
        if name != "query/ceilings":
            return rows
        return [row for row in rows if (row["period"], row["code"]) != ("EY2", "F")]


def test_a_total_that_one_year_does_not_list_has_no_ceiling_of_all_years() -> None:
    found = ceilings.read(cast("Any", WithoutFemalesOfOneYear()))
    assert ("EY1", "sex", "F") in found.most
    assert (EVERY_YEAR, "sex", "M") in found.most
    assert (EVERY_YEAR, "sex", "F") not in found.most


class WithoutExactTotalsBySex:
    """The worked example, if records that are held back had a sex that its second year lacks."""

    def rows(self, name: str) -> list[dict[str, Any]]:
        rows = open_release(RELEASES / "example").rows(name)
        if name != "query/ceilings":
            return rows
        return [
            row | {"lower": row["upper"] - 16} if is_by_sex(row, "EY2") else row for row in rows
        ]


def is_by_sex(row: dict[str, Any], period: str) -> bool:
    return bool(row["dimension"] == "sex" and row["period"] == period)


def test_a_dimension_without_an_exact_total_need_not_add_up() -> None:
    assert ceilings.read(open_release(RELEASES / "example")).incomplete == frozenset()
    assert ceilings.read(cast("Any", WithoutExactTotalsBySex())).incomplete == {"sex"}
