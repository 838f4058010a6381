"""Bounds of parts and totals, worked out together: parts never exceed their whole."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referrals.query import kinds
from referrals.query.observation import SUPPRESSED, Observation
from referrals.query.selection import Selection
from referrals.query.tables import joint_bounds
from referrals.release.release import Release
from tests.fixtures.rounded_questions import dimensions, few, selections


def row(lower: int, upper: int, status: str = "e") -> Observation:
    return Observation("A", "A", "category", lower, lower, upper, status)


def test_a_part_of_0_to_16_cannot_exceed_a_total_of_0_to_12() -> None:
    (part, other), total = joint_bounds.within_total([row(0, 16), row(0, 3)], row(0, 12))
    assert (part.bounds, other.bounds, total.bounds) == ((0, 12), (0, 3), (0, 12))


def test_a_total_is_at_least_the_sum_of_its_parts() -> None:
    parts, total = joint_bounds.within_total([row(8, 16), row(5, 5)], row(0, 40))
    assert total.bounds == (13, 21)
    assert [part.bounds for part in parts] == [(8, 16), (5, 5)]


def test_what_only_one_number_can_be_is_exact() -> None:
    (part, _), _ = joint_bounds.within_total([row(0, 9), row(4, 4, "")], row(10, 10, ""))
    assert (part.bounds, part.status) == ((6, 6), "")


def test_a_revised_number_that_only_one_number_can_be_still_says_that_it_was_revised() -> None:
    parts = [row(0, 9, "r"), row(4, 4, "")]
    (part, _), _ = joint_bounds.within_total(parts, row(10, 10, ""))
    assert (part.bounds, part.status) == ((6, 6), "r")


def test_nothing_is_concluded_if_a_part_is_withheld() -> None:
    parts = (row(0, 16), Observation("B", "B", "category", None, None, None, SUPPRESSED))
    assert joint_bounds.within_total(parts, row(0, 12)) == (parts, row(0, 12))


small = st.tuples(st.integers(0, 5), st.integers(0, 5)).map(lambda two: tuple(sorted(two)))


@given(st.lists(small, min_size=1, max_size=3), small)
def test_the_bounds_are_those_of_every_table_that_agrees(
    parts: list[tuple[int, int]], total: tuple[int, int]
) -> None:
    tables = [
        table
        for table in product(*(range(low, high + 1) for low, high in parts))
        if total[0] <= sum(table) <= total[1]
    ]
    if not tables:
        return
    found, whole = joint_bounds.within_total([row(*part) for part in parts], row(*total))
    for place, part in enumerate(found):
        values = [table[place] for table in tables]
        assert part.bounds == (min(values), max(values))
        others = [other.bounds for other in found if other is not part]
        shares = {Fraction(table[place], sum(table)) for table in tables if sum(table)}
        low, high = joint_bounds.share(part.bounds, whole.bounds, others)
        assert all(low <= share <= high for share in shares)
    sums = [sum(table) for table in tables]
    assert whole.bounds == (min(sums), max(sums))


@few
@given(dimensions, selections)
def test_no_row_of_an_answer_reaches_beyond_its_total(
    invented: Release, dimension: str, selection: Selection
) -> None:
    answer = kinds.of(invented).answer(dimension, selection)
    rows, (least, most) = answer.observations, answer.total.bounds
    assert all(observation.bounds[1] <= most for observation in rows)
    assert sum(observation.bounds[0] for observation in rows) <= least
    for observation in rows:
        low, high = observation.bounds
        assert low <= (observation.value or 0) <= high
        if observation.share is not None and observation.share.value is not None:
            share = observation.share
            assert 0 <= share.lower <= observation.share.value <= share.upper <= 1


@pytest.mark.parametrize("part", [(0, 0), (0, 5)])
def test_a_share_of_nothing_is_between_none_and_all(part: tuple[int, int]) -> None:
    low, high = joint_bounds.share(part, (0, 5), [])
    assert (low, high) == (Fraction(0), Fraction(1))
