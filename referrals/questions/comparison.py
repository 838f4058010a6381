"""The comparison of a number in a text with a published one."""

from __future__ import annotations

from enum import StrEnum
from fractions import Fraction
from typing import Final

from referrals.questions.facts import Fact
from referrals.questions.mentions import HUNDRED, Form, Hedge, Mention

ROUND_COUNTS: Final = (1000, 100, 50, 10)
"""The units to which a text may round a count."""

ROUND_PERCENTAGES: Final = {10: Fraction(5, 100), 5: Fraction(5, 200)}
"""The most that a percentage differs from the share if it is a multiple of ten, or of five."""

NEAR_FRACTION: Final = Fraction(25, 1000)
"""The most that a fraction in words differs from the share: two and a half percentage points."""

NEAR_COUNT: Final = Fraction(1, 20)
"""The most that a number after "about" differs from the count: a twentieth of it."""

_LIMITS: Final = frozenset({Hedge.OVER, Hedge.AT_LEAST, Hedge.UNDER, Hedge.AT_MOST})
"""The hedges that make a number a limit."""


class Match(StrEnum):
    """The agreement of a number in a text with a published number or range."""

    EXACT = "exact"
    ROUNDED = "rounded"
    POSSIBLE = "possible"
    NONE = "none"


def compare(mention: Mention, fact: Fact) -> Match:
    """Return how a number agrees with a fact.

    A share of those recorded, if it is known, is compared in place of the fact's own bounds.
    """
    if fact.of_recorded is not None:
        return compare_bounds(mention, fact.of_recorded, fact.of_recorded)
    return compare_bounds(mention, fact.lower, fact.upper, open_ended=fact.open_ended)


def compare_bounds(
    mention: Mention, lower: Fraction, upper: Fraction, *, open_ended: bool = False
) -> Match:
    """Return how a number agrees with a published one that lies between two bounds.

    POSSIBLE is one of several values that a range allows.
    """
    if mention.hedge in _LIMITS:
        return _of_limit(mention, lower, None if open_ended else upper)
    if (mention.low, mention.high) == (lower, upper) and not open_ended:
        return Match.EXACT
    if mention.low != mention.high:
        return _of_range(mention, lower, upper)
    if mention.form is Form.COUNT:
        return _of_count(mention, lower, upper, open_ended=open_ended)
    return _of_share(mention, lower, upper)


def _of_limit(mention: Mention, lower: Fraction, upper: Fraction | None) -> Match:
    """Return whether "over", "at least", "under" or "at most" a number holds.

    EXACT if it holds for all values between the bounds, POSSIBLE if for some of them. There is no
    upper bound if `upper` is None.
    """
    if mention.hedge in {Hedge.OVER, Hedge.AT_LEAST}:
        limit, is_inclusive = mention.low, mention.hedge is Hedge.AT_LEAST
        holds_always = lower > limit or (is_inclusive and lower == limit)
        holds_sometimes = upper is None or upper > limit or (is_inclusive and upper == limit)
    else:
        limit, is_inclusive = mention.high, mention.hedge is Hedge.AT_MOST
        holds_always = upper is not None and (upper < limit or (is_inclusive and upper == limit))
        holds_sometimes = lower < limit or (is_inclusive and lower == limit)
    if holds_always:
        return Match.EXACT
    return Match.POSSIBLE if holds_sometimes else Match.NONE


def _of_range(mention: Mention, lower: Fraction, upper: Fraction) -> Match:
    if mention.is_share:
        ends = (_rounded(lower, mention.decimals), _rounded(upper, mention.decimals))
        if ends == (mention.low, mention.high):
            return Match.EXACT
    if mention.low <= lower and upper <= mention.high:
        return Match.ROUNDED
    overlaps = mention.low <= upper and lower <= mention.high
    return Match.POSSIBLE if overlaps else Match.NONE


def _of_count(mention: Mention, lower: Fraction, upper: Fraction, *, open_ended: bool) -> Match:
    value = mention.low
    if lower == upper == value and not open_ended:
        return Match.EXACT
    for unit in ROUND_COUNTS:
        is_round = value % unit == 0 and value >= unit
        if is_round and abs(value - lower) * 2 <= unit and abs(value - upper) * 2 <= unit:
            return Match.ROUNDED
    is_about = mention.hedge is Hedge.ABOUT and not open_ended
    if is_about and abs(value - lower) <= lower * NEAR_COUNT and value != lower:
        return Match.ROUNDED
    if lower <= value and (value <= upper or open_ended) and (lower != upper or open_ended):
        return Match.POSSIBLE
    return Match.NONE


def _of_share(mention: Mention, lower: Fraction, upper: Fraction) -> Match:
    value = mention.low
    if mention.form is Form.FRACTION:
        is_near = abs(value - lower) <= NEAR_FRACTION and abs(value - upper) <= NEAR_FRACTION
        if value == lower == upper:
            return Match.EXACT
        if is_near:
            return Match.ROUNDED
        return Match.POSSIBLE if lower <= value <= upper else Match.NONE
    ends = {_rounded(lower, mention.decimals), _rounded(upper, mention.decimals)}
    if ends == {value}:
        return Match.EXACT
    for unit, near in ROUND_PERCENTAGES.items():
        is_round = mention.decimals == 0 and value * HUNDRED % unit == 0
        if is_round and abs(value - lower) <= near and abs(value - upper) <= near:
            return Match.ROUNDED
    return Match.POSSIBLE if lower <= value <= upper or value in ends else Match.NONE


def _rounded(share: Fraction, decimals: int) -> Fraction:
    """Return a share rounded to a percentage with some decimals, halves up, as a share of 1."""
    unit = HUNDRED * 10**decimals
    return Fraction((2 * share * unit + 1) // 2, unit)
