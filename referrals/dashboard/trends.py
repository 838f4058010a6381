"""The page of context series: one of them, beside the list of all."""

from __future__ import annotations

import streamlit as st

from referrals.dashboard import figure, page_url, series, session
from referrals.dashboard.controls import Controls
from referrals.dashboard.ready_html import ReadyHtml


def draw() -> dict[str, str]:
    """Draw the page down to its end, and return the address parameters of the series shown."""
    pairs = page_url.pairs()
    release, base = session.published(), page_url.base()
    name, unusable = series.chosen(pairs), series.unusable(pairs)
    field, shown = series.field(name), series.card(release, name)
    usual = {field.name: field.usual}
    controls = Controls("choose", [field], lambda chosen: page_url.write(chosen, usual))
    with st.container(key="head"):
        st.html(ReadyHtml(series.heading()))
        st.html(ReadyHtml(series.lead()))
    if unusable:
        st.html(ReadyHtml(unusable))
    with st.container(key="topic"):
        with st.container(key="filters"):
            st.html(ReadyHtml(series.summary(name)))
            controls.choose(field)
            st.html(ReadyHtml(series.contents(name)))
        with st.container(key="column"):
            with st.container(key="answer"):
                st.html(ReadyHtml(series.finding(shown)))
                if shown.draw:
                    figure.plot(shown)
                    st.html(ReadyHtml(series.below_plot(shown, base)))
                else:
                    st.html(ReadyHtml(series.figure(shown, base)))
            st.html(ReadyHtml(series.answers(release)))
    controls.settle()
    return {} if name == field.usual else {field.name: name}
