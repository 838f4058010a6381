"""A reader's selection: a frozen value, read from an address and written back by stable codes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from referrals.reference.codelists import DIMENSIONS, TOTAL

MEASURES: Final = ("number", "share")
NUMBER, SHARE = MEASURES
PERIOD, RELEASE, SORT = "period", "release", "sort"
OWN_PARAMETERS: Final = frozenset({*DIMENSIONS, "measure", PERIOD, RELEASE, SORT})
"""Every parameter of a page's address that is ours. Others are added by whoever shares a link."""

MOST_COMPARED: Final = 4
"""The most codes of its own dimension that a page compares: more lines cannot be told apart."""

Offer = Mapping[str, Sequence[str]]
"""The codes that a page offers as filters, by name. The total of a dimension is always offered; the
first period, release and order are the defaults."""

SEPARATOR: Final = ","
"""Between the codes of a page's own dimension that are compared: `nationality=VNM,ALB`."""


@dataclass(frozen=True)
class Selection:
    """One code for every dimension (the total by default), the measure, period, release and order.

    A period of '' is the release's latest, a release of '' the published one, and an order of ''
    the usual one. The page of a dimension can compare several codes of that dimension, which then
    has all of them, separated by commas.
    """

    nationality: str = TOTAL
    age_band: str = TOTAL
    sex: str = TOTAL
    crime_type: str = TOTAL
    outcome: str = TOTAL
    measure: str = NUMBER
    period: str = ""
    release: str = ""
    sort: str = ""

    def code(self, dimension: str) -> str:
        """Return the code chosen for a dimension."""
        chosen: str = getattr(self, dimension)
        return chosen

    def codes(self) -> dict[str, str]:
        """Return the code of every dimension, keyed by dimension."""
        return {dimension: self.code(dimension) for dimension in DIMENSIONS}

    def compared(self, dimension: str) -> tuple[str, ...]:
        """Return the codes of a page's own dimension that it compares; none if it shows all.

        >>> Selection(nationality="VNM,ALB").compared("nationality"), Selection().compared("sex")
        (('VNM', 'ALB'), ())
        """
        chosen = self.code(dimension)
        return () if chosen == TOTAL else tuple(chosen.split(SEPARATOR))

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
        rest = {
            "measure": self.measure,
            PERIOD: self.period,
            RELEASE: self.release,
            SORT: self.sort,
        }
        return self.chosen() | {
            name: value for name, value in rest.items() if value not in {NUMBER, ""}
        }


def read_address(
    parameters: Mapping[str, str], offer: Offer, *, own: str = ""
) -> tuple[Selection, tuple[str, ...]]:
    """Return the selection in address parameters, and the names of parameters that are invalid.

    A parameter or a code that is not on offer is ignored: the default is shown instead. `own` is
    the page's own dimension, of which several codes can be compared.

    >>> read_address({"sex": "F", "crime_type": "XX"}, {"sex": ["M", "F"], "crime_type": ["MS"]})[1]
    ('crime_type',)
    """
    accepted = {
        name: value
        for name, value in parameters.items()
        if _is_allowed(name, value, offer, is_own=name == own)
    }
    ignored = tuple(name for name in parameters if name not in accepted)
    for name in (PERIOD, RELEASE, SORT):
        if name in accepted and accepted[name] == offer[name][0]:
            accepted[name] = ""  # the default, as in `Selection`
    return Selection(**accepted), ignored


def _is_allowed(name: str, value: str, offer: Offer, *, is_own: bool) -> bool:
    if name == "measure":
        return value in MEASURES
    codes = offer.get(name, ())
    if name in DIMENSIONS and name in offer and value == TOTAL:
        return True
    if not is_own:
        return value in codes
    compared = value.split(SEPARATOR)
    is_unique = len(set(compared)) == len(compared) <= MOST_COMPARED
    return is_unique and all(code in codes for code in compared)
