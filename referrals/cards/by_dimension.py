"""Cards of one dimension, within a selection or within each code of another dimension."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from fractions import Fraction
from typing import Any, Final

from markupsafe import Markup

from referrals import templates
from referrals.cards import labelled
from referrals.cards.bars import bars
from referrals.cards.card import (
    PATHS,
    Card,
    Row,
    isolated,
    number_cell,
    possible_line,
    symbol_mark,
)
from referrals.cards.charts.bars import Bar, in_one_row, scaled, to_scale
from referrals.cards.wording import captions, kinds, phrases, transcribed
from referrals.formatting import percent
from referrals.i18n import messages, printed_figures
from referrals.query import arrangement
from referrals.query.answer import Answer
from referrals.query.document.statements import statements
from referrals.query.observation import Observation
from referrals.query.selection import NUMBER, Selection
from referrals.release.release import Release

OTHERS: Final = "_OTH"
SHARE_OF_THREE: Final = "E027"
"""The statement that gives the share of modern slavery among the three named nationalities."""


def card(release: Release, answer: Answer) -> Card:
    """Return the card of one answer: a dimension within a selection."""
    wording = kinds.of(answer.kind)
    return Card(
        name=answer.dimension.replace("_", "-"),
        title=captions.title(answer),
        finding=captions.finding(answer),
        unit=captions.unit(answer),
        table=_table(answer),
        alternative=captions.chart_text(answer, _texts(answer)),
        notes=[*wording.notes(answer), *captions.workings(answer)],
        further_notes=[
            *_slavery_by_nationality(release, answer),
            *captions.assumptions(answer),
        ],
        quotes=quotes(release, answer),
        data=_data(answer),
        path=PATHS[answer.dimension],
        period=answer.period,
        about=release.about,
        bars=scaled(bars(answer)) if answer.is_published else (),
        address=answer.selection.address(),
    )


def crossed(release: Release, dimension: str, *, by: str, measure: str = NUMBER) -> Card:
    """Return the card of a dimension within each code of another that is on offer."""
    kind = labelled.of(release)
    crosstab = kind.crosstab(dimension, by, Selection(measure=measure))
    codes = kind.filters(dimension).get(by, ())
    columns = [arrangement.arranged(crosstab.by_column[code], {}, "") for code in codes]
    return of_columns(release, {column.labels[by]: column for column in columns}, by=by)


def of_columns(release: Release, answers: Mapping[str, Answer], *, by: str) -> Card:
    """Return the card of columns of a crosstab: `answers` by the label of their code of `by`."""
    columns = list(answers.values())
    first = columns[0]
    wording, dimension = kinds.of(first.kind), first.dimension
    panels = _panels(answers)
    finding = transcribed.cross_finding(dimension, columns)
    notes = [note for answer in columns for note in wording.notes(answer)]
    workings: list[str] = []
    assumptions: list[str] = []
    printed: dict[str, Mapping[str, Any]] = {}
    rows: list[list[str]] = []
    for label, answer in answers.items():
        workings += captions.workings(answer, label)
        assumptions += captions.assumptions(answer, label)
        printed |= {quote["statement_id"]: quote for quote in quotes(release, answer)}
        rows += [
            [_crossed_label(label, phrases.label(row)), *_cells(answer, row)]
            for row in answer.observations
        ]
    return Card(
        name=f"{dimension.replace('_', '-')}-by-{by.replace('_', '-')}",
        title=messages.text(
            "cards.crossed_title",
            column=phrases.dimension(by),
            row=phrases.dimension(dimension),
        ),
        finding=finding,
        unit=captions.unit(first, of_each=len(columns) > 1),
        table=templates.table(
            messages.text("cards.crossed_table"), _header(first, of_each=len(columns) > 1), rows
        ),
        alternative=" ".join(
            [finding, *(captions.chart_text(answer, _texts(answer)) for answer in columns)]
        ),
        notes=[*dict.fromkeys([unfiltered_note(), *notes]), *workings],
        further_notes=assumptions,
        quotes=list(printed.values()),
        data=[row for answer in columns for row in _data(answer)],
        path=PATHS[dimension],
        period=first.period,
        about=release.about,
        bars=in_one_row(panels),
        panels=panels,
        address={
            name: value for name, value in first.selection.address().items() if name == "measure"
        },
    )


def quotes(release: Release, answer: Answer) -> list[Mapping[str, Any]]:
    """Return the printed sentences behind an answer, each once, that of the total last."""
    ids = [statement for row in answer.observations for statement in row.statement_ids]
    ids += answer.total.statement_ids[:1]
    found = statements(release, list(dict.fromkeys(ids)))
    return list({quote["quotation"]: quote for quote in found}.values())


def _slavery_by_nationality(release: Release, answer: Answer) -> list[str]:
    """Return the note on the only printed figure that crosses nationality with crime type.

    It is on the cards of both dimensions, if the release has the statement.
    """
    printed = statements(release, [SHARE_OF_THREE])
    if not printed or answer.dimension not in {"nationality", "crime_type"}:
        return []
    kind = labelled.of(release)
    whole = kind.answer("nationality", Selection()).observation(OTHERS).bounds
    slavery = kind.answer("nationality", Selection(crime_type="MS")).observation(OTHERS).bounds
    return [
        messages.text(
            "cards.slavery_by_nationality",
            share=printed_figures.figure(printed[0]["printed"]),
            section=printed[0]["section"],
            rest=phrases.percent_range(
                Fraction(slavery[0], whole[1]), Fraction(slavery[1], whole[0])
            ),
        )
    ]


def unfiltered_note() -> str:
    """Return the note on a crossed card: the filters of its page do not apply to it."""
    return messages.text("cards.unfiltered")


def _header(answer: Answer, *, of_each: bool = False) -> list[str]:
    """Return the headings of the columns; that of a share names the total it is a share of."""
    return [
        phrases.column(answer.dimension),
        messages.text("cards.referrals"),
        *captions.share_headings(answer, of_each=of_each),
    ]


def _crossed_label(column: str, row: str) -> str:
    """Return the label of one row within one column: 'Domestic abuse: male'."""
    return messages.text("cards.crossed_row", column=column, row=phrases.in_sentence(row))


def _table(answer: Answer) -> Markup:
    rows = [[phrases.label(row), *_cells(answer, row)] for row in answer.observations]
    caption = messages.text(
        "cards.table",
        title=captions.title(answer),
        total=kinds.of(answer.kind).total(answer),
    )
    return templates.table(caption, _header(answer), rows)


def _cells(answer: Answer, observation: Observation) -> list[Markup]:
    """Return the cells of a row, one for each column after its label."""
    return [number_cell(answer.kind, observation), *_share_cells(answer, observation)]


def _share_cells(answer: Answer, observation: Observation) -> list[Markup]:
    """Return the shares of a row: of those recorded and of all, or only of all."""
    wording, share = kinds.of(answer.kind), observation.share
    none = messages.html("cards.no_number")
    symbol = symbol_mark(wording.share_status(answer, observation), wording.symbols)
    of_all = none
    if share is not None:
        possible = possible_line(wording.possible_share(answer, observation))
        of_all = isolated(phrases.share(observation)) + possible + symbol
    if answer.recorded is None:
        return [of_all]
    of_recorded = share.of_recorded if share else None
    return [none if of_recorded is None else isolated(percent(of_recorded)), of_all]


def _data(answer: Answer) -> list[Row]:
    """Return the rows of an answer's CSV file."""
    return [_data_row(answer, row) for row in answer.observations]


