"""Annealing: marginal sums are right, values allowed, and answers repeatable from the seed."""

from __future__ import annotations

import itertools
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from referrals.publishing.disclosure.rounding import annealing
from referrals.publishing.disclosure.rounding.annealing import (
    Integers,
    MarginalSums,
    column_weights,
    margin_ids,
    search,
    subsets,
)
from referrals.reference.disclosure_rule import LARGEST_SMALL_COUNT, ROUNDED_VALUES

pytestmark = pytest.mark.publishing

PLACES: st.SearchStrategy[Integers] = st.lists(
    st.tuples(*[st.integers(0, 2)] * 3), min_size=1, max_size=12, unique=True
).map(np.array)


def added_one_by_one(places: Integers, changes: Integers, highest_order: int) -> list[int]:
    """Every sum up to an order, in ascending order."""
    sums: Counter[tuple[tuple[int, int], ...]] = Counter()
    for cell, change in zip(places.tolist(), changes.tolist(), strict=True):
        for order in range(highest_order + 1):
            for columns in itertools.combinations(range(len(cell)), order):
                sums[tuple((column, cell[column]) for column in columns)] += change
    return sorted(sums.values())


def squared_error(places: Integers, values: Integers, rounded: Integers) -> float:
    sums = MarginalSums.of(places)
    errors = sums.errors(rounded - values)
    return float((errors[sums.members] ** 2 @ column_weights(sums.orders)).sum())


@given(PLACES, st.data())
def test_the_errors_of_marginal_sums_are_those_of_adding_up_one_by_one(
    places: Integers, data: st.DataObject
) -> None:
    changes = np.array(
        data.draw(st.lists(st.integers(-4, 7), min_size=len(places), max_size=len(places)))
    )
    for highest_order in range(4):
        errors = MarginalSums.of(places, highest_order).errors(changes)
        expected = added_one_by_one(places, changes, highest_order)
        assert sorted(errors.astype(int).tolist()) == expected


@given(PLACES)
def test_cells_have_the_same_margin_id_if_and_only_if_their_fixed_codes_are_the_same(
    places: Integers,
) -> None:
    for chosen in subsets(3, 3):
        ids = margin_ids(places, chosen).tolist()
        for first, second in itertools.combinations(range(len(places)), 2):
            assert (ids[first] == ids[second]) == all(
                places[first, column] == places[second, column] for column in chosen
            )


def test_there_are_as_many_subsets_of_six_dimensions_as_marginal_tables() -> None:
    assert [len(list(subsets(6, most))) for most in range(7)] == [1, 7, 22, 42, 57, 63, 64]


def test_each_column_of_marginal_sums_has_its_order() -> None:
    sums = MarginalSums.of(np.zeros((1, 6), dtype=np.int64))
    assert Counter(sums.orders.tolist()) == {0: 1, 1: 6, 2: 15, 3: 20, 4: 15}
    assert sums.count == sums.members.shape[1] == 57


def test_no_cells_have_no_marginal_sums() -> None:
    sums = MarginalSums.of(np.zeros((0, 6), dtype=np.int64))
    assert sums.count == 0
    assert search(np.zeros(0, dtype=np.int64), sums, seed=1).size == 0


@pytest.fixture(scope="module")
def places() -> Integers:
    return np.array(list(itertools.product(range(3), range(3), range(4))))


@pytest.fixture(scope="module")
def values(places: Integers) -> Integers:
    return np.random.default_rng(5).integers(
        1, LARGEST_SMALL_COUNT, endpoint=True, size=len(places)
    )


@pytest.fixture(scope="module")
def found(places: Integers, values: Integers) -> Integers:
    return search(values, MarginalSums.of(places), seed=3)


def test_the_search_rounds_every_small_count_to_0_5_6_or_7(
    found: Integers, values: Integers
) -> None:
    assert len(found) == len(values)
    assert set(found.tolist()) <= {0, 5, 6, 7} == set(ROUNDED_VALUES)


def test_the_search_gives_the_same_answer_for_the_same_seed(
    found: Integers, places: Integers, values: Integers
) -> None:
    assert search(values, MarginalSums.of(places), seed=3).tolist() == found.tolist()


