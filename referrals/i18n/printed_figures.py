"""Figures as a release writes them for texts, in the current language: '1,336', '194 to 205'."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Final

from referrals.formatting import count, percent
from referrals.i18n import messages
from referrals.language import in_english, is_english

_NUMBER: Final = r"\d{1,3}(?:,\d{3})*(?:\.\d+)?%?"
_ONE: Final = re.compile(_NUMBER)
_RANGE: Final = re.compile(f"({_NUMBER}) to ({_NUMBER})")
_AT_LEAST: Final = re.compile(f"at least ({_NUMBER})")


def figure(english: str) -> str:
    """Return a figure in the current language. Words that are not numbers stay English, marked.

    >>> figure("194 to 205")
    '194 to 205'
    """
    if is_english():
        return english
    if _ONE.fullmatch(english):
        return _number(english)
    if found := _RANGE.fullmatch(english):
        lower, upper = map(_number, found.groups())
        return messages.text("wording.number.range", lower=lower, upper=upper)
    if found := _AT_LEAST.fullmatch(english):
        return messages.text("wording.number.at_least", n=_number(found[1]))
    return in_english(english)


def _number(english: str) -> str:
    digits = english.replace(",", "").removesuffix("%")
    whole, _, decimals = digits.partition(".")
    if english.endswith("%"):
        return percent(Fraction(digits) / 100, len(decimals))
    return in_english(english) if decimals else count(int(whole))
