"""A rounded release: any selection is a sum of its finest cells, exact or within a range."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from types import MappingProxyType

from referrals.query.crosstab import Record
from referrals.query.from_records import FromRecords
from referrals.query.observation import Observation, Share
from referrals.reference.disclosure_rule import (
    LARGEST_AMBIGUOUS,
    LARGEST_SMALL_COUNT,
    SMALLEST_SHARE_BASE,
)


@dataclass(frozen=True)
class Rounded(FromRecords):
    """A rounded release. The numbers of its crosstabs add up to the margins."""

    statement = "query/rounded_observations"
    thresholds = MappingProxyType(
        {"largest_ambiguous": LARGEST_AMBIGUOUS, "largest_small_count": LARGEST_SMALL_COUNT}
    )
    reliable_from = SMALLEST_SHARE_BASE

    def sums(self, codes: Mapping[str, str]) -> Mapping[str, Record]:
        """Return the sum of the finest cells of one combination of codes, by period."""
        return {record["code"]: record for record in self.by_period(codes)}

    def unlisted_bounds(self) -> Mapping[int, int]:
        """Return the most that an unlisted cell, a 0, can be, by the dimensions that it fixes."""
        rows = self.release.rows(
            "query/unlisted_zero_bounds", {"largest_small_count": LARGEST_SMALL_COUNT}
        )
        return {row["fixed"]: row["upper"] for row in rows}

    def with_share(self, observation: Observation, total: Observation) -> Observation:
        """Return an observation with its share, and the range of the share without rounding."""
        if observation.value is None or not total.value:
            return observation
        lower, upper = observation.bounds
        least, most = total.bounds
        share = Share(
            lower=Fraction(lower, most),
            upper=min(Fraction(upper, max(least, 1)), Fraction(1)),
            value=Fraction(observation.value, total.value),
        )
        return replace(observation, share=share)
