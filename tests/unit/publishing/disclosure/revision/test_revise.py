"""Revisions: they keep every promise beside earlier releases, and hold back no more than needed."""

from __future__ import annotations

import itertools
import random
from collections import Counter
from collections.abc import Mapping
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from referrals.publishing.audit import differencing
from referrals.publishing.cell_codes import Codes, Year, describe
from referrals.publishing.disclosure.revision.differencing_limits import (
    growth,
    possible_counts,
)
from referrals.publishing.disclosure.revision.joint_safety import are_safe_together
from referrals.publishing.disclosure.revision.revise import PreviousReleases
from referrals.publishing.disclosure.rounding import protect as rounding
from referrals.publishing.disclosure.rounding.protect import ProtectedTable, Revision
from referrals.publishing.tabulation.counts import Counts
from tests.fixtures.examples import examples
from tests.fixtures.small_counts import TINY, YEAR, as_public, every_sum, grid, order

pytestmark = pytest.mark.publishing

SHOWN = (0, 5, 6, 7, 8, 9, 12, 20)

RANDOM = random.Random(3)
START = {codes: RANDOM.choice((0, 1, 1, 2, 2, 3, 3, 4, 5, 9, 12, 14, 25)) for codes in grid()}
"""A year of small and large counts; every total is well over ten."""

LARGE = [codes for codes, value in START.items() if value >= 8]
IN_MIXED_GROUPS = [
    codes
    for codes in LARGE
    if {other[4] for other in LARGE if other[1:4] == codes[1:4]} == {"MS", "DA"}
]
"""The large cells, and those of groups of people with a large cell of both crime types."""

EVEN = dict.fromkeys(grid(), 30)
"""A year of large cells only."""


@cache
def first() -> tuple[Counts, ProtectedTable]:
    counts = Counts.of(YEAR, TINY, START)
    return counts, rounding.protect(counts, seed=1)


@st.composite
def batches(draw: st.DrawFn) -> dict[Codes, int]:
    """Draw changes: a cell gains or loses people, or somebody moves from one cell to another."""
    changes: Counter[Codes] = Counter()
    spread = st.sampled_from(grid())
    for _ in range(draw(st.integers(0, 24))):
        changes[draw(spread)] += draw(st.sampled_from((1, 1, 1, 2, 3, 5, 12)))
    for _ in range(draw(st.integers(0, 4))):
        changes[draw(spread)] -= draw(st.sampled_from((1, 1, 2, 4, 12)))
    for _ in range(draw(st.integers(0, 4))):
        changes[draw(spread)] -= 1
        changes[draw(spread)] += 1
    sign = draw(st.sampled_from((1, 1, 1, -1)))
    return {codes: sign * change for codes, change in changes.items()}


def after(cells: Mapping[Codes, int], changes: Mapping[Codes, int]) -> dict[Codes, int]:
    return {codes: max(0, cells.get(codes, 0) + changes.get(codes, 0)) for codes in grid()}


def revised(changes: Mapping[Codes, int]) -> tuple[dict[Codes, int], Revision]:
    counts, table = first()
    now = after(counts.cells(), changes)
    return now, rounding.revise(
        Counts.of(YEAR, TINY, now), (), PreviousReleases(counts.cells(), table.cells), seed=1
    )


