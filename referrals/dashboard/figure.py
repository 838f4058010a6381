"""Cards in Streamlit: one element of HTML, or a Plotly chart between two if they are over time."""

from __future__ import annotations

from typing import Any, Final

import streamlit as st

from referrals.caching import cached
from referrals.cards.card import Card
from referrals.cards.charts import base as charts
from referrals.cards.html import card as card_html
from referrals.cards.registry import CACHE_KEYS, is_whole
from referrals.dashboard import page_url
from referrals.dashboard.ready_html import ReadyHtml

CACHED_CHARTS: Final = 512


def draw(card: Card) -> None:
    """Draw a card with its chart, table, notes, sources and downloads."""
    base = page_url.base()
    if card.draw is None:
        st.html(ReadyHtml(card_html.whole(card, base)))
        return
    with st.container(border=True):
        st.html(ReadyHtml(card_html.above(card)))
        plot(card)
        st.html(ReadyHtml(card_html.below(card, base)))


def plot(card: Card) -> None:
    """Draw the Plotly chart of a card, which must have one."""
    st.plotly_chart(
        chart(card, _palette()),
        config=dict(charts.CONFIG),
        alt=card.alternative,
        theme=None,
        key=f"chart_{card.name}",
    )


@cached(CACHED_CHARTS, CACHE_KEYS, separate=is_whole)
def chart(card: Card, palette: charts.Palette) -> Any:
    """Return a card's Plotly figure, ready to send. It is cached for each view and palette."""
    return charts.PreparedFigure(card.draw(palette)) if card.draw else None


def _palette() -> charts.Palette:
    return charts.DARK if st.context.theme.type == "dark" else charts.LIGHT
