"""Rounding: no small count is left, exact sums are exact, and a revision discloses nobody."""

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
from referrals.publishing.disclosure.revision.revise import PreviousReleases
from referrals.publishing.disclosure.rounding import protect as rounding
from referrals.publishing.disclosure.rounding.protect import ProtectedTable, Revision
from referrals.publishing.tabulation.counts import Counts
from tests.fixtures.examples import examples
from tests.fixtures.small_counts import (
    STEPS,
    TINY,
    YEAR,
    as_public,
    every_sum,
    fact_sum,
    grid,
    order,
    people,
    protected,
    protected_or_rejected,
    tiny_counts,
)

pytestmark = pytest.mark.publishing

EVEN = dict.fromkeys(grid(), 12)
"""A count of 12 in every cell, so there is nothing to protect."""


def broken_promises(counts: Counts, table: ProtectedTable) -> list[str]:
    """The promises that a protected table breaks, given the true counts."""
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
            not fact.low <= fact_sum(fact, shown) <= fact.high for fact in table.facts
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
def test_protected_tables_keep_every_promise(counts: Counts) -> None:
    assert broken_promises(counts, protected_or_rejected(counts)) == []


def test_tables_protected_with_agreed_facts_keep_every_promise() -> None:
    assert broken_promises(*protected()) == []
    assert {fact.is_exact for fact in protected()[1].facts} == {True, False}


def test_no_marginal_sum_of_a_protected_table_is_1_to_4() -> None:
    assert not {1, 2, 3, 4} & set(every_sum(protected()[1].cells).values())


def changed(cells: Mapping[Codes, int], codes: Codes, by: int) -> dict[Codes, int]:
    return {**cells, codes: cells.get(codes, 0) + by}


def tampered(table: ProtectedTable, **parts: object) -> ProtectedTable:
    """A copy of a table with other attributes, made without its checks."""
    other = copy(table)
    for name, part in parts.items():
        object.__setattr__(other, name, part)
    return other


@pytest.mark.parametrize("by", [-7, 1, 4, 12])
def test_a_tampered_table_breaks_a_promise(by: int) -> None:
    counts, table = protected()
    codes = next(iter(table.cells))
    assert "an exact total moved" in broken_promises(
        counts, tampered(table, cells=changed(table.cells, codes, by))
    )


def test_a_table_that_announces_too_small_an_error_breaks_a_promise() -> None:
    counts, table = protected()
    assert broken_promises(
        counts, tampered(table, largest_error=dict.fromkeys(table.largest_error, 0))
    ) == ["an error is larger than announced"]


def test_announced_errors_are_multiples_of_four_and_at_least_eight() -> None:
    announced = protected()[1].largest_error
    assert set(announced) == {2, 3, 4, 5}
    assert all(error >= 8 and error % 4 == 0 for error in announced.values())


def test_an_announced_error_is_the_largest_error_rounded_up() -> None:
    counts, table = protected()
    moved = every_sum(table.cells)
    moved.subtract(every_sum(counts.cells()))
    for size, announced in table.largest_error.items():
        largest = max(abs(by) for codes, by in moved.items() if order(codes) == size)
        assert announced == max(8, largest + -largest % 4)


@cache
def small() -> Counts:
    """Counts of 1 to 4 in every cell of a table with few categories."""
    return Counts.of(YEAR, TINY, {codes: 1 + place * 7 % 4 for place, codes in enumerate(grid())})


@cache
def small_protected(seed: int) -> ProtectedTable:
    return rounding.protect(small(), seed=seed, steps=STEPS)


def test_protect_gives_the_same_table_for_the_same_seed() -> None:
    assert rounding.protect(small(), seed=1, steps=STEPS) == small_protected(1)


def test_protect_gives_another_table_for_another_seed() -> None:
    assert small_protected(2).cells != small_protected(1).cells


def test_protect_leaves_counts_without_a_small_one() -> None:
    assert rounding.protect(Counts.of(YEAR, TINY, EVEN), seed=1).cells == EVEN


def test_a_protected_table_cannot_be_made_by_other_code() -> None:
    with pytest.raises(DisclosureError, match=r"Only rounding\.protect and rounding\.revise make"):
        ProtectedTable(YEAR, TINY, {}, (), {})
    with pytest.raises(DisclosureError, match="Only"):
        ProtectedTable(YEAR, TINY, {}, (), {}, made_by=object())


def test_a_protected_table_cannot_be_replaced_by_an_altered_copy() -> None:
    with pytest.raises(DisclosureError, match="Only"):
        replace(small_protected(1), cells={grid()[0]: 30})


@pytest.mark.parametrize("small", [1, 2, 3, 4])
def test_a_protected_table_cannot_hold_a_count_of_1_to_4(small: int) -> None:
    with pytest.raises(DisclosureError, match="hold a count of 1 to 4") as refusal:
        ProtectedTable(YEAR, TINY, {grid()[0]: small}, (), {}, made_by=rounding._MAKER)
    assert "VNM" not in str(refusal.value)


def test_a_protected_table_cannot_be_altered() -> None:
    with pytest.raises(AttributeError):
        small_protected(1).cells = {}  # type: ignore[misc]
    with pytest.raises(TypeError):
        small_protected(1).cells[grid()[0]] = 3  # type: ignore[index]


