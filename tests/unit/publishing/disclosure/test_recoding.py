"""Recoding: a published category has at least ten referrals in each year, and none is uniform."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from contextlib import nullcontext as does_not_raise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from referrals.errors import DisclosureError
from referrals.publishing.disclosure.recoding import OTHER, Recoding, published_codes, recode
from referrals.publishing.tabulation.counts import Category
from referrals.reference.codelists import DIMENSIONS, codelist
from referrals.reference.disclosure_rule import SMALLEST_PUBLISHED_CATEGORY

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


def subgroups_of(code: str, value: int, uniform: tuple[str, ...]) -> dict[tuple[str, str], int]:
    """The people of a nationality by crime type: all of one, or all but one."""
    if code in uniform:
        return {("crime_type", "MS"): value}
    return {("crime_type", "MS"): value - 1, ("crime_type", "DA"): 1}


def counted(
    dimension: str, values: Mapping[str, int], *, year: str = YEAR, uniform: tuple[str, ...] = ()
) -> list[Category]:
    """Categories that occur.

    All people of those in `uniform` share a crime type or an outcome; of others, all but one do.
    """
    return [
        Category(year, dimension, code, value, subgroups_of(code, value, uniform))
        for code, value in values.items()
        if value
    ]


def found(*, uniform: tuple[str, ...] = (), **values: Mapping[str, int]) -> list[Category]:
    """Categories that occur in a year: large ones in each dimension that is not given."""
    dimensions = {"nationality": {"VNM": 300}, **LARGE, **values}
    return [
        category
        for dimension, codes in dimensions.items()
        for category in counted(dimension, codes, uniform=uniform)
    ]


def found_only(dimension: str, values: Mapping[str, int]) -> list[Category]:
    """Categories that occur in a year: some of one dimension, large ones in each other."""
    others = [category for category in found() if category.dimension != dimension]
    return [*others, *counted(dimension, values)]


def recoded(
    categories: list[Category], *, nationalities: int = 10, by_region: bool = False
) -> Recoding:
    return recode(categories, nationalities=nationalities, by_region=by_region)


def totals(categories: list[Category], recoding: Recoding) -> Counter[tuple[str, str, str]]:
    """The total of each published category in each year."""
    sums: Counter[tuple[str, str, str]] = Counter()
    for category in categories:
        dimension, code = category.dimension, category.code
        sums[category.year, dimension, recoding.get((dimension, code), code)] += category.value
    return sums


NUMBERS = st.dictionaries(st.sampled_from([*REGIONS, "_NK"]), st.integers(1, 40), min_size=1)
AGES = st.dictionaries(
    st.sampled_from(["20-29", "30-39", "40-49", "50-59", "60+"]), st.integers(1, 40), min_size=1
)


@given(NUMBERS, NUMBERS, st.integers(0, 8), st.booleans())
def test_every_published_nationality_has_ten_referrals_or_none_in_each_year(
    first: dict[str, int], second: dict[str, int], most: int, by_region: bool
) -> None:
    categories = found(nationality=first) + counted("nationality", second, year=LATER)
    try:
        recoding = recoded(categories, nationalities=most, by_region=by_region)
    except DisclosureError:
        assume(False)
    assert min(totals(categories, recoding).values()) >= SMALLEST_PUBLISHED_CATEGORY


@given(NUMBERS, NUMBERS, st.integers(0, 8))
def test_nationalities_of_years_of_ten_and_more_can_always_be_recoded(
    first: dict[str, int], second: dict[str, int], most: int
) -> None:
    assume(
        sum(first.values()) >= SMALLEST_PUBLISHED_CATEGORY
        and sum(second.values()) >= SMALLEST_PUBLISHED_CATEGORY
    )
    categories = found(nationality=first) + counted("nationality", second, year=LATER)
    with does_not_raise():
        recoded(categories, nationalities=most)


def test_regions_that_are_too_small_are_given_up_if_the_rest_needs_them() -> None:
    assert set(
        recoded(found(nationality={"ALB": 22, "VNM": 3}), nationalities=0, by_region=True).values()
    ) == {OTHER}


SMALL_CODES = [
    (dimension, code)
    for dimension in DIMENSIONS[1:]
    for code, entry in codelist(dimension).codes.items()
    if entry.kind in {"category", "special"}
]


@pytest.mark.parametrize(("dimension", "code"), SMALL_CODES)
@given(numbers=st.data())
def test_any_code_can_be_small_beside_any_others(
    dimension: str, code: str, numbers: st.DataObject
) -> None:
    values = numbers.draw(
        st.dictionaries(
            st.sampled_from([other for name, other in SMALL_CODES if name == dimension]),
            st.integers(1, 40),
        )
    )
    values[code] = numbers.draw(st.integers(1, 9))
    assume(sum(values.values()) >= SMALLEST_PUBLISHED_CATEGORY)
    categories = found_only(dimension, values)
    recoding = recoded(categories)
    assert (dimension, code) in recoding
    assert min(totals(categories, recoding).values()) >= SMALLEST_PUBLISHED_CATEGORY


@pytest.mark.parametrize(
    ("dimension", "values", "grouped"),
    [
        ("sex", {"M": 34, "F": 27, "_NK": 1}, {"M": "M_NK", "_NK": "M_NK"}),
        ("sex", {"M": 12, "F": 270, "_NK": 9}, {"F": "F_NK", "_NK": "F_NK"}),
        ("sex", {"M": 4, "F": 270, "_NK": 12}, {"M": "_R", "F": "_R"}),
        ("crime_type", {"MS": 90, "OTH": 12, "_NK": 3}, {"OTH": "OTH_NK", "_NK": "OTH_NK"}),
        (
            "crime_type",
            {"MS": 90, "DA": 8, "OTH": 12, "_NK": 3},
            dict.fromkeys(("DA", "OTH", "_NK"), "DA_OTH_NK"),
        ),
        (
            "outcome",
            {"ICE": 3, "CASEWORK": 80, "NFA": 50},
            dict.fromkeys(("ICE", "CASEWORK"), "ICE_CASEWORK"),
        ),
        (
            "age_band",
            {"0-17": 40, "18-19": 6, "20-29": 90},
            dict.fromkeys(("18-19", "20-29"), "18-29"),
        ),
        (
            "age_band",
            {"20-29": 40, "30-39": 90, "_NK": 2},
            dict.fromkeys(("30-39", "_NK"), "30-39_NK"),
        ),
        (
            "age_band",
            {"0-17": 20, "18-19": 6, "30-39": 90},
            dict.fromkeys(("0-17", "18-19"), "0-19"),
        ),
    ],
)  # fmt: skip
def test_a_small_code_joins_the_group_that_keeps_most_categories_the_narrowest_the_largest(
    dimension: str, values: dict[str, int], grouped: dict[str, str]
) -> None:
    assert recoded(found_only(dimension, values)) == {
        (dimension, code): group for code, group in grouped.items()
    }


def test_the_publisher_can_choose_the_group_of_a_small_code() -> None:
    categories = found(sex={"M": 34, "F": 27, "_NK": 1})
    recoding = recode(categories, nationalities=10, by_region=False, groups=[("sex", "F_NK")])
    assert recoding == {("sex", "F"): "F_NK", ("sex", "_NK"): "F_NK"}


@pytest.mark.parametrize(
    ("group", "message"),
    [
        ("X", r"--group sex=X: there is no such group. Choose from _R, M_NK"),
        ("_R", "leaves a code"),
    ],
)
def test_a_group_that_does_not_exist_or_leaves_a_small_code_is_refused(
    group: str, message: str
) -> None:
    with pytest.raises(DisclosureError, match=message):
        recode(
            found(sex={"M": 34, "F": 27, "_NK": 1}),
            nationalities=10,
            by_region=False,
            groups=[("sex", group)],
        )


def test_two_groups_with_a_common_code_are_refused_with_that_cause() -> None:
    with pytest.raises(DisclosureError, match="sex=M_NK and sex=F_NK have codes in common"):
        recode(
            found(sex={"M": 34, "F": 27, "_NK": 20}),
            nationalities=10,
            by_region=False,
            groups=[("sex", "M_NK"), ("sex", "F_NK")],
        )


def test_a_nationality_that_is_uniform_only_in_published_codes_is_combined() -> None:
    categories = found(crime_type={"MS": 100, "DA": 8, "OTH": 30})
    mixed = {("crime_type", "DA"): 3, ("crime_type", "OTH"): 17}
    categories.append(Category(YEAR, "nationality", "ALB", 20, mixed))
    assert recoded(categories)["nationality", "ALB"] == OTHER


def test_a_year_of_one_crime_type_is_refused_with_that_cause_and_its_option() -> None:
    categories = found(nationality={"VNM": 61}, uniform=("VNM",))
    with pytest.raises(
        DisclosureError,
        match=r"All the people of 2020-21 have the crime type MS.*--group crime_type=_ANY",
    ):
        recoded(categories)


def test_a_year_of_one_crime_type_can_be_published_without_crime_types() -> None:
    categories = found(nationality={"VNM": 61}, uniform=("VNM",))
    recoding = recode(
        categories, nationalities=10, by_region=False, groups=[("crime_type", "_ANY")]
    )
    assert recoding == {("crime_type", "MS"): "_ANY"}


@given(NUMBERS, st.booleans())
def test_recoding_loses_nobody_and_uses_codes_of_the_code_list(
    numbers: dict[str, int], by_region: bool
) -> None:
    categories = found(nationality=numbers)
    try:
        recoding = recoded(categories, by_region=by_region)
    except DisclosureError:
        assume(False)
    assert sum(totals(categories, recoding).values()) == sum(
        category.value for category in categories
    )
    published = published_codes(categories, recoding)
    for dimension in DIMENSIONS:
        listed = [
            code
            for code in codelist(dimension).codes
            if (YEAR, dimension, code) in totals(categories, recoding)
        ]
        assert published[dimension] == listed


@pytest.mark.parametrize(("value", "is_published"), [(9, False), (10, True), (11, True)])
def test_a_nationality_of_ten_is_published_and_one_of_nine_is_combined(
    value: int, is_published: bool
) -> None:
    recoding = recoded(found(nationality={"VNM": 100, "CHN": 20, "ALB": value, "ROU": 5, "NGA": 6}))
    assert (("nationality", "ALB") not in recoding) == is_published


def test_a_nationality_that_is_small_in_one_year_is_combined_in_all_years() -> None:
    categories = found(nationality={"VNM": 100, "ALB": 50, "ROU": 12}) + counted(
        "nationality", {"VNM": 90, "ALB": 9, "ROU": 9}, year=LATER
    )
    assert recoded(categories) == {("nationality", "ALB"): OTHER, ("nationality", "ROU"): OTHER}


def test_only_the_largest_nationalities_are_published_if_their_number_is_limited() -> None:
    recoding = recoded(
        found(nationality={"VNM": 100, "ALB": 60, "CHN": 40, "ROU": 30, "_NK": 20}), nationalities=2
    )
    assert recoding == {("nationality", "CHN"): OTHER, ("nationality", "ROU"): OTHER}


def test_the_number_of_nationalities_can_be_0() -> None:
    recoding = recoded(found(nationality={"VNM": 100, "ALB": 60, "_NK": 20}), nationalities=0)
    assert recoding == {("nationality", "VNM"): OTHER, ("nationality", "ALB"): OTHER}


def test_not_recorded_does_not_count_as_a_nationality() -> None:
    recoding = recoded(found(nationality={"VNM": 100, "_NK": 500, "ALB": 60}), nationalities=2)
    assert recoding == {}


def test_a_remainder_of_fewer_than_ten_is_combined_with_the_smallest_published() -> None:
    recoding = recoded(found(nationality={"VNM": 100, "ALB": 60, "ROU": 4}))
    assert recoding == {("nationality", "ALB"): OTHER, ("nationality", "ROU"): OTHER}


def test_a_uniform_nationality_is_combined_whatever_its_size() -> None:
    categories = found(
        nationality={"VNM": 100, "ALB": 60, "ROU": 12, "CHN": 4}, uniform=("ALB", "ROU")
    )
    assert recoded(categories) == dict.fromkeys(
        (("nationality", code) for code in ("ALB", "CHN", "ROU")), OTHER
    )


def test_a_nationality_with_one_exception_is_not_uniform() -> None:
    assert recoded(found(nationality={"VNM": 100, "ALB": 60})) == {}


def test_a_nationality_that_is_uniform_in_one_of_two_years_is_combined_in_both() -> None:
    categories = found(nationality={"VNM": 100, "ALB": 60}) + counted(
        "nationality", {"VNM": 90, "ALB": 50}, year=LATER, uniform=("ALB",)
    )
    assert ("nationality", "ALB") in recoded(categories)


@pytest.mark.parametrize("by_region", [False, True])
def test_a_uniform_nationality_is_never_a_group_of_its_own(by_region: bool) -> None:
    numbers = (
        {"VNM": 100, "CHN": 90, "NGA": 60}
        if not by_region
        else {"VNM": 100, "NGA": 60, "ALB": 8, "ROU": 8}
    )
    recoding = recoded(found(nationality=numbers, uniform=("NGA",)), by_region=by_region)
    assert Counter(recoding.values())[recoding["nationality", "NGA"]] > 1


def test_nationalities_are_combined_by_region_if_each_region_has_ten() -> None:
    numbers = {"VNM": 100, "CHN": 6, "IND": 5, "ALB": 8, "ROU": 8, "NGA": 7, "GHA": 9}
    recoding = recoded(found(nationality=numbers), by_region=True)
    assert recoding == {
        ("nationality", code): f"{OTHER}_{REGIONS[code]}" for code in numbers if code != "VNM"
    }


def test_regions_of_fewer_than_ten_are_combined() -> None:
    numbers = {"VNM": 100, "CHN": 6, "IND": 5, "ALB": 8, "NGA": 7}
    recoding = recoded(found(nationality=numbers), by_region=True)
    assert {code: recoding["nationality", code] for code in numbers if code != "VNM"} == {
        "CHN": "_OTH_ASI", "IND": "_OTH_ASI", "ALB": OTHER, "NGA": OTHER,
    }  # fmt: skip


def test_nationalities_are_combined_by_region_only_on_request() -> None:
    recoding = recoded(found(nationality={"VNM": 100, "CHN": 6, "IND": 5, "ALB": 8, "ROU": 8}))
    assert set(recoding.values()) == {OTHER}


def test_a_small_age_band_joins_the_smallest_aggregate_that_is_large_enough() -> None:
    recoding = recoded(found(age_band={"20-29": 100, "40-49": 30, "50-59": 12, "60+": 3}))
    assert recoding == {("age_band", "50-59"): "50+", ("age_band", "60+"): "50+"}


def test_an_aggregate_that_is_too_small_gives_way_to_a_larger_one() -> None:
    recoding = recoded(found(age_band={"20-29": 100, "40-49": 30, "50-59": 4, "60+": 3}))
    assert recoding == {("age_band", code): "40+" for code in ("40-49", "50-59", "60+")}


def test_large_categories_are_not_recoded() -> None:
    assert recoded(found()) == {}


def test_recoding_refuses_fewer_than_ten_records_in_a_year() -> None:
    with pytest.raises(
        DisclosureError, match=r"2020-21 has fewer than 10 people, too few for any exact total"
    ):
        recoded(found(quarter={"2020-Q2": 9}))


def test_recoding_refuses_a_quarter_of_fewer_than_ten_and_names_it() -> None:
    with pytest.raises(DisclosureError, match=r"in 2020-Q3, .*--leave-out 2020-Q3"):
        recoded(found(quarter={"2020-Q2": 300, "2020-Q3": 9}))
