"""A rounded release: any selection is a sum of its finest cells, exact or within a range."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Final

from referrals.query import from_records, joint_bounds
from referrals.query.answer import Answer
from referrals.query.crosstab import ONE_COLUMN, Crosstab
from referrals.query.observation import Observation, Share
from referrals.query.selection import Offer, Selection
from referrals.query.tables import cube
from referrals.query.tables.cube import Cube
from referrals.reference.disclosure_rule import (
    LARGEST_AMBIGUOUS,
    LARGEST_SMALL_COUNT,
    SMALLEST_SHARE_BASE,
)
from referrals.release.release import Release


@dataclass(frozen=True)
class Rounded:
    """A rounded release, queried through `kinds.ReleaseKind`."""

    release: Release

    def filters(self, dimension: str) -> Offer:
        """Return every period, and every code of each other dimension."""
        return from_records.filters(self.release, dimension)

    def answer(self, dimension: str, selection: Selection) -> Answer:
        """Return the sums of a dimension within a selection, with their shares of the total."""
        return self.crosstab(dimension, ONE_COLUMN, selection).whole

    def crosstab(self, rows: str, columns: str, selection: Selection) -> Crosstab:
        """Return the sums of one dimension by another, which add up to the margins."""
        return from_records.read(self.release, METHOD, (rows, columns), selection)

    def quarters(self, selection: Selection) -> tuple[Observation, ...]:
        """Return the sum of every quarter within a selection."""
        return from_records.quarters(self.release, METHOD, selection)

    def every_filter(self) -> Offer:
        """Return every period, and every code of each dimension."""
        return from_records.filters(self.release, "")

    def cube(self, axes: Sequence[str], selection: Selection) -> Cube:
        """Return the sums of every combination of codes, their ranges narrowed by one another."""
        found = cube.read(self.release, CUBE, axes, selection, **METHOD.thresholds)
        narrowed = cube.with_joint_ranges(found)
        observations = {key: _with_status(each) for key, each in narrowed.observations.items()}
        return replace(narrowed, observations=observations)


def _with_status(observation: Observation) -> Observation:
    """Return a sum with the letter of its status: revised, estimated within a range, or exact."""
    is_exact = observation.lower == observation.upper
    if observation.status == "r":
        return observation
    return replace(observation, status="" if is_exact else "e")


def _with_shares(parts: Sequence[Observation], total: Observation) -> list[Observation]:
    """Return parts with their shares of the total, and the range of each without rounding."""
    if not total.value:
        return list(parts)
    found = []
    for part in parts:
        others = [other.bounds for other in parts if other is not part]
        lower, upper = joint_bounds.share(part.bounds, total.bounds, others)
        value = Fraction(part.value or 0, total.value)
        found.append(replace(part, share=Share(lower=lower, upper=upper, value=value)))
    return found


CUBE: Final = "query/rounded_cube"
METHOD: Final = from_records.Method(
    "query/rounded_observations",
    _with_shares,
    adds_up=True,
    reliable_from=SMALLEST_SHARE_BASE,
    thresholds={
        "largest_ambiguous": LARGEST_AMBIGUOUS,
        "largest_small_count": LARGEST_SMALL_COUNT,
    },
)
