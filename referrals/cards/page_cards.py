"""The cards that the blocks of a page name: the one place where the dashboard and the static site ask for a card."""

from __future__ import annotations

from referrals.cards import registry
from referrals.cards.card import Card
from referrals.content import outline
from referrals.content.outline import CardBlock
from referrals.query.selection import Selection
from referrals.release.release import Release


def card(block: CardBlock, release: Release, selection: Selection) -> Card:
    """Return the card of a block, of a release and within a selection."""
    match block:
        case outline.Card(dimension):
            return registry.of_dimension(release, dimension, selection)
        case outline.Quarters(dimension):
            return registry.of_quarters(release, dimension, selection)
        case outline.Crossed(dimension, by):
            return registry.of_cross(release, dimension, by, selection.measure)
        case outline.ContextSeries(name):
            return registry.of_context(release, name)
