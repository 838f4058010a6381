"""The interpreter of `content.outline` for Streamlit: `page.draw("sex")` draws a whole page.

Each block is one element wherever possible, because every element is a message in every run.
"""

from __future__ import annotations

import streamlit as st

from referrals.cards.html import notices
from referrals.content import helpline_lists, outline
from referrals.dashboard import blocks, page_url, session, table_page, trends
from referrals.dashboard.ready_html import ReadyHtml
from referrals.dashboard.topic_page import topic
from referrals.errors import ReferralsError
from referrals.i18n import messages
from referrals.language import using


@st.fragment
def draw(key: str) -> None:
    """Draw the page of a key, such as "sex" or "data-sharing".

    It is a fragment: a choice on the page runs this function, without app.py and its navigation. If
    the figures cannot be shown, the page gives the reason and the help lines.
    """
    with using(page_url.language()):
        try:
            with session.run():
                _draw_blocks(key)
        except ReferralsError as error:
            st.html(ReadyHtml(notices.heading(messages.text("errors.heading"))))
            st.error(str(error))
            st.html(ReadyHtml(helpline_lists.with_heading()))


def _draw_blocks(key: str) -> None:
    if outline.has_filters(key):
        _draw_topic(key)
        return
    if outline.has_table(key):
        table_page.draw()
        return
    if outline.has_series(key):
        address = page_url.of_page(trends.draw())
        st.html(ReadyHtml(blocks.page_end(session.published(), session.published(), address)))
        return
    offered, published, base = session.offered(), session.published(), page_url.base()
    for block in outline.blocks(key, published.about):
        if isinstance(block, outline.PageEnd):
            address, has_text = page_url.of_page({}), outline.has_text(key)
            end = blocks.page_end(published, published, address, has_text=has_text)
            st.html(ReadyHtml(end))
        else:
            st.html(ReadyHtml(blocks.html(key, block, offered, base)))


def _draw_topic(key: str) -> None:
    chosen = topic.draw(key)
    address = page_url.of_page(chosen.address())
    st.html(ReadyHtml(blocks.page_end(session.published(), chosen.release, address)))
