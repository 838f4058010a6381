"""Series of other publishers, for context, from the published release."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from referrals.release.release import Release


@dataclass(frozen=True, slots=True)
class ContextObservation:
    """One printed number: a period, a category, a scope and a vintage (date of publication).

    `break_before` means that it cannot be compared with earlier periods.
    """

    observation_id: str
    period_start: date
    period_label: str
    dimension: str
    category: str
    value: int
    status: str
    vintage: str
    break_before: bool
    source_title: str
    publisher: str
    published_on: str
    scope: str
    note: str
    quotation: str
    address: str


@dataclass(frozen=True, slots=True)
class ContextSeries:
    """A series and its observations, the oldest period and the oldest vintage first."""

    series_id: str
    title: str
    publisher: str
    unit: str
    geography: str
    scope: str
    why_not_comparable: str
    note: str
    observations: tuple[ContextObservation, ...]


def read(release: Release, series_id: str) -> ContextSeries:
    """Return a context series of a release."""
    parameters = {"series_id": series_id}
    rows = release.rows("query/context_observations", parameters)
    (series,) = release.rows("query/context_series", parameters)
    return ContextSeries(**series, observations=tuple(ContextObservation(**row) for row in rows))
