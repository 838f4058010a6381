"""Shares of printed numbers. A source can print 0, or leave a total that can be 0."""

from __future__ import annotations

from fractions import Fraction

from referrals.query import transcribed
from referrals.query.observation import NOT_PUBLISHED, Observation, Share
from referrals.reference.codelists import NOT_RECORDED, TOTAL


def observed(code: str, lower: int, upper: int) -> Observation:
    value = lower if lower == upper else None
    return Observation(code, code, "category", value, lower, upper)


def test_the_share_of_a_total_that_can_be_0_is_at_most_all_of_it() -> None:
    part, total = observed("MS", 0, 3), observed(TOTAL, 0, 5)
    missing = Observation("DA", "DA", "category", None, None, None, NOT_PUBLISHED)
    share = transcribed._share(part, total, [part, missing], recorded=None)
    assert share == Share(lower=Fraction(0), upper=Fraction(1))


def test_if_nobody_is_recorded_any_group_can_be_everybody() -> None:
    female, unknown = observed("F", 0, 0), observed(NOT_RECORDED, 4, 4)
    share = transcribed._share(female, observed(TOTAL, 4, 4), [female, unknown], recorded=0)
    assert share == Share(lower=Fraction(0), upper=Fraction(1))
