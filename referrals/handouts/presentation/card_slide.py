"""Any card of the site as one slide, with the selection in its address.

The address is `/present?card=sex-by-crime-type&measure=share`, or that of the card's page with
`view=slide`, which leads there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from referrals.cards import built_table, context_series, registry
from referrals.cards import table as table_card
from referrals.cards.card import Card
from referrals.cards.charts.bars import Bar
from referrals.cards.exports.export import CARD
from referrals.cards.exports.notes import joined, plain, symbols
from referrals.cards.html import chart
from referrals.content import outline
from referrals.content.sitemap import key_of
from referrals.handouts.presentation.slide import CardChart, Slide, release_line, source_line
from referrals.handouts.presentation.story import of_card, sentences
from referrals.i18n import messages
from referrals.query.document import context_series as published_series
from referrals.query.selection import RELEASE, read_address
from referrals.release.catalogue import Served
from referrals.release.release import Release

NATIONALITY: Final = "nationality"
"""The card, and the parameter that chooses nationalities in it."""

MOST_SENTENCES: Final = 6
"""The most printed sentences in the notes of a card: a series has one for each of its points."""

Parameters = Sequence[tuple[str, str]]


def find(served: Served, name: str, parameters: Parameters) -> tuple[Card | None, tuple[str, ...]]:
    """Return a card by its name, None if there is none, and the parameters that it cannot use."""
    releases = served.by_id()
    if name == table_card.NAME:
        release, request, problems = built_table.read(parameters, releases)
        card = built_table.built(release, request).card
        return card, tuple(f"{problem.name}={problem.value}" for problem in problems)
    given, release = dict(parameters), served.published
    entry = registry.find(name, release)
    if entry is None:
        return None, ()
    offer: dict[str, Sequence[str]] = {}
    if entry.dimension:  # the other cards are of the published release alone
        release = releases.get(given.get(RELEASE, ""), release)
        offer = {**registry.filters(release, entry.dimension)[0], RELEASE: list(releases)}
    selection, unmet = read_address(given, offer, own=entry.dimension)
    if not entry.is_offered(release, selection):
        return None, ()
    card = registry.card(name, release, selection)
    return card, tuple(f"{parameter}={given[parameter]}" for parameter in unmet)


def card_of_page(path: str, parameters: Parameters) -> str:
    """Return the name of the first card of a page, '' if the page has none.

    >>> card_of_page("/crime-type", []), card_of_page("/trends", [("series", "years")])
    ('crime-type', 'nrm-years')
    """
    key, given = key_of(path), dict(parameters)
    if outline.has_table(key):
        return table_card.NAME
    if outline.has_series(key):
        names = list(context_series.DESIGNS)
        series = given.get(context_series.SERIES, names[0])
        return context_series.DESIGNS[series if series in names else names[0]].card_name
    dimensions = [topic.dimension for topic in outline.TOPICS if topic.key == key]
    return registry.dimension_name(dimensions[0]) if dimensions else ""


def of_profile(release: Release, code: str) -> list[tuple[str, str]]:
    """Return the parameters of the first card of a nationality's profile."""
    profile = published_series.profiled(release).get(code)
    if profile is None or profile.is_printed:
        return [(CARD, NATIONALITY), (NATIONALITY, code)]
    return [(CARD, context_series.of_nationality(release, code)[0].name)]


def slide(card: Card) -> Slide:
    """Return the slide of a card: its finding, chart and warning, and its notes for the speaker."""
    title, *more = sentences(card.finding)
    evidence = of_card(card)
    bars, panels = _without_links(card.bars), card.panels
    panels = {label: _without_links(rows) for label, rows in panels.items()}
    drawn = chart.html(replace(card, bars=bars, panels=panels))
    return Slide(
        name=card.name,
        title=title,
        lead=tuple(more),
        figure=CardChart(card.unit, drawn or card.table),
        note=plain(card.warning) or joined(symbols(card)),
        source=source_line(evidence) if evidence else _release_line(card),
        page=card.link,
        release=release_line(card.about),
        workings=tuple(plain(note) for note in (*card.notes, *card.further_notes)),
        evidence=evidence[:MOST_SENTENCES],
        mark=card.banner,
    )


def _without_links(bars: Sequence[Bar]) -> tuple[Bar, ...]:
    return tuple(replace(bar, address="") for bar in bars)


def _release_line(card: Card) -> str:
    """Return the source line of a release that is its own source."""
    return messages.text("sources.line", names=card.about.title)
