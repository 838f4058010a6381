"""Feasibility intervals and lower bounds, against a list of all feasible tables of a year."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from referrals.errors import DisclosureError
from referrals.publishing.audit import bounds_by_totals
from referrals.publishing.audit.bounds_by_totals import bound_by_totals, is_exact_by_totals
from referrals.publishing.audit.feasibility_intervals import feasibility_interval
from referrals.publishing.cell_codes import Codes, Fact, Year
from referrals.reference.codelists import FINEST
from tests.fixtures.examples import examples

pytestmark = pytest.mark.publishing

T = "_T"
YEAR = "2020-21"
CATEGORIES: Mapping[str, Sequence[str]] = {
    "quarter": ["2020-Q2"],
    "nationality": ["VNM", "ALB"],
    "age_band": ["20-29"],
    "sex": ["M", "F"],
    "crime_type": ["MS", "DA", "OTH"],
    "outcome": ["ICE"],
}
CELLS: list[Codes] = list(itertools.product(*CATEGORIES.values()))
SUMS: list[Codes] = list(itertools.product(*((*codes, T) for codes in CATEGORIES.values())))
NO_LIMIT = dict.fromkeys(range(2, 6), 1000)
NO_ERROR = dict.fromkeys(range(2, 6), 0)
ERRORS = (NO_LIMIT, {2: 8, 3: 4, 4: 4, 5: 4}, {2: 3, 3: 2, 4: 5, 5: 3}, NO_ERROR)
FEMALE_DA = {"sex": ["F"], "crime_type": ["DA"]}
MIXED = dict(zip(CELLS, (5, 0, 6, 7, 5, 0, 8, 0, 0, 5, 6, 7), strict=True))
"""A year with numbers of every kind."""


def order(codes: Codes) -> int:
    return sum(code != T for code in codes)


def inside(target: Codes) -> list[bool]:
    """Return which cells are part of a sum."""
    return [
        all(wanted in (T, code) for code, wanted in zip(codes, target, strict=True))
        for codes in CELLS
    ]


def selected(where: Mapping[str, Sequence[str]]) -> list[bool]:
    """Return which cells are part of a fact."""
    return [
        all(code in where.get(name, (code,)) for name, code in zip(FINEST, codes, strict=True))
        for codes in CELLS
    ]


class Limit(NamedTuple):
    """The ends of the sum of some cells."""

    cells: list[bool]
    low: int
    high: int


def limits(year: Year, errors: Mapping[int, int]) -> Iterator[Limit]:
    """Yield the limits that exact totals, announced errors and facts set."""
    shown = [year.cells.get(codes, 0) for codes in CELLS]
    for target in SUMS:
        error = {0: 0, 1: 0, **errors}.get(order(target))
        if error is not None:
            total = sum(itertools.compress(shown, inside(target)))
            yield Limit(inside(target), total - error, total + error)
    for fact in year.facts:
        yield Limit(selected(fact.where), fact.low, fact.high)


def possible_counts(shown: int) -> Sequence[int]:
    if shown == 0:
        return range(5)
    return (1, 2, 3, 4, shown) if shown <= 7 else (shown,)


def feasible_tables(year: Year, errors: Mapping[int, int] = NO_LIMIT) -> NDArray[np.int64]:
    """Return every table that is feasible, a row each, by extending tables cell by cell."""
    every_limit = list(limits(year, errors))
    tables = np.zeros((1, 0), dtype=np.int64)
    for place, codes in enumerate(CELLS):
        counts = possible_counts(year.cells.get(codes, 0))
        tables = np.concatenate([np.insert(tables, place, count, axis=1) for count in counts])
        for limit in every_limit:
            value = tables @ np.array(limit.cells[: place + 1], dtype=np.int64)
            is_complete = not any(limit.cells[place + 1 :])
            tables = tables[(value <= limit.high) & ((value >= limit.low) | (not is_complete))]
    return tables


@st.composite
def years(draw: st.DrawFn) -> Year:
    number = st.sampled_from((0, 0, 5, 6, 7, 8))
    values = draw(st.lists(number, min_size=len(CELLS), max_size=len(CELLS)))
    cells = {codes: value for codes, value in zip(CELLS, values, strict=True) if value}
    shown = sum(itertools.compress(values, selected(FEMALE_DA)))
    margin = draw(st.sampled_from((None, 0, 3)))
    if margin is None:
        return Year(YEAR, CATEGORIES, cells, ())
    fact = Fact("females", YEAR, FEMALE_DA, shown - margin, shown + margin)
    return Year(YEAR, CATEGORIES, cells, (fact,))


@settings(max_examples=examples(15))
@given(years(), st.sampled_from(SUMS), st.sampled_from(ERRORS))
def test_the_interval_of_a_sum_is_that_of_listing_every_feasible_table(
    year: Year, target: Codes, errors: Mapping[int, int]
) -> None:
    sums = feasible_tables(year, errors) @ np.array(inside(target), dtype=np.int64)
    found = feasibility_interval(year, target, errors)
    assert (found.low, found.high) == (sums.min(), sums.max())
    assert found.width == sums.max() - sums.min()


@settings(max_examples=examples(15))
@given(years(), st.sampled_from(SUMS), st.sampled_from(ERRORS))
def test_the_tables_at_the_ends_of_an_interval_are_feasible_and_are_its_witnesses(
    year: Year, target: Codes, errors: Mapping[int, int]
) -> None:
    feasible = {tuple(row) for row in feasible_tables(year, errors).tolist()}
    found = feasibility_interval(year, target, errors)
    assert found.witnesses == [changes for changes in (found.at_low, found.at_high) if changes]
    for changes, end in ((found.at_low, found.low), (found.at_high, found.high)):
        table = [year.cells.get(codes, 0) + changes.get(codes, 0) for codes in CELLS]
        assert tuple(table) in feasible
        assert sum(itertools.compress(table, inside(target))) == end


@pytest.mark.parametrize("target", [target for target in SUMS if order(target) <= 1])
def test_the_interval_of_an_exact_total_has_no_width(target: Codes) -> None:
    year = Year(YEAR, CATEGORIES, MIXED, ())
    assert feasibility_interval(year, target, NO_LIMIT).width == 0


@pytest.mark.parametrize(("errors", "width"), [(NO_LIMIT, 4), (NO_ERROR, 0)])
def test_the_interval_of_a_cell_has_no_width_if_the_announced_errors_are_0(
    errors: Mapping[int, int], width: int
) -> None:
    codes = {("VNM", "M", "MS"), ("VNM", "F", "DA")}
    shown = {cell: 5 for cell in CELLS if (cell[1], cell[3], cell[4]) in codes}
    found = feasibility_interval(Year(YEAR, CATEGORIES, shown, ()), CELLS[0], errors)
    assert found.width == width
    assert bool(found.witnesses) == (width > 0)


def test_the_interval_of_a_year_whose_facts_contradict_its_totals_is_refused() -> None:
    fact = Fact("wrong", YEAR, FEMALE_DA, 50, 50)
    year = Year(YEAR, CATEGORIES, {CELLS[0]: 8}, (fact,))
    with pytest.raises(DisclosureError, match="The attack did not finish"):
        feasibility_interval(year, CELLS[0], NO_LIMIT)


# Lower bounds by totals.


def two_way_tables(rows: Sequence[int], columns: Sequence[int]) -> list[NDArray[np.int64]]:
    """Return every table of whole numbers with these marginal totals."""
    if len(rows) == 1:
        return [np.array([columns])]
    tables = []
    for first in itertools.product(*(range(total + 1) for total in columns)):
        if sum(first) == rows[0]:
            left = [total - own for total, own in zip(columns, first, strict=True)]
            tables += [np.vstack([first, rest]) for rest in two_way_tables(rows[1:], left)]
    return tables


@settings(max_examples=examples(15))
@given(st.lists(st.integers(0, 6), min_size=6, max_size=6), st.sampled_from((None, 0, 2)))
def test_the_lower_bound_of_a_two_way_sum_is_that_of_listing_every_table_of_its_totals(
    values: list[int], margin: int | None
) -> None:
    sexes, crimes = CATEGORIES["sex"], CATEGORIES["crime_type"]
    counts = np.array(values).reshape(2, 3)
    pairs = itertools.product(sexes, crimes)
    cells = {
        (*CELLS[0][:3], *codes, "ICE"): value
        for codes, value in zip(pairs, values, strict=True)
        if value
    }
    facts: tuple[Fact, ...] = ()
    if margin is not None:
        shown = int(counts[1, 1])
        facts = (Fact("females", YEAR, FEMALE_DA, max(0, shown - margin), shown + margin),)
    year = Year(YEAR, CATEGORIES, cells, facts)
    tables = [
        table
        for table in two_way_tables(counts.sum(axis=1).tolist(), counts.sum(axis=0).tolist())
        if all(fact.low <= table[1, 1] <= fact.high for fact in facts)
    ]
    for (row, sex), (column, crime) in itertools.product(enumerate(sexes), enumerate(crimes)):
        bound = bound_by_totals(year, (T, T, T, sex, crime, T))
        assert bound.least == min(table[row, column] for table in tables)


def test_a_total_that_is_not_exact_counts_in_a_lower_bound_with_its_announced_error() -> None:
    shown = {(*CELLS[0][:3], "F", "DA", "ICE"): 12, (*CELLS[0][:3], "M", "MS", "ICE"): 3}
    exact = Year(YEAR, CATEGORIES, shown, ())
    sex, crime_type = FINEST.index("sex"), FINEST.index("crime_type")
    inexact = replace(exact, total_errors={(sex, "F"): 8, (sex, "M"): 8, (crime_type, "DA"): 8})
    target = (T, T, T, "F", "DA", T)
    assert bound_by_totals(exact, target).least == 12 - 3
    assert bound_by_totals(inexact, target).least == 12 - 8 - 3
    assert bound_by_totals(replace(exact, total_errors={(sex, "F"): 8}), target).least == 12 - 3
    females = (T, T, "20-29", "F", T, T)
    assert is_exact_by_totals(exact, females)
    assert not is_exact_by_totals(inexact, females)


@settings(max_examples=examples(25))
@given(years(), st.sampled_from(SUMS))
def test_the_terms_of_a_lower_bound_add_up_to_it_and_count_no_cell_more_often_than_the_sum(
    year: Year, target: Codes
) -> None:
    bound = bound_by_totals(year, target)
    fact_limits = {str(fact.where): (fact.low, fact.high) for fact in year.facts}
    times, least = np.zeros(len(CELLS), dtype=np.int64), 0
    for term in bound.terms:
        total = Fact("", YEAR, term.where, 0, 0).sum_of(year.cells)
        is_total = len(term.where) == 1
        low, high = (total, total) if is_total else fact_limits[str(term.where)]
        least += term.times * (low if term.times > 0 else high)
        times += term.times * np.array(selected(term.where))
    assert least == bound.least
    assert (times <= np.array(inside(target))).all()


@pytest.mark.parametrize("sex", ["M", "F"])
def test_a_two_way_sum_is_exact_by_totals_if_a_fact_leaves_it_a_single_number(sex: str) -> None:
    shown = {**MIXED, CELLS[0]: 9}
    count = sum(shown[codes] for codes in CELLS if codes[3:5] == ("F", "DA"))
    fact = Fact("females", YEAR, FEMALE_DA, count, count)
    target = (T, T, T, sex, "DA", T)
    assert not is_exact_by_totals(Year(YEAR, CATEGORIES, shown, ()), target)
    assert is_exact_by_totals(Year(YEAR, CATEGORIES, shown, (fact,)), target)


def test_a_two_way_sum_is_exact_by_totals_if_one_of_its_dimensions_has_a_single_code() -> None:
    year = Year(YEAR, CATEGORIES, MIXED, ())
    assert CATEGORIES["age_band"] == ["20-29"]
    assert is_exact_by_totals(year, (T, T, "20-29", "M", T, T))


@pytest.mark.slow
def test_the_lower_bound_of_a_sum_is_not_above_its_feasibility_interval() -> None:
    year = Year(YEAR, CATEGORIES, MIXED, ())
    for target in SUMS:
        if target[:3] == (T, "VNM", T) and target[5] == T:
            interval = feasibility_interval(year, target, NO_LIMIT)
            assert bound_by_totals(year, target).least <= interval.low


def test_facts_on_further_dimensions_can_make_a_sum_exact_between_them() -> None:
    target = (T, "VNM", T, "F", T, T)
    year = Year(YEAR, CATEGORIES, MIXED, ())
    facts = []
    for crimes in (["MS"], ["DA", "OTH"]):
        where = {"nationality": ["VNM"], "sex": ["F"], "crime_type": crimes}
        number = Fact("", YEAR, where, 0, 0).sum_of(MIXED)
        facts.append(Fact("".join(crimes), YEAR, where, number, number))
    assert is_exact_by_totals(replace(year, facts=tuple(facts)), target)
    assert not is_exact_by_totals(replace(year, facts=tuple(facts[:1])), target)


def test_a_bound_whose_terms_count_a_cell_too_often_is_not_believed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The solver computes in floating point: what it says may be off."""
    target = (T, T, T, "F", "DA", T)
    number = Fact("", YEAR, FEMALE_DA, 0, 0).sum_of(MIXED)
    year = Year(YEAR, CATEGORIES, MIXED, [Fact("F", YEAR, FEMALE_DA, number, number)])
    assert bound_by_totals(year, target).least == number > 0
    monkeypatch.setattr(bounds_by_totals, "_dual_solution", lambda _, rows: np.ones(len(rows)))
    assert bound_by_totals(year, target).least == 0
