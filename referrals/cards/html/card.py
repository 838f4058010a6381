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
from referrals.cards.charts import bars as charts
from referrals.cards.charts import light_lines
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
    """Return the chart as HTML, which needs no script; empty if the card has none."""
    if card.panels:
        return charts.small_multiples(card.title, card.panels, mark=card.mark)
    if card.lines:
        return light_lines.line_chart(
            card.alternative, card.lines, mark=card.mark, events=card.events
        )
    if card.bars:
        return charts.bar_chart(card.title, card.bars, mark=card.mark)
    return Markup()


def table(card: Card) -> Markup:
    """Return the table of a card, which paper does without if the bars have the same numbers."""
    return templates.macro(TEMPLATE, "again", card.table) if card.bars else card.table


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
    """Return what is above a card's Plotly chart, which HTML replaces on paper."""
    chart = bars(card)
    if chart:
        chart = templates.macro(TEMPLATE, "on_paper", chart)
    return head(card) + warning(card) + chart


@cached(512, CACHE_KEYS, separate=is_whole)
def below(card: Card, base: str) -> Markup:
    """Return what is below a card's chart. `base` begins the addresses that leave the site."""
    return table(card) + notes(card, folded=False) + sources.html(card) + take_away(card, base)


@cached(512, CACHE_KEYS, separate=is_whole)
def whole(card: Card, base: str) -> Markup:
    """Return a card that has no Plotly chart."""
    top = head(card) + warning(card) + bars(card)
    return templates.macro(TEMPLATE, "whole", top, below(card, base))


def link_on(more: str) -> Markup:
    """Return a line of Markdown that leads to a page on the same subject."""
    return Markup("<p>{}</p>").format(pages.inline(more))


def take_away(card: Card, base: str) -> Markup:
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
