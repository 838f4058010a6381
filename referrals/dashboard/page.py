"""The interpreter of `content.outline` for Streamlit: `page.draw("sex")` draws a whole page.

Each block is one element wherever possible, because every element is a message in every run.
"""

from __future__ import annotations

import streamlit as st

from referrals.content import outline
from referrals.dashboard import blocks, page_url, session, table_page, topic, trends
from referrals.dashboard.ready_html import ReadyHtml


def draw(key: str) -> None:
    """Draw the page of a key, such as "sex" or "data-sharing"."""
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
            st.html(ReadyHtml(blocks.page_end(published, published, page_url.of_page({}))))
        else:
            st.html(ReadyHtml(blocks.html(key, block, offered, base)))


def _draw_topic(key: str) -> None:
    chosen = topic.draw(key)
    address = page_url.of_page(chosen.address())
    st.html(ReadyHtml(blocks.page_end(session.published(), chosen.release, address)))