def test_protect_refuses_a_fact_that_the_records_contradict_and_names_it() -> None:
    wrong_fact = Fact("E999", YEAR, {"sex": ["M"], "crime_type": ["MS"]}, 1_000, 1_000)
    with pytest.raises(DisclosureError, match="do not agree with the published fact E999"):
        rounding.protect(small(), [wrong_fact], seed=1)


@pytest.mark.parametrize(("last", "is_refused"), [(1, True), (9, True), (10, False)])
def test_protect_refuses_a_category_of_fewer_than_ten_and_names_it(
    last: int, is_refused: bool
) -> None:
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


def test_protect_accepts_an_empty_category() -> None:
    cells = {codes: value for codes, value in EVEN.items() if codes[1] != "CHN"}
    assert rounding.protect(Counts.of(YEAR, TINY, cells), seed=1).cells == cells


@pytest.mark.parametrize("lonely", [1, 2, 3, 4])
def test_protect_refuses_a_single_small_count_among_large_ones(lonely: int) -> None:
    with pytest.raises(DisclosureError, match="keeps every total exact"):
        rounding.protect(Counts.of(YEAR, TINY, {**EVEN, grid()[0]: lonely}), seed=1)


def previous(counts: Counts, table: ProtectedTable) -> PreviousReleases:
    return PreviousReleases(counts.cells(), table.cells)


def with_more(counts: Counts, more: Mapping[Codes, int]) -> Counts:
    cells = Counter(counts.cells())
    cells.update(more)
    return Counts.of(counts.year, counts.categories, cells)


@cache
def batch() -> tuple[Counts, Revision]:
    """The 300 people and 200 more that came in later and no fact is about, revised."""
    counts, table = protected()
    elsewhere = {
        codes: count
        for codes, count in people(300, seed=9).cells().items()
        if not any(fact.holds_cell(codes) for fact in table.facts)
    }
    more = with_more(counts, elsewhere)
    return more, rounding.revise(more, table.facts, previous(counts, table), seed=1)


def test_a_revision_without_changes_is_the_same_table() -> None:
    counts, table = protected()
    assert rounding.revise(counts, table.facts, previous(counts, table), seed=1) == Revision(
        table, counts.cells(), 0
    )


def test_a_revision_leaves_out_a_fact_that_the_records_no_longer_agree_with() -> None:
    counts, table = protected()
    fact = Fact("E999", YEAR, {"sex": ["M"], "crime_type": ["MS"]}, 1_000, 1_000)
    assert rounding.revise(counts, [fact], previous(counts, table), seed=1).table.facts == ()


@pytest.mark.parametrize("by", [1, -1])
def test_a_revision_holds_back_two_people_more_or_fewer(by: int) -> None:
    counts, table = protected()
    changed = with_more(counts, dict.fromkeys(list(counts.cells())[:2], by))
    revision = rounding.revise(changed, table.facts, previous(counts, table), seed=1)
    assert (revision.table.held_back, revision.held_back) == (True, 2)
    assert (revision.table.cells, revision.table.largest_error) == (
        table.cells,
        table.largest_error,
    )
    assert revision.true == counts.cells()


@pytest.mark.slow
def test_a_revision_shows_a_large_batch_and_keeps_every_promise() -> None:
    revision = batch()[1]
    assert (
        broken_promises(Counts.of(YEAR, people().categories, revision.true), revision.table) == []
    )
    assert sum(revision.table.cells.values()) > 430


@pytest.mark.slow
def test_a_revision_holds_back_few_of_a_large_batch() -> None:
    now, revision = batch()
    gap = sum(now.cells().values()) - sum(revision.true.values())
    assert revision.table.held_back == (revision.held_back > 0)
    assert gap == revision.held_back < 50


def test_a_revision_by_two_people_discloses_nothing_by_differencing() -> None:
    counts, table = protected()
    more = with_more(counts, dict.fromkeys(list(counts.cells())[:2], 1))
    revision = rounding.revise(more, table.facts, previous(counts, table), seed=1)
    assert list(differencing.disclosures(as_public(table), as_public(revision.table))) == []


def test_protecting_anew_with_two_people_more_would_disclose_them() -> None:
    counts = small()
    more = with_more(counts, {grid()[0]: 1, grid()[-1]: 1})
    fresh = rounding.protect(more, seed=2, steps=STEPS)
    disclosed = list(differencing.disclosures(as_public(small_protected(1)), as_public(fresh)))
    assert any("differs by" in sentence for sentence in disclosed)
    assert any("shows" in sentence for sentence in disclosed)


@pytest.mark.slow
def test_a_revision_keeps_agreed_facts() -> None:
    facts, revision = protected()[1].facts, batch()[1]
    assert revision.table.facts == facts != ()
    for fact, cells in itertools.product(facts, (revision.table.cells, revision.true)):
        assert fact.low <= fact_sum(fact, cells) <= fact.high


def test_a_revision_can_hold_back_the_loss_of_a_quarter() -> None:
    counts = Counts.of(YEAR, TINY, EVEN)
    cells = {codes: value for codes, value in EVEN.items() if codes[0] == "2020-Q2"}
    now = Counts.of(
        YEAR,
        {**TINY, "quarter": ["2020-Q2"]},
        changed(cells, next(iter(cells)), 5) | {next(iter(cells)): 3},
    )
    revised = rounding.revise(now, (), previous(counts, rounding.protect(counts, seed=1)), seed=1)
    assert revised.table.held_back
