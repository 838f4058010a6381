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
from referrals.cards.card import Card, Draw, Row, isolated, symbol_mark
from referrals.cards.charts import columns
from referrals.cards.charts.base import Figure, Palette
from referrals.cards.charts.columns import Column
from referrals.cards.wording.phrases import between
from referrals.formatting import count, day, percent
from referrals.i18n import messages
from referrals.query import context_series
from referrals.query.context_series import ContextObservation, ContextSeries
from referrals.release.release import Release

Observations = Sequence[ContextObservation]

LONG_TABLE: Final = 20
"""A table of more observations than this scrolls inside its card."""

DERIVED: Final = "e"
"""The status of a number that was worked out from printed ones."""

FIRST_RELIABLE: Final = "2014"
"""The Home Office marks earlier quarters as unreliable: they are in the table, not in the chart."""

AGES: Final[Mapping[str, str]] = {"18+": "adult", "0-17": "child", "_NK": "not_recorded"}
"""The message of each category of the stacked columns, from the bottom up."""


@dataclass(frozen=True)
class Design:
    """The finding, table and drawings of a context series, as functions of its observations.

    `header` has the messages of the table's columns.
    """

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
    header = [messages.text(f"context.column.{name}") for name in design.header]
    alternative = messages.text("context.chart", finding=finding, title=series.title)
    return Card(
        name=design.series_id,
        title=series.title,
        finding=finding,
        unit=messages.text(
            "context.unit",
            unit=unit,
            geography=series.geography,
            scope=series.scope.removesuffix("."),
        ),
        table=templates.table(
            series.title, header, design.rows(found), tall=len(found) > LONG_TABLE
        ),
        alternative=alternative if design.draw else finding,
        period=_period(found),
        notes=[series.note] if series.note else [],
        warning=messages.text("context.warning", reason=series.why_not_comparable),
        quotes=_quotes(found),
        data=_data(series),
        path="/trends",
        about=release.about,
        row_heading=header[0],
        number_heading=unit,
        bars=design.bars(found) if design.bars else (),
        is_context=True,
        draw=_drawing(design, found),
    )


def _period(found: Observations) -> str:
    first, last = found[0].period_label, found[-1].period_label
    return first if first == last else between(first, last)


def _drawing(design: Design, found: Observations) -> Draw | None:
    if design.draw is None:
        return None
    draw = design.draw
    return lambda palette: draw(found, palette)


def _data(series: ContextSeries) -> list[Row]:
    """Return the rows of a series' CSV file."""
    return [_data_row(row) | {"unit": series.unit} for row in series.observations]


def _data_row(observation: ContextObservation) -> dict[str, object]:
    row: dict[str, object] = asdict(observation)
    del row["quotation"], row["break_before"]
    return row


def _quotes(found: Observations) -> list[dict[str, Any]]:
    """Return the sources of a series, each once, with the sentence printed if there is one."""
    by_sentence = {(row.source_title, row.quotation): row for row in found}
    return [
        {
            "quotation": row.quotation,
            "publisher": row.publisher,
            "source_title": row.source_title,
            "published_on": row.published_on,
            "address": row.address,
            "statement_id": row.observation_id,
        }
        for row in by_sentence.values()
    ]


def _by_period(found: Observations) -> dict[str, dict[str, int]]:
    """Return the latest value of each category, by period and category, oldest period first."""
    values: dict[str, dict[str, int]] = {}
    for row in found:
        values.setdefault(row.period_label, {})[row.category] = row.value
    return values


def _columns(found: Observations) -> list[Column]:
    return [Column(row.period_label, row.value) for row in found]


def _stacked_ages(found: Observations, palette: Palette) -> Figure:
    categories = {
        messages.text(f"context.age.{name}"): _columns(
            [row for row in found if row.category == code]
        )
        for code, name in AGES.items()
    }
    return columns.stacked(categories, palette)


