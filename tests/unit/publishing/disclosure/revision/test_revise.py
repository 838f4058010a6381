"""Revisions: whatever changed, what is shown keeps every promise beside all that was shown before, and holds back no more."""

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
    behind,
    growth,
    tell_nothing,
)
from referrals.publishing.disclosure.revision.revise import Earlier
from referrals.publishing.disclosure.rounding import protect as rounding
from referrals.publishing.disclosure.rounding.protect import ProtectedTable, Revision
from referrals.publishing.tabulation.counts import Counts
from tests.fixtures.examples import examples
from tests.fixtures.small_counts import TINY, YEAR, as_public, every_sum, grid, order

pytestmark = pytest.mark.publishing

SHOWN = (0, 5, 6, 7, 8, 9, 12, 20)

CHANCE = random.Random(3)
START = {codes: CHANCE.choice((0, 1, 1, 2, 2, 3, 3, 4, 5, 9, 12, 14, 25)) for codes in grid()}
"""A year of small and large counts, in which every total is well over ten."""

LARGE = [codes for codes, value in START.items() if value >= 8]
IN_COMPANY = [
    codes for codes in LARGE if {one[4] for one in LARGE if one[1:4] == codes[1:4]} == {"MS", "DA"}
]
"""The large cells, and those of people among whom both crime types have one."""

EVEN = dict.fromkeys(grid(), 30)
"""A year of large cells alone."""


@cache
def first() -> tuple[Counts, ProtectedTable]:
    counts = Counts.of(YEAR, TINY, START)
    return counts, rounding.protect(counts, seed=1)


@st.composite
def batches(draw: st.DrawFn) -> dict[Codes, int]:
    """Draw changes: a cell gains some, a cell loses some, or somebody moves from one cell to another."""
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
        Counts.of(YEAR, TINY, now), (), Earlier(counts.cells(), table.cells)
    )


def wrong(now: Mapping[Codes, int], revision: Revision) -> list[str]:
    """What is wrong with a revision: nothing is, of one that is right."""
    before, table = first()[0].cells(), first()[1]
    true, shown = revision.true, revision.table.cells
    sums, adjusted = every_sum(true), every_sum(shown)
    pair = sorted(
        (as_public(table), as_public(revision.table)), key=lambda year: sum(year.cells.values())
    )
    faults = {
        "a cell includes what is neither there now nor was": any(
            not min(before.get(one, 0), now[one])
            <= true.get(one, 0)
            <= max(before.get(one, 0), now[one])
            for one in grid()
        ),
        "the held back are not all the rest": revision.held_back
        != sum(abs(now[one] - true.get(one, 0)) for one in grid()),
        "the flag is not that of what is held back": revision.table.held_back
        != (revision.held_back > 0),
        "more are included than there are": sum(true.values())
        > max(sum(now.values()), sum(before.values())),
        "a sum is 1 to 4": any(1 <= value <= 4 for value in adjusted.values()),
        "an exact total is not exact": any(
            sums[one] != adjusted[one] for one in {**sums, **adjusted} if order(one) <= 1
        ),
        "a number cannot stand for its count": any(
            shown.get(one, 0)
            not in ({0, 5, 6, 7} if true.get(one, 0) in range(1, 5) else {true.get(one, 0)})
            for one in grid()
        ),
        "an unchanged cell has another number": any(
            table.cells.get(one, 0) != shown.get(one, 0)
            for one in grid()
            if true.get(one, 0) == before.get(one, 0)
        ),
        "the attack on both finds something": list(differencing.disclosures(*pair)) != [],
    }
    return [fault for fault, found in faults.items() if found]


@settings(max_examples=examples(15))
@given(batches())
def test_whatever_changed_a_revision_keeps_every_promise(changes: dict[Codes, int]) -> None:
    assert wrong(*revised(changes)) == []


@settings(max_examples=examples(3))
@given(batches())
def test_the_same_changes_are_revised_in_the_same_way(changes: dict[Codes, int]) -> None:
    assert revised(changes) == revised(changes)


def test_a_broken_promise_is_found() -> None:
    now, revision = revised({})
    fewer = {codes: value for codes, value in revision.true.items() if codes != grid()[0]}
    assert wrong(now, revision) == []
    assert "an exact total is not exact" in wrong(now, Revision(revision.table, fewer, 0))