def broken_promises(now: Mapping[Codes, int], revision: Revision) -> list[str]:
    """The promises that a revision breaks, given the present counts."""
    before, table = first()[0].cells(), first()[1]
    true, shown = revision.true, revision.table.cells
    sums, adjusted = every_sum(true), every_sum(shown)
    pair = sorted(
        (as_public(table), as_public(revision.table)), key=lambda year: sum(year.cells.values())
    )
    faults = {
        "a cell includes a count beyond the previous and the present one": any(
            not min(before.get(cell, 0), now[cell])
            <= true.get(cell, 0)
            <= max(before.get(cell, 0), now[cell])
            for cell in grid()
        ),
        "the held back are not all the rest": revision.held_back
        != sum(abs(now[cell] - true.get(cell, 0)) for cell in grid()),
        "the flag does not say whether records are held back": revision.table.held_back
        != (revision.held_back > 0),
        "more are included than there are": sum(true.values())
        > max(sum(now.values()), sum(before.values())),
        "a sum is 1 to 4": any(1 <= value <= 4 for value in adjusted.values()),
        "an exact total is not exact": any(
            sums[cell] != adjusted[cell] for cell in {**sums, **adjusted} if order(cell) <= 1
        ),
        "a number cannot stand for its count": any(
            shown.get(cell, 0)
            not in ({0, 5, 6, 7} if true.get(cell, 0) in range(1, 5) else {true.get(cell, 0)})
            for cell in grid()
        ),
        "an unchanged cell has another number": any(
            table.cells.get(cell, 0) != shown.get(cell, 0)
            for cell in grid()
            if true.get(cell, 0) == before.get(cell, 0)
        ),
        "the attack on both releases finds something": list(differencing.disclosures(*pair)) != [],
    }
    return [fault for fault, found in faults.items() if found]


@settings(max_examples=examples(15))
@given(batches())
def test_a_revision_keeps_every_promise_whatever_changed(changes: dict[Codes, int]) -> None:
    assert broken_promises(*revised(changes)) == []


@settings(max_examples=examples(3))
@given(batches())
def test_a_revision_is_the_same_for_the_same_changes(changes: dict[Codes, int]) -> None:
    assert revised(changes) == revised(changes)


def test_a_broken_promise_of_a_revision_is_found() -> None:
    now, revision = revised({})
    fewer = {codes: value for codes, value in revision.true.items() if codes != grid()[0]}
    assert broken_promises(now, revision) == []
    assert "an exact total is not exact" in broken_promises(now, Revision(revision.table, fewer, 0))


def test_a_revision_shows_all_of_twelve_people_more_in_each_large_cell() -> None:
    now, revision = revised(dict.fromkeys(IN_MIXED_GROUPS, 12))
    assert broken_promises(now, revision) == []
    assert revision.held_back == 0
    assert revision.true == {codes: value for codes, value in now.items() if value}


def test_one_small_count_shown_as_7_that_grew_to_5_does_not_hold_back_others() -> None:
    counts, table = first()
    stuck = next(
        codes
        for codes, value in counts.cells().items()
        if value < 5 and table.cells.get(codes) in {6, 7}
    )
    now, revision = revised({**dict.fromkeys(IN_MIXED_GROUPS, 12), stuck: 5 - START[stuck]})
    assert broken_promises(now, revision) == []
    assert 0 < revision.held_back <= 20
    assert sum(revision.true.values()) > sum(START.values()) + 100


def test_a_correction_between_two_small_counts_counts_nobody_twice() -> None:
    counts = first()[0].cells()
    first_cell, other = [codes for codes, value in counts.items() if value == 2][:2]
    now, revision = revised({first_cell: -1, other: 1})
    assert broken_promises(now, revision) == []
    assert revision.table.cells == first()[1].cells
    assert sum(revision.true.values()) == sum(counts.values())


def test_a_late_correction_does_not_hold_back_additions() -> None:
    now, revision = revised(
        {**dict.fromkeys(IN_MIXED_GROUPS, 12), IN_MIXED_GROUPS[0]: -1, IN_MIXED_GROUPS[1]: 13}
    )
    assert broken_promises(now, revision) == []
    assert sum(revision.true.values()) > sum(START.values()) + 100


def test_a_revision_shows_only_as_much_as_is_safe_beside_an_older_release() -> None:
    counts, table = first()
    now = Counts.of(YEAR, TINY, after(counts.cells(), dict.fromkeys(IN_MIXED_GROUPS, 12)))
    older = {
        codes: value + 11 if codes in IN_MIXED_GROUPS else value
        for codes, value in table.cells.items()
    }
    without_older, with_older = (
        rounding.revise(now, (), PreviousReleases(counts.cells(), table.cells, tables), seed=1)
        for tables in ((), (older,))
    )
    assert without_older.held_back == 0
    assert not are_safe_together(older, without_older.table.cells)
    assert with_older.held_back > 0
    assert are_safe_together(older, with_older.table.cells)


