"""A card as plain text for a message or a document, and as a citation."""

from __future__ import annotations

from referrals.cards.card import Card
from referrals.cards.exports.notes import notes, symbols
from referrals.cards.html import sources


def write(card: Card, base: str) -> str:
    """Return a card as plain text: finding, numbers, notes, source, release and link.

    The link begins with `base`.
    """
    return "\n".join(
        [
            card.finding,
            "",
            f"{card.title}. {card.unit}.",
            *(f"- {bar.label}: {bar.text}" for bar in card.bars),
            "",
            *(f"Note: {note}" for note in notes(card)),
            *(f"{letter}." for letter in symbols(card)),
            f"Source: {'; '.join(sources.names(card))}.",
            f"Release {card.about.release_id} ({card.about.status}). {base}{card.link}",
        ]
    )


def citation(card: Card, base: str) -> str:
    """Return a citation of a card: the source first, then the place where it was presented."""
    source = "; ".join(sources.names(card))
    release = f"release {card.about.release_id} ({card.about.status})"
    place = f"{release}, “{card.title}”, {base}{card.link}"
    return f"{source}. Presented by Victim referrals, {place}."