def test_ten_people_more_in_large_cells_are_shown_whole() -> None:
    now, revision = revised(dict.fromkeys(IN_COMPANY, 12))
    assert wrong(now, revision) == []
    assert revision.held_back == 0
    assert revision.true == {codes: value for codes, value in now.items() if value}


def test_one_small_count_shown_as_7_that_grew_to_5_no_longer_stops_the_others() -> None:
    counts, table = first()
    stuck = next(
        codes
        for codes, value in counts.cells().items()
        if value < 5 and table.cells.get(codes) in {6, 7}
    )
    now, revision = revised({**dict.fromkeys(IN_COMPANY, 12), stuck: 5 - START[stuck]})
    assert wrong(now, revision) == []
    assert 0 < revision.held_back <= 20
    assert sum(revision.true.values()) > sum(START.values()) + 100


def test_a_correction_between_two_small_counts_is_included_unseen_or_left_but_nobody_is_counted_twice() -> (
    None
):
    counts = first()[0].cells()
    one, other = [codes for codes, value in counts.items() if value == 2][:2]
    now, revision = revised({one: -1, other: 1})
    assert wrong(now, revision) == []
    assert revision.table.cells == first()[1].cells
    assert sum(revision.true.values()) == sum(counts.values())


def test_a_late_correction_among_additions_does_not_stop_them() -> None:
    now, revision = revised({**dict.fromkeys(IN_COMPANY, 12), IN_COMPANY[0]: -1, IN_COMPANY[1]: 13})
    assert wrong(now, revision) == []
    assert sum(revision.true.values()) > sum(START.values()) + 100


def test_a_revision_that_an_older_release_would_give_away_is_held_back() -> None:
    counts, table = first()
    now = Counts.of(YEAR, TINY, after(counts.cells(), dict.fromkeys(IN_COMPANY, 12)))
    older = {
        codes: value + 11 if codes in IN_COMPANY else value for codes, value in table.cells.items()
    }
    alone, beside = (
        rounding.revise(now, (), Earlier(counts.cells(), table.cells, kept))
        for kept in ((), (older,))
    )
    assert alone.held_back == 0
    assert beside.table.cells == table.cells


@pytest.mark.parametrize(
    ("before", "after"), [one for one in itertools.product(SHOWN, SHOWN) if one[0] != one[1]]
)
def test_what_two_numbers_let_a_cell_have_grown_by_is_found_by_trying_every_count(
    before: int, after: int
) -> None:
    pairs = [(old, new) for old in truths(before) for new in truths(after) if new > old]
    free = {
        most
        for most in range(25)
        if is_free([one for one in pairs if one[1] - one[0] <= most], before, after)
    }
    found = growth(before, after)
    assert (found is None) == (not free)
    if found:
        assert found.needed == min(free)
        assert (found.least, found.most) == (
            min(b - a for a, b in pairs),
            max(b - a for a, b in pairs),
        )


def truths(shown: int) -> list[int]:
    return [
        true for true in range(60) if shown == true or (1 <= true <= 4 and shown in {0, 5, 6, 7})
    ]


def is_free(pairs: list[tuple[int, int]], before: int, after: int) -> bool:
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
def test_what_a_number_can_stand_for_is_what_the_rule_could_have_made_it_from(shown: int) -> None:
    assert behind(shown) == truths(shown)


@pytest.mark.parametrize(("by", "safe"), [(0, True), (1, False), (4, False), (5, True), (10, True)])
def test_two_tables_tell_nothing_where_their_cells_move_by_none_or_five_and_their_totals_by_ten(
    by: int, safe: bool
) -> None:
    old = EVEN
    new = {codes: 30 + by if codes[1:4] == grid()[0][1:4] else 30 for codes in grid()}
    assert tell_nothing(old, new) == tell_nothing(new, old) == safe
    assert (list(differencing.disclosures(year(old), year(new))) == []) == safe


def year(cells: Mapping[Codes, int]) -> Year:
    return Year(YEAR, TINY, cells, ())


# Large cells, in which nothing is adjusted and every change can be read.


