"""The disclosure rule: its thresholds are constants, fit each other, and change on purpose only."""

from __future__ import annotations

import itertools

import pytest

from referrals.paths import REFERENCE
from referrals.publishing.disclosure.revision.differencing_limits import possible_counts
from referrals.reference import disclosure_rule, table_schema
from referrals.reference.disclosure_rule import (
    LARGEST_AMBIGUOUS,
    LARGEST_SMALL_COUNT,
    PROTECTION_WIDTH,
    ROUNDED_VALUES,
    SMALLEST_PUBLISHED_CATEGORY,
    SMALLEST_UNCHANGED,
)

THRESHOLDS = {
    "smallest_unchanged": 5,
    "rounded_values": (0, 5, 6, 7),
    "protection_width": 4,
    "smallest_published_category": 10,
    "smallest_total_change": 10,
    "smallest_share_base": 25,
    "smallest_announced_error": 8,
    "announced_error_step": 4,
}
"""Pages, certificates and the scripts in a release state these numbers in words."""


def test_the_file_lists_exactly_the_known_thresholds() -> None:
    rows = table_schema.read(REFERENCE / "disclosure_rule.csv")
    assert [row["threshold"] for row in rows] == list(THRESHOLDS)


@pytest.mark.parametrize(("name", "value"), THRESHOLDS.items())
def test_each_threshold_is_a_constant_of_the_same_name(
    name: str, value: int | tuple[int, ...]
) -> None:
    assert getattr(disclosure_rule, name.upper()) == value


def test_rounding_never_publishes_a_small_count() -> None:
    assert min(value for value in ROUNDED_VALUES if value) == SMALLEST_UNCHANGED
    assert list(ROUNDED_VALUES) == sorted(ROUNDED_VALUES)


@pytest.mark.parametrize("shown", ROUNDED_VALUES)
def test_each_rounded_value_alone_leaves_an_interval_of_the_protection_width(shown: int) -> None:
    counts = possible_counts(shown)
    assert set(range(1, LARGEST_SMALL_COUNT + 1)) <= set(counts)
    assert max(counts) - min(counts) >= PROTECTION_WIDTH


def test_every_published_category_of_small_counts_is_a_sum_of_rounded_values() -> None:
    sums = {
        sum(values)
        for size in range(1, 7)
        for values in itertools.combinations_with_replacement(ROUNDED_VALUES, size)
    }
    assert set(range(SMALLEST_PUBLISHED_CATEGORY, 4 * LARGEST_AMBIGUOUS)) <= sums
    assert not {SMALLEST_PUBLISHED_CATEGORY - 1, SMALLEST_PUBLISHED_CATEGORY - 2} & sums
