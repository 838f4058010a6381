"""Cards of series from other publications, each with the reason why it is not comparable.

No such figure is ever drawn on one axis with the victim referrals. The designs of the cards are in
`context`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from string import ascii_uppercase
from typing import Any, Final

from referrals import templates
from referrals.caching import cached
from referrals.cards.card import Card, Row
from referrals.cards.charts.bars import in_one_row
from referrals.cards.charts.events import Event
from referrals.cards.charts.lines import line_chart
from referrals.cards.charts.values import Point
from referrals.cards.context import (
    domestic_abuse,
    duty_to_notify,
    nrm_ages,
    nrm_groups,
    nrm_totals,
)
from referrals.cards.context.design import Design, Observations
from referrals.cards.wording.phrases import between
from referrals.content.standalone_pages import profile_address
from referrals.formatting import day
from referrals.i18n import messages
from referrals.query.document import context_series
from referrals.query.document.context_series import Annotation, ContextObservation, ContextSeries
from referrals.release.files import BY_EDITION
from referrals.release.release import Release

SERIES: Final = "series"
"""The parameter of the address that chooses a card on `/trends`."""

BY_NATIONALITY: Final = ("nationality", "nationality_years")
"""The designs that also have a card for each nationality."""

LONG_TABLE: Final = 20
"""A table of more rows than this scrolls inside its card."""

HALF: Final = 0.5
"""Half a period: a number is drawn at the middle of its period."""

POLICY: Final = "policy"
"""The kind of a dated fact that is drawn on the chart."""

DESIGNS: Final[Mapping[str, Design]] = {
    **nrm_totals.DESIGNS,
    **nrm_groups.DESIGNS,
    **nrm_ages.DESIGNS,
    **duty_to_notify.DESIGNS,
    **domestic_abuse.DESIGNS,
}
"""The designs of the context cards by name, in the order of the page."""


def card(release: Release, name: str) -> Card:
    """Return the card of a context series by its name, one of the keys of `DESIGNS`."""
    return _card(release, DESIGNS[name], address(name))


def of_nationality(release: Release, code: str) -> list[Card]:
    """Return the cards of one nationality: by quarter and by year, if there are figures."""
    return [card for card in _of_profiles(release).values() if card.path == profile_address(code)]


def of_profile(release: Release, name: str) -> Card | None:
    """Return the card of one nationality by its name, None if no profile has it."""
    return _of_profiles(release).get(name)


@cached(2, BY_EDITION)
def _of_profiles(release: Release) -> Mapping[str, Card]:
    """Return the cards of every nationality that has a profile by their names."""
    found: dict[str, Card] = {}
    profiles = context_series.profiled(release)
    for code in [code for code, profile in profiles.items() if profile.is_context]:
        for name in BY_NATIONALITY:
            design = nrm_groups.of_nationality(DESIGNS[name], code)
            if _read(release, design).observations:
                found[design.card_name] = _card(release, design, profile_address(code))
    return found


def _card(release: Release, design: Design, path: str) -> Card:
    series = _read(release, design)
    found = series.observations
    finding, unit = design.finding(found), series.unit.capitalize()
    lines = design.lines(found) if design.lines else []
    panels = design.panels(found)
    events = _events(series.annotations, lines[0].points if lines else ())
    dated = _shown(series.annotations, events)
    scope = messages.text("context.scope", scope=series.scope.removesuffix("."))
    notes = [scope, *_dated(dated, events), *design.notes(found), series.note]
    if lines or panels:
        notes.append(messages.text("wording.change.rule"))
    if events:
        notes.append(messages.text("context.note.orientation"))
    if any(row.second_hand for row in found):
        notes.append(messages.text("context.note.second_hand"))
    title = messages.text(f"context.title.{design.title}") if design.title else series.title
    alternative = messages.text("context.chart", finding=finding, title=title)
    rows = design.rows(found)
    return Card(
        name=design.card_name,
        title=title,
        finding=finding,
        unit=messages.text(
            "context.unit",
            unit=unit,
            geography=series.geography,
            publisher=series.publisher,
        ),
        table=templates.table(
            title,
            [messages.text(f"context.column.{column}") for column in design.header],
            rows,
            tall=len(rows) > LONG_TABLE,
            text_columns=[design.header.index(column) for column in design.text_columns],
        ),
        alternative=alternative if lines or panels else finding,
        period=_period(found),
        notes=[note for note in notes if note],
        warning=messages.text("context.warning", reason=series.why_not_comparable),
        quotes=_quotes([*found, *dated]),
        data=_data(series),
        path=path,
        about=release.about,
        lines=lines,
        events=events,
        panels=panels,
        bars=in_one_row(panels),
        draw=(lambda palette: line_chart(lines, palette, events)) if lines else None,
        is_context=True,
    )


def address(name: str) -> str:
    """Return the address of a card's view on the page of context series."""
    return f"/trends?{SERIES}={name}"


