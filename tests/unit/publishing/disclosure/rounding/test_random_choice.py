"""The random choice keeps every constraint, and depends on nothing but counts and key."""

from __future__ import annotations

import itertools
from collections import Counter

import numpy as np
import pytest

from referrals.publishing.disclosure.rounding import near_roundings, random_choice
from referrals.publishing.disclosure.rounding.annealing import Integers, MarginalSums
from referrals.publishing.disclosure.rounding.feasible_roundings import (
    every_rounding,
    squared_errors,
    temperature,
)
from referrals.publishing.disclosure.rounding.programme import Constraint
from referrals.publishing.disclosure.rounding.random_choice import SmallCounts, Swaps, choose

pytestmark = pytest.mark.publishing

PLACES = np.array(list(itertools.product(range(2), range(2), range(3))))
VALUES = np.array([1, 2, 1, 3, 1, 4, 1, 1, 2, 1, 1, 2])
START = np.array([5, 0, 0, 0, 5, 0, 0, 5, 0, 5, 0, 0])


def small_counts(start: Integers = START) -> SmallCounts:
    """Small counts whose one-way totals must be those of a rounding."""
    constraints = []
    for column in PLACES.T:
        for place in np.unique(column):
            cells = column == place
            total = int(start[cells].sum())
            constraints.append(Constraint("", cells, total, total))
    none = np.zeros(len(VALUES), dtype=np.int64)
    return SmallCounts(VALUES, MarginalSums.of(PLACES), constraints, none)


def test_swaps_leave_every_one_way_total() -> None:
    small = small_counts()
    swaps = Swaps.of(
        np.arange(len(VALUES)), small.sums, small.constraints, np.random.default_rng(1)
    )
    assert len(swaps.counts) > 10
    for down, other_down, up, other_up in swaps.counts.tolist():
        before = [Counter(column[[down, other_down]].tolist()) for column in PLACES.T]
        after = [Counter(column[[up, other_up]].tolist()) for column in PLACES.T]
        assert before == after


def test_swaps_that_would_move_an_agreed_fact_are_left_out() -> None:
    small = small_counts()
    first = np.zeros(len(VALUES), dtype=np.bool_)
    first[0] = True
    facts = [*small.constraints, Constraint("fact", first, 5, 5)]
    swaps = Swaps.of(np.arange(len(VALUES)), small.sums, facts, np.random.default_rng(1))
    assert len(swaps.counts)
    assert not (swaps.counts == 0).any()


@pytest.mark.parametrize("seed", range(5))
def test_the_choice_meets_every_constraint(seed: int) -> None:
    small = small_counts()
    chosen = choose(small, START, seed=seed)
    assert all(constraint.holds(chosen) for constraint in small.constraints)


def test_the_choice_is_the_same_for_the_same_key_and_others_for_others() -> None:
    found = [tuple(choose(small_counts(), START, seed=seed).tolist()) for seed in (1, 1, 2, 3, 4)]
    assert found[0] == found[1]
    assert len(set(found)) > 1


def test_the_chain_draws_each_rounding_as_often_as_the_exponential_mechanism(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Frequencies are compared over the roundings that swaps reach from the start."""
    monkeypatch.setattr(random_choice, "STEPS", 20)
    small = small_counts()
    drawn = Counter(tuple(choose(small, START, seed=seed).tolist()) for seed in range(400))
    reached = np.array(sorted(drawn))
    costs = squared_errors(VALUES, reached, small.sums) / temperature(len(VALUES))
    expected = np.exp(-costs) / np.exp(-costs).sum()
    found = np.array([drawn[rounding] for rounding in sorted(drawn)]) / 400
    assert np.abs(found - expected).sum() < 0.5


def test_a_chain_knows_what_each_count_costs_after_every_swap() -> None:
    small, generator = small_counts(), np.random.default_rng(1)
    everything = np.arange(len(VALUES))
    swaps = Swaps.of(everything, small.sums, small.constraints, generator)
    couplings = random_choice.couplings(everything, small.sums)
    chain = random_choice._Chain(swaps, couplings, START.copy(), small.gradients(START))
    chain.step(500, 1e9, generator)
    assert (chain.values != START).any()
    assert chain.gradients.tolist() == small.gradients(chain.values).tolist()


def test_a_choice_of_counts_that_no_swap_connects_is_the_start() -> None:
    values, places = np.array([1, 2]), np.array([[0, 0], [1, 1]])
    small = SmallCounts(values, MarginalSums.of(places), [], np.zeros(2, dtype=np.int64))
    assert choose(small, np.array([5, 0]), seed=1).tolist() == [5, 0]


def test_near_roundings_start_with_the_rounding_itself_and_are_feasible_ones() -> None:
    small = small_counts()
    listed = every_rounding(small.constraints, len(VALUES))
    assert listed is not None
    costs = squared_errors(VALUES, listed, small.sums)
    unit = float(random_choice.couplings(np.arange(1), small.sums)[0, 0])
    beyond = (costs - squared_errors(VALUES, START[None], small.sums)) * unit
    for near in near_roundings.costs(small, START):
        assert 0 in near
        assert len(near) <= len(listed)
        assert set(np.rint(near)) <= set(np.rint(beyond))
