"""Context from other publications as cards: each with its chart, its table and why it is not the same thing.

No context figure is ever drawn on one axis with the victim referrals.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd
from markupsafe import Markup

from referrals import templates
from referrals.cards.card import Bar, Card, Draw
from referrals.cards.charts import bars as bar_charts
from referrals.formatting import count, day, percent
from referrals.frames import records
from referrals.query import answer
from referrals.release.release import Release

LONG_TABLE: Final = 20
"""A table of more observations than this scrolls inside its card."""

FIRST_RELIABLE: Final = "2014"
"""The Home Office marks the quarters before 2014 as not reliable: they are in the table, and not in the chart."""


@dataclass(frozen=True)
class Look:
    """How one context card is made from its series: the finding, the table and the chart."""

    series_id: str
    finding: Callable[[pd.DataFrame], str]
    header: tuple[str, ...]
    rows: Callable[[pd.DataFrame], list[list[str]]]
    draw: Callable[[pd.DataFrame, bar_charts.Palette], Any] | None = None
    bars: Callable[[pd.DataFrame], tuple[Bar, ...]] | None = None


def card(release: Release, name: str) -> Card:
    """Return the card of a context series by its name, one of the keys of `LOOKS`."""
    look = LOOKS[name]
    series, frame = answer.context(release, look.series_id)
    finding = look.finding(frame)
    return Card(
        name=look.series_id,
        title=series["title"],
        finding=finding,
        unit=f"{series['unit'].capitalize()}. {series['geography']}. {series['scope'].removesuffix('.')}",
        table=templates.table(
            series["title"], look.header, look.rows(frame), tall=len(frame) > LONG_TABLE
        ),
        alternative=f"{finding} Chart: {series['title']}." if look.draw else finding,
        period=_period(frame),
        notes=[series["note"]] if series["note"] else [],
        warning=f"**Why this is not the same thing.** {series['why_not_comparable']}",
        quotes=_quotes(frame),
        data=frame.drop(columns=["quotation", "break_before"]).assign(unit=series["unit"]),
        path="/trends",
        about=release.about,
        what=look.header[0],
        counted=series["unit"].capitalize(),
        bars=look.bars(frame) if look.bars else (),
        draw=_drawing(look, frame),
    )


def _period(frame: pd.DataFrame) -> str:
    first, last = frame["period_label"].iloc[0], frame["period_label"].iloc[-1]
    return str(first) if first == last else f"{first} to {last}"


def _drawing(look: Look, frame: pd.DataFrame) -> Draw | None:
    if look.draw is None:
        return None
    draw = look.draw
    return lambda palette: draw(frame, palette)


def _quotes(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the sources of a series, each once, with the sentence printed where there is one."""
    found = [
        {
            "quotation": row["quotation"],
            "publisher": row["publisher"],
            "source_title": row["source_title"],
            "published_on": row["published_on"],
            "address": row["address"],
            "statement_id": row["observation_id"],
        }
        for row in records(frame)
    ]
    return list({(one["source_title"], one["quotation"]): one for one in found}.values())


def _wide(frame: pd.DataFrame) -> pd.DataFrame:
    """Return one row per period and one column per category, in the order of time."""
    return frame.pivot_table(
        index="period_label", columns="category", values="value", aggfunc="last", sort=False
    )


def _quarters_finding(frame: pd.DataFrame) -> str:
    totals = frame[frame["category"] == "_T"]
    first, last = totals[totals["period_label"] >= FIRST_RELIABLE].iloc[0], totals.iloc[-1]
    return (
        f"Across all bodies that may refer, {count(last['value'])} people were referred as possible victims of modern slavery "
        f"in {last['period_label']}, and {count(first['value'])} in {first['period_label']}."
    )


def _quarters_rows(frame: pd.DataFrame) -> list[list[str]]:
    wide = _wide(frame).reindex(columns=["_T", "0-17", "18+", "_NK", "18+_NK"])
    return [
        [label, _cell(row["_T"]), _cell(row["0-17"]), *_adults(row)]
        for label, row in reversed(list(zip(wide.index, records(wide), strict=True)))
    ]


def _adults(row: Mapping[str, Any]) -> list[str]:
    """Return the cells for adults and for age not recorded, which are one number where the second is small."""
    if pd.isna(row["18+"]):
        return [_cell(row["18+_NK"]) + " (both)", "grouped with adults"]
    return [_cell(row["18+"]), _cell(row["_NK"])]


def _quarters_chart(frame: pd.DataFrame, palette: bar_charts.Palette) -> Any:
    recent = frame[(frame["period_label"] >= FIRST_RELIABLE) & (frame["category"] != "_T")]
    drawn = recent.assign(category=recent["category"].replace("18+_NK", "18+"))
    return bar_charts.stacked_quarters(
        drawn, {"18+": "18 and over", "0-17": "Under 18", "_NK": "Not recorded"}, palette
    )


