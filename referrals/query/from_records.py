"""Queries of releases built from records, rounded or suppressed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from referrals.query import crosstab, joint_bounds
from referrals.query.answer import Answer
from referrals.query.crosstab import ONE_COLUMN, Crosstab, Record
from referrals.query.labels import labels, of_selection
from referrals.query.observation import Observation
from referrals.query.selection import PERIOD, Offer, Selection
from referrals.reference.codelists import DIMENSIONS, TOTAL
from referrals.release.release import Release


@dataclass(frozen=True)
class Method:
    """The part of a query that depends on the method that protects a release.

    `with_shares` returns the parts of a total with their shares of it. `adds_up` says whether parts
    add up to their total, so that their bounds are worked out together. Shares of a total of fewer
    than `reliable_from` referrals are marked as unreliable. `thresholds` are parameters of the
    statement.
    """

    statement: str
    with_shares: Callable[[Sequence[Observation], Observation], Iterable[Observation]]
    adds_up: bool = False
    reliable_from: int = 0
    thresholds: Mapping[str, int] = field(default_factory=dict)


def filters(release: Release, dimension: str) -> Offer:
    """Return every period, the latest year first, and every code of each other dimension.

    Aggregates are filters only among periods (years), and totals never.
    """
    offer: dict[str, list[str]] = {PERIOD: periods(release)}
    offer |= {name: [] for name in DIMENSIONS if name != dimension}
    for row in release.rows("query/codes"):
        name, code = row["dimension"], row["code"]
        if name in offer and name != PERIOD and code != TOTAL and row["kind"] != "aggregate":
            offer[name].append(code)
    return offer


def periods(release: Release) -> list[str]:
    """Return every period: the years, then the quarters, each the latest first."""
    rows = [row for row in release.rows("query/codes") if row["dimension"] == PERIOD]
    latest_first = [(row["kind"], row["code"]) for row in reversed(rows) if row["code"] != TOTAL]
    years = [code for kind, code in latest_first if kind == "aggregate"]
    return years + [code for kind, code in latest_first if kind != "aggregate"]


def read(
    release: Release, method: Method, dimensions: tuple[str, str], selection: Selection
) -> Crosstab:
    """Return the crosstab of two dimensions (rows, columns) within a selection and its period."""
    code_labels = labels(release)
    period = selection.period or periods(release)[0]

    def answer(records: Sequence[Record], within: Selection) -> Answer:
        observations = [crosstab.observation(record) for record in records]
        total = next(observation for observation in observations if observation.code == TOTAL)
        parts = tuple(row for row in observations if row.code != TOTAL)
        if method.adds_up:
            parts, total = joint_bounds.within_total(parts, total)
        return Answer(
            dimensions[0],
            within,
            tuple(method.with_shares(parts, total)),
            total,
            release.about.kind,
            labels=of_selection(within, code_labels),
            period=code_labels[PERIOD, period],
            is_illustrative=release.about.is_illustrative,
            is_unreliable=total.value is not None and total.value < method.reliable_from,
        )

    return crosstab.read(
        release,
        method.statement,
        dimensions,
        selection,
        answer,
        period=period,
        **method.thresholds,
    )


def quarters(release: Release, method: Method, selection: Selection) -> tuple[Observation, ...]:
    """Return every quarter within a selection, oldest first."""
    bound = {"rows": PERIOD, "columns": ONE_COLUMN, "period": release.about.period}
    bound |= selection.codes()
    records = release.rows(method.statement, {**bound, **method.thresholds})
    observations = [crosstab.observation(record) for record in records]
    return tuple(observation for observation in observations if observation.kind == "category")
