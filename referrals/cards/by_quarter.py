"""The card of every quarter of a release within one selection, beside the card of a dimension."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from referrals import templates
from referrals.cards import labelled
from referrals.cards.card import PATHS, Card, Row, drawing, number_cell
from referrals.cards.charts.lines import line_chart
from referrals.cards.charts.values import Point, Series, quarter
from referrals.cards.wording import captions, kinds, phrases
from referrals.i18n import messages
from referrals.i18n.code_labels import period
from referrals.query.answer import Answer
from referrals.query.observation import Observation
from referrals.release.release import Release


def card(release: Release, answer: Answer) -> Card:
    """Return the card of an answer's selection in every quarter; its own period is ignored.

    The release must have quarters.
    """
    quarters = labelled.of(release).quarters(answer.selection)
    wording, about = kinds.of(answer.kind), release.about
    finding = wording.quarters_finding(answer, quarters, period(about.period_label))
    title = captions.quarters_title(answer)
    header = [messages.text("cards.quarter"), messages.text("cards.referrals")]
    values = phrases.rows((quarter.label, phrases.number(quarter)) for quarter in quarters)
    rows = [[quarter.label, number_cell(answer.kind, quarter)] for quarter in quarters]
    is_drawn = any(quarter.has_number for quarter in quarters)
    lines = [series(title, quarters)] if is_drawn else []
    numbers_notes = wording.numbers_notes(quarters)
    return Card(
        name=f"quarters-of-{answer.dimension.replace('_', '-')}",
        title=title,
        finding=finding,
        unit=messages.text("wording.unit.quarters", period=period(about.period_label)),
        table=templates.table(title, header, rows),
        alternative=messages.text("wording.line_chart", finding=finding, rows=values),
        notes=[messages.text("wording.change.rule"), *numbers_notes],
        quotes=(),
        data=[data_row(answer, answer.selection.codes(), quarter) for quarter in quarters],
        path=PATHS[answer.dimension],
        about=about,
        period=period(about.period_label),
        lines=lines,
        draw=drawing(lambda palette: line_chart(lines, palette), about) if lines else None,
        address=answer.selection.address(),
    )


def series(label: str, quarters: Sequence[Observation]) -> Series:
    """Return quarters as a line, broken at each quarter that has no number."""
    return Series(label, [_point(observation) for observation in quarters])


def _point(observation: Observation) -> Point:
    empty = quarter(observation.code, observation.label)
    if not observation.has_number:
        return replace(empty, status=observation.status)
    lower, upper = observation.bounds
    value = observation.value
    return replace(empty, value=value, lower=lower, upper=upper, status=observation.status)


def data_row(answer: Answer, codes: Mapping[str, str], observation: Observation) -> Row:
    """Return a quarter as a row of a CSV file; `codes` are those of the selection."""
    wording = kinds.of(answer.kind)
    return {
        **codes,
        "quarter": observation.code,
        "label": observation.label,
        "value": observation.value,
        "lower": observation.lower,
        "upper": observation.upper,
        "unit": messages.text("cards.csv_unit"),
        "status": observation.status,
        "status_meaning": wording.symbols.get(observation.status) or wording.no_symbol(),
    }
