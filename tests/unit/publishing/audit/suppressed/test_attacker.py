"""The attacker finds every disclosure of published tables, and claims no more than that."""

from __future__ import annotations

import ast
import inspect
import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from referrals.errors import DisclosureError
from referrals.publishing.audit.suppressed import attacker
from referrals.publishing.audit.suppressed.attacker import Cell, PublishedTables
from tests.fixtures import invented_counts
from tests.fixtures.examples import examples

pytestmark = pytest.mark.publishing

CODES = ("a", "b", "c")
T = "_T"


@dataclass(frozen=True)
class Case:
    """Small tables with cells suppressed, and the truth behind them."""

    shape: tuple[int, ...]
    truth: Mapping[Cell, int]
    suppressed: frozenset[Cell]

    @property
    def tables(self) -> PublishedTables:
        return {
            cell: None if cell in self.suppressed else count
            for cell, count in all_sums(self.shape, self.truth).items()
        }


def finest_cells(shape: tuple[int, ...]) -> list[Cell]:
    return list(itertools.product(*(CODES[:size] for size in shape)))


def all_sums(shape: tuple[int, ...], counts: Mapping[Cell, int]) -> dict[Cell, int]:
    """Return every cell of every table of counts."""
    return {
        cell: sum(counts.get(finest, 0) for finest in inside)
        for cell, inside in members(shape).items()
    }


@cache
def members(shape: tuple[int, ...]) -> dict[Cell, list[Cell]]:
    """Return the finest cells of every cell of every table."""
    found: dict[Cell, list[Cell]] = {}
    for cell in itertools.product(*((T, *CODES[:size]) for size in shape)):
        found[cell] = [
            finest
            for finest in finest_cells(shape)
            if all(code in (T, own) for own, code in zip(finest, cell, strict=True))
        ]
    return found


@st.composite
def cases(draw: st.DrawFn, shapes: tuple[tuple[int, ...], ...], most: int) -> Case:
    shape = draw(st.sampled_from(shapes))
    truth = {cell: draw(st.integers(0, most)) for cell in finest_cells(shape)}
    # The total is always published, so that there are few tables to list.
    cells = [cell for cell in all_sums(shape, truth) if set(cell) != {T}]
    return Case(shape, truth, frozenset(draw(st.sets(st.sampled_from(cells), min_size=1))))


def tables_with_total(shape: tuple[int, ...], total: int) -> Iterator[dict[Cell, int]]:
    """Yield every table of whole numbers with a total."""
    cells = finest_cells(shape)
    for bars in itertools.combinations(range(total + len(cells) - 1), len(cells) - 1):
        ends = (-1, *bars, total + len(cells) - 1)
        yield {
            cell: right - left - 1
            for cell, (left, right) in zip(cells, itertools.pairwise(ends), strict=True)
        }


def intervals_by_listing(case: Case, least: int, most: int | None) -> dict[Cell, tuple[int, int]]:
    """Return the interval of each suppressed cell over all tables that fit the publication."""
    found: dict[Cell, list[int]] = {}
    for table in tables_with_total(case.shape, sum(case.truth.values())):
        sums = all_sums(case.shape, table)
        if any(value not in (None, sums[cell]) for cell, value in case.tables.items()):
            continue
        suppressed = {cell: sums[cell] for cell in case.suppressed}
        if any(count < least for count in suppressed.values()):
            continue
        if most is not None and any(count > most for count in suppressed.values()):
            continue
        for cell, count in suppressed.items():
            found.setdefault(cell, []).append(count)
    return {cell: (min(counts), max(counts)) for cell, counts in found.items()}


@settings(max_examples=examples(40))
@given(cases(shapes=((2, 2), (2, 3), (3, 2)), most=2))
def test_intervals_of_a_two_way_table_are_those_of_listing_all_feasible_tables(case: Case) -> None:
    assume(sum(case.truth.values()) <= 8)
    assert attacker.intervals(case.tables) == intervals_by_listing(case, 0, None)


@settings(max_examples=examples(15))
@given(cases(shapes=((2, 2, 2),), most=1))
def test_intervals_of_a_three_way_table_are_those_of_listing_all_feasible_tables(
    case: Case,
) -> None:
    assume(sum(case.truth.values()) <= 5)
    assert attacker.intervals(case.tables) == intervals_by_listing(case, 0, None)


