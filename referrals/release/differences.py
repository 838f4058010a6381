"""The cells that differ between two releases of one kind that are served at the same time.

The releases page and the API show them. Publishers have a comparison of their own
(`publishing/compare`), which also looks for disclosures: here every number is public already.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from operator import itemgetter
from typing import Final

from referrals.reference.codelists import DIMENSIONS, TOTAL
from referrals.reference.disclosure_rule import LARGEST_SMALL_COUNT
from referrals.release import metadata
from referrals.release.release import Release

Codes = tuple[str, ...]
"""The period of a cell and its code of each dimension."""

KEY: Final = ("period", *DIMENSIONS)


class Reason(StrEnum):
    """The reasons for which a cell differs.

    One release has the period, or the category, and the other does not; otherwise the number is
    another.
    """

    NEW = "new"
    GONE = "gone"
    CHANGED = "changed"


@dataclass(frozen=True)
class Number:
    """A published number with its bounds. `value` is None if it is withheld or only a range."""

    value: int | None
    lower: int | None
    upper: int | None


@dataclass(frozen=True)
class Change:
    """A cell that differs: its number before and after, None if it is not published."""

    codes: Codes
    before: Number | None
    after: Number | None
    reason: Reason


@dataclass(frozen=True)
class Comparison:
    """The differences between two releases.

    `compared` is how many cells at least one of them lists.
    """

    before: Release
    after: Release
    compared: int
    changes: Sequence[Change]


def pairs(releases: Iterable[Release]) -> list[tuple[Release, Release]]:
    """Return each release with the one before it of the same kind, newest first.

    Invented figures are never compared with others, nor releases that share no period.
    """
    groups: dict[tuple[str, str], list[Release]] = {}
    for release in sorted(releases, key=_order):
        groups.setdefault(_group(release), []).append(release)
    found = []
    for own in groups.values():
        found += [pair for pair in itertools.pairwise(own) if _share_a_period(*pair)]
    return sorted(found, key=lambda pair: _order(pair[1]), reverse=True)


def compare(before: Release, after: Release) -> Comparison:
    """Return the cells that differ between two releases of one kind."""
    old, new = _Numbers(before), _Numbers(after)
    codes = sorted(old.listed.keys() | new.listed.keys())
    changes = []
    for each in codes:
        was, now = old.number(each), new.number(each)
        if was != now:
            changes.append(Change(each, was, now, _reason(was, now)))
    return Comparison(before, after, len(codes), changes)


class _Numbers:
    """The numbers of a release by the codes of their cells."""

    def __init__(self, release: Release) -> None:
        key = itemgetter(*KEY)
        self.listed = {
            key(row): Number(row["value"], row["lower"], row["upper"])
            for row in release.rows("query/listed_cells")
        }
        self._zero_bounds = _zero_bounds(release)
        self._codes = {(row["dimension"], row["code"]) for row in metadata.codes(release)}

    def number(self, codes: Codes) -> Number | None:
        """Return the number of a cell; None if the release does not publish it."""
        if codes in self.listed:
            return self.listed[codes]
        has_codes = all(pair in self._codes for pair in zip(KEY, codes, strict=True))
        if not self._zero_bounds or not has_codes:
            return None
        fixed = sum(code != TOTAL for code in codes[1:]) + ("-Q" in codes[0])
        return Number(0, 0, self._zero_bounds.get(fixed, 0))


def _zero_bounds(release: Release) -> Mapping[int, int]:
    """Return the most that an unlisted cell can be, by order; empty if it is not a 0."""
    if not release.about.is_additive:
        return {}
    parameters = {"largest_small_count": LARGEST_SMALL_COUNT}
    rows = release.rows("query/unlisted_zero_bounds", parameters)
    return {row["fixed"]: row["upper"] for row in rows}


def _order(release: Release) -> tuple[str, str]:
    return release.about.published_on, release.about.release_id


def _group(release: Release) -> tuple[str, str]:
    """Return the key that two releases must share to be compared: kind, and status if invented."""
    status = release.about.status if release.about.is_invented else ""
    return release.about.kind, status


def _share_a_period(first: Release, second: Release) -> bool:
    return not _periods(first).isdisjoint(_periods(second))


def _periods(release: Release) -> set[str]:
    return {row["code"] for row in metadata.codes(release) if row["dimension"] == "period"}


def _reason(before: Number | None, after: Number | None) -> Reason:
    if before is None:
        return Reason.NEW
    return Reason.GONE if after is None else Reason.CHANGED