@pytest.mark.parametrize(
    ("before", "after"), [pair for pair in itertools.product(SHOWN, SHOWN) if pair[0] != pair[1]]
)
def test_the_growth_that_two_numbers_allow_is_found_by_trying_every_count(
    before: int, after: int
) -> None:
    pairs = [(old, new) for old in truths(before) for new in truths(after) if new > old]
    protecting = {
        most
        for most in range(25)
        if are_protected([(old, new) for old, new in pairs if new - old <= most], before, after)
    }
    found = growth(before, after)
    assert (found is None) == (not protecting)
    if found:
        assert found.required == min(protecting)
        assert found.least == min(new - old for old, new in pairs)
        assert found.most == max(new - old for old, new in pairs)


def truths(shown: int) -> list[int]:
    return [
        true for true in range(60) if shown == true or (1 <= true <= 4 and shown in {0, 5, 6, 7})
    ]


def are_protected(pairs: list[tuple[int, int]], before: int, after: int) -> bool:
    ranges = [{old for old, _ in pairs}, {new for _, new in pairs}]
    grown = {new - old for old, new in pairs}
    return (
        bool(pairs)
        and all(
            shown > 7 or max(values) - min(values) >= 4
            for shown, values in zip((before, after), ranges, strict=True)
        )
        and (not grown & {1, 2, 3, 4} or max(grown) - min(grown) >= 4)
    )


@pytest.mark.parametrize("shown", SHOWN)
def test_the_possible_counts_of_a_number_are_those_that_the_rule_shows_as_it(shown: int) -> None:
    assert possible_counts(shown) == truths(shown)


@pytest.mark.parametrize(("by", "safe"), [(0, True), (1, False), (4, False), (5, True), (10, True)])
def test_two_tables_are_safe_together_if_their_cells_differ_by_0_or_5_and_their_totals_by_10(
    by: int, safe: bool
) -> None:
    old = EVEN
    new = {codes: 30 + by if codes[1:4] == grid()[0][1:4] else 30 for codes in grid()}
    assert are_safe_together(old, new) == are_safe_together(new, old) == safe
    assert (list(differencing.disclosures(year(old), year(new))) == []) == safe


def year(cells: Mapping[Codes, int]) -> Year:
    return Year(YEAR, TINY, cells, ())


# Large cells: nothing is rounded, so that every change can be read.


@st.composite
def late(draw: st.DrawFn) -> dict[Codes, int]:
    """Draw late arrivals in large cells, or departures: a few in many cells, or many in a few."""
    each = draw(st.sampled_from(((0, 1), (0, 1, 2, 3), (0, 5), (0, 0, 6, 12), (4, 5, 6))))
    some = draw(st.sets(st.sampled_from(("MS", "DA")), min_size=1))
    changes = draw(st.lists(st.sampled_from(each), min_size=48, max_size=48))
    sign = draw(st.sampled_from((1, 1, -1)))
    return {codes: sign * by for codes, by in zip(grid(), changes, strict=True) if codes[4] in some}


def even(changes: Mapping[Codes, int]) -> tuple[ProtectedTable, Revision]:
    """A year of large cells only, and its revision."""
    counts, now = (Counts.of(YEAR, TINY, after(EVEN, by)) for by in ({}, changes))
    table = rounding.protect(counts, seed=1)
    return table, rounding.revise(now, (), PreviousReleases(counts.cells(), table.cells), seed=1)


def moved(table: ProtectedTable, revision: Revision) -> dict[Codes, int]:
    changes = {codes: value - table.cells[codes] for codes, value in revision.shown.items()}
    return {codes: by for codes, by in changes.items() if by}


