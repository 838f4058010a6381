"""How numbers and dates are written for readers, in one place, so that a page, a picture and a download never disagree."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from fractions import Fraction
from typing import Final

from babel.dates import format_date
from babel.numbers import format_decimal

LOCALE: Final = "en_GB"
_PLACEHOLDER: Final = re.compile(r"\{([^{}\n]+)\}")


def count(value: int) -> str:
    """Return a whole number with its thousands marked.

    >>> count(126453)
    '126,453'
    """
    return str(format_decimal(value, locale=LOCALE))


def span(lower: int, upper: int, *, open_ended: bool = False) -> str:
    """Return a count that may be a range, and 'at least' where the source leaves the upper end open.

    >>> span(210, 212), span(514, 514), span(669, 1191, open_ended=True)
    ('210 to 212', '514', 'at least 669')
    """
    if open_ended:
        return f"at least {count(lower)}"
    return count(lower) if lower == upper else f"{count(lower)} to {count(upper)}"


def percent(part: Fraction | float, places: int = 0) -> str:
    """Return a share of one as a percentage, rounded half up as the assessment rounds.

    >>> percent(Fraction(425, 1131)), percent(Fraction(1336, 126453), 1)
    ('38%', '1.1%')
    """
    scaled = Fraction(part) * 100 * 10**places
    rounded = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return f"{format_decimal(rounded / 10**places, format=_pattern(places), locale=LOCALE)}%"


def percent_span(lower: Fraction, upper: Fraction, places: int = 0) -> str:
    """Return a share that may be a range, as percentages.

    >>> percent_span(Fraction(210, 1336), Fraction(212, 1336), 1)
    '15.7% to 15.9%'
    """
    low, high = percent(lower, places), percent(upper, places)
    return low if low == high else f"{low} to {high}"


def day(text: str) -> str:
    """Return an ISO date as readers write it, a year or month alone as far as it goes, and other text as it is.

    >>> day("2021-12-15"), day("2020-03"), day("2019")
    ('15 December 2021', 'March 2020', '2019')
    """
    parts = text.split("-")
    if len(parts) == 1 or not all(part.isdigit() for part in parts):
        return text
    form = "MMMM y" if len(parts) == len(("year", "month")) else "d MMMM y"
    return str(format_date(date(*(int(part) for part in [*parts, "1"][:3])), form, locale=LOCALE))


def fill(text: str, figure: Callable[[str], str]) -> str:
    """Return text with each `{name}` replaced by `figure(name)`, which says what the name stands for.

    >>> fill("of {E001} referrals", {"E001": "126,453"}.__getitem__)
    'of 126,453 referrals'
    """
    return _PLACEHOLDER.sub(lambda match: figure(match[1]), text)


def _pattern(places: int) -> str:
    return "#,##0" + ("." + "0" * places if places else "")
