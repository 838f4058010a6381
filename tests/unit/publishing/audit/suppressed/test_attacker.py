"""The attacker finds all that published tables give away, claims no more than that, and is not fooled by fractions."""

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
from referrals.publishing.audit.suppressed import attacker as suppressed_attacker
from referrals.publishing.audit.suppressed.attacker import Cell, PublishedTables
from tests.fixtures import invented_counts
from tests.fixtures.examples import examples

pytestmark = pytest.mark.publishing

CODES = ("a", "b", "c")
T = "_T"


@dataclass(frozen=True)
class Case:
    """Small tables with cells withheld, and the truth behind them."""

    shape: tuple[int, ...]
    truth: Mapping[Cell, int]
    withheld: frozenset[Cell]

    @property
    def tables(self) -> PublishedTables:
        return {
            cell: None if cell in self.withheld else count
            for cell, count in summed(self.shape, self.truth).items()
        }


def finest(shape: tuple[int, ...]) -> list[Cell]:
    return list(itertools.product(*(CODES[:size] for size in shape)))


def summed(shape: tuple[int, ...], counts: Mapping[Cell, int]) -> dict[Cell, int]:
    """Every cell of every table of counts."""
    return {
        cell: sum(counts.get(one, 0) for one in inside) for cell, inside in members(shape).items()
    }


@cache
def members(shape: tuple[int, ...]) -> dict[Cell, list[Cell]]:
    """The finest cells within every cell of every table."""
    wanted = itertools.product(*((T, *CODES[:size]) for size in shape))
    return {
        cell: [
            one
            for one in finest(shape)
            if all(code in (T, own) for own, code in zip(one, cell, strict=True))
        ]
        for cell in wanted
    }


@st.composite
def cases(draw: st.DrawFn, shapes: tuple[tuple[int, ...], ...], most: int) -> Case:
    shape = draw(st.sampled_from(shapes))
    truth = {cell: draw(st.integers(0, most)) for cell in finest(shape)}
    # The total is always published: it keeps the fillings to be tried few.
    cells = [cell for cell in summed(shape, truth) if set(cell) != {T}]
    return Case(shape, truth, frozenset(draw(st.sets(st.sampled_from(cells), min_size=1))))


def fillings(shape: tuple[int, ...], total: int) -> Iterator[dict[Cell, int]]:
    """Every way to divide a total among the finest cells."""
    cells = finest(shape)
    for bars in itertools.combinations(range(total + len(cells) - 1), len(cells) - 1):
        ends = (-1, *bars, total + len(cells) - 1)
        yield {
            cell: right - left - 1
            for cell, (left, right) in zip(cells, itertools.pairwise(ends), strict=True)
        }


def by_trying_all(case: Case, least: int, most: int | None) -> dict[Cell, tuple[int, int]]:
    """The range of each withheld cell over every filling that agrees with what is published, and with the rule."""
    tables, found = case.tables, dict[Cell, list[int]]()
    for filling in fillings(case.shape, sum(case.truth.values())):
        sums = summed(case.shape, filling)
        if all(value in (None, sums[cell]) for cell, value in tables.items()):
            hidden = {cell: sums[cell] for cell in case.withheld}
            if all(least <= count and (most is None or count <= most) for count in hidden.values()):
                for cell, count in hidden.items():
                    found.setdefault(cell, []).append(count)
    return {cell: (min(counts), max(counts)) for cell, counts in found.items()}


@settings(max_examples=examples(40))
@given(cases(shapes=((2, 2), (2, 3), (3, 2)), most=2))
def test_the_range_of_each_cell_of_a_small_table_is_that_of_all_its_fillings(case: Case) -> None:
    assume(sum(case.truth.values()) <= 8)
    assert suppressed_attacker.ranges(case.tables) == by_trying_all(case, 0, None)


@settings(max_examples=examples(15))
@given(cases(shapes=((2, 2, 2),), most=1))
def test_the_range_of_each_cell_of_a_three_way_table_is_that_of_all_its_fillings(
    case: Case,
) -> None:
    assume(sum(case.truth.values()) <= 5)
    assert suppressed_attacker.ranges(case.tables) == by_trying_all(case, 0, None)


