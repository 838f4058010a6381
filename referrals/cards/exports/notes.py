"""The notes of a card as plain text, for every export: a figure found alone needs them."""

from __future__ import annotations

import re
from typing import Final

from referrals.cards.card import Card
from referrals.cards.wording import kinds

_LINK: Final = re.compile(r"\[([^\]]+)\]\([^)]*\)")


def plain(note: str) -> str:
    """Return a note without its Markdown.

    >>> plain("See [the glossary](/glossary#range).")
    'See the glossary.'
    """
    return _LINK.sub(r"\1", note).replace("**", "")


def notes(card: Card) -> list[str]:
    """Return the rule of the release, the warning of the card and its notes, if there are any."""
    every = (card.about.lay_sentence, card.warning, *card.notes)
    return [plain(note) for note in every if note]


def symbols(card: Card) -> list[str]:
    """Return an explanation of each status letter in a card's table."""
    used = {row.get(name) for row in card.data for name in ("status", "share_status")}
    meanings = kinds.of(card.about.kind).SYMBOLS
    return [f"[{letter}] {meaning}" for letter, meaning in meanings.items() if letter in used]
