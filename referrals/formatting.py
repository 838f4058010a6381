"""Numbers, percentages and dates as text.

One module, so that a page, a picture and a download never disagree.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from fractions import Fraction
from functools import lru_cache
from typing import Final

from babel.dates import format_date
from babel.numbers import format_decimal

DEFAULT_LOCALE: Final = "en_GB"
MONTH, DAY = "MMMM y", "d MMMM y"
_PLACEHOLDER: Final = re.compile(r"\{([^{}\n]+)\}")


def count(value: int, *, locale: str = DEFAULT_LOCALE) -> str:
    """Return a whole number with thousands separators.

    >>> count(126453), count(126453, locale="de")
    ('126,453', '126.453')
    """
    return str(format_decimal(value, locale=locale))


def span(lower: int, upper: int, *, open_ended: bool = False, locale: str = DEFAULT_LOCALE) -> str:
    """Return a count with bounds, or 'at least' if the source gives no upper bound.

    >>> span(210, 212), span(514, 514), span(669, 1191, open_ended=True)
    ('210 to 212', '514', 'at least 669')
    """
    low, high = count(lower, locale=locale), count(upper, locale=locale)
    if open_ended:
        return f"at least {low}"
    return low if lower == upper else f"{low} to {high}"


def percent(part: Fraction | float, places: int = 0, *, locale: str = DEFAULT_LOCALE) -> str:
    """Return a proportion as a percentage, rounded half up as the impact assessment rounds.

    >>> percent(Fraction(425, 1131)), percent(Fraction(1336, 126453), 1)
    ('38%', '1.1%')
    """
    scaled = Fraction(part) * 100 * 10**places
    # Halves round up exactly: no floating point, and no rounding to even.
    rounded = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return f"{_decimal(rounded, places, locale)}%"


@lru_cache(maxsize=4096)  # tables have many percentages, of which most are the same
def _decimal(rounded: int, places: int, locale: str) -> str:
    """Return a number of units of its last decimal place as text."""
    pattern = "#,##0" + ("." + "0" * places if places else "")
    return str(format_decimal(rounded / 10**places, format=pattern, locale=locale))


def percent_span(
    lower: Fraction, upper: Fraction, places: int = 0, *, locale: str = DEFAULT_LOCALE
) -> str:
    """Return a proportion with bounds as percentages; one percentage if both round to the same.

    >>> percent_span(Fraction(210, 1336), Fraction(212, 1336), 1)
    '15.7% to 15.9%'
    """
    low, high = percent(lower, places, locale=locale), percent(upper, places, locale=locale)
    return low if low == high else f"{low} to {high}"


def day(text: str, *, locale: str = DEFAULT_LOCALE) -> str:
    """Return an ISO date or month in words. A year alone, or any other text, is returned unchanged.

    >>> day("2021-12-15"), day("2020-03"), day("2019")
    ('15 December 2021', 'March 2020', '2019')
    """
    parts = text.split("-")
    if len(parts) == 1 or not all(part.isdigit() for part in parts):
        return text
    pattern = MONTH if len(parts) == len(("year", "month")) else DAY
    year, month, day_of_month = (int(part) for part in [*parts, "1"][:3])
    return str(format_date(date(year, month, day_of_month), pattern, locale=locale))


def fill(text: str, figure: Callable[[str], str]) -> str:
    """Return text with each `{name}` replaced by `figure(name)`, searching it only once.

    >>> fill("of {E001} referrals", {"E001": "126,453"}.__getitem__)
    'of 126,453 referrals'
    """
    return _PLACEHOLDER.sub(lambda match: figure(match[1]), text)
