"""Tables fitted to rules: scaled, rounded, shared out and dealt so that every sum holds."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referrals.errors import DataError
from referrals.publishing.ledger.bounds import UNBOUNDED, Atom, Rule
from referrals.publishing.synthetic.fitting import (
    apportion,
    controlled_rounding,
    deal,
    rake,
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


def test_raking_leaves_alone_what_meets_the_rules_already() -> None:
    start: dict[Atom, float] = {A: 2.0, B: 1.0}
    assert rake(start, [HALF_OR_MORE]) == start


def test_raking_moves_the_part_of_a_share_until_the_share_holds() -> None:
    assert rake({A: 1.0, B: 3.0}, [HALF_OR_MORE]) == {A: 3.0, B: 3.0}


def test_raking_leaves_empty_cells_empty() -> None:
    assert rake({A: 0.0, B: 3.0}, [pinned("R1", 5, A)]) == {A: 0.0, B: 3.0}


@given(st.lists(st.floats(0.1, 50), min_size=4, max_size=4))
def test_controlled_rounding_keeps_every_margin_and_moves_no_cell_by_a_whole_person(
    values: list[float],
) -> None:
    raked = rake(dict(zip((A, B, C, D), values, strict=True)), MARGINS)
    counts = controlled_rounding(raked, MARGINS)
    assert all(rule.holds(counts) for rule in MARGINS)
    assert all(abs(counts[atom] - raked[atom]) <= 1 for atom in counts)


def test_controlled_rounding_refuses_rules_that_cannot_hold() -> None:
    with pytest.raises(DataError, match="No whole numbers beside the raked table"):
        controlled_rounding({A: 1.5, B: 1.5}, [pinned("R1", 9, A, B)])


def test_counts_that_break_a_rule_are_refused_by_its_name() -> None:
    with pytest.raises(DataError, match="The fit does not meet R1, S1"):
        require({A: 1, B: 2}, [pinned("R1", 5, A, B), HALF_OR_MORE])


@given(
    st.dictionaries(st.text(max_size=3), st.floats(0.01, 1e6), min_size=1, max_size=20),
    st.integers(20, 10_000),
)
def test_shares_add_up_and_no_key_is_more_than_one_from_its_quota(
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
def test_what_cannot_be_shared_is_refused(weights: dict[str, float], total: int) -> None:
    with pytest.raises(DataError, match="cannot be shared"):
        apportion(weights, total, at_least=1)


@given(st.lists(st.integers(1, 9), min_size=1, max_size=6), st.integers())
def test_dealing_fills_every_hand_and_leaves_no_card(cards: list[int], seed: int) -> None:
    hands = {"first": 1, "rest": sum(cards) - 1}
    dealt = deal(hands, dict(enumerate(cards)), {}, Random(seed))
    assert {
        hand: sum(many for (one, _), many in dealt.items() if one == hand) for hand in hands
    } == hands
    assert [
        sum(many for (_, one), many in dealt.items() if one == card) for card in range(len(cards))
    ] == cards


def test_a_hand_that_leans_to_one_card_gets_it_while_it_lasts_and_others_after() -> None:
    leaning = {("h", "spade"): 1.0, ("h", "heart"): 0.0}
    assert deal({"h": 3, "i": 1}, {"spade": 2, "heart": 2}, leaning, Random(1)) == {
        ("h", "spade"): 2,
        ("h", "heart"): 1,
        ("i", "heart"): 1,
    }


def test_a_deal_with_more_places_than_cards_is_refused() -> None:
    with pytest.raises(DataError, match="2 cannot be dealt to 3 places"):
        deal({"h": 3}, {"spade": 2}, {}, Random(1))
