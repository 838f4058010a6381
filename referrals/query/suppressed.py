"""A suppressed release: exact tables with small cells suppressed, which are never added up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from referrals.query import crosstab
from referrals.query.crosstab import Record
from referrals.query.from_records import FromRecords
from referrals.query.observation import Observation, Share
from referrals.query.selection import Selection
from referrals.query.tables import cube
from referrals.query.tables.cube import Cube
from referrals.reference.disclosure_rule import SMALLEST_SHARE_BASE


@dataclass(frozen=True)
class Suppressed(FromRecords):
    """A suppressed release. The cells of its crosstabs are published or not; none is a sum."""

    statement = crosstab.LISTED

    def cube(self, axes: Sequence[str], selection: Selection) -> Cube:
        """Return the cell of every combination of codes, published or not."""
        return cube.read(self.release, "query/suppressed_cube", axes, selection)

    def sums(self, _codes: Mapping[str, str]) -> Mapping[str, Record]:
        """Return no sums: a cell that is not listed is not published."""
        return {}

    def unlisted_bounds(self) -> Mapping[int, int]:
        """Return no bounds: a cell that is not listed is not known to be 0."""
        return {}

    def with_shares(
        self,
        parts: Sequence[Observation],
        total: Observation,
        dimension: str,  # noqa: ARG002 - no sum is needed for them
    ) -> Sequence[Observation]:
        """Return parts with their shares, unless they or the total are absent or small."""
        if total.value is None or total.value < SMALLEST_SHARE_BASE:
            return parts
        return [_with_share(part, total.value) for part in parts]


def _with_share(observation: Observation, total: int) -> Observation:
    if observation.value is None:
        return observation
    part = Fraction(observation.value, total)
    return replace(observation, share=Share(lower=part, upper=part, value=part))
