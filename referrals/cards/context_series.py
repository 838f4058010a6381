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
from referrals.cards.card import Card, Row, isolated, symbol_mark
from referrals.cards.charts.colours import Meaning
from referrals.cards.charts.lines import line_chart
from referrals.cards.charts.values import Point, Series, quarter
from referrals.cards.wording.phrases import between
from referrals.formatting import count, day, percent
from referrals.i18n import messages
from referrals.query import change, context_series
from referrals.query.context_series import ContextObservation, ContextSeries
from referrals.query.observation import NOT_PUBLISHED
from referrals.release.release import Release

Observations = Sequence[ContextObservation]

LONG_TABLE: Final = 20
"""A table of more observations than this scrolls inside its card."""

DERIVED: Final = "e"
"""The status of a number that was worked out from printed ones."""

FIRST_RELIABLE: Final = "2014"
"""The Home Office marks earlier quarters as unreliable: they are in the table, not in the chart."""

AGES: Final[Mapping[str, tuple[str, Meaning]]] = {
    "18+": ("adult", Meaning.ADULT),
    "0-17": ("child", Meaning.UNDER_18),
    "_NK": ("not_recorded", Meaning.NOT_RECORDED),
}
"""The message and the colour of the line of each age."""


@dataclass(frozen=True)
class Design:
    """The finding, table and lines of a context series, as functions of its observations.

    `header` has the messages of the table's columns, of which `text_columns` hold no numbers.
    `notes` are added to the series' own.
    """

    series_id: str
    finding: Callable[[Observations], str]
    header: tuple[str, ...]
    rows: Callable[[Observations], list[list[str]]]
    lines: Callable[[Observations], list[Series]] | None = None
    notes: Callable[[Observations], list[str]] = lambda _: []
    text_columns: tuple[str, ...] = ()


def card(release: Release, name: str) -> Card:
    """Return the card of a context series by its name, one of the keys of `DESIGNS`."""
    design = DESIGNS[name]
    series = context_series.read(release, design.series_id)
    found = series.observations
    finding, unit = design.finding(found), series.unit.capitalize()
    header = [messages.text(f"context.column.{name}") for name in design.header]
    alternative = messages.text("context.chart", finding=finding, title=series.title)
    lines = design.lines(found) if design.lines else []
    notes = [*design.notes(found), series.note]
    if lines:
        notes.append(messages.text("wording.change.rule"))
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
            series.title,
            header,
            design.rows(found),
            tall=len(found) > LONG_TABLE,
            text_columns=[design.header.index(name) for name in design.text_columns],
        ),
        alternative=alternative if lines else finding,
        period=_period(found),
        notes=[note for note in notes if note],
        warning=messages.text("context.warning", reason=series.why_not_comparable),
        quotes=_quotes(found),
        data=_data(series),
        path="/trends",
        about=release.about,
        lines=lines,
        draw=(lambda palette: line_chart(lines, palette)) if lines else None,
    )


def _period(found: Observations) -> str:
    first, last = found[0].period_label, found[-1].period_label
    return first if first == last else between(first, last)


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


def _ages(found: Observations) -> list[Series]:
    """Return a line for each age; adults grouped with age not recorded count as adults."""
    periods = list(dict.fromkeys(row.period_label for row in found))
    values = _by_period(found)
    lines = []
    for code, (name, colour) in AGES.items():
        points = [replace(quarter(period), value=values[period].get(code)) for period in periods]
        lines.append(Series(messages.text(f"context.age.{name}"), points, colour))
    return lines


def _change(name: str, found: Observations) -> str:
    """Return how the totals of a series changed, by the rule of `query.change`."""
    first, last = change.like_with_like(found, lambda row: row.period_label)
    direction = change.direction((first.value, first.value), (last.value, last.value))
    return messages.text(
        f"wording.change.{direction}",
        referrals=messages.text(f"context.subject.{name}.title"),
        inside=messages.text(f"context.subject.{name}.inside"),
        first=count(first.value),
        first_period=first.period_label,
        last=count(last.value),
        last_period=last.period_label,
    )


def _quarters_finding(found: Observations) -> str:
    totals = [row for row in found if row.category == "_T" and row.period_label >= FIRST_RELIABLE]
    return _change("quarters_by_age", totals)


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


def _quarters_lines(found: Observations) -> list[Series]:
    return _ages(
        [
            replace(row, category="18+") if row.category == "18+_NK" else row
            for row in found
            if row.period_label >= FIRST_RELIABLE
        ]
    )


def _latest(found: Observations) -> list[ContextObservation]:
    """Return the last observation of each period."""
    return list({row.period_label: row for row in found}.values())


