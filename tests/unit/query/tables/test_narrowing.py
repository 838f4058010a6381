"""Ranges narrowed by one another: never wider than before, and never without the true table."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referrals.query.tables.narrowing import Key, Range, Sum, change, narrowed, sums
from referrals.reference.codelists import TOTAL

PARTS = (("a", "b", "c"), ("x", "y"))


@st.composite
def tables(draw: st.DrawFn) -> tuple[dict[Key, int], dict[Key, Range]]:
    """A table of counts that adds up, and a range around each of them."""
    inner = {key: draw(st.integers(0, 12)) for key in product(*PARTS)}
    counts = {
        key: sum(value for codes, value in inner.items() if _is_in(codes, key))
        for key in product(*[(*codes, TOTAL) for codes in PARTS])
    }
    ranges = {
        key: Range(max(value - draw(st.integers(0, 8)), 0), value + draw(st.integers(0, 8)))
        for key, value in counts.items()
    }
    return counts, ranges


def _is_in(codes: Key, key: Key) -> bool:
    return all(own in {TOTAL, code} for code, own in zip(codes, key, strict=True))


@given(tables())
def test_a_narrowed_range_lies_in_the_range_before_and_holds_the_true_count(
    table: tuple[dict[Key, int], dict[Key, Range]],
) -> None:
    counts, ranges = table
    for key, found in narrowed(ranges, list(sums(PARTS, TOTAL))).items():
        assert ranges[key].lower <= found.lower <= counts[key] <= found.upper <= ranges[key].upper


@given(tables())
def test_after_narrowing_every_sum_agrees_with_its_total(
    table: tuple[dict[Key, int], dict[Key, Range]],
) -> None:
    found = narrowed(table[1], list(sums(PARTS, TOTAL)))
    for equation in sums(PARTS, TOTAL):
        total, parts = found[equation.total], [found[key] for key in equation.parts]
        assert sum(part.lower for part in parts) <= total.lower
        assert total.upper <= sum(part.upper for part in parts)
        assert all(part.upper <= total.upper for part in parts)


def test_a_part_is_at_most_what_an_exact_total_leaves_for_it() -> None:
    ranges: dict[Key, Range] = {(TOTAL,): Range(12, 12), ("M",): Range(0, 16), ("F",): Range(3, 30)}
    found = narrowed(ranges, [Sum((TOTAL,), (("M",), ("F",)))])
    assert found == {(TOTAL,): Range(12, 12), ("M",): Range(0, 9), ("F",): Range(3, 12)}


def test_an_axis_without_parts_has_no_sums() -> None:
    assert list(sums([()], TOTAL)) == []


MOST = 3


def ranges_up_to(most: int) -> list[Range]:
    return [Range(low, high) for low in range(most + 1) for high in range(low, most + 1)]


@pytest.mark.parametrize("now", ranges_up_to(MOST), ids=str)
def test_the_bounds_of_a_change_are_those_of_every_pair_with_a_possible_sum(now: Range) -> None:
    compared = 0
    for before, together in product(ranges_up_to(MOST), ranges_up_to(2 * MOST)):
        pairs = product(range(now.lower, now.upper + 1), range(before.lower, before.upper + 1))
        sums_and_changes = [(own + other, own - other) for own, other in pairs]
        possible = [by for sum_, by in sums_and_changes if together.lower <= sum_ <= together.upper]
        if possible:
            bounds = min(possible), max(possible)
            assert change(now, before, together) == bounds, (before, together)
            compared += 1
    assert compared > len(ranges_up_to(MOST))
