"""The search: it adds up sums rightly, makes only the numbers that it may, and repeats itself for whoever knows its seed."""

from __future__ import annotations

import itertools
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from referrals.publishing.disclosure.rounding import annealing
from referrals.publishing.disclosure.rounding.annealing import (
    SMALL,
    VALUES,
    Integers,
    Sums,
    column_weights,
    margin_ids,
    search,
    subsets,
)

pytestmark = pytest.mark.publishing

PLACES: st.SearchStrategy[Integers] = st.lists(
    st.tuples(*[st.integers(0, 2)] * 3), min_size=1, max_size=12, unique=True
).map(np.array)


def added(places: Integers, changes: Integers, most: int) -> list[int]:
    """Every sum of up to so many dimensions, from the smallest to the largest, added up one by one."""
    found: Counter[tuple[tuple[int, int], ...]] = Counter()
    for cell, change in zip(places.tolist(), changes.tolist(), strict=True):
        for size in range(most + 1):
            for chosen in itertools.combinations(range(len(cell)), size):
                found[tuple((column, cell[column]) for column in chosen)] += change
    return sorted(found.values())


def squared(places: Integers, values: Integers, rounded: Integers) -> float:
    sums = Sums.of(places)
    errors = sums.errors(rounded - values)
    return float((errors[sums.members] ** 2 @ column_weights(sums.fixed)).sum())


@given(PLACES, st.data())
def test_the_errors_of_all_sums_are_those_of_adding_up_one_by_one(
    places: Integers, data: st.DataObject
) -> None:
    changes = np.array(
        data.draw(st.lists(st.integers(-4, 7), min_size=len(places), max_size=len(places)))
    )
    for most in range(4):
        assert sorted(Sums.of(places, most).errors(changes).astype(int).tolist()) == added(
            places, changes, most
        )


@given(PLACES)
def test_cells_are_in_one_sum_if_and_only_if_their_fixed_codes_are_the_same(
    places: Integers,
) -> None:
    for chosen in subsets(3, 3):
        ids = margin_ids(places, chosen).tolist()
        for one, other in itertools.combinations(range(len(places)), 2):
            assert (ids[one] == ids[other]) == all(
                places[one, column] == places[other, column] for column in chosen
            )


def test_there_are_as_many_choices_of_dimensions_as_there_are_tables() -> None:
    assert [len(list(subsets(6, most))) for most in range(7)] == [1, 7, 22, 42, 57, 63, 64]


def test_each_column_says_how_many_dimensions_its_sums_fix() -> None:
    sums = Sums.of(np.zeros((1, 6), dtype=np.int64))
    assert Counter(sums.fixed.tolist()) == {0: 1, 1: 6, 2: 15, 3: 20, 4: 15}
    assert sums.count == sums.members.shape[1] == 57


def test_no_cells_have_no_sums() -> None:
    sums = Sums.of(np.zeros((0, 6), dtype=np.int64))
    assert sums.count == 0
    assert search(np.zeros(0, dtype=np.int64), sums, seed=1).size == 0


@pytest.fixture(scope="module")
def places() -> Integers:
    return np.array(list(itertools.product(range(3), range(3), range(4))))


@pytest.fixture(scope="module")
def values(places: Integers) -> Integers:
    return np.random.default_rng(5).integers(1, SMALL, size=len(places))


@pytest.fixture(scope="module")
def found(places: Integers, values: Integers) -> Integers:
    return search(values, Sums.of(places), seed=3)


def test_every_small_count_becomes_one_of_four_numbers(found: Integers, values: Integers) -> None:
    assert len(found) == len(values)
    assert set(found.tolist()) <= {0, 5, 6, 7} == set(VALUES)


def test_the_same_seed_makes_the_same_choice(
    found: Integers, places: Integers, values: Integers
) -> None:
    assert search(values, Sums.of(places), seed=3).tolist() == found.tolist()


