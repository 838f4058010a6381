"""The card of a table that a reader built, with its layout for HTML and its rows for files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from itertools import groupby
from typing import Any, Final

from markupsafe import Markup

from referrals import templates
from referrals.cards import labelled, table_chart
from referrals.cards.card import Card, Row
from referrals.cards.wording import captions, kinds, table_finding
from referrals.cards.wording import table as words
from referrals.i18n import messages
from referrals.language import using
from referrals.query.document.statements import statements
from referrals.query.labels import Labels
from referrals.query.observation import Observation
from referrals.query.tables.cube import TIMES
from referrals.query.tables.narrowing import Key
from referrals.query.tables.table import Table
from referrals.query.tables.table_request import SHARES, Chart, Measure
from referrals.reference.codelists import DIMENSIONS, TOTAL
from referrals.release.release import About, Release

NAME: Final = "table"
PATH: Final = "/table"
TEMPLATE: Final = "cards/table_view.html"


def card(release: Release, table: Table) -> Card:
    """Return the card of a table of a release."""
    about, code_labels = release.about, sentence_labels(release)
    own_labels = labelled.labels(release)
    finding = table_finding.finding(table, about, own_labels, code_labels)
    title = words.title(table, about, code_labels)
    wording = kinds.of(table.kind)
    used = [cell.observation for cell in table.cells.values()]
    return Card(
        name=NAME,
        title=title,
        finding=finding,
        unit=unit(table, about, code_labels),
        table=view(table, title),
        alternative=finding,
        notes=[*wording.numbers_notes(used), *_of_each(table, captions.working)],
        further_notes=_of_each(table, captions.assumption),
        quotes=_quotes(release, table),
        data=_data(table),
        path=PATH,
        about=about,
        bars=table_chart.bars(table),
        period=words.period(table, about, own_labels),
        address=table.request.address(),
    )


def sentence_labels(release: Release) -> Labels:
    """Return the label of every code in the language of the sentences on a table."""
    with using(words.language()):
        return labelled.labels(release)


@words.in_one_language
def unit(table: Table, about: About, code_labels: Labels) -> str:
    """Return the unit of the figures, and any choice that the title does not name."""
    chosen = [
        messages.text("table.group", name=words.axis(name), label=code_labels[name, code])
        for name, code in words.not_in_subject(table.request)
    ]
    text = words.unit(table, about, code_labels)
    if not chosen:
        return text
    within = messages.text("table.within", choices=messages.text("wording.separator").join(chosen))
    return f"{text}. {within}"


def view(table: Table, title: str) -> Markup:
    """Return the part of a table that is shown as HTML, with a header for every row and column."""
    request = table.request
    return templates.macro(
        TEMPLATE,
        "table",
        caption=title,
        corner=[words.axis(name) for name in request.rows] or [""],
        head=[_spans(table, place) for place in range(len(request.columns))],
        meanings=kinds.of(table.kind).symbols,
        alone=words.choice("measures", request.measure),
        groups=_groups(table),
        is_heat=request.chart is Chart.HEAT,
    )


def _spans(table: Table, place: int) -> list[dict[str, Any]]:
    """Return the headers of one level of the columns, each with the number of columns it spans."""
    names, keys = table.request.columns, table.columns
    found = []
    scope = "col" if place == len(names) - 1 else "colgroup"
    for codes, group in groupby(keys, key=lambda key: key[: place + 1]):
        label = words.code_label(table, names[place], codes[place])
        span = len(list(group))
        found.append(
            {"label": label, "span": span, "scope": scope, "is_total": codes[place] == TOTAL}
        )
    return found


def _groups(table: Table) -> list[dict[str, Any]]:
    """Return the rows that are shown, in groups that share their first header if rows have two."""
    names = table.request.rows
    has_groups = len(names) > 1
    longest = _longest(table)
    found = []
    for first, group in groupby(table.rows_shown, key=lambda key: key[:1] if has_groups else ()):
        lines = [_line(table, row, longest) for row in group]
        label = words.code_label(table, names[0], first[0]) if first else ""
        found.append({"label": label, "rows": lines})
    return found


def _line(table: Table, row: Key, longest: Fraction) -> dict[str, Any]:
    """Return one row with its label and its cells."""
    label = words.code_label(table, table.request.rows[-1], row[-1]) if row else words.axes_alone()
    cells = [_cell(table, row, column, longest) for column in table.columns]
    return {"label": label, "is_total": TOTAL in row, "cells": cells}


def _longest(table: Table) -> Fraction:
    """Return the largest figure outside total rows and columns: it has the deepest colour."""
    figures = [
        cell.figure.upper if cell.figure.value is None else cell.figure.value
        for place, cell in table.cells.items()
        if cell.figure is not None and not table.is_total(*place)
    ]
    return max(figures, default=Fraction(0)) or Fraction(1)


def _cell(table: Table, row: Key, column: Key, longest: Fraction) -> dict[str, Any]:
    """Return the content of a cell, and the depth of its colour in a heat table, from 0 to 1."""
    cell, measure = table.cells[row, column], table.request.measure
    is_total = table.is_total(row, column)
    shown = cell.figure.value if cell.figure else None
    has_letter = cell.figure is not None or not cell.observation.has_number
    return {
        "text": words.figure(cell, measure),
        "letter": cell.observation.status if has_letter else "",
        "possible": words.possible(cell, measure),
        "is_total": is_total,
        "is_absent": cell.figure is None,
        "depth": 0 if is_total or shown is None else min(max(float(shown / longest), 0), 1),
    }


def _of_each(table: Table, texts: Callable[[Observation, str], list[str]]) -> list[str]:
    """Return the texts on every number of the table; `texts` takes a number and its label."""
    found: list[str] = []
    for (row, column), cell in table.cells.items():
        label = words.key_label(table, table.request.axes, (*row, *column))
        found += texts(cell.observation, label)
    return found


def _quotes(release: Release, table: Table) -> list[Mapping[str, Any]]:
    """Return the printed sentences behind a table, each once."""
    ids = [name for cell in table.cells.values() for name in cell.observation.statement_ids]
    found = statements(release, list(dict.fromkeys(ids)))
    return list({quote["quotation"]: quote for quote in found}.values())


def _data(table: Table) -> list[Row]:
    """Return the rows of the table's CSV file: one for each cell, of every part."""
    within, request = table.request.within, table.request
    symbols = kinds.of(table.kind).symbols
    whys = {reason: words.why(reason, table) for reason in table.missing}
    unit_key = "csv_share" if request.measure in SHARES else "csv_count"
    unit_of_each = messages.text(f"table.cell.{unit_key}")
    found: list[Row] = []
    for (row, column), cell in table.cells.items():
        codes = dict(zip(request.axes, (*row, *column), strict=True))
        time = next((codes[name] for name in TIMES if codes.get(name, TOTAL) != TOTAL), "")
        figure, observation = cell.figure, cell.observation
        found.append(
            {
                "period_code": time or table.period,
                **{name: codes.get(name, within.code(name)) for name in DIMENSIONS},
                "label": words.key_label(table, request.axes, (*row, *column)),
                "measure": request.measure.value,
                "value": _plain(figure.value, request.measure) if figure else None,
                "lower": _plain(figure.lower, request.measure) if figure else None,
                "upper": _plain(figure.upper, request.measure)
                if figure and not figure.open_ended
                else None,
                "unit": unit_of_each,
                "referrals": observation.value,
                "status": observation.status,
                "status_meaning": symbols.get(observation.status, ""),
                "not_shown_because": whys[cell.reason] if cell.reason else "",
            }
        )
    return found


def _plain(value: Fraction | None, measure: Measure) -> float | int | None:
    if value is None:
        return None
    return round(float(value), 4) if measure in SHARES else int(value)
