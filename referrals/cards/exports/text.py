"""A card as plain text for a message or a document."""

from __future__ import annotations

from referrals.cards.card import Card
from referrals.cards.exports.notes import notes, release, source, symbols
from referrals.i18n import messages


def write(card: Card, base: str) -> str:
    """Return a card as plain text: finding, numbers, notes, source, release and link.

    The link begins with `base`.
    """
    bars = [messages.text("exports.bar", label=bar.label, value=bar.text) for bar in card.bars]
    lines = [
        card.finding,
        "",
        messages.text("exports.caption_sentence", title=card.title, unit=card.unit),
        *bars,
        "",
        *(messages.text("exports.note", note=note) for note in notes(card)),
        *(messages.text("exports.symbol_sentence", symbol=symbol) for symbol in symbols(card)),
        messages.text("sources.line", names=source(card)),
        release(card, base),
    ]
    return "\n".join(lines)
