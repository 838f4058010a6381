"""Near-certainty in published numbers: what a reader concludes, and what stays open."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

from referrals.publishing.audit.groups.near_certainty import (
    groups_of,
    near_certain,
    near_certain_exactly,
)
from referrals.publishing.audit.public_release import PublicRelease
from referrals.publishing.cell_codes import Codes, Fact, Year
from referrals.reference.codelists import FINEST

pytestmark = pytest.mark.publishing

YEAR = "2021-22"
CATEGORIES = {
    "quarter": ["2021-Q2", "2021-Q3"],
    "nationality": ["ALB", "VNM"],
    "age_band": ["0-17", "20-29", "_NK"],
    "sex": ["M", "F"],
    "crime_type": ["MS", "DA", "_NK"],
    "outcome": ["NFA", "ICE"],
}
T = "_T"


def cells_of(age_band: str, crime: str) -> list[Codes]:
    """Return the 16 finest cells of an age band and a crime type."""
    chosen = {**CATEGORIES, "age_band": [age_band], "crime_type": [crime]}
    return list(itertools.product(*(chosen[name] for name in FINEST)))


def spread(number: int, age_band: str, crime: str = "MS") -> dict[Codes, int]:
    """Return cells that show a number of people of an age band and a crime type."""
    keys = cells_of(age_band, crime)
    share, rest = divmod(number, len(keys))
    return {key: share + (position < rest) for position, key in enumerate(keys)}


def release(
    cells: Mapping[Codes, int], *, error: int = 8, facts: tuple[Fact, ...] = (), **more: object
) -> tuple[PublicRelease, Year]:
    year = Year(YEAR, CATEGORIES, cells, facts)
    made = PublicRelease(
        folder=Path("made"),
        release_id="made",
        status="official",
        method="rounding",
        years={YEAR: year},
        published={},
        largest_error=dict.fromkeys(range(2, 6), error),
        revises="",
        problems=(),
        **more,  # type: ignore[arg-type]
    )
    return made, year


OTHERS = {**spread(400, "20-29", crime="DA"), **spread(400, "20-29", crime="MS")}


def of_children(found: Iterable[str]) -> list[str]:
    return [each for each in found if each.startswith("age band 0-17 in")]


def in_fives() -> dict[Codes, int]:
    """Return 16 cells of people under 18 that show 5 each: none of them is exact."""
    return dict.fromkeys(cells_of("0-17", "MS"), 5)


def test_all_of_an_exact_group_are_found_though_their_number_is_adjusted() -> None:
    # 16 cells of 5 are 80 for certain, and at least 80 - 3 of them are shown with the crime.
    assert of_children(near_certain(*release({**OTHERS, **in_fives()}, error=3))) == [
        "age band 0-17 in 2021-22: 96% or more are crime type MS"
    ]


@pytest.mark.parametrize(("error", "is_found"), [(4, True), (5, False)])
def test_a_larger_announced_error_leaves_the_share_open(error: int, *, is_found: bool) -> None:
    assert (100 * (80 - error) >= 95 * 80) is is_found
    found = of_children(near_certain(*release({**OTHERS, **in_fives()}, error=error)))
    assert bool(found) is is_found


def test_numbers_of_smallest_groups_that_are_exact_narrow_the_share() -> None:
    cells = {**OTHERS, **spread(229, "0-17")}
    assert min(value for codes, value in cells.items() if codes[2] == "0-17") > 7
    assert of_children(near_certain(*release(cells, error=40))) == [
        "age band 0-17 in 2021-22: 100% or more are crime type MS"
    ]


def test_a_mixed_group_is_not_found() -> None:
    half = {**spread(120, "0-17"), **spread(109, "0-17", crime="DA")}
    assert list(near_certain(*release({**OTHERS, **half}))) == []


def test_not_recorded_is_neither_a_group_nor_something_to_learn() -> None:
    unknown = {**OTHERS, **spread(229, "_NK"), **spread(229, "0-17", crime="_NK")}
    found = list(near_certain(*release(unknown)))
    assert [each for each in found if "_NK" in each] == []


def test_a_total_that_is_not_exact_leaves_more_open() -> None:
    cells = {**OTHERS, **dict.fromkeys(spread(16, "0-17"), 14)}
    inexact = {(YEAR, T, "0-17", T, T, T): 40}
    assert any("age band 0-17 in" in each for each in near_certain(*release(cells)))
    found = near_certain(*release(cells, inexact_totals=inexact, cell_errors={YEAR: 10}, error=40))
    assert not any("age band 0-17 in" in each for each in found)


def test_a_published_fact_makes_a_number_exact() -> None:
    cells = {**OTHERS, **in_fives()}
    fact = Fact("F1", YEAR, {"age_band": ["0-17"], "crime_type": ["MS"]}, 80, 80)
    alone = [each for each in near_certain(*release(cells)) if "0-17 in" in each]
    beside = [each for each in near_certain(*release(cells, facts=(fact,))) if "0-17 in" in each]
    assert alone == []
    assert beside == ["age band 0-17 in 2021-22: 100% or more are crime type MS"]


def test_a_share_of_a_large_group_is_a_statistic() -> None:
    large = {**OTHERS, **dict.fromkeys(spread(16, "0-17"), 60)}
    one = {next(iter(spread(16, "0-17", crime="DA"))): 5}
    found = list(near_certain(*release({**large, **one})))
    assert [each for each in found if each.startswith("age band 0-17 in")] == []


def test_a_large_group_that_is_known_to_share_a_code_without_exception_is_found() -> None:
    cells = {**OTHERS, **dict.fromkeys(spread(16, "0-17"), 60)}
    assert of_children(near_certain(*release(cells))) == [
        "age band 0-17 in 2021-22: 100% or more are crime type MS"
    ]


def test_a_code_counts_at_least_what_all_others_leave_of_an_exact_group() -> None:
    # 5 of the 101 are known to be of other crimes, so 96 are of this one, though 88 could be.
    sixes = dict.fromkeys(cells_of("0-17", "MS"), 6)
    cells = {**OTHERS, **sixes, cells_of("0-17", "DA")[0]: 5}
    others, unknown = [
        Fact(crime, YEAR, {"age_band": ["0-17"], "crime_type": [crime]}, number, number)
        for crime, number in (("DA", 5), ("_NK", 0))
    ]
    assert of_children(near_certain(*release(cells, facts=(others,)))) == []
    assert of_children(near_certain(*release(cells, facts=(others, unknown)))) == [
        "age band 0-17 in 2021-22: 95% or more are crime type MS"
    ]


def test_a_code_of_nearly_the_whole_year_says_nothing_more_about_a_group() -> None:
    large = dict.fromkeys(spread(16, "20-29"), 60)
    assert [each for each in near_certain(*release(large)) if "MS" in each] == []
    small = dict.fromkeys(spread(16, "20-29"), 20)
    assert [each for each in near_certain(*release(small)) if "MS" in each] == [
        "all in 2021-22: 100% or more are crime type MS"
    ]


def test_pairs_of_identifying_dimensions_are_looked_at() -> None:
    pair = {codes: 30 for codes in spread(16, "0-17") if codes[1] == "ALB"}
    rest = {codes: 30 for codes in spread(16, "0-17", crime="DA") if codes[1] == "VNM"}
    found = list(near_certain(*release({**OTHERS, **pair, **rest})))
    assert any(each.startswith("nationality ALB, age band 0-17 in") for each in found)


EXACT: dict[Codes, int | None] = {
    (T, T, T, T, T, T): 800,
    (T, T, T, T, "MS", T): 500,
    (T, T, T, T, "DA", T): 300,
    (T, "ALB", T, T, T, T): 194,
    (T, "ALB", T, T, "MS", T): 193,
    (T, "ALB", T, T, "DA", T): None,
    (T, "VNM", T, T, T, T): 606,
    (T, "VNM", T, T, "MS", T): 307,
    (T, "VNM", T, T, "DA", T): 299,
    (T, T, "_NK", T, T, T): 20,
    (T, T, "_NK", T, "MS", T): 20,
    (T, T, T, T, "MS", "NFA"): 250,
    (T, T, T, T, T, "NFA"): 400,
}


def test_exact_tables_show_the_share_itself() -> None:
    assert list(near_certain_exactly(EXACT)) == ["nationality ALB: 193 of 194 are crime type MS"]
    beside = {**EXACT, (T, "ALB", T, T, "MS", T): 184}
    assert list(near_certain_exactly(beside)) == []
    of_crime = {**EXACT, (T, T, T, T, "DA", "NFA"): 290}
    assert "crime type DA: 290 of 300 are outcome NFA" in list(near_certain_exactly(of_crime))


@pytest.mark.parametrize("others", [0, 10])
def test_exact_tables_of_a_year_in_which_nearly_all_share_a_code_are_a_statistic(
    others: int,
) -> None:
    of_year = {**EXACT, (T, T, T, T, "MS", T): 800 - others, (T, T, T, T, "DA", T): others}
    assert list(near_certain_exactly(of_year)) == []


def test_the_groups_that_are_looked_at_are_counted() -> None:
    _, year = release({})
    # One dimension: 2 quarters, 2 nationalities, 3 ages, 2 sexes, 3 crime types, 2 outcomes.
    # Two of the first four: 2 * 2 + 2 * 3 + 2 * 2 + 2 * 3 + 2 * 2 + 3 * 2.
    assert groups_of(year) == 14 + 30
