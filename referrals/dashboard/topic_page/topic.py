"""A topic page: filters beside the answer, which is one view drawn at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

import streamlit as st
from markupsafe import Markup

from referrals.dashboard import figure, page_url, session
from referrals.dashboard.controls import Controls
from referrals.dashboard.ready_html import ReadyHtml
from referrals.dashboard.topic_page import choices, topic_html
from referrals.dashboard.topic_page.choices import TIME, Choices, Field
from referrals.query.selection import RELEASE


def draw(key: str) -> Choices:
    """Draw the page of a topic down to its folds, and return its reader's choices."""
    chosen = choices.read(key, page_url.pairs(), session.offered())
    release = topic_html.releases_field(chosen, session.offered())
    filters, views, has_buttons = chosen.filters(), chosen.views(), chosen.has_buttons()
    inside = [] if chosen.view == TIME else [chosen.sorting(), chosen.measure()]
    options = [field for field in inside if field]
    every = [*filters, views, *options, *([release] if release else [])]
    controls = Controls("choose", every, partial(_write, key, every))
    base = page_url.base()
    with st.container(key="head"):
        st.html(ReadyHtml(topic_html.heading(chosen)))
        if release:
            controls.segments(release)
        st.html(ReadyHtml(topic_html.period(chosen)))
    if chosen.unusable:
        st.html(ReadyHtml(topic_html.unusable(chosen, session.offered())))
    with st.container(key="topic"):
        with st.container(key="filters"):
            st.html(ReadyHtml(topic_html.filters_summary(chosen)))
            for field in filters:
                _draw(controls, field, has_buttons=has_buttons)
            _html(topic_html.clear(chosen))
        with st.container(key="column"):
            with st.container(key="answer"):
                st.html(ReadyHtml(topic_html.finding(chosen)))
                with st.container(key="controls"):
                    for field in (views, *options):
                        controls.segments(field)
                if topic_html.is_drawn(chosen):
                    figure.plot(topic_html.card(chosen))
                st.html(ReadyHtml(topic_html.figure(chosen, base)))
            _html(topic_html.below(chosen, session.published(), base))
    controls.settle()
    return chosen


def _draw(controls: Controls, field: Field, *, has_buttons: bool) -> None:
    """Draw a filter: as buttons, or as a list that opens."""
    if field.is_comparison:
        draw_comparison = controls.toggles if has_buttons else controls.compare
        draw_comparison(field)
    else:
        draw_one = controls.buttons if has_buttons else controls.choose
        draw_one(field)


def _html(html: Markup) -> None:
    """Draw HTML, if there is any: Streamlit refuses an empty element."""
    if html:
        st.html(ReadyHtml(html))


def _write(key: str, fields: Sequence[Field], chosen: Mapping[str, str]) -> None:
    """Write choices into the address, and drop those that a newly chosen release cannot answer."""
    before = {field.name: field.chosen for field in fields}
    usual = {field.name: field.usual for field in fields if field.name != RELEASE}
    page_url.write({name: chosen[name] for name in usual}, usual)
    if RELEASE in chosen and chosen[RELEASE] != before[RELEASE]:
        _change_release(key, chosen[RELEASE])


def _change_release(key: str, release_id: str) -> None:
    """Write the chosen release into the address, and keep the choices that it can answer."""
    parameters = st.query_params.to_dict() | {RELEASE: release_id}
    chosen = choices.read(key, parameters.items(), session.offered())
    st.query_params.from_dict(chosen.address())
