"""The input of the writers of a card's files, and the addresses of the card that files name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from referrals import localised_html
from referrals.cards.card import Card
from referrals.content.standalone_pages import PRESENT
from referrals.query.selection import RELEASE, SEPARATOR
from referrals.release.files import SHORT
from referrals.release.release import Release

FOLDER: Final = "/take-away/"
"""The path of the files of cards."""

EMBEDDED: Final = "/embed/"
"""The path of the cards that another site may frame."""

OEMBED: Final = "/oembed"
"""The path of the oEmbed endpoint (oembed.com)."""

CARD: Final = "card"
"""The parameter of the address of a slide that names its card."""


@dataclass(frozen=True)
class Export:
    """A card that leaves the page, the release that it shows, and the origin of its links."""

    card: Card
    release: Release
    base: str


def file_address(card: Card, ending: str) -> str:
    """Return the site-relative address of a card's file.

    It names the edition of the release, so that a reader gets the figures of the page, or an error
    if they were replaced.
    """
    chosen = f"?{urlencode(card.address)}" if card.address else ""
    return f"{FOLDER}{card.about.edition[:SHORT]}/{card.name}.{ending}{chosen}"


def latest_link(card: Card, base: str) -> str:
    """Return the link to a card's view that follows the latest figures, '' if there is none.

    Invented figures are never the latest ones.
    """
    if card.about.is_invented:
        return ""
    return _page(card.path, _without_release(card), base)


def fixed_link(card: Card, base: str) -> str:
    """Return the link to a card's view that stays with its release, '' if there is none.

    A context series has no release of its own: its source says which figures it has.
    """
    if card.is_context:
        return ""
    return _page(card.path, _with_release(card), base)


def lasting_link(card: Card, base: str) -> str:
    """Return the link for a citation: the one that stays with its release, if there is one."""
    return fixed_link(card, base) or latest_link(card, base)


def frame_address(card: Card, base: str) -> str:
    """Return the address of a card for a frame, which stays with a release if the view does."""
    return f"{base}{_address(EMBEDDED + card.name, dict(card.address))}"


def slide_address(card: Card) -> str:
    """Return the site-relative address of a card as a slide, with its selection."""
    return _address(PRESENT, {CARD: card.name, **card.address})


def oembed_address(address: str, base: str) -> str:
    """Return the address of the oEmbed description of a page's figure, '' if `base` is unknown.

    `address` is the site-relative one of the page.

    >>> oembed_address("/sex?crime_type=DA", "https://example.org")
    'https://example.org/oembed?url=https%3A%2F%2Fexample.org%2Fsex%3Fcrime_type%3DDA&format=json'
    """
    if not base:
        return ""
    return f"{base}{OEMBED}?{urlencode({'url': base + address, 'format': 'json'})}"


def _page(path: str, parameters: dict[str, str], base: str) -> str:
    """Return the link to a page in the current language.

    Without `base` it has no language yet: `localised_html` adds it to site-relative links.
    """
    found = _address(path, parameters)
    return f"{base}{localised_html.address(found)}" if base else found


def _with_release(card: Card) -> dict[str, str]:
    return {**_without_release(card), RELEASE: card.about.release_id}


def _without_release(card: Card) -> dict[str, str]:
    selection = {name: value for name, value in card.address.items() if name != RELEASE}
    return {**selection, **card.view}


def _address(path: str, parameters: dict[str, str]) -> str:
    query = urlencode(parameters, safe=SEPARATOR)
    return f"{path}?{query}" if query else path
