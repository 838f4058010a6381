"""A built table with its card and the tables nearest to it, cached by release and request."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from referrals.caching import cached
from referrals.cards import labelled
from referrals.cards import table as table_card
from referrals.cards.card import Card
from referrals.cards.registry import CACHE_KEYS
from referrals.cards.wording import table as words
from referrals.query.labels import Labels
from referrals.query.selection import RELEASE, SEPARATOR
from referrals.query.tables import alternatives, reader
from referrals.query.tables.table import Table
from referrals.query.tables.table_request import (
    COLUMNS,
    LATEST,
    ROWS,
    Fault,
    Offer,
    Problem,
    TableRequest,
    read_address,
)
from referrals.release.release import Release


@dataclass(frozen=True)
class Suggestion:
    """A table near to one that cannot be shown in full, and the words of the link to it."""

    request: TableRequest
    text: str


@dataclass(frozen=True)
class BuiltTable:
    """A table, its card, the choices of its release, and the nearest tables that show more."""

    table: Table
    card: Card
    offer: Offer
    labels: Labels
    suggestions: Sequence[Suggestion]

    @property
    def request(self) -> TableRequest:
        """The request of the table."""
        return self.table.request


def read(
    pairs: Iterable[tuple[str, str]], releases: Mapping[str, Release]
) -> tuple[Release, TableRequest, tuple[Problem, ...]]:
    """Return the release and the table that an address asks for, and its unusable parts.

    `releases` has every release by its id, the published one first. An address follows the latest
    real figures unless it names a release.
    """
    given = list(pairs)
    named = next((value for name, value in given if name == RELEASE), "")
    release = releases.get(named) or latest(releases)
    request, problems = read_address(given, offer(release, tuple(releases)))
    return release, request, problems


def corrected(
    pairs: Iterable[tuple[str, str]],
    problems: Sequence[Problem],
    releases: Mapping[str, Release],
) -> TableRequest | None:
    """Return the table of an address with its misspellings corrected, None if it has none."""
    misspelt = {(found.name, found.value): found for found in problems if found.suggestion}
    if not misspelt:
        return None

    def corrected_part(name: str, part: str) -> str:
        problem = misspelt.get((name, part))
        return problem.suggestion if problem else part

    pairs_corrected = []
    for name, value in pairs:
        problem = misspelt.get((name, value))
        if problem and problem.fault is Fault.UNKNOWN_NAME:
            pairs_corrected.append((problem.suggestion, value))
            continue
        parts = value.split(SEPARATOR) if name in {ROWS, COLUMNS} else [value]
        together = SEPARATOR.join(corrected_part(name, part) for part in parts)
        pairs_corrected.append((name, together))
    _, request, _ = read(pairs_corrected, releases)
    return request


def latest(releases: Mapping[str, Release]) -> Release:
    """Return the release that was published last; an invented one only if there is no other.

    Of several published on the same day it is the first in `releases`: the published one.
    """
    real = [release for release in releases.values() if not release.about.is_invented]
    return max(real or list(releases.values()), key=lambda release: release.about.published_on)


@cached(16, CACHE_KEYS)
def offer(release: Release, names: tuple[str, ...] = ()) -> Offer:
    """Return the choices for tables of a release, whose addresses can name one of `names`."""
    return reader.offer(release, (*names, LATEST))


@cached(128, CACHE_KEYS)
def built(release: Release, request: TableRequest) -> BuiltTable:
    """Return a table of a release."""
    table, offered = reader.read(release, request), offer(release)
    code_labels = labelled.labels(release)
    sentence_labels = table_card.sentence_labels(release)
    nearest = alternatives.nearest_tables(release, table, offered)
    suggestions = [
        Suggestion(near.request, words.suggestion(near, release.about, sentence_labels, request))
        for near in nearest
    ]
    card = table_card.card(release, table)
    return BuiltTable(table, card, offered, code_labels, suggestions)
