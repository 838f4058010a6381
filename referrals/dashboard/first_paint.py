"""The content of each page before Streamlit runs, for the selection in its address.

The shell sends it with the page, so that the answer is in the first bytes. It is laid out as
Streamlit will draw it, with links and a form instead of controls, and works without scripts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final
from urllib.parse import parse_qsl

from markupsafe import Markup

from referrals import templates
from referrals.caching import cached
from referrals.cards import context_series
from referrals.cards.registry import CACHE_KEYS
from referrals.content import helpline_lists, outline
from referrals.content.sitemap import key_of
from referrals.dashboard import blocks, series, table_answer
from referrals.dashboard.topic_page import choices, topic_html
from referrals.dashboard.topic_page.choices import TIME, Choices, Field
from referrals.errors import ReferralsError
from referrals.i18n import messages
from referrals.page_meta import FirstPaint
from referrals.query.selection import SEPARATOR
from referrals.reference import helplines
from referrals.release import catalogue
from referrals.release.catalogue import Served
from referrals.release.release import Release

TEMPLATE: Final = "dashboard/first_paint.html"


def body(path: str, query: str) -> FirstPaint:
    """Return the main part of the page at a path, or the reason why it has no figures.

    `query` is the query string of the address.
    """
    try:
        return _body(catalogue.served(), key_of(path), query)
    except ReferralsError as error:
        heading = messages.text("errors.heading")
        lines = helpline_lists.with_heading()
        return FirstPaint(templates.macro(TEMPLATE, "error", heading, str(error), lines))


def _body(served: Served, key: str, query: str) -> FirstPaint:
    offered = _offered(served)
    if outline.has_table(key):
        return table_answer.first_paint(query, offered)
    pairs = parse_qsl(query, keep_blank_values=True)
    if outline.has_series(key):
        notice = series.unusable(pairs)
        name = series.chosen(pairs)
        html, address = _series(served, name) + notice, context_series.address(name)
        return FirstPaint(html, repeats_address=bool(notice), figure=address)
    if not outline.has_filters(key):
        return FirstPaint(_plain(served, key, helplines.overdue()))
    chosen = choices.read(key, pairs, offered)
    # Without the unusable parameters, which readers typed: the cache holds a page per selection.
    page = _topic(served, replace(chosen, unusable=()))
    html = page + topic_html.unusable(chosen, offered)
    address = topic_html.address(chosen)
    return FirstPaint(html, repeats_address=bool(chosen.unusable), figure=address)


def _offered(served: Served) -> dict[str, Release]:
    releases = (served.published, *served.others)
    return {release.about.release_id: release for release in releases}


@cached(64, {**CACHE_KEYS, Served: lambda served: served.version})
def _plain(served: Served, key: str, _overdue: tuple[str, ...]) -> Markup:
    """Return a page without choices. It may warn of overdue help lines, so they are in the key."""
    about = served.published.about
    parts = [blocks.html(key, block, _offered(served), "") for block in outline.blocks(key, about)]
    return templates.macro(TEMPLATE, "plain", parts)


@cached(256, {**CACHE_KEYS, Served: lambda served: served.version})
def _topic(served: Served, chosen: Choices) -> Markup:
    release = topic_html.releases_field(chosen, _offered(served))
    inside = [] if chosen.view == TIME else [chosen.sorting(), chosen.measure()]
    fields = [chosen.views(), *(field for field in inside if field)]
    return templates.macro(
        TEMPLATE,
        "topic",
        heading=topic_html.heading(chosen),
        period=topic_html.period(chosen),
        releases=_segments(chosen, release) if release else "",
        filters_summary=topic_html.filters_summary(chosen),
        buttons=_buttons(chosen),
        filters=[] if chosen.has_buttons() else chosen.filters(),
        kept=_kept(chosen),
        apply=messages.text("filters.apply"),
        every=messages.text("filters.everything"),
        clear=topic_html.clear(chosen),
        finding=topic_html.finding(chosen),
        controls=[_segments(chosen, field) for field in fields],
        figure=_lines(chosen) + topic_html.figure(chosen, ""),
        below=topic_html.below(chosen, served.published, ""),
        end=blocks.page_end(served.published, chosen.release),
    )


@cached(16, {**CACHE_KEYS, Served: lambda served: served.version})
def _series(served: Served, name: str) -> Markup:
    """Return the page of context series with one of them, by name."""
    release = served.published
    shown = series.card(release, name)
    return templates.macro(
        TEMPLATE,
        "topic",
        heading=series.heading(),
        period=series.lead(),
        releases="",
        filters_summary=series.summary(name),
        filters=[series.field(name)],
        kept={},
        apply=messages.text("filters.apply"),
        every="",
        clear=series.contents(name),
        finding=series.finding(shown),
        controls=[],
        figure=series.figure(shown, ""),
        below=series.answers(release),
        end=blocks.page_end(release, release),
    )


def _lines(chosen: Choices) -> Markup:
    """Return the lines of a view that Plotly will draw, '' for the other views."""
    return topic_html.lines(topic_html.card(chosen)) if topic_html.is_drawn(chosen) else Markup()


def _segments(chosen: Choices, field: Field) -> Mapping[str, object]:
    """Return a choice as links to the page with each of its options."""
    options = [
        {
            "name": name,
            "address": topic_html.address(chosen.with_value(field.name, code, field.usual)),
            "is_chosen": code == field.chosen,
        }
        for code, name in field.options.items()
    ]
    return {"name": field.name, "label": field.label, "options": options}


def _buttons(chosen: Choices) -> list[Mapping[str, object]]:
    """Return the filters as links; none if they are lists that open."""
    if not chosen.has_buttons():
        return []
    fields = chosen.filters()
    return [
        _compared(chosen, field) if field.is_comparison else _segments(chosen, field)
        for field in fields
    ]


def _compared(chosen: Choices, field: Field) -> Mapping[str, object]:
    """Return a comparison as links, each of which adds or removes an option."""
    options = []
    for code, name in field.options.items():
        toggled = {*field.codes} ^ {code}
        codes = [option for option in field.options if option in toggled]
        changed = chosen.with_value(field.name, SEPARATOR.join(codes), field.usual)
        address = topic_html.address(changed)
        options.append({"name": name, "address": address, "is_chosen": code in field.codes})
    return {"name": field.name, "label": field.label, "options": options}


def _kept(chosen: Choices) -> dict[str, str]:
    """Return the parameters of the address that the form of the filters must keep."""
    names = {field.name for field in chosen.filters()}
    return {name: value for name, value in chosen.address().items() if name not in names}
