"""The notes and status letters that go with the numbers in every export of a card.

Without them, a figure that is seen outside its page would be misread.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from referrals.cards.card import Card
from referrals.cards.exports.export import lasting_link
from referrals.cards.html import sources
from referrals.cards.wording import kinds
from referrals.i18n import code_labels, messages

_LINK: Final = re.compile(r"\[([^\]]+)\]\([^)]*\)")


def plain(note: str) -> str:
    """Return a note without its Markdown.

    >>> plain("See [the glossary](/glossary#range).")
    'See the glossary.'
    """
    return _LINK.sub(r"\1", note).replace("**", "")


def notes(card: Card) -> list[str]:
    """Return the mark of the release, and the warning and all notes of the card."""
    every = (card.banner, card.warning, *card.notes, *card.further_notes)
    return [plain(note) for note in every if note]


def symbols(card: Card) -> list[str]:
    """Return an explanation of each status letter in a card's table."""
    used = {row.get(name) for row in card.data for name in ("status", "share_status")}
    meanings = kinds.of(card.about.kind).symbols
    return [
        messages.text("exports.symbol", letter=letter, meaning=meaning)
        for letter, meaning in meanings.items()
        if letter in used
    ]


def joined(parts: Iterable[str]) -> str:
    """Return parts of a text, such as several sources, in one line."""
    return messages.text("exports.separator").join(parts)


def source(card: Card) -> str:
    """Return the sources of a card in one line."""
    return joined(sources.names(card))


def release(card: Card, base: str) -> str:
    """Return the release of a card and the link to its view in it, which begins with `base`."""
    about = card.about
    return messages.text(
        "exports.release",
        release=about.release_id,
        status=code_labels.status(about.mark, about.status),
        address=lasting_link(card, base),
    )
