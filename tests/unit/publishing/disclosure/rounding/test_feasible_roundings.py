"""The list of feasible roundings is complete, and better ones are likelier."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from referrals.publishing.disclosure.rounding.annealing import Integers, MarginalSums
from referrals.publishing.disclosure.rounding.feasible_roundings import (
    MANY_SMALL_COUNTS,
    MOST_COUNTS,
    TEMPERATURE,
    every_rounding,
    probabilities,
    squared_errors,
    temperature,
)
from referrals.publishing.disclosure.rounding.programme import Constraint
from referrals.reference.disclosure_rule import ROUNDED_VALUES

pytestmark = pytest.mark.publishing

COUNT = 4
EVERYTHING = list(itertools.product(ROUNDED_VALUES, repeat=COUNT))
PLACES = np.array(list(itertools.product(range(2), range(2))))


@st.composite
def constraints(draw: st.DrawFn) -> Constraint:
    inside = draw(st.lists(st.booleans(), min_size=COUNT, max_size=COUNT))
    low = draw(st.integers(0, 20))
    return Constraint("drawn", np.array(inside), low, low + draw(st.integers(0, 8)))


@given(st.lists(constraints(), max_size=4))
def test_every_rounding_that_meets_the_constraints_is_listed_once(
    wanted: list[Constraint],
) -> None:
    expected = [
        rounding
        for rounding in EVERYTHING
        if all(constraint.holds(np.array(rounding)) for constraint in wanted)
    ]
    listed = every_rounding(wanted, COUNT)
    assert listed is not None
    assert sorted(map(tuple, listed.tolist())) == expected


def test_roundings_of_many_counts_are_not_listed() -> None:
    assert every_rounding([], MOST_COUNTS + 1) is None


def test_roundings_are_not_listed_if_there_are_too_many() -> None:
    assert every_rounding([], MOST_COUNTS) is None


@pytest.fixture(scope="module")
def values() -> Integers:
    return np.array([1, 4, 4, 1])


def test_squared_errors_are_those_of_sums_added_up_one_by_one(values: Integers) -> None:
    sums = MarginalSums.of(PLACES)
    roundings = np.array(EVERYTHING[::7])
    units = squared_errors(values, np.array([[1 + 1, 4, 4, 1]]), sums)
    assert units.tolist() == [1.0]
    found = squared_errors(values, roundings, sums)
    for rounding, cost in zip(roundings, found, strict=True):
        errors = sums.errors(rounding - values)
        assert cost >= 0
        assert (cost == 0) == (not errors.any())


def test_probabilities_add_up_to_one_and_the_smallest_error_is_likeliest(
    values: Integers,
) -> None:
    sums, roundings = MarginalSums.of(PLACES), np.array(EVERYTHING)
    chances = probabilities(values, roundings, sums)
    assert chances.sum() == pytest.approx(1)
    assert chances.argmax() == squared_errors(values, roundings, sums).argmin()


def test_no_rounding_of_a_few_counts_is_nearly_certain_or_nearly_impossible(
    values: Integers,
) -> None:
    """Otherwise somebody who tries them with the program would rule them out."""
    chances = probabilities(values, np.array(EVERYTHING), MarginalSums.of(PLACES))
    assert chances.max() < 5 * chances.min()


def test_the_temperature_falls_with_the_number_of_small_counts_to_a_lowest_value() -> None:
    found = [temperature(count) for count in (0, 1, 10, 100, MANY_SMALL_COUNTS, 10_000)]
    assert found == sorted(found, reverse=True)
    assert found[-2:] == [TEMPERATURE, TEMPERATURE]
