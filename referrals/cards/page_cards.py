"""The card of a block of a page, for the dashboard and the static site."""

from __future__ import annotations

from referrals.cards import context_series, registry
from referrals.cards.card import Card
from referrals.content import outline
from referrals.content.outline import CardBlock
from referrals.query.selection import Selection
from referrals.release.release import Release


def card(block: CardBlock, release: Release, selection: Selection) -> Card:
    """Return the card of a block, of a release and within a selection.

    Crossed cards use only the measure of the selection, and context series nothing of it.
    """
    match block:
        case outline.Card(dimension):
            return registry.card(registry.dimension_name(dimension), release, selection)
        case outline.Quarters(dimension):
            return registry.card(registry.quarters_name(dimension), release, selection)
        case outline.Crossed(dimension, by):
            return registry.card(registry.cross_name(dimension, by), release, selection)
        case outline.ContextSeries(name):
            return registry.card(context_series.DESIGNS[name].card_name, release, selection)
