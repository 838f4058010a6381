"""The parameters of an address: ours, misspellings of ours, and those that other sites add.

Links gather parameters on their way: campaign tags, click identifiers, cache busters. They are
ignored. To ignore a misspelling of one of our names would be to answer another question, so pages
name it and the API refuses it.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Container, Iterable
from functools import lru_cache
from typing import Final

from referrals import csv_safety

MIN_ABBREVIATION: Final = 4
"""The shortest abbreviation of a name that is recognised, in characters."""

CLOSE: Final = 0.75
"""The similarity (`difflib`) from which a name counts as a misspelling of ours."""

GUESSES: Final = {
    "age": "age_band",
    "ages": "age_band",
    "citizenship": "nationality",
    "country": "nationality",
    "gender": "sex",
    "page": "offset",
    "pagesize": "limit",
    "perpage": "limit",
    "quarter": "period",
    "skip": "offset",
    "year": "period",
}
"""Names that other services use, each with ours."""


@lru_cache(maxsize=512)
def meant(name: str, names: tuple[str, ...]) -> str:
    """Return the name of ours that a parameter has or misspells, '' if another site added it.

    >>> ours = ("sex", "crime_type", "nationality", "format")
    >>> [meant(name, ours) for name in ("Sex", "sex[]", "crimetype", "crime", "nationalty")]
    ['sex', 'sex', 'crime_type', 'crime_type', 'nationality']
    >>> [meant(name, ours) for name in ("utm_source", "fbclid", "ref", "_")]
    ['', '', '', '']
    """
    if name in names:
        return name
    spellings = {_plain(ours): ours for ours in names}
    guesses = {guess: ours for guess, ours in GUESSES.items() if ours in names}
    plain = _plain(name)
    if exact := spellings.get(plain) or guesses.get(plain):
        return exact
    if len(plain) >= MIN_ABBREVIATION:
        for spelling, ours in spellings.items():
            if spelling.startswith(plain):
                return ours
    close = difflib.get_close_matches(plain, spellings, n=1, cutoff=CLOSE)
    return spellings[close[0]] if close else ""


def ours(pairs: Iterable[tuple[str, str]], names: tuple[str, ...]) -> list[tuple[str, str]]:
    """Return the parameters that are ours or misspellings of ours, in order.

    >>> ours([("utm_source", "x"), ("sex", "F")], ("sex",))
    [('sex', 'F')]
    """
    return [(name, value) for name, value in pairs if meant(name, names)]


def code_of(value: str, codes: Container[str]) -> str:
    """Return the code that a value of an address stands for, '' if none.

    A plus that was not escaped as `%2B` arrives as a space. A code may be given as CSV files write
    it.

    >>> code_of("60 ", ["60+"]), code_of("60+", ["60+"]), code_of("61", ["60+"])
    ('60+', '60+', '')
    >>> code_of("FEMALE", ["F", "M"])
    'F'
    """
    spellings = (value, value.replace(" ", "+"), csv_safety.CODES.get(value, ""))
    return next((code for code in spellings if code in codes), "")


def _plain(name: str) -> str:
    """Return a name in lower case without punctuation."""
    return re.sub(r"[\W_]", "", name[:40].casefold())
