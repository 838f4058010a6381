"""A headline says that a number rose or fell only if it did."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referrals.cards.wording import change
from referrals.cards.wording.change import Direction

OPPOSITE = {
    Direction.ROSE: Direction.FELL,
    Direction.FELL: Direction.ROSE,
    Direction.UNCLEAR: Direction.UNCLEAR,
}
bounds = st.tuples(st.integers(0, 10**6), st.integers(0, 10**6)).map(
    lambda two: (min(two), max(two))
)


@pytest.mark.parametrize(
    ("first", "last", "direction"),
    [
        ((5142, 5142), (23411, 23411), Direction.ROSE),
        ((911248, 911248), (816493, 816493), Direction.FELL),
        ((100, 100), (128, 128), Direction.UNCLEAR),  # twice the square root of 228 is 30.2
        ((100, 100), (131, 131), Direction.ROSE),
        ((90, 110), (105, 135), Direction.UNCLEAR),  # the ranges overlap
        ((0, 0), (4, 4), Direction.UNCLEAR),
        ((0, 0), (5, 5), Direction.ROSE),
        ((7, 7), (7, 7), Direction.UNCLEAR),
    ],
)
def test_a_change_is_stated_only_beyond_ranges_and_chance(
    first: tuple[int, int], last: tuple[int, int], direction: Direction
) -> None:
    assert change.direction(first, last) is direction


@given(bounds, bounds)
def test_a_change_seen_backwards_is_the_opposite(
    first: tuple[int, int], last: tuple[int, int]
) -> None:
    assert change.direction(last, first) is OPPOSITE[change.direction(first, last)]


@given(bounds, bounds)
def test_no_change_is_stated_if_ranges_overlap(
    first: tuple[int, int], last: tuple[int, int]
) -> None:
    if first[0] <= last[1] and last[0] <= first[1]:
        assert change.direction(first, last) is Direction.UNCLEAR


@pytest.mark.parametrize(
    ("codes", "compared"),
    [
        (["2020-Q2", "2020-Q3", "2020-Q4", "2021-Q1", "2021-Q2", "2021-Q3"], "2020-Q3"),
        (["2020-Q2", "2020-Q3"], "2020-Q2"),  # there is no third quarter before
        (["2017", "2018", "2019"], "2017"),
        (["2014 Q1", "2014 Q4", "2023 Q4"], "2014 Q4"),
    ],
)
def test_like_is_compared_with_like(codes: list[str], compared: str) -> None:
    assert change.like_with_like(codes, str) == (compared, codes[-1])
