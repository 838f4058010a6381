"""The address of a table holds all of it, and explains each part that cannot be used."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referrals.query.selection import SEPARATOR, Selection
from referrals.query.tables import reader
from referrals.query.tables.table_request import Fault, Measure, Offer, TableRequest, read_address
from referrals.release.release import Release
from tests.fixtures.rounded_questions import few
from tests.fixtures.table_requests import requests

OFFER = Offer(
    axes=("nationality", "age_band", "sex", "crime_type", "outcome", "quarter", "year"),
    filters={
        "period": ["2021-22", "2020-21", "2021-Q1", "2020-Q2"],
        "nationality": ["VNM", "ALB"],
        "age_band": ["0-17", "60+"],
        "sex": ["M", "F"],
        "crime_type": ["MS", "DA"],
        "outcome": ["ICE"],
    },
    quarters=("2020-Q2", "2021-Q1"),
    releases=("2020-21", "latest"),
)


def read(query: str) -> tuple[TableRequest, list[tuple[str, str, Fault]]]:
    request, problems = read_address(parse_qsl(query, keep_blank_values=True), OFFER)
    return request, [(found.name, found.value, found.fault) for found in problems]


@few
@given(st.data())
def test_any_table_of_any_release_is_read_back_from_its_own_address(
    every_kind: tuple[Release, ...], data: st.DataObject
) -> None:
    offer = reader.offer(data.draw(st.sampled_from(every_kind)))
    request = data.draw(requests(offer))
    query = urlencode(request.address(), safe=SEPARATOR)
    assert read_address(parse_qsl(query), offer) == (request, ())


def test_the_address_names_everything_by_readable_codes() -> None:
    query = "rows=nationality&columns=sex&crime_type=MS&measure=share_of_row&chart=heat"
    request, problems = read(query)
    assert not problems
    assert urlencode(request.address(), safe=SEPARATOR) == query


def test_the_default_table_has_an_empty_address() -> None:
    assert TableRequest().address() == {}
    assert read("") == (TableRequest(), [])


def test_rows_given_twice_as_a_form_does_are_two_things_on_one_side() -> None:
    request, problems = read("rows=nationality&rows=sex&columns=none&columns=none")
    assert (request.rows, request.columns, problems) == (("nationality", "sex"), (), [])


def test_the_first_period_is_the_default_unless_time_is_on_a_side() -> None:
    assert read("rows=sex&period=2021-22")[0].within.period == ""
    assert read("rows=quarter&period=2021-22")[0].within.period == "2021-22"


@pytest.mark.parametrize(
    ("query", "problem"),
    [
        ("rows=nationalty", ("rows", "nationalty", Fault.UNKNOWN_VALUE)),
        ("rows=sex&columns=sex", ("columns", "sex", Fault.USED_TWICE)),
        ("rows=sex,age_band,outcome", ("rows", "outcome", Fault.TOO_MANY)),
        ("rows=sex,age_band&columns=outcome,year", ("columns", "year", Fault.TOO_MANY)),
        ("rows=quarter&columns=year", ("columns", "year", Fault.TOO_MANY)),
        ("rows=sex&sex=M", ("sex", "M", Fault.IS_AN_AXIS)),
        ("rows=year&period=2020-21", ("period", "2020-21", Fault.IS_AN_AXIS)),
        ("rows=quarter&period=2020-Q2", ("period", "2020-Q2", Fault.UNKNOWN_VALUE)),
        ("rows=outcome&sex=X", ("sex", "X", Fault.UNKNOWN_VALUE)),
        (
            "rows=year&nationality=VNM&sex=M&crime_type=MS&outcome=ICE",
            ("outcome", "ICE", Fault.TOO_MANY),
        ),
        ("measure=rate", ("measure", "rate", Fault.UNKNOWN_VALUE)),
        ("chart=pie", ("chart", "pie", Fault.UNKNOWN_VALUE)),
        ("sort=up", ("sort", "up", Fault.UNKNOWN_VALUE)),
        ("part=0", ("part", "0", Fault.UNKNOWN_VALUE)),
        ("part=1e9", ("part", "1e9", Fault.UNKNOWN_VALUE)),
        ("release=2019-20", ("release", "2019-20", Fault.UNKNOWN_VALUE)),
        ("column=sex", ("column", "sex", Fault.UNKNOWN_NAME)),
        ("measure=number&measure=change", ("measure", "change", Fault.REPEATED)),
    ],
)
def test_each_part_that_cannot_be_used_is_named_with_its_fault(
    query: str, problem: tuple[str, str, Fault]
) -> None:
    request, problems = read(query)
    assert problems == [problem]
    assert request == read_address(list(request.address().items()), OFFER)[0]


def test_what_is_not_in_the_release_is_told_from_what_does_not_exist() -> None:
    one_year = Offer(axes=("sex", "outcome"), filters={"period": [], "sex": ["M"]})
    _, problems = read_address([("rows", "quarter"), ("columns", "shoe_size")], one_year)
    assert [found.fault for found in problems] == [Fault.NOT_OFFERED, Fault.UNKNOWN_VALUE]
    _, problems = read_address([("rows", "outcome"), ("period", "2020-Q2")], one_year)
    assert [found.fault for found in problems] == [Fault.NOT_OFFERED]


def test_a_slip_comes_with_the_code_that_was_meant() -> None:
    _, (problem,) = read_address([("rows", "crimetype")], OFFER)
    assert problem.suggestion == "crime_type"


@pytest.mark.parametrize("query", ["utm_source=x", "fbclid=1&_=2", "ref=mail"])
def test_parameters_that_others_add_to_links_are_ignored(query: str) -> None:
    assert read(query) == (TableRequest(), [])


def test_a_plus_that_was_not_escaped_is_the_code_that_has_one() -> None:
    request, problems = read("rows=sex&age_band=60+")
    assert (request.within.age_band, problems) == ("60+", [])


def test_swapping_rows_and_columns_takes_the_share_with_them() -> None:
    request = TableRequest(("sex",), ("year",), Selection(), Measure.SHARE_OF_ROW, part=2)
    swapped = request.pivoted()
    assert (swapped.rows, swapped.columns, swapped.part) == (("year",), ("sex",), 1)
    assert swapped.measure is Measure.SHARE_OF_COLUMN
    assert swapped.pivoted() == TableRequest(("sex",), ("year",), Selection(), request.measure)


@given(st.lists(st.tuples(st.sampled_from(["rows", "columns", "sex", "part"]), st.text())))
def test_no_address_is_an_error(pairs: list[tuple[str, str]]) -> None:
    request, _ = read_address(pairs, OFFER)
    assert read_address(list(request.address().items()), OFFER) == (request, ())
