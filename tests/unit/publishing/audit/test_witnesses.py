"""Witnesses: each agrees with everything published, and together they move every small sum.

Every claim about them is added up here by loops over cells, which share nothing with the arrays of
the code.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from referrals.publishing.audit import marginal_sums
from referrals.publishing.audit.bounds_by_totals import bound_by_totals
from referrals.publishing.audit.feasibility_intervals import MOST_SEARCHED
from referrals.publishing.audit.marginal_sums import Changes, MarginalSums, small_sums, too_narrow
from referrals.publishing.audit.prove import prove
from referrals.publishing.audit.public_release import PublicRelease
from referrals.publishing.audit.witnesses import of_year
from referrals.publishing.cell_codes import Codes, Fact, Year
from referrals.publishing.disclosure.rounding import protect as rounding
from referrals.publishing.tabulation.counts import Counts
from referrals.reference.codelists import FINEST
from tests.fixtures.small_counts import (
    MALES,
    STEPS,
    TINY,
    YEAR,
    T,
    as_public,
    every_sum,
    grid,
    order,
    protected,
)

pytestmark = pytest.mark.publishing


@cache
def published_year() -> Year:
    return as_public(protected()[1])


@cache
def tiny_year() -> Year:
    """A year of few categories, with a count of 1 to 4 in every cell."""
    counts = {codes: 1 + place * 7 % 4 for place, codes in enumerate(grid())}
    return as_public(rounding.protect(Counts.of(YEAR, TINY, counts), seed=1, steps=STEPS))


@cache
def witnesses() -> Sequence[Changes]:
    return prove(release(published_year())).witnesses


@cache
def moves() -> Sequence[Counter[Codes]]:
    """Return by how much each witness moves every sum."""
    return [every_sum(changes) for changes in witnesses()]


def release(*years: Year) -> PublicRelease:
    return PublicRelease(
        folder=Path("test"),
        release_id="test",
        status="official",
        method="rounding",
        years={year.year: year for year in years},
        published={},
        largest_error=protected()[1].largest_error,
        revises="",
        problems=(),
    )


def table(changes: Changes) -> Counter[Codes]:
    """Return the table that a witness is."""
    cells = Counter(published_year().cells)
    cells.update(changes)
    return cells


def possible_counts(shown: int) -> set[int]:
    """Return the counts that a published number can stand for."""
    if shown == 0:
        return {0, 1, 2, 3, 4}
    return {1, 2, 3, 4, shown} if shown in {5, 6, 7} else {shown}


def candidates(year: Year) -> set[Codes]:
    """Return every sum that could be 1 to 4.

    These are sums that a 5, 6 or 7 can make small, and cells that show 0 and aren't ruled out by
    the exact totals.
    """
    ambiguous = [codes for codes, value in year.cells.items() if value in {5, 6, 7}]
    least = every_sum({**year.cells, **dict.fromkeys(ambiguous, 1)})
    sums = {codes for codes, value in least.items() if 0 < value < 5 and order(codes) > 1}
    reachable = [{codes[column] for codes in ambiguous} for column in range(len(FINEST))]
    zeros = {codes for codes in itertools.product(*reachable) if codes not in year.cells}
    return sums | zeros


def could_be_small(year: Year) -> set[Codes]:
    """Return the candidates that totals and facts don't prove to be five or more."""
    fact_dimensions = [
        {place for place, name in enumerate(FINEST) if name in fact.where} for fact in year.facts
    ]
    small = set()
    for codes in candidates(year):
        fixed = {place for place, code in enumerate(codes) if code != T}
        if fixed not in fact_dimensions or bound_by_totals(year, codes).least < 5:
            small.add(codes)
    return small


def unmoved(year: Year) -> set[Codes]:
    """Return the sums of a year that could be small and that no witness moves."""
    if year is published_year():
        by_witness = moves()
    else:
        by_witness = [every_sum(changes) for changes in prove(release(year)).witnesses]
    moved: set[Codes] = set()
    for sums in by_witness:
        moved.update(codes for codes, by in sums.items() if by)
    return could_be_small(year) - moved


