"""A card as HTML: its parts, for every presenter, and the dashboard's whole cards, cached.

The dashboard draws a Plotly chart between `above` and `below`. The static site puts the parts
together itself, without the texts to copy.
"""

from __future__ import annotations

from typing import Final

from markupsafe import Markup

from referrals import templates
from referrals.caching import cached
from referrals.cards.card import Card
from referrals.cards.exports import citations, embed, text
from referrals.cards.exports.export import (
    file_address,
    fixed_link,
    latest_link,
    slide_address,
)
from referrals.cards.exports.formats import GROUPS, endings, label
from referrals.cards.exports.notes import symbols
from referrals.cards.html import chart, notices, sources
from referrals.cards.registry import CACHE_KEYS, is_whole
from referrals.content import pages
from referrals.i18n import messages
from referrals.query.selection import RELEASE

TEMPLATE: Final = "cards/card.html"
LABELS: Final = ("take_away", "copy_text", "copy")


def head(card: Card) -> Markup:
    """Return the part above the figure: the mark of invented figures, the finding and the unit."""
    return templates.macro(TEMPLATE, "head", card)


def table(card: Card) -> Markup:
    """Return the table of a card. It is not printed if the bars have the same numbers."""
    return templates.macro(TEMPLATE, "again", card.table) if card.bars else card.table


def notes(card: Card, *, folded: bool) -> Markup:
    """Return the notes of a card, its further ones, and the meaning of each letter in its table.

    Folded notes are for a short card, whose topic has a page with everything: they leave out the
    further notes and the letters.
    """
    items: list[str] = [pages.inline(note) for note in card.notes]
    if not folded:
        items += [pages.inline(note) for note in card.further_notes]
        items += symbols(card)
    summary = messages.text("card.notes") if folded else ""
    return templates.macro(TEMPLATE, "notes", items, summary)


def warning(card: Card) -> Markup:
    """Return the box with the warning above the figure; empty for most cards."""
    return notices.box(pages.inline(card.warning)) if card.warning else Markup()


@cached(512, CACHE_KEYS, separate=is_whole)
def above(card: Card) -> Markup:
    """Return the part above a card's Plotly chart, with the HTML chart that is printed instead."""
    drawn = chart.html(card)
    if drawn:
        drawn = templates.macro(TEMPLATE, "on_paper", drawn)
    return head(card) + warning(card) + drawn


@cached(512, CACHE_KEYS, separate=is_whole)
def below(card: Card, base: str) -> Markup:
    """Return the part below a card's chart. `base` is the origin of the addresses to copy."""
    return table(card) + notes(card, folded=False) + sources.html(card) + take_away(card, base)


@cached(512, CACHE_KEYS, separate=is_whole)
def whole(card: Card, base: str) -> Markup:
    """Return a card that has no Plotly chart."""
    top = head(card) + warning(card) + chart.html(card)
    return templates.macro(TEMPLATE, "whole", top, below(card, base))


def link_on(more: str) -> Markup:
    """Return a line of Markdown, a link to the page on the same subject, as HTML."""
    return Markup("<p>{}</p>").format(pages.inline(more))


def files(card: Card, group: str) -> list[dict[str, str]]:
    """Return the address and the label of each file of a card that is in a group."""
    available = set(endings(card))
    return [
        {"address": file_address(card, ending), "label": label(ending)}
        for ending in GROUPS[group]
        if ending in available
    ]


def take_away(card: Card, base: str) -> Markup:
    """Return, folded, the downloads, pictures, citations, links and queries of a card, in groups.

    Short texts are there to copy; the others are files. Streamlit's own buttons would cost five
    messages per card in every run, and its text box with a copy button 1.6 MB of script.
    """
    groups = {}
    for group in GROUPS:
        if found := files(card, group):
            groups[group] = {"heading": messages.text(f"card.group.{group}"), "files": found}
    return templates.macro(
        TEMPLATE,
        "take_away",
        words={name: messages.text(f"card.{name}") for name in LABELS} | {"frame": _frame(card)},
        groups=groups,
        text=text.write(card, base),
        citations={
            messages.text(f"card.{style}"): cite(card, base)
            for style, cite in citations.STYLES.items()
        },
        links=_links(card, base),
        slide={"address": slide_address(card), "label": messages.text("card.slide")},
        frame=embed.frame(card, base),
    )


def _frame(card: Card) -> str:
    """Return the label of the code for a frame: it stays with a release, or follows the latest."""
    if RELEASE in card.address:
        return messages.text("card.frame_fixed", release=card.about.release_id)
    return messages.text("card.frame_latest")


def _links(card: Card, base: str) -> list[dict[str, str]]:
    """Return the links to a card's view: to the latest figures, and to those of its release."""
    latest, fixed = latest_link(card, base), fixed_link(card, base)
    release = card.about.release_id
    links = []
    if latest:
        links.append({"address": latest, "about": messages.text("card.link_latest")})
    if fixed:
        about = messages.text("card.link_fixed", release=release)
        links.append({"address": fixed, "about": about})
    return links
