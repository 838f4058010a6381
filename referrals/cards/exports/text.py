"""A card as plain text for a message or a document."""

from __future__ import annotations

from typing import Final

from referrals.cards.card import Card
from referrals.cards.charts.values import Point, shown
from referrals.cards.exports.notes import notes, release, source, symbols
from referrals.cards.wording import phrases
from referrals.i18n import messages

MOST_NUMBERS: Final = 24
"""The most numbers of a line in a text; the CSV file has them all."""


def write(card: Card, base: str) -> str:
    """Return a card as plain text: finding, numbers, notes, source, release and link.

    The link begins with `base`.
    """
    numbers = [
        messages.text("exports.bar", label=label, value=value) for label, value in _numbers(card)
    ]
    lines = [
        card.finding,
        "",
        messages.text("exports.caption_sentence", title=card.title, unit=card.unit),
        *numbers,
        "",
        *(messages.text("exports.note", note=note) for note in notes(card)),
        *(messages.text("exports.symbol_sentence", symbol=symbol) for symbol in symbols(card)),
        messages.text("sources.line", names=source(card)),
        release(card, base),
    ]
    return "\n".join(lines)


def _numbers(card: Card) -> list[tuple[str, str]]:
    """Return the labels and numbers of a card's chart; none if a line has too many to read."""
    if card.bars:
        return [(bar.label, bar.text) for bar in card.bars]
    points = [point for series in card.lines for point in series.points]
    if len(card.lines) != 1 or len(points) > MOST_NUMBERS:
        return []
    return [(point.period, _number(point)) for point in points]


def _number(point: Point) -> str:
    """Return the number of a period with its range and its letter, or why it has none."""
    symbol = f"[{point.status}]" if point.status else ""
    if point.bounds is None or point.value is None:
        return f"{phrases.absent(point.status)} {symbol}".strip()
    number = shown(point.value)
    if point.has_range:
        low, high = point.bounds
        possible = phrases.between(shown(low), shown(high))
        number = messages.text("cards.number_with_range", number=number, range=possible)
    return f"{number} {symbol}".strip()
