"""The numbers in a text, as far as they can be claims: counts, percentages and fractions.

Periods, ages, dates, sections and sums of money are not claims about a count of people.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction
from functools import cache
from typing import Final

from referrals.questions import vocabulary
from referrals.questions.vocabulary import Vocabulary

SMALLEST_IN_WORDS: Final = 10
"""A smaller count in words is not a claim: "one of them", "two types", "three nationalities"."""

MOST_DIGITS: Final = 30
"""A number of more digits is not a claim. Python refuses to read one of thousands of digits."""

CHARACTERS_BEFORE: Final = 40
"""The characters before a number in which words such as "about" or "of the" are looked for."""

HUNDRED: Final = 100
_SIGN: Final = r"(?:\s?%|\s?per\s?cent\b)"
_DIGITS: Final = re.compile(rf"(?<![\w.,])(\d{{1,3}}(?:,\d{{3}})+|\d+(?:\.\d+)?)({_SIGN})?")
_SLASH: Final = re.compile(r"(?<![\d/])(\d{1,2})/(\d{1,2})(?![\d/])")


class Form(StrEnum):
    """The forms in which a number is written."""

    COUNT = "count"
    PERCENT = "percent"
    FRACTION = "fraction"


class Hedge(StrEnum):
    """The meaning of the words before a number."""

    NONE = ""
    ABOUT = "about"
    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    OVER = "over"
    UNDER = "under"


@dataclass(frozen=True)
class Mention:
    """A number at a place of a text. A share is of 1, a count of people.

    `low` and `high` differ only if the text gives a range. `decimals` are those of a percentage.
    `of_whole` means that words such as "of the" come before it.
    """

    text: str
    start: int
    end: int
    form: Form
    low: Fraction
    high: Fraction
    decimals: int = 0
    hedge: Hedge = Hedge.NONE
    of_whole: bool = False

    @property
    def is_share(self) -> bool:
        """Return whether the number is a percentage or a fraction."""
        return self.form is not Form.COUNT


def mentions(text: str, language: str) -> list[Mention]:
    """Return the numbers of a text in order."""
    known = vocabulary.of(language)
    lowered = vocabulary.in_lower_case(text)
    masked = _masked(lowered, known)
    found = sorted(
        [*_fractions(masked, language), *_digits(masked), *_in_words(masked, language)],
        key=lambda mention: (mention.start, -mention.end),
    )
    kept: list[Mention] = []
    for mention in found:
        if kept and mention.start < kept[-1].end:
            continue
        kept.append(_with_words_before(mention, lowered, known))
    joined = _ranges(kept, lowered, known)
    return [replace(mention, text=text[mention.start : mention.end]) for mention in joined]


def _masked(text: str, known: Vocabulary) -> str:
    """Return a text with periods, ages, dates and the like replaced by as many spaces."""
    for name in ("not_a_claim", "period", "time", "age"):
        for pattern in known.patterns[name]:
            text = pattern.sub(_blank, text)
    return text


def _blank(match: re.Match[str]) -> str:
    """Return spaces for a match, unless a percent sign follows: "over 50%" is not an age."""
    after = match.string[match.end() : match.end() + 2]
    return match[0] if after.lstrip().startswith("%") else " " * len(match[0])


def _digits(text: str) -> Iterator[Mention]:
    for match in _DIGITS.finditer(text):
        digits = match[1].replace(",", "")
        if len(digits) > MOST_DIGITS:
            continue
        is_percent = match[2] is not None
        value = Fraction(digits)
        _, _, decimals = digits.partition(".")
        if not is_percent and decimals:
            continue  # a count of people is whole
        yield Mention(
            match[0],
            match.start(),
            match.end(),
            Form.PERCENT if is_percent else Form.COUNT,
            value / HUNDRED if is_percent else value,
            value / HUNDRED if is_percent else value,
            len(decimals),
        )


def _fractions(text: str, language: str) -> Iterator[Mention]:
    """Yield fractions: two thirds, a quarter, half, one in three, 2 out of 3, 2/3."""
    known = vocabulary.of(language).numbers
    for match in _fraction_pattern(language).finditer(text):
        if len(match["above"] or "") > MOST_DIGITS:
            continue
        above = _in_figures_or_words(match["above"], known["number_words"]) if match["above"] else 1
        yield _fraction(match, above, known["denominators"][match["below"]])
    for match in _in_pattern(language).finditer(text):
        above = _in_figures_or_words(match["above"], known["number_words"])
        below = _in_figures_or_words(match["below"], known["number_words"])
        if 0 < above < below:
            yield _fraction(match, above, below)
    for match in _SLASH.finditer(text):
        above, below = int(match[1]), int(match[2])
        if 0 < above < below:
            yield _fraction(match, above, below)


def _fraction(match: re.Match[str], above: int, below: int) -> Mention:
    value = Fraction(above, below)
    return Mention(match[0], match.start(), match.end(), Form.FRACTION, value, value)


@cache
def _fraction_pattern(language: str) -> re.Pattern[str]:
    known = vocabulary.of(language).numbers
    above, below = "|".join(known["number_words"]), "|".join(known["denominators"])
    return re.compile(rf"\b(?:(?P<above>{above}|\d+)[ -]|an? )?(?P<below>{below})\b")


@cache
def _in_pattern(language: str) -> re.Pattern[str]:
    known = vocabulary.of(language).numbers
    number = "|".join([*known["number_words"], r"\d{1,2}"])
    return re.compile(
        rf"\b(?P<above>{number})[ -](?:in|out of)[ -](?:every )?(?P<below>{number})\b(?!,\d)"
    )


def _in_figures_or_words(text: str, names: Mapping[str, int]) -> int:
    """Return a number that is written in digits or as a single word."""
    return int(text) if text.isdigit() else names[text]


def _in_words(text: str, language: str) -> Iterator[Mention]:
    """Yield counts in words: ninety-five, two hundred and thirty-seven."""
    for match in _words_pattern(language).finditer(text):
        value = _value(re.findall(r"[a-z]+", match[0]), vocabulary.of(language).numbers)
        if value >= SMALLEST_IN_WORDS:
            number = Fraction(value)
            yield Mention(match[0], match.start(), match.end(), Form.COUNT, number, number)


@cache
def _words_pattern(language: str) -> re.Pattern[str]:
    known = vocabulary.of(language).numbers
    word = "|".join([*known["number_words"], *known["number_scales"]])
    return re.compile(rf"\b(?:{word})(?:(?:[ -]|,? and )(?:{word}))*\b")


def _value(words: list[str], known: Mapping[str, Mapping[str, int]]) -> int:
    """Return a number in words.

    >>> names = {"number_words": {"two": 2, "thirty": 30}, "number_scales": {"hundred": 100}}
    >>> _value(["two", "hundred", "and", "thirty", "two"], names)
    232
    """
    whole = part = 0
    for word in words:
        if word in known["number_words"]:
            part += known["number_words"][word]
        elif scale := known["number_scales"].get(word):
            part = max(part, 1) * scale
            if scale > HUNDRED:
                whole, part = whole + part, 0
    return whole + part


def _with_words_before(mention: Mention, text: str, known: Vocabulary) -> Mention:
    before = text[max(0, mention.start - CHARACTERS_BEFORE) : mention.start]
    hedge = Hedge.NONE
    for candidate in (
        Hedge.ABOUT,
        Hedge.AT_LEAST,
        Hedge.AT_MOST,
        Hedge.OVER,
        Hedge.UNDER,
    ):
        if known.matches(f"hedge_{candidate}", before):
            hedge = candidate
            break
    return replace(mention, hedge=hedge, of_whole=known.matches("whole_before", before))


def _ranges(found: list[Mention], text: str, known: Vocabulary) -> Iterator[Mention]:
    """Yield the numbers with "210 to 212" joined into one."""
    place = 0
    while place < len(found):
        first = found[place]
        if place + 1 < len(found):
            second = found[place + 1]
            between = text[first.end : second.start]
            is_range = known.matches("two_numbers", between) and first.low <= second.low
            same_form = first.form is second.form or second.form is Form.PERCENT
            if is_range and same_form and " and " not in between:
                low = first.low if first.form is second.form else first.low / HUNDRED
                yield replace(second, start=first.start, low=low, hedge=first.hedge)
                place += 2
                continue
        yield first
        place += 1
