"""Cards that are made once for each release and selection, and then shared by every reader of the process: they are frozen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from referrals.caching import cached
from referrals.cards import by_quarter, context_series
from referrals.cards import card as card_module
from referrals.cards.card import Card
from referrals.query import answer as answers_module
from referrals.query.answer import Answer
from referrals.query.selection import RELEASE, Offer, Selection
from referrals.release.release import Release

UNFILTERED: Final = frozenset({RELEASE, "measure"})
"""What a card's address can hold though no filter is chosen."""

KEPT: Final[dict[str | type, Callable[[Any], Any]]] = {
    Release: lambda opened: opened.digest,
    Card: lambda card: (card.about.edition, card.name, card.link),
}
"""What tells one release or one card from another, for what is made of it once and kept."""


def is_whole(*asked: object) -> bool:
    """Return whether no filter is chosen in anything asked for: what most readers see is kept apart from what some choose."""
    return not any(
        one.chosen() or one.period
        if isinstance(one, Selection)
        else isinstance(one, Card) and set(one.address) - UNFILTERED
        for one in asked
    )


@cached(32, KEPT)
def offer(opened: Release, dimension: str) -> tuple[Offer, Mapping[tuple[str, str], str]]:
    """Return what a page of a dimension offers to choose, and every label, made once for a release."""
    return answers_module.offer(opened, dimension), answers_module.labels(opened)


@cached(64, KEPT)
def _answer(opened: Release, dimension: str, selection: Selection) -> Answer:
    """Return what a release says of a dimension within a selection: the cards of one page rest on the same answer."""
    return answers_module.answer(opened, dimension, selection)


@cached(512, KEPT, separate=is_whole)
def of_dimension(opened: Release, dimension: str, selection: Selection) -> Card:
    """Return the card of one dimension within a selection, made once for a release."""
    return card_module.of_dimension(opened, _answer(opened, dimension, selection))


@cached(512, KEPT, separate=is_whole)
def of_quarters(opened: Release, dimension: str, selection: Selection) -> Card:
    """Return the card of every quarter within a selection of an additive release, made once for a release."""
    return by_quarter.card(opened, _answer(opened, dimension, selection))


@cached(128, KEPT)
def of_cross(opened: Release, dimension: str, by: str, measure: str) -> Card:
    """Return the card of one dimension within each code of another that the release breaks it down by."""
    return card_module.crossed(opened, dimension, by=by, measure=measure)


@cached(32, KEPT)
def of_context(opened: Release, name: str) -> Card:
    """Return the card of a context series, made once for a release."""
    return context_series.card(opened, name)
