"""A card: everything that stands together with one figure, on the screen and wherever the figure is taken.

Finding, chart, table, notes for this choice, the printed sentences behind it, downloads, citation, link. Nothing draws a chart
without its card.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final
from urllib.parse import urlencode

import pandas as pd
from markupsafe import Markup

from referrals import templates
from referrals.cards.bars import marks
from referrals.cards.charts import bars as bar_charts
from referrals.cards.wording import phrases, rounded, transcribed
from referrals.formatting import percent
from referrals.frames import records
from referrals.query import answer as answers_module
from referrals.query.answer import Answer
from referrals.query.selection import NUMBER, RELEASE, SHARE, Selection
from referrals.reference.codelists import NOT_RECORDED
from referrals.release.release import About, Release

PATHS: Final[Mapping[str, str]] = {
    "nationality": "/nationality",
    "age_band": "/age",
    "sex": "/sex",
    "crime_type": "/crime-type",
}
"""The page of each dimension. These addresses never change."""

UNFILTERED: Final = "The choices above do not change this figure, except number or share."

Draw = Callable[[bar_charts.Palette], bar_charts.Figure]


@dataclass(frozen=True)
class Bar:
    """One bar of a card, for drawing without Plotly: the columns of `marks`, as shares of the longest bar."""

    label: str
    shown: str
    sure: float
    to: float
    look: str
    low: float | None = None
    symbol: str = ""

    @property
    def text(self) -> str:
        """The number in words with the letter of its status: '778 to 786 [e]'."""
        return f"{self.shown} {self.symbol}".strip()

    @property
    def row(self) -> tuple[str, str, float, float, str]:
        """The bar as a row of `markup.bars`; a share that could also be less is drawn without its range."""
        return (
            self.label,
            self.text,
            self.sure,
            self.to if self.low is None else self.sure,
            self.look,
        )


@dataclass(frozen=True)
class Card:
    """One figure and all that belongs to it.

    Texts may hold Markdown links; `table` is HTML; `data` is for the CSV file; `what` names the rows and `counted` the
    numbers; `warning` is what a reader must know before the figure; `bars` and `draw` are the two ways of drawing it, either
    of which may be missing.
    """

    name: str
    title: str
    finding: str
    unit: str
    table: str
    alternative: str
    notes: Sequence[str]
    quotes: Sequence[Mapping[str, Any]]
    data: pd.DataFrame
    path: str
    about: About
    period: str = ""
    what: str = ""
    counted: str = "Referrals"
    warning: str = ""
    bars: Sequence[Bar] = ()
    draw: Draw | None = None
    address: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def link(self) -> str:
        """The site-relative address of this view."""
        return f"{self.path}?{urlencode(self.address)}" if self.address else self.path

    @property
    def file_name(self) -> str:
        """The name of files made of this card, without their ending: what it is, of which release and what status."""
        chosen = "-".join(str(value) for name, value in self.address.items() if name != RELEASE)
        parts = [
            "victim-referrals",
            *dict.fromkeys([self.about.release_id, self.about.status]),
            self.name,
            chosen,
        ]
        return "-".join(part.strip("_").lower() for part in parts if part)


def of_dimension(release: Release, answer: Answer) -> Card:
    """Return the card of one answer: a dimension within a selection."""
    return Card(
        name=answer.dimension.replace("_", "-"),
        title=transcribed.title(answer),
        finding=transcribed.finding(answer),
        unit=_unit(answer),
        table=_table(answer),
        alternative=transcribed.chart_text(answer),
        notes=[*transcribed.notes(answer), *transcribed.workings(answer)],
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
    """Return the card of one dimension within each code of another that the release breaks it down by."""
    names = answers_module.labels(release)
    codes = answers_module.offer(release, dimension).get(by, ())
    answers = {
        names[by, code]: answers_module.answer(
            release, dimension, Selection(measure=measure).choosing(by, code)
        )
        for code in codes
    }
    return of_cross(release, dimension, answers, by=by)


def of_cross(release: Release, dimension: str, answers: Mapping[str, Answer], *, by: str) -> Card:
    """Return the card of one dimension within each code of another: `answers` by the label of that code."""
    finding = transcribed.cross_finding(dimension, list(answers.values()))
    every = list(answers.values())
    notes = dict.fromkeys([UNFILTERED])
    notes |= dict.fromkeys(note for answer in every for note in transcribed.notes(answer))
    workings = [
        one for label, answer in answers.items() for one in transcribed.workings(answer, label)
    ]
    printed = {
        quote["statement_id"]: quote for answer in every for quote in quotes(release, answer)
    }
    rows = [
        [f"{label}: {phrases.in_sentence(row['label'])}", *_cells(answer, row)]
        for label, answer in answers.items()
        for row in records(answer.rows)
    ]
    first = every[0]
    return Card(
        name=f"{dimension.replace('_', '-')}-by-{by.replace('_', '-')}",
        title=f"Victim referrals by {answers_module.DIMENSION_NAMES[by]} and {answers_module.DIMENSION_NAMES[dimension]}",
        finding=finding,
        unit=_unit(first, of_each=len(every) > 1),
        table=templates.table(
            "Victim referrals, and the range where a number is worked out", _header(first), rows
        ),
        alternative=f"{finding} " + " ".join(transcribed.chart_text(answer) for answer in every),
        notes=[*notes, *workings],
        quotes=list(printed.values()),
        data=pd.concat([_data(answer) for answer in every], ignore_index=True),
        path=PATHS[dimension],
        period=first.period,
        about=release.about,
        what=_header(first)[0],
        counted=_counted(first),
        bars=_bars(answers),
        draw=drawing(lambda palette: bar_charts.small_multiples(answers, palette), release.about),
        address={
            key: value for key, value in first.selection.address().items() if key == "measure"
        },
    )


def quotes(release: Release, answer: Answer) -> list[dict[str, Any]]:
    """Return the printed sentences behind an answer, each once: those of its rows, then that of its total."""
    ids = [one for row in answer.rows["statement_ids"] for one in row] + list(
        answer.total["statement_ids"][:1]
    )
    found = answers_module.statements(release, list(dict.fromkeys(ids)))
    return list({quote["quotation"]: quote for quote in found}.values())


def drawing(draw: Draw, about: About) -> Draw:
    """Return a way of drawing a chart as it may be shown: one of invented figures has the word across it."""
    return (
        (lambda palette: bar_charts.watermarked(draw(palette), palette))
        if about.is_illustrative
        else draw
    )


def _unit(answer: Answer, *, of_each: bool = False) -> str:
    if answer.selection.measure != SHARE:
        return f"Number of victim referrals, {answer.period}"
    line = (
        ". The line on each bar is what the share could be among all"
        if answer.recorded is not None
        else ""
    )
    return f"{'Share of each group' if of_each else transcribed.shares_of(answer)}, {answer.period}{line}"


def _counted(answer: Answer) -> str:
    return "Share" if answer.selection.measure == SHARE else "Referrals"


def _header(answer: Answer) -> list[str]:
    name = answers_module.DIMENSION_NAMES[answer.dimension]
    return [name[:1].upper() + name[1:], "Referrals", "Share"]


def _table(answer: Answer) -> str:
    rows = [[row["label"], *_cells(answer, row)] for row in records(answer.rows)]
    total = rounded.total(answer) if answer.is_additive else answers_module.counted(answer)
    return templates.table(f"{transcribed.title(answer)}. Total: {total}.", _header(answer), rows)


def _cells(answer: Answer, row: Mapping[str, Any]) -> list[str]:
    meanings = transcribed.meanings(is_additive=answer.is_additive)
    number = number_cell(row, meanings, rounded.reach(row) if answer.is_additive else "")
    return [number, _share_cell(answer, row) + _symbol(_share_status(answer, row), meanings)]


def number_cell(row: Mapping[str, Any], meanings: Mapping[str, str], reach: str = "") -> Markup:
    """Return a number as a cell of a table: with the letter of its status, and what it could be where that is given."""
    number = Markup("<bdi>{}</bdi>").format(row["shown"])
    return number + _symbol(row["status"], meanings) + _possible(reach)


def _symbol(status: str, meanings: Mapping[str, str]) -> Markup:
    if not status:
        return Markup()
    return Markup(' <abbr title="{}">[{}]</abbr>').format(meanings[status], status)


def _share_status(answer: Answer, row: Mapping[str, Any]) -> str:
    return "u" if answer.is_few and transcribed.share(row) else ""


def _share_cell(answer: Answer, row: Mapping[str, Any]) -> Markup:
    share = transcribed.share(row)
    if row["of_recorded"] is None or pd.isna(row["of_recorded"]):
        if answer.is_additive:
            return _adjusted(share, rounded.share_reach(answer, row))
        of_all = " of all" if row["code"] == NOT_RECORDED else ""
        return Markup("<bdi>{}</bdi>{}").format(share, of_all) if share else Markup("–")
    return Markup(
        "<bdi>{}</bdi> of recorded<br><small>possible: <bdi>{}</bdi> of all</small>"
    ).format(percent(row["of_recorded"]), share)


def _adjusted(share: str, possible: str) -> Markup:
    """Return a share of adjusted numbers, with what it could be."""
    if not share:
        return Markup("–")
    return Markup("<bdi>{}</bdi>{}").format(share, _possible(possible))


def _possible(reach: str) -> Markup:
    if not reach:
        return Markup()
    return Markup("<br><small>possible: <bdi>{}</bdi></small>").format(reach)


def _data(answer: Answer) -> pd.DataFrame:
    """Return an answer as tidy rows for a file: codes and labels, value, bounds, status and what it means."""
    frame = answer.rows
    meanings = transcribed.meanings(is_additive=answer.is_additive)
    more = (
        {"share_status": [_share_status(answer, row) for row in records(frame)]}
        if answer.is_additive
        else {}
    )
    return pd.DataFrame(
        {
            **{
                name: code
                for name, code in answer.selection.codes().items()
                if name != answer.dimension
            },
            answer.dimension: frame["code"],
            "label": frame["label"],
            "value": frame["value"].astype("Int64"),
            "lower": frame["lower"].astype("Int64"),
            "upper": frame["upper"].mask(frame["open_ended"]).astype("Int64"),
            **{name: _decimals(column) for name, column in _share_columns(answer).items()},
            "share_of_recorded": _decimals(frame["of_recorded"]),
            "unit": "victim referrals; shares of one",
            "status": frame["status"],
            "status_meaning": [
                meanings.get(
                    status, "exact" if answer.is_additive or answer.is_tabled else "as printed"
                )
                for status in frame["status"]
            ],
            **more,
            "working": frame["working"],
        }
    )


def _share_columns(answer: Answer) -> dict[str, pd.Series[Any]]:
    """Return the columns of shares of an answer: their bounds, and for sums of adjusted numbers the share as shown before."""
    frame = answer.rows
    if not answer.is_additive:
        return {
            "share_lower": frame["share_lower"],
            "share_upper": frame["share_upper"].mask(frame["open_ended"]),
        }
    bounds = [rounded.share_bounds(answer, row) or (None, None) for row in records(frame)]
    low, high = (pd.Series(part, frame.index, dtype=object) for part in zip(*bounds, strict=True))
    return {"share": frame["share_lower"], "share_lower": low, "share_upper": high}


def _decimals(shares: pd.Series[Any]) -> pd.Series[Any]:
    return shares.astype(object).map(
        lambda share: None if pd.isna(share) else round(float(share), 4)
    )


def _bars(answers: Mapping[str, Answer]) -> tuple[Bar, ...]:
    """Return the bars of answers on one scale, each label beginning with its answer's own where that is not empty."""
    drawn = {label: marks(answer) for label, answer in answers.items()}
    longest = max(float(one["to"].max()) for one in drawn.values()) or 1
    return tuple(
        Bar(
            label=f"{label}: {phrases.in_sentence(row['label'])}" if label else row["label"],
            shown=row["text"],
            sure=row["sure"] / longest,
            to=row["to"] / longest,
            look=row["look"],
            low=None if pd.isna(row["low"]) else row["low"] / longest,
            symbol=f"[{status}]" if status else "",
        )
        for label, one in drawn.items()
        for row, status in zip(records(one), answers[label].rows["status"], strict=True)
    )
