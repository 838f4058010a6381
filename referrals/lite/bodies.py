"""What stands on each static page: the same headings, cards, texts and arithmetic as on the screen of its address."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from html import escape
from typing import Final

from referrals.dashboard import arithmetic, cards, citing, content, context, notices, outline, parts, quarters, queries
from referrals.dashboard.cards import Card
from referrals.dashboard.outline import Opening, Topic
from referrals.dashboard.selection import Selection
from referrals.lite.addresses import DOWNLOADS, Spot
from referrals.lite.catalogue import ENGLISH
from referrals.release import About, Release


@dataclass(frozen=True)
class Body:
    """The main part of a page as HTML with site-relative links, and the cards on it."""

    html: str
    cards: tuple[Card, ...] = ()


def body(shown: Release, published: Release, spot: Spot) -> Body:
    """Return the main part of a page, of the release that it shows.

    Raises:
        DataError: a text of the page is missing, or names a figure that the release does not hold.
    """
    drawn = _DRAWN.get(spot.path) if spot.language == ENGLISH else None
    found = drawn(shown) if drawn else Body(_text(shown, spot))
    return Body(found.html + notices.page_end(published.about, shown.about), found.cards)


def download(card: Card) -> str:
    """Return the place of a card's CSV file below the root of the twin."""
    return f"{DOWNLOADS}/{card.file_name}.csv"


def _text(release: Release, spot: Spot) -> str:
    html = content.page(spot.path.strip("/") or "overview", queries.figures(release), language=spot.language)
    title, end, rest = html.partition("</h1>")
    return f"{title}{end}{content.contents(rest)}{rest}"


def _overview(release: Release) -> Body:
    found = {dimension: _dimension(release, dimension) for dimension in outline.FIRST_SCREEN}
    drawn = "".join(_card(card, quick=True, more=outline.FIRST_SCREEN[dimension]) for dimension, card in found.items())
    care = content.page("overview-care", queries.figures(release)).partition("</h1>")[2]
    # The cards rest on some of the same sentences: each stands here once, so that the first page is small.
    sentences = citing.sentences(*found.values())
    return Body(f"{_text(release, Spot('/'))}{drawn}{sentences}{care}", tuple(found.values()))


def _topic(topic: Topic, release: Release) -> Body:
    about, end = release.about, ""
    found = [_dimension(release, topic.dimension)]
    if about.additive or about.is_tabled:
        everything = Selection(release=about.release_id)
        found.append(quarters.card(release, queries.answer(release, topic.dimension, everything)))
    else:
        if topic.crossed_by:
            found.append(_without_choices(cards.crossed(release, topic.dimension, by=topic.crossed_by)))
        end = f'<section class="card">{arithmetic.relation(release, topic.relation)}</section>' if topic.relation else ""
    opening = _opening(topic, about, lead=notices.banner(about))
    return Body(f"{opening}{''.join(map(_card, found))}{end}", tuple(found))


def _without_choices(card: Card) -> Card:
    """Return a card without the note on a reader's choices: here are none."""
    return replace(card, notes=[note for note in card.notes if note != cards.UNFILTERED])


def _figures_check(release: Release) -> Body:
    every = f'{arithmetic.relations(release)}<h2 id="worked-out">{outline.WORKED_OUT}</h2>{arithmetic.worked_out(release)}'
    return Body(_opening(outline.FIGURES_CHECK, release.about) + every)


def _trends(release: Release) -> Body:
    found = tuple(context.card(release, name) for name in context.LOOKS)
    heading = f'<h1>{outline.TRENDS.heading}</h1><p class="lead">{escape(outline.TRENDS.lead)}</p>'
    return Body(heading + "".join(map(_card, found)), found)


def _dimension(release: Release, dimension: str) -> Card:
    about = release.about
    chosen = Selection(release=about.release_id if about.additive or about.is_tabled else "")
    return cards.of_dimension(release, queries.answer(release, dimension, chosen))


def _opening(opening: Opening, about: About, *, lead: str = "") -> str:
    said = lead or f'<p class="lead">{escape(opening.lead)}</p>'
    return f"<h1>{opening.heading}</h1>{said}{notices.status(about)}"


def _card(card: Card, *, quick: bool = False, more: str = "") -> str:
    """Return a card as HTML. A quick one has neither table nor sources, and its notes are folded: its topic has a page."""
    warning = f'<div class="box-note"><p>{content.inline(card.warning)}</p></div>' if card.warning else ""
    figure = parts.bars(card) if card.bars else ""
    on = f"<p>{content.inline(more)}</p>" if more else ""
    notes = parts.notes(card, folded=quick)
    taken = f'<p class="take"><a href="/{download(card)}" download>Table (CSV)</a></p>'
    rest = f"{notes}{on}" if quick else f"{card.table}{notes}{citing.html(card)}{taken}"
    return f'<section class="card" aria-labelledby="{card.name}">{parts.head(card)}{warning}{figure}{rest}</section>'


_DRAWN: Final[Mapping[str, Callable[[Release], Body]]] = {
    "/": _overview,
    "/trends": _trends,
    "/figures-check": _figures_check,
    **{cards.PATHS[topic.dimension]: partial(_topic, topic) for topic in outline.TOPICS},
}
"""The pages that show figures. Their words are English for now, so other languages have the explanatory pages alone."""
