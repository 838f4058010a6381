"""Queries of releases built from records, rounded or suppressed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from referrals.query import crosstab
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

    `with_share` returns an observation with its share of a total. Shares of a total of fewer than
    `reliable_from` referrals are marked as unreliable. `thresholds` are parameters of the
    statement.
    """

    statement: str
    with_share: Callable[[Observation, Observation], Observation]
    reliable_from: int = 0
    thresholds: Mapping[str, int] = field(default_factory=dict)


def filters(release: Release, dimension: str) -> Offer:
    """Return every period, the release's own first, and every code of each other dimension.

    Aggregates are filters only among periods (years), and totals never.
    """
    offer: dict[str, list[str]] = {name: [] for name in (PERIOD, *DIMENSIONS) if name != dimension}
    for row in release.rows("query/codes"):
        name, code = row["dimension"], row["code"]
        is_aggregate = row["kind"] == "aggregate" and name != PERIOD
        if name in offer and code != TOTAL and not is_aggregate:
            offer[name].append(code)
    offer[PERIOD].sort(key=lambda code: code != release.about.period)
    return offer


def read(
    release: Release, method: Method, dimensions: tuple[str, str], selection: Selection
) -> Crosstab:
    """Return the crosstab of two dimensions (rows, columns) within a selection and its period."""
    code_labels = labels(release)
    period = selection.period or release.about.period

    def answer(records: Sequence[Record], within: Selection) -> Answer:
        observations = [crosstab.observation(record) for record in records]
        total = next(observation for observation in observations if observation.code == TOTAL)
        return Answer(
            dimensions[0],
            within,
            tuple(
                method.with_share(observation, total)
                for observation in observations
                if observation.code != TOTAL
            ),
            total,
            release.about.kind,
            labels=of_selection(within, code_labels),
            period=code_labels[PERIOD, period],
            is_invented=release.about.is_invented,
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
