"""Corrections: exchanged codes show, and two releases of which one corrects the other are safe."""

from __future__ import annotations

import random
from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from referrals.publishing.audit import differencing
from referrals.publishing.cell_codes import Codes, Year
from referrals.publishing.disclosure.revision import correct
from referrals.publishing.disclosure.revision.correction_limits import Correction, is_correction
from referrals.publishing.disclosure.revision.joint_safety import (
    are_safe_together,
    kinds_of_revisions,
)
from referrals.publishing.disclosure.revision.revise import PreviousReleases
from referrals.publishing.disclosure.rounding import protect as rounding
from referrals.publishing.disclosure.rounding.programme import TimeLimitError
from referrals.publishing.disclosure.rounding.protect import Revision
from referrals.publishing.tabulation.counts import Counts
from tests.fixtures.examples import examples
from tests.fixtures.small_counts import STEPS, TINY, YEAR, T, every_sum, grid, order

pytestmark = pytest.mark.publishing

CHANCE = random.Random(12)
START = {
    codes: CHANCE.choice((0, 1, 1, 2, 3, 4) if codes[4] == "MS" else (0, 1, 2, 5, 12, 20))
    for codes in grid()
}
"""A year of few people with the code MS and more with DA; every total is well over ten."""


@pytest.mark.parametrize(
    ("females", "are_large"),
    [
        (20, True),
        (21, False),
        (24, False),
        (25, True),
        (16, False),
        (15, True),
        (9, False),
        (0, True),
    ],
)
def test_a_total_must_change_by_0_or_by_many_with_and_without_its_exact_cells(
    females: int, are_large: bool
) -> None:
    exact = ("2020-Q2", "VNM", "0-17", "F", "MS", "ICE")
    changes = {**dict.fromkeys(enumerate(exact), 20), (3, "F"): females}
    correction = Correction({exact: (30, 50)}, changes)
    assert correction.has_large_changes() == are_large


def swapped(cells: Mapping[Codes, int]) -> dict[Codes, int]:
    """Return counts of which the crime types were exchanged."""
    other = {"MS": "DA", "DA": "MS"}
    return {(*codes[:4], other[codes[4]], codes[5]): value for codes, value in cells.items()}


def corrected(now: Mapping[Codes, int]) -> tuple[dict[Codes, int], Revision]:
    """Return the table of the start, and its revision."""
    counts = Counts.of(YEAR, TINY, START)
    table = rounding.protect(counts, seed=1, steps=STEPS)
    previous = PreviousReleases(counts.cells(), table.cells)
    revision = rounding.revise(Counts.of(YEAR, TINY, now), (), previous, seed=1, steps=STEPS)
    return dict(table.cells), revision


def year(cells: Mapping[Codes, int]) -> Year:
    return Year(YEAR, TINY, {codes: value for codes, value in cells.items() if value}, ())


def crime_totals(cells: Mapping[Codes, int]) -> list[int]:
    sums = every_sum(cells)
    return [sums[T, T, T, T, code, T] for code in ("MS", "DA")]


def test_exchanged_codes_of_a_year_show_as_far_as_large_cells_allow() -> None:
    table, revision = corrected(swapped(START))
    before, after, now = map(crime_totals, (START, revision.shown, swapped(START)))
    assert after != before
    assert abs(after[0] - now[0]) < abs(before[0] - now[0]) / 4
    assert are_safe_together(table, revision.shown)
    assert list(differencing.disclosures(year(table), year(revision.shown))) == []


def test_a_correction_keeps_exact_totals_exact_and_announces_the_others() -> None:
    _, revision = corrected(swapped(START))
    true, shown, now = (
        every_sum(cells) for cells in (revision.true, revision.shown, swapped(START))
    )
    for codes in {**true, **shown, **now}:
        if order(codes) <= 1:
            assert shown[codes] == true[codes]
            error = revision.table.inexact_totals.get(codes, 0)
            assert abs(shown[codes] - now[codes]) <= error


