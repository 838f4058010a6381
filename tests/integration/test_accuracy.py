"""What the protection costs: 1,336 invented records that agree with the published figures, protected with one secret seed."""

from __future__ import annotations

import pytest

from bench import accuracy
from bench.utility import errors_of
from referrals.paths import REFERENCE
from referrals.publishing.disclosure.rounding.protect import ProtectedTable
from referrals.publishing.tabulation.counts import Counts
from referrals.reference import table_schema


@pytest.fixture(scope="module")
def measured() -> tuple[Counts, list[ProtectedTable]]:
    return accuracy.measured(seeds=1)


def test_totals_are_exact_and_sums_as_near_as_is_asked(
    measured: tuple[Counts, list[ProtectedTable]],
) -> None:
    counts, (table,) = measured
    found = errors_of(counts, table)
    assert found["the total"] == found["one-way totals"] == 0
    assert found["two-way sums, with zeros"] <= 2.1
    assert found["three-way sums, with zeros"] <= 2.05
    assert found["random filters"] <= 2.2


def test_sums_that_are_not_0_in_truth_are_off_by_a_little_more(
    measured: tuple[Counts, list[ProtectedTable]],
) -> None:
    counts, (table,) = measured
    found = errors_of(counts, table)
    assert found["two-way sums"] <= 2.25
    assert found["three-way sums"] <= 2.4


def test_the_errors_that_certificates_tell_are_those_of_the_method(
    measured: tuple[Counts, list[ProtectedTable]],
) -> None:
    fresh = list(accuracy.errors(*measured))
    for told, found in zip(
        table_schema.read(REFERENCE / "rounding_errors.csv"), fresh, strict=True
    ):
        assert told.keys() == found.keys()
        assert (told["dimensions"], told["sums"]) == (found["dimensions"], found["sums"])
        for name in ("mean_error", "mean_error_with_zeros"):
            assert float(told[name]) == pytest.approx(float(found[name]), abs=0.25)


def test_what_certificates_tell_of_the_groups_behind_a_number_is_so(
    measured: tuple[Counts, list[ProtectedTable]],
) -> None:
    fresh = list(accuracy.truths(*measured))
    for told, found in zip(
        table_schema.read(REFERENCE / "rounding_truths.csv"), fresh, strict=True
    ):
        assert told.keys() == found.keys()
        assert told["shown"] == found["shown"]
        if int(told["groups"]) > 100:
            for count in ("none", "one", "two", "people_share"):
                assert float(told[count].rstrip("%")) == pytest.approx(
                    float(found[count].rstrip("%")), abs=8
                )


def test_what_pages_say_in_words_of_guesses_is_so(
    measured: tuple[Counts, list[ProtectedTable]],
) -> None:
    rows = {row["shown"]: row for row in accuracy.truths(*measured)}
    assert (
        70 <= int(rows["0"]["people_share"].rstrip("%")) <= 80
    )  # three in four are in groups that show 0
    assert float(rows["0"]["none"].rstrip("%")) > 95  # nearly every 0 is a true 0
    ones = sum(
        int(rows[shown]["groups"]) * float(rows[shown]["one"].rstrip("%")) for shown in "567"
    )
    assert (
        70 <= ones / sum(int(rows[shown]["groups"]) for shown in "567") <= 85
    )  # about four in five stand for one