def test_a_search_in_chunks_has_nearly_as_small_errors(
    places: Integers, values: Integers, found: Integers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(annealing, "CHUNK_SIZE", 10)
    in_chunks = search(values, MarginalSums.of(places), seed=3)
    assert squared_error(places, values, in_chunks) < squared_error(places, values, found) * 1.5


NEAR: st.SearchStrategy[Integers] = st.lists(
    st.tuples(*[st.integers(0, 1)] * 6), min_size=1, max_size=20, unique=True
).map(np.array)
MOVES = st.tuples(
    st.integers(0, 99), st.integers(0, 2), st.integers(-5, 5), st.integers(-500, 5_000)
)


@given(NEAR, st.lists(MOVES, min_size=1, max_size=20), st.data())
def test_a_move_is_made_if_and_only_if_it_costs_no_more_than_its_allowance(
    places: Integers, moves: list[tuple[int, int, int, int]], data: st.DataObject
) -> None:
    values = np.array(
        data.draw(st.lists(st.integers(1, 4), min_size=len(places), max_size=len(places)))
    )
    moves = [(count % len(places), turn, partner, by) for count, turn, partner, by in moves]
    sums, chosen = MarginalSums.of(places), np.zeros(len(places), dtype=np.int64)
    gradients = sums.errors(chosen - values)[sums.members] @ column_weights(sums.orders)
    found = annealing._Chunk(np.arange(len(places)), sums).anneal(
        chosen,
        gradients,
        annealing.order_weights(),
        annealing._Moves(*np.array(moves).T),
    )
    for move in moves:
        other = moved(places, chosen, move)
        if total_cost(sums, other - values) - total_cost(sums, chosen - values) <= move[-1]:
            chosen = other
    assert found.tolist() == chosen.tolist()


def moved(places: Integers, chosen: Integers, move: tuple[int, int, int, int]) -> Integers:
    """The values after a move, or the same values if it is not possible."""
    count, turn, partner, _ = move
    nearby = [
        other
        for other, place in enumerate(places)
        if other != count and (place == places[count]).sum() >= annealing.SHARED_CODES
    ]
    if partner >= 0 and not nearby:
        return chosen
    change = [value for value in ROUNDED_VALUES if value != chosen[count]][turn] - chosen[count]
    after = chosen.copy()
    after[count] += change
    if partner >= 0:
        after[nearby[partner % len(nearby)]] -= change
    return after if set(after.tolist()) <= set(ROUNDED_VALUES) else chosen


def total_cost(sums: MarginalSums, changes: Integers) -> float:
    """The weighted squared errors of all sums, each added up once."""
    errors, weights = sums.errors(changes), np.zeros(sums.count)
    weights[sums.members] = column_weights(sums.orders)
    return float(weights @ errors**2)


def test_the_search_gives_another_answer_for_another_seed(
    found: Integers, places: Integers, values: Integers
) -> None:
    assert search(values, MarginalSums.of(places), seed=4).tolist() != found.tolist()


def test_the_search_leaves_smaller_errors_than_rounding_each_count_alone(
    found: Integers, places: Integers, values: Integers
) -> None:
    alone = np.where(values >= 3, 5, 0)
    assert squared_error(places, values, found) < squared_error(places, values, alone) / 2


@pytest.mark.parametrize("progress", [0.0, 0.1, 0.3])
def test_no_weight_rises_before_a_third_of_the_search(progress: float) -> None:
    assert column_weights(np.arange(5), progress).tolist() == column_weights(np.arange(5)).tolist()


def test_only_the_weights_of_exact_sums_have_risen_at_the_end() -> None:
    ratio = column_weights(np.arange(5), 1.0) / column_weights(np.arange(5))
    factor = annealing.FINAL_EXACT_FACTOR
    assert ratio.tolist() == pytest.approx([factor, factor, 1, 1, 1])


def test_the_allowance_of_a_move_is_a_whole_number() -> None:
    moves = annealing._Moves.draw(np.random.default_rng(1), 100, 10, 1_234.5)
    assert moves.allowances.dtype == np.int64
