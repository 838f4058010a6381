"""Cards of one dimension, within a selection or within each code of another dimension."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any, Final

from markupsafe import Markup

from referrals import templates
from referrals.cards.bars import Bar, bars
from referrals.cards.card import PATHS, Card, Row, drawing, number_cell, possible, symbol_mark
from referrals.cards.charts import bars as bar_charts
from referrals.cards.wording import captions, kinds, phrases, transcribed
from referrals.formatting import percent
from referrals.query import kinds as release_kinds
from referrals.query.answer import Answer
from referrals.query.observation import Observation
from referrals.query.selection import NUMBER, SHARE, Selection
from referrals.query.statements import statements
from referrals.release.release import Kind, Release

UNFILTERED: Final = "The choices above do not change this figure, except number or share."


def card(release: Release, answer: Answer) -> Card:
    """Return the card of one answer: a dimension within a selection."""
    wording = kinds.of(answer.kind)
    return Card(
        name=answer.dimension.replace("_", "-"),
        title=captions.title(answer),
        finding=wording.finding(answer),
        unit=_unit(answer),
        table=_table(answer),
        alternative=captions.chart_text(answer),
        notes=[*wording.notes(answer), *captions.workings(answer)],
        quotes=quotes(release, answer),
        data=_data(answer),
        path=PATHS[answer.dimension],
        period=answer.period,
        about=release.about,
        what=_header(answer)[0],
        counted=_counted(answer),
        bars=_bars({"": answer}),
        draw=drawing(lambda palette: bar_charts.bars(answer, palette), release.about)
        if answer.is_published
        else None,
        address=answer.selection.address(),
    )


def crossed(release: Release, dimension: str, *, by: str, measure: str = NUMBER) -> Card:
    """Return the card of a dimension within each code of another that is on offer."""
    kind = release_kinds.of(release)
    crosstab = kind.crosstab(dimension, by, Selection(measure=measure))
    columns = [crosstab.by_column[code] for code in kind.filters(dimension).get(by, ())]
    return of_columns(release, {column.labels[by]: column for column in columns}, by=by)


def of_columns(release: Release, answers: Mapping[str, Answer], *, by: str) -> Card:
    """Return the card of columns of a crosstab: `answers` by the label of their code of `by`."""
    columns = list(answers.values())
    first = columns[0]
    wording, dimension = kinds.of(first.kind), first.dimension
    finding = transcribed.cross_finding(dimension, columns)
    notes = [note for answer in columns for note in wording.notes(answer)]
    workings: list[str] = []
    printed: dict[str, Mapping[str, Any]] = {}
    rows: list[list[str]] = []
    for label, answer in answers.items():
        workings += captions.workings(answer, label)
        printed |= {quote["statement_id"]: quote for quote in quotes(release, answer)}
        for one in answer.observations:
            name = f"{label}: {phrases.in_sentence(phrases.label(one))}"
            rows.append([name, *_cells(answer, one)])
    names = phrases.DIMENSION_NAMES
    return Card(
        name=f"{dimension.replace('_', '-')}-by-{by.replace('_', '-')}",
        title=f"Victim referrals by {names[by]} and {names[dimension]}",
        finding=finding,
        unit=_unit(first, of_each=len(columns) > 1),
        table=templates.table(
            "Victim referrals, and the range where a number is worked out", _header(first), rows
        ),
        alternative=" ".join([finding, *map(captions.chart_text, columns)]),
        notes=[*dict.fromkeys([UNFILTERED, *notes]), *workings],
        quotes=list(printed.values()),
        data=[row for answer in columns for row in _data(answer)],
        path=PATHS[dimension],
        period=first.period,
        about=release.about,
        what=_header(first)[0],
        counted=_counted(first),
        bars=_bars(answers),
        draw=drawing(lambda palette: bar_charts.small_multiples(answers, palette), release.about),
        address={
            name: value for name, value in first.selection.address().items() if name == "measure"
        },
    )


def quotes(release: Release, answer: Answer) -> list[dict[str, Any]]:
    """Return the printed sentences behind an answer, each once, that of the total last."""
    ids = [statement for one in answer.observations for statement in one.statement_ids]
    ids += answer.total.statement_ids[:1]
    found = statements(release, list(dict.fromkeys(ids)))
    return list({quote["quotation"]: quote for quote in found}.values())


def _unit(answer: Answer, *, of_each: bool = False) -> str:
    if answer.selection.measure != SHARE:
        return f"Number of victim referrals, {answer.period}"
    shares = "Share of each group" if of_each else captions.shares_of(answer)
    line = ""
    if answer.recorded is not None:
        line = ". The line on each bar is what the share could be among all"
    return f"{shares}, {answer.period}{line}"


def _counted(answer: Answer) -> str:
    return "Share" if answer.selection.measure == SHARE else "Referrals"


def _header(answer: Answer) -> list[str]:
    return [phrases.capital(phrases.DIMENSION_NAMES[answer.dimension]), "Referrals", "Share"]


def _table(answer: Answer) -> Markup:
    rows = [[phrases.label(one), *_cells(answer, one)] for one in answer.observations]
    total = kinds.of(answer.kind).total(answer)
    return templates.table(f"{captions.title(answer)}. Total: {total}.", _header(answer), rows)


def _cells(answer: Answer, observation: Observation) -> list[str]:
    wording = kinds.of(answer.kind)
    symbol = symbol_mark(wording.share_status(answer, observation), wording.SYMBOLS)
    share = _share_cell(answer, observation)
    return [number_cell(answer.kind, observation), share + symbol]


def _share_cell(answer: Answer, observation: Observation) -> Markup:
    share = observation.share
    if share is None:
        return Markup("–")
    wording, of_all = kinds.of(answer.kind), phrases.share(observation)
    if share.of_recorded is not None:
        cell = Markup("<bdi>{}</bdi> of recorded<br><small>possible: <bdi>{}</bdi> of all</small>")
        return cell.format(percent(share.of_recorded), of_all)
    reach = possible(wording.share_reach(answer, observation))
    return Markup("<bdi>{}</bdi>{}{}").format(of_all, wording.denominator(observation), reach)


def _data(answer: Answer) -> list[Row]:
    """Return the rows of an answer's CSV file."""
    return [_data_row(answer, one) for one in answer.observations]


