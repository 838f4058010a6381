"""The design of a context card, and what designs have in common: points, cells and sentences."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from markupsafe import Markup

from referrals.cards.card import isolated, symbol_mark
from referrals.cards.charts.bars import Bar
from referrals.cards.charts.values import Point, Series, quarter
from referrals.cards.wording import change, phrases
from referrals.formatting import count, day
from referrals.i18n import messages
from referrals.query.document.context_series import ContextObservation
from referrals.query.observation import NOT_PUBLISHED

Observations = Sequence[ContextObservation]
Panels = Mapping[str, Sequence[Bar]]

DERIVED: Final = "d"
"""The status of a number that was worked out from printed ones."""

FIRST_RELIABLE: Final = "2014"
"""The Home Office marks earlier quarters as unreliable: they are in the table, not in the chart."""

ALL: Final = ("all", "")
"""The scopes of figures on referrals by every body that may refer."""

OTHER: Final = "_OTH"
QUARTERS: Final = 4


@dataclass(frozen=True)
class Design:
    """The finding, table and chart of a context card, as functions of its observations.

    Attributes:
        series_ids: the series that it shows. The first gives the title, the scope and the reason
            why the figures are not comparable.
        finding: returns the headline.
        header: the messages of the table's columns.
        rows: returns the rows of the table.
        keep: returns whether an observation is shown.
        lines: returns the chart over time, unless the chart is `panels` of bars or there is none.
        panels: returns the bars of each group, by label.
        notes: returns notes in addition to the series' own.
        text_columns: the columns of `header` that hold no numbers.
        topic: the heading of the card in lists.
        name: the name of the card, if another card has the same first series.
        title: the message of the title, if the card shows several series or a part of one.
    """

    series_ids: tuple[str, ...]
    finding: Callable[[Observations], str]
    header: tuple[str, ...]
    rows: Callable[[Observations], list[list[str]]]
    keep: Callable[[ContextObservation], bool] = lambda _: True
    lines: Callable[[Observations], list[Series]] | None = None
    panels: Callable[[Observations], Panels] = lambda _: {}
    notes: Callable[[Observations], list[str]] = lambda _: []
    text_columns: tuple[str, ...] = ()
    topic: str = "slavery"
    name: str = ""
    title: str = ""

    @property
    def card_name(self) -> str:
        """The name of the card in the registry, in addresses and in files."""
        return self.name or self.series_ids[0]


def reliable(found: Observations) -> list[ContextObservation]:
    """Return the observations that belong in a chart."""
    return [row for row in found if row.period_label >= FIRST_RELIABLE]


def changed(name: str, found: Observations, **values: object) -> str:
    """Return a sentence on the change of one series, by the rule of `wording.change`.

    `name` chooses the messages `context.subject.<name>`, which take `values`.
    """
    first, last = change.like_with_like(latest(found), lambda row: row.period_label)
    direction = change.direction(_printed(found, first), _printed(found, last))
    return messages.text(
        f"wording.change.{direction}",
        referrals=messages.text(f"context.subject.{name}.title", **values),
        inside=messages.text(f"context.subject.{name}.inside", **values),
        first=count(first.value),
        first_period=first.period_label,
        last=count(last.value),
        last_period=last.period_label,
    )


def clause(group: str, found: Observations) -> str:
    """Return a clause on the change of a group, for a sentence on several groups.

    `group` is its code, and chooses the message `context.adjective.<group>`.
    """
    first, last = change.like_with_like(latest(found), lambda row: row.period_label)
    direction = change.direction(_printed(found, first), _printed(found, last))
    return messages.text(
        f"context.clause.{direction}",
        group=messages.text(f"context.adjective.{group}"),
        first=count(first.value),
        first_period=first.period_label,
        last=count(last.value),
        last_period=last.period_label,
    )


def short_clause(group: str, found: Observations) -> str:
    """Return a clause on the change of a group, for a sentence that begins with the periods."""
    first, *_, last = latest(found)
    direction = change.direction(_printed(found, first), _printed(found, last))
    return messages.text(
        f"wording.over_time.{direction}",
        group=messages.text(f"context.adjective.{group}"),
        first=count(first.value),
        last=count(last.value),
    )


def _printed(found: Observations, observation: ContextObservation) -> tuple[int, int]:
    """Return the smallest and the largest value printed for the period of an observation."""
    values = [row.value for row in found if row.period_label == observation.period_label]
    return min(values), max(values)


def directions(groups: Mapping[str, Observations]) -> list[str]:
    """Return a clause for each direction of change with the names of its groups, no numbers."""
    found: dict[str, list[str]] = {}
    for code, rows in groups.items():
        first, *_, last = latest(rows)
        direction = change.direction(_printed(rows, first), _printed(rows, last))
        found.setdefault(direction, []).append(messages.text(f"context.adjective.{code}"))
    return [
        messages.text(f"context.direction.{direction}", groups=phrases.listed(names))
        for direction, names in found.items()
    ]


def latest(found: Observations) -> list[ContextObservation]:
    """Return the last printing of each period, oldest period first."""
    return list({row.period_label: row for row in found}.values())


def by_category(found: Observations) -> dict[str, list[ContextObservation]]:
    """Return the observations of each category, in the order in which they appear."""
    groups: dict[str, list[ContextObservation]] = {}
    for row in found:
        groups.setdefault(row.category, []).append(row)
    return groups


def values(found: Observations) -> dict[str, dict[str, int]]:
    """Return the latest value of each category, by period and category, oldest period first."""
    by_period: dict[str, dict[str, int]] = {}
    for row in found:
        by_period.setdefault(row.period_label, {})[row.category] = row.value
    return by_period


def quarters_between(first: str, last: str) -> list[str]:
    """Return every quarter from the first to the last, also those that have no number.

    >>> quarters_between("2023 Q4", "2024 Q2")
    ['2023 Q4', '2024 Q1', '2024 Q2']
    """
    start, end = _quarter_number(first), _quarter_number(last)
    return [f"{at // QUARTERS} Q{at % QUARTERS + 1}" for at in range(start, end + 1)]


def _quarter_number(label: str) -> int:
    year, _, number = label.partition(" Q")
    return int(year) * QUARTERS + int(number) - 1


def years_between(first: str, last: str) -> list[str]:
    """Return every year from the first to the last: '2021' or, to March, '2021-22'."""
    starts = range(int(first[:4]), int(last[:4]) + 1)
    if "-" not in first:
        return [str(start) for start in starts]
    return [f"{start}-{(start + 1) % 100:02}" for start in starts]


def points(found: Observations, periods: Iterable[str]) -> list[Point]:
    """Return a point for each period. Its range spans all printings of the period."""
    printed: dict[str, list[ContextObservation]] = {}
    for row in found:
        printed.setdefault(row.period_label, []).append(row)
    return [_point(period, printed.get(period, [])) for period in periods]


def _point(period: str, rows: Observations) -> Point:
    empty = quarter(period) if " Q" in period else Point(period, None)
    if not rows:
        return replace(empty, status=NOT_PUBLISHED)
    printed = [row.value for row in rows]
    return replace(
        empty,
        value=rows[-1].value,
        lower=min(printed),
        upper=max(printed),
        is_break=any(row.break_before for row in rows),
    )


def every_period(found: Observations) -> list[str]:
    """Return every period from the first to the last of a series, also those without a number."""
    labels = sorted(row.period_label for row in found)
    between = quarters_between if " Q" in labels[0] else years_between
    return between(labels[0], labels[-1])


def cell(value: int | None) -> Markup:
    """Return a number as a table cell."""
    return messages.html("cards.no_number") if value is None else isolated(count(value))


def number(row: ContextObservation) -> Markup:
    """Return an observation as a table cell, marked if derived or read at second hand."""
    text = isolated(count(row.value))
    if row.status == DERIVED:
        text += symbol_mark(DERIVED, {DERIVED: messages.text("context.derived")})
    if row.second_hand:
        text += Markup(" <small>{}</small>").format(messages.text("context.second_hand"))
    return text


def printings(found: Observations) -> list[list[str]]:
    """Return a row for each period, latest first: its latest number, and each earlier printing."""
    by_period: dict[str, list[ContextObservation]] = {}
    for row in found:
        by_period.setdefault(row.period_label, []).append(row)
    rows = []
    for period in sorted(by_period, reverse=True):
        *earlier, last = by_period[period]
        rows.append([period, number(last), day(last.vintage), _earlier(earlier, last)])
    return rows


def _earlier(earlier: Observations, last: ContextObservation) -> Markup:
    """Return the earlier printings that differ from the last one, each with its date."""
    different = [row for row in earlier if row.value != last.value]
    once = {(row.value, row.vintage): row for row in different}
    return Markup(", ").join(
        messages.html("context.printed_on", n=number(row), date=day(row.vintage))
        for row in once.values()
    )
