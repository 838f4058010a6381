"""The parts of a card as HTML, for every place that draws one: what stands above the figure, its bars, and its notes."""

from __future__ import annotations

from html import escape

from referrals import templates
from referrals.cards.card import Card
from referrals.cards.exports.notes import symbols
from referrals.cards.html import notices
from referrals.content import pages


def head(card: Card) -> str:
    """Return what stands above a figure: that it is invented where it is, the finding, the unit, the rule of the release."""
    invented = f'<p class="invented">{notices.INVENTED}</p>' if card.about.is_illustrative else ""
    rule = (
        f'<p class="rule">{escape(card.about.lay_sentence)}</p>' if card.about.lay_sentence else ""
    )
    finding = f'<h2 class="finding" id="{card.name}">{escape(card.finding)}</h2>'
    return f'{invented}{finding}<p class="unit">{escape(card.unit)}</p>{rule}'


def bars(card: Card) -> str:
    """Return the figure as a table of bars, which needs nothing to load."""
    return templates.bars(card.title, card.what, card.counted, [bar.row for bar in card.bars])


def notes(card: Card, *, folded: bool) -> str:
    """Return the notes of a card, and what the letters in its table mean.

    Folded, they are without the letters: they then stand below a figure that is shown without its table.
    """
    letters = [] if folded else symbols(card)
    items = "".join(f"<li>{pages.inline(one)}</li>" for one in card.notes) + "".join(
        f"<li>{escape(one)}</li>" for one in letters
    )
    listed = f'<ul class="notes">{items}</ul>'
    return (
        f'<details class="source"><summary>Notes on these numbers</summary>{listed}</details>'
        if folded
        else listed
    )
