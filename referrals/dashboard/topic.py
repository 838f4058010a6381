"""A topic page: filters beside the answer, which is one view drawn at a time."""

from __future__ import annotations

import streamlit as st
from markupsafe import Markup

from referrals.dashboard import answer, choices, figure, page_url, session
from referrals.dashboard.choices import TIME, Choices
from referrals.dashboard.filters import Controls
from referrals.dashboard.ready_html import ReadyHtml
from referrals.query.selection import RELEASE


def draw(key: str) -> Choices:
    """Draw the page of a topic down to its folds, and return what its reader chose."""
    chosen = choices.read(key, page_url.pairs(), session.offered())
    release = answer.releases_field(chosen, session.offered())
    filters, views = chosen.filters(), chosen.views()
    inside = [] if chosen.view == TIME else [chosen.sorting(), chosen.measure()]
    options = [field for field in inside if field]
    every = [*filters, views, *options, *([release] if release else [])]
    controls = Controls(every, lambda value: _change_release(key, value))
    base = page_url.base()
    with st.container(key="head"):
        st.html(ReadyHtml(answer.heading(chosen)))
        if release:
            controls.segments(release)
        st.html(ReadyHtml(answer.period(chosen)))
    if chosen.unusable:
        st.html(ReadyHtml(answer.unusable(chosen, session.offered())))
    with st.container(key="topic"):
        with st.container(key="filters"):
            st.html(ReadyHtml(answer.filters_summary(chosen)))
            for field in filters:
                if field.is_comparison:
                    controls.compare(field)
                else:
                    controls.choose(field)
            _html(answer.clear(chosen))
        with st.container(key="column"):
            with st.container(key="answer"):
                st.html(ReadyHtml(answer.finding(chosen)))
                with st.container(key="controls"):
                    for field in (views, *options):
                        controls.segments(field)
                if answer.is_drawn(chosen):
                    figure.plot(answer.card(chosen))
                st.html(ReadyHtml(answer.figure(chosen, base)))
            _html(answer.below(chosen, session.published(), base))
    controls.settle()
    return chosen


def _html(html: Markup) -> None:
    """Draw HTML, if there is any: Streamlit refuses an empty element."""
    if html:
        st.html(ReadyHtml(html))


def _change_release(key: str, release_id: str) -> None:
    """Write the chosen release into the address, and keep the choices that it can answer."""
    parameters = st.query_params.to_dict() | {RELEASE: release_id}
    chosen = choices.read(key, parameters.items(), session.offered())
    st.query_params.from_dict(chosen.address())
