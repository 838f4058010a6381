"""The model of the worked example: referrals from countries and in years that do not exist.

Used by `extract` for the years EY1 to EY4. Every number here is invented, and none is near a
published one: more females than males, more domestic abuse than modern slavery, few children.
Country A falls and Country B rises from year to year, and Country C shows no clear change, so that
comparisons and time series have something to show. The countries from K on are too small to be
published separately: the pipeline groups them as "other".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from random import Random
from typing import Final

from referrals.errors import DataError
from referrals.publishing.ledger.bounds import Atom
from referrals.publishing.synthetic.fitting import apportion
from referrals.publishing.synthetic.invented_shares import AGES
from referrals.publishing.synthetic.model import PlannedCell
from referrals.reference.codelists import NOT_RECORDED

YEARS: Final = ("EY1", "EY2", "EY3", "EY4")

REFERRALS: Final[Mapping[str, tuple[int, int, int, int]]] = {
    "XAA": (640, 571, 489, 402),
    "XAB": (231, 352, 517, 724),
    "XAC": (468, 457, 479, 462),
    "XAD": (283, 322, 267, 306),
    "XAE": (146, 182, 217, 178),
    "XAF": (199, 158, 131, 104),
    "XAG": (111, 107, 119, 123),
    "XAH": (88, 99, 62, 78),
    "XAI": (56, 43, 66, 92),
    "XAJ": (36, 47, 28, 41),
    "XAK": (17, 12, 16, 9),
    "XAL": (9, 14, 11, 13),
    "XAM": (8, 6, 7, 12),
    "XAN": (5, 9, 4, 6),
    "XAO": (3, 4, 6, 2),
    "XAP": (2, 1, 3, 4),
    NOT_RECORDED: (92, 81, 110, 99),
}
"""Referrals of each country in each year."""

CRIME_TYPES: Final = ("MS", "DA", "OTH", NOT_RECORDED)
CRIME_SHARES: Final[Mapping[str, tuple[int, int, int, int]]] = {
    "XAA": (12, 61, 22, 5),
    "XAB": (34, 33, 28, 5),
    "XAE": (46, 24, 25, 5),
    "XAH": (9, 38, 47, 6),
}
"""Percentages of each crime type, by country. The others have `USUAL_CRIME_SHARES`."""

USUAL_CRIME_SHARES: Final = (18, 47, 29, 6)

SEXES: Final = ("M", "F", NOT_RECORDED)
SEX_SHARES: Final[Mapping[str, tuple[int, int, int]]] = {
    "MS": (42, 53, 5),
    "DA": (13, 83, 4),
    "OTH": (48, 46, 6),
    NOT_RECORDED: (40, 40, 20),
}
"""Percentages of each sex, by crime type."""

AGE_BANDS: Final = (*AGES, NOT_RECORDED)
AGE_SHARES: Final[Mapping[str, tuple[int, ...]]] = {
    "MS": (5, 9, 24, 31, 18, 8, 3, 2),
    "DA": (1, 3, 21, 34, 24, 11, 4, 2),
    "OTH": (3, 5, 19, 27, 23, 14, 6, 3),
    NOT_RECORDED: (3, 5, 18, 24, 20, 13, 5, 12),
}
"""Percentages of each age band, by crime type."""

QUARTER_SHARES: Final = (21, 24, 30, 25)
"""Percentages of the referrals of a year, by quarter."""

UNEVENNESS: Final = 0.4
"""The most that the share of a combination of attributes differs from the product of its shares."""


def first_day(year: str) -> date:
    """Return the first day of an example year, as extracts write it: 0001-01-01 for EY1.

    Raises:
        DataError: there is no such example year.
    """
    if year not in YEARS:
        raise DataError(f"'{year}' is not an example year. The years are {', '.join(YEARS)}.")
    return date(YEARS.index(year) + 1, 1, 1)


def plan(*, year: str, seed: int, records: int | None = None) -> list[PlannedCell]:
    """Return the referrals of an example year, by combination of attributes.

    With `records`, the same proportions are scaled to that many referrals.

    Raises:
        DataError: there is no such example year.
    """
    number = first_day(year).year - 1
    counts: dict[Atom, int] = {}
    for country, referrals in REFERRALS.items():
        weights = _weights(country, Random(f"{seed}/{year}/{country}"))
        counts |= apportion(weights, referrals[number])
    return list(_cells(counts if records is None else apportion(counts, records)))


def _weights(country: str, random: Random) -> dict[Atom, float]:
    """Return the weight of each combination of attributes of a country."""
    crime_shares = CRIME_SHARES.get(country, USUAL_CRIME_SHARES)
    weights: dict[Atom, float] = {}
    for crime, crime_share in zip(CRIME_TYPES, crime_shares, strict=True):
        for sex, sex_share in zip(SEXES, SEX_SHARES[crime], strict=True):
            for band, age_share in zip(AGE_BANDS, AGE_SHARES[crime], strict=True):
                chance = random.uniform(1 - UNEVENNESS, 1 + UNEVENNESS)
                weights[country, band, sex, crime] = crime_share * sex_share * age_share * chance
    return weights


def _cells(counts: Mapping[Atom, int]) -> Iterator[PlannedCell]:
    for (country, band, sex, crime), referrals in counts.items():
        if referrals:
            youngest, oldest = AGES.get(band, (None, None))
            yield PlannedCell(country, band, sex, crime, referrals, youngest, oldest)
