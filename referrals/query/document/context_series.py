"""Series of other publishers, for context, from the published release."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from referrals.caching import cached
from referrals.release.files import BY_EDITION
from referrals.release.release import PUBLISHED, Release


@dataclass(frozen=True, slots=True)
class ContextObservation:
    """One printed number: a period, a category, a scope and a vintage (date of publication).

    `break_before` means that it cannot be compared with earlier periods. `second_hand` means that
    it was read in a copy by a body that is not a publisher of the series.
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
    second_hand: bool
    published_on: str
    scope: str
    note: str
    quotation: str
    address: str


@dataclass(frozen=True, slots=True)
class Annotation:
    """A dated fact that helps to read a series, with its source.

    `kind` is "policy" for a change of policy or of counting on that date, or "comparison" for a
    comparison that the publisher printed on that date. `happened_on` is an ISO date or month.
    """

    annotation_id: str
    kind: str
    happened_on: str
    says: str
    quotation: str
    source_title: str
    publisher: str
    published_on: str
    address: str


@dataclass(frozen=True, slots=True)
class ContextSeries:
    """A series, its observations (oldest period and oldest vintage first) and dated facts."""

    series_id: str
    title: str
    publisher: str
    unit: str
    geography: str
    scope: str
    why_not_comparable: str
    note: str
    observations: tuple[ContextObservation, ...]
    annotations: tuple[Annotation, ...]


@cached(64, BY_EDITION, has_words=False)
def read(release: Release, series_id: str) -> ContextSeries:
    """Return a context series of a release."""
    parameters = {"series_id": series_id}
    rows = release.rows("query/context_observations", parameters)
    (series,) = release.rows("query/context_series", parameters)
    dated = release.rows("query/annotations", parameters)
    return ContextSeries(
        **series,
        observations=tuple(ContextObservation(**row) for row in rows),
        annotations=tuple(Annotation(**row) for row in dated),
    )


@dataclass(frozen=True, slots=True)
class Profiled:
    """A nationality with at least one published figure.

    `is_printed` means that its victim referrals are published, `is_context` that other publishers
    have figures on it.
    """

    nationality: str
    is_printed: bool
    is_context: bool


@cached(2, BY_EDITION, has_words=False)
def profiled(release: Release) -> Mapping[str, Profiled]:
    """Return the nationalities with a published figure by their codes, printed ones first.

    Only the published release has the tables of a document, so every other has no profiles.
    """
    if release.about.status != PUBLISHED:
        return {}
    rows = [Profiled(**row) for row in release.rows("query/profiled_nationalities")]
    return {row.nationality: row for row in sorted(rows, key=lambda row: not row.is_printed)}
