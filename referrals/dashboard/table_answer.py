"""The page of a built table as HTML: its pieces, and the whole of it before Streamlit runs.

It does not use Streamlit, because the first paint is made before any session exists.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl, urlencode

from markupsafe import Markup

from referrals import templates
from referrals.caching import cached
from referrals.cards import built_table
from referrals.cards.built_table import BuiltTable
from referrals.cards.card import Card
from referrals.cards.html import card as card_html
from referrals.cards.html import notices, table_choices
from referrals.cards.html import table as table_html
from referrals.cards.html.table_choices import Choice
from referrals.cards.registry import CACHE_KEYS
from referrals.cards.table import PATH
from referrals.content import sitemap
from referrals.dashboard import blocks
from referrals.i18n import messages
from referrals.i18n.code_labels import period
from referrals.page_meta import FirstPaint
from referrals.query.selection import RELEASE, SEPARATOR
from referrals.query.tables.table_request import Problem, TableRequest
from referrals.release.release import About, Release

KEY: Final = "table"
ANSWER: Final = "dashboard/answer.html"
FIRST_PAINT: Final = "dashboard/first_paint.html"


@dataclass(frozen=True)
class TablePage:
    """The table that an address asks for, its release, and the unusable parts of the address.

    `offered` has the releases by id, the published one first. `meant` is the table with misspelt
    parts corrected, None if nothing can be corrected.
    """

    offered: Mapping[str, Release]
    release: Release
    built: BuiltTable
    problems: tuple[Problem, ...]
    meant: TableRequest | None

    @property
    def about(self) -> About:
        """The description of the release."""
        return self.release.about

    def heading(self) -> Markup:
        """Return the heading of the page, with a strip if its figures are invented."""
        return notices.heading(sitemap.page(KEY).title) + notices.banner(self.about)

    def period(self) -> Markup:
        """Return the line with the period that the figures cover."""
        return templates.macro(ANSWER, "period", self.built.card.period)

    def summary(self) -> Markup:
        """Return the button that opens every choice on a phone."""
        text = messages.text("table.change_it")
        return templates.macro(ANSWER, "summary_of_filters", text)

    def above(self) -> Markup:
        """Return the notice on the unusable parts of the address, and the headline."""
        unusable = table_html.problems(self.problems, self.meant, href)
        return unusable + table_html.finding(self.built)

    def answer(self, base: str) -> Markup:
        """Return the chart, the cells and the pieces below them.

        `base` is the site's own origin, for addresses that readers copy.
        """
        figure = table_html.figure(self.built, href) + table_html.count(self.built)
        figure += table_html.suggestions(self.built, href)
        return figure + table_html.foot(self.built, href, _take_away(self.built.card, base))

    def releases(self) -> list[Choice]:
        """Return the choice between releases, none if there is only one."""
        if len(self.offered) == 1:
            return []
        options = {name: self._name(release.about) for name, release in self.offered.items()}
        label = messages.text("filters.release")
        return [Choice(RELEASE, label, options, self.about.release_id)]

    def choices(self) -> list[Choice]:
        """Return the choices beside the table."""
        return [
            *table_choices.sides(self.built),
            *table_choices.filters(self.built),
            table_choices.measure(self.built),
            table_choices.sort(self.built),
        ]

    def chart(self) -> Choice:
        """Return the choice of a chart."""
        return table_choices.chart(self.built)

    def changed(self, before: Mapping[str, str], after: Mapping[str, str]) -> TableRequest:
        """Return the table after some choices changed, without those that no longer fit."""
        chosen = table_choices.resolved(before, after)
        if after.get(RELEASE) == before.get(RELEASE):  # its link may follow the latest figures
            chosen[RELEASE] = self.built.request.within.release
        _, request, _ = built_table.read(table_choices.pairs(chosen), self.offered)
        return request

    def _name(self, about: About) -> str:
        if about.is_invented:
            return messages.text("filters.example")
        is_published = about.release_id == next(iter(self.offered))
        return messages.text("filters.real") if is_published else period(about.period_label)


def read(pairs: Iterable[tuple[str, str]], offered: Mapping[str, Release]) -> TablePage:
    """Return the page for the parameters of an address."""
    given = list(pairs)
    release, request, problems = built_table.read(given, offered)
    meant = built_table.corrected(given, problems, offered)
    return TablePage(offered, release, built_table.built(release, request), problems, meant)


def href(request: TableRequest) -> str:
    """Return the site-relative address of a table."""
    query = urlencode(request.address(), safe=SEPARATOR)
    return f"{PATH}?{query}" if query else PATH


def first_paint(query: str, offered: Mapping[str, Release]) -> FirstPaint:
    """Return the page for the query of an address, with a form and links instead of controls."""
    page = read(parse_qsl(query, keep_blank_values=True), offered)
    published = next(iter(offered.values()))
    fields = [
        {
            "name": choice.parameter,
            "label": choice.label,
            "options": choice.options,
            "chosen": choice.chosen,
        }
        for choice in page.choices()
    ]
    kept = {"release": page.built.request.within.release, "chart": page.chart().chosen}
    html = templates.macro(
        FIRST_PAINT,
        "topic",
        heading=page.heading(),
        period=page.period(),
        releases=next((_segments(page, choice) for choice in page.releases()), ""),
        filters_summary=page.summary(),
        filters=[{**field, "is_comparison": False} for field in fields],
        kept=kept,
        apply=messages.text("table.show"),
        every="",
        clear=table_html.swap(page.built.request, href),
        finding=page.above(),
        controls=[_segments(page, page.chart())],
        figure=page.answer(""),
        below="",
        end=blocks.page_end(published, page.release),
    )
    address = href(page.built.request)
    return FirstPaint(html, repeats_address=bool(page.problems), figure=address)


def _segments(page: TablePage, choice: Choice) -> dict[str, object]:
    """Return a choice as links to the page with each of its options."""
    every = [*page.choices(), page.chart(), *page.releases()]
    before = {each.name: each.chosen for each in every}
    options = [
        {
            "name": name,
            "address": href(page.changed(before, {**before, choice.name: code})),
            "is_chosen": code == choice.chosen,
        }
        for code, name in choice.options.items()
    ]
    return {"name": choice.name, "label": choice.label, "options": options}


@cached(128, CACHE_KEYS)
def _take_away(card: Card, base: str) -> Markup:
    return card_html.take_away(card, base)
