"""Cards of series from other publications, each with why it is not the same thing.

No such figure is ever drawn on one axis with the victim referrals.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from fractions import Fraction
from typing import Any, Final

from markupsafe import Markup

from referrals import templates
from referrals.cards.bars import Bar
from referrals.cards.card import Card, Draw, Row
from referrals.cards.charts import columns
from referrals.cards.charts.base import Figure, Palette
from referrals.cards.charts.columns import Column
from referrals.formatting import count, day, percent
from referrals.query import context_series
from referrals.query.context_series import ContextObservation, ContextSeries
from referrals.release.release import Release

Observations = Sequence[ContextObservation]

LONG_TABLE: Final = 20
"""A table of more observations than this scrolls inside its card."""

FIRST_RELIABLE: Final = "2014"
"""The Home Office marks earlier quarters as unreliable: they are in the table, not in the chart."""

AGES: Final[Mapping[str, str]] = {"18+": "18 and over", "0-17": "Under 18", "_NK": "Not recorded"}
"""The categories of the stacked columns, from the bottom up."""


@dataclass(frozen=True)
class Design:
    """The finding, table and drawings of a context series, as functions of its observations."""

    series_id: str
    finding: Callable[[Observations], str]
    header: tuple[str, ...]
    rows: Callable[[Observations], list[list[str]]]
    draw: Callable[[Observations, Palette], Figure] | None = None
    bars: Callable[[Observations], tuple[Bar, ...]] | None = None


def card(release: Release, name: str) -> Card:
    """Return the card of a context series by its name, one of the keys of `DESIGNS`."""
    design = DESIGNS[name]
    series = context_series.read(release, design.series_id)
    found = series.observations
    finding, unit = design.finding(found), series.unit.capitalize()
    return Card(
        name=design.series_id,
        title=series.title,
        finding=finding,
        unit=f"{unit}. {series.geography}. {series.scope.removesuffix('.')}",
        table=templates.table(
            series.title, design.header, design.rows(found), tall=len(found) > LONG_TABLE
        ),
        alternative=f"{finding} Chart: {series.title}." if design.draw else finding,
        period=_period(found),
        notes=[series.note] if series.note else [],
        warning=f"**Why this is not the same thing.** {series.why_not_comparable}",
        quotes=_quotes(found),
        data=_data(series),
        path="/trends",
        about=release.about,
        what=design.header[0],
        counted=unit,
        bars=design.bars(found) if design.bars else (),
        draw=_drawing(design, found),
    )


def _period(found: Observations) -> str:
    first, last = found[0].period_label, found[-1].period_label
    return first if first == last else f"{first} to {last}"


def _drawing(design: Design, found: Observations) -> Draw | None:
    if design.draw is None:
        return None
    draw = design.draw
    return lambda palette: draw(found, palette)


def _data(series: ContextSeries) -> list[Row]:
    """Return the rows of a series' CSV file."""
    return [_data_row(one) | {"unit": series.unit} for one in series.observations]


def _data_row(observation: ContextObservation) -> dict[str, object]:
    row: dict[str, object] = asdict(observation)
    del row["quotation"], row["break_before"]
    return row


def _quotes(found: Observations) -> list[dict[str, Any]]:
    """Return the sources of a series, each once, with the sentence printed if there is one."""
    by_sentence = {(one.source_title, one.quotation): one for one in found}
    return [
        {
            "quotation": one.quotation,
            "publisher": one.publisher,
            "source_title": one.source_title,
            "published_on": one.published_on,
            "address": one.address,
            "statement_id": one.observation_id,
        }
        for one in by_sentence.values()
    ]


def _by_period(found: Observations) -> dict[str, dict[str, int]]:
    """Return the latest value of each category, by period and category, oldest period first."""
    values: dict[str, dict[str, int]] = {}
    for one in found:
        values.setdefault(one.period_label, {})[one.category] = one.value
    return values


def _columns(found: Observations) -> list[Column]:
    return [Column(one.period_label, one.value) for one in found]


def _stacked_ages(found: Observations, palette: Palette) -> Figure:
    categories = {
        name: _columns([one for one in found if one.category == code])
        for code, name in AGES.items()
    }
    return columns.stacked(categories, palette)


def _quarters_finding(found: Observations) -> str:
    totals = [one for one in found if one.category == "_T"]
    first = next(one for one in totals if one.period_label >= FIRST_RELIABLE)
    last = totals[-1]
    return (
        f"Across all bodies that may refer, {count(last.value)} people were referred as possible "
        f"victims of modern slavery in {last.period_label}, and {count(first.value)} in "
        f"{first.period_label}."
    )


def _quarters_rows(found: Observations) -> list[list[str]]:
    rows = [
        [period, _cell(values.get("_T")), _cell(values.get("0-17")), *_adults(values)]
        for period, values in _by_period(found).items()
    ]
    return rows[::-1]


def _adults(values: Mapping[str, int]) -> list[str]:
    """Return the cells for adults and for age not recorded: one number if the second is small."""
    if "18+" not in values:
        return [_cell(values.get("18+_NK")) + " (both)", "grouped with adults"]
    return [_cell(values["18+"]), _cell(values.get("_NK"))]