@settings(max_examples=examples(25))
@given(cases(shapes=((2, 2), (2, 3)), most=2), st.sampled_from([(1, None), (1, 4), (0, 2)]))
def test_a_rule_on_withheld_cells_narrows_ranges_to_those_of_the_fillings_that_obey_it(
    case: Case, rule: tuple[int, int | None]
) -> None:
    expected = by_trying_all(case, rule[0], rule[1])
    assume(expected)
    found = suppressed_attacker.ranges(
        case.tables, withheld_at_least=rule[0], withheld_at_most=rule[1]
    )
    assert found == expected


def two_by_two(*values: int | None) -> dict[Cell, int | None]:
    """A two-by-two table whose rows are of 10 and 12, and its columns of 11 and 11."""
    totals: dict[Cell, int | None] = {
        (T, T): 22,
        ("a", T): 10,
        ("b", T): 12,
        (T, "a"): 11,
        (T, "b"): 11,
    }
    return {**totals, **dict(zip(itertools.product("ab", "ab"), values, strict=True))}


def test_one_withheld_cell_of_a_row_is_no_secret() -> None:
    assert suppressed_attacker.exactly_recovered(two_by_two(None, 7, 8, 4)) == {("a", "a"): 3}


def test_a_whole_block_withheld_leaves_what_the_totals_allow() -> None:
    found = suppressed_attacker.ranges(two_by_two(None, None, None, None))
    assert found == {
        ("a", "a"): (0, 10),
        ("a", "b"): (0, 10),
        ("b", "a"): (1, 11),
        ("b", "b"): (1, 11),
    }


def test_a_table_printed_beside_it_gives_away_what_was_withheld() -> None:
    withheld = two_by_two(None, None, None, None)
    assert suppressed_attacker.exactly_recovered(withheld) == {}
    assert suppressed_attacker.exactly_recovered(withheld, {("a", "a"): 3}) == {
        ("a", "b"): 7,
        ("b", "a"): 8,
        ("b", "b"): 4,
    }


def test_a_floor_holds_for_cells_that_nobody_published() -> None:
    tables: dict[Cell, int | None] = {(T,): 10, ("a",): None, ("b",): 5}
    beside: dict[Cell, int | None] = {("c",): None}
    assert suppressed_attacker.ranges(tables, beside) == {("a",): (0, 5), ("c",): (0, 5)}
    assert suppressed_attacker.ranges(tables, beside, floor=2) == {("a",): (2, 3), ("c",): (2, 3)}


def test_printed_zeros_beside_cells_of_at_least_one_give_cells_away_that_withheld_zeros_keep() -> (
    None
):
    totals: dict[Cell, int | None] = {(T,): 12, ("a",): None, ("b",): None, ("c",): 10}
    assert suppressed_attacker.exactly_recovered(totals) == {}
    assert suppressed_attacker.exactly_recovered(totals, withheld_at_least=1) == {
        ("a",): 1,
        ("b",): 1,
    }


# Among the cells of three and two dimensions, three combinations are printed as empty; with the totals, that makes the
# count of (a, a, a) odd.
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
        for cell in summed((2, 2, 2), {})
        if cell.count(T) == 1
        or (T not in cell and cell not in {("a", "b", "b"), ("b", "a", "b"), ("b", "b", "a")})
    ),
)


def test_a_range_that_fractions_would_overstate_is_that_of_whole_people() -> None:
    found = suppressed_attacker.ranges(ODD.tables)
    assert found == by_trying_all(ODD, 0, None)
    assert found["a", "a", "a"] == (1, 3)
    searched = suppressed_attacker._Attacker(ODD.tables, (), 0, (None, None))
    assert searched._least(("a", "a", "a"), 1, whole=False) == pytest.approx(0)


