"""The nationalities that have a profile: those of which any figure is published."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from referrals.caching import cached
from referrals.release.release import Release


@dataclass(frozen=True, slots=True)
class Profiled:
    """A nationality: whether its victim referrals are printed, and whether others count it."""

    nationality: str
    is_printed: bool
    is_context: bool


@cached(2, {Release: lambda release: release.digest})
def profiled(release: Release) -> Mapping[str, Profiled]:
    """Return the nationalities of the published release by code, those printed first."""
    rows = [Profiled(**row) for row in release.rows("query/profiled_nationalities")]
    return {row.nationality: row for row in sorted(rows, key=lambda row: not row.is_printed)}
