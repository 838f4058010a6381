"""The card of every quarter of a release within one selection, beside the card of a dimension."""

from __future__ import annotations

from referrals import templates
from referrals.cards.bars import Bar, number
from referrals.cards.card import PATHS, Card, Row, drawing, number_cell
from referrals.cards.charts import columns
from referrals.cards.charts.columns import Column
from referrals.cards.wording import captions, kinds, phrases
from referrals.i18n import messages
from referrals.query import kinds as release_kinds
from referrals.query.answer import Answer
from referrals.query.observation import Observation
from referrals.reference.periods import short_label
from referrals.release.release import Release


def card(release: Release, answer: Answer) -> Card:
    """Return the card of an answer's selection in every quarter; its own period is ignored.

    The release must have quarters.
    """
    quarters = release_kinds.of(release).quarters(answer.selection)
    wording, about = kinds.of(answer.kind), release.about
    finding = wording.quarters_finding(answer, quarters, about.period_label)
    title = captions.quarters_title(answer)
    header = [messages.text("cards.quarter"), messages.text("cards.referrals")]
    values = phrases.rows((quarter.label, phrases.number(quarter)) for quarter in quarters)
    drawn = _columns(quarters)
    rows = [[quarter.label, number_cell(answer.kind, quarter)] for quarter in quarters]
    return Card(
        name=f"quarters-of-{answer.dimension.replace('_', '-')}",
        title=title,
        finding=finding,
        unit=messages.text("wording.unit.quarters", period=about.period_label),
        table=templates.table(title, header, rows),
        alternative=messages.text("wording.column_chart", finding=finding, rows=values),
        notes=wording.numbers_notes([quarter.status for quarter in quarters]),
        quotes=(),
        data=[_data_row(answer, quarter) for quarter in quarters],
        path=PATHS[answer.dimension],
        about=about,
        period=about.period_label,
        row_heading=header[0],
        bars=_bars(answer, quarters),
        draw=drawing(lambda palette: columns.columns(drawn, palette), about) if drawn else None,
        address=answer.selection.address(),
    )


def _columns(quarters: tuple[Observation, ...]) -> list[Column]:
    """Return the columns of a chart, none if a quarter has no number: a gap would look like 0."""
    if not all(quarter.has_number for quarter in quarters):
        return []
    drawn = []
    for quarter in quarters:
        lower, upper = quarter.bounds
        drawn.append(
            Column(short_label(quarter.code), quarter.value or 0, lower=lower, upper=upper)
        )
    return drawn


def _bars(answer: Answer, quarters: tuple[Observation, ...]) -> tuple[Bar, ...]:
    drawn = [number(answer, quarter) for quarter in quarters]
    longest = max(bar.upper for bar in drawn) or 1
    return tuple(bar.scaled(longest) for bar in drawn)


def _data_row(answer: Answer, observation: Observation) -> Row:
    """Return a quarter as a row of a CSV file."""
    wording = kinds.of(answer.kind)
    return {
        **answer.selection.codes(),
        "quarter": observation.code,
        "label": observation.label,
        "value": observation.value,
        "lower": observation.lower,
        "upper": observation.upper,
        "unit": messages.text("cards.csv_unit"),
        "status": observation.status,
        "status_meaning": wording.symbols.get(observation.status) or wording.no_symbol(),
    }
