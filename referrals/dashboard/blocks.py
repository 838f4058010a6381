"""The blocks of a page as HTML, for the page in Streamlit and for its first paint."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import segno
from markupsafe import Markup

from referrals import templates
from referrals.caching import cached
from referrals.cards import page_cards
from referrals.cards.html import card as card_html
from referrals.cards.html import chart, notices, releases
from referrals.cards.html import relations as relations_html
from referrals.cards.registry import CACHE_KEYS
from referrals.content import outline, pages, release_texts, sitemap
from referrals.content.outline import Block
from referrals.dashboard.topic_page import topic_html
from referrals.i18n import messages
from referrals.query.selection import Selection
from referrals.reference import helplines
from referrals.release.release import Release

TEMPLATE: Final = "dashboard/blocks.html"


def html(key: str, block: Block, offered: Mapping[str, Release], base: str) -> Markup:
    """Return a block of the page of a key; a card is drawn without Plotly.

    `offered` has the releases by id, the published one first. `base` is the site's own origin, for
    addresses that readers copy.

    Raises:
        ValueError: the block belongs to a page that draws itself.
    """
    release = next(iter(offered.values()))
    match block:
        case outline.Heading(has_status):
            found = notices.opening(key, release.about, has_status=has_status)
        case outline.Text(name, has_title):
            found = (
                _text_with_title(release, name, key, helplines.overdue())
                if has_title
                else release_texts.text(release, name).body
            )
        case outline.Summaries(dimensions):
            found = _summaries(release, dimensions, base)
        case outline.Relations():
            found = _relations(release)
        case outline.Releases():
            found = releases.html(offered.values())
        case outline.PageEnd():
            found = page_end(release, release, has_text=outline.has_text(key))
        case outline.SeriesList() | outline.TableBuilder():
            raise ValueError(f"{type(block).__name__} is drawn by the page of {key} itself.")
        case _:
            found = card_html.whole(page_cards.card(block, release, Selection()), base)
    return found


def page_end(
    published: Release, shown: Release, address: str = "", *, has_text: bool = False
) -> Markup:
    """Return the unit of count, help and, if its address is known, the page's QR code."""
    end = notices.page_end(published.about, shown.about, has_text=has_text)
    return end + (_phone(address) if address else Markup())


@cached(64, CACHE_KEYS)
def _text_with_title(release: Release, name: str, key: str, _overdue: tuple[str, ...]) -> Markup:
    """Return a text with its title. It may warn of overdue help lines, so they are in the key."""
    return pages.with_title(release_texts.text(release, name), sitemap.page(key).path)


@cached(16, CACHE_KEYS)  # the other languages share them
def _summaries(release: Release, dimensions: tuple[str, ...], base: str) -> Markup:
    """Return short cards of several dimensions, side by side if there is room."""
    return templates.macro(
        TEMPLATE, "summaries", [_summary(release, dimension, base) for dimension in dimensions]
    )


def _summary(release: Release, dimension: str, base: str) -> Markup:
    card = page_cards.card(outline.Card(dimension), release, Selection())
    return templates.macro(
        topic_html.TEMPLATE,
        "summary",
        card,
        chart.html(card),
        topic_html.foot(card, base),
        pages.inline(messages.text(f"more.{dimension}")),
    )


@cached(4, CACHE_KEYS)
def _relations(release: Release) -> Markup:
    return relations_html.relations_and_worked_out(release)


@cached(256, {})
def _phone(address: str) -> Markup:
    """Return the QR code of an address, folded."""
    code = segno.make(address, error="m")
    return templates.render(
        "dashboard/phone.html",
        summary=messages.text("phone.summary"),
        alternative=messages.text("phone.alternative", address=address),
        code=code.svg_data_uri(scale=4, border=2, dark="#0b0c0c", light="#ffffff"),
        address=address,
    )