@settings(max_examples=examples(25))
@given(late())
def test_a_large_cell_changes_by_five_or_more_and_no_group_of_arrivals_is_uniform(
    changes: dict[Codes, int],
) -> None:
    table, revision = even(changes)
    arrivals = moved(table, revision)
    assert all(abs(by) >= 5 for by in arrivals.values())
    for group in {codes[1:4] for codes in arrivals}:
        assert {codes[4] for codes in arrivals if codes[1:4] == group} == {"MS", "DA"}
    assert (
        list(
            differencing.disclosures(
                *sorted((as_public(table), as_public(revision.table)), key=size)
            )
        )
        == []
    )


@settings(max_examples=examples(25))
@given(late())
def test_the_attack_finds_every_change_of_large_cells_that_would_be_held_back(
    changes: dict[Codes, int],
) -> None:
    old, new = (
        as_public(rounding.protect(Counts.of(YEAR, TINY, after(EVEN, by)), seed=1))
        for by in ({}, changes)
    )
    assert are_safe_together(old.cells, new.cells) == (
        list(differencing.disclosures(*sorted((old, new), key=size))) == []
    )


def size(year: Year) -> int:
    return sum(year.cells.values())


def test_one_person_more_in_each_of_many_large_cells_is_held_back_and_would_be_disclosed() -> None:
    some = random.Random(3).sample(grid(), 32)
    table, revision = even(dict.fromkeys(some, 1))
    assert (moved(table, revision), revision.held_back) == ({}, 32)
    careless = Year(YEAR, TINY, after(EVEN, dict.fromkeys(some, 1)), ())
    disclosed = list(differencing.disclosures(as_public(table), careless))
    assert f"{describe(some[0])} shows 30 and then 31: 1 were added or removed" in disclosed
    assert sum("shows" in sentence for sentence in disclosed) == 32


def test_a_batch_of_one_crime_type_is_held_back_and_would_be_disclosed() -> None:
    some = {codes: 12 for codes in grid() if codes[4] == "DA"}
    table, revision = even(some)
    assert (moved(table, revision), revision.held_back) == ({}, sum(some.values()))
    careless = Year(YEAR, TINY, after(EVEN, some), ())
    assert "all: all who were added or removed are crime type DA" in differencing.disclosures(
        as_public(table), careless
    )


def test_a_revision_holds_back_only_the_group_whose_arrivals_share_a_crime_type() -> None:
    group, other = grid()[0][1:4], grid()[-1][1:4]
    alone = [codes for codes in grid() if codes[1:4] == group and codes[4] == "DA"]
    table, revision = even(
        {**dict.fromkeys(alone, 12), **{codes: 12 for codes in grid() if codes[1:4] == other}}
    )
    assert {codes[1:4] for codes in moved(table, revision)} == {other}
    assert revision.held_back == 12 * len(alone)


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Year, Year]:
    """Draw two tables of small and large numbers that differ in some cells, the smaller first."""
    numbers = draw(st.lists(st.sampled_from((0, 0, 5, 6, 7, 8, 12, 30)), min_size=48, max_size=48))
    differ = draw(st.sets(st.integers(0, 47), max_size=30))
    steps = st.sampled_from((1, 5, 6, 10, 12))
    other = [
        value + draw(steps) if place in differ and value else value
        for place, value in enumerate(numbers)
    ]
    other = [5 if place in differ and not value else value for place, value in enumerate(other)]
    made = [
        year({codes: value for codes, value in zip(grid(), some, strict=True) if value})
        for some in (numbers, other)
    ]
    return made[0], made[1]


@settings(max_examples=examples(100))
@given(pairs())
def test_publisher_and_attacker_agree_on_which_tables_are_safe_together(
    both: tuple[Year, Year],
) -> None:
    assert are_safe_together(both[0].cells, both[1].cells) == (
        list(differencing.disclosures(*both)) == []
    )