def test_an_answer_of_fractions_taken_for_whole_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    least = suppressed_attacker._Attacker._least
    monkeypatch.setattr(
        suppressed_attacker._Attacker,
        "_least",
        lambda self, cell, sign, **_: least(self, cell, sign, whole=False),
    )
    with pytest.raises(DisclosureError, match="is not whole"):
        suppressed_attacker.ranges(ODD.tables)


def test_a_filling_that_breaks_a_published_number_is_not_taken_for_one() -> None:
    attacker = suppressed_attacker._Attacker(
        two_by_two(None, None, None, None), (), 0, (None, None)
    )
    attacker._keep([3.0, 7.0, 8.0, 5.0])
    assert not attacker.is_wide(("a", "a"), 0)
    attacker._keep([2.5, 7.5, 8.5, 3.5])
    assert not attacker.is_wide(("a", "a"), 0)
    right: dict[Cell, float] = {("a", "a"): 3.0, ("a", "b"): 7.0, ("b", "a"): 8.0, ("b", "b"): 4.0}
    attacker._keep([right[cell] for cell in attacker._columns])
    assert attacker.is_wide(("a", "a"), 0)


def test_narrow_names_the_cells_whose_range_is_too_small_and_no_others() -> None:
    tables: dict[Cell, int | None] = {(T,): 16, ("a",): None, ("b",): None, ("c",): 12}
    assert suppressed_attacker.narrow(tables, width=4) == {}
    assert suppressed_attacker.narrow(tables, width=5) == {("a",): (0, 4), ("b",): (0, 4)}


@settings(max_examples=examples(30))
@given(cases(shapes=((2, 2), (2, 3)), most=4), st.integers(1, 4))
def test_narrow_and_exact_are_the_narrow_and_the_exact_of_all_ranges(
    case: Case, width: int
) -> None:
    every = suppressed_attacker.ranges(case.tables)
    assert suppressed_attacker.narrow(case.tables, width=width) == {
        cell: span for cell, span in every.items() if span[1] - span[0] < width
    }
    assert suppressed_attacker.exactly_recovered(case.tables) == {
        cell: low for cell, (low, high) in every.items() if low == high
    }


def test_a_planted_release_that_only_hides_counts_below_five_is_broken() -> None:
    codes = invented_counts.categories(*invented_counts.FIVE)
    truth = invented_counts.margins(
        invented_counts.people(*invented_counts.FIVE, seed=1), codes, up_to=3
    )
    hidden = {cell: None if 1 <= count <= 4 else count for cell, count in truth.items()}
    found = suppressed_attacker.exactly_recovered(hidden)
    assert len(found) >= 63
    assert found.items() <= truth.items()
    with_rule = suppressed_attacker.exactly_recovered(
        hidden, withheld_at_least=1, withheld_at_most=4
    )
    assert with_rule.keys() > found.keys()
    assert with_rule.items() <= truth.items()


@pytest.mark.parametrize(
    ("tables", "beside", "message"),
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
def test_tables_that_cannot_be_attacked_are_refused_with_the_cell(
    tables: PublishedTables, beside: PublishedTables, message: str
) -> None:
    with pytest.raises(DisclosureError) as refused:
        suppressed_attacker.ranges(tables, beside)
    assert str(refused.value).startswith(message)


def test_tables_that_only_fractions_of_people_could_fill_are_refused() -> None:
    # Without (a, a, a), the count of each of three others is half of three.
    impossible = {**ODD.tables, ("a", "a", "a"): 0}
    with pytest.raises(DisclosureError, match=r"^These tables cannot all be true of whole people"):
        suppressed_attacker.ranges(impossible)


def test_tables_with_nothing_withheld_have_nothing_to_give_away() -> None:
    assert suppressed_attacker.ranges({}) == {}
    assert suppressed_attacker.ranges(two_by_two(3, 7, 8, 4)) == {}


def test_the_attacker_shares_no_code_with_what_protects() -> None:
    """What it imports of ours is the family of errors alone."""
    tree = ast.parse(inspect.getsource(suppressed_attacker))
    modules = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {module for module in modules if module.startswith("referrals")} == {"referrals.errors"}
