"""The tightest range is that of trying every filling, no wider and no narrower, and its two ends are fillings themselves."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from referrals.errors import DisclosureError
from referrals.publishing.audit.feasibility_intervals import (
    Attacker,
    bound_by_totals,
    is_exact_by_totals,
    least_by_totals,
)
from referrals.publishing.audit.public_release import Codes, Fact, Year
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
WIDE = dict.fromkeys(range(2, 6), 1000)
ERRORS = (WIDE, {2: 8, 3: 4, 4: 4, 5: 4}, {2: 3, 3: 2, 4: 5, 5: 3}, dict.fromkeys(range(2, 6), 0))
FEMALE_DA = {"sex": ["F"], "crime_type": ["DA"]}


def inside(one: Codes) -> list[bool]:
    return [all(code in (T, own) for own, code in zip(codes, one, strict=True)) for codes in CELLS]


def counted(where: Mapping[str, Sequence[str]]) -> list[bool]:
    return [
        all(code in where.get(name, (code,)) for name, code in zip(FINEST, codes, strict=True))
        for codes in CELLS
    ]


def fillings(year: Year, errors: Mapping[int, int] = WIDE) -> NDArray[np.int64]:
    """Every filling of the cells that the rule, the exact totals, the facts and the announced errors allow, a row each."""
    shown = [year.cells.get(codes, 0) for codes in CELLS]
    rows = [(inside(one), None) for one in SUMS if sum(code != T for code in one) == 1]
    limits = [(mine, total := sum(itertools.compress(shown, mine)), total) for mine, _ in rows]
    limits += [
        (
            mine := inside(one),
            (total := sum(itertools.compress(shown, mine))) - errors[order],
            total + errors[order],
        )
        for one in SUMS
        if 1 < (order := sum(code != T for code in one)) < 6
    ]
    limits += [(counted(fact.where), fact.low, fact.high) for fact in year.facts]
    found = np.zeros((1, 0), dtype=np.int64)
    for place, number in enumerate(shown):
        choices = range(5) if number == 0 else (1, 2, 3, 4, number) if number <= 7 else (number,)
        found = np.concatenate([np.insert(found, place, choice, axis=1) for choice in choices])
        for mine, low, high in limits:
            now = found @ np.array(mine[: place + 1], dtype=np.int64)
            full = not any(mine[place + 1 :])
            found = found[(now <= high) & ((now >= low) | (not full))]
    return found


@st.composite
def years(draw: st.DrawFn) -> Year:
    values = draw(
        st.lists(st.sampled_from((0, 0, 5, 6, 7, 8)), min_size=len(CELLS), max_size=len(CELLS))
    )
    cells = {codes: value for codes, value in zip(CELLS, values, strict=True) if value}
    shown = sum(itertools.compress(values, counted(FEMALE_DA)))
    width = draw(st.sampled_from((None, 0, 3)))
    facts = (
        () if width is None else (Fact("females", YEAR, FEMALE_DA, shown - width, shown + width),)
    )
    return Year(YEAR, CATEGORIES, cells, facts)


@settings(max_examples=examples(15))
@given(years(), st.sampled_from(SUMS), st.sampled_from(ERRORS))
def test_the_range_of_a_sum_is_that_of_trying_every_filling(
    year: Year, one: Codes, errors: Mapping[int, int]
) -> None:
    sums = fillings(year, errors) @ np.array(inside(one), dtype=np.int64)
    found = Attacker(year, one, errors).range()
    assert (found.low, found.high) == (sums.min(), sums.max())
    assert found.width == sums.max() - sums.min()


@settings(max_examples=examples(15))
@given(years(), st.sampled_from(SUMS), st.sampled_from(ERRORS))
def test_the_two_ends_of_a_range_are_fillings_that_agree_with_all_that_is_public(
    year: Year, one: Codes, errors: Mapping[int, int]
) -> None:
    possible = {tuple(row) for row in fillings(year, errors).tolist()}
    attacker = Attacker(year, one, errors)
    found = attacker.range()
    assert attacker.fillings() == [changes for changes in (found.at_low, found.at_high) if changes]
    for changes, end in ((found.at_low, found.low), (found.at_high, found.high)):
        filling = [year.cells.get(codes, 0) + changes.get(codes, 0) for codes in CELLS]
        assert tuple(filling) in possible
        assert sum(itertools.compress(filling, inside(one))) == end


def test_exact_totals_have_no_width() -> None:
    year = Year(
        YEAR, CATEGORIES, dict(zip(CELLS, (5, 0, 6, 7, 5, 0, 8, 0, 0, 5, 6, 7), strict=True)), ()
    )
    assert [
        Attacker(year, one, WIDE).range().width
        for one in SUMS
        if sum(code != T for code in one) <= 1
    ] == [0] * 11


def test_an_announced_error_of_nothing_leaves_nothing_open() -> None:
    shown = {
        codes: 5
        for codes in CELLS
        if codes[1] == "VNM" and codes[3:5] in {("M", "MS"), ("F", "DA")}
    }
    year = Year(YEAR, CATEGORIES, shown, ())
    exact = Attacker(year, CELLS[0], dict.fromkeys(range(2, 6), 0))
    assert (
        Attacker(year, CELLS[0], WIDE).range().width,
        exact.range().width,
        exact.fillings(),
    ) == (4, 0, [])


def test_facts_that_contradict_the_totals_stop_the_attack() -> None:
    year = Year(YEAR, CATEGORIES, {CELLS[0]: 8}, (Fact("wrong", YEAR, FEMALE_DA, 50, 50),))
    with pytest.raises(DisclosureError, match="The attack did not finish"):
        Attacker(year, CELLS[0], WIDE).range()


def tables(rows: Sequence[int], columns: Sequence[int]) -> list[NDArray[np.int64]]:
    """Every table of whole numbers with these totals."""
    if len(rows) == 1:
        return [np.array([columns])]
    firsts = [
        one
        for one in itertools.product(*(range(most + 1) for most in columns))
        if sum(one) == rows[0]
    ]
    return [
        np.vstack([first, rest])
        for first in firsts
        for rest in tables(rows[1:], [most - own for most, own in zip(columns, first, strict=True)])
    ]


@settings(max_examples=examples(15))
@given(st.lists(st.integers(0, 6), min_size=6, max_size=6), st.sampled_from((None, 0, 2)))
def test_the_least_that_a_sum_of_two_dimensions_can_be_is_that_of_trying_every_table(
    values: list[int], width: int | None
) -> None:
    counts = np.array(values).reshape(2, 3)
    pairs = itertools.product("MF", ("MS", "DA", "OTH"))
    cells = {
        (*CELLS[0][:3], *codes, "ICE"): value for codes, value in zip(pairs, values, strict=True)
    }
    shown = int(counts[1, 1])
    facts = (
        ()
        if width is None
        else (Fact("females", YEAR, FEMALE_DA, max(0, shown - width), shown + width),)
    )
    year = Year(YEAR, CATEGORIES, {codes: value for codes, value in cells.items() if value}, facts)
    every = tables(counts.sum(axis=1).tolist(), counts.sum(axis=0).tolist())
    allowed = [one for one in every if all(fact.low <= one[1, 1] <= fact.high for fact in facts)]
    for (row, sex), (column, crime) in itertools.product(
        enumerate("MF"), enumerate(("MS", "DA", "OTH"))
    ):
        assert least_by_totals(year, (T, T, T, sex, crime, T)) == min(
            one[row, column] for one in allowed
        )


@settings(max_examples=examples(25))
@given(years(), st.sampled_from(SUMS))
def test_the_parts_of_a_bound_hold_and_add_up_to_it_and_count_no_cell_more_often_than_the_sum(
    year: Year, one: Codes
) -> None:
    bound = bound_by_totals(year, one)
    of_facts = {str(fact.where): (fact.low, fact.high) for fact in year.facts}
    added, limit = np.zeros(len(CELLS), dtype=np.int64), 0
    for part in bound.parts:
        total = sum(
            value
            for codes, value in year.cells.items()
            if Fact("", YEAR, part.where, 0, 0).holds_cell(codes)
        )
        low, high = (total, total) if len(part.where) == 1 else of_facts[str(part.where)]
        limit += part.times * (low if part.times > 0 else high)
        added += part.times * np.array(counted(part.where))
    assert limit == bound.least
    assert (added <= np.array(inside(one))).all()


def test_a_sum_that_totals_and_facts_leave_one_number_is_exact_by_totals() -> None:
    shown = dict(zip(CELLS, (9, 0, 6, 7, 5, 0, 8, 0, 0, 5, 6, 7), strict=True))
    male, female = (T, T, T, "M", "DA", T), (T, T, T, "F", "DA", T)
    count = sum(shown[codes] for codes in CELLS if codes[3:5] == ("F", "DA"))
    fact = Fact("females", YEAR, FEMALE_DA, count, count)
    free, tied = Year(YEAR, CATEGORIES, shown, ()), Year(YEAR, CATEGORIES, shown, (fact,))
    assert [is_exact_by_totals(one, codes) for one in (free, tied) for codes in (male, female)] == [
        False,
        False,
        True,
        True,
    ]
    assert is_exact_by_totals(free, (T, T, "20-29", "M", T, T))  # there is no other age band


def test_the_least_of_a_finer_sum_is_not_more_than_it_can_be() -> None:
    year = Year(
        YEAR, CATEGORIES, dict(zip(CELLS, (5, 0, 6, 7, 5, 0, 8, 0, 0, 5, 6, 7), strict=True)), ()
    )
    for one in [one for one in SUMS if one[:3] == (T, "VNM", T) and one[5] == T]:
        assert least_by_totals(year, one) <= Attacker(year, one, WIDE).range().low
