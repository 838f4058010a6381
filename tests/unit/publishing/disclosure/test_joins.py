"""Joins: a category of whom nearly all share a crime type is combined with as few as will do."""

from __future__ import annotations

import dataclasses
from collections import Counter
from contextlib import nullcontext as does_not_raise

import numpy as np
import pytest

from referrals.errors import DisclosureError
from referrals.publishing.disclosure import joins
from referrals.publishing.disclosure.group_disclosure import refuse
from referrals.publishing.disclosure.joins import Joins, find_joins, mend
from referrals.publishing.disclosure.series_recoding import YearRecoding
from referrals.reference.codelists import DIMENSIONS
from tests.fixtures.grouped_counts import CATEGORIES, YEAR, counts, people, with_crime

pytestmark = pytest.mark.publishing


def codes_of_year() -> dict[str, list[str]]:
    return {name: CATEGORIES[name] for name in DIMENSIONS}


def test_a_nationality_joins_all_others() -> None:
    found = find_joins([counts(with_crime(("nationality", "ALB"), "MS", 1))])
    assert found.groups == {("nationality", "ALB"): "_OTH"}
    assert found.left == []
    reason = "2021-22, Albania: 255 of 256 referrals have the crime type Modern slavery"
    assert len(found.reasons) == 1
    assert found.reasons[0].startswith("Albania joins 'All other nationalities', because")
    assert found.reasons[0].endswith(f"({reason}).")


def test_a_nationality_takes_another_along_if_there_are_no_others() -> None:
    cells = {
        cell: value
        for cell, value in with_crime(("nationality", "ALB"), "MS").items()
        if "_OTH" not in cell
    }
    found = find_joins([counts(cells)])
    assert found.groups == {("nationality", "ALB"): "_OTH", ("nationality", "IND"): "_OTH"}


def test_an_age_band_joins_the_smallest_group_of_its_code_list_that_mends_it() -> None:
    found = find_joins([counts(with_crime(("age_band", "0-17"), "MS"))])
    assert found.groups == {("age_band", "0-17"): "0-19", ("age_band", "18-19"): "0-19"}


def test_a_group_that_would_be_as_bad_is_not_chosen() -> None:
    both = with_crime(("age_band", "0-17"), "MS")
    both = Counter({cell: value for cell, value in both.items() if cell[2] != "18-19"})
    both += people(2, age_band="18-19", crime_type="MS")
    found = find_joins([counts(both)])
    assert set(found.groups.values()) == {"0-29"}
    assert found.left == []


def test_a_quarter_joins_nothing_and_is_refused_with_its_cause_and_remedy() -> None:
    found = find_joins([counts(with_crime(("quarter", "2021-Q3"), "MS"))])
    assert found.groups == {}
    with pytest.raises(
        DisclosureError, match=r"2021-Q3: 256 of 256 .*(?s:.)*--accept group-disclosure=REASON"
    ):
        refuse(found.left)


def test_nothing_found_is_not_refused() -> None:
    with does_not_raise():
        refuse([])


def test_a_code_that_was_combined_before_joins_with_its_group() -> None:
    found = Joins({("age_band", "20-29"): "18-29", ("age_band", "18-19"): "18-29"}, [], [])
    before = YearRecoding({("age_band", "60+"): "20-29"}, codes_of_year())
    after = found.applied_to(before, is_example=False)
    assert after.recoding == {**found.groups, ("age_band", "60+"): "18-29"}
    assert after.codes["age_band"] == ["0-17", "_NK", "18-29"]
    assert after.codes["sex"] == CATEGORIES["sex"]


def test_a_published_year_is_refused_and_never_grouped() -> None:
    uniform = counts(with_crime(("nationality", "ALB"), "MS"))
    recoded = {YEAR: YearRecoding({}, codes_of_year())}
    with pytest.raises(DisclosureError, match="Albania: 256 of 256") as refused:
        mend([uniform], recoded, [YEAR], pairs=True, is_example=False)
    assert "A published year keeps its groups." in str(refused.value)
    assert "data/reference" not in str(refused.value)


def test_a_new_year_of_a_series_is_grouped_and_readers_are_told() -> None:
    new = counts(with_crime(("nationality", "ALB"), "MS"))
    old = dataclasses.replace(counts(people()), year="2020-21")
    recoded = {year: YearRecoding({}, codes_of_year()) for year in ("2020-21", YEAR)}
    mended = mend([old, new], recoded, ["2020-21"], pairs=True, is_example=False)
    assert mended.recoding["2020-21"] == recoded["2020-21"]
    assert mended.recoding[YEAR].recoding == {("nationality", "ALB"): "_OTH"}
    assert "ALB" not in mended.recoding[YEAR].codes["nationality"]
    told = [each.sentence(is_example=False) for each in mended.regrouped]
    assert len(told) == 1
    assert "Albania" in told[0]


def test_a_first_release_has_nothing_to_tell_readers_of_codes_it_never_had() -> None:
    new = counts(with_crime(("nationality", "ALB"), "MS"))
    recoded = {YEAR: YearRecoding({}, codes_of_year())}
    mended = mend([new], recoded, [], pairs=True, is_example=False)
    assert mended.regrouped == []
    assert len(mended.reasons) == 1


def test_a_year_counts_as_found_if_one_of_several_years_does() -> None:
    uniform = counts(with_crime(("nationality", "ALB"), "MS"))
    found = find_joins([counts(people()), uniform])
    assert found.groups == {("nationality", "ALB"): "_OTH"}


def test_joined_counts_have_as_many_referrals() -> None:
    uniform = counts(with_crime(("age_band", "0-17"), "MS"))
    joined = joins._joined(uniform, "age_band", ["0-17", "18-19"], "0-19")
    assert joined.values.sum() == uniform.values.sum()
    assert len(np.unique(joined.places, axis=0)) == len(joined.places)