def _quarters_chart(found: Observations, palette: Palette) -> Figure:
    """Return the reliable quarters by age; adults grouped with age not recorded count as adults."""
    recent = [
        replace(one, category="18+") if one.category == "18+_NK" else one
        for one in found
        if one.period_label >= FIRST_RELIABLE
    ]
    return _stacked_ages(recent, palette)


def _latest(found: Observations) -> list[ContextObservation]:
    """Return the last observation of each period."""
    return list({one.period_label: one for one in found}.values())


def _years_finding(found: Observations) -> str:
    printed = Counter(one.period_label for one in found)
    year, _ = printed.most_common(1)[0]
    values = ", then ".join(count(one.value) for one in found if one.period_label == year)
    return f"Yearly totals change after they are first printed: {year} was {values}."


def _years_rows(found: Observations) -> list[list[str]]:
    derived = Markup(' <abbr title="worked out from printed figures">[e]</abbr>')
    return [
        [
            one.period_label,
            _cell(one.value) + (derived if one.status == "e" else ""),
            day(one.vintage),
        ]
        for one in found
    ]


def _years_chart(found: Observations, palette: Palette) -> Figure:
    latest = _latest(found)
    earlier = [one for one in found if one not in latest]
    return columns.columns(_columns(latest), palette, earlier=_columns(earlier))


def _years_bars(found: Observations) -> tuple[Bar, ...]:
    return _bars(_latest(found))


def _police_finding(found: Observations) -> str:
    totals: dict[str, dict[str, int]] = {}
    for one in found:
        if one.dimension == "total":
            totals.setdefault(one.period_label, {})[one.scope] = one.value
    shares = [Fraction(values["police"], values["all"]) for values in totals.values()]
    periods = list(totals)
    return (
        f"Police made {percent(min(shares))} to {percent(max(shares))} of the referrals of "
        f"possible modern slavery victims in each quarter from {periods[0]} to {periods[-1]}."
    )


def _police_rows(found: Observations) -> list[list[str]]:
    order = ["_T", "M", "F_NK", "0-17", "18+", "_NK", "GBR", "ALB", "VNM", "_OTH"]
    by_period = _by_period([one for one in found if one.scope == "police"])
    return [
        [period, *(_cell(values.get(code)) for code in order)]
        for period, values in by_period.items()
    ]


def _police_chart(found: Observations, palette: Palette) -> Figure:
    police = [one for one in found if one.scope == "police" and one.dimension == "age"]
    return _stacked_ages(police, palette)


def _abuse_finding(found: Observations) -> str:
    last = found[-1]
    crimes = f"{count(last.value)} domestic abuse-related crimes in England and Wales"
    return f"Police recorded {crimes} in {last.period_label}."


def _abuse_chart(found: Observations, palette: Palette) -> Figure:
    """Return the years as columns, with a place for each year that has no value."""
    first, last = int(found[0].period_label[:4]), int(found[-1].period_label[:4])
    return columns.columns(
        _columns(found),
        palette,
        breaks=[one.period_label for one in found if one.break_before],
        periods=[f"{year}-{(year + 1) % 100:02}" for year in range(first, last + 1)],
    )


def _commissioner_finding(found: Observations) -> str:
    made = f"{count(found[0].value)} such referrals of domestic abuse victims"
    return (
        f"The Domestic Abuse Commissioner says police made {made} in the three years "
        f"{found[0].period_label}."
    )


def _plain_rows(found: Observations) -> list[list[str]]:
    return [[one.period_label, _cell(one.value), one.note] for one in found]


def _bars(found: Observations) -> tuple[Bar, ...]:
    longest = max(one.value for one in found)
    bars = [Bar(one.period_label, count(one.value), one.value, one.value, "main") for one in found]
    return tuple(bar.scaled(longest) for bar in bars)


def _cell(value: int | None) -> Markup:
    return Markup("–") if value is None else Markup("<bdi>{}</bdi>").format(count(value))


DESIGNS: Final[Mapping[str, Design]] = {
    "quarters_by_age": Design(
        "nrm-quarters-by-age",
        _quarters_finding,
        ("Quarter", "Total", "Under 18", "18 and over", "Age not recorded"),
        _quarters_rows,
        _quarters_chart,
    ),
    "years": Design(
        "nrm-years",
        _years_finding,
        ("Year", "Total", "As printed on"),
        _years_rows,
        _years_chart,
        _years_bars,
    ),
    "police": Design(
        "nrm-first-responders",
        _police_finding,
        (
            "Quarter",
            "Total",
            "Male",
            "Female, other or not recorded",
            "Under 18",
            "18 and over",
            "Age not recorded",
            "UK",
            "Albanian",
            "Vietnamese",
            "All other",
        ),
        _police_rows,
        _police_chart,
    ),
    "domestic_abuse": Design(
        "da-crimes",
        _abuse_finding,
        ("Year to March", "Crimes", "Note"),
        _plain_rows,
        _abuse_chart,
        _bars,
    ),
    "commissioner": Design(
        "dac-537",
        _commissioner_finding,
        ("Period", "Referrals", "Note"),
        _plain_rows,
    ),
}
"""The designs of the context cards by name, in the order of the page."""
