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

from referrals.publishing import differencing, disclosure
from referrals.publishing.disclosure import ProtectedTable, Revision
from referrals.publishing.growing import behind, growth, tell_nothing
from referrals.publishing.public import Codes, Year
from referrals.publishing.revising import Earlier
from referrals.publishing.tabulation import Counts
from tests.unit.small_counts import TINY, YEAR, as_public, every_sum, grid, order

SHOWN = (0, 5, 6, 7, 8, 9, 12, 20)

CHANCE = random.Random(3)  # noqa: S311 - invented counts, the same each time
START = {codes: CHANCE.choice((0, 1, 1, 2, 2, 3, 3, 4, 5, 9, 12, 14, 25)) for codes in grid()}
"""A year of small and large counts, in which every total is well over ten."""


@cache
def first() -> tuple[Counts, ProtectedTable]:
    counts = Counts.of(YEAR, TINY, START)
    return counts, disclosure.protect(counts, seed=1)


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
    return now, disclosure.revise(Counts.of(YEAR, TINY, now), (), Earlier(counts.cells(), table.cells))


def wrong(now: Mapping[Codes, int], revision: Revision) -> list[str]:
    """What is wrong with a revision: nothing is, of one that is right."""
    before, table = first()[0].cells(), first()[1]
    true, shown = revision.true, revision.table.cells
    sums, adjusted = every_sum(true), every_sum(shown)
    pair = sorted((as_public(table), as_public(revision.table)), key=lambda year: sum(year.cells.values()))
    faults = {
        "a cell includes what is neither there now nor was": any(
            not min(before.get(one, 0), now[one]) <= true.get(one, 0) <= max(before.get(one, 0), now[one]) for one in grid()
        ),
        "the held back are not all the rest": revision.held_back != sum(abs(now[one] - true.get(one, 0)) for one in grid()),
        "the flag is not that of what is held back": revision.table.held_back != (revision.held_back > 0),
        "more are included than there are": sum(true.values()) > max(sum(now.values()), sum(before.values())),
        "a sum is 1 to 4": any(1 <= value <= 4 for value in adjusted.values()),
        "an exact total is not exact": any(sums[one] != adjusted[one] for one in {**sums, **adjusted} if order(one) <= 1),
        "a number cannot stand for its count": any(
            shown.get(one, 0) not in ({0, 5, 6, 7} if true.get(one, 0) in range(1, 5) else {true.get(one, 0)}) for one in grid()
        ),
        "an unchanged cell has another number": any(
            table.cells.get(one, 0) != shown.get(one, 0) for one in grid() if true.get(one, 0) == before.get(one, 0)
        ),
        "the attack on both finds something": list(differencing.told(*pair)) != [],
    }
    return [fault for fault, found in faults.items() if found]


@settings(max_examples=15)
@given(batches())
def test_whatever_changed_a_revision_keeps_every_promise(changes: dict[Codes, int]) -> None:
    assert wrong(*revised(changes)) == []


@settings(max_examples=3)
@given(batches())
def test_the_same_changes_are_revised_in_the_same_way(changes: dict[Codes, int]) -> None:
    assert revised(changes) == revised(changes)


def test_a_broken_promise_is_found() -> None:
    now, revision = revised({})
    fewer = {codes: value for codes, value in revision.true.items() if codes != grid()[0]}
    assert wrong(now, revision) == []
    assert "an exact total is not exact" in wrong(now, Revision(revision.table, fewer, 0))


def test_ten_people_more_in_large_cells_are_shown_whole() -> None:
    now, revision = revised(dict.fromkeys([codes for codes, value in START.items() if value >= 8], 12))
    assert revision.held_back == 0
    assert revision.true == {codes: value for codes, value in now.items() if value}


def test_one_small_count_shown_as_7_that_grew_to_5_no_longer_stops_the_others() -> None:
    counts, table = first()
    stuck = next(codes for codes, value in counts.cells().items() if value < 5 and table.cells.get(codes) in {6, 7})
    changes = dict.fromkeys([codes for codes, value in START.items() if value >= 8], 12)
    now, revision = revised({**changes, stuck: 5 - START[stuck]})
    assert wrong(now, revision) == []
    assert 0 < revision.held_back <= 20
    assert sum(revision.true.values()) > sum(START.values()) + 100


def test_a_correction_between_two_small_counts_is_included_unseen_or_left_but_nobody_is_counted_twice() -> None:
    counts = first()[0].cells()
    one, other = [codes for codes, value in counts.items() if value == 2][:2]
    now, revision = revised({one: -1, other: 1})
    assert wrong(now, revision) == []
    assert revision.table.cells == first()[1].cells
    assert sum(revision.true.values()) == sum(counts.values())


def test_a_late_correction_among_additions_does_not_stop_them() -> None:
    large = [codes for codes, value in START.items() if value >= 8]
    now, revision = revised({**dict.fromkeys(large, 12), large[0]: -1, large[1]: 13})
    assert wrong(now, revision) == []
    assert sum(revision.true.values()) > sum(START.values()) + 100


def test_a_revision_that_an_older_release_would_give_away_is_held_back() -> None:
    counts, table = first()
    large = [codes for codes, value in START.items() if value >= 8]
    now = Counts.of(YEAR, TINY, after(counts.cells(), dict.fromkeys(large, 12)))
    older = {codes: value + 11 if codes in large else value for codes, value in table.cells.items()}
    alone, beside = (disclosure.revise(now, (), Earlier(counts.cells(), table.cells, kept)) for kept in ((), (older,)))
    assert alone.held_back == 0
    assert beside.table.cells == table.cells


@pytest.mark.parametrize(("before", "after"), [one for one in itertools.product(SHOWN, SHOWN) if one[0] != one[1]])
def test_what_two_numbers_let_a_cell_have_grown_by_is_found_by_trying_every_count(before: int, after: int) -> None:
    pairs = [(old, new) for old in truths(before) for new in truths(after) if new > old]
    free = {most for most in range(25) if is_free([one for one in pairs if one[1] - one[0] <= most], before, after)}
    found = growth(before, after)
    assert (found is None) == (not free)
    if found:
        assert found.needed == min(free)
        assert (found.least, found.most) == (min(b - a for a, b in pairs), max(b - a for a, b in pairs))


def truths(shown: int) -> list[int]:
    return [true for true in range(60) if shown == true or (1 <= true <= 4 and shown in {0, 5, 6, 7})]


def is_free(pairs: list[tuple[int, int]], before: int, after: int) -> bool:
    ranges = [{old for old, _ in pairs}, {new for _, new in pairs}]
    return bool(pairs) and all(
        shown > 7 or max(values) - min(values) >= 4 for shown, values in zip((before, after), ranges, strict=True)
    )


@pytest.mark.parametrize("shown", SHOWN)
def test_what_a_number_can_stand_for_is_what_the_rule_could_have_made_it_from(shown: int) -> None:
    assert behind(shown) == truths(shown)


@pytest.mark.parametrize(("by", "safe"), [(0, True), (2, False), (9, False), (10, True)])
def test_two_tables_tell_nothing_where_their_totals_move_by_none_or_ten(by: int, safe: bool) -> None:
    old = dict.fromkeys(grid(), 30)
    new = {**old, grid()[0]: 30 + by}
    assert tell_nothing(old, new) == tell_nothing(new, old) == safe
    assert (list(differencing.told(year(old), year(new))) == []) == safe


def year(cells: Mapping[Codes, int]) -> Year:
    return Year(YEAR, TINY, cells, ())
