"""Differencing: the disclosures of two releases, against a list of the counts behind them."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import pytest

from referrals.publishing.audit import differencing, outside_tables
from referrals.publishing.audit.differencing import disclosures
from referrals.publishing.audit.marginal_sums import possible_counts
from referrals.publishing.audit.public_release import PublicRelease
from referrals.publishing.cell_codes import Codes, Fact, Year, describe
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
WITH_OTHER_CODES = [
    ("2020-Q3", "VNM", age, "M", crime, "ICE")
    for age, crime in (("30-39", "DA"), ("40-49", "OTH"), ("50-59", "DA"))
]
"""Cells with codes that CELL doesn't have. If they grow, many cells that show 0 can have grown."""
SHOWN = (0, 5, 6, 7, 8, 9, 10, 12)

SMALL_MOVES: Sequence[Sequence[tuple[int, int]]] = (
    (),
    ((5, 6),),
    ((5, 7),),
    ((0, 5), (7, 5)),
    ((0, 5), (6, 5)),
    ((0, 5),),
    ((0, 6),),
)
"""Pairs of small numbers, before and after, whose differences add up to 0, 1, 2 and so on."""


def year(cells: Mapping[Codes, int], *, name: str = YEAR, facts: Sequence[Fact] = ()) -> Year:
    shown = {codes: value for codes, value in cells.items() if value}
    return Year(name, CATEGORIES, shown, facts)


def counts_behind(shown: int) -> set[int]:
    """Return the counts that rounding can turn into a number: 1 to 4 become 0, 5, 6 or 7."""
    return {
        count
        for count in range(60)
        if shown == count or (1 <= count <= 4 and shown in {0, 5, 6, 7})
    }


