"""The recoding of a new year of a series: that of the year before it, or a coarser one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from referrals.errors import DisclosureError
from referrals.publishing.disclosure import series_recoding
from referrals.publishing.disclosure.series_recoding import YearRecoding
from referrals.publishing.tabulation.counts import Category

YEAR = "2023-24"
CODES = {
    "nationality": ["IRN", "VNM", "_OTH"],
    "age_band": ["20-29", "30-39", "50+"],
    "sex": ["M", "F"],
    "crime_type": ["MS", "DA"],
    "outcome": ["ICE", "NFA"],
}
BEFORE = YearRecoding(
    {
        ("nationality", "GBR"): "_OTH",
        ("age_band", "50-59"): "50+",
        ("age_band", "60+"): "50+",
    },
    CODES,
)
PEOPLE: Mapping[str, Mapping[str, int]] = {
    "nationality": {"VNM": 40, "IRN": 20, "GBR": 12},
    "age_band": {"20-29": 40, "30-39": 20, "50-59": 12, "60+": 0},
    "sex": {"M": 40, "F": 32},
    "crime_type": {"MS": 40, "DA": 32},
    "outcome": {"ICE": 40, "NFA": 32},
}


def found(**changed: Mapping[str, int]) -> list[Category]:
    """Return the categories of a year, with the people of some dimensions changed."""
    return [
        Category(YEAR, dimension, code, value, {("crime_type", "MS"): 1})
        for dimension, people in {**PEOPLE, **changed}.items()
        for code, value in people.items()
        if value
    ]


def recoded(**changed: Mapping[str, int]) -> YearRecoding:
    return series_recoding.next_year(found(**changed), BEFORE, nationalities=10, is_example=False)


def announced(after: YearRecoding) -> list[tuple[str, str, str]]:
    return [
        (row.dimension, row.code, row.group)
        for row in series_recoding.regroupings(YEAR, BEFORE, after)
    ]


def test_a_year_like_the_one_before_it_has_the_same_codes() -> None:
    after = recoded()
    assert after.codes == CODES
    assert announced(after) == []


def test_a_nationality_under_ten_joins_the_others_and_this_is_announced() -> None:
    after = recoded(nationality={"VNM": 40, "IRN": 6, "GBR": 12})
    assert after.codes["nationality"] == ["VNM", "_OTH"]
    assert announced(after) == [("nationality", "IRN", "_OTH")]
    (regrouping,) = series_recoding.regroupings(YEAR, BEFORE, after)
    assert regrouping.sentence(is_example=False).startswith("From 2023-24 on, Iran is counted in")
    assert "6" not in regrouping.sentence(is_example=False)


def test_a_category_that_was_grouped_stays_grouped_though_it_is_large_now() -> None:
    after = recoded(nationality={"VNM": 40, "IRN": 20, "GBR": 90})
    assert after.codes["nationality"] == ["IRN", "VNM", "_OTH"]
    after = recoded(age_band={"20-29": 40, "30-39": 20, "50-59": 30, "60+": 30})
    assert after.codes["age_band"] == ["20-29", "30-39", "50+"]


def test_the_next_year_starts_from_the_last_one() -> None:
    after = recoded(nationality={"VNM": 40, "IRN": 6, "GBR": 12})
    again = series_recoding.next_year(found(), after, nationalities=10, is_example=False)
    assert again.codes["nationality"] == ["VNM", "_OTH"]


def test_an_age_band_under_ten_joins_a_neighbour() -> None:
    after = recoded(age_band={"20-29": 40, "30-39": 4, "50-59": 28})
    assert after.codes["age_band"] == ["50+", "20-39"]
    assert announced(after) == [
        ("age_band", "20-29", "20-39"),
        ("age_band", "30-39", "20-39"),
    ]


def test_an_age_group_under_ten_joins_a_larger_group() -> None:
    after = recoded(age_band={"20-29": 40, "30-39": 20, "40-49": 10, "50-59": 2})
    assert "50+" not in after.codes["age_band"]
    assert announced(after) == [("age_band", "50+", "40+")]


def test_a_category_without_records_stays_in_the_list() -> None:
    after = recoded(nationality={"VNM": 60, "GBR": 12})
    assert after.codes["nationality"] == ["IRN", "VNM", "_OTH"]


def test_a_new_nationality_joins_the_others() -> None:
    after = recoded(nationality={"VNM": 40, "IRN": 20, "FRA": 12})
    assert after.codes["nationality"] == ["IRN", "VNM", "_OTH"]


def test_an_outcome_under_ten_joins_the_only_other_one() -> None:
    after = recoded(outcome={"ICE": 4, "NFA": 60})
    assert after.codes["outcome"] == ["_ANY"]


def test_a_dimension_of_fewer_than_ten_people_is_named() -> None:
    with pytest.raises(DisclosureError, match="have the outcome 'ICE', and no group"):
        recoded(outcome={"ICE": 4, "NFA": 5})


def test_a_nationality_is_uniform_only_in_crime_types_that_are_published() -> None:
    grouped = dict.fromkeys([("crime_type", "MS"), ("crime_type", "DA")], "_ANY")
    before = YearRecoding({**BEFORE.recoding, **grouped}, {**CODES, "crime_type": ["_ANY"]})
    rows = [
        replace(row, subgroups={("crime_type", "MS"): row.value}) if row.code == "IRN" else row
        for row in found()
    ]
    for before_year, expected in [(BEFORE, ["VNM", "_OTH"]), (before, ["IRN", "VNM", "_OTH"])]:
        after = series_recoding.next_year(rows, before_year, nationalities=10, is_example=False)
        assert after.codes["nationality"] == expected


def test_a_nationality_whose_people_share_a_group_of_outcomes_joins_the_others() -> None:
    shared = {("outcome", "INTELLIGENCE"): 18, ("outcome", "NFA"): 2}
    rows = [
        replace(row, subgroups=shared) if row.code == "IRN" else row
        for row in found(outcome={"ICE": 40, "INTELLIGENCE": 28, "NFA": 4})
    ]
    after = series_recoding.next_year(rows, BEFORE, nationalities=10, is_example=False)
    assert after.codes["outcome"] == ["ICE", "INTELLIGENCE_NFA"]
    assert after.codes["nationality"] == ["VNM", "_OTH"]
