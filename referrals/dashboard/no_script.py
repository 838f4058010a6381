"""The body of each page for a browser that runs no script.

The shell sends it with every page, so it is short: the first page and the topic pages show their
own figures, and any other page links to the static page with the same content. Each has the help
lines.
"""

from __future__ import annotations

from typing import Final

from markupsafe import Markup

from referrals import templates
from referrals.caching import cached
from referrals.cards import page_cards
from referrals.cards.html import card as card_html
from referrals.cards.html import sources
from referrals.cards.registry import CACHE_KEYS
from referrals.content import outline, pages
from referrals.content.sitemap import key_of
from referrals.errors import ReferralsError
from referrals.i18n import messages
from referrals.query.selection import Selection
from referrals.query.statements import text_figures
from referrals.release import catalogue
from referrals.release.release import Release

STATIC_SITE: Final = "/lite"
"""The beginning of a static page's address."""

TEMPLATE: Final = "dashboard/no_script.html"


def body(path: str) -> Markup:
    """Return the page at a path without scripts, or the reason why it has no figures."""
    try:
        return _body(catalogue.served().published, path)
    except ReferralsError as error:
        return templates.macro(TEMPLATE, "error", str(error), pages.helplines_with_heading())


@cached(64, CACHE_KEYS)
def _body(release: Release, path: str) -> Markup:
    key, helplines = key_of(path), pages.helplines_with_heading()
    if key == outline.OVERVIEW:
        figures = [_figure(release, topic.dimension) for topic in outline.TOPICS]
        return templates.macro(TEMPLATE, "body", [_text(release, key), helplines, *figures])
    for topic in outline.TOPICS:
        if topic.key == key:
            return templates.macro(TEMPLATE, "body", [_figure(release, topic.dimension), helplines])
    link = templates.link(f"{STATIC_SITE}{path}", messages.text("no_script.static_page"))
    return templates.macro(
        TEMPLATE,
        "static_page",
        messages.html("no_script.needed"),
        messages.html("no_script.static_page_says", link=link),
        helplines,
    )


def _text(release: Release, name: str) -> Markup:
    return pages.page(name, text_figures(release)).body


def _figure(release: Release, dimension: str) -> Markup:
    card = page_cards.card(outline.Card(dimension), release, Selection())
    source = sources.named_line(card)
    return templates.macro(TEMPLATE, "figure", card.finding, card_html.bars(card), source)
