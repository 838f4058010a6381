"""Group disclosure in counts: which are near-certain, and which are not."""

from __future__ import annotations

import itertools
from collections import Counter

import pytest

from referrals.publishing.disclosure.group_disclosure import NearCertain, find, is_near_certain
from referrals.reference.codelists import FINEST
from tests.fixtures import small_counts
from tests.fixtures.grouped_counts import counts, people, with_crime

pytestmark = pytest.mark.publishing


def sentences(found: list[NearCertain]) -> set[tuple[tuple[str, ...], str, int, int]]:
    return {(tuple(each.codes.values()), each.code, each.count, each.total) for each in found}


def test_nothing_is_found_in_mixed_groups() -> None:
    assert find(counts(people())) == []


@pytest.mark.parametrize(
    ("count", "total", "expected"),
    [
        (229, 229, True),
        (193, 194, True),
        (95, 100, True),
        (94, 100, False),
        (475, 500, True),
        (499, 501, False),
        (5_000, 5_000, True),
    ],
)
def test_nearly_all_of_a_small_group_are_near_certain_and_all_of_any(
    count: int, total: int, *, expected: bool
) -> None:
    assert is_near_certain(count, total) is expected


@pytest.mark.parametrize(
    "group", [("quarter", "2021-Q3"), ("nationality", "ALB"), ("age_band", "0-17")]
)
@pytest.mark.parametrize("but", [0, 1, 12])
def test_a_class_of_nearly_all_is_found_in_any_dimension(group: tuple[str, str], but: int) -> None:
    found = find(counts(with_crime(group, "MS", but)), pairs=False)
    assert sentences(found) == {((group[1],), "MS", 256 - but, 256)}


def test_a_class_of_less_is_not_found() -> None:
    assert find(counts(with_crime(("nationality", "ALB"), "MS", but=13)), pairs=False) == []


def test_the_outcome_of_nearly_all_of_one_crime_type_is_found() -> None:
    cells = {cell: 2 for cell in people() if cell[4] == "MS" or cell[5] == "NFA"}
    assert (("DA",), "NFA", 256, 256) in sentences(find(counts(cells), pairs=False))


def test_not_recorded_is_neither_a_group_nor_something_to_learn() -> None:
    unknown_class = people() - people(age_band="0-17") + people(age_band="0-17", crime_type="_NK")
    assert find(counts(unknown_class), pairs=False) == []
    unknown_age = people() - people(age_band="_NK") + people(age_band="_NK", crime_type="MS")
    assert find(counts(unknown_age), pairs=False) == []


def test_a_share_of_a_large_group_is_a_statistic_unless_it_is_everybody() -> None:
    large = {cell: value * 5 for cell, value in with_crime(("age_band", "0-17"), "MS", 2).items()}
    assert find(counts(large), pairs=False) == []
    whole = {cell: value * 5 for cell, value in with_crime(("age_band", "0-17"), "MS").items()}
    assert sentences(find(counts(whole), pairs=False)) == {(("0-17",), "MS", 1280, 1280)}


def test_a_code_of_nearly_the_whole_year_is_a_fact_of_the_year_and_not_of_its_groups() -> None:
    small = people(1, crime_type="MS") + people(1, crime_type="DA", nationality="ALB", sex="F")
    large = {cell: value * 4 for cell, value in people(crime_type="MS").items()}
    assert sentences(find(counts(people(1, crime_type="MS")))) == {((), "MS", 256, 256)}
    assert ((), "MS") not in {found[:2] for found in sentences(find(counts(small)))}
    assert find(counts({**large, **people(1, crime_type="DA", quarter="2021-Q2", sex="F")})) == []


def test_adjusted_numbers_of_pairs_count_as_far_as_readers_can_conclude_them() -> None:
    pair = {"nationality": "ALB", "sex": "F"}
    in_small_cells = people(3) - people(3, **pair) + people(7, **pair, crime_type="MS")
    in_exact_cells = people(3) - people(3, **pair) + people(8, **pair, crime_type="MS")
    in_large_cells = people(3) - people(3, **pair) + people(12, **pair, crime_type="MS")
    assert find(counts(in_small_cells)) == []
    assert (("ALB", "F"), "MS", 256, 256) in sentences(find(counts(in_exact_cells)))
    assert (("ALB", "F"), "MS", 384, 384) in sentences(find(counts(in_large_cells)))
    assert find(counts(in_large_cells), pairs=False) == []


@pytest.mark.parametrize("seed", range(5))
def test_a_plain_loop_finds_the_same_groups(seed: int) -> None:
    drawn = small_counts.people(60, seed=seed)
    expected = set()
    for place, other in itertools.product(range(len(FINEST)), (4, 5)):
        totals: Counter[str] = Counter()
        shared: Counter[tuple[str, str]] = Counter()
        for cell, value in drawn.cells().items():
            totals[cell[place]] += value
            shared[cell[place], cell[other]] += value
        if place != other:
            expected |= {
                ((code,), found, value, totals[code])
                for (code, found), value in shared.items()
                if 20 * value >= 19 * totals[code] and "_NK" not in {code, found}
            }
    assert sentences(find(drawn, pairs=False)) == expected
