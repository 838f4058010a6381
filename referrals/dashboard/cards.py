"""A card: everything that stands together with one figure, on the screen and wherever the figure is taken.

Finding, chart, table, notes for this choice, the printed sentences behind it, downloads, citation, link. Nothing draws a chart
without its card.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any, Final
from urllib.parse import urlencode

import pandas as pd
import plotly.graph_objects as go

from referrals.codelists import NOT_RECORDED
from referrals.dashboard import charts, markup, queries, wording
from referrals.dashboard.marks import marks
from referrals.dashboard.queries import Answer
from referrals.dashboard.selection import SHARE
from referrals.frames import records
from referrals.numbers import percent
from referrals.release import About, Release

PATHS: Final[Mapping[str, str]] = {
    "nationality": "/nationality",
    "age_band": "/age",
    "sex": "/sex",
    "crime_type": "/crime-type",
}
"""The page of each dimension. These addresses never change."""

UNFILTERED: Final = "The choices above do not change this figure, except number or share."

Draw = Callable[[charts.Palette], go.Figure]


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
        return self.label, self.text, self.sure, self.to if self.low is None else self.sure, self.look


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

    @property
    def link(self) -> str:
        """The site-relative address of this view."""
        return f"{self.path}?{urlencode(self.address)}" if self.address else self.path

    @property
    def file_name(self) -> str:
        """The name of files made of this card, without their ending: what it is, of which release and what status."""
        chosen = "-".join(str(value) for value in self.address.values())
        parts = ["victim-referrals", self.about.release_id, self.about.status, self.name, chosen]
        return "-".join(part.strip("_").lower() for part in parts if part)


def of_dimension(release: Release, answer: Answer) -> Card:
    """Return the card of one answer: a dimension within a selection."""
    return Card(
        name=answer.dimension.replace("_", "-"),
        title=wording.title(answer),
        finding=wording.finding(answer),
        unit=_unit(release.about, answer),
        table=_table(answer),
        alternative=wording.chart_text(answer),
        notes=[*wording.notes(answer), *wording.workings(answer)],
        quotes=quotes(release, answer),
        data=_data(answer),
        path=PATHS[answer.dimension],
        period=release.about.period_label,
        about=release.about,
        what=_header(answer)[0],
        counted=_counted(answer),
        bars=_bars({"": answer}),
        draw=(lambda palette: charts.bars(answer, palette)) if answer.is_published else None,
        address=answer.selection.address(),
    )


def of_cross(release: Release, dimension: str, answers: Mapping[str, Answer], *, by: str) -> Card:
    """Return the card of one dimension within each code of another: `answers` by the label of that code."""
    finding = wording.cross_finding(dimension, list(answers.values()))
    every = list(answers.values())
    notes = dict.fromkeys([UNFILTERED])
    notes |= dict.fromkeys(note for answer in every for note in wording.notes(answer))
    workings = [one for label, answer in answers.items() for one in wording.workings(answer, label)]
    printed = {quote["statement_id"]: quote for answer in every for quote in quotes(release, answer)}
    rows = [
        [f"{escape(label)}: {escape(wording.in_sentence(row['label']))}", *_cells(row)]
        for label, answer in answers.items()
        for row in records(answer.rows)
    ]
    first = every[0]
    return Card(
        name=f"{dimension.replace('_', '-')}-by-{by.replace('_', '-')}",
        title=f"Victim referrals by {queries.DIMENSION_NAMES[by]} and {queries.DIMENSION_NAMES[dimension]}",
        finding=finding,
        unit=_unit(release.about, first, of_each=len(every) > 1),
        table=markup.table("Victim referrals, and the range where a number is worked out", _header(first), rows),
        alternative=f"{finding} " + " ".join(wording.chart_text(answer) for answer in every),
        notes=[*notes, *workings],
        quotes=list(printed.values()),
        data=pd.concat([_data(answer) for answer in every], ignore_index=True),
        path=PATHS[dimension],
        period=release.about.period_label,
        about=release.about,
        what=_header(first)[0],
        counted=_counted(first),
        bars=_bars(answers),
        draw=lambda palette: charts.small_multiples(answers, palette),
        address={key: value for key, value in first.selection.address().items() if key == "measure"},
    )


def quotes(release: Release, answer: Answer) -> list[dict[str, Any]]:
    """Return the printed sentences behind an answer, each once: those of its rows, then that of its total."""
    ids = [one for row in answer.rows["statement_ids"] for one in row] + list(answer.total["statement_ids"][:1])
    found = queries.statements(release, list(dict.fromkeys(ids)))
    return list({quote["quotation"]: quote for quote in found}.values())


def _unit(about: About, answer: Answer, *, of_each: bool = False) -> str:
    if answer.selection.measure != SHARE:
        return f"Number of victim referrals, {about.period_label}"
    line = ". The line on each bar is what the share could be among all" if answer.recorded is not None else ""
    return f"{'Share of each group' if of_each else wording.shares_of(answer)}, {about.period_label}{line}"


def _counted(answer: Answer) -> str:
    return "Share" if answer.selection.measure == SHARE else "Referrals"


def _header(answer: Answer) -> list[str]:
    name = queries.DIMENSION_NAMES[answer.dimension]
    return [name[:1].upper() + name[1:], "Referrals", "Share"]


def _table(answer: Answer) -> str:
    rows = [[escape(row["label"]), *_cells(row)] for row in records(answer.rows)]
    total = escape(queries.counted(answer))
    return markup.table(f"{wording.title(answer)}. Total: {total}.", _header(answer), rows)


def _cells(row: Mapping[str, Any]) -> list[str]:
    symbol = f' <abbr title="{escape(wording.SYMBOLS[row["status"]])}">[{row["status"]}]</abbr>' if row["status"] else ""
    return [f"<bdi>{escape(row['shown'])}</bdi>{symbol}", _share_cell(row)]


def _share_cell(row: Mapping[str, Any]) -> str:
    share = wording.share(row)
    if row["of_recorded"] is None or pd.isna(row["of_recorded"]):
        of_all = " of all" if row["code"] == NOT_RECORDED else ""
        return f"<bdi>{share}</bdi>{of_all}" if share else "–"
    return f"<bdi>{percent(row['of_recorded'])}</bdi> of recorded<br><small>possible: <bdi>{share}</bdi> of all</small>"


def _data(answer: Answer) -> pd.DataFrame:
    """Return an answer as tidy rows for a file: codes and labels, value, bounds, status and what it means."""
    frame = answer.rows
    return pd.DataFrame(
        {
            **{name: code for name, code in answer.selection.codes().items() if name != answer.dimension},
            answer.dimension: frame["code"],
            "label": frame["label"],
            "value": frame["value"].astype("Int64"),
            "lower": frame["lower"].astype("Int64"),
            "upper": frame["upper"].mask(frame["open_ended"]).astype("Int64"),
            "share_lower": _decimals(frame["share_lower"]),
            "share_upper": _decimals(frame["share_upper"].mask(frame["open_ended"])),
            "share_of_recorded": _decimals(frame["of_recorded"]),
            "unit": "victim referrals; shares of one",
            "status": frame["status"],
            "status_meaning": [wording.SYMBOLS.get(status, "as printed") for status in frame["status"]],
            "working": frame["working"],
        }
    )


def _decimals(shares: pd.Series[Any]) -> pd.Series[Any]:
    return shares.astype(object).map(lambda share: None if pd.isna(share) else round(float(share), 4))


def _bars(answers: Mapping[str, Answer]) -> tuple[Bar, ...]:
    """Return the bars of answers on one scale, each label beginning with its answer's own where that is not empty."""
    drawn = {label: marks(answer) for label, answer in answers.items()}
    longest = max(float(one["to"].max()) for one in drawn.values()) or 1
    return tuple(
        Bar(
            label=f"{label}: {wording.in_sentence(row['label'])}" if label else row["label"],
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
