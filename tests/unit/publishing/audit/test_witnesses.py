"""Witnesses: each agrees with all that is public, and together they move every sum that could be small.

All that is claimed of them is added up here by a loop over cells that shares nothing with the code that builds them.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from referrals.publishing.audit import audit, marginal_sums
from referrals.publishing.audit.feasibility_intervals import least_by_totals
from referrals.publishing.audit.marginal_sums import Changes, Sums, small_sums, unmoved
from referrals.publishing.audit.public_release import Codes, PublicRelease, Year
from referrals.reference.codelists import FINEST
from tests.fixtures.small_counts import (
    MALES,
    TINY,
    YEAR,
    T,
    as_public,
    every_sum,
    grid,
    fact_sum,
    order,
    protected,
)

pytestmark = pytest.mark.publishing


@cache
def year() -> Year:
    return as_public(protected()[1])


@cache
def witnesses() -> Sequence[Changes]:
    return audit.prove(release(year())).witnesses


def release(*years: Year) -> PublicRelease:
    errors = protected()[1].largest_error
    return PublicRelease(
        Path("test"),
        "test",
        "official",
        "rounding",
        {one.year: one for one in years},
        {},
        errors,
        "",
        (),
    )


def filled(changes: Changes) -> Counter[Codes]:
    """The data set that a witness is."""
    filling = Counter(year().cells)
    filling.update(changes)
    return filling


def standing_for(shown: int) -> set[int]:
    """What a published number can stand for, by the rule."""
    if shown == 0:
        return {0, 1, 2, 3, 4}
    return {1, 2, 3, 4, shown} if shown in {5, 6, 7} else {shown}


def candidates(one: Year) -> set[Codes]:
    """Every sum that could be 1 to 4: sums that 5, 6 and 7 may make small, and zeros that the exact totals do not rule out."""
    least = every_sum(
        {codes: 1 if value in {5, 6, 7} else value for codes, value in one.cells.items()}
    )
    sums = {codes for codes, value in least.items() if 0 < value < 5 and order(codes) > 1}
    movable = [codes for codes, value in one.cells.items() if value in {5, 6, 7}]
    reached = [{codes[column] for codes in movable} for column in range(len(FINEST))]
    return sums | {codes for codes in itertools.product(*reached) if codes not in one.cells}


def could_be_small(one: Year) -> set[Codes]:
    """The candidates that the exact totals and facts leave small: a fact can tell that a sum of its dimensions is large."""
    tied = [
        {place for place, name in enumerate(FINEST) if name in fact.where} for fact in one.facts
    ]
    fixed = {
        codes: {place for place, code in enumerate(codes) if code != T} for codes in candidates(one)
    }
    return {codes for codes in fixed if fixed[codes] not in tied or least_by_totals(one, codes) < 5}


def test_there_are_witnesses_and_each_changes_something() -> None:
    assert witnesses()
    assert all(changes and 0 not in changes.values() for changes in witnesses())


def test_every_cell_of_a_witness_is_a_number_that_the_published_one_can_stand_for() -> None:
    cells = year().cells
    for changes in witnesses():
        assert all(filled(changes)[codes] in standing_for(cells.get(codes, 0)) for codes in changes)


def test_no_witness_moves_a_total_of_one_dimension_or_of_all() -> None:
    for changes in witnesses():
        assert not any(moved for codes, moved in every_sum(changes).items() if order(codes) <= 1)


def test_no_witness_breaks_a_published_fact() -> None:
    assert {fact.is_exact for fact in year().facts} == {True, False}
    for changes, fact in itertools.product(witnesses(), year().facts):
        assert fact.low <= fact_sum(fact, filled(changes)) <= fact.high


def test_no_witness_moves_a_sum_by_more_than_its_announced_error() -> None:
    room = protected()[1].largest_error
    for changes in witnesses():
        assert all(
            abs(moved) <= room[order(codes)]
            for codes, moved in every_sum(changes).items()
            if 2 <= order(codes) < 6
        )


def left_unmoved(one: Year) -> set[Codes]:
    """The sums that could be small and that no witness of a year moves."""
    made = witnesses() if one is year() else audit.prove(release(one)).witnesses
    return could_be_small(one) - {
        codes for changes in made for codes, by in every_sum(changes).items() if by
    }


def test_together_they_move_every_sum_that_could_be_small() -> None:
    without_facts = replace(year(), facts=())
    assert len(could_be_small(without_facts)) > 1_000
    assert left_unmoved(without_facts) == set()


def test_published_facts_leave_few_sums_unmoved_and_only_of_two_dimensions() -> None:
    left = left_unmoved(year())
    assert len(left) <= audit.SEARCHED
    assert all(order(codes) == 2 for codes in left)


def test_every_sum_that_could_be_small_has_a_range_at_least_four_wide() -> None:
    ranges: dict[Codes, set[int]] = {
        codes: {0} for codes in could_be_small(year()) - left_unmoved(year())
    }
    for changes in witnesses():
        for codes, by in every_sum(changes).items():
            if codes in ranges:
                ranges[codes].add(by)
    assert min(max(found) - min(found) for found in ranges.values()) >= 4


def test_the_same_release_has_the_same_witnesses() -> None:
    assert list(audit.prove(release(year())).witnesses) == list(witnesses())


def test_witnesses_are_built_from_what_is_public_alone() -> None:
    copied = Year(year().year, dict(year().categories), dict(year().cells), tuple(year().facts))
    assert list(audit.prove(release(copied)).witnesses) == list(witnesses())


def test_the_audit_looks_at_the_same_sums() -> None:
    sums = Sums(year())
    assert {
        sums.cell(one) for one in marginal_sums.candidates(year(), sums).tolist()
    } == candidates(year())


def test_sums_that_no_witness_moves_are_found() -> None:
    sums = Sums(year())
    numbers = marginal_sums.candidates(year(), sums)
    left = {sums.cell(one) for one in unmoved(numbers, sums, witnesses()[:1]).tolist()}
    assert (
        left
        == {codes for codes in candidates(year()) if not every_sum(witnesses()[0])[codes]}
        != set()
    )
    assert could_be_small(year()) & {
        sums.cell(one) for one in unmoved(numbers, sums, witnesses()).tolist()
    } == left_unmoved(year())


def test_a_year_that_shows_only_large_numbers_needs_no_witness() -> None:
    large = Year(YEAR, TINY, dict.fromkeys(grid(), 12), ())
    assert audit.prove(release(large)).witnesses == []
    assert list(small_sums(large, Sums(large))) == []


def test_a_lonely_small_number_has_no_witness_and_is_left_unmoved() -> None:
    lonely = Year(YEAR, TINY, {**dict.fromkeys(grid(), 12), grid()[0]: 5}, ())
    sums = Sums(lonely)
    assert audit.prove(release(lonely)).witnesses == []
    assert grid()[0] in {
        sums.cell(one) for one in unmoved(marginal_sums.candidates(lonely, sums), sums, []).tolist()
    }


def test_years_are_changed_by_one_witness_at_once() -> None:
    later = {name: list(codes) for name, codes in year().categories.items()}
    later["quarter"] = ["2021-Q2", "2021-Q3", "2021-Q4", "2022-Q1"]
    renamed = dict(zip(year().categories["quarter"], later["quarter"], strict=True))
    other = Year(
        "2021-22",
        later,
        {(renamed[codes[0]], *codes[1:]): value for codes, value in year().cells.items()},
        (),
    )
    both = audit.prove(release(year(), other)).witnesses
    first = [
        {codes: by for codes, by in changes.items() if codes[0] in renamed} for changes in both
    ]
    assert [changes for changes in first if changes] == list(witnesses())
    assert any({codes[0] for codes in changes} & set(later["quarter"]) for changes in both)


def summed(cells: Mapping[Codes, int]) -> dict[Codes, int]:
    """The sums of cells in the categories of a few codes, those that are 0 too."""
    found = every_sum(cells)
    return {
        codes: found[codes]
        for codes in itertools.product(*((*codes, T) for codes in TINY.values()))
    }


def test_sums_are_those_of_adding_up_one_by_one() -> None:
    cells = dict(
        zip(grid(), np.random.default_rng(2).integers(-4, 30, len(grid())).tolist(), strict=True)
    )
    sums = Sums(Year(YEAR, TINY, {}, ()))
    added = sums.added(cells).tolist()
    assert {sums.cell(number): value for number, value in enumerate(added)} == summed(cells)
    assert [order(sums.cell(number)) for number in range(sums.count)] == [
        int(size) for size in sums.order
    ]


def test_a_cell_is_the_last_of_its_64_sums() -> None:
    sums = Sums(Year(YEAR, TINY, {}, ()))
    (numbers,) = sums.of(np.array([sums.places(grid()[7])]))
    assert len(set(numbers.tolist())) == 64
    assert sums.cell(int(numbers[-1])) == grid()[7]


@pytest.mark.parametrize("shown", [0, 5, 8])
def test_small_sums_are_those_of_two_to_five_dimensions_that_could_be_fewer_than_five(
    shown: int,
) -> None:
    one = Year(
        YEAR,
        TINY,
        {
            codes: 5 if place % 5 else shown
            for place, codes in enumerate(grid())
            if place % 3 or shown
        },
        (),
    )
    sums = Sums(one)
    expected = {codes for codes in candidates(one) if 2 <= order(codes) <= 5}
    assert {sums.cell(number) for number in small_sums(one, sums).tolist()} == expected


def test_the_fact_that_ties_two_dimensions_is_one_of_those_that_are_tested() -> None:
    assert MALES in {fact.name for fact in year().facts}
