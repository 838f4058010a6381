"""The disclosure rule: its thresholds are constants, fit each other, and change on purpose only."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import pytest

from referrals.errors import DataError
from referrals.publishing.disclosure.revision.differencing_limits import possible_counts
from referrals.reference import disclosure_rule
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
    "largest_likelihood_ratio": 5,
    "smallest_rounded_year": 35,
}
"""Pages, certificates and the scripts in a release state these numbers in words."""


SETTINGS = disclosure_rule.PATH.read_text(encoding="utf-8")


def changed(place: Path, old: str, new: str) -> Path:
    """Write the settings with a change and return the path."""
    assert SETTINGS.count(old) == 1
    path = place / "disclosure.toml"
    path.write_text(SETTINGS.replace(old, new), encoding="utf-8")
    return path


def test_the_file_lists_exactly_the_known_thresholds() -> None:
    found = disclosure_rule.read()["thresholds"]
    assert {name: tuple(v) if isinstance(v, list) else v for name, v in found.items()} == THRESHOLDS


def test_every_setting_is_explained_by_a_comment_above_it() -> None:
    lines = SETTINGS.splitlines()
    settings = [number for number, line in enumerate(lines) if line[:1].isalpha()]
    hierarchies = lines.index("[hierarchies]")
    assert [
        lines[number]
        for number in settings
        if number < hierarchies and not lines[number - 1].startswith("#")
    ] == []


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("protection_width = 4", "", "thresholds.protection_width is missing. It is a whole"),
        ("protection_width = 4", "protection_width = 4.5", "It must be a whole number"),
        ("protection_width = 4", "protection_width = 5", "so it must be less than 5"),
        ("protection_width = 4", "width = 4", "thresholds.width is unknown"),
        ("[0, 5, 6, 7]", "[0, 4, 5]", "so that no small count is published"),
        ("[0, 5, 6, 7]", "[0, 7, 5]", "a list of whole numbers, the smallest first"),
        ("smallest_published_category = 10", "smallest_published_category = 9", "10 or more"),
        ("near_certainty = 95", "near_certainty = 101", "a whole number from 1 to 100"),
        ("near_certainty = 95", "near_certainty = true", "a whole number from 1 to 100"),
        ('["crime_type", "outcome"]', '["crime"]', "a list of dimensions, which are quarter"),
        ('["crime_type", "outcome"]', '["sex"]', "sex is both identifying and sensitive"),
        ('sex = "aggregates"', 'sex = "region"', 'one of "other", "aggregates" and "none"'),
        ("[dominance]", "[dominant]", "[dominant] is unknown"),
        ("[thresholds]", "[thresholds", "the settings cannot be read"),
    ],
)
def test_a_wrong_setting_is_named_with_its_remedy(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    path = changed(tmp_path, old, new)
    with pytest.raises(DataError, match=re.escape(message)) as caught:
        disclosure_rule.read(path)
    assert str(path) in str(caught.value)


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
