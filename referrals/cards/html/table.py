"""A built table as HTML: its count, chart and cells, and the reasons for missing ones.

The dashboard and the static site both use it; `href` gives the address of another table on the
presenter's own pages.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from markupsafe import Markup

from referrals import templates
from referrals.cards import table_chart
from referrals.cards.built_table import BuiltTable
from referrals.cards.exports.notes import symbols
from referrals.cards.html import card as card_html
from referrals.cards.html import sources
from referrals.cards.wording import table as words
from referrals.i18n import messages
from referrals.query.selection import RELEASE
from referrals.query.tables import suitability
from referrals.query.tables.table import MOST_CELLS, Table
from referrals.query.tables.table_request import LATEST, Chart, Problem, TableRequest
from referrals.release.release import About

TEMPLATE: Final = "cards/table_view.html"

Href = Callable[[TableRequest], str]
"""The address of a table on the pages of a presenter."""


def problems(found: Sequence[Problem], meant: TableRequest | None, href: Href) -> Markup:
    """Return the notice on the parts of an address that could not be used, each with its reason.

    It links to the table that was probably `meant`.
    """
    if not found:
        return Markup()
    text = messages.text("table.problem.meant")
    return templates.macro(
        TEMPLATE,
        "problems",
        heading=messages.text("table.problem.heading"),
        items=[words.problem(problem) for problem in found],
        rest=messages.text("table.problem.rest"),
        link=templates.link(href(meant), text) if meant else "",
    )


def finding(built: BuiltTable) -> Markup:
    """Return the headline of a table, which says first if its figures are invented."""
    return templates.macro(TEMPLATE, "finding", built.card.name, built.card.finding)


def count(built: BuiltTable) -> Markup:
    """Return the line on rows, columns and the number of cells shown. The shell announces it."""
    table = built.table
    parts = [words.sides(table), words.counted_cells(table)]
    if table.parts > 1:
        first = (table.part - 1) * table.rows_of_part + 1
        parts.append(
            messages.text(
                "table.shown_cells.part",
                part=table.part,
                parts=table.parts,
                first=first,
                last=first + len(table.rows_shown) - 1,
                rows=len(table.rows),
            )
        )
    return templates.macro(TEMPLATE, "count", " ".join(parts))


def suggestions(built: BuiltTable, href: Href) -> Markup:
    """Return links to the nearest tables that show more, empty if there are none."""
    if not built.suggestions:
        return Markup()
    links = [
        templates.link(href(suggestion.request), suggestion.text)
        for suggestion in built.suggestions
    ]
    heading = messages.text("table.nearest.heading")
    return templates.macro(TEMPLATE, "suggestions", heading, links)


def figure(built: BuiltTable, href: Href) -> Markup:
    """Return the unit, the chart or the reason against it, and the cells of the table."""
    table, card = built.table, built.card
    faults = suitability.unsuited(table)
    chart = table.request.chart
    why_not = words.unsuited(chart, faults[chart]) if chart in faults else ""
    return templates.macro(
        TEMPLATE,
        "figure",
        title="" if card.finding.startswith(card.title) else words.plain_title(table, built.labels),
        unit=card.unit,
        small_print=words.small_print(table),
        why_not=why_not,
        chart=table_chart.html(table, card.title, mark=card.mark),
        table=card.table,
        parts=_parts(table, href),
    )


def why(table: Table) -> Markup:
    """Return the reason for each cell without a figure, with the nearest published number."""
    if not table.missing:
        return Markup()
    reasons = [
        {"sentence": words.why(reason, table), "cells": words.missing_cells(table, places)}
        for reason, places in table.missing.items()
    ]
    heading = messages.text(
        "table.why.heading", n=len(table.cells) - table.shown, total=len(table.cells)
    )
    return templates.macro(TEMPLATE, "why", heading, reasons)


def unsuited(table: Table) -> Markup:
    """Return why some charts do not suit the table, empty if all do."""
    faults = suitability.unsuited(table)
    if not faults:
        return Markup()
    sentences = [words.unsuited(chart, fault) for chart, fault in faults.items()]
    return templates.macro(TEMPLATE, "unsuited", messages.text("table.unsuited.heading"), sentences)


def link(built: BuiltTable, about: About, href: Href) -> Markup:
    """Return the note on the table's link: it is fixed to a release, or follows the latest figures.

    The other kind of link is beside it.
    """
    request = built.request
    is_latest = request.within.release in {"", LATEST}
    release = about.release_id if is_latest else LATEST
    other = replace(request, within=request.within.choosing(RELEASE, release))
    key = "latest" if is_latest else "fixed"
    text = messages.text(f"table.link.{key}", release=about.release_id)
    action = messages.text("table.link.fix" if is_latest else "table.link.follow")
    return templates.macro(TEMPLATE, "link_note", text, templates.link(href(other), action))


def foot(built: BuiltTable, href: Href, take_away: Markup) -> Markup:
    """Return the part below the cells: source, reasons, notes, files, and kind of link."""
    card = built.card
    notes = card_html.notes(card, folded=False)
    number = len(card.notes) + len(card.further_notes) + len(symbols(card))
    return templates.macro(
        TEMPLATE,
        "foot",
        source=sources.line(card),
        why=why(built.table),
        unsuited=unsuited(built.table),
        notes_heading=messages.text("table.notes", n=number) if number else "",
        notes=notes,
        take_away=take_away,
        sentences=sources.sentences(card),
        link=link(built, card.about, href),
    )


def swap(request: TableRequest, href: Href) -> Markup:
    """Return the link that swaps rows and columns."""
    return templates.macro(TEMPLATE, "swap", href(request.pivoted()), messages.text("table.swap"))


def chart_label(table: Table, chart: Chart) -> str:
    """Return the name of a chart, marked if it does not suit the table."""
    name = words.choice("charts", chart)
    if chart not in suitability.unsuited(table):
        return name
    return messages.text("table.unsuited.mark", chart=name)


def _parts(table: Table, href: Href) -> Markup:
    """Return the links to the parts before and after, empty if all rows are shown."""
    if table.parts == 1:
        return Markup()
    links = []
    if table.part > 1:
        earlier = replace(table.request, part=table.part - 1)
        links.append(templates.link(href(earlier), messages.text("table.parts.previous")))
    if table.part < table.parts:
        later = replace(table.request, part=table.part + 1)
        links.append(templates.link(href(later), messages.text("table.parts.next")))
    label = messages.text("table.parts.label")
    reason = messages.text("table.parts.why", most=MOST_CELLS)
    return templates.macro(TEMPLATE, "parts", label, links, reason)
