"""The parameters of an address: ours, slips of ours, and those that others add.

Links gather parameters on their way: campaign tags, click identifiers, cache busters. They change
nothing. A slip of one of our names is different: to ignore it would be to answer another question
than the one asked, so pages name it and the API refuses it.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Container, Iterable
from functools import lru_cache
from typing import Final

MIN_ABBREVIATION: Final = 4
"""The shortest beginning of a name, in characters, that is taken for the name."""

CLOSE: Final = 0.75
"""The similarity (`difflib`) from which a name is a slip of another."""

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
    """Return which of our names a parameter is or is a slip of, '' if others added it.

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
    """Return the parameters that are ours or slips of ours, in order.

    >>> ours([("utm_source", "x"), ("sex", "F")], ("sex",))
    [('sex', 'F')]
    """
    return [(name, value) for name, value in pairs if meant(name, names)]


def code_of(value: str, codes: Container[str]) -> str:
    """Return the code that a value of an address stands for, '' if none.

    A plus that was not escaped as `%2B` arrives as a space.

    >>> code_of("60 ", ["60+"]), code_of("60+", ["60+"]), code_of("61", ["60+"])
    ('60+', '60+', '')
    """
    return next((code for code in (value, value.replace(" ", "+")) if code in codes), "")


def _plain(name: str) -> str:
    """Return a name in lower case without punctuation."""
    return re.sub(r"[\W_]", "", name[:40].casefold())
