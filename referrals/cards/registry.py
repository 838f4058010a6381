"""Every card by name, cached by release and selection, for the dashboard, static site and API.

Cards are frozen and hold no release, so that all readers of a process can share them and a replaced
release can be closed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final

from referrals.caching import cached
from referrals.cards import by_dimension, by_quarter, context_series, labelled, over_time
from referrals.cards.card import Card
from referrals.content import outline
from referrals.query import arrangement
from referrals.query.answer import Answer
from referrals.query.labels import Labels
from referrals.query.selection import NUMBER, RELEASE, SORT, Offer, Selection
from referrals.reference.codelists import TOTAL
from referrals.release.release import Release

UNFILTERED: Final = frozenset({RELEASE, SORT, "measure"})
"""Parameters of a card's address that are not filters."""

CACHE_KEYS: Final[dict[str | type, Callable[[Any], Any]]] = {
    Release: lambda release: release.digest,
    Card: lambda card: (card.about.edition, card.name, card.link),
}
"""The cache key of each type of argument."""


@dataclass(frozen=True)
class Entry:
    """One card of the registry.

    `dimension` is the one whose filters apply to it, '' if none do. `is_of_release` is True if the
    card needs a chosen release that was built from records, False if only the published release has
    it, and None if every release has it.
    """

    make: Callable[[Release, Selection], Card]
    dimension: str = ""
    is_of_release: bool | None = None

    def is_offered(self, release: Release, selection: Selection) -> bool:
        """Return whether a page offers the card of a release within a selection."""
        if self.is_of_release is None:
            return True
        if not self.is_of_release:
            return not selection.release
        return bool(selection.release) and release.about.is_from_records


def card(name: str, release: Release, selection: Selection) -> Card:
    """Return a card by its name. Raises KeyError if it does not exist: see `find`."""
    entry = find(name, release)
    if entry is None:
        raise KeyError(name)
    return entry.make(release, selection)


def find(name: str, release: Release) -> Entry | None:
    """Return the entry of a card: one of `CARDS`, or a card of a nationality's profile."""
    if name in CARDS:
        return CARDS[name]
    of_profile = context_series.of_profile(release, name)
    if of_profile is None:
        return None
    return Entry(lambda _release, _selection: of_profile, is_of_release=False)


def dimension_name(dimension: str) -> str:
    """Return the name of the card of a dimension: 'crime-type'."""
    return dimension.replace("_", "-")


def quarters_name(dimension: str) -> str:
    """Return the name of the card of quarters on the page of a dimension: 'quarters-of-sex'."""
    return f"quarters-of-{dimension_name(dimension)}"


def over_time_name(dimension: str) -> str:
    """Return the name of the card of a dimension over time: 'sex-over-time'."""
    return f"{dimension_name(dimension)}-over-time"


def cross_name(dimension: str, by: str) -> str:
    """Return the name of the card of one dimension by another: 'sex-by-crime-type'."""
    return f"{dimension_name(dimension)}-by-{dimension_name(by)}"


def is_whole(*arguments: object) -> bool:
    """Return whether no argument has a filter.

    Such results are cached separately, so that the many filtered ones cannot evict them.
    """
    return not any(_has_filter(argument) for argument in arguments)


def _has_filter(argument: object) -> bool:
    if isinstance(argument, Selection):
        return bool(argument.chosen() or argument.period)
    return isinstance(argument, Card) and bool(set(argument.address) - UNFILTERED)


@cached(32, CACHE_KEYS)
def filters(release: Release, dimension: str) -> tuple[Offer, Labels]:
    """Return the filters of the page of a dimension, and the label of every code.

    They include its own codes, to compare them, and the orders in which they can be shown, if any.
    """
    answer = _answer(release, dimension, Selection())
    offer = {dimension: [row.code for row in answer.observations if row.has_number]}
    orders = arrangement.orders(answer)
    if orders:
        offer[SORT] = list(orders)
    return {**offer, **labelled.of(release).filters(dimension)}, labelled.labels(release)


@cached(64, CACHE_KEYS)
def _answer(release: Release, dimension: str, selection: Selection) -> Answer:
    return labelled.of(release).answer(dimension, selection)


@cached(512, CACHE_KEYS, separate=is_whole)
def _of_dimension(dimension: str, release: Release, selection: Selection) -> Card:
    answer = _arranged(dimension, release, selection)
    return replace(by_dimension.card(release, answer), address=selection.address())


@cached(512, CACHE_KEYS, separate=is_whole)
def _of_quarters(dimension: str, release: Release, selection: Selection) -> Card:
    answer = _answer(release, dimension, selection)
    return by_quarter.card(release, answer)


@cached(512, CACHE_KEYS, separate=is_whole)
def _over_time(dimension: str, release: Release, selection: Selection) -> Card:
    answer = _arranged(dimension, release, replace(selection, measure=NUMBER, period=""))
    return replace(over_time.card(release, answer), address=selection.address())


def _arranged(dimension: str, release: Release, selection: Selection) -> Answer:
    """Return the answer on a dimension in the chosen order, with only the compared codes if any."""
    names = labelled.labels(release)
    compared = {code: names[dimension, code] for code in selection.compared(dimension)}
    within = replace(selection.choosing(dimension, TOTAL), sort="")
    answer = _answer(release, dimension, within)
    return arrangement.arranged(answer, compared, selection.sort)


@cached(128, CACHE_KEYS)
def _crossed(dimension: str, by: str, release: Release, measure: str) -> Card:
    return by_dimension.crossed(release, dimension, by=by, measure=measure)


def _of_cross(dimension: str, by: str, release: Release, selection: Selection) -> Card:
    return _crossed(dimension, by, release, selection.measure)


@cached(32, CACHE_KEYS)
def _context(name: str, release: Release) -> Card:
    return context_series.card(release, name)


def _of_context(name: str, release: Release, _: Selection) -> Card:
    return _context(name, release)


def _entries() -> dict[str, Entry]:
    entries: dict[str, Entry] = {}
    for topic in outline.TOPICS:
        own, by = topic.dimension, topic.crossed_by
        entries[dimension_name(own)] = Entry(partial(_of_dimension, own), own)
        entries[quarters_name(own)] = Entry(partial(_of_quarters, own), own, is_of_release=True)
        entries[over_time_name(own)] = Entry(partial(_over_time, own), own, is_of_release=True)
        if by:
            cross = Entry(partial(_of_cross, own, by), is_of_release=False)
            entries[cross_name(own, by)] = cross
    for name, design in context_series.DESIGNS.items():
        entries[design.card_name] = Entry(partial(_of_context, name), is_of_release=False)
    return entries


CARDS: Final[Mapping[str, Entry]] = _entries()
"""Every card of a page by its name, except those of profiles: they depend on the release."""
