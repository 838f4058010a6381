"""The exact repair: what it returns meets every pin, and it gives up only where nothing does."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from referrals.errors import DisclosureError
from referrals.publishing.disclosure.rounding import repair as repairs
from referrals.publishing.disclosure.rounding.annealing import VALUES, Integers, Sums
from referrals.publishing.disclosure.rounding.repair import Pin, repair
from tests.fixtures.examples import examples

COUNT = 5
SUMS = Sums.of(np.array(list(itertools.product(range(3), range(2))))[:COUNT])
NUMBERS = st.lists(st.sampled_from(VALUES), min_size=COUNT, max_size=COUNT).map(np.array)
SMALL = st.lists(st.integers(1, 4), min_size=COUNT, max_size=COUNT).map(np.array)


@st.composite
def pins(draw: st.DrawFn) -> Pin:
    inside = draw(st.lists(st.booleans(), min_size=COUNT, max_size=COUNT))
    low = draw(st.integers(0, 20))
    return Pin("drawn", np.array(inside), low, low + draw(st.integers(0, 2)))


def holds(rounded: Sequence[int] | Integers, wanted: Sequence[Pin]) -> bool:
    return all(
        one.low <= sum(itertools.compress(map(int, rounded), one.cells.tolist())) <= one.high
        for one in wanted
    )


def exactly(number: int) -> Pin:
    return Pin("all", np.ones(COUNT, dtype=np.bool_), number, number)


@settings(max_examples=examples(40))
@given(SMALL, NUMBERS, st.lists(pins(), min_size=1, max_size=3))
def test_it_finds_a_choice_that_meets_every_pin_wherever_trying_all_of_them_finds_one(
    values: Integers, rounded: Integers, wanted: list[Pin]
) -> None:
    exists = any(holds(one, wanted) for one in itertools.product(VALUES, repeat=COUNT))
    if exists:
        repaired = repair(values, rounded, SUMS, wanted)
        assert holds(repaired, wanted)
        assert set(repaired.tolist()) <= set(VALUES)
    else:
        with pytest.raises(DisclosureError, match="keeps every total exact"):
            repair(values, rounded, SUMS, wanted)


def test_a_rounding_that_meets_every_pin_stays_as_it_is() -> None:
    rounded = np.array([0, 5, 6, 0, 7])
    assert (
        repair(np.array([1, 2, 3, 4, 4]), rounded, SUMS, [exactly(18)]).tolist() == rounded.tolist()
    )


def test_what_was_given_is_not_altered() -> None:
    rounded = np.array([0, 5, 6, 0, 7])
    repair(np.array([1, 2, 3, 4, 4]), rounded, SUMS, [exactly(12)])
    assert rounded.tolist() == [0, 5, 6, 0, 7]


@pytest.mark.parametrize("total", [1, 2, 3, 4, 8, 9, 36])
def test_a_total_that_cannot_be_made_of_0_5_6_and_7_is_refused_with_what_to_do(total: int) -> None:
    with pytest.raises(DisclosureError, match="Publish fewer categories"):
        repair(np.array([1, 2, 3, 4, 4]), np.zeros(COUNT, dtype=np.int64), SUMS, [exactly(total)])


def test_the_repair_is_the_same_each_time() -> None:
    values, rounded = np.array([1, 2, 3, 4, 4]), np.array([0, 5, 6, 0, 7])
    first, second = (repair(values, rounded, SUMS, [exactly(24)]).tolist() for _ in range(2))
    assert first == second


def test_an_answer_that_time_cut_short_is_refused_for_it_would_be_another_on_a_slower_machine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(repairs, "SECONDS", 0.0)
    with pytest.raises(DisclosureError, match="did not finish in time"):
        repair(np.array([1, 2, 3, 4, 4]), np.array([0, 5, 6, 0, 7]), SUMS, [exactly(24)])
