"""Releases of some quarters and of more: the totals of the added quarters describe nobody."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from referrals.publishing.audit import differencing
from referrals.publishing.audit.public_release import PublicRelease
from referrals.publishing.cell_codes import Codes, Year

pytestmark = pytest.mark.publishing

YEAR = "2020-21"
CATEGORIES = {
    "quarter": ["2020-Q2", "2020-Q3", "2020-Q4"],
    "nationality": ["VNM", "ALB"],
    "age_band": ["20-29"],
    "sex": ["M", "F"],
    "crime_type": ["MS"],
    "outcome": ["ICE"],
}
FEMALE = (YEAR, "_T", "_T", "F", "_T", "_T")
MALE = (YEAR, "_T", "_T", "M", "_T", "_T")


def cells(quarter: str, males: int, females: int) -> dict[Codes, int]:
    return {
        (quarter, nationality, "20-29", sex, "MS", "ICE"): value
        for sex, value in (("M", males), ("F", females))
        for nationality in ("VNM", "ALB")
        if value
    }


def release(
    quarters: list[str], shown: Mapping[Codes, int], inexact: Mapping[Codes, int] | None = None
) -> PublicRelease:
    year = Year(YEAR, {**CATEGORIES, "quarter": quarters}, shown, ())
    return PublicRelease(
        folder=Path(),
        release_id=f"{len(quarters)} quarters",
        status="official",
        method="rounding",
        years={YEAR: year},
        published={},
        largest_error={},
        revises="",
        problems=(),
        inexact_totals=inexact or {},
    )


BEFORE = cells("2020-Q2", 30, 30)
FIRST = release(["2020-Q2"], BEFORE)


def faults(first: PublicRelease, second: PublicRelease) -> list[str]:
    (finding,) = differencing.check_pair(first, second)
    return finding.faults


def test_a_quarter_that_adds_ten_people_or_more_to_each_total_discloses_nothing() -> None:
    second = release(["2020-Q2", "2020-Q3"], {**BEFORE, **cells("2020-Q3", 30, 5)})
    assert faults(FIRST, second) == faults(second, FIRST) == []


def test_a_total_that_grows_by_a_few_in_an_added_quarter_is_disclosed() -> None:
    few = {**BEFORE, **cells("2020-Q3", 30, 0), ("2020-Q3", "VNM", "20-29", "F", "MS", "ICE"): 5}
    second = release(["2020-Q2", "2020-Q3"], few)
    assert faults(FIRST, second) == ["sex F of the added quarters is 5"]


def test_a_total_that_is_announced_as_inexact_is_not_disclosed_if_another_one_is() -> None:
    few = {**BEFORE, **cells("2020-Q3", 30, 0), ("2020-Q3", "VNM", "20-29", "F", "MS", "ICE"): 5}
    alone = release(["2020-Q2", "2020-Q3"], few, {FEMALE: 8})
    both = release(["2020-Q2", "2020-Q3"], few, {FEMALE: 8, MALE: 8})
    assert faults(FIRST, alone) == ["sex F of the added quarters is 5, by the other totals"]
    assert faults(FIRST, both) == []


def test_changes_of_the_quarters_that_both_cover_are_attacked_as_ever() -> None:
    changed = {**BEFORE, ("2020-Q2", "VNM", "20-29", "M", "MS", "ICE"): 31}
    second = release(["2020-Q2", "2020-Q3"], {**changed, **cells("2020-Q3", 30, 30)})
    assert "sex M differs by 1" in faults(FIRST, second)


def test_releases_of_which_neither_covers_all_quarters_of_the_other_fail() -> None:
    first = release(["2020-Q2", "2020-Q3"], BEFORE)
    second = release(["2020-Q2", "2020-Q4"], BEFORE)
    assert faults(first, second) == [differencing.DIFFERENT_QUARTERS]
