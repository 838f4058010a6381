"""The chart of a sheet: the bars of a card, and the notes that explain its letters and lines."""

from __future__ import annotations

from collections.abc import Sequence

from referrals.cards.card import Card
from referrals.cards.exports import notes
from referrals.cards.wording import kinds
from referrals.handouts.briefing.sheet import Chart
from referrals.i18n import messages


def chart_of(card: Card, *, own: str = "", further: Sequence[str] = ()) -> Chart:
    """Return the chart of a card; `own` is the label of the sheet's bar, `further` its notes."""
    letters = [
        messages.text("exports.symbol_sentence", symbol=symbol) for symbol in notes.symbols(card)
    ]
    return Chart(
        title=card.title,
        unit=card.unit,
        alternative=card.alternative,
        bars=tuple(card.bars),
        own=own,
        notes=(*further, *_key(card), *letters),
    )


def _key(card: Card) -> list[str]:
    """Return the meaning of the lines or the pale ends of bars, if they have either."""
    if any(bar.has_line for bar in card.bars):
        return [messages.text("briefing.chart.key_line", meaning=kinds.of(card.about.kind).line())]
    if any(bar.has_pale_end for bar in card.bars):
        return [messages.text("briefing.chart.key_pale")]
    return []
