"""A reader's selection: a frozen value, read from an address and written back by stable codes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from referrals.query import parameters as address_parameters
from referrals.reference.codelists import DIMENSIONS, TOTAL

MEASURES: Final = ("number", "share")
NUMBER, SHARE = MEASURES
PERIOD, RELEASE = "period", "release"
MEASURE: Final = "measure"
NAMES: Final = (*DIMENSIONS, MEASURE, PERIOD, RELEASE)
"""Every parameter of a page's address."""

Offer = Mapping[str, Sequence[str]]
"""The codes that a page offers as filters, by name. The total of a dimension is always offered; the
first period and the first release are the defaults."""


@dataclass(frozen=True)
class Selection:
    """One code for every dimension (the total by default), the measure, the period and the release.

    A period of '' is the release's own, a release of '' the published one.
    """

    nationality: str = TOTAL
    age_band: str = TOTAL
    sex: str = TOTAL
    crime_type: str = TOTAL
    outcome: str = TOTAL
    measure: str = NUMBER
    period: str = ""
    release: str = ""

    def code(self, dimension: str) -> str:
        """Return the code chosen for a dimension."""
        chosen: str = getattr(self, dimension)
        return chosen

    def codes(self) -> dict[str, str]:
        """Return the code of every dimension, keyed by dimension."""
        return {dimension: self.code(dimension) for dimension in DIMENSIONS}

    def choosing(self, name: str, value: str) -> Selection:
        """Return this selection with a dimension, its measure, period or release changed."""
        return replace(self, **{name: value})

    def chosen(self) -> dict[str, str]:
        """Return the dimensions with a code other than the total."""
        return {dimension: code for dimension, code in self.codes().items() if code != TOTAL}

    def address(self) -> dict[str, str]:
        """Return the address parameters of this selection: those that differ from the defaults.

        >>> Selection(sex="F", measure="share", release="illustrative").address()
        {'sex': 'F', 'measure': 'share', 'release': 'illustrative'}
        """
        rest = {MEASURE: self.measure, PERIOD: self.period, RELEASE: self.release}
        return self.chosen() | {
            name: value for name, value in rest.items() if value not in {NUMBER, ""}
        }


def read_address(parameters: Mapping[str, str], offer: Offer) -> tuple[Selection, tuple[str, ...]]:
    """Return the selection in address parameters, and the names of parameters that are invalid.

    A parameter or a code that is not on offer is ignored: the default is shown instead. Parameters
    that others added to a link are not named.

    >>> read_address({"sex": "F", "crime_type": "XX"}, {"sex": ["M", "F"], "crime_type": ["MS"]})[1]
    ('crime_type',)
    >>> read_address({"crimetype": "MS", "utm_source": "letter"}, {"crime_type": ["MS"]})[1]
    ('crimetype',)
    """
    codes = {
        name: address_parameters.code_of(value, _allowed(name, offer))
        for name, value in parameters.items()
    }
    accepted = {name: code for name, code in codes.items() if code}
    ignored = tuple(
        name
        for name in parameters
        if name not in accepted and address_parameters.meant(name, NAMES)
    )
    for name in (PERIOD, RELEASE):
        if name in accepted and accepted[name] == offer[name][0]:
            accepted[name] = ""  # the default, as in `Selection`
    return Selection(**accepted), ignored


def _allowed(name: str, offer: Offer) -> Sequence[str]:
    if name == MEASURE:
        return MEASURES
    codes = offer.get(name, ())
    return (TOTAL, *codes) if name in DIMENSIONS and name in offer else codes
