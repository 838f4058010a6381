"""The comparison of a number in a text with a published number or range."""

from __future__ import annotations

from fractions import Fraction

import pytest

from referrals.questions.comparison import Match, compare_bounds
from referrals.questions.mentions import Form, Hedge, Mention

Number = int | str


def compared(  # noqa: PLR0913  the parts of a mention
    low: Number,
    high: Number,
    bounds: tuple[Number, Number],
    *,
    form: Form = Form.COUNT,
    hedge: Hedge = Hedge.NONE,
    open_ended: bool = False,
) -> Match:
    mention = Mention("", 0, 0, form, Fraction(low), Fraction(high), hedge=hedge)
    lower, upper = map(Fraction, bounds)
    return compare_bounds(mention, lower, upper, open_ended=open_ended)


@pytest.mark.parametrize(
    ("value", "bounds", "match"),
    [
        (237, (237, 237), Match.EXACT),
        (240, (237, 237), Match.ROUNDED),
        (250, (237, 237), Match.ROUNDED),
        (250, (224, 224), Match.NONE),
        (800, (778, 786), Match.ROUNDED),
        (780, (778, 786), Match.POSSIBLE),
        (777, (778, 786), Match.NONE),
    ],
)
def test_a_count_is_exact_rounded_or_one_of_several(
    value: int, bounds: tuple[int, int], match: Match
) -> None:
    assert compared(value, value, bounds) is match


@pytest.mark.parametrize(
    ("value", "open_ended", "match"),
    [(98, False, Match.ROUNDED), (94, False, Match.NONE), (98, True, Match.NONE)],
)
def test_about_a_number_is_within_a_twentieth_of_a_count_that_has_an_upper_end(
    value: int, open_ended: bool, match: Match
) -> None:
    assert compared(value, value, (100, 100), hedge=Hedge.ABOUT, open_ended=open_ended) is match


@pytest.mark.parametrize(
    ("low", "high", "match"),
    [
        (210, 212, Match.EXACT),
        (200, 215, Match.ROUNDED),
        (205, 211, Match.POSSIBLE),
        (211, 230, Match.POSSIBLE),
        (213, 230, Match.NONE),
        (190, 209, Match.NONE),
    ],
)
def test_a_range_is_rounded_only_if_it_holds_all_of_the_published_one(
    low: int, high: int, match: Match
) -> None:
    assert compared(low, high, (210, 212)) is match


def test_a_range_with_an_upper_end_is_not_exactly_one_without() -> None:
    assert compared(100, 110, (100, 110), open_ended=True) is not Match.EXACT
    assert compared(669, 669, (669, 669), open_ended=True) is Match.POSSIBLE


@pytest.mark.parametrize(
    ("share", "match"),
    [
        ("0.5", Match.EXACT),
        ("0.525", Match.ROUNDED),
        ("0.475", Match.ROUNDED),
        ("0.526", Match.NONE),
        ("0.474", Match.NONE),
    ],
)
def test_a_fraction_in_words_is_within_two_and_a_half_points(share: str, match: Match) -> None:
    assert compared("1/2", "1/2", (share, share), form=Form.FRACTION) is match


@pytest.mark.parametrize(
    ("percent", "share", "match"),
    [
        ("0.62", "0.624", Match.EXACT),
        ("0.63", "0.625", Match.EXACT),
        ("0.65", "0.63", Match.ROUNDED),
        ("0.65", "0.62", Match.NONE),
        ("0.6", "0.65", Match.ROUNDED),
        ("0.6", "0.66", Match.NONE),
        ("0.61", "0.62", Match.NONE),
    ],
)
def test_a_percentage_in_tens_or_fives_may_be_rounded_to_these(
    percent: str, share: str, match: Match
) -> None:
    assert compared(percent, percent, (share, share), form=Form.PERCENT) is match