@st.composite
def late(draw: st.DrawFn) -> dict[Codes, int]:
    """Draw people who come into large cells late, or leave them: a few into many cells, or many into a few."""
    each = draw(st.sampled_from(((0, 1), (0, 1, 2, 3), (0, 5), (0, 0, 6, 12), (4, 5, 6))))
    some = draw(st.sets(st.sampled_from(("MS", "DA")), min_size=1))
    changes = draw(st.lists(st.sampled_from(each), min_size=48, max_size=48))
    sign = draw(st.sampled_from((1, 1, -1)))
    return {codes: sign * by for codes, by in zip(grid(), changes, strict=True) if codes[4] in some}


def even(changes: Mapping[Codes, int]) -> tuple[ProtectedTable, Revision]:
    """A year of large cells alone, and its revision."""
    counts, now = (Counts.of(YEAR, TINY, after(EVEN, by)) for by in ({}, changes))
    table = rounding.protect(counts, seed=1)
    return table, rounding.revise(now, (), Earlier(counts.cells(), table.cells))


def moved(table: ProtectedTable, revision: Revision) -> dict[Codes, int]:
    every = {codes: value - table.cells[codes] for codes, value in revision.shown.items()}
    return {codes: by for codes, by in every.items() if by}


@settings(max_examples=examples(25))
@given(late())
def test_a_large_cell_is_shown_with_five_more_or_as_it_was_and_no_group_that_came_in_is_alike(
    changes: dict[Codes, int],
) -> None:
    table, revision = even(changes)
    came = moved(table, revision)
    assert all(abs(by) >= 5 for by in came.values())
    for group in {codes[1:4] for codes in came}:
        assert {codes[4] for codes in came if codes[1:4] == group} == {"MS", "DA"}
    assert (
        list(differencing.disclosures(*sorted((as_public(table), as_public(revision.table)), key=size)))
        == []
    )


@settings(max_examples=examples(25))
@given(late())
def test_the_attack_finds_all_that_the_publisher_would_hold_back_of_large_cells(
    changes: dict[Codes, int],
) -> None:
    old, new = (
        as_public(rounding.protect(Counts.of(YEAR, TINY, after(EVEN, by)), seed=1))
        for by in ({}, changes)
    )
    assert tell_nothing(old.cells, new.cells) == (
        list(differencing.disclosures(*sorted((old, new), key=size))) == []
    )


def size(year: Year) -> int:
    return sum(year.cells.values())


def test_one_person_more_in_each_of_many_large_cells_is_held_back_and_would_be_named() -> None:
    some = random.Random(3).sample(grid(), 32)
    table, revision = even(dict.fromkeys(some, 1))
    assert (moved(table, revision), revision.held_back) == ({}, 32)
    careless = Year(YEAR, TINY, after(EVEN, dict.fromkeys(some, 1)), ())
    named = list(differencing.disclosures(as_public(table), careless))
    assert f"{describe(some[0])} shows 30 and then 31: 1 were added or removed" in named
    assert len([one for one in named if "shows" in one]) == 32


def test_a_batch_of_one_crime_type_is_held_back_and_would_be_named() -> None:
    some = {codes: 12 for codes in grid() if codes[4] == "DA"}
    table, revision = even(some)
    assert (moved(table, revision), revision.held_back) == ({}, sum(some.values()))
    careless = Year(YEAR, TINY, after(EVEN, some), ())
    assert "all: all who were added or removed are crime type DA" in differencing.disclosures(
        as_public(table), careless
    )


def test_those_of_one_crime_type_in_one_group_alone_are_held_back() -> None:
    group, other = grid()[0][1:4], grid()[-1][1:4]
    alone = [codes for codes in grid() if codes[1:4] == group and codes[4] == "DA"]
    table, revision = even(
        {**dict.fromkeys(alone, 12), **{codes: 12 for codes in grid() if codes[1:4] == other}}
    )
    assert {codes[1:4] for codes in moved(table, revision)} == {other}
    assert revision.held_back == 12 * len(alone)


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Year, Year]:
    """Draw two tables of small and large numbers, the smaller first, of which some cells differ."""
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
def test_the_publisher_and_the_attacker_agree_on_which_tables_can_be_read_together(
    both: tuple[Year, Year],
) -> None:
    assert tell_nothing(both[0].cells, both[1].cells) == (list(differencing.disclosures(*both)) == [])
