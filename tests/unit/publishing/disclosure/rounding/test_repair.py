"""The exact repair: its answer meets every constraint, and it gives up only if no answer does."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from referrals.publishing.disclosure.rounding import programme
from referrals.publishing.disclosure.rounding import repair as repair_module
from referrals.publishing.disclosure.rounding.annealing import (
    Integers,
    MarginalSums,
    Numbers,
)
from referrals.publishing.disclosure.rounding.programme import (
    Constraint,
    NoRoundingError,
    UndecidedError,
)
from referrals.publishing.disclosure.rounding.repair import (
    any_rounding,
    costs_of_changes,
    programme_costs,
    repair,
)
from referrals.reference.disclosure_rule import ROUNDED_VALUES
from tests.fixtures.examples import examples

COUNT = 5
SUMS = MarginalSums.of(np.array(list(itertools.product(range(3), range(2))))[:COUNT])
ROUNDED = st.lists(st.sampled_from(ROUNDED_VALUES), min_size=COUNT, max_size=COUNT).map(np.array)
SMALL_COUNTS = st.lists(st.integers(1, 4), min_size=COUNT, max_size=COUNT).map(np.array)


@st.composite
def constraints(draw: st.DrawFn) -> Constraint:
    inside = draw(st.lists(st.booleans(), min_size=COUNT, max_size=COUNT))
    low = draw(st.integers(0, 20))
    return Constraint("drawn", np.array(inside), low, low + draw(st.integers(0, 2)))


def all_hold(rounded: Sequence[int] | Integers, wanted: Sequence[Constraint]) -> bool:
    """Return whether constraints hold, without the code under test."""
    for constraint in wanted:
        inside = itertools.compress(map(int, rounded), constraint.cells.tolist())
        if not constraint.low <= sum(inside) <= constraint.high:
            return False
    return True


def exactly(number: int) -> Constraint:
    return Constraint("all", np.ones(COUNT, dtype=np.bool_), number, number)


@settings(max_examples=examples(40))
@given(SMALL_COUNTS, ROUNDED, st.lists(constraints(), min_size=1, max_size=3))
def test_the_repair_finds_an_answer_that_meets_every_constraint_if_there_is_one(
    values: Integers, rounded: Integers, wanted: list[Constraint]
) -> None:
    exists = any(
        all_hold(values, wanted) for values in itertools.product(ROUNDED_VALUES, repeat=COUNT)
    )
    if exists:
        repaired = repair(values, rounded, SUMS, wanted)
        assert all_hold(repaired, wanted)
        assert set(repaired.tolist()) <= set(ROUNDED_VALUES)
    else:
        with pytest.raises(NoRoundingError, match="It is proved that no choice"):
            repair(values, rounded, SUMS, wanted)


@settings(max_examples=examples(40))
@given(
    SMALL_COUNTS,
    ROUNDED,
    ROUNDED,
    st.lists(st.lists(st.booleans(), min_size=COUNT, max_size=COUNT), min_size=1, max_size=2),
)
def test_a_rounding_that_was_found_regardless_of_cost_is_never_made_worse(
    values: Integers, searched: Integers, found: Integers, totals: list[list[bool]]
) -> None:
    members = [np.array(total, dtype=np.bool_) for total in totals]
    wanted = [
        Constraint("drawn", cells, int(found[cells].sum()), int(found[cells].sum()))
        for cells in members
    ]
    costs = programme_costs(costs_of_changes(values, searched, SUMS))
    improved = programme.solve(costs, wanted, nodes=1, start=found)
    assert improved is not None
    assert all_hold(improved, wanted)
    assert programme_cost(costs, improved) <= programme_cost(costs, found) + 1e-6


def programme_cost(costs: Numbers, rounded: Integers) -> float:
    """Return the cost of a rounding, from the costs of rounding up and of each step."""
    pairs = zip(costs.tolist(), rounded.tolist(), strict=True)
    return float(sum(up + (value - 5) * step for (up, step), value in pairs if value))


@pytest.mark.parametrize("neighbourhoods", [(2,), (1, 3), ()])
@settings(max_examples=examples(30), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(SMALL_COUNTS, ROUNDED, st.lists(constraints(), min_size=1, max_size=3))
def test_a_repair_of_few_counts_at_first_misses_no_rounding_and_claims_no_false_proof(
    monkeypatch: pytest.MonkeyPatch,
    neighbourhoods: tuple[int, ...],
    values: Integers,
    rounded: Integers,
    wanted: list[Constraint],
) -> None:
    monkeypatch.setattr(repair_module, "NEIGHBOURHOODS", neighbourhoods)
    exists = any(
        all_hold(values, wanted) for values in itertools.product(ROUNDED_VALUES, repeat=COUNT)
    )
    if exists:
        assert all_hold(repair(values, rounded, SUMS, wanted), wanted)
    else:
        with pytest.raises(NoRoundingError):
            repair(values, rounded, SUMS, wanted)


def test_a_repair_of_few_counts_changes_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repair_module, "NEIGHBOURHOODS", (2,))
    rounded = np.array([0, 5, 6, 0, 7])
    repaired = repair(np.array([1, 2, 3, 4, 4]), rounded, SUMS, [exactly(19)])
    assert int(repaired.sum()) == 19
    assert 1 <= int((repaired != rounded).sum()) <= 2


def test_a_rounding_found_regardless_of_cost_is_improved_and_still_meets_every_constraint(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    solved: list[Integers | None] = []

    def solve(*arguments: Any, start: Integers | None = None, **named: Any) -> Integers | None:
        # The cheap search finds nothing at first, as for 100 to 400 records.
        if not solved:
            solved.append(None)
            return None
        solved.append(start)
        return programme.solve(*arguments, start=start, **named)

    monkeypatch.setattr(repair_module, "solve", solve)
    repaired = repair(np.array([1, 2, 3, 4, 4]), np.array([0, 5, 6, 0, 7]), SUMS, [exactly(24)])
    assert all_hold(repaired, [exactly(24)])
    assert solved[-1] is not None


def test_a_proof_that_a_known_rounding_contradicts_is_not_believed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def solve(*arguments: Any, start: Integers | None = None, **named: Any) -> Integers | None:
        if start is not None:
            raise NoRoundingError("It is proved.")
        nodes = named["nodes"]
        return None if nodes == repair_module.NODES else programme.solve(*arguments, **named)

    monkeypatch.setattr(repair_module, "solve", solve)
    repaired = repair(np.array([1, 2, 3, 4, 4]), np.array([0, 5, 6, 0, 7]), SUMS, [exactly(24)])
    assert all_hold(repaired, [exactly(24)])


@given(
    ROUNDED,
    st.lists(st.booleans(), min_size=COUNT, max_size=COUNT),
    st.lists(st.booleans(), min_size=COUNT, max_size=COUNT),
    st.booleans(),
)
def test_a_restricted_constraint_holds_for_a_part_if_the_whole_one_does_for_all(
    values: Integers, inside: list[bool], part: list[bool], by_index: bool
) -> None:
    constraint = Constraint("drawn", np.array(inside), 10, 12)
    chosen = np.flatnonzero(part) if by_index else np.array(part)
    restricted = constraint.restricted(chosen, values)
    for new in itertools.product(ROUNDED_VALUES, repeat=sum(part)):
        whole = values.copy()
        whole[chosen] = new
        assert restricted.holds(np.array(new, dtype=np.int64)) == constraint.holds(whole)


def test_a_solution_that_breaks_a_constraint_is_not_taken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """HiGHS computes in floating point: its answer may be off."""
    model = programme._model
    monkeypatch.setattr(programme, "_model", lambda costs, _: model(costs, []))
    costs = np.ones((COUNT, 2))
    assert programme.solve(costs, [exactly(24)], nodes=1) is None
    nothing = programme.solve(costs, [exactly(0)], nodes=1)
    assert nothing is not None
    assert not nothing.any()


def test_the_repair_leaves_a_rounding_that_meets_every_constraint() -> None:
    rounded = np.array([0, 5, 6, 0, 7])
    assert (
        repair(np.array([1, 2, 3, 4, 4]), rounded, SUMS, [exactly(18)]).tolist() == rounded.tolist()
    )


def test_the_repair_does_not_alter_its_input() -> None:
    rounded = np.array([0, 5, 6, 0, 7])
    repair(np.array([1, 2, 3, 4, 4]), rounded, SUMS, [exactly(12)])
    assert rounded.tolist() == [0, 5, 6, 0, 7]


@pytest.mark.parametrize("total", [1, 2, 3, 4, 8, 9, 36])
def test_the_repair_names_a_total_that_is_not_a_sum_of_0_5_6_and_7(total: int) -> None:
    with pytest.raises(NoRoundingError, match="No choice at all reaches all"):
        repair(np.array([1, 2, 3, 4, 4]), np.zeros(COUNT, dtype=np.int64), SUMS, [exactly(total)])


def test_the_repair_gives_the_same_answer_each_time() -> None:
    values, rounded = np.array([1, 2, 3, 4, 4]), np.array([0, 5, 6, 0, 7])
    first, second = (repair(values, rounded, SUMS, [exactly(24)]).tolist() for _ in range(2))
    assert first == second


def test_totals_that_can_each_be_reached_but_not_together_are_proved_impossible() -> None:
    halves = [
        Constraint("first", np.array([True, True, False, False, False]), 5, 5),
        Constraint("second", np.array([False, False, True, True, True]), 5, 5),
        Constraint("crossed", np.array([True, False, True, False, False]), 11, 11),
    ]
    with pytest.raises(NoRoundingError, match="It is proved"):
        any_rounding(COUNT, halves)


def test_a_search_cut_short_by_its_time_limit_says_that_nothing_is_proved(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(programme, "TIME_LIMIT", 0.0)
    with pytest.raises(UndecidedError, match="did not end in 0 seconds, and none is ruled out"):
        repair(np.array([1, 2, 3, 4, 4]), np.array([0, 5, 6, 0, 7]), SUMS, [exactly(24)])
