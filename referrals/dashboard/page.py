"""The interpreter of `content.outline` for Streamlit: `page.draw("sex")` draws a whole page.

Each block is one element wherever possible, because every element is a message in every run.
"""

from __future__ import annotations

import segno
import streamlit as st
from markupsafe import Markup

from referrals import templates
from referrals.caching import cached
from referrals.cards import page_cards
from referrals.cards.html import notices, releases
from referrals.cards.html import relations as relations_html
from referrals.cards.registry import CACHE_KEYS
from referrals.content import outline, pages
from referrals.content.outline import Block
from referrals.content.pages import Text
from referrals.dashboard import figure, filters, page_url, session
from referrals.dashboard.ready_html import ReadyHtml
from referrals.i18n import messages
from referrals.query.selection import Selection
from referrals.query.statements import text_figures
from referrals.release.release import Release


def draw(key: str) -> None:
    """Draw the page of a key, such as "sex" or "data-sharing"."""
    release = filters.requested_release() if outline.has_filters(key) else session.published()
    selection = Selection()
    for block in outline.blocks(key, release.about):
        if isinstance(block, outline.Heading):
            selection = _draw_heading(key, block, release)
        else:
            _draw(block, release, selection)


def _draw_heading(key: str, block: outline.Heading, release: Release) -> Selection:
    """Draw the top of a page, and return what its reader chose in the filters."""
    opening = notices.opening(key, release.about, has_status=block.has_status)
    choice = Markup()
    if block.filters and len(session.offered()) > 1:
        choice = Markup('<p class="choice">{}</p>').format(messages.text("notices.choice"))
    if release.about.is_invented:
        # An element of its own, so that it can stay in view while the rest scrolls.
        st.html(ReadyHtml(notices.banner(release.about)))
    st.html(ReadyHtml(opening + choice))
    return filters.draw(block.filters, release) if block.filters else Selection()


def _draw(block: Block, release: Release, selection: Selection) -> None:
    match block:
        case outline.Text(name, has_title):
            st.html(
                ReadyHtml(
                    _text_with_title(release, name) if has_title else text(release, name).body
                )
            )
        case outline.Summaries(dimensions):
            for dimension in dimensions:
                card = page_cards.card(outline.Card(dimension), release, selection)
                figure.draw_summary(card, messages.text(f"more.{dimension}"))
        case outline.Relations():
            st.html(ReadyHtml(_relations(release)))
        case outline.Releases():
            st.html(ReadyHtml(releases.html(session.offered().values())))
        case outline.PageEnd(relation):
            st.html(ReadyHtml(_page_end(relation, release, selection)))
        case outline.Card() | outline.Quarters() | outline.Crossed() | outline.ContextSeries():
            figure.draw(page_cards.card(block, release, selection))


def _page_end(relation: str, release: Release, selection: Selection) -> Markup:
    """Return the unit of count, help, and the address of the page as a code for a phone.

    It begins with one relation between printed figures, if the page ends with one.
    """
    published = session.published()
    before = Markup()
    if relation:
        before = Markup('<div class="card">{}</div>').format(_relation(published, relation))
    end = notices.page_end(published.about, release.about)
    address = page_url.of_page(selection)
    return before + end + (_phone(address) if address else Markup())


@cached(4, CACHE_KEYS)
def _figures(release: Release) -> dict[str, str]:
    """Return the figures of a release by the names that texts give them."""
    return dict(text_figures(release))


@cached(64, CACHE_KEYS)
def text(release: Release, name: str) -> Text:
    """Return an explanatory text with the figures of a release, made once."""
    return pages.page(name, _figures(release))


@cached(64, CACHE_KEYS)
def _text_with_title(release: Release, name: str) -> Markup:
    return pages.with_title(text(release, name), contents=messages.text("layout.contents"))


@cached(32, CACHE_KEYS)
def _relation(release: Release, relation_id: str) -> Markup:
    return relations_html.relation(release, relation_id)


@cached(4, CACHE_KEYS)
def _relations(release: Release) -> Markup:
    return relations_html.relations_and_worked_out(release)


@cached(256, {})
def _phone(address: str) -> Markup:
    """Return an address as a code to scan, folded."""
    code = segno.make(address, error="m")
    return templates.render(
        "dashboard/phone.html",
        summary=messages.text("phone.summary"),
        alternative=messages.text("phone.alternative", address=address),
        code=code.svg_data_uri(scale=4, border=2, dark="#0b0c0c", light="#ffffff"),
        address=address,
    )
