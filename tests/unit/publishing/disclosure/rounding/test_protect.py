"""Disclosure control: no small number is left, all that was promised exact is exact, and a revision tells nobody's story."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Mapping
from copy import copy
from dataclasses import replace
from functools import cache

import pytest
from hypothesis import given, settings

from referrals.errors import DisclosureError
from referrals.publishing.audit import differencing
from referrals.publishing.cell_codes import Codes, Fact
from referrals.publishing.disclosure.revision.revise import Earlier
from referrals.publishing.disclosure.rounding import protect as rounding
from referrals.publishing.disclosure.rounding.protect import ProtectedTable, Revision
from referrals.publishing.tabulation.counts import Counts
from tests.fixtures.examples import examples
from tests.fixtures.small_counts import (
    TINY,  # fmt: skip
    YEAR,
    as_public,
    every_sum,
    grid,
    held,
    order,
    people,
    protected,
    protected_or_rejected,
    tiny_counts,
)

pytestmark = pytest.mark.publishing

EVEN = dict.fromkeys(grid(), 12)
"""A count of 12 in every cell: nothing to protect."""


def wrong(counts: Counts, table: ProtectedTable) -> list[str]:
    """What is wrong with a protected table, held against the true counts: nothing is, of one that is right."""
    true, shown = counts.cells(), table.cells
    before, after = every_sum(true), every_sum(shown)
    sums = {**before, **after}
    faults = {
        "a sum is 1 to 4": any(1 <= after[codes] <= 4 for codes in sums),
        "a count of 5 or more changed": any(
            shown.get(codes) != value for codes, value in true.items() if value >= 5
        ),
        "a count of 0 did not stay 0": any(codes not in true for codes in shown),
        "a small count is not 0, 5, 6 or 7": any(
            shown.get(codes, 0) not in {0, 5, 6, 7} for codes in true if true[codes] < 5
        ),
        "a count of 0 is listed": 0 in shown.values(),
        "an exact total moved": any(
            before[codes] != after[codes] for codes in sums if order(codes) <= 1
        ),
        "a fact does not hold": any(
            not fact.low <= held(fact, shown) <= fact.high for fact in table.facts
        ),
        "an error is larger than announced": any(
            abs(before[codes] - after[codes]) > table.largest_error[order(codes)]
            for codes in sums
            if 2 <= order(codes) <= 5
        ),
    }
    return [fault for fault, found in faults.items() if found]


@settings(max_examples=examples(6))
@given(tiny_counts())
def test_whatever_is_protected_meets_every_promise(counts: Counts) -> None:
    assert wrong(counts, protected_or_rejected(counts)) == []


def test_counts_with_published_facts_meet_every_promise() -> None:
    assert wrong(*protected()) == []
    assert {fact.is_exact for fact in protected()[1].facts} == {True, False}


def test_no_sum_at_any_order_is_1_to_4() -> None:
    assert not {1, 2, 3, 4} & set(every_sum(protected()[1].cells).values())


def changed(cells: Mapping[Codes, int], codes: Codes, by: int) -> dict[Codes, int]:
    return {**cells, codes: cells.get(codes, 0) + by}


def tampered(table: ProtectedTable, **parts: object) -> ProtectedTable:
    """A copy of a table with other parts, made behind its back."""
    other = copy(table)
    for name, part in parts.items():
        object.__setattr__(other, name, part)
    return other


@pytest.mark.parametrize("by", [-7, 1, 4, 12])
def test_a_table_that_was_tampered_with_breaks_a_promise(by: int) -> None:
    counts, table = protected()
    codes = next(iter(table.cells))
    assert "an exact total moved" in wrong(
        counts, tampered(table, cells=changed(table.cells, codes, by))
    )


def test_a_table_that_tells_too_small_an_error_breaks_a_promise() -> None:
    counts, table = protected()
    assert wrong(counts, tampered(table, largest_error=dict.fromkeys(table.largest_error, 0))) == [
        "an error is larger than announced"
    ]


def test_announced_errors_are_steps_of_four_and_never_less_than_eight() -> None:
    announced = protected()[1].largest_error
    assert set(announced) == {2, 3, 4, 5}
    assert all(error >= 8 and error % 4 == 0 for error in announced.values())


def test_an_announced_error_is_no_larger_than_it_must_be() -> None:
    counts, table = protected()
    moved = every_sum(table.cells)
    moved.subtract(every_sum(counts.cells()))
    for size, announced in table.largest_error.items():
        largest = max(abs(by) for codes, by in moved.items() if order(codes) == size)
        assert announced == max(8, largest + -largest % 4)


@cache
def few() -> Counts:
    """Counts of 1 to 4 in every cell of few categories."""
    return Counts.of(YEAR, TINY, {codes: 1 + place * 7 % 4 for place, codes in enumerate(grid())})


@cache
def few_protected(seed: int) -> ProtectedTable:
    return rounding.protect(few(), seed=seed)


def test_the_same_seed_protects_in_the_same_way() -> None:
    assert rounding.protect(few(), seed=1) == few_protected(1)


def test_another_seed_protects_in_another_way() -> None:
    assert few_protected(2).cells != few_protected(1).cells


def test_counts_without_a_small_one_stay_as_they_are() -> None:
    assert rounding.protect(Counts.of(YEAR, TINY, EVEN), seed=1).cells == EVEN


def test_a_protected_table_cannot_be_made_elsewhere() -> None:
    with pytest.raises(
        DisclosureError, match=r"made by disclosure\.protect and disclosure\.revise only"
    ):
        ProtectedTable(YEAR, TINY, {}, (), {})
    with pytest.raises(DisclosureError, match="only"):
        ProtectedTable(YEAR, TINY, {}, (), {}, made_by=object())


def test_a_protected_table_does_not_vouch_for_an_altered_copy_of_itself() -> None:
    with pytest.raises(DisclosureError, match="only"):
        replace(few_protected(1), cells={grid()[0]: 30})


@pytest.mark.parametrize("small", [1, 2, 3, 4])
def test_a_protected_table_cannot_hold_a_count_of_1_to_4(small: int) -> None:
    with pytest.raises(DisclosureError, match="hold a count of 1 to 4") as refusal:
        ProtectedTable(YEAR, TINY, {grid()[0]: small}, (), {}, made_by=rounding._MAKER)
    assert "VNM" not in str(refusal.value)


def test_a_protected_table_cannot_be_altered() -> None:
    with pytest.raises(AttributeError):
        few_protected(1).cells = {}  # type: ignore[misc]
    with pytest.raises(TypeError):
        few_protected(1).cells[grid()[0]] = 3  # type: ignore[index]


def test_a_fact_that_the_records_contradict_is_refused_and_named() -> None:
    wrong_fact = Fact("E999", YEAR, {"sex": ["M"], "crime_type": ["MS"]}, 1_000, 1_000)
    with pytest.raises(DisclosureError, match="do not agree with the published fact E999"):
        rounding.protect(few(), [wrong_fact], seed=1)


@pytest.mark.parametrize(("last", "is_refused"), [(1, True), (9, True), (10, False)])
def test_a_category_of_fewer_than_ten_is_refused_and_named(last: int, is_refused: bool) -> None:
    cells = {codes: value for codes, value in EVEN.items() if codes[1] != "CHN"}
    cells[next(codes for codes in grid() if codes[1] == "CHN")] = last
    counts = Counts.of(YEAR, TINY, cells)
    if is_refused:
        with pytest.raises(
            DisclosureError, match=r"nationality CHN has fewer than 10 records .* Group it first"
        ):
            rounding.protect(counts, seed=1)
    else:
        assert rounding.protect(counts, seed=1).cells == cells


def test_a_category_that_nobody_is_in_is_no_fault() -> None:
    cells = {codes: value for codes, value in EVEN.items() if codes[1] != "CHN"}
    assert rounding.protect(Counts.of(YEAR, TINY, cells), seed=1).cells == cells


@pytest.mark.parametrize("lonely", [1, 2, 3, 4])
def test_one_small_count_among_large_ones_cannot_be_hidden_and_is_refused(lonely: int) -> None:
    with pytest.raises(DisclosureError, match="keeps every total exact"):
        rounding.protect(Counts.of(YEAR, TINY, {**EVEN, grid()[0]: lonely}), seed=1)


def earlier(counts: Counts, table: ProtectedTable) -> Earlier:
    return Earlier(counts.cells(), table.cells)


def with_more(counts: Counts, more: Mapping[Codes, int]) -> Counts:
    cells = Counter(counts.cells())
    cells.update(more)
    return Counts.of(counts.year, counts.categories, cells)


@cache
def batch() -> tuple[Counts, Revision]:
    """A later state of the 300 people: 300 more have come in."""
    counts, table = protected()
    more = with_more(counts, people(seed=2).cells())
    return more, rounding.revise(more, (), earlier(counts, table))


def test_a_revision_in_which_nothing_changed_is_the_very_same_table() -> None:
    counts, table = protected()
    assert rounding.revise(counts, table.facts, earlier(counts, table)) == Revision(
        table, counts.cells(), 0
    )


def test_a_fact_that_the_records_no_longer_agree_with_is_left_out() -> None:
    counts, table = protected()
    fact = Fact("E999", YEAR, {"sex": ["M"], "crime_type": ["MS"]}, 1_000, 1_000)
    assert rounding.revise(counts, [fact], earlier(counts, table)).table.facts == ()


@pytest.mark.parametrize("by", [1, -1])
def test_two_people_more_or_fewer_are_held_back_and_the_table_stays(by: int) -> None:
    counts, table = protected()
    changed = with_more(counts, dict.fromkeys(list(counts.cells())[:2], by))
    revision = rounding.revise(changed, table.facts, earlier(counts, table))
    assert (revision.table.held_back, revision.held_back) == (True, 2)
    assert (revision.table.cells, revision.table.largest_error) == (
        table.cells,
        table.largest_error,
    )
    assert revision.true == counts.cells()


def test_a_large_batch_is_published_and_meets_every_promise() -> None:
    revision = batch()[1]
    assert wrong(Counts.of(YEAR, people().categories, revision.true), revision.table) == []
    assert sum(revision.table.cells.values()) > 500


def test_only_what_cannot_be_shown_of_a_large_batch_is_held_back() -> None:
    now, revision = batch()
    gap = sum(now.cells().values()) - sum(revision.true.values())
    assert revision.table.held_back == (revision.held_back > 0)
    assert gap == revision.held_back < 50


def test_two_releases_that_differ_by_two_people_tell_nothing_because_decisions_were_frozen() -> (
    None
):
    counts, table = protected()
    more = with_more(counts, dict.fromkeys(list(counts.cells())[:2], 1))
    revision = rounding.revise(more, table.facts, earlier(counts, table))
    assert list(differencing.disclosures(as_public(table), as_public(revision.table))) == []


def test_a_fresh_seed_for_two_people_more_would_tell_who_they_are() -> None:
    counts = few()
    more = with_more(counts, {grid()[0]: 1, grid()[-1]: 1})
    fresh = rounding.protect(more, seed=2)
    told = list(differencing.disclosures(as_public(few_protected(1)), as_public(fresh)))
    assert any("differs by" in one for one in told)
    assert any("shows" in one for one in told)


def test_a_fact_is_kept_by_a_revision() -> None:
    counts, table = protected()
    elsewhere = {
        codes: count
        for codes, count in people(seed=2).cells().items()
        if not any(fact.holds_cell(codes) for fact in table.facts)
    }
    revision = rounding.revise(with_more(counts, elsewhere), table.facts, earlier(counts, table))
    assert revision.table.facts == table.facts != ()
    assert sum(revision.table.cells.values()) > sum(counts.cells().values()) + 100
    for fact, cells in itertools.product(table.facts, (revision.table.cells, revision.true)):
        assert fact.low <= held(fact, cells) <= fact.high


def test_a_revision_that_loses_a_quarter_and_is_held_back_is_no_fault() -> None:
    counts = Counts.of(YEAR, TINY, EVEN)
    cells = {codes: value for codes, value in EVEN.items() if codes[0] == "2020-Q2"}
    now = Counts.of(
        YEAR,
        {**TINY, "quarter": ["2020-Q2"]},
        changed(cells, next(iter(cells)), 5) | {next(iter(cells)): 3},
    )
    revised = rounding.revise(now, (), earlier(counts, rounding.protect(counts, seed=1)))
    assert revised.table.held_back
