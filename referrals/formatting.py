"""Numbers, percentages and dates as text, in the current language.

One module, so that a page, a picture and a download never disagree. Digits are always 0 to 9, also
in Bengali: see docs/decisions/0013-languages.md.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Final

from babel.dates import format_date, format_skeleton
from babel.numbers import format_decimal, format_percent

from referrals import language
from referrals.language import locale_of

_DAY_PATTERNS: Final = {"vi": "d MMMM 'năm' y"}
"""The dates of languages that write them in a sentence otherwise than CLDR does by itself."""

_PLACEHOLDER: Final = re.compile(r"\{([^{}\n]+)\}")


def count(value: int) -> str:
    """Return a whole number with thousands separators.

    >>> count(126453)
    '126,453'
    >>> with language.using("vi"):
    ...     count(126453)
    '126.453'
    """
    return _count(value, language.current())


@lru_cache(maxsize=4096)  # tables have many numbers, of which most are the same
def _count(value: int, code: str) -> str:
    return str(format_decimal(value, locale=locale_of(code)))


def span(lower: int, upper: int, *, open_ended: bool = False) -> str:
    """Return a count with bounds in English, or 'at least' if the source gives no upper bound.

    >>> span(210, 212), span(514, 514), span(669, 1191, open_ended=True)
    ('210 to 212', '514', 'at least 669')
    """
    if open_ended:
        return f"at least {count(lower)}"
    return count(lower) if lower == upper else f"{count(lower)} to {count(upper)}"


def percent(part: Fraction | float, places: int = 0) -> str:
    """Return a proportion as a percentage, rounded half up as the impact assessment rounds.

    >>> percent(Fraction(425, 1131)), percent(Fraction(1336, 126453), 1)
    ('38%', '1.1%')
    >>> with language.using("vi"):
    ...     percent(Fraction(1336, 126453), 1)
    '1,1%'
    """
    scaled = Fraction(part) * 100 * 10**places
    # Halves round up exactly: no floating point, and no rounding to even.
    rounded = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return _percent(rounded, places, language.current())


@lru_cache(maxsize=4096)
def _percent(rounded: int, places: int, code: str) -> str:
    """Return a number of units of a percentage's last decimal place as text."""
    locale = locale_of(code)
    pattern = str(locale.percent_formats[None].pattern)
    if places:
        pattern = pattern.replace("#0", "#0." + "0" * places)
    return str(format_percent(Decimal(rounded).scaleb(-2 - places), format=pattern, locale=locale))


def day(text: str) -> str:
    """Return an ISO date or month in words. A year alone, or any other text, is returned unchanged.

    >>> day("2021-12-15"), day("2020-03"), day("2019")
    ('15 December 2021', 'March 2020', '2019')
    >>> with language.using("zh-Hans"):
    ...     day("2021-12-15"), day("2020-03")
    ('2021年12月15日', '2020年3月')
    """
    parts = text.split("-")
    if len(parts) == 1 or not all(part.isdigit() for part in parts):
        return text
    has_day = len(parts) > len(("year", "month"))
    year, month, day_of_month = (int(part) for part in [*parts, "1"][:3])
    named, locale = date(year, month, day_of_month), locale_of(language.current())
    if has_day:
        pattern = _DAY_PATTERNS.get(language.current(), "long")
        return str(format_date(named, pattern, locale=locale))
    return str(format_skeleton("yMMMM", named, locale=locale))


def fill(text: str, figure: Callable[[str], str]) -> str:
    """Return text with each `{name}` replaced by `figure(name)`, searching it only once.

    >>> fill("of {E001} referrals", {"E001": "126,453"}.__getitem__)
    'of 126,453 referrals'
    """
    return _PLACEHOLDER.sub(lambda match: figure(match[1]), text)