def _data_row(answer: Answer, observation: Observation) -> Row:
    wording, codes, share = kinds.of(answer.kind), answer.selection.codes(), observation.share
    del codes[answer.dimension]
    row: dict[str, object] = {
        **codes,
        answer.dimension: observation.code,
        "label": phrases.label(observation),
        "value": observation.value,
        "lower": observation.lower,
        "upper": None if observation.open_ended else observation.upper,
        "share": _decimal(share.value) if share else None,
        "share_lower": _decimal(share.lower) if share else None,
        "share_upper": _decimal(share.upper) if share and not observation.open_ended else None,
        "share_of_recorded": _decimal(share.of_recorded) if share else None,
        "unit": "victim referrals; shares of one",
        "status": observation.status,
        "status_meaning": wording.SYMBOLS.get(observation.status, wording.NO_SYMBOL),
        "share_status": wording.share_status(answer, observation),
        "working": observation.working,
    }
    if answer.kind is not Kind.ROUNDED:  # in others they would repeat other columns
        del row["share"], row["share_status"]
    return row


def _decimal(share: Fraction | None) -> float | None:
    return None if share is None else round(float(share), 4)


def _bars(answers: Mapping[str, Answer]) -> tuple[Bar, ...]:
    """Return the bars of answers on one scale, each after the label of its answer, if any."""
    drawn: list[Bar] = []
    for label, answer in answers.items():
        for bar in bars(answer):
            name = f"{label}: {phrases.in_sentence(bar.label)}" if label else bar.label
            drawn.append(replace(bar, label=name))
    longest = max(float(bar.upper) for bar in drawn) or 1
    return tuple(bar.scaled(longest) for bar in drawn)
