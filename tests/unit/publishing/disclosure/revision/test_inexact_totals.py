"""Inexact totals: no total that records are held back from is called exact."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from referrals.publishing.cell_codes import Codes
from referrals.publishing.disclosure.revision import inexact_totals as errors
from tests.fixtures.examples import examples
from tests.fixtures.small_counts import TINY, T, every_sum, grid, order

pytestmark = pytest.mark.publishing

EVERYBODY = (T,) * 6
SHOWN = dict.fromkeys(grid(), 30)
CELL = ("2020-Q2", "VNM", "0-17", "M", "MS", "ICE")


def present(changes: dict[Codes, int]) -> dict[Codes, int]:
    return {codes: value + changes.get(codes, 0) for codes, value in SHOWN.items()}


@settings(max_examples=examples(20))
@given(st.dictionaries(st.sampled_from(grid()), st.integers(-12, 12), max_size=8))
def test_each_total_without_an_announced_error_is_that_of_the_records(
    changes: dict[Codes, int],
) -> None:
    true, shown = every_sum(present(changes)), every_sum(SHOWN)
    announced = errors.inexact_totals(present(changes), SHOWN, TINY)
    for codes, value in shown.items():
        if order(codes) <= 1:
            assert abs(true[codes] - value) <= announced.get(codes, 0)


def test_an_announced_error_stands_for_at_least_eight_numbers() -> None:
    announced = errors.inexact_totals(present({CELL: 1}), SHOWN, TINY)
    assert set(announced.values()) == {8}


def test_a_larger_error_is_rounded_up_to_a_multiple_of_four() -> None:
    announced = errors.inexact_totals(present({CELL: 9}), SHOWN, TINY)
    assert announced[EVERYBODY] == 12


def test_people_who_are_held_back_are_not_seen_to_share_a_code() -> None:
    announced = errors.inexact_totals(present({CELL: 3}), SHOWN, TINY)
    for column, codes in enumerate(TINY.values()):
        totals = [errors.one_way_total(column, code) for code in codes]
        assert all(total in announced for total in totals)


def test_totals_that_no_change_touches_stay_exact() -> None:
    moved: dict[Codes, int] = {CELL: -3, (*CELL[:3], "F", *CELL[4:]): 3}
    assert set(errors.inexact_totals(present(moved), SHOWN, TINY)) == {
        errors.one_way_total(3, "M"),
        errors.one_way_total(3, "F"),
    }


@pytest.mark.parametrize(
    ("count", "shown", "error"),
    [(3, 0, 0), (4, 7, 0), (7, 7, 0), (30, 30, 0), (31, 30, 4), (6, 0, 4), (12, 5, 8), (0, 5, 4)],
)
def test_a_finest_cell_may_be_off_by_more_than_the_rule_only_if_that_is_announced(
    count: int, shown: int, error: int
) -> None:
    assert errors.cell_error({CELL: count}, {CELL: shown}) == error
