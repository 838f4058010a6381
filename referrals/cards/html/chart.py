"""The chart of a card as HTML, which needs no script."""

from __future__ import annotations

from markupsafe import Markup

from referrals.cards.card import Card
from referrals.cards.charts import bars, light_lines


def html(card: Card) -> Markup:
    """Return the chart of a card; empty if it has none."""
    if card.panels:
        return bars.small_multiples(card.title, card.panels, mark=card.mark)
    if card.lines:
        return light_lines.line_chart(
            card.alternative, card.lines, mark=card.mark, events=card.events
        )
    if card.bars:
        return bars.bar_chart(card.title, card.bars, mark=card.mark)
    return Markup()
