"""Advice on counts without a rounding: options that are proved to work, fewest categories lost."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest

from referrals.publishing.disclosure.rounding import protect as rounding
from referrals.publishing.disclosure.rounding.least_change import least_change, merged
from referrals.publishing.disclosure.rounding.programme import NoRoundingError
from referrals.publishing.tabulation.counts import Codes, Counts
from referrals.reference.codelists import FINEST

CATEGORIES = {
    "quarter": ["2021-Q2"],
    "nationality": ["VNM", "ALB", "CHN"],
    "age_band": ["20-29", "30-39"],
    "sex": ["F", "M"],
    "crime_type": ["MS", "OTH"],
    "outcome": ["NFA"],
}
CELLS: dict[Codes, int] = {
    ("2021-Q2", "VNM", "20-29", "F", "MS", "NFA"): 40,
    ("2021-Q2", "VNM", "30-39", "M", "OTH", "NFA"): 30,
    ("2021-Q2", "ALB", "20-29", "F", "MS", "NFA"): 20,
    ("2021-Q2", "CHN", "20-29", "M", "MS", "NFA"): 12,
}
FORTY_FIVE = Path("tests/data/counts_of_45_records.csv")


def counted(**more: int) -> Counts:
    """The counts above, with some people of one nationality in one small cell."""
    cells = dict(CELLS)
    for nationality, value in more.items():
        cells["2021-Q2", nationality, "30-39", "F", "OTH", "NFA"] = value
    return Counts.of("2021-22", CATEGORIES, cells)


def accepts(*, nationality: int = 3, crime_type: int = 2) -> Callable[[Counts], bool]:
    """Return whether counts have at most this many nationalities and crime types."""

    def is_accepted(counts: Counts) -> bool:
        found = {name: len(codes) for name, codes in counts.categories.items()}
        return found["nationality"] <= nationality and found["crime_type"] <= crime_type

    return is_accepted


@pytest.mark.parametrize(
    ("accepted", "advice"),
    [
        (accepts(nationality=2), "--nationalities 1."),
        (accepts(nationality=1), "--nationalities 0."),
        (accepts(crime_type=1), "--group crime_type=MS_OTH."),
        (accepts(nationality=2, crime_type=1), "--nationalities 1 --group crime_type=MS_OTH."),
    ],
)
def test_the_advice_loses_as_few_categories_as_possible(
    accepted: Callable[[Counts], bool], advice: str
) -> None:
    assert least_change(counted(), accepted) == f"The least change that works: {advice}"


def test_there_is_no_advice_if_no_grouping_works() -> None:
    assert "Publish a longer period" in least_change(counted(), lambda _: False)


def test_merged_counts_have_the_same_people() -> None:
    together = merged(counted(), {"nationality": {"ALB": "_OTH", "CHN": "_OTH"}})
    assert together.values.sum() == counted().values.sum()
    assert list(together.categories["nationality"]) == ["VNM", "_OTH"]


def test_a_refusal_of_one_small_count_proves_it_and_names_a_change_that_works() -> None:
    with pytest.raises(
        NoRoundingError, match=r"2021-22: It is proved .* reaches .*nationality CHN.* works: --"
    ):
        rounding.protect(counted(CHN=3), seed=1, steps=10)


def test_forty_five_records_that_were_once_refused_have_a_rounding() -> None:
    with FORTY_FIVE.open(encoding="utf-8", newline="") as stream:
        rows = [
            (tuple(row[name] for name in FINEST), int(row["value"]))
            for row in csv.DictReader(stream)
        ]
    categories = {
        name: sorted({codes[column] for codes, _ in rows}) for column, name in enumerate(FINEST)
    }
    counts = Counts.of("2021-22", categories, dict(rows))
    table = rounding.protect(counts, seed=1, steps=10)
    assert sum(table.cells.values()) == counts.values.sum()
