"""The HTML of a topic page for a reader's choices: its finding, figure and folds.

The page in Streamlit and its first paint show the same pieces, so that nothing moves when the one
replaces the other.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlencode

from markupsafe import Markup

from referrals import templates
from referrals.caching import cached
from referrals.cards import page_cards, registry
from referrals.cards.card import Card
from referrals.cards.exports.notes import symbols
from referrals.cards.html import card as card_html
from referrals.cards.html import chart, notices, sources
from referrals.cards.html import relations as relations_html
from referrals.cards.registry import CACHE_KEYS
from referrals.content import outline, sitemap
from referrals.dashboard.topic_page.choices import CHART, TABLE, TIME, Choices, Field
from referrals.i18n import messages
from referrals.query.selection import RELEASE, SEPARATOR, Fault
from referrals.release.catalogue import REPLACED
from referrals.release.release import About, Release

TEMPLATE: Final = "dashboard/answer.html"

MOST_BARS: Final = 11
"""A longer chart shows this many bars until it is opened (shell.css), so its source is in view."""


def card(choices: Choices) -> Card:
    """Return the card of the answer: that over time for a view of quarters, if there are any."""
    name = registry.dimension_name(choices.dimension)
    if choices.view == TIME and has_quarters(choices):
        name = registry.over_time_name(choices.dimension)
    return registry.card(name, choices.release, choices.selection)


def has_quarters(choices: Choices) -> bool:
    """Return whether the release of the page has quarters, rather than a single year."""
    blocks = outline.blocks(choices.key, choices.release.about)
    return any(isinstance(block, outline.Quarters) for block in blocks)


def is_drawn(choices: Choices) -> bool:
    """Return whether the view needs Plotly."""
    return choices.view == TIME and has_quarters(choices) and card(choices).draw is not None


def heading(choices: Choices) -> Markup:
    """Return the heading of the page and, if its figures are invented, the strip that says so."""
    title = notices.heading(sitemap.page(choices.key).title)
    return title + notices.banner(choices.release.about)


def period(choices: Choices) -> Markup:
    """Return the line with the period that the figures cover."""
    return templates.macro(TEMPLATE, "period", card(choices).period)


def unusable(choices: Choices, offered: Mapping[str, Release]) -> Markup:
    """Return the notices on the unusable parts of an address; empty if there are none.

    The notice on a link to a replaced release leads to the new one.
    """
    replaced = {f"{RELEASE}={old}": new for old, new in REPLACED.items() if new in offered}
    html, rest = Markup(), dict[Fault, list[str]]()
    for found in choices.unusable:
        if new := replaced.get(found.written):
            html += notices.replaced(f"/{choices.key}?{RELEASE}={new}")
        else:
            rest.setdefault(found.fault, []).append(found.written)
    boxes = [notices.unusable(written, fault) for fault, written in rest.items()]
    return html + Markup().join(boxes)


def finding(choices: Choices) -> Markup:
    """Return the headline of the answer. That of an answer over time is only on its first group.

    The whole of it would take 11 lines on a phone and push the chart off the first screen.
    """
    shown = card(choices)
    text = shown.headline or shown.finding
    if choices.view == TIME and not has_quarters(choices):
        text = messages.text("answer.one_year", period=shown.period)
    html = templates.macro(TEMPLATE, "finding", shown.name, text)
    return html + _unit(shown) if is_drawn(choices) else html


def figure(choices: Choices, base: str) -> Markup:
    """Return the figure of the answer with its source, notes and files.

    A view that Plotly draws has its table here instead of the figure. `base` is the site's own
    origin, for addresses that readers copy.
    """
    return _figure(card(choices), choices.view, has_quarters(choices), base)


@cached(512, CACHE_KEYS)
def _figure(shown: Card, view: str, is_series: bool, base: str) -> Markup:  # noqa: FBT001
    if view == TIME and not is_series:
        link = templates.link("/trends", messages.text("answer.trends"))
        return templates.macro(
            TEMPLATE, "one_year", messages.html("answer.one_year_only", trends=link)
        )
    draw = {CHART: _chart, TABLE: _table, TIME: _table_in_a_fold}[view]
    return draw(shown) + foot(shown, base)


def lines(shown: Card) -> Markup:
    """Return the lines of a card as HTML, as high as the Plotly chart that takes their place."""
    return templates.macro(TEMPLATE, "lines", chart.html(shown), bool(shown.mark))


def below(choices: Choices, published: Release, base: str) -> Markup:
    """Return the pieces below the answer: further cards, and a relation of printed figures, folded.

    `published` is the release whose printed figures the relation compares.
    """
    found = []
    for block in outline.blocks(choices.key, choices.release.about):
        if isinstance(block, outline.Crossed):
            further = page_cards.card(block, choices.release, choices.selection)
            found.append(_further(further, base))
        elif isinstance(block, outline.PageEnd) and block.relation:
            found.append(_relation(published, block.relation))
    return Markup().join(found)


def filters_summary(choices: Choices) -> Markup:
    """Return the button that opens the filters on a phone; it names the chosen options."""
    changed = choices.changed_filters()
    text = messages.text("filters.filters")
    if changed:
        names = messages.text("wording.separator").join(field.shown for field in changed)
        text = messages.text("filters.filters_chosen", n=len(changed), names=names)
    return templates.macro(TEMPLATE, "summary_of_filters", text)


def clear(choices: Choices) -> Markup:
    """Return the link that clears every filter; empty if there is nothing to clear."""
    if not choices.changed_filters():
        return Markup()
    text = messages.text("filters.clear")
    return templates.macro(TEMPLATE, "clear", address(choices.cleared()), text)


def releases_field(choices: Choices, offered: dict[str, Release]) -> Field | None:
    """Return the choice between releases; None if there is only one."""
    if len(offered) == 1:
        return None
    is_example = [release.about.is_invented for release in offered.values()]
    name = _short_name if is_example == [False, True] else notices.option
    options = {release_id: name(release.about) for release_id, release in offered.items()}
    label = messages.text("filters.release")
    return Field(RELEASE, label, options, choices.release.about.release_id)


def address(choices: Choices) -> str:
    """Return the site-relative address of the page with these choices."""
    query = urlencode(choices.address(), safe=SEPARATOR)
    return f"/{choices.key}?{query}" if query else f"/{choices.key}"


def _short_name(about: About) -> str:
    """Return the name of a release in a choice between real figures and a worked example."""
    if about.is_invented:
        return messages.text("filters.example")
    return messages.text("filters.real")


def _chart(shown: Card) -> Markup:
    """Return the bars of a card; those that would push the source out of view are in a fold.

    If no number is published there are no bars, and the table gives the reason for each.
    """
    figure = chart.html(shown)
    if not figure:
        return _table(shown)
    number = len(shown.bars)
    longest = max(map(len, shown.panels.values()), default=number)
    show_all = messages.text("answer.show_all", n=number) if longest > MOST_BARS else ""
    return templates.macro(TEMPLATE, "chart", _unit(shown), figure, show_all)


def _table(shown: Card) -> Markup:
    return templates.macro(TEMPLATE, "chart", _unit(shown), shown.table, "")


def _unit(shown: Card) -> Markup:
    """Return the line with the unit of the numbers."""
    return templates.macro(TEMPLATE, "unit", shown.unit)


def _table_in_a_fold(shown: Card) -> Markup:
    summary = messages.text("answer.every_number")
    fold = templates.macro(TEMPLATE, "fold", "table", summary, shown.table)
    return templates.macro(TEMPLATE, "rest", shown.rest) + fold if shown.rest else fold


def foot(shown: Card, base: str) -> Markup:
    """Return the source of a card, and in folds its notes, printed sentences and files."""
    number = len(shown.notes) + len(shown.further_notes) + len(symbols(shown))
    return templates.macro(
        TEMPLATE,
        "foot",
        sources.line(shown),
        messages.text("answer.notes", n=number) if number else "",
        card_html.notes(shown, folded=False),
        sources.sentences(shown) + card_html.take_away(shown, base),
    )


@cached(128, CACHE_KEYS)
def _further(shown: Card, base: str) -> Markup:
    parts = [
        templates.macro(TEMPLATE, "finding", shown.name, shown.finding),
        _chart(shown),
        _table_in_a_fold(shown),
        foot(shown, base),
    ]
    return templates.macro(TEMPLATE, "card", parts)


@cached(32, CACHE_KEYS)
def _relation(release: Release, relation_id: str) -> Markup:
    relation = relations_html.relation(release, relation_id)
    return templates.macro(TEMPLATE, "fold", "adds-up", messages.text("answer.adds_up"), relation)