@settings(max_examples=examples(25))
@given(cases(shapes=((2, 2), (2, 3)), most=2), st.sampled_from([(1, None), (1, 4), (0, 2)]))
def test_intervals_under_a_rule_on_suppressed_cells_are_those_of_the_tables_that_obey_it(
    case: Case, rule: tuple[int, int | None]
) -> None:
    expected = intervals_by_listing(case, rule[0], rule[1])
    assume(expected)
    found = attacker.intervals(case.tables, suppressed_at_least=rule[0], suppressed_at_most=rule[1])
    assert found == expected


def two_by_two(*values: int | None) -> dict[Cell, int | None]:
    """Return a two-by-two table with row totals 10 and 12, and column totals 11 and 11."""
    totals: dict[Cell, int | None] = {
        (T, T): 22,
        ("a", T): 10,
        ("b", T): 12,
        (T, "a"): 11,
        (T, "b"): 11,
    }
    return {**totals, **dict(zip(itertools.product("ab", "ab"), values, strict=True))}


def test_a_single_suppressed_cell_is_exactly_recovered() -> None:
    assert attacker.exactly_recovered(two_by_two(None, 7, 8, 4)) == {("a", "a"): 3}


def test_the_intervals_of_a_wholly_suppressed_table_are_those_that_its_totals_allow() -> None:
    found = attacker.intervals(two_by_two(None, None, None, None))
    assert found == {
        ("a", "a"): (0, 10),
        ("a", "b"): (0, 10),
        ("b", "a"): (1, 11),
        ("b", "b"): (1, 11),
    }


def test_a_cell_printed_elsewhere_recovers_all_suppressed_cells() -> None:
    suppressed = two_by_two(None, None, None, None)
    assert attacker.exactly_recovered(suppressed) == {}
    assert attacker.exactly_recovered(suppressed, {("a", "a"): 3}) == {
        ("a", "b"): 7,
        ("b", "a"): 8,
        ("b", "b"): 4,
    }


def test_the_floor_holds_for_cells_of_tables_that_were_not_published() -> None:
    tables: dict[Cell, int | None] = {(T,): 10, ("a",): None, ("b",): 5}
    elsewhere: dict[Cell, int | None] = {("c",): None}
    assert attacker.intervals(tables, elsewhere) == {("a",): (0, 5), ("c",): (0, 5)}
    assert attacker.intervals(tables, elsewhere, floor=2) == {("a",): (2, 3), ("c",): (2, 3)}


def test_a_rule_that_suppressed_cells_are_at_least_1_recovers_cells_exactly() -> None:
    totals: dict[Cell, int | None] = {(T,): 12, ("a",): None, ("b",): None, ("c",): 10}
    assert attacker.exactly_recovered(totals) == {}
    assert attacker.exactly_recovered(totals, suppressed_at_least=1) == {
        ("a",): 1,
        ("b",): 1,
    }


# Three combinations are printed as 0. With the totals, that makes the count of (a, a, a) odd.
ODD = Case(
    (2, 2, 2),
    {
        ("a", "a", "a"): 1,
        ("a", "a", "b"): 1,
        ("a", "b", "a"): 1,
        ("b", "a", "a"): 1,
        ("b", "b", "b"): 1,
    },
    frozenset(
        cell
        for cell in all_sums((2, 2, 2), {})
        if cell.count(T) == 1
        or (T not in cell and cell not in {("a", "b", "b"), ("b", "a", "b"), ("b", "b", "a")})
    ),
)


def test_intervals_are_those_of_whole_numbers_if_real_ones_are_wider() -> None:
    found = attacker.intervals(ODD.tables)
    assert found == intervals_by_listing(ODD, 0, None)
    assert found["a", "a", "a"] == (1, 3)
    searched = attacker._Attack(ODD.tables, (), 0, (None, None))
    assert searched._minimise(("a", "a", "a"), 1, whole=False) == pytest.approx(0)


def test_a_fractional_answer_of_the_solver_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    least = attacker._Attack._minimise
    monkeypatch.setattr(
        attacker._Attack,
        "_minimise",
        lambda self, cell, sign, **_: least(self, cell, sign, whole=False),
    )
    with pytest.raises(DisclosureError, match="is not whole"):
        attacker.intervals(ODD.tables)


