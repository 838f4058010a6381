"""The labels of codes and periods in the current language.

A release has its labels in English. Countries have their names from CLDR, unless
`data/locale/country_names.csv` has another; periods are made from their dates; all other labels
are translated one by one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from typing import Final

from babel.core import get_global
from babel.dates import format_date, format_interval, format_skeleton

from referrals.i18n import messages
from referrals.language import ENGLISH, current, in_english, is_english, locale_of
from referrals.paths import LOCALE
from referrals.reference import table_schema

LIST: Final = "codes"
NATIONALITY: Final = "nationality"
KOSOVO: Final = "XKX"
"""The usual code of three letters, which is not one of ISO 3166."""

MONTHS_IN_QUARTER: Final = 3

_MONTHS: Final = re.compile(r"([A-Z][a-z]+)(?: (\d{4}))? to ([A-Z][a-z]+) (\d{4})")
_QUARTER: Final = re.compile(r"(\d{4}) Q([1-4])")
_YEARS: Final = re.compile(r"\d{4}(?:-\d{2})?")
_SHORT_MONTH: Final = re.compile(r"([A-Z][a-z]{2}) (\d{4})")
_EXAMPLE_YEARS: Final = re.compile(r"Example years (\d) to (\d)")
_EXAMPLE_YEAR: Final = re.compile(r"Example year (\d)(?:, quarter (\d))?")
_EXAMPLE_QUARTER: Final = re.compile(r"Year (\d) Q(\d)")
_EXAMPLE_COUNTRY: Final = re.compile(r"Country ([A-Z])")


def label(dimension: str, code: str, english: str) -> str:
    """Return the label of a code in the current language; `english` is that of the release.

    >>> label("nationality", "VNM", "Vietnam")
    'Vietnam'
    """
    if is_english():
        return english
    found = listed(english)
    if not found and dimension == NATIONALITY:
        found = _country(code)
    return found or period(english)


def listed(english: str) -> str:
    """Return a label from the list of labels or of invented countries; '' if it is in neither."""
    if is_english():
        return english
    if invented := _EXAMPLE_COUNTRY.fullmatch(english):
        return messages.text("labels.made.country", letter=invented[1])
    entry = messages.find(LIST, english)
    return entry.forms[0] if entry else ""


def period(english: str) -> str:
    """Return the label of a period: months, quarters or years, of the worked example as well.

    >>> period("April 2020 to March 2021"), period("2020 Q3")
    ('April 2020 to March 2021', '2020 Q3')
    """
    if is_english() or _YEARS.fullmatch(english):
        return english
    if found := _MONTHS.fullmatch(english):
        first, year, last, last_year = found.groups()
        return _interval(_month(first, year or last_year), _month(last, last_year))
    if found := _QUARTER.fullmatch(english):
        quarter = date(int(found[1]), MONTHS_IN_QUARTER * int(found[2]), 1)
        return str(format_skeleton("yQQQ", quarter, locale=locale_of(current())))
    if found := _SHORT_MONTH.fullmatch(english):
        month = datetime.strptime(english, "%b %Y").date()  # noqa: DTZ007 - a month has no zone
        return str(format_date(month, "MMM y", locale=locale_of(current())))
    return _example(english) or in_english(english)


def mark(english: str) -> str:
    """Return the words that call the figures of a release invented; '' for other releases."""
    if english and english == messages.of(ENGLISH).text("notices.banner"):
        return messages.text("notices.banner")
    return in_english(english)


def status(english_mark: str, code: str) -> str:
    """Return the words that call the figures of a release invented, otherwise those for its status.

    >>> status("", "published")
    'published'
    """
    return mark(english_mark) or messages.text(f"exports.status.{code}")


def forms(name: str) -> Mapping[str, str]:
    """Return the forms that labels have inside a sentence, by label, in the current language.

    `name` is a table of `data/locale/en/labels.toml`, such as `in_sentence`, whose keys are labels.
    """
    return _forms(name, current())


@cache
def _forms(name: str, _language: str) -> Mapping[str, str]:
    start = f"labels.{name}."
    keys = [key for key in messages.of(ENGLISH).english if key.startswith(start)]
    english = {key.removeprefix(start): key for key in keys}
    return {listed(label) or label: messages.text(key) for label, key in english.items()}


def _example(english: str) -> str:
    if found := _EXAMPLE_YEARS.fullmatch(english):
        return messages.text("labels.made.example_years", first=found[1], last=found[2])
    if found := _EXAMPLE_QUARTER.fullmatch(english):
        return messages.text("labels.made.example_quarter_short", n=found[1], quarter=found[2])
    if found := _EXAMPLE_YEAR.fullmatch(english):
        key = "labels.made.example_quarter" if found[2] else "labels.made.example_year"
        return messages.text(key, n=found[1], **({"quarter": found[2]} if found[2] else {}))
    return ""


def _month(name: str, year: str) -> date:
    return datetime.strptime(f"{name} {year}", "%B %Y").date()  # noqa: DTZ007 - as above


def _interval(first: date, last: date) -> str:
    return str(format_interval(first, last, "yMMMM", locale=locale_of(current())))


def is_country(code: str) -> bool:
    """Return whether CLDR has the name of a country with a code of three letters.

    >>> is_country("VNM"), is_country("XKX"), is_country("_STL")
    (True, True, False)
    """
    return bool(_short_code(code))


def _short_code(code: str) -> str:
    """Return the code of two letters that CLDR uses for a country; '' if it has none."""
    if code == KOSOVO:
        return "XK"
    codes: list[str] = get_global("territory_aliases").get(code, [])
    return codes[0] if codes else ""


def _country(code: str) -> str:
    """Return the name of a country by its code of three letters; '' if CLDR has none."""
    if own := _own_names(current()).get(code):
        return own
    return str(locale_of(current()).territories.get(_short_code(code), ""))


@cache
def _own_names(language: str) -> Mapping[str, str]:
    """Return the names of countries that are better than those of CLDR, by code."""
    rows = table_schema.read(LOCALE / "country_names.csv")
    return {row["code"]: row["name"] for row in rows if row["language"] == language}
