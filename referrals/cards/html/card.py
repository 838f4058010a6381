"""A card as HTML: its parts, for every presenter, and the dashboard's card, made once and cached.

The dashboard draws the chart between `above` and `below`; the static site puts the parts together
itself, without anything to copy.
"""

from __future__ import annotations

from typing import Final

from markupsafe import Markup

from referrals import templates
from referrals.caching import cached
from referrals.cards.card import Card
from referrals.cards.exports import text
from referrals.cards.exports.formats import address, endings, label
from referrals.cards.exports.notes import symbols
from referrals.cards.html import notices, sources
from referrals.cards.registry import CACHE_KEYS, is_whole
from referrals.content import pages
from referrals.i18n import messages

TEMPLATE: Final = "cards/card.html"
LABELS: Final = ("take_away", "copy_text", "cite", "copy", "link")


def head(card: Card) -> Markup:
    """Return the part above the figure: a mark if it is invented, the finding, unit and rule."""
    return templates.macro(TEMPLATE, "head", card)


def bars(card: Card) -> Markup:
    """Return the figure as a table of bars, which needs no script; empty if it has no bars."""
    if not card.bars:
        return Markup()
    return templates.bars(
        card.title, card.row_heading, card.number_heading, [bar.row for bar in card.bars]
    )


def notes(card: Card, *, folded: bool) -> Markup:
    """Return the notes of a card, followed by the meaning of each status letter in its table.

    Folded notes are for a figure that is shown without its table, so they leave the letters out.
    """
    items: list[str] = [pages.inline(note) for note in card.notes]
    if not folded:
        items += symbols(card)
    summary = messages.text("card.notes") if folded else ""
    return templates.macro(TEMPLATE, "notes", items, summary)


def warning(card: Card) -> Markup:
    """Return the box with what a reader must know before the figure; empty for most cards."""
    return notices.box(pages.inline(card.warning)) if card.warning else Markup()


@cached(512, CACHE_KEYS, separate=is_whole)
def above(card: Card) -> Markup:
    """Return what is above a card's Plotly chart, which a table of bars replaces on paper."""
    chart = bars(card)
    if chart:
        watermark = messages.text("charts.watermark") if card.about.is_invented else ""
        chart = templates.macro(TEMPLATE, "on_paper", chart, watermark)
    return head(card) + warning(card) + chart


@cached(512, CACHE_KEYS, separate=is_whole)
def below(card: Card, base: str) -> Markup:
    """Return what is below a card's chart. `base` begins the addresses that leave the site."""
    return card.table + notes(card, folded=False) + sources.html(card) + _take_away(card, base)


@cached(512, CACHE_KEYS, separate=is_whole)
def whole(card: Card, base: str) -> Markup:
    """Return a card that has no Plotly chart."""
    top = head(card) + warning(card) + bars(card)
    return templates.macro(TEMPLATE, "whole", top, below(card, base))


@cached(64, CACHE_KEYS)
def summary(card: Card, more: str, base: str) -> Markup:
    """Return a card with its bars, but without its table and Plotly chart.

    `more` is a line of Markdown that leads to the page that has them.
    """
    top = head(card) + warning(card) + bars(card)
    rest = notes(card, folded=True) + sources.html(card) + link_on(more) + _take_away(card, base)
    return templates.macro(TEMPLATE, "whole", top, rest)


def link_on(more: str) -> Markup:
    """Return a line of Markdown that leads to a page on the same subject."""
    return Markup("<p>{}</p>").format(pages.inline(more))


def _take_away(card: Card, base: str) -> Markup:
    """Return the folded list of downloads, texts to copy and the link to this view.

    Streamlit's own buttons would cost five messages per card in every run, and its text box with a
    copy button 1.6 MB of script.
    """
    files = [{"address": address(card, ending), "label": label(ending)} for ending in endings(card)]
    return templates.macro(
        TEMPLATE,
        "take_away",
        words={name: messages.text(f"card.{name}") for name in LABELS},
        files=files,
        text=text.write(card, base),
        citation=text.citation(card, base),
        address=card.link,
        full_address=base + card.link,
    )
