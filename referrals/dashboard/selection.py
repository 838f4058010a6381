"""What the reader chose: one frozen value that comes from the address bar and goes back into it, by stable codes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from referrals.codelists import DIMENSIONS, TOTAL

MEASURES: Final = ("number", "share")
NUMBER, SHARE = MEASURES

Offer = Mapping[str, Sequence[str]]
"""The codes that a page lets its reader choose, by dimension. The total may always be chosen."""


@dataclass(frozen=True)
class Selection:
    """One code for every dimension (the total where nothing was chosen) and the measure to show."""

    nationality: str = TOTAL
    age_band: str = TOTAL
    sex: str = TOTAL
    crime_type: str = TOTAL
    outcome: str = TOTAL
    measure: str = NUMBER

    def code(self, dimension: str) -> str:
        """Return the code chosen for a dimension."""
        chosen: str = getattr(self, dimension)
        return chosen

    def codes(self) -> dict[str, str]:
        """Return the code of every dimension, keyed by dimension."""
        return {dimension: self.code(dimension) for dimension in DIMENSIONS}

    def choosing(self, name: str, value: str) -> Selection:
        """Return this selection with one dimension, or the measure, changed."""
        return replace(self, **{name: value})

    def chosen(self) -> dict[str, str]:
        """Return the dimensions for which something other than the total was chosen."""
        return {dimension: code for dimension, code in self.codes().items() if code != TOTAL}

    def address(self) -> dict[str, str]:
        """Return the address parameters of this selection: only what differs from showing everything.

        >>> Selection(sex="F", measure="share").address()
        {'sex': 'F', 'measure': 'share'}
        """
        return self.chosen() | ({} if self.measure == NUMBER else {"measure": self.measure})


def read_address(parameters: Mapping[str, str], offer: Offer) -> tuple[Selection, tuple[str, ...]]:
    """Return the selection that address parameters ask for, and the names of those that could not be met.

    A parameter that the page does not offer, or a code it does not know, changes nothing: the total is shown instead.

    >>> read_address({"sex": "F", "crime_type": "XX"}, {"sex": ["M", "F"], "crime_type": ["MS"]})[1]
    ('crime_type',)
    """
    selection, unmet = Selection(), []
    for name, value in parameters.items():
        allowed = MEASURES if name == "measure" else (TOTAL, *offer.get(name, ()))
        if (name in offer or name == "measure") and value in allowed:
            selection = selection.choosing(name, value)
        else:
            unmet.append(name)
    return selection, tuple(unmet)
