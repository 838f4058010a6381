"""The page of context series as HTML: one series at a time, and the list of all.

It does not use Streamlit, because the first paint is made before any session exists.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from markupsafe import Markup

from referrals import templates
from referrals.caching import cached
from referrals.cards import context_series, page_cards
from referrals.cards.card import Card
from referrals.cards.context_series import DESIGNS, SERIES
from referrals.cards.html import card as card_html
from referrals.cards.html import chart as card_chart
from referrals.cards.html import notices, sources
from referrals.cards.registry import CACHE_KEYS
from referrals.content import outline, sitemap
from referrals.dashboard.topic_page import topic_html
from referrals.dashboard.topic_page.choices import Field
from referrals.i18n import messages
from referrals.query.selection import Fault, Selection
from referrals.release.release import Release

KEY: Final = "trends"
TEMPLATE: Final = "dashboard/series.html"


def chosen(pairs: Iterable[tuple[str, str]]) -> str:
    """Return the name of the series that an address asks for, the first if it asks for none."""
    asked = _asked(pairs)
    return asked[0] if len(asked) == 1 and asked[0] in DESIGNS else next(iter(DESIGNS))


def unusable(pairs: Iterable[tuple[str, str]]) -> Markup:
    """Return the notice on an unknown series, or on several; empty if the address is usable."""
    asked = _asked(pairs)
    written = "&".join(f"{SERIES}={name}" for name in asked)
    if len(asked) > 1:
        return notices.unusable([written], Fault.REPEATED)
    is_unknown = bool(asked) and asked[0] not in DESIGNS
    return notices.unusable([written]) if is_unknown else Markup()


def _asked(pairs: Iterable[tuple[str, str]]) -> list[str]:
    """Return the different names of series in an address."""
    return list(dict.fromkeys(value for name, value in pairs if name == SERIES))


def field(name: str) -> Field:
    """Return the choice between the series."""
    options = {each: context_series.label(each) for each in DESIGNS}
    return Field(SERIES, messages.text("context.contents"), options, name)


def card(release: Release, name: str) -> Card:
    """Return the card of a series by its name."""
    return page_cards.card(outline.ContextSeries(name), release, Selection())


def heading() -> Markup:
    """Return the heading of the page."""
    return notices.heading(sitemap.page(KEY).title)


def lead() -> Markup:
    """Return the line below the heading: no figure here counts victim referrals."""
    return templates.macro(TEMPLATE, "lead", messages.text("context.lead"))


def summary(name: str) -> Markup:
    """Return the button that opens the choice of series on a phone: it names the one shown."""
    text = messages.text("context.chosen", name=context_series.label(name))
    return templates.macro(topic_html.TEMPLATE, "summary_of_filters", text)


def contents(name: str) -> Markup:
    """Return the list of all series, with the one that is shown marked."""
    topics = context_series.listed(name, context_series.address).items()
    return templates.macro(TEMPLATE, "contents", messages.text("context.contents"), topics)


def finding(shown: Card) -> Markup:
    """Return the headline of a series and the unit of its numbers."""
    title = templates.macro(topic_html.TEMPLATE, "finding", shown.name, shown.finding)
    return title + templates.macro(topic_html.TEMPLATE, "unit", shown.unit)


@cached(64, CACHE_KEYS)
def figure(shown: Card, base: str) -> Markup:
    """Return the chart of a series without Plotly, and the pieces below it.

    `base` is the site's own origin, for addresses that readers copy.
    """
    chart = templates.macro(TEMPLATE, "chart", card_chart.html(shown)) if shown.bars else Markup()
    if shown.lines:
        chart = topic_html.lines(shown)
    return chart + _below(shown, base)


@cached(64, CACHE_KEYS)
def below_plot(shown: Card, base: str) -> Markup:
    """Return the pieces below the Plotly chart of a series: first the chart in HTML, for paper."""
    chart = templates.macro(card_html.TEMPLATE, "on_paper", card_chart.html(shown))
    return chart + _below(shown, base)


def _below(shown: Card, base: str) -> Markup:
    table = shown.table
    if shown.lines or shown.bars:
        summary = messages.text("answer.every_number")
        table = templates.macro(topic_html.TEMPLATE, "fold", "table", summary, table)
    parts = [
        card_html.warning(shown),
        table,
        card_html.notes(shown, folded=False),
        sources.html(shown),
        templates.macro(TEMPLATE, "folds", card_html.take_away(shown, base)),
    ]
    return Markup().join(parts)


@cached(16, CACHE_KEYS)
def answers(release: Release) -> Markup:
    """Return the finding of every series, each with a link to its figure."""
    listed = [
        (context_series.label(name), context_series.address(name), card(release, name).finding)
        for name in DESIGNS
    ]
    return templates.macro(TEMPLATE, "answers", messages.text("context.answers"), listed)
