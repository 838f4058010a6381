"""The card of every quarter of a release within one selection, beside the card of a dimension."""

from __future__ import annotations

from referrals import templates
from referrals.cards import bars
from referrals.cards.bars import Bar
from referrals.cards.card import PATHS, Card, Row, drawing, number_cell
from referrals.cards.charts import columns
from referrals.cards.charts.columns import Column
from referrals.cards.wording import kinds, phrases
from referrals.query import kinds as release_kinds
from referrals.query.answer import Answer
from referrals.query.observation import Observation
from referrals.release.release import Release

FIRST_MONTHS = {"1": "Jan", "2": "Apr", "3": "Jul", "4": "Oct"}


def card(release: Release, answer: Answer) -> Card:
    """Return the card of an answer's selection in every quarter; its own period is ignored.

    The release must have quarters.
    """
    quarters = release_kinds.of(release).quarters(answer.selection)
    wording, about = kinds.of(answer.kind), release.about
    finding = wording.quarters_finding(answer, quarters, about.period_label)
    title = phrases.headed(
        f"{phrases.capital(phrases.what(answer))} by quarter",
        is_illustrative=answer.is_illustrative,
    )
    values = "; ".join(f"{one.label}: {phrases.number(one)}" for one in quarters)
    drawn = _columns(quarters)
    rows = [[one.label, number_cell(answer.kind, one)] for one in quarters]
    return Card(
        name=f"quarters-of-{answer.dimension.replace('_', '-')}",
        title=title,
        finding=finding,
        unit=f"Number of victim referrals in each quarter, {about.period_label}",
        table=templates.table(title, ["Quarter", "Referrals"], rows),
        alternative=f"{finding} Column chart. {values}.",
        notes=wording.numbers_notes([one.status for one in quarters]),
        quotes=(),
        data=[_data_row(answer, one) for one in quarters],
        path=PATHS[answer.dimension],
        about=about,
        period=about.period_label,
        what="Quarter",
        bars=_bars(answer, quarters),
        draw=drawing(lambda palette: columns.columns(drawn, palette), about) if drawn else None,
        address=answer.selection.address(),
    )


def _columns(quarters: tuple[Observation, ...]) -> list[Column]:
    """Return the columns of a chart, none if a quarter has no number: a gap would look like 0."""
    if not all(one.has_number for one in quarters):
        return []
    return [
        Column(_short(one.code), one.value or 0, lower=one.bounds[0], upper=one.bounds[1])
        for one in quarters
    ]


def _bars(answer: Answer, quarters: tuple[Observation, ...]) -> tuple[Bar, ...]:
    drawn = [bars.number(answer, one) for one in quarters]
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
        "unit": "victim referrals",
        "status": observation.status,
        "status_meaning": wording.SYMBOLS.get(observation.status, wording.NO_SYMBOL),
    }


def _short(code: str) -> str:
    """Return a quarter by its first month, short enough for an axis.

    >>> _short("2020-Q2")
    'Apr 2020'
    """
    year, _, quarter = code.partition("-Q")
    return f"{FIRST_MONTHS[quarter]} {year}"
