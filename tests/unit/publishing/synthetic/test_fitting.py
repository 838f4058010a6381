"""Whole-number tables: raking, controlled rounding, apportionment and random tables."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referrals.errors import DataError
from referrals.publishing.ledger.bounds import UNBOUNDED, Atom, Rule
from referrals.publishing.synthetic.fitting import (
    apportion,
    controlled_rounding,
    rake,
    random_table,
    require,
)

A, B, C, D = (("a", "x"), ("a", "y"), ("b", "x"), ("b", "y"))


def pinned(name: str, count: int, *atoms: Atom) -> Rule:
    """Return the rule that some cells add up to a count."""
    return Rule(name, dict.fromkeys(atoms, 1), count, count)


MARGINS = [
    pinned("R1", 30, A, B),
    pinned("R2", 70, C, D),
    pinned("C1", 55, A, C),
    pinned("C2", 45, B, D),
]
HALF_OR_MORE = Rule("S1", {A: 1, B: -1}, 0, UNBOUNDED)


def test_raking_meets_every_margin_and_keeps_the_odds_ratio_of_the_start() -> None:
    raked = rake({A: 4.0, B: 1.0, C: 1.0, D: 2.0}, MARGINS)
    assert [round(sum(raked[atom] for atom in rule.weights), 6) for rule in MARGINS] == [
        30,
        70,
        55,
        45,
    ]
    assert raked[A] * raked[D] / (raked[B] * raked[C]) == pytest.approx(8)


def test_raking_leaves_a_table_that_meets_the_rules_unchanged() -> None:
    start: dict[Atom, float] = {A: 2.0, B: 1.0}
    assert rake(start, [HALF_OR_MORE]) == start


def test_raking_scales_the_part_of_a_share_until_the_share_holds() -> None:
    assert rake({A: 1.0, B: 3.0}, [HALF_OR_MORE]) == {A: 3.0, B: 3.0}


def test_raking_leaves_empty_cells_empty() -> None:
    assert rake({A: 0.0, B: 3.0}, [pinned("R1", 5, A)]) == {A: 0.0, B: 3.0}


@given(st.lists(st.floats(0.1, 50), min_size=4, max_size=4))
def test_controlled_rounding_keeps_every_margin_and_moves_no_cell_by_more_than_one(
    values: list[float],
) -> None:
    raked = rake(dict(zip((A, B, C, D), values, strict=True)), MARGINS)
    counts = controlled_rounding(raked, MARGINS)
    assert all(rule.holds(counts) for rule in MARGINS)
    assert all(abs(counts[atom] - raked[atom]) <= 1 for atom in counts)


def test_controlled_rounding_refuses_rules_that_cannot_hold() -> None:
    with pytest.raises(DataError, match="No rounding of the raked table"):
        controlled_rounding({A: 1.5, B: 1.5}, [pinned("R1", 9, A, B)])


def test_counts_that_break_rules_are_refused_with_the_statement_ids() -> None:
    with pytest.raises(DataError, match="The fit does not meet R1, S1"):
        require({A: 1, B: 2}, [pinned("R1", 5, A, B), HALF_OR_MORE])


@given(
    st.dictionaries(st.text(max_size=3), st.floats(0.01, 1e6), min_size=1, max_size=20),
    st.integers(20, 10_000),
)
def test_apportioned_shares_add_up_and_differ_from_quotas_by_at_most_one(
    weights: dict[str, float], total: int
) -> None:
    shares = apportion(weights, total, at_least=1)
    rest, whole = total - len(weights), sum(weights.values())
    assert sum(shares.values()) == total
    assert all(
        abs(shares[key] - 1 - rest * weight / whole) < 1.000001 for key, weight in weights.items()
    )


@pytest.mark.parametrize(
    ("weights", "total"), [({"a": 1.0, "b": 1.0}, 1), ({"a": 0.0}, 5), ({}, 0)]
)
def test_a_total_that_cannot_be_apportioned_is_refused(
    weights: dict[str, float], total: int
) -> None:
    with pytest.raises(DataError, match="cannot be divided"):
        apportion(weights, total, at_least=1)


@given(st.lists(st.integers(1, 9), min_size=1, max_size=6), st.integers())
def test_a_random_table_has_the_given_row_and_column_totals(
    column_totals: list[int], seed: int
) -> None:
    row_totals = {"first": 1, "rest": sum(column_totals) - 1}
    table = random_table(row_totals, dict(enumerate(column_totals)), {}, Random(seed))
    rows, columns = Counter[str](), Counter[int]()
    for (row, column), count in table.items():
        rows[row] += count
        columns[column] += count
    assert rows == Counter(row_totals)
    assert [columns[column] for column in range(len(column_totals))] == column_totals


def test_a_row_of_a_random_table_fills_the_column_of_its_affinity_first() -> None:
    affinity = {("a", "x"): 1.0, ("a", "y"): 0.0}
    assert random_table({"a": 3, "b": 1}, {"x": 2, "y": 2}, affinity, Random(1)) == {
        ("a", "x"): 2,
        ("a", "y"): 1,
        ("b", "y"): 1,
    }


def test_a_random_table_with_unequal_sums_of_totals_is_refused() -> None:
    with pytest.raises(DataError, match="row totals add up to 3, the column totals to 2"):
        random_table({"a": 3}, {"x": 2}, {}, Random(1))
