"""The page on which a reader builds a table, with the choices beside it.

The address holds the whole request. Any change rewrites it without the choices that no longer fit,
such as a filter on a dimension that is now in the rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import streamlit as st

from referrals.cards.html import table as table_html
from referrals.dashboard import blocks, page_url, session, table_answer
from referrals.dashboard.controls import Controls
from referrals.dashboard.ready_html import ReadyHtml
from referrals.dashboard.table_answer import TablePage, href


def draw() -> None:
    """Draw the page for the table that the address asks for."""
    page = table_answer.read(page_url.pairs(), session.offered())
    choices, chart, releases = page.choices(), page.chart(), page.releases()
    every = [*choices, chart, *releases]
    before = {choice.name: choice.chosen for choice in every}
    controls = Controls("table", every, partial(_write, page, before))
    with st.container(key="head"):
        st.html(ReadyHtml(page.heading()))
        for choice in releases:
            controls.segments(choice)
        st.html(ReadyHtml(page.period()))
    with st.container(key="topic"):
        with st.container(key="filters"):
            st.html(ReadyHtml(page.summary()))
            for choice in choices:
                controls.choose(choice)
            st.html(ReadyHtml(table_html.swap(page.built.request, href)))
        with st.container(key="column"), st.container(key="answer"):
            st.html(ReadyHtml(page.above()))
            with st.container(key="charts"):
                controls.segments(chart)
            st.html(ReadyHtml(page.answer(page_url.base())))
    controls.settle()
    address = page_url.of_page(page.built.request.address())
    st.html(ReadyHtml(blocks.page_end(session.published(), page.release, address)))


def _write(page: TablePage, before: Mapping[str, str], after: Mapping[str, str]) -> None:
    request = page.changed(before, after)
    st.query_params.from_dict(request.address())
