"""A suppressed release: exact tables with small cells suppressed, which are never added up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from referrals.query import crosstab
from referrals.query.crosstab import Record
from referrals.query.from_records import FromRecords
from referrals.query.observation import Observation, Share
from referrals.reference.disclosure_rule import SMALLEST_SHARE_BASE


@dataclass(frozen=True)
class Suppressed(FromRecords):
    """A suppressed release. The cells of its crosstabs are published or not; none is a sum."""

    statement = crosstab.LISTED

    def sums(self, _codes: Mapping[str, str]) -> Mapping[str, Record]:
        """Return no sums: a cell that is not listed is not published."""
        return {}

    def unlisted_bounds(self) -> Mapping[int, int]:
        """Return no bounds: a cell that is not listed is not known to be 0."""
        return {}

    def with_share(self, observation: Observation, total: Observation) -> Observation:
        """Return an observation with its share, unless it or the total is absent or small."""
        if observation.value is None or total.value is None or total.value < SMALLEST_SHARE_BASE:
            return observation
        part = Fraction(observation.value, total.value)
        return replace(observation, share=Share(lower=part, upper=part, value=part))
