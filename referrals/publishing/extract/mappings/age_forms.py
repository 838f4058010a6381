"""The forms in which extracts write ages: whole years, years with a unit, and bands.

`staged_checks` asks for the age band of each distinct text in an extract that is read through a
mapping. A band of the extract is taken if it lies within one of ours. One that lies across two of
ours is refused: nobody can say how many of its people belong to each.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Final

from referrals.publishing.extract.spellings import MAX_AGE, Spelling
from referrals.reference.codelists import codelist

YEARS: Final = "years"
BANDS: Final = "bands"
BIRTH: Final = "date of birth"
FORMS: Final = (YEARS, BANDS, BIRTH)

STRADDLING: Final = "straddling"
"""The kind of a band that lies across several of ours."""

_NUMBER: Final = "([0-9]{1,3})"
_TO: Final = re.compile(rf"{_NUMBER} ?(?:-|–|—|to|and|_) ?{_NUMBER}")
_FROM: Final = re.compile(rf"{_NUMBER} ?(?:\+|plus|and over|or over|and above|and older|or more)")
_OVER: Final = re.compile(rf"(?:over|above|>) ?{_NUMBER}")
_AT_LEAST: Final = re.compile(rf"(?:>=|≥|at least) ?{_NUMBER}")
_UNDER: Final = re.compile(rf"(?:under|below|less than|<|u) ?{_NUMBER}")
_UP_TO: Final = re.compile(rf"(?:<=|≤|up to) ?{_NUMBER}")
_ONE: Final = re.compile(_NUMBER)
_SPACES: Final = re.compile(r"[\s\u00a0]+")


@dataclass(frozen=True)
class Band:
    """The ages from `youngest` to `oldest`, both included."""

    youngest: int
    oldest: int


@cache
def our_bands() -> dict[str, Band]:
    """Return our age bands by code."""
    bands = {}
    for code in codelist("age_band").codes.values():
        if code.kind == "category":
            youngest, _, oldest = code.code.rstrip("+").partition("-")
            bands[code.code] = Band(int(youngest), int(oldest or MAX_AGE))
    return bands


def parse_band(text: str) -> Band | None:
    """Return the ages that a text covers, or None if it is not a band.

    >>> parse_band("Under 18"), parse_band("18 to 24")
    (Band(youngest=0, oldest=17), Band(youngest=18, oldest=24))
    """
    plain = _SPACES.sub(" ", text).strip().casefold()
    plain = re.sub(r"^aged? |(?: ?years?(?: old)?| ?yrs?| ?y)$", "", plain).strip()
    band = None
    if match := _TO.fullmatch(plain):
        band = Band(int(match[1]), int(match[2]))
    elif (match := _FROM.fullmatch(plain)) or (match := _AT_LEAST.fullmatch(plain)):
        band = Band(int(match[1]), MAX_AGE)
    elif match := _OVER.fullmatch(plain):
        band = Band(int(match[1]) + 1, MAX_AGE)
    elif match := _UNDER.fullmatch(plain):
        band = Band(0, int(match[1]) - 1)
    elif match := _UP_TO.fullmatch(plain):
        band = Band(0, int(match[1]))
    elif match := _ONE.fullmatch(plain):
        band = Band(int(match[1]), int(match[1]))
    return band if band and band.youngest <= band.oldest <= MAX_AGE else None


def spelling(text: str, *, form: str, units: tuple[str, ...]) -> Spelling | None:
    """Return a text as a spelling of one of our age bands, or None if it is not an age.

    A band across several of ours is a spelling without a code, of kind `STRADDLING`.
    """
    band = parse_band(text) if form == BANDS else _in_units(text, units)
    if band is None:
        return None
    within = [
        code
        for code, ours in our_bands().items()
        if ours.youngest <= band.youngest and band.oldest <= ours.oldest
    ]
    if not within:
        return Spelling("age", text, None, STRADDLING)
    return Spelling("age", text, within[0])


def _in_units(text: str, units: tuple[str, ...]) -> Band | None:
    """Return the age that a number with one of the stated units gives."""
    plain = _SPACES.sub(" ", text).strip().casefold()
    for unit in units:
        number = plain.removesuffix(unit.casefold()).strip()
        if number != plain and (match := _ONE.fullmatch(number)) and int(match[1]) <= MAX_AGE:
            return Band(int(match[1]), int(match[1]))
    return None
