"""A reader's selection: a frozen value, read from an address and written back by stable codes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from referrals.query import parameters as address_parameters
from referrals.reference import periods
from referrals.reference.codelists import DIMENSIONS, TOTAL, codelist

MEASURES: Final = ("number", "share")
NUMBER, SHARE = MEASURES
PERIOD, RELEASE, SORT = "period", "release", "sort"
MEASURE: Final = "measure"
NAMES: Final = (*DIMENSIONS, MEASURE, PERIOD, RELEASE, SORT)
"""Every parameter of a page's address."""

MOST_COMPARED: Final = 4
"""The most codes of its own dimension that a page compares: more lines cannot be told apart."""

Offer = Mapping[str, Sequence[str]]
"""The codes that a page offers as filters, by name. The total of a dimension is always offered; the
first period, release and order are the defaults."""

SEPARATOR: Final = ","
"""The separator of codes that are compared: `nationality=VNM,ALB`."""


class Fault(StrEnum):
    """The faults of a parameter that a page cannot use."""

    UNKNOWN = "unknown"
    NOT_PUBLISHED = "not_published"
    REPEATED = "repeated"
    TOO_MANY = "too_many"


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

        >>> Selection(sex="F", measure="share", release="example").address()
        {'sex': 'F', 'measure': 'share', 'release': 'example'}
        """
        rest = {
            MEASURE: self.measure,
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

    A parameter or a code that is not on offer is ignored: the default is shown instead. Several
    codes of `own`, the page's own dimension, can be compared. Parameters that other sites added to
    a link are not named.

    >>> read_address({"sex": "F", "crime_type": "XX"}, {"sex": ["M", "F"], "crime_type": ["MS"]})[1]
    ('crime_type',)
    >>> read_address({"crimetype": "MS", "utm_source": "letter"}, {"crime_type": ["MS"]})[1]
    ('crimetype',)
    """
    codes = {
        name: _accepted(name, value, offer, is_own=name == own)
        for name, value in parameters.items()
    }
    accepted = {name: code for name, code in codes.items() if code}
    ignored = tuple(
        name
        for name in parameters
        if name not in accepted and address_parameters.meant(name, NAMES)
    )
    for name in (PERIOD, RELEASE, SORT):
        if name in accepted and accepted[name] == offer[name][0]:
            accepted[name] = ""  # the default, as in `Selection`
    return Selection(**accepted), ignored


def fault(name: str, values: Sequence[str], *, own: str = "") -> Fault:
    """Return the fault of a parameter that `read_address` does not accept.

    `values` are all of its values in the address. A code that is in the code lists, but not on
    offer, is valid and has no number on the page.

    >>> fault("nationality", ["FRA"]).value, fault("nationality", ["XX"]).value
    ('not_published', 'unknown')
    >>> fault("sex", ["M", "F"]).value, fault("sex", ["M,M"], own="sex").value
    ('repeated', 'repeated')
    """
    codes = values[0].split(SEPARATOR) if name == own else [values[0]]
    if len(values) > 1 or len(set(codes)) < len(codes):
        return Fault.REPEATED
    if len(codes) > MOST_COMPARED:
        return Fault.TOO_MANY
    if len(codes) > 1 and TOTAL in codes:
        return Fault.UNKNOWN
    return Fault.NOT_PUBLISHED if all(_is_code(name, code) for code in codes) else Fault.UNKNOWN


def _is_code(name: str, value: str) -> bool:
    """Return whether a value is a code that some release could publish."""
    if name == PERIOD:
        return periods.is_code(value)
    if name not in DIMENSIONS:
        return False
    lists = (codelist(name), codelist(name, is_example=True))
    return any(address_parameters.code_of(value, each.codes) for each in lists)


def _accepted(name: str, value: str, offer: Offer, *, is_own: bool) -> str:
    """Return the code or codes that a value stands for, '' if one of them is not on offer."""
    if not is_own or value == TOTAL:
        return address_parameters.code_of(value, _offered(name, offer))
    codes = offer.get(name, ())  # without the total, which is not compared with its parts
    compared = [address_parameters.code_of(part, codes) for part in value.split(SEPARATOR)]
    is_unique = len(set(compared)) == len(compared) <= MOST_COMPARED
    return SEPARATOR.join(compared) if is_unique and "" not in compared else ""


def _offered(name: str, offer: Offer) -> Sequence[str]:
    if name == MEASURE:
        return MEASURES
    codes = offer.get(name, ())
    return (TOTAL, *codes) if name in DIMENSIONS and name in offer else codes
