"""What stands on each static page: the same headings, cards, texts and arithmetic as on the screen of its address."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from html import escape
from typing import Final

from referrals.cards import by_dimension, context_series, registry
from referrals.cards.card import PATHS, Card
from referrals.cards.html import notices, parts, releases, sources
from referrals.cards.html import relations as relations_html
from referrals.content import outline, pages
from referrals.content.outline import Opening, Topic
from referrals.i18n import messages
from referrals.i18n.languages import ENGLISH, direction
from referrals.query.selection import Selection
from referrals.query.statements import text_figures
from referrals.release import files
from referrals.release.catalogue import Standing
from referrals.release.release import About, Kind, Release
from referrals.static_site.links import DOWNLOADS, Spot

PAGE_END: Final = "page-end"
_ANCHOR: Final = re.compile(r'<h1 id="[^"]*">')
"""A heading that nothing leads to, as the page is its address."""


@dataclass(frozen=True)
class Body:
    """The main part of a page as HTML with site-relative links, and the cards on it."""

    html: str
    cards: tuple[Card, ...] = ()


def body(shown: Release, standing: Standing, spot: Spot) -> Body:
    """Return the main part of a page, of the release that it shows among those that stand.

    Raises:
        DataError: a text of the page is missing, or names a figure that the release does not hold.
    """
    drawn = _DRAWN.get(spot.path) if spot.language == ENGLISH else None
    found = drawn(shown, standing) if drawn else Body(_text(shown, spot))
    return Body(found.html + _end(shown, standing.published, spot), found.cards)


def download(card: Card) -> str:
    """Return the place of a card's CSV file below the root of the twin."""
    return f"{DOWNLOADS}/{card.file_name}.csv"


def carried(standing: Standing) -> dict[str, bytes]:
    """Return every file of every release by its place below the root: for a copy of the pages that has no server to ask."""
    taken: dict[str, bytes] = {}
    for release_id, one in standing.offered().items():
        folder = f"releases/{release_id}"
        taken |= {
            f"{folder}/{name}": files.content(one, file) for name, file in files.listed(one).items()
        }
        taken[f"{folder}/{files.SUMS}"] = files.sums(one)
    return taken


def _text(release: Release, spot: Spot) -> str:
    html = pages.page(
        spot.path.strip("/") or "overview", _figures(release, spot.language), language=spot.language
    )
    title, end, rest = html.partition("</h1>")
    listed = pages.contents(rest, summary=messages.of(spot.language).html("layout.contents"))
    return f"{_ANCHOR.sub('<h1>', title)}{end}{listed}{rest}"


def _figures(release: Release, language: str) -> Mapping[str, str]:
    """Return what stands for each figure that a text names; text from right to left would turn a range of numbers round."""
    found = text_figures(release)
    return (
        {name: f"\u2066{figure}\u2069" for name, figure in found.items()}
        if direction(language) == "rtl"
        else found
    )


def _end(shown: Release, published: Release, spot: Spot) -> str:
    """Return what a page ends with: in another language the text `page-end.md`, and in English where it has none."""
    english = notices.page_end(published.about, shown.about)
    if spot.language == ENGLISH:
        return english
    if not pages.exists(PAGE_END, language=spot.language):
        return messages.in_english(english, element="div")
    own = pages.page(PAGE_END, _figures(shown, spot.language), language=spot.language)
    attribution = messages.in_english(escape(shown.about.attribution), element="p")
    return f'<hr><div class="page-end">{own}{attribution}</div>'


def _overview(release: Release, _: Standing) -> Body:
    found = {dimension: _dimension(release, dimension) for dimension in outline.FIRST_SCREEN}
    drawn = "".join(
        _card(card, quick=True, more=outline.FIRST_SCREEN[dimension])
        for dimension, card in found.items()
    )
    care = pages.page("overview-care", text_figures(release)).partition("</h1>")[2]
    # The cards rest on some of the same sentences: each stands here once, so that the first page is small.
    sentences = sources.sentences(*found.values())
    return Body(f"{_text(release, Spot('/'))}{drawn}{sentences}{care}", tuple(found.values()))


def _topic(topic: Topic, release: Release, _: Standing) -> Body:
    about, end = release.about, ""
    found = [_dimension(release, topic.dimension)]
    if about.kind is not Kind.TRANSCRIBED:
        name = registry.quarters_name(topic.dimension)
        found.append(registry.card(name, release, Selection(release=about.release_id)))
    else:
        if topic.crossed_by:
            name = registry.cross_name(topic.dimension, topic.crossed_by)
            found.append(_without_choices(registry.card(name, release, Selection())))
        end = (
            f'<section class="card">{relations_html.relation(release, topic.relation)}</section>'
            if topic.relation
            else ""
        )
    opening = _opening(topic, about, lead=notices.banner(about))
    return Body(f"{opening}{''.join(map(_card, found))}{end}", tuple(found))


def _without_choices(card: Card) -> Card:
    """Return a card without the note on a reader's choices: here are none."""
    return replace(card, notes=[note for note in card.notes if note != by_dimension.UNFILTERED])


def _figures_check(release: Release, _: Standing) -> Body:
    every = f'{relations_html.relations(release)}<h2 id="worked-out">{outline.WORKED_OUT}</h2>{relations_html.worked_out(release)}'
    return Body(_opening(outline.FIGURES_CHECK, release.about) + every)


def _trends(release: Release, _: Standing) -> Body:
    found = tuple(
        registry.card(design.series_id, release, Selection())
        for design in context_series.DESIGNS.values()
    )
    return Body(_heading(outline.TRENDS) + "".join(map(_card, found)), found)


def _releases(release: Release, standing: Standing) -> Body:
    text = pages.page("releases", text_figures(release)).partition("</h1>")[2]
    return Body(_heading(outline.RELEASES) + releases.html(standing.offered().values()) + text)


def _dimension(release: Release, dimension: str) -> Card:
    about = release.about
    chosen = Selection(release="" if about.kind is Kind.TRANSCRIBED else about.release_id)
    return registry.card(registry.dimension_name(dimension), release, chosen)


def _opening(opening: Opening, about: About, *, lead: str = "") -> str:
    return _heading(opening, lead) + notices.status(about)


def _heading(opening: Opening, lead: str = "") -> str:
    said = lead or f'<p class="lead">{escape(opening.lead)}</p>'
    return f"<h1>{opening.heading}</h1>{said}"


def _card(card: Card, *, quick: bool = False, more: str = "") -> str:
    """Return a card as HTML. A quick one has neither table nor sources, and its notes are folded: its topic has a page."""
    warning = (
        f'<div class="box-note"><p>{pages.inline(card.warning)}</p></div>' if card.warning else ""
    )
    figure = parts.bars(card) if card.bars else ""
    on = f"<p>{pages.inline(more)}</p>" if more else ""
    notes = parts.notes(card, folded=quick)
    taken = f'<p class="take"><a href="/{download(card)}" download>Table (CSV)</a></p>'
    rest = f"{notes}{on}" if quick else f"{card.table}{notes}{sources.html(card)}{taken}"
    return f'<section class="card">{parts.head(card)}{warning}{figure}{rest}</section>'


_DRAWN: Final[Mapping[str, Callable[[Release, Standing], Body]]] = {
    "/": _overview,
    "/trends": _trends,
    "/figures-check": _figures_check,
    "/releases": _releases,
    **{PATHS[topic.dimension]: partial(_topic, topic) for topic in outline.TOPICS},
}
"""The pages that show figures. Their words are English for now, so other languages have the explanatory pages alone."""