def label(name: str) -> str:
    """Return the short name of a card, for a list of all: 'Referrals by nationality'."""
    return messages.text(f"context.label.{name}")


def by_topic() -> dict[str, dict[str, str]]:
    """Return the cards by the heading of their topic: the short name of each by its name."""
    found: dict[str, dict[str, str]] = {}
    for name, design in DESIGNS.items():
        topic = messages.text(f"context.topic.{design.topic}")
        found.setdefault(topic, {})[name] = messages.text(f"context.short.{name}")
    return found


def listed(shown: str, address: Callable[[str], str]) -> dict[str, list[tuple[str, str, bool]]]:
    """Return the cards by the heading of their topic: short name, address, and whether shown."""
    found: dict[str, list[tuple[str, str, bool]]] = {}
    for topic, names in by_topic().items():
        found[topic] = [(short, address(name), name == shown) for name, short in names.items()]
    return found


def _read(release: Release, design: Design) -> ContextSeries:
    """Return the series of a design as one, with its chosen observations, oldest first."""
    first, *others = [context_series.read(release, name) for name in design.series_ids]
    found = [row for series in (first, *others) for row in series.observations if design.keep(row)]
    dated = {row.annotation_id: row for series in (first, *others) for row in series.annotations}
    return replace(
        first,
        observations=tuple(sorted(found, key=_order)),
        annotations=tuple(dated.values()),
    )


def _order(row: ContextObservation) -> tuple[object, ...]:
    return row.period_start, row.vintage, row.observation_id


def _period(found: Observations) -> str:
    first, last = found[0].period_label, found[-1].period_label
    return first if first == last else between(first, last)


def _events(annotations: Iterable[Annotation], points: Sequence[Point]) -> list[Event]:
    """Return the dated changes of policy that lie within a chart's periods, with their letters."""
    found: list[Event] = []
    for annotation in annotations:
        at = _place(annotation.happened_on, [point.period for point in points])
        if annotation.kind == POLICY and at is not None:
            found.append(Event(ascii_uppercase[len(found)], at, annotation.annotation_id))
    return found


def _place(happened_on: str, periods: Sequence[str]) -> float | None:
    """Return the place of a date among periods, counted from the middle of the first; or None.

    >>> _place("2021-11", ["2021 Q3", "2021 Q4"]), _place("2023-07", ["2022-23", "2023-24"])
    (0.8333333333333333, 0.75)
    """
    if not periods:
        return None
    first_month, length = _months(periods[0])
    year, month = int(happened_on[:4]), int(happened_on[5:7])
    elapsed = (year * 12 + month - 1 - first_month) / length
    return elapsed - HALF if 0 <= elapsed <= len(periods) else None


def _months(period: str) -> tuple[int, int]:
    """Return the first month of a period, counted from the year 0, and its length in months."""
    year = int(period[:4]) * 12
    if " Q" in period:
        return year + (int(period[-1]) - 1) * 3, 3
    return (year + 3, 12) if "-" in period else (year, 12)


def _shown(annotations: Iterable[Annotation], events: Iterable[Event]) -> list[Annotation]:
    """Return the dated facts that a card gives: a change of policy only if it is on the chart."""
    drawn = {event.annotation_id for event in events}
    return [row for row in annotations if row.kind != POLICY or row.annotation_id in drawn]


def _dated(annotations: Iterable[Annotation], events: Iterable[Event]) -> list[str]:
    """Return a note for each dated fact, which begins with its letter if the chart has it."""
    letters = {event.annotation_id: event.letter for event in events}
    found = []
    for annotation in annotations:
        key = "lettered" if annotation.annotation_id in letters else "dated"
        found.append(
            messages.text(
                f"context.note.{key}",
                letter=letters.get(annotation.annotation_id, ""),
                date=day(annotation.happened_on),
                says=annotation.says,
                publisher=annotation.publisher,
            )
        )
    return found


def _data(series: ContextSeries) -> list[Row]:
    """Return the rows of a series' CSV file."""
    return [_data_row(row) | {"unit": series.unit} for row in series.observations]


def _data_row(observation: ContextObservation) -> dict[str, object]:
    row: dict[str, object] = asdict(observation)
    del row["quotation"], row["break_before"]
    return row


def _quotes(found: Iterable[ContextObservation | Annotation]) -> list[dict[str, Any]]:
    """Return the sources of a series, each once, with the sentence printed if there is one."""
    by_sentence = {(row.source_title, row.quotation): row for row in found}
    return [
        {
            "quotation": row.quotation,
            "publisher": row.publisher,
            "source_title": row.source_title,
            "published_on": row.published_on,
            "address": row.address,
            "statement_id": row.observation_id if isinstance(row, ContextObservation) else "",
        }
        for row in by_sentence.values()
    ]
