"""The formats of a card's files and their addresses: pages link to them, the API serves them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from referrals.cards.card import Card
from referrals.cards.exports import csv, svg
from referrals.i18n import messages
from referrals.release.files import SHORT

FOLDER: Final = "/take-away/"
PICTURE: Final = "svg"


@dataclass(frozen=True)
class Format:
    """A format of a card's files: its media type and its writer.

    `write` takes the card and the address that links begin with.
    """

    media_type: str
    write: Callable[[Card, str], str]


FORMATS: Final[Mapping[str, Format]] = {
    "csv": Format("text/csv; charset=utf-8; header=present", csv.write),
    PICTURE: Format("image/svg+xml", svg.write),
}
"""The formats by the ending of their files."""


def label(ending: str) -> str:
    """Return the label of the link to a card's file."""
    return messages.text(f"exports.format.{ending}")


def address(card: Card, ending: str) -> str:
    """Return the site-relative address of a card's file.

    It names the edition of the release, so that a reader gets the figures of the page, or is told
    that they were replaced.
    """
    chosen = f"?{urlencode(card.address)}" if card.address else ""
    return f"{FOLDER}{card.about.edition[:SHORT]}/{card.name}.{ending}{chosen}"


def endings(card: Card) -> list[str]:
    """Return the endings of a card's files. A card without a chart has no picture."""
    return [ending for ending in FORMATS if ending != PICTURE or card.bars or card.lines]