def _data_row(answer: Answer, observation: Observation) -> Row:
    wording, codes, share = kinds.of(answer.kind), answer.selection.codes(), observation.share
    del codes[answer.dimension]
    row: dict[str, object] = {
        "period_code": answer.period_code,
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
        "unit": messages.text("cards.csv_unit_with_shares"),
        "status": observation.status,
        "status_meaning": wording.symbols.get(observation.status) or wording.no_symbol(),
        "share_status": wording.share_status(answer, observation),
        "working": observation.working,
    }
    if not wording.has_range_beside_share:  # the columns would repeat others
        del row["share"], row["share_status"]
    return row


def _decimal(share: Fraction | None) -> float | None:
    return None if share is None else round(float(share), 4)


def _texts(answer: Answer) -> list[tuple[str, str]]:
    """Return each label of an answer's chart with its number as text."""
    return [(bar.label, bar.text) for bar in bars(answer)]


def _panels(answers: Mapping[str, Answer]) -> dict[str, tuple[Bar, ...]]:
    """Return the bars of each answer, by its label, all on one scale."""
    drawn = {label: bars(answer) for label, answer in answers.items()}
    every = itertools.chain.from_iterable(drawn.values())
    longest = max((bar.upper for bar in every), default=0) or 1
    return {label: to_scale(panel, longest) for label, panel in drawn.items()}