def moves(cells: Sequence[Codes], by: int) -> dict[Codes, tuple[int, int]]:
    """Return small numbers that move the sum of cells, though no cell need have changed."""
    sevens = [(0, 7) if by > 0 else (7, 0)] * abs(by // 7)
    numbers = [*SMALL_MOVES[by % 7], *sevens]
    return dict(zip(cells[: len(numbers)], numbers, strict=True))


def pair(before: int, after: int, most_growth: int) -> tuple[Year, Year]:
    """Return two editions of CELL, with two of its totals that limit its growth."""
    rest, later = most_growth - (after - before), QUARTERS[1:]
    same_quarter = [("2020-Q2", "VNM", age, "M", crime, "ICE") for age in AGES for crime in CRIMES]
    numbers: dict[Codes, tuple[int, int]] = {CELL: (before, after)}
    numbers |= moves([(quarter, *CELL[1:]) for quarter in later], rest)
    numbers |= moves(same_quarter, rest)
    for codes in (LATER_MALE, *WITH_OTHER_CODES):
        numbers |= moves([(quarter, *codes[1:]) for quarter in later], 7 * len(later))
    old = {codes: number for codes, (number, _) in numbers.items()}
    new = {codes: number for codes, (_, number) in numbers.items()}
    return year(old), year(new)


def disclosures_of_cell(before: int, after: int, most_growth: int) -> list[str]:
    """Return the disclosures about CELL."""
    return [
        text
        for text in disclosures(*pair(before, after, most_growth))
        if text.startswith(f"{describe(CELL)} shows")
    ]


def release(name: str, *years: Year) -> PublicRelease:
    return PublicRelease(
        folder=Path(name),
        release_id=name,
        status="official",
        method="rounding",
        years={year.year: year for year in years},
        published={},
        largest_error={},
        revises="",
        problems=(),
    )


# Cells.


@pytest.mark.parametrize("shown", SHOWN)
def test_possible_counts_are_those_that_rounding_can_turn_into_the_number(shown: int) -> None:
    assert set(possible_counts(shown)) == counts_behind(shown)


def possible_pairs(
    before: int, after: int, most_growth: int, least_growth: int = 0
) -> list[tuple[int, int]]:
    """Return the counts that can be behind two numbers of a cell."""
    return [
        (old, new)
        for old in counts_behind(before)
        for new in counts_behind(after)
        if least_growth <= new - old <= most_growth
    ]


def is_narrow(before: int, after: int, most_growth: int, least_growth: int = 0) -> bool:
    """Return whether the counts behind two numbers leave too narrow an interval."""
    possible = possible_pairs(before, after, most_growth, least_growth)
    if not possible:
        return True
    intervals = []
    if before <= 7:
        intervals.append({old for old, _ in possible})
    if after <= 7:
        intervals.append({new for _, new in possible})
    growth = {new - old for old, new in possible}
    if growth & {1, 2, 3, 4}:
        intervals.append(growth)
    return any(max(found) - min(found) < 4 for found in intervals)


@pytest.mark.parametrize(
    "most_growth",
    [0, 10, *(pytest.param(growth, marks=pytest.mark.slow) for growth in (3, 12, 40))],
)
@pytest.mark.parametrize(
    ("before", "after"), [pair for pair in itertools.product(SHOWN, SHOWN) if pair[0] != pair[1]]
)
def test_a_cell_is_disclosed_if_listing_all_counts_leaves_a_narrow_interval(
    before: int, after: int, most_growth: int
) -> None:
    found = disclosures_of_cell(before, after, most_growth)
    assert len(found) == is_narrow(before, after, most_growth)
    is_contradiction = not possible_pairs(before, after, most_growth)
    assert ("cannot both be true" in "".join(found)) == is_contradiction


@pytest.mark.parametrize(("before", "after"), list(itertools.product(SHOWN, SHOWN)))
def test_two_numbers_and_a_limit_of_growth_disclose_what_listing_all_counts_does(
    before: int, after: int
) -> None:
    for least, most in itertools.product(range(9), range(14)):
        found = list(differencing._cell_disclosures(CELL, before, after, least=least, most=most))
        assert bool(found) == is_narrow(before, after, most, least), (least, most)


def test_a_cell_that_shows_6_and_then_5_is_disclosed_not_to_have_been_6() -> None:
    assert disclosures_of_cell(6, 5, 20) == [f"{describe(CELL)} shows 6 and then 5: it is 1 to 4"]


@pytest.mark.parametrize("shown", SHOWN)
def test_a_cell_that_shows_the_same_number_is_not_disclosed(shown: int) -> None:
    assert disclosures_of_cell(shown, shown, 20) == []


def test_a_cell_that_alone_can_have_grown_is_disclosed_to_have_grown_by_all_of_its_totals() -> None:
    old: dict[Codes, int] = {LATER_MALE: 200, **dict.fromkeys(WITH_OTHER_CODES, 100)}
    found = disclosures(year(old), year({**old, CELL: 12}))
    assert [text for text in found if "shows" in text] == [
        f"{describe(CELL)} shows 0 and then 12: it is 0 to 0"
    ]


LARGE: Mapping[Codes, int] = {
    (quarter, "VNM", age, sex, crime, "ICE"): 30
    for quarter, age, sex, crime in itertools.product(
        QUARTERS[:2], AGES, CATEGORIES["sex"], CRIMES[:2]
    )
}
"""Large cells of everybody, of two crime types."""


def grown(by: int, *, except_for: Mapping[Codes, int] = MappingProxyType({})) -> Year:
    """Return a year in which all large cells have grown by a number, some of them by another."""
    return year({codes: value + except_for.get(codes, by) for codes, value in LARGE.items()})


@pytest.mark.parametrize(
    ("by", "is_disclosed"), [(0, False), (1, True), (2, True), (4, True), (5, False), (30, False)]
)
def test_the_growth_of_a_large_cell_is_disclosed_if_it_is_1_to_4(
    by: int, is_disclosed: bool
) -> None:
    few: Mapping[Codes, int] = {CELL: by, LATER: 0, MALE: 0, LATER_MALE: 0}
    found = disclosures(year(LARGE), grown(20, except_for=few))
    expected = f"{describe(CELL)} shows 30 and then {30 + by}: {by} were added or removed"
    assert [text for text in found if "shows" in text] == ([expected] if is_disclosed else [])


# Sums.


@pytest.mark.parametrize(("before", "after"), [(5, 7), (7, 5)])
def test_a_total_that_moves_by_a_few_without_its_exact_cells_is_disclosed(
    before: int, after: int
) -> None:
    small = (*CELL[:4], "OTH", "ICE")
    old, new = year({**LARGE, small: before}), year({**grown(20).cells, small: after})
    assert "quarter 2020-Q2 without its exact cells differs by 2" in disclosures(old, new)


def test_a_sum_that_a_fact_makes_exact_in_both_is_disclosed_if_it_moves_by_a_few() -> None:
    small, later_small = (*CELL[:4], "OTH", "ICE"), (*LATER[:4], "OTH", "ICE")
    fact = Fact("E", YEAR, {"sex": ["F"], "crime_type": ["MS", "DA"]}, 480, 480)
    males = {codes: 20 for codes in LARGE if codes[3] == "M"}
    old = {**LARGE, later_small: 6, small: 6}
    new = {**grown(0, except_for=males).cells, later_small: 7, small: 7}
    disclosure = "sex F, crime type OTH differs by 2"
    assert disclosure in disclosures(year(old, facts=[fact]), year(new, facts=[fact]))
    assert disclosure not in disclosures(year(old), year(new))


@pytest.mark.parametrize(
    ("moved", "is_disclosed"),
    [(0, False), (1, True), (2, True), (9, True), (10, False), (11, False)],
)
def test_an_exact_total_is_disclosed_if_it_moves_by_1_to_9(moved: int, is_disclosed: bool) -> None:
    found = disclosures(year({LATER: 200, MALE: 200}), year({LATER: 200 + moved, MALE: 200}))
    totals = [text for text in found if "differs by" in text]
    assert bool(totals) == is_disclosed
    assert all(text.endswith(f"differs by {moved}") for text in totals)


def test_an_exact_total_that_falls_by_a_few_is_disclosed_like_one_that_rises() -> None:
    found = list(disclosures(year({LATER: 200, MALE: 200}), year({LATER: 197, MALE: 230})))
    assert "quarter 2020-Q3 differs by 3" in found
    assert "sex F differs by 3" in found


def test_exact_totals_of_every_dimension_are_checked() -> None:
    found = disclosures(year({CELL: 20}), year({CELL: 23}))
    assert [text for text in found if "differs" in text] == [
        f"{name.replace('_', ' ')} {code} differs by 3"
        for name, code in zip(FINEST, CELL, strict=True)
    ]


# Groups.


def test_a_cell_of_a_fact_that_is_exact_in_both_cannot_have_grown() -> None:
    old, new = pair(0, 20, 40)
    fact = Fact("E", YEAR, {"sex": ["F"], "crime_type": ["DA", "OTH"]}, 0, 0)
    found = disclosures(year(old.cells, facts=[fact]), year(new.cells, facts=[fact]))
    assert "sex F: all who were added or removed are crime type MS" in found


def test_every_group_whose_added_people_can_only_be_of_one_crime_type_is_disclosed() -> None:
    unchanged = {codes: 0 for codes in LARGE if codes[4] == "DA"}
    found = list(disclosures(year(LARGE), grown(20, except_for=unchanged)))
    group = "nationality VNM, age band 20-29, sex F"
    assert found[0] == "all: all who were added or removed are crime type MS"
    assert f"{group}: all who were added or removed are crime type MS" in found


def test_a_group_is_disclosed_even_if_the_people_added_to_others_are_of_two_crime_types() -> None:
    unchanged: dict[Codes, int] = {
        (quarter, *CELL[1:4], "DA", "ICE"): 0 for quarter in QUARTERS[:2]
    }
    assert list(disclosures(year(LARGE), grown(20, except_for=unchanged))) == [
        "age band 20-29, sex F: all who were added or removed are crime type MS",
        "nationality VNM, age band 20-29, sex F: all who were added or removed are crime type MS",
    ]


def test_a_group_is_not_disclosed_if_a_small_cell_of_another_code_can_have_grown() -> None:
    group = describe((T, *CELL[1:4], T, T))
    found = disclosures(*pair(0, 20, 40))
    assert [text for text in found if group in text and "all who" in text] == []


def test_groups_are_not_disclosed_if_the_whole_year_is_of_one_crime_type() -> None:
    old = {codes: value for codes, value in LARGE.items() if codes[4] == "MS"}
    new = {codes: value + 20 for codes, value in old.items()}
    assert list(disclosures(year(old), year(new))) == []


# Pairs of releases.


def test_two_identical_releases_disclose_nothing() -> None:
    same = year({CELL: 6, LATER: 30, MALE: 40})
    (finding,) = differencing.check_pair(release("first", same), release("second", same))
    assert (finding.faults, finding.looked_at) == ([], 3)
    assert finding.name.startswith("first and second, 2020-21")


def test_the_order_of_two_releases_does_not_matter() -> None:
    old, new = pair(6, 5, 20)
    (first,) = differencing.check_pair(release("a", old), release("b", new))
    (second,) = differencing.check_pair(release("b", new), release("a", old))
    assert first.faults == second.faults != []


@pytest.mark.parametrize(
    ("first", "second", "is_mixed"),
    [
        ((), (), False),
        ((), ("added",), False),
        ((), ("added", "added"), False),
        ((), ("added", "removed"), True),
        ((), ("corrected",), True),
        (("added",), ("added", "removed"), False),
        (("added",), ("added", "removed", "added"), True),
        (("corrected",), ("corrected", "added"), False),
        (("added",), ("removed", "corrected"), False),
    ],
)
def test_records_were_added_and_removed_between_releases_if_the_revisions_between_say_both(
    first: Sequence[str], second: Sequence[str], is_mixed: bool
) -> None:
    one, other = (
        replace(release(name, year({CELL: 20})), revisions={YEAR: words})
        for name, words in (("a", first), ("b", second))
    )
    assert differencing._is_mixed(one, other, YEAR) == is_mixed
    assert differencing._is_mixed(other, one, YEAR) == is_mixed


def test_releases_that_share_no_year_are_not_compared() -> None:
    first, second = year({CELL: 20}), year({CELL: 23}, name="2021-22")
    assert list(differencing.check_pair(release("a", first), release("b", second))) == []


def test_two_releases_are_compared_in_the_years_that_both_cover() -> None:
    shared, other = year({CELL: 20}), year({CELL: 20}, name="2021-22")
    (finding,) = differencing.check_pair(release("a", shared, other), release("b", shared))
    assert finding.name == "a and b, 2020-21: read together they tell nothing more"


def test_the_year_is_called_one_if_a_release_is_named_like_it() -> None:
    first, second = release(YEAR, year({CELL: 20})), release("late", year({CELL: 20}))
    assert (first.of_year(YEAR), second.of_year(YEAR)) == (YEAR, f"late, {YEAR}")
    (finding,) = differencing.check_pair(first, second)
    assert finding.name == "2020-21 and late, year 2020-21: read together they tell nothing more"


def test_two_releases_that_group_codes_differently_fail() -> None:
    regrouped = Year(YEAR, {**CATEGORIES, "nationality": ["_OTH"]}, {}, ())
    (finding,) = differencing.check_pair(release("a", year({CELL: 20})), release("b", regrouped))
    assert finding.faults == ["they group codes differently, and such a pair cannot be proved safe"]


# A table of exact counts published elsewhere.

PUBLISHED: Mapping[Codes, int] = {CELL: 5, LATER: 20, MALE: 6, LATER_MALE: 30}


def table_disclosures(value: int, *codes: str, facts: Sequence[Fact] = ()) -> list[str]:
    published = release("first", year(PUBLISHED, facts=facts))
    return list(outside_tables.table_disclosures(published, {codes: value}))


@pytest.mark.parametrize(("sex", "count"), [(T, 61), ("F", 25), ("M", 36)])
def test_a_table_with_the_exact_one_way_totals_discloses_nothing(sex: str, count: int) -> None:
    assert table_disclosures(count, YEAR, T, T, sex, T, T) == []


@pytest.mark.parametrize(("sex", "count"), [(T, 61), ("F", 25)])
def test_a_table_with_the_exact_number_of_a_total_that_the_release_leaves_open_discloses_it(
    sex: str, count: int
) -> None:
    total = (YEAR, T, T, sex, T, T)
    published = replace(release("first", year(PUBLISHED)), inexact_totals={total: 8})
    (found,) = outside_tables.table_disclosures(published, {total: count})
    assert "which the release leaves open" in found


def test_a_table_with_another_one_way_total_is_not_of_the_same_records() -> None:
    (found,) = table_disclosures(26, YEAR, T, T, "F", T, T)
    assert found.startswith("sex F is exactly 26, and the release shows exactly 25")


@pytest.mark.parametrize(
    ("value", "rest"),
    [(5, "which the release leaves open"), (3, "and was shown as 5"), (0, "and was")],
)
def test_a_table_discloses_every_count_behind_a_small_number(value: int, rest: str) -> None:
    (found,) = table_disclosures(value, *CELL)
    assert found.startswith(f"{describe(CELL)} is exactly {value}, {rest}")


def test_a_table_discloses_a_large_sum_that_the_release_leaves_open() -> None:
    (found,) = table_disclosures(26, "2020-Q2", T, T, "M", T, T)
    assert found == "quarter 2020-Q2, sex M is exactly 26, and was shown as 6 (2020-21)"


def test_a_table_with_a_cell_that_is_exact_in_the_release_discloses_nothing() -> None:
    assert table_disclosures(30, *LATER_MALE) == []


def test_a_table_with_a_sum_that_totals_and_facts_determine_discloses_nothing() -> None:
    fact = Fact("males", YEAR, {"quarter": ["2020-Q2"], "sex": ["M"]}, 6, 6)
    female = ("2020-Q2", T, T, "F", T, T)
    assert table_disclosures(5, *female, facts=[fact]) == []
    assert table_disclosures(5, *female) != []


def test_a_table_discloses_a_code_that_the_release_groups() -> None:
    (found,) = table_disclosures(30, YEAR, "IND", T, T, T, T)
    assert "nationality IND is exactly 30, and the release does not publish it" in found


def test_a_table_of_another_year_is_passed_over() -> None:
    assert table_disclosures(3, "1999-00", "VNM", "20-29", "F", "MS", "ICE") == []