def _latest(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.groupby("period_label", sort=False).tail(1)


def _years_finding(frame: pd.DataFrame) -> str:
    year = frame["period_label"].value_counts(sort=False).idxmax()
    values = ", then ".join(
        count(value) for value in frame.loc[frame["period_label"] == year, "value"]
    )
    return f"Yearly totals change after they are first printed: {year} was {values}."


def _years_rows(frame: pd.DataFrame) -> list[list[str]]:
    return [
        [
            row["period_label"],
            _cell(row["value"])
            + (
                Markup(' <abbr title="worked out from printed figures">[e]</abbr>')
                if row["status"] == "e"
                else Markup()
            ),
            day(row["vintage"]),
        ]
        for row in records(frame)
    ]


def _years_chart(frame: pd.DataFrame, palette: bar_charts.Palette) -> Any:
    latest = _latest(frame)
    return bar_charts.columns(latest, palette, earlier=frame.drop(latest.index))


def _police_finding(frame: pd.DataFrame) -> str:
    totals = frame[frame["dimension"] == "total"].pivot_table(
        index="period_label", columns="scope", values="value", sort=False
    )
    shares = totals["police"] / totals["all"]
    return (
        f"Police made {percent(shares.min())} to {percent(shares.max())} of the referrals of possible modern slavery victims "
        f"in each quarter from {totals.index[0]} to {totals.index[-1]}."
    )


def _police_rows(frame: pd.DataFrame) -> list[list[str]]:
    part = frame[frame["scope"] == "police"]
    wide = _wide(part)
    order = ["_T", "M", "F_NK", "0-17", "18+", "_NK", "GBR", "ALB", "VNM", "_OTH"]
    return [
        [label, *(_cell(wide.loc[label, code]) for code in order)] for label in wide.index
    ]


def _police_chart(frame: pd.DataFrame, palette: bar_charts.Palette) -> Any:
    part = frame[(frame["scope"] == "police") & (frame["dimension"] == "age")]
    return bar_charts.stacked_quarters(
        part, {"18+": "18 and over", "0-17": "Under 18", "_NK": "Not recorded"}, palette
    )


def _abuse_finding(frame: pd.DataFrame) -> str:
    last = frame.iloc[-1]
    return f"Police recorded {count(last['value'])} domestic abuse-related crimes in England and Wales in {last['period_label']}."


def _abuse_chart(frame: pd.DataFrame, palette: bar_charts.Palette) -> Any:
    """Return the years as columns; a year without a value keeps its place, so that its neighbours do not look next to it."""
    first, last = (
        int(label[:4]) for label in (frame["period_label"].iloc[0], frame["period_label"].iloc[-1])
    )
    years = [f"{year}-{(year + 1) % 100:02}" for year in range(first, last + 1)]
    return bar_charts.columns(
        frame, palette, breaks=list(frame.loc[frame["break_before"], "period_label"]), places=years
    )


def _commissioner_finding(frame: pd.DataFrame) -> str:
    row = frame.iloc[0]
    made = f"{count(row['value'])} such referrals of domestic abuse victims"
    return f"The Domestic Abuse Commissioner says police made {made} in the three years {row['period_label']}."


def _plain_rows(frame: pd.DataFrame) -> list[list[str]]:
    return [
        [row["period_label"], _cell(row["value"]), row["note"]]
        for row in records(frame)
    ]


def _bars(frame: pd.DataFrame) -> tuple[Bar, ...]:
    longest = int(frame["value"].max())
    return tuple(
        Bar(
            row["period_label"],
            count(row["value"]),
            row["value"] / longest,
            row["value"] / longest,
            "main",
        )
        for row in records(frame)
    )


def _cell(value: float) -> Markup:
    return Markup("–") if pd.isna(value) else Markup("<bdi>{}</bdi>").format(count(int(value)))


LOOKS: Final[Mapping[str, Look]] = {
    "quarters_by_age": Look(
        "nrm-quarters-by-age",
        _quarters_finding,
        ("Quarter", "Total", "Under 18", "18 and over", "Age not recorded"),
        _quarters_rows,
        _quarters_chart,
    ),
    "years": Look("nrm-years", _years_finding, ("Year", "Total", "As printed on"), _years_rows, _years_chart,
        lambda frame: _bars(_latest(frame))),
    "police": Look(
        "nrm-first-responders",
        _police_finding,
        ("Quarter", "Total", "Male", "Female, other or not recorded", "Under 18", "18 and over", "Age not recorded", "UK",
         "Albanian", "Vietnamese", "All other"),
        _police_rows,
        _police_chart,
    ),
    "domestic_abuse": Look("da-crimes", _abuse_finding, ("Year to March", "Crimes", "Note"), _plain_rows, _abuse_chart, _bars),
    "commissioner": Look("dac-537", _commissioner_finding, ("Period", "Referrals", "Note"), _plain_rows),
}  # fmt: skip
"""The context cards by name, in the order of the page."""
