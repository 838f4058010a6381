"""A release made of records quarter by quarter, within one selection, as a card."""

from __future__ import annotations

from typing import Final

import pandas as pd

from referrals import templates
from referrals.cards import card as card_module
from referrals.cards.card import Bar, Card
from referrals.cards.charts import bars as bar_charts
from referrals.cards.wording import phrases, rounded, suppressed, transcribed
from referrals.frames import records
from referrals.query import answer as answers_module
from referrals.query.answer import Answer
from referrals.release.release import Release

MEANINGS: Final = transcribed.meanings(is_additive=True)


def card(release: Release, answer: Answer) -> Card:
    """Return the card of every quarter of a release made of records, within the selection of an answer but for its period."""
    frame = answers_module.quarters(release, answer.selection)
    said = rounded if release.about.additive else suppressed
    finding = said.quarters_finding(answer, frame, release.about.period_label)
    is_illustrative = answer.is_illustrative
    title = phrases.headed(
        f"{phrases.capital(phrases.what(answer))} by quarter", is_illustrative=is_illustrative
    )
    drawn = frame.assign(period_label=frame["code"].map(_short))
    values = "; ".join(f"{row['label']}: {row['shown']}" for row in records(frame))
    return Card(
        name=f"quarters-of-{answer.dimension.replace('_', '-')}",
        title=title,
        finding=finding,
        unit=f"Number of victim referrals in each quarter, {release.about.period_label}",
        table=templates.table(title, ["Quarter", "Referrals"], _rows(frame)),
        alternative=f"{finding} Column chart. {values}.",
        notes=said.numbers_notes(list(frame["status"])),
        quotes=(),
        data=_data(answer, frame),
        path=card_module.PATHS[answer.dimension],
        about=release.about,
        period=release.about.period_label,
        what="Quarter",
        bars=_bars(frame),
        draw=card_module.drawing(lambda palette: bar_charts.columns(drawn, palette), release.about)
        if frame["value"].notna().all()
        else None,
        address=answer.selection.address(),
    )


def _rows(frame: pd.DataFrame) -> list[list[str]]:
    return [
        [row["label"], card_module.number_cell(row, MEANINGS, rounded.reach(row))]
        for row in records(frame)
    ]


def _bars(frame: pd.DataFrame) -> tuple[Bar, ...]:
    longest = int(frame["upper"].fillna(0).max()) or 1
    return tuple(
        Bar(
            row["label"],
            f"{row['shown']} ({possible})" if (possible := rounded.reach(row)) else row["shown"],
            0 if pd.isna(row["value"]) else row["value"] / longest,
            0 if pd.isna(row["value"]) else row["upper"] / longest,
            "missing" if pd.isna(row["value"]) else "main",
            low=row["lower"] / longest if row["status"] == "e" else None,
            symbol=f"[{row['status']}]" if row["status"] else "",
        )
        for row in records(frame)
    )


def _data(answer: Answer, frame: pd.DataFrame) -> pd.DataFrame:
    """Return the quarters as tidy rows for a file: what was chosen, value, range, status and what it means."""
    return pd.DataFrame(
        {
            **answer.selection.codes(),
            "quarter": frame["code"],
            "label": frame["label"],
            "value": frame["value"].astype("Int64"),
            "lower": frame["lower"].astype("Int64"),
            "upper": frame["upper"].astype("Int64"),
            "unit": "victim referrals",
            "status": frame["status"],
            "status_meaning": [MEANINGS.get(status, "exact") for status in frame["status"]],
        }
    )


def _short(code: str) -> str:
    """Return a quarter by its first month, short enough for an axis.

    >>> _short("2020-Q2")
    'Apr 2020'
    """
    year, _, quarter = code.partition("-Q")
    return f"{('Jan', 'Apr', 'Jul', 'Oct')[int(quarter) - 1]} {year}"