@pytest.mark.slow
def test_a_year_with_small_numbers_has_witnesses_and_each_changes_a_cell() -> None:
    assert witnesses()
    assert all(changes and 0 not in changes.values() for changes in witnesses())


@pytest.mark.slow
def test_every_cell_of_a_witness_is_a_count_that_the_published_number_can_stand_for() -> None:
    cells = published_year().cells
    for changes in witnesses():
        for codes in changes:
            assert table(changes)[codes] in possible_counts(cells.get(codes, 0))


@pytest.mark.slow
def test_no_witness_moves_the_total_or_a_one_way_total() -> None:
    for sums in moves():
        assert not any(by for codes, by in sums.items() if order(codes) <= 1)


@pytest.mark.slow
def test_no_witness_breaks_a_published_fact_or_range() -> None:
    assert {fact.is_exact for fact in published_year().facts} == {True, False}
    for changes, fact in itertools.product(witnesses(), published_year().facts):
        assert fact.low <= fact.sum_of(table(changes)) <= fact.high


@pytest.mark.parametrize(("below", "above"), [(4, 0), (0, 4), (4, 4)])
def test_no_witness_leaves_a_published_range(below: int, above: int) -> None:
    where = {"nationality": ["VNM", "ALB"], "crime_type": ["MS"]}
    shown = Fact("range", YEAR, where, 0, 0).sum_of(tiny_year().cells)
    ends = Fact("range", YEAR, where, shown - below, shown + above)
    beside = Fact("other", YEAR, {"sex": ["M"], "quarter": ["2020-Q2"]}, 0, 10_000)
    year = replace(tiny_year(), facts=(ends, beside))
    found, _ = of_year(year, protected()[1].largest_error)
    moved = {ends.sum_of(changes) for changes in found}
    assert moved == {0, *([-4] if below else []), *([4] if above else [])}


def test_no_witness_moves_a_sum_by_more_than_its_announced_error() -> None:
    largest_error = protected()[1].largest_error
    for sums in moves():
        for codes, by in sums.items():
            if 2 <= order(codes) < 6:
                assert abs(by) <= largest_error[order(codes)]


def test_witnesses_move_every_sum_that_could_be_small_between_them() -> None:
    without_facts = replace(published_year(), facts=())
    assert len(could_be_small(without_facts)) > 1_000
    assert unmoved(without_facts) == set()


def test_witnesses_leave_few_two_way_sums_unmoved_if_there_are_published_facts() -> None:
    left = unmoved(published_year())
    assert len(left) <= MOST_SEARCHED
    assert all(order(codes) == 2 for codes in left)


def test_witnesses_give_every_moved_sum_an_interval_at_least_four_wide() -> None:
    year = published_year()
    changes: dict[Codes, set[int]] = {codes: {0} for codes in could_be_small(year) - unmoved(year)}
    for sums in moves():
        for codes, by in sums.items():
            if codes in changes:
                changes[codes].add(by)
    assert min(max(found) - min(found) for found in changes.values()) >= 4


@pytest.mark.slow  # the next test proves a smaller release twice
def test_the_proof_of_the_same_release_has_the_same_witnesses() -> None:
    assert list(prove(release(published_year())).witnesses) == list(witnesses())


@pytest.mark.parametrize("make", [tiny_year, pytest.param(published_year, marks=pytest.mark.slow)])
def test_the_proof_uses_nothing_but_the_public_values_of_a_year(make: Callable[[], Year]) -> None:
    year = make()
    copied = Year(year.year, dict(year.categories), dict(year.cells), tuple(year.facts))
    assert list(prove(release(copied)).witnesses) == list(prove(release(year)).witnesses) != []


def test_the_fact_that_ties_two_dimensions_is_among_the_facts_of_these_tests() -> None:
    assert MALES in {fact.name for fact in published_year().facts}


def test_a_year_with_large_numbers_alone_needs_no_witness() -> None:
    large = Year(YEAR, TINY, dict.fromkeys(grid(), 12), ())
    assert prove(release(large)).witnesses == []
    assert list(small_sums(large, MarginalSums(large))) == []