def test_a_table_that_is_fractional_or_breaks_a_published_number_is_not_noted() -> None:
    attack = attacker._Attack(two_by_two(None, None, None, None), (), 0, (None, None))
    attack._note_table([3.0, 7.0, 8.0, 5.0])
    assert not attack.is_wide(("a", "a"), 0)
    attack._note_table([2.5, 7.5, 8.5, 3.5])
    assert not attack.is_wide(("a", "a"), 0)
    right: dict[Cell, float] = {("a", "a"): 3.0, ("a", "b"): 7.0, ("b", "a"): 8.0, ("b", "b"): 4.0}
    attack._note_table([right[cell] for cell in attack._columns])
    assert attack.is_wide(("a", "a"), 0)


def test_narrow_intervals_are_those_below_the_width() -> None:
    tables: dict[Cell, int | None] = {(T,): 16, ("a",): None, ("b",): None, ("c",): 12}
    assert attacker.narrow_intervals(tables, width=4) == {}
    assert attacker.narrow_intervals(tables, width=5) == {("a",): (0, 4), ("b",): (0, 4)}


@settings(max_examples=examples(30))
@given(cases(shapes=((2, 2), (2, 3)), most=4), st.integers(1, 4))
def test_narrow_intervals_and_exactly_recovered_are_subsets_of_all_intervals(
    case: Case, width: int
) -> None:
    intervals = attacker.intervals(case.tables)
    assert attacker.narrow_intervals(case.tables, width=width) == {
        cell: (low, high) for cell, (low, high) in intervals.items() if high - low < width
    }
    assert attacker.exactly_recovered(case.tables) == {
        cell: low for cell, (low, high) in intervals.items() if low == high
    }


@pytest.mark.parametrize(
    "dimensions",
    [
        invented_counts.FIVE[1:],
        pytest.param(invented_counts.FIVE, marks=pytest.mark.slow),
    ],
)
def test_the_attacker_breaks_a_release_that_suppresses_counts_below_five_and_nothing_else(
    dimensions: tuple[str, ...],
) -> None:
    codes = invented_counts.categories(*dimensions)
    truth = invented_counts.margins(invented_counts.people(*dimensions, seed=1), codes, up_to=3)
    hidden = {cell: None if 1 <= count <= 4 else count for cell, count in truth.items()}
    found = attacker.exactly_recovered(hidden)
    assert len(found) >= 63
    assert found.items() <= truth.items()
    with_rule = attacker.exactly_recovered(hidden, suppressed_at_least=1, suppressed_at_most=4)
    assert with_rule.keys() > found.keys()
    assert with_rule.items() <= truth.items()


@pytest.mark.parametrize(
    ("tables", "elsewhere", "message"),
    [
        (
            {(T,): 10, ("a",): 4, ("b",): 5},
            {},
            "The published numbers around the total do not add up.",
        ),
        (
            {(T,): 10, ("a",): None, ("b",): 11},
            {},
            "The published numbers around the total do not add up.",
        ),
        (
            two_by_two(None, None, None, 12),
            {("b", "a"): 1},
            "The published numbers around b do not add up.",
        ),
        (
            {(T,): 10, ("a",): None},
            {(T,): 11},
            "the total is published with two different numbers.",
        ),
        ({("a",): None, ("b",): 3}, {}, "Nothing published limits a from above."),
    ],
)
def test_tables_that_contradict_or_do_not_limit_a_cell_are_refused_with_the_cell(
    tables: PublishedTables, elsewhere: PublishedTables, message: str
) -> None:
    with pytest.raises(DisclosureError) as refused:
        attacker.intervals(tables, elsewhere)
    assert str(refused.value).startswith(message)


def test_tables_that_only_fractional_counts_could_meet_are_refused() -> None:
    # Without (a, a, a), the count of each of three others is half of three.
    impossible = {**ODD.tables, ("a", "a", "a"): 0}
    with pytest.raises(DisclosureError, match=r"^These tables cannot all be true of whole people"):
        attacker.intervals(impossible)


def test_tables_with_nothing_suppressed_have_no_intervals() -> None:
    assert attacker.intervals({}) == {}
    assert attacker.intervals(two_by_two(3, 7, 8, 4)) == {}


def test_the_attacker_imports_nothing_of_ours_but_the_errors() -> None:
    tree = ast.parse(inspect.getsource(attacker))
    modules = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {module for module in modules if module.startswith("referrals")} == {"referrals.errors"}