def test_a_correction_whose_search_does_not_end_is_an_error_and_never_another_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    counts = Counts.of(YEAR, TINY, START)
    previous = PreviousReleases(counts.cells(), rounding.protect(counts, seed=1, steps=STEPS).cells)

    def never_ends(*_: object) -> None:
        raise TimeLimitError("The search did not end.")

    monkeypatch.setattr(correct, "repair", never_ends)
    with pytest.raises(TimeLimitError):
        rounding.revise(Counts.of(YEAR, TINY, swapped(START)), (), previous, seed=1, steps=STEPS)


def test_a_correction_moves_a_record_or_leaves_it_and_counts_nobody_twice() -> None:
    _, revision = corrected(swapped(START))
    for codes in grid():
        line = [(*codes[:4], code, codes[5]) for code in ("MS", "DA")]
        included = [revision.true.get(cell, 0) for cell in line]
        assert included in (
            [START[cell] for cell in line],
            [swapped(START)[cell] for cell in line],
        )


def test_one_person_corrected_between_large_cells_is_held_back() -> None:
    large = [codes for codes, value in START.items() if value == 20]
    table, revision = corrected({**START, large[0]: 19, large[1]: 21})
    assert (table, revision.held_back) == (revision.shown, 2)


def test_a_count_that_its_line_would_disclose_is_held_back_and_would_be_found() -> None:
    # 30 + x = 20 + 11: who knows that the line only exchanged codes knows that x was 1.
    even = dict.fromkeys(grid(), 30)
    small = (*grid()[0][:4], "DA", "ICE")
    large = (*small[:4], "MS", "ICE")
    old = {**even, small: 0}
    new = {**old, large: 20, small: 11}
    assert is_correction(old, new)
    assert not are_safe_together(old, new)
    found = differencing.disclosures(*sorted((year(old), year(new)), key=size))
    assert any("it is" in sentence or "cannot both" in sentence for sentence in found)


def size(year: Year) -> int:
    return sum(year.cells.values())


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Year, Year]:
    """Draw two tables whose crime types differ in some lines, the smaller first."""
    numbers = draw(st.lists(st.sampled_from((0, 0, 5, 6, 7, 8, 12, 30)), min_size=48, max_size=48))
    old = dict(zip(grid(), numbers, strict=True))
    new = dict(old)
    for codes in draw(st.sets(st.sampled_from(grid()), min_size=2, max_size=24)):
        other = (*codes[:4], "DA" if codes[4] == "MS" else "MS", codes[5])
        new[codes], new[other] = new[other], new[codes]
    for codes in draw(st.sets(st.sampled_from(grid()), max_size=3)):
        new[codes] = draw(st.sampled_from((0, 5, 7, 12, 30)))
    first, second = sorted((year(old), year(new)), key=size)
    return first, second


@settings(max_examples=examples(60))
@given(pairs())
def test_publisher_and_attacker_agree_on_which_corrections_are_safe(
    both: tuple[Year, Year],
) -> None:
    if is_correction(both[0].cells, both[1].cells):
        assert are_safe_together(both[0].cells, both[1].cells) == (
            list(differencing.disclosures(*both)) == []
        )


def test_a_release_says_what_each_revision_did_and_passes_over_those_that_moved_no_total() -> None:
    even = dict.fromkeys(grid(), 30)
    more = dict.fromkeys(grid(), 40)
    exchanged = {codes: 20 if codes[4] == "MS" else 60 for codes in grid()}
    assert kinds_of_revisions([even, more, more, exchanged, even]) == [
        "added",
        "corrected",
        "corrected",
    ]
    assert kinds_of_revisions([more, even]) == ["removed"]


@pytest.mark.parametrize(
    ("between", "is_safe"),
    [(["added"], False), (["added", "removed"], True), (["corrected"], True)],
)
def test_a_fall_from_6_to_5_discloses_a_count_only_if_records_were_only_added(
    between: list[str], is_safe: bool
) -> None:
    old = dict.fromkeys(grid(), 6)
    new = {**dict.fromkeys(grid(), 7), grid()[0]: 5}
    assert are_safe_together(old, new, between=between) == is_safe
    found = differencing.disclosures(year(old), year(new), is_mixed=is_safe)
    assert (list(found) == []) == is_safe