def test_a_single_small_number_has_no_witness_and_is_too_narrow() -> None:
    single = Year(YEAR, TINY, {**dict.fromkeys(grid(), 12), grid()[0]: 5}, ())
    sums = MarginalSums(single)
    assert prove(release(single)).witnesses == []
    left = too_narrow(marginal_sums.candidates(single, sums), sums, [])
    assert grid()[0] in {sums.codes_of(number) for number in left.tolist()}


def test_a_witness_changes_cells_of_every_year_at_once() -> None:
    year = tiny_year()
    later = {name: list(codes) for name, codes in year.categories.items()}
    later["quarter"] = ["2021-Q2", "2021-Q3"]
    renamed = dict(zip(year.categories["quarter"], later["quarter"], strict=True))
    cells = {(renamed[codes[0]], *codes[1:]): value for codes, value in year.cells.items()}
    both = prove(release(year, Year("2021-22", later, cells, ()))).witnesses
    first_year = []
    for changes in both:
        inside = {codes: by for codes, by in changes.items() if codes[0] in renamed}
        if inside:
            first_year.append(inside)
    assert first_year == list(prove(release(year)).witnesses) != []
    assert any({codes[0] for codes in changes} & set(later["quarter"]) for changes in both)


# Marginal sums.


def test_the_candidates_of_the_audit_are_those_of_a_loop_over_cells() -> None:
    sums = MarginalSums(published_year())
    numbers = marginal_sums.candidates(published_year(), sums).tolist()
    assert {sums.codes_of(number) for number in numbers} == candidates(published_year())


def test_the_sums_that_one_witness_does_not_move_are_too_narrow() -> None:
    sums = MarginalSums(published_year())
    numbers = marginal_sums.candidates(published_year(), sums)
    left = too_narrow(numbers, sums, witnesses()[:1]).tolist()
    expected = {codes for codes in candidates(published_year()) if not moves()[0][codes]}
    assert expected
    assert {sums.codes_of(number) for number in left} == expected


def test_the_sums_that_no_witness_moves_are_too_narrow() -> None:
    sums = MarginalSums(published_year())
    numbers = marginal_sums.candidates(published_year(), sums)
    left = {sums.codes_of(number) for number in too_narrow(numbers, sums, witnesses()).tolist()}
    assert could_be_small(published_year()) & left == unmoved(published_year())


def test_marginal_sums_are_those_of_a_loop_over_cells() -> None:
    values = np.random.default_rng(2).integers(-4, 30, len(grid())).tolist()
    cells = dict(zip(grid(), values, strict=True))
    expected = every_sum(cells)
    sums = MarginalSums(Year(YEAR, TINY, {}, ()))
    every = itertools.product(*((*codes, T) for codes in TINY.values()))
    found = {sums.codes_of(number): value for number, value in enumerate(sums.totals(cells))}
    assert found == {codes: expected[codes] for codes in every}
    assert [order(sums.codes_of(number)) for number in range(sums.count)] == sums.order.tolist()


def test_a_finest_cell_is_the_last_of_its_64_marginal_sums() -> None:
    sums = MarginalSums(Year(YEAR, TINY, {}, ()))
    (numbers,) = sums.numbers_of(np.array([sums.places(grid()[7])]))
    assert len(set(numbers.tolist())) == 64
    assert sums.codes_of(int(numbers[-1])) == grid()[7]


@pytest.mark.parametrize("shown", [0, 5, 8])
def test_small_sums_are_the_candidates_of_two_to_five_dimensions(shown: int) -> None:
    cells = {}
    for place, codes in enumerate(grid()):
        if place % 3 or shown:
            cells[codes] = 5 if place % 5 else shown
    year = Year(YEAR, TINY, cells, ())
    sums = MarginalSums(year)
    expected = {codes for codes in candidates(year) if 2 <= order(codes) <= 5}
    assert {sums.codes_of(number) for number in small_sums(year, sums).tolist()} == expected