def _quarters_finding(found: Observations) -> str:
    totals = [row for row in found if row.category == "_T"]
    first = next(row for row in totals if row.period_label >= FIRST_RELIABLE)
    last = totals[-1]
    return messages.text(
        "context.finding.quarters_by_age",
        n=last.value,
        period=last.period_label,
        n_first=first.value,
        first_period=first.period_label,
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
        both = messages.html("context.both", n=_cell(values.get("18+_NK")))
        return [both, messages.text("context.grouped")]
    return [_cell(values["18+"]), _cell(values.get("_NK"))]


def _quarters_chart(found: Observations, palette: Palette) -> Figure:
    """Return the reliable quarters by age; adults grouped with age not recorded count as adults."""
    recent = [
        replace(row, category="18+") if row.category == "18+_NK" else row
        for row in found
        if row.period_label >= FIRST_RELIABLE
    ]
    return _stacked_ages(recent, palette)


def _latest(found: Observations) -> list[ContextObservation]:
    """Return the last observation of each period."""
    return list({row.period_label: row for row in found}.values())


def _years_finding(found: Observations) -> str:
    printed = Counter(row.period_label for row in found)
    year, _ = printed.most_common(1)[0]
    values, *later = [count(row.value) for row in found if row.period_label == year]
    for value in later:
        values = messages.text("context.then", earlier=values, later=value)
    return messages.text("context.finding.years", year=year, values=values)


def _years_rows(found: Observations) -> list[list[str]]:
    meanings = {DERIVED: messages.text("context.derived")}
    rows = []
    for row in found:
        symbol = symbol_mark(DERIVED, meanings) if row.status == DERIVED else Markup()
        rows.append([row.period_label, _cell(row.value) + symbol, day(row.vintage)])
    return rows


def _years_chart(found: Observations, palette: Palette) -> Figure:
    latest = _latest(found)
    earlier = [row for row in found if row not in latest]
    return columns.columns(_columns(latest), palette, earlier=_columns(earlier))


def _years_bars(found: Observations) -> tuple[Bar, ...]:
    return _bars(_latest(found))


def _police_finding(found: Observations) -> str:
    totals: dict[str, dict[str, int]] = {}
    for row in found:
        if row.dimension == "total":
            totals.setdefault(row.period_label, {})[row.scope] = row.value
    shares = [Fraction(values["police"], values["all"]) for values in totals.values()]
    periods = list(totals)
    return messages.text(
        "context.finding.police",
        lowest=percent(min(shares)),
        highest=percent(max(shares)),
        first=periods[0],
        last=periods[-1],
    )


def _police_rows(found: Observations) -> list[list[str]]:
    order = ["_T", "M", "F_NK", "0-17", "18+", "_NK", "GBR", "ALB", "VNM", "_OTH"]
    by_period = _by_period([row for row in found if row.scope == "police"])
    return [
        [period, *(_cell(values.get(code)) for code in order)]
        for period, values in by_period.items()
    ]


def _police_chart(found: Observations, palette: Palette) -> Figure:
    police = [row for row in found if row.scope == "police" and row.dimension == "age"]
    return _stacked_ages(police, palette)


def _abuse_finding(found: Observations) -> str:
    last = found[-1]
    return messages.text("context.finding.domestic_abuse", n=last.value, period=last.period_label)


def _abuse_chart(found: Observations, palette: Palette) -> Figure:
    """Return the years as columns, with a place for each year that has no value."""
    first, last = int(found[0].period_label[:4]), int(found[-1].period_label[:4])
    return columns.columns(
        _columns(found),
        palette,
        breaks=[row.period_label for row in found if row.break_before],
        periods=[f"{year}-{(year + 1) % 100:02}" for year in range(first, last + 1)],
    )


def _commissioner_finding(found: Observations) -> str:
    only = found[0]
    return messages.text("context.finding.commissioner", n=only.value, period=only.period_label)


def _plain_rows(found: Observations) -> list[list[str]]:
    return [[row.period_label, _cell(row.value), row.note] for row in found]


def _bars(found: Observations) -> tuple[Bar, ...]:
    longest = max(row.value for row in found)
    bars = [Bar(row.period_label, count(row.value), row.value, row.value, "main") for row in found]
    return tuple(bar.scaled(longest) for bar in bars)


def _cell(value: int | None) -> Markup:
    return messages.html("cards.no_number") if value is None else isolated(count(value))


DESIGNS: Final[Mapping[str, Design]] = {
    "quarters_by_age": Design(
        "nrm-quarters-by-age",
        _quarters_finding,
        ("quarter", "total", "child", "adult", "age_not_recorded"),
        _quarters_rows,
        _quarters_chart,
    ),
    "years": Design(
        "nrm-years",
        _years_finding,
        ("year", "total", "printed_on"),
        _years_rows,
        _years_chart,
        _years_bars,
    ),
    "police": Design(
        "nrm-first-responders",
        _police_finding,
        (
            "quarter",
            "total",
            "male",
            "female_or_other",
            "child",
            "adult",
            "age_not_recorded",
            "uk",
            "albanian",
            "vietnamese",
            "all_other",
        ),
        _police_rows,
        _police_chart,
    ),
    "domestic_abuse": Design(
        "da-crimes",
        _abuse_finding,
        ("year_to_march", "crimes", "note"),
        _plain_rows,
        _abuse_chart,
        _bars,
    ),
    "commissioner": Design(
        "dac-537",
        _commissioner_finding,
        ("period", "referrals", "note"),
        _plain_rows,
    ),
}
"""The designs of the context cards by name, in the order of the page."""
