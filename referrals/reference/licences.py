"""The licences that a release can name: their names, and where their texts are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Licence:
    """A licence: its name for readers, and the address of its text, '' if none is known."""

    name: str
    address: str = ""

    @property
    def json_ld(self) -> dict[str, str] | str:
        """The licence as JSON-LD names it: a reference to its text, or its name."""
        return {"@id": self.address} if self.address else self.name


SCHEMES: Final = ("https://", "http://")
"""The beginnings of a licence that is the address of its own text."""

LISTED: Final = {
    "OGL-UK-3.0": Licence(
        "Open Government Licence v3.0",
        "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/",
    ),
    "notspecified": Licence("not stated by the publisher"),
}
"""Each licence by its SPDX id, or as Data Package names it."""


def licence(named: str) -> Licence:
    """Return the licence that a release names by an id, by an address or in its own words.

    >>> licence("OGL-UK-3.0").name
    'Open Government Licence v3.0'
    >>> licence("https://publisher.example/terms").address
    'https://publisher.example/terms'
    >>> licence("All rights reserved")
    Licence(name='All rights reserved', address='')
    """
    if named in LISTED:
        return LISTED[named]
    return Licence(named, named if named.startswith(SCHEMES) else "")
