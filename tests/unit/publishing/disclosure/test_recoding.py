"""Grouping: a published category counts at least ten in each year or none, and no row tells what all its people share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from contextlib import nullcontext as does_not_raise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from referrals.errors import DisclosureError
from referrals.publishing.disclosure.recoding import LEAST, OTHER, Recoding, published, recode
from referrals.publishing.tabulation.counts import Category
from referrals.reference.codelists import DIMENSIONS, codelist

YEAR, LATER = "2020-21", "2021-22"
REGIONS = {
    "VNM": "ASI",
    "CHN": "ASI",
    "IND": "ASI",
    "ALB": "EUR",
    "ROU": "EUR",
    "NGA": "AFR",
    "GHA": "AFR",
}
LARGE: Mapping[str, Mapping[str, int]] = {
    "quarter": {"2020-Q2": 300},
    "age_band": {"20-29": 300},
    "sex": {"M": 200, "F": 100},
    "crime_type": {"MS": 300},
    "outcome": {"NFA": 300},
}


def counted(
    dimension: str, values: Mapping[str, int], *, year: str = YEAR, alike: tuple[str, ...] = ()
) -> list[Category]:
    """Codes that occur: of those in `alike` all share a crime type or an outcome, of others all but one."""
    return [
        Category(year, dimension, code, value, value if code in alike else value - 1)
        for code, value in values.items()
        if value
    ]


def found(*, alike: tuple[str, ...] = (), **values: Mapping[str, int]) -> list[Category]:
    """Codes that occur in a year: large ones in every dimension that is not given."""
    given_or_large = {"nationality": {"VNM": 300}, **LARGE, **values}
    return [
        one for name, codes in given_or_large.items() for one in counted(name, codes, alike=alike)
    ]


def grouped(every: list[Category], *, nationalities: int = 10, by_region: bool = False) -> Recoding:
    return recode(every, nationalities=nationalities, by_region=by_region)


def totals(every: list[Category], recoding: Recoding) -> Counter[tuple[str, str, str]]:
    """What each published category counts in each year."""
    sums: Counter[tuple[str, str, str]] = Counter()
    for one in every:
        sums[one.year, one.dimension, recoding.get((one.dimension, one.code), one.code)] += (
            one.value
        )
    return sums


NUMBERS = st.dictionaries(st.sampled_from([*REGIONS, "_NK"]), st.integers(1, 40), min_size=1)
AGES = st.dictionaries(
    st.sampled_from(["20-29", "30-39", "40-49", "50-59", "60+"]), st.integers(1, 40), min_size=1
)


@given(NUMBERS, NUMBERS, st.integers(0, 8), st.booleans())
def test_every_nationality_that_stands_counts_ten_or_is_not_there_in_each_year(
    first: dict[str, int], second: dict[str, int], most: int, by_region: bool
) -> None:
    every = found(nationality=first) + counted("nationality", second, year=LATER)
    try:
        recoding = grouped(every, nationalities=most, by_region=by_region)
    except DisclosureError:
        assume(False)
    assert min(totals(every, recoding).values()) >= LEAST


@given(NUMBERS, NUMBERS, st.integers(0, 8))
def test_years_of_ten_and_more_can_always_be_grouped(
    first: dict[str, int], second: dict[str, int], most: int
) -> None:
    assume(sum(first.values()) >= LEAST and sum(second.values()) >= LEAST)
    every = found(nationality=first) + counted("nationality", second, year=LATER)
    with does_not_raise():
        grouped(every, nationalities=most)


def test_years_of_ten_and_more_can_be_grouped_where_regions_are_asked_for() -> None:
    assert set(
        grouped(found(nationality={"ALB": 22, "VNM": 3}), nationalities=0, by_region=True).values()
    ) == {OTHER}


@given(AGES)
def test_every_age_band_that_stands_counts_ten_or_the_ages_are_refused(
    ages: dict[str, int],
) -> None:
    every = found(age_band=ages)
    try:
        recoding = grouped(every)
    except DisclosureError as refusal:
        assert "have the age_band" in str(refusal)
    else:
        assert min(totals(every, recoding).values()) >= LEAST


@given(NUMBERS, st.booleans())
def test_grouping_loses_nobody_and_makes_codes_that_are_listed(
    numbers: dict[str, int], by_region: bool
) -> None:
    every = found(nationality=numbers)
    try:
        recoding = grouped(every, by_region=by_region)
    except DisclosureError:
        assume(False)
    assert sum(totals(every, recoding).values()) == sum(one.value for one in every)
    kept = published(every, recoding)
    for dimension in DIMENSIONS:
        listed = [
            code
            for code in codelist(dimension).codes
            if (YEAR, dimension, code) in totals(every, recoding)
        ]
        assert kept[dimension] == listed


@pytest.mark.parametrize(("value", "stands"), [(9, False), (10, True), (11, True)])
def test_ten_people_stand_alone_and_nine_do_not(value: int, stands: bool) -> None:
    recoding = grouped(found(nationality={"VNM": 100, "CHN": 20, "ALB": value, "ROU": 5, "NGA": 6}))
    assert (("nationality", "ALB") not in recoding) == stands


def test_a_nationality_that_is_small_in_one_year_is_grouped_in_all() -> None:
    every = found(nationality={"VNM": 100, "ALB": 50, "ROU": 12}) + counted(
        "nationality", {"VNM": 90, "ALB": 9, "ROU": 9}, year=LATER
    )
    assert grouped(every) == {("nationality", "ALB"): OTHER, ("nationality", "ROU"): OTHER}


def test_only_the_largest_nationalities_are_kept_where_fewer_are_asked_for() -> None:
    recoding = grouped(
        found(nationality={"VNM": 100, "ALB": 60, "CHN": 40, "ROU": 30, "_NK": 20}), nationalities=2
    )
    assert recoding == {("nationality", "CHN"): OTHER, ("nationality", "ROU"): OTHER}


def test_no_nationality_at_all_may_be_asked_for() -> None:
    recoding = grouped(found(nationality={"VNM": 100, "ALB": 60, "_NK": 20}), nationalities=0)
    assert recoding == {("nationality", "VNM"): OTHER, ("nationality", "ALB"): OTHER}


def test_not_recorded_takes_no_place_of_a_nationality() -> None:
    recoding = grouped(found(nationality={"VNM": 100, "_NK": 500, "ALB": 60}), nationalities=2)
    assert recoding == {}


def test_a_remainder_of_fewer_than_ten_takes_in_the_smallest_that_stood_alone() -> None:
    recoding = grouped(found(nationality={"VNM": 100, "ALB": 60, "ROU": 4}))
    assert recoding == {("nationality", "ALB"): OTHER, ("nationality", "ROU"): OTHER}


def test_a_nationality_whose_people_all_share_a_crime_type_or_outcome_is_grouped_however_many_they_are() -> (
    None
):
    every = found(nationality={"VNM": 100, "ALB": 60, "ROU": 12, "CHN": 4}, alike=("ALB", "ROU"))
    assert grouped(every) == dict.fromkeys(
        (("nationality", code) for code in ("ALB", "CHN", "ROU")), OTHER
    )


def test_a_nationality_all_but_one_of_whom_share_a_crime_type_stands() -> None:
    assert grouped(found(nationality={"VNM": 100, "ALB": 60})) == {}


def test_a_nationality_whose_people_were_alike_in_one_of_two_years_is_grouped_in_both() -> None:
    every = found(nationality={"VNM": 100, "ALB": 60}) + counted(
        "nationality", {"VNM": 90, "ALB": 50}, year=LATER, alike=("ALB",)
    )
    assert ("nationality", "ALB") in grouped(every)


@pytest.mark.parametrize("by_region", [False, True])
def test_a_nationality_whose_people_are_alike_is_not_grouped_alone(by_region: bool) -> None:
    numbers = (
        {"VNM": 100, "CHN": 90, "NGA": 60}
        if not by_region
        else {"VNM": 100, "NGA": 60, "ALB": 8, "ROU": 8}
    )
    recoding = grouped(found(nationality=numbers, alike=("NGA",)), by_region=by_region)
    assert Counter(recoding.values())[recoding["nationality", "NGA"]] > 1


def test_others_are_grouped_by_region_where_each_region_has_ten() -> None:
    numbers = {"VNM": 100, "CHN": 6, "IND": 5, "ALB": 8, "ROU": 8, "NGA": 7, "GHA": 9}
    recoding = grouped(found(nationality=numbers), by_region=True)
    assert recoding == {
        ("nationality", code): f"{OTHER}_{REGIONS[code]}" for code in numbers if code != "VNM"
    }


def test_regions_of_fewer_than_ten_are_grouped_together() -> None:
    numbers = {"VNM": 100, "CHN": 6, "IND": 5, "ALB": 8, "NGA": 7}
    recoding = grouped(found(nationality=numbers), by_region=True)
    assert {code: recoding["nationality", code] for code in numbers if code != "VNM"} == {
        "CHN": "_OTH_ASI", "IND": "_OTH_ASI", "ALB": OTHER, "NGA": OTHER,
    }  # fmt: skip


def test_regions_are_not_told_apart_unless_that_is_asked_for() -> None:
    recoding = grouped(found(nationality={"VNM": 100, "CHN": 6, "IND": 5, "ALB": 8, "ROU": 8}))
    assert set(recoding.values()) == {OTHER}


def test_a_small_age_band_joins_the_smallest_group_that_is_large_enough() -> None:
    recoding = grouped(found(age_band={"20-29": 100, "40-49": 30, "50-59": 12, "60+": 3}))
    assert recoding == {("age_band", "50-59"): "50+", ("age_band", "60+"): "50+"}


def test_a_group_that_is_too_small_itself_gives_way_to_a_larger_one() -> None:
    recoding = grouped(found(age_band={"20-29": 100, "40-49": 30, "50-59": 4, "60+": 3}))
    assert recoding == {("age_band", code): "40+" for code in ("40-49", "50-59", "60+")}


def test_large_categories_stay_as_they_are() -> None:
    assert grouped(found()) == {}


def test_fewer_than_ten_records_in_a_year_are_refused() -> None:
    with pytest.raises(
        DisclosureError, match=r"fewer than 10 people in a year\. Publish a longer period"
    ):
        grouped(found(nationality={"VNM": 5, "ALB": 4}))


def test_a_small_category_that_no_group_takes_is_refused_and_named() -> None:
    with pytest.raises(
        DisclosureError, match=r"the crime_type 'DA', and crime_type\.csv has no group"
    ):
        grouped(found(crime_type={"MS": 300, "DA": 9}))


def test_a_quarter_of_fewer_than_ten_is_refused_and_named() -> None:
    with pytest.raises(DisclosureError, match="2020-Q3: fewer than 10 people in a quarter"):
        grouped(found(quarter={"2020-Q2": 300, "2020-Q3": 9}))
