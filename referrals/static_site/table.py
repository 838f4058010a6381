"""The page on which a reader builds a table without a script: a table, and the form to change it.

It depends on the query of its address. In a folder of files, without a server, it has no form, and
its table is the default one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from markupsafe import Markup

from referrals import templates
from referrals.cards import built_table
from referrals.cards.card import Card
from referrals.cards.exports.export import file_address
from referrals.cards.exports.formats import GROUPS, endings, label
from referrals.cards.html import notices, table_choices
from referrals.cards.html import table as table_html
from referrals.cards.table import PATH
from referrals.i18n import messages
from referrals.query.selection import RELEASE, SEPARATOR
from referrals.query.tables.table_request import TableRequest
from referrals.release.catalogue import Served
from referrals.release.release import About, Release

KEY: Final = "table"
"""The key of the page in the outline."""

TEMPLATE: Final = "static_site/table.html"


@dataclass(frozen=True)
class TablePage:
    """The main part of the page: its release, and the HTML of the form and the table."""

    release: Release
    html: Markup
    card: Card


def page(
    served: Served, pairs: Iterable[tuple[str, str]] = (), *, has_form: bool = True
) -> TablePage:
    """Return the page for an address; without a form if there is no server to answer it."""
    releases = served.by_id()
    given = list(pairs)
    release, request, problems = built_table.read(given, releases)
    meant = built_table.corrected(given, problems, releases)
    built = built_table.built(release, request)

    def href(other: TableRequest) -> str:
        query = urlencode(other.address(), safe=SEPARATOR)
        path = PATH.strip("/") if has_form else PATH
        return f"{path}?{query}" if query else path

    form = _form(built, release, releases, href) if has_form else Markup()
    html = templates.macro(
        TEMPLATE,
        "page",
        [
            table_html.problems(problems, meant, href),
            table_html.finding(built),
            table_html.figure(built, href),
            form,
            table_html.count(built),
            table_html.suggestions(built, href),
            table_html.foot(built, href, _files(built.card) if has_form else Markup()),
        ],
        notices.status(release.about),
    )
    return TablePage(release, html, built.card)


def _form(
    built: built_table.BuiltTable,
    release: Release,
    releases: dict[str, Release],
    href: table_html.Href,
) -> Markup:
    choices = [
        *table_choices.sides(built),
        *table_choices.filters(built),
        table_choices.measure(built),
        table_choices.sort(built),
        table_choices.chart(built),
    ]
    if len(releases) > 1:
        options = {name: _name(other.about) for name, other in releases.items()}
        figures = messages.text("filters.release")
        chosen = release.about.release_id
        choices.insert(0, table_choices.Choice(RELEASE, figures, options, chosen))
    return templates.macro(
        TEMPLATE,
        "form",
        action=PATH.strip("/"),
        summary=messages.text("table.change_it"),
        lead=messages.text(f"leads.{KEY}"),
        choices=choices,
        show=messages.text("table.show"),
        swap=table_html.swap(built.request, href),
    )


def _name(about: About) -> str:
    return messages.text("filters.example") if about.is_invented else about.period_label


def _files(card: Card) -> Markup:
    """Return the links to the files of the table."""
    available = set(endings(card))
    files = [
        {"address": file_address(card, ending), "label": label(ending)}
        for group in ("download", "picture")
        for ending in GROUPS[group]
        if ending in available
    ]
    return templates.macro(TEMPLATE, "files", files)
