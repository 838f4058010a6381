"""The card of a dimension over time: a line of quarters for each of a few codes.

It shows the codes that a reader compares, or the largest ones. `by_quarter` has the total alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from types import MappingProxyType
from typing import Final

from markupsafe import Markup

from referrals import templates
from referrals.cards import by_quarter, labelled
from referrals.cards.card import PATHS, Card, Row, drawing, number_cell
from referrals.cards.charts import colours
from referrals.cards.charts.lines import line_chart
from referrals.cards.wording import captions, kinds
from referrals.i18n import messages
from referrals.i18n.code_labels import period
from referrals.query import arrangement
from referrals.query.answer import Answer
from referrals.query.observation import Observation
from referrals.query.selection import MOST_COMPARED
from referrals.release.release import Release

Quarters = Sequence[Observation]


OVER_TIME: Final = MappingProxyType({"view": "time"})
"""The parameter with which the page of a dimension shows its card over time."""


def card(release: Release, answer: Answer) -> Card:
    """Return the card of an answer's codes in every quarter; its own period is ignored.

    The release must have quarters.
    """
    kind, about, dimension = labelled.of(release), release.about, answer.dimension
    codes = _drawn(answer)
    by_code = {
        row.code: kind.quarters(answer.selection.choosing(dimension, row.code)) for row in codes
    }
    names = {row.code: row.label for row in codes}
    total = kind.quarters(answer.selection)
    wording, title = kinds.of(answer.kind), captions.over_time_title(answer)
    by_name = {names[code]: found for code, found in by_code.items()}
    finding = captions.over_time(answer, by_name)
    headline, rest = captions.over_time_parts(answer, by_name)
    shades = colours.of_series(dimension, list(by_code))
    lines = [
        replace(by_quarter.series(names[code], found), colour=colour)
        for (code, found), colour in zip(by_code.items(), shades, strict=True)
        if _has_numbers(found)
    ]
    numbers = [row for found in (*by_code.values(), total) for row in found]
    notes = [messages.text("wording.change.rule"), *wording.numbers_notes(numbers)]
    if not answer.is_comparison and len(codes) < len(answer.observations):
        notes.insert(0, messages.text("wording.over_time.largest", n=len(codes)))
    return Card(
        name=f"{dimension.replace('_', '-')}-over-time",
        title=title,
        finding=finding,
        unit=messages.text("wording.unit.quarters", period=period(about.period_label)),
        table=_table(answer, title, names, by_code, total),
        alternative=messages.text("wording.over_time.chart", finding=finding),
        notes=notes,
        quotes=(),
        data=_data(answer, by_code, total),
        path=PATHS[dimension],
        about=about,
        period=period(about.period_label),
        lines=lines,
        draw=drawing(lambda palette: line_chart(lines, palette), about) if lines else None,
        address=answer.selection.address(),
        view=OVER_TIME,
        headline=headline,
        rest=rest,
    )


def _has_numbers(found: Quarters) -> bool:
    return any(observation.has_number for observation in found)


def _drawn(answer: Answer) -> list[Observation]:
    """Return the observations that have a line: those chosen, or the largest groups."""
    if answer.is_comparison:
        return list(answer.observations)
    by_size = arrangement.arranged(answer, {}, arrangement.BY_SIZE).observations
    groups = [row for row in by_size if row.kind == "category" and row.has_number]
    return groups[:MOST_COMPARED]


def _table(
    answer: Answer,
    title: str,
    names: Mapping[str, str],
    by_code: Mapping[str, Quarters],
    total: Quarters,
) -> Markup:
    """Return one row per quarter, with a column for each code and one for all codes together."""
    header = [messages.text("cards.quarter"), *names.values(), messages.text("cards.all")]
    columns = [*by_code.values(), total]
    cell = partial(number_cell, answer.kind)
    rows = [[row[0].label, *map(cell, row)] for row in zip(*columns, strict=True)]
    return templates.table(title, header, rows)


def _data(answer: Answer, by_code: Mapping[str, Quarters], total: Quarters) -> list[Row]:
    dimension = answer.dimension
    rows = []
    for code, quarters in {**by_code, answer.selection.code(dimension): total}.items():
        codes = answer.selection.choosing(dimension, code).codes()
        rows += [by_quarter.data_row(answer, codes, observation) for observation in quarters]
    return rows