def _years_finding(found: Observations) -> str:
    return _change("years", _latest(found))


def _years_notes(found: Observations) -> list[str]:
    """Return the note on the year whose total was printed with most values."""
    printed = Counter(row.period_label for row in found)
    year, _ = printed.most_common(1)[0]
    values, *later = [count(row.value) for row in found if row.period_label == year]
    for value in later:
        values = messages.text("context.then", earlier=values, later=value)
    return [messages.text("context.note.years", year=year, values=values)]


def _years_rows(found: Observations) -> list[list[str]]:
    meanings = {DERIVED: messages.text("context.derived")}
    rows = []
    for row in found:
        symbol = symbol_mark(DERIVED, meanings) if row.status == DERIVED else Markup()
        rows.append([row.period_label, _cell(row.value) + symbol, day(row.vintage)])
    return rows


def _years_lines(found: Observations) -> list[Series]:
    points = [Point(row.period_label, row.value) for row in _latest(found)]
    return [Series(messages.text("context.column.total"), points)]


def _police_finding(found: Observations) -> str:
    totals: dict[str, dict[str, int]] = {}
    for row in found:
        if row.dimension == "total":
            totals.setdefault(row.period_label, {})[row.scope] = row.value
    shares = [Fraction(values["police"], values["all"]) for values in totals.values()]
    police = [row for row in found if row.dimension == "total" and row.scope == "police"]
    return messages.text(
        "context.finding.police",
        change=_change("police", police),
        lowest=percent(min(shares)),
        highest=percent(max(shares)),
    )


def _police_rows(found: Observations) -> list[list[str]]:
    order = ["_T", "M", "F_NK", "0-17", "18+", "_NK", "GBR", "ALB", "VNM", "_OTH"]
    by_period = _by_period([row for row in found if row.scope == "police"])
    return [
        [period, *(_cell(values.get(code)) for code in order)]
        for period, values in by_period.items()
    ]


def _police_lines(found: Observations) -> list[Series]:
    return _ages([row for row in found if row.scope == "police" and row.dimension == "age"])


def _abuse_finding(found: Observations) -> str:
    """Return how the crimes changed in the last years that follow one another without a break."""
    years = _abuse_points(found)
    gaps = [place for place, year in enumerate(years) if year.value is None or year.is_break]
    unbroken = {year.period for year in years[max(gaps, default=-1) :] if year.value is not None}
    comparable = [row for row in found if row.period_label in unbroken]
    return messages.text("context.finding.domestic_abuse", change=_change("abuse", comparable))


def _abuse_lines(found: Observations) -> list[Series]:
    return [Series(messages.text("context.column.crimes"), _abuse_points(found))]


def _abuse_notes(_: Observations) -> list[str]:
    return [messages.text("context.note.broken_line")]


def _abuse_points(found: Observations) -> list[Point]:
    """Return every year from the first to the last, also those that have no number."""
    by_year = {row.period_label: row for row in found}
    first, last = int(found[0].period_label[:4]), int(found[-1].period_label[:4])
    points = []
    for start in range(first, last + 1):
        label = f"{start}-{(start + 1) % 100:02}"
        row = by_year.get(label)
        point = Point(label, None, status=NOT_PUBLISHED)
        if row is not None:
            point = Point(label, row.value, is_break=row.break_before)
        points.append(point)
    return points


def _commissioner_finding(found: Observations) -> str:
    only = found[0]
    return messages.text("context.finding.commissioner", n=only.value, period=only.period_label)


def _plain_rows(found: Observations) -> list[list[str]]:
    return [[row.period_label, _cell(row.value), row.note] for row in found]


def _cell(value: int | None) -> Markup:
    return messages.html("cards.no_number") if value is None else isolated(count(value))


DESIGNS: Final[Mapping[str, Design]] = {
    "quarters_by_age": Design(
        "nrm-quarters-by-age",
        _quarters_finding,
        ("quarter", "total", "child", "adult", "age_not_recorded"),
        _quarters_rows,
        _quarters_lines,
    ),
    "years": Design(
        "nrm-years",
        _years_finding,
        ("year", "total", "printed_on"),
        _years_rows,
        _years_lines,
        _years_notes,
        text_columns=("printed_on",),
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
        _police_lines,
    ),
    "domestic_abuse": Design(
        "da-crimes",
        _abuse_finding,
        ("year_to_march", "crimes", "note"),
        _plain_rows,
        _abuse_lines,
        _abuse_notes,
        text_columns=("note",),
    ),
    "commissioner": Design(
        "dac-537",
        _commissioner_finding,
        ("period", "referrals", "note"),
        _plain_rows,
        text_columns=("note",),
    ),
}
"""The designs of the context cards by name, in the order of the page."""