def test_counts_that_are_searched_part_by_part_come_out_nearly_as_well(
    places: Integers, values: Integers, found: Integers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(annealing, "CHUNK", 10)
    in_parts = search(values, Sums.of(places), seed=3)
    assert squared(places, values, in_parts) < squared(places, values, found) * 1.5


NEAR: st.SearchStrategy[Integers] = st.lists(
    st.tuples(*[st.integers(0, 1)] * 6), min_size=1, max_size=20, unique=True
).map(np.array)
MOVES = st.tuples(
    st.integers(0, 99), st.integers(0, 2), st.integers(-5, 5), st.integers(-500, 5_000)
)


@given(NEAR, st.lists(MOVES, min_size=1, max_size=20), st.data())
def test_a_move_is_made_if_and_only_if_all_sums_added_up_again_say_that_it_costs_no_more_than_its_allowance(
    places: Integers, moves: list[tuple[int, int, int, int]], data: st.DataObject
) -> None:
    values = np.array(
        data.draw(st.lists(st.integers(1, 4), min_size=len(places), max_size=len(places)))
    )
    moves = [(count % len(places), turn, draw, allowance) for count, turn, draw, allowance in moves]
    sums, chosen = Sums.of(places), np.zeros(len(places), dtype=np.int64)
    slopes = sums.errors(chosen - values)[sums.members] @ column_weights(sums.fixed)
    found = annealing._Chunk(np.arange(len(places)), sums).annealed(
        chosen.tolist(),
        slopes,
        annealing.weights_at(),
        annealing._Moves(*map(list, zip(*moves, strict=True))),
    )
    for move in moves:
        other = moved(places, chosen, move)
        if total_cost(sums, other - values) - total_cost(sums, chosen - values) <= move[-1]:
            chosen = other
    assert found == chosen.tolist()


def moved(places: Integers, chosen: Integers, move: tuple[int, int, int, int]) -> Integers:
    """What a move makes of the choices: the same where it may not be made."""
    count, turn, draw, _ = move
    close = [
        one
        for one, place in enumerate(places)
        if one != count and (place == places[count]).sum() >= annealing.CLOSE
    ]
    change = [value for value in VALUES if value != chosen[count]][turn] - chosen[count]
    other = chosen.copy()
    other[count] += change
    if draw >= 0 and close:
        other[close[draw % len(close)]] -= change
    return other if set(other.tolist()) <= set(VALUES) and (draw < 0 or close) else chosen


def total_cost(sums: Sums, changes: Integers) -> float:
    """The weighted squared errors of all sums, each sum once."""
    errors, weights = sums.errors(changes), np.zeros(sums.count)
    weights[sums.members] = column_weights(sums.fixed)
    return float(weights @ errors**2)


def test_another_seed_makes_another_choice(
    found: Integers, places: Integers, values: Integers
) -> None:
    assert search(values, Sums.of(places), seed=4).tolist() != found.tolist()


def test_the_search_leaves_smaller_errors_than_rounding_each_count_alone(
    found: Integers, places: Integers, values: Integers
) -> None:
    alone = np.where(values >= 3, 5, 0)
    assert squared(places, values, found) < squared(places, values, alone) / 2


@pytest.mark.parametrize("done", [0.0, 0.1, 0.3])
def test_no_sum_weighs_more_before_the_search_is_a_third_done(done: float) -> None:
    assert column_weights(np.arange(5), done).tolist() == column_weights(np.arange(5)).tolist()


def test_only_the_sums_that_will_be_exact_weigh_more_at_the_end() -> None:
    ratio = column_weights(np.arange(5), 1.0) / column_weights(np.arange(5))
    assert ratio.tolist() == pytest.approx([annealing.PINNED, annealing.PINNED, 1, 1, 1])


def test_what_a_move_may_cost_is_a_whole_number() -> None:
    moves = annealing._Moves.drawn(np.random.default_rng(1), 100, 10, 1_234.5)
    assert {type(allowance) for allowance in moves.allowances} == {int}
