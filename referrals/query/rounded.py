"""A rounded release: any selection is a sum of its finest cells, exact or within a range."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from types import MappingProxyType
from typing import Final

from referrals.query import ceilings
from referrals.query.crosstab import Record
from referrals.query.from_records import FromRecords
from referrals.query.observation import Observation, Share
from referrals.query.selection import PERIOD, Selection
from referrals.query.tables import cube, joint_bounds
from referrals.query.tables.cube import Cube
from referrals.reference.codelists import DIMENSIONS, TOTAL
from referrals.reference.disclosure_rule import (
    LARGEST_AMBIGUOUS,
    LARGEST_SMALL_COUNT,
    SMALLEST_SHARE_BASE,
)

CUBE: Final = "query/rounded_cube"


@dataclass(frozen=True)
class Rounded(FromRecords):
    """A rounded release. The numbers of its crosstabs add up to the margins."""

    statement = "query/rounded_observations"
    thresholds = MappingProxyType(
        {"largest_ambiguous": LARGEST_AMBIGUOUS, "largest_small_count": LARGEST_SMALL_COUNT}
    )
    reliable_from = SMALLEST_SHARE_BASE

    def adds_up(self, dimension: str) -> bool:
        """Return whether no record that is held back can have a code that is not listed."""
        return dimension not in ceilings.read(self.release).incomplete

    def cube(self, axes: Sequence[str], selection: Selection) -> Cube:
        """Return the sums of every combination of codes, their ranges narrowed by one another."""
        found = cube.read(self.release, CUBE, axes, selection, **self.thresholds)
        narrowed = cube.with_joint_ranges(self._lowered(found, selection))
        observations = {key: _with_status(each) for key, each in narrowed.observations.items()}
        return replace(narrowed, observations=observations)

    def within_ceilings(
        self, records: Sequence[Record], dimension: str, codes: Mapping[str, str]
    ) -> Sequence[Record]:
        """Return records with upper bounds within the totals that each is part of."""
        known = ceilings.read(self.release)
        found = []
        for record in records:
            upper = record["upper"]
            if upper is not None:
                upper = known.lowered(upper, {**codes, dimension: record["code"]})
            is_exact = upper is not None and upper == record["lower"]
            status = "" if is_exact and record["status"] == "e" else record["status"]
            found.append({**record, "upper": upper, "status": status})
        return found

    def _lowered(self, found: Cube, selection: Selection) -> Cube:
        """Return a cube with upper bounds within the totals that each number is part of.

        Its axes say whether their codes add up.
        """
        known = ceilings.read(self.release)
        within = {**selection.codes(), PERIOD: selection.period}
        within |= {axis.name: TOTAL for axis in found.axes if axis.name in DIMENSIONS}
        axes = tuple(
            replace(axis, is_complete=axis.name not in known.incomplete) for axis in found.axes
        )
        names = [PERIOD if axis.name in cube.TIMES else axis.name for axis in found.axes]
        observations = {}
        for key, observation in found.observations.items():
            upper = observation.upper
            if upper is not None:
                chosen = {
                    name: code for name, code in zip(names, key, strict=True) if code != TOTAL
                }
                upper = known.lowered(upper, {**within, **chosen})
            observations[key] = replace(observation, upper=upper)
        return replace(found, axes=axes, observations=observations)

    def sums(self, codes: Mapping[str, str]) -> Mapping[str, Record]:
        """Return the sum of the finest cells of one combination of codes, by period."""
        return {record["code"]: record for record in self.by_period(codes)}

    def unlisted_bounds(self) -> Mapping[int, int]:
        """Return the upper bound of an unlisted cell, a 0, by the number of dimensions it fixes."""
        rows = self.release.rows(
            "query/unlisted_zero_bounds", {"largest_small_count": LARGEST_SMALL_COUNT}
        )
        return {row["fixed"]: row["upper"] for row in rows}

    def with_shares(
        self, parts: Sequence[Observation], total: Observation, dimension: str
    ) -> Sequence[Observation]:
        """Return parts with their shares, and the range of each share without rounding."""
        if not total.value:
            return parts
        found = []
        for part in parts:
            if not part.has_number:
                found.append(part)
                continue
            others = [other.bounds for other in parts if other is not part and other.has_number]
            if not self.adds_up(dimension):
                others = [joint_bounds.rest(part.bounds, total.bounds)]
            lower, upper = joint_bounds.share(part.bounds, total.bounds, others)
            value = Fraction(part.value or 0, total.value)
            found.append(replace(part, share=Share(lower=lower, upper=upper, value=value)))
        return found


def _with_status(observation: Observation) -> Observation:
    """Return a sum with the letter of its status: revised, estimated within a range, or exact.

    A code that the period does not have keeps its own letter.
    """
    if not observation.has_number:
        return observation
    is_exact = observation.lower == observation.upper
    if observation.status == "r":
        return observation
    return replace(observation, status="" if is_exact else "e")
