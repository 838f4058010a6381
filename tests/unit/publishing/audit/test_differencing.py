"""Two releases of one period: all that they tell together is found, held against trying every truth behind them."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

import pytest

from referrals.publishing.audit import differencing
from referrals.publishing.audit.differencing import behind, told
from referrals.publishing.audit.public_release import Codes, Fact, PublicRelease, Year, describe
from referrals.reference.codelists import FINEST

pytestmark = pytest.mark.publishing

T = "_T"
YEAR = "2020-21"
QUARTERS = [f"{year}-Q{quarter}" for year in range(2020, 2024) for quarter in range(1, 5)][1:]
CATEGORIES = {
    "quarter": QUARTERS,
    "nationality": ["VNM"],
    "age_band": ["20-29", "30-39", "40-49", "50-59"],
    "sex": ["M", "F"],
    "crime_type": ["MS", "DA", "OTH"],
    "outcome": ["ICE"],
}
AGES, CRIMES = CATEGORIES["age_band"], CATEGORIES["crime_type"]
CELL = ("2020-Q2", "VNM", "20-29", "F", "MS", "ICE")
LATER = ("2020-Q3", *CELL[1:])
MALE = (*CELL[:3], "M", *CELL[4:])
LATER_MALE = (*LATER[:3], "M", *LATER[4:])
OTHERS = [
    ("2020-Q3", "VNM", age, "M", crime, "ICE")
    for age, crime in (("30-39", "DA"), ("40-49", "OTH"), ("50-59", "DA"))
]
"""Cells with all the codes that CELL does not have. They grow, so that many cells that show 0 could have grown with them."""
SHOWN = (0, 5, 6, 7, 8, 9, 10, 12)


def year(cells: Mapping[Codes, int], name: str = YEAR) -> Year:
    return Year(name, CATEGORIES, {codes: value for codes, value in cells.items() if value}, ())


def truths(shown: int) -> set[int]:
    """Every count that the rule could have made into a published number: 5 and more stays, 1 to 4 becomes 0, 5, 6 or 7."""
    return {
        true for true in range(60) if shown == true or (1 <= true <= 4 and shown in {0, 5, 6, 7})
    }


STEPS: Sequence[Sequence[tuple[int, int]]] = (
    (), ((5, 6),), ((5, 7),), ((0, 5), (7, 5)), ((0, 5), (6, 5)), ((0, 5),), ((0, 6),),
)  # fmt: skip
"""Pairs of small numbers whose differences add up to 0, 1, 2 and so on."""


def moved(cells: Sequence[Codes], by: int) -> dict[Codes, tuple[int, int]]:
    """Numbers of cells, small ones, that move their sum by so much, though each cell alone can have stayed as it was."""
    numbers = [*STEPS[by % 7], *[(0, 7) if by > 0 else (7, 0)] * abs(by // 7)]
    return dict(zip(cells[: len(numbers)], numbers, strict=True))


def pair(before: int, after: int, most: int) -> tuple[Year, Year]:
    """Two years in which CELL shows two numbers, and in which two of its totals leave it to grow by `most`, the others more."""
    rest, later = most - (after - before), QUARTERS[1:]
    numbers = {
        CELL: (before, after),
        **moved([(quarter, *CELL[1:]) for quarter in later], rest),
        **moved(
            [("2020-Q2", "VNM", age, "M", crime, "ICE") for age in AGES for crime in CRIMES], rest
        ),
    }
    for one in (LATER_MALE, *OTHERS):
        numbers |= moved([(quarter, *one[1:]) for quarter in later], 7 * len(later))
    old, new = ({codes: number[place] for codes, number in numbers.items()} for place in (0, 1))
    return year(old), year(new)


def told_of_cell(before: int, after: int, most: int) -> list[str]:
    return [
        one for one in told(*pair(before, after, most)) if one.startswith(f"{describe(CELL)} shows")
    ]


def release(name: str, *years: Year) -> PublicRelease:
    return PublicRelease(
        Path(name), name, "official", "rounding", {one.year: one for one in years}, {}, {}, "", ()
    )


@pytest.mark.parametrize("shown", SHOWN)
def test_what_a_number_can_stand_for_is_what_the_rule_could_have_made_it_from(shown: int) -> None:
    assert set(behind(shown)) == truths(shown)


@pytest.mark.parametrize("most", [0, 3, 10, 12, 40])
@pytest.mark.parametrize(
    ("before", "after"), [pair for pair in itertools.product(SHOWN, SHOWN) if pair[0] != pair[1]]
)
def test_a_cell_is_told_exactly_where_trying_every_truth_leaves_a_narrow_range(
    before: int, after: int, most: int
) -> None:
    possible = [
        (old, new) for old in truths(before) for new in truths(after) if 0 <= new - old <= most
    ]
    ranges = [{old for old, _ in possible}, {new for _, new in possible}]
    narrow = [
        found for shown, found in zip((before, after), ranges, strict=True) if shown <= 7 and found
    ]
    grown = {new - old for old, new in possible}
    narrow += [grown] if grown & {1, 2, 3, 4} else []
    expected = not possible or any(max(found) - min(found) < 4 for found in narrow)
    said = told_of_cell(before, after, most)
    assert len(said) == expected
    assert not said or ("cannot both be true" in said[0]) == (not possible)


def test_a_6_that_becomes_a_5_cannot_have_been_6_and_is_named() -> None:
    assert told_of_cell(6, 5, 20) == [f"{describe(CELL)} shows 6 and then 5: it is 1 to 4"]


def test_a_cell_that_shows_the_same_number_tells_nothing() -> None:
    for shown in SHOWN:
        assert told_of_cell(shown, shown, 20) == []


def test_a_cell_that_alone_can_have_grown_has_grown_by_all_that_its_totals_did() -> None:
    old: dict[Codes, int] = {LATER_MALE: 200, **dict.fromkeys(OTHERS, 100)}
    said = list(told(year(old), year({**old, CELL: 12})))
    assert [one for one in said if "shows" in one] == [
        f"{describe(CELL)} shows 0 and then 12: it is 0 to 0"
    ]


LARGE: Mapping[Codes, int] = {
    (quarter, "VNM", age, sex, crime, "ICE"): 30
    for quarter, age, sex, crime in itertools.product(
        QUARTERS[:2], AGES, CATEGORIES["sex"], CRIMES[:2]
    )
}
"""Large cells of everybody, of two crime types."""


def grown(by: int, *, but: Mapping[Codes, int] = MappingProxyType({})) -> Year:
    """A year in which large cells have grown by so much, but for some."""
    return year({codes: value + but.get(codes, by) for codes, value in LARGE.items()})


@pytest.mark.parametrize(
    ("by", "is_told"), [(0, False), (1, True), (2, True), (4, True), (5, False), (30, False)]
)
def test_a_large_cell_that_moves_by_1_to_4_tells_of_so_many_people_and_is_named(
    by: int, is_told: bool
) -> None:
    few: Mapping[Codes, int] = {CELL: by, LATER: 0, MALE: 0, LATER_MALE: 0}
    said = list(told(year(LARGE), grown(20, but=few)))
    named = f"{describe(CELL)} shows 30 and then {30 + by}: {by} were added or removed"
    assert [one for one in said if "shows" in one] == ([named] if is_told else [])


def test_what_is_left_of_a_total_without_its_exact_cells_may_not_move_by_a_few() -> None:
    small = (*CELL[:4], "OTH", "ICE")
    old, new = ({**one.cells, small: number} for one, number in ((year(LARGE), 5), (grown(20), 7)))
    assert "quarter 2020-Q2 without its exact cells differs by 2" in told(year(old), year(new))


def test_a_sum_that_a_fact_makes_exact_in_both_may_not_move_by_a_few() -> None:
    small, fact = (
        (*CELL[:4], "OTH", "ICE"),
        Fact("E", YEAR, {"sex": ["F"], "crime_type": ["MS", "DA"]}, 480, 480),
    )
    males = {codes: 20 for codes in LARGE if codes[3] == "M"}
    new = {**grown(0, but=males).cells, (*LATER[:4], "OTH", "ICE"): 7, small: 7}
    years = [
        Year(YEAR, CATEGORIES, cells, [fact])
        for cells in ({**LARGE, (*LATER[:4], "OTH", "ICE"): 6, small: 6}, new)
    ]
    assert "sex F, crime type OTH differs by 2" in told(*years)
    assert "sex F, crime type OTH differs by 2" not in told(*(year(one.cells) for one in years))


def test_a_cell_of_a_fact_that_is_exact_in_both_cannot_have_grown() -> None:
    old, new = pair(0, 20, 40)
    fact = Fact("E", YEAR, {"sex": ["F"], "crime_type": ["DA", "OTH"]}, 0, 0)
    said = list(told(*(Year(YEAR, CATEGORIES, one.cells, [fact]) for one in (old, new))))
    assert "sex F: all who were added or removed are crime type MS" in said


def test_people_who_came_in_and_can_only_be_of_one_crime_type_are_named_group_by_group() -> None:
    said = list(
        told(
            year(LARGE),
            grown(20, but=dict.fromkeys([codes for codes in LARGE if codes[4] == "DA"], 0)),
        )
    )
    assert said[0] == "all: all who were added or removed are crime type MS"
    assert (
        "nationality VNM, age band 20-29, sex F: all who were added or removed are crime type MS"
        in said
    )


def test_those_of_one_group_are_named_though_others_who_came_in_are_of_two_crime_types() -> None:
    alike: Mapping[Codes, int] = {(quarter, *CELL[1:4], "DA", "ICE"): 0 for quarter in QUARTERS[:2]}
    assert list(told(year(LARGE), grown(20, but=alike))) == [
        "age band 20-29, sex F: all who were added or removed are crime type MS",
        "nationality VNM, age band 20-29, sex F: all who were added or removed are crime type MS",
    ]


def test_a_small_cell_that_can_have_grown_hides_what_the_others_of_its_group_share() -> None:
    old, new = pair(0, 20, 40)
    assert not [
        one for one in told(old, new) if describe((T, *CELL[1:4], T, T)) in one and "all who" in one
    ]


def test_a_year_in_which_everybody_is_of_one_crime_type_tells_that_alone() -> None:
    old = {codes: value for codes, value in LARGE.items() if codes[4] == "MS"}
    assert list(told(year(old), year({codes: value + 20 for codes, value in old.items()}))) == []


@pytest.mark.parametrize(
    ("moved", "is_told"), [(0, False), (1, True), (2, True), (9, True), (10, False), (11, False)]
)
def test_an_exact_total_may_stay_or_move_by_ten_and_nothing_between(
    moved: int, is_told: bool
) -> None:
    said = list(told(year({LATER: 200, MALE: 200}), year({LATER: 200 + moved, MALE: 200})))
    totals = [one for one in said if "differs by" in one]
    assert bool(totals) == is_told
    assert all(one.endswith(f"differs by {moved}") for one in totals)


def test_a_total_that_falls_is_told_as_one_that_rises() -> None:
    said = list(told(year({LATER: 200, MALE: 200}), year({LATER: 197, MALE: 230})))
    assert "quarter 2020-Q3 differs by 3" in said
    assert "sex F differs by 3" in said


def test_every_dimension_is_looked_at_for_totals_that_move() -> None:
    said = list(told(year({CELL: 20}), year({CELL: 23})))
    assert [one for one in said if "differs" in one] == [
        f"{name.replace('_', ' ')} {code} differs by 3"
        for name, code in zip(FINEST, CELL, strict=True)
    ]


def test_two_releases_that_are_the_same_tell_nothing() -> None:
    one = year({CELL: 6, LATER: 30, MALE: 40})
    ((title, said, looked_at),) = differencing.of_pair(
        release("first", one), release("second", one)
    )
    assert (said, looked_at) == ([], 3)
    assert title.startswith("first and second, 2020-21")


def test_the_order_in_which_two_releases_are_given_does_not_matter() -> None:
    old, new = pair(6, 5, 20)
    (first,) = differencing.of_pair(release("a", old), release("b", new))
    (second,) = differencing.of_pair(release("b", new), release("a", old))
    assert first[1] == second[1] != []


def test_releases_that_share_no_year_are_not_compared() -> None:
    one, other = year({CELL: 20}), year({CELL: 23}, "2021-22")
    assert list(differencing.of_pair(release("a", one), release("b", other))) == []


def test_only_the_years_that_both_cover_are_compared() -> None:
    shared, alone = year({CELL: 20}), year({CELL: 20}, "2021-22")
    (found,) = differencing.of_pair(release("a", shared, alone), release("b", shared))
    assert found[0] == "a and b, 2020-21: read together they tell nothing more"


def test_two_groupings_of_the_same_records_are_refused() -> None:
    other = Year(YEAR, {**CATEGORIES, "nationality": ["_OTH"]}, {}, ())
    ((_, said, _),) = differencing.of_pair(release("a", year({CELL: 20})), release("b", other))
    assert said == ["they group codes differently, and such a pair cannot be proved safe"]


# A table of exact counts published beside a release.

BESIDE: Mapping[Codes, int] = {CELL: 5, LATER: 20, MALE: 6, LATER_MALE: 30}


def said_of(value: int, *codes: str, facts: Sequence[Fact] = ()) -> list[str]:
    one = Year(YEAR, CATEGORIES, BESIDE, facts)
    return list(differencing.of_table(release("first", one), {codes: value}))


@pytest.mark.parametrize(("sex", "count"), [(T, 61), ("F", 25), ("M", 36)])
def test_an_exact_total_of_one_dimension_tells_nothing(sex: str, count: int) -> None:
    assert said_of(count, YEAR, T, T, sex, T, T) == []


def test_a_total_that_differs_is_named_for_the_records_are_not_the_same() -> None:
    (said,) = said_of(26, YEAR, T, T, "F", T, T)
    assert said.startswith("sex F is exactly 26, and the release says that it is exactly 25")


@pytest.mark.parametrize(
    ("value", "rest"),
    [(5, "which the release leaves open"), (3, "and was shown as 5"), (0, "and was")],
)
def test_an_exact_number_behind_a_small_cell_is_named_whatever_it_is(value: int, rest: str) -> None:
    (said,) = said_of(value, *CELL)
    assert said.startswith(f"{describe(CELL)} is exactly {value}, {rest}")


def test_an_exact_sum_that_the_release_leaves_open_is_named_however_large() -> None:
    (said,) = said_of(26, "2020-Q2", T, T, "M", T, T)
    assert said == "quarter 2020-Q2, sex M is exactly 26, and was shown as 6 (2020-21)"


def test_a_cell_that_is_large_enough_to_be_exact_tells_nothing() -> None:
    assert said_of(30, *LATER_MALE) == []


def test_a_sum_that_totals_and_facts_leave_one_number_tells_nothing() -> None:
    fact = Fact("males", YEAR, {"quarter": ["2020-Q2"], "sex": ["M"]}, 6, 6)
    female = ("2020-Q2", T, T, "F", T, T)
    assert said_of(5, *female, facts=[fact]) == []
    assert said_of(5, *female) != []


def test_a_code_that_the_release_groups_is_named() -> None:
    (said,) = said_of(30, YEAR, "IND", T, T, T, T)
    assert "nationality IND is exactly 30, and the release does not tell it apart" in said


def test_a_table_of_another_year_is_passed_over() -> None:
    assert said_of(3, "1999-00", "VNM", "20-29", "F", "MS", "ICE") == []
