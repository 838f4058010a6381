"""A suppressed release: exact tables with small cells withheld, which are never added up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Final

from referrals.query import from_records
from referrals.query.answer import Answer
from referrals.query.crosstab import ONE_COLUMN, Crosstab
from referrals.query.observation import Observation, Share
from referrals.query.selection import Offer, Selection
from referrals.query.tables import cube
from referrals.query.tables.cube import Cube
from referrals.reference.disclosure_rule import SMALLEST_SHARE_BASE
from referrals.release.release import Release


@dataclass(frozen=True)
class Suppressed:
    """A suppressed release, queried through `kinds.ReleaseKind`."""

    release: Release

    def filters(self, dimension: str) -> Offer:
        """Return every period, and every code of each other dimension."""
        return from_records.filters(self.release, dimension)

    def answer(self, dimension: str, selection: Selection) -> Answer:
        """Return the cells of a dimension within a selection; a small total has no shares."""
        return self.crosstab(dimension, ONE_COLUMN, selection).whole

    def crosstab(self, rows: str, columns: str, selection: Selection) -> Crosstab:
        """Return the cells of one dimension within each code of another, published or not."""
        return from_records.read(self.release, METHOD, (rows, columns), selection)

    def quarters(self, selection: Selection) -> tuple[Observation, ...]:
        """Return the cell of every quarter within a selection."""
        return from_records.quarters(self.release, METHOD, selection)

    def every_filter(self) -> Offer:
        """Return every period, and every code of each dimension."""
        return from_records.filters(self.release, "")

    def cube(self, axes: Sequence[str], selection: Selection) -> Cube:
        """Return the cell of every combination of codes, published or not."""
        return cube.read(self.release, "query/suppressed_cube", axes, selection)


def _with_shares(parts: Sequence[Observation], total: Observation) -> list[Observation]:
    return [_with_share(part, total) for part in parts]


def _with_share(observation: Observation, total: Observation) -> Observation:
    """Return an observation with its share, unless it or the total is absent or small."""
    if observation.value is None or total.value is None or total.value < SMALLEST_SHARE_BASE:
        return observation
    part = Fraction(observation.value, total.value)
    return replace(observation, share=Share(lower=part, upper=part, value=part))


METHOD: Final = from_records.Method("query/suppressed_observations", _with_shares)
