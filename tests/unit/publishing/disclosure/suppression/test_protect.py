"""Withholding keeps exact what it prints, hides what is small, and proves that it stays hidden."""

from __future__ import annotations

import inspect
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from referrals.errors import DisclosureError
from referrals.publishing.audit.suppressed import attacker
from referrals.publishing.cell_codes import Fact
from referrals.publishing.disclosure.suppression import feasible_tables, witness_search
from referrals.publishing.disclosure.suppression.feasible_tables import (
    Categories,
    Cell,
    Counts,
    fill,
    sums,
)
from referrals.publishing.disclosure.suppression.protect import (
    LEAST_CATEGORY,
    SMALL,
    WIDTH,
    SuppressedTables,
    protect,
)
from referrals.publishing.disclosure.suppression.secondary import Table
from tests.fixtures import invented_counts
from tests.fixtures.examples import examples

pytestmark = pytest.mark.publishing

T = "_T"
CODES = {"sex": ["M", "F", "N"], "crime": ["MS", "DA", "OTH"], "quarter": ["1", "2"]}
COUNTS: Mapping[Cell, int] = {
    ("M", "MS", "1"): 40, ("M", "MS", "2"): 31, ("M", "DA", "1"): 3, ("M", "OTH", "1"): 12, ("M", "OTH", "2"): 14,
    ("F", "MS", "1"): 22, ("F", "MS", "2"): 25, ("F", "DA", "1"): 30, ("F", "DA", "2"): 28, ("F", "OTH", "2"): 9,
    ("F", "OTH", "1"): 11, ("N", "MS", "1"): 7, ("N", "MS", "2"): 8, ("N", "DA", "2"): 6, ("N", "OTH", "1"): 5,
}  # fmt: skip


@pytest.fixture(scope="module")
def small() -> SuppressedTables:
    return protect(COUNTS, CODES, seed=1)


@pytest.fixture(scope="module")
def full() -> SuppressedTables:
    """1,336 people of 11 nationalities, 7 age bands, 3 sexes, 3 crime types and 4 quarters."""
    return protect(FULL_COUNTS, FULL_CODES, seed=1)


FULL_CODES = invented_counts.categories(*invented_counts.FIVE)
FULL_COUNTS = invented_counts.people(*invented_counts.FIVE, seed=1)


def two_way(truth: Mapping[Cell, int]) -> list[Cell]:
    return [cell for cell in truth if cell.count(T) == len(cell) - 2]


@pytest.mark.parametrize("name", ["small", "full"])
def test_what_is_printed_is_exact_and_every_total_is_printed(
    name: str, request: pytest.FixtureRequest
) -> None:
    tables, truth = made(name, request)
    assert {
        cell: value for cell, value in tables.values.items() if value is not None
    }.items() <= truth.items()
    assert tables.values.keys() == truth.keys()
    assert all(tables.values[cell] == truth[cell] for cell in truth.keys() - set(two_way(truth)))


@pytest.mark.parametrize("name", ["small", "full"])
def test_no_two_way_cell_of_nought_to_four_is_printed(
    name: str, request: pytest.FixtureRequest
) -> None:
    tables, truth = made(name, request)
    small_ones = [cell for cell in two_way(truth) if truth[cell] <= SMALL]
    assert small_ones
    assert set(small_ones) <= set(tables.withheld)


@pytest.mark.parametrize("name", ["small", "full"])
def test_witnesses_agree_with_every_printed_number_and_leave_each_withheld_cell_its_range(
    name: str, request: pytest.FixtureRequest
) -> None:
    tables, _ = made(name, request)
    codes = {name: list(own) for name, own in tables.categories.items()}
    seen = [
        invented_counts.margins(Counter(witness), codes, up_to=2) for witness in tables.witnesses
    ]
    for cell, value in tables.values.items():
        counts = [margins[cell] for margins in seen]
        assert set(counts) == {value} if value is not None else max(counts) - min(counts) >= WIDTH


@pytest.mark.parametrize("name", ["small", "full"])
def test_the_attacker_leaves_each_withheld_cell_at_least_the_range_of_the_witnesses(
    name: str, request: pytest.FixtureRequest
) -> None:
    tables, truth = made(name, request)
    found = attacker.intervals(tables.values)
    assert found.keys() == tables.ranges.keys()
    for cell, (low, high) in tables.ranges.items():
        assert found[cell][0] <= low
        assert high <= found[cell][1]
        assert found[cell][0] <= truth[cell] <= found[cell][1]


def made(name: str, request: pytest.FixtureRequest) -> tuple[SuppressedTables, dict[Cell, int]]:
    """Protected tables by the name of their fixture, and the truth behind them."""
    counts, codes = (COUNTS, CODES) if name == "small" else (FULL_COUNTS, FULL_CODES)
    tables: SuppressedTables = request.getfixturevalue(name)
    return tables, sums(counts, codes)


def test_little_is_withheld_of_1_336_people(full: SuppressedTables) -> None:
    truth = sums(FULL_COUNTS, FULL_CODES)
    people = sum(truth[cell] for cell in two_way(truth))
    assert sum(truth[cell] for cell in full.withheld) < people * 0.02


def test_the_same_counts_and_seed_give_the_same_tables_and_witnesses(
    small: SuppressedTables,
) -> None:
    shuffled = dict(reversed(list(COUNTS.items())))
    assert protect(shuffled, CODES, seed=1) == small


def test_what_is_withheld_depends_on_the_counts_and_not_on_the_seed(
    small: SuppressedTables,
) -> None:
    assert protect(COUNTS, CODES, seed=2).values == small.values


def test_witnesses_come_from_the_published_tables_and_not_from_the_records_behind_them(
    small: SuppressedTables,
) -> None:
    # Two people who exchange their quarter change the records, and none of the one- and two-way tables.
    moved = Counter(COUNTS)
    moved.update(
        {("M", "MS", "1"): 1, ("M", "OTH", "2"): 1, ("F", "MS", "2"): 1, ("F", "OTH", "1"): 1}
    )
    moved.subtract(
        {("M", "MS", "2"): 1, ("M", "OTH", "1"): 1, ("F", "MS", "1"): 1, ("F", "OTH", "2"): 1}
    )
    assert sums(moved, CODES) == sums(COUNTS, CODES)
    assert protect(moved, CODES, seed=1) == small
    assert "truth" not in inspect.getsource(feasible_tables).replace("possible truth", "")


YEAR = {
    "quarter": ["Q1", "Q2"], "nationality": ["A", "B", "C"], "age_band": ["0-17"], "sex": ["M", "F", "N"],
    "crime_type": ["MS"], "outcome": ["NFA"],
}  # fmt: skip
PEOPLE = {("A", "M"): 2, ("A", "F"): 40, ("A", "N"): 12, ("B", "M"): 30, ("B", "F"): 26, ("B", "N"): 9,
          ("C", "M"): 22, ("C", "F"): 35, ("C", "N"): 14}  # fmt: skip
IN_YEAR: Mapping[Cell, int] = {
    (quarter, nationality, "0-17", sex, "MS", "NFA"): count // 2
    + (count % 2 if quarter == "Q1" else 0)
    for (nationality, sex), count in PEOPLE.items()
    for quarter in ("Q1", "Q2")
}


def cell_of(nationality: str, sex: str) -> Cell:
    return (T, nationality, T, sex, T, T)


def test_a_number_that_is_known_from_elsewhere_is_not_withheld_to_hide_others() -> None:
    free = protect(IN_YEAR, YEAR, seed=1)
    hiding = {
        cell
        for cell in free.withheld
        if T not in (cell[1], cell[3]) and PEOPLE[cell[1], cell[3]] > SMALL
    }
    assert hiding
    known = min(hiding)
    value = PEOPLE[known[1], known[3]]
    fact = Fact("E1", "2020-21", {"nationality": [known[1]], "sex": [known[3]]}, value, value)
    tables = protect(IN_YEAR, YEAR, seed=1, facts=[fact])
    assert tables.values[known] == value
    assert tables.values[cell_of("A", "M")] is None
    assert attacker.narrow_intervals(tables.values, width=WIDTH) == {}


def test_witnesses_agree_with_what_is_known_from_elsewhere() -> None:
    known = Fact(
        "E1", "2020-21", {"nationality": ["A", "B"], "sex": ["M"], "quarter": ["Q1"]}, 14, 18
    )
    tables = protect(IN_YEAR, YEAR, seed=1, facts=[known])
    for witness in tables.witnesses:
        assert 14 <= sum(count for cell, count in witness.items() if known.holds_cell(cell)) <= 18


def test_a_witness_that_contradicts_what_is_known_is_refused_with_its_name() -> None:
    tables = protect(IN_YEAR, YEAR, seed=1)
    with pytest.raises(
        DisclosureError, match=r"^A witness contradicts E1, which was published before"
    ):
        replace(tables, facts=(Fact("E1", "2020-21", {"sex": ["M"]}, 1, 2),))


@pytest.mark.parametrize("name", ["small", "full"])
def test_without_any_one_witness_some_cell_lacks_its_range(
    name: str, request: pytest.FixtureRequest
) -> None:
    tables, _ = made(name, request)
    for left_out in range(len(tables.witnesses)):
        rest = tables.witnesses[:left_out] + tables.witnesses[left_out + 1 :]
        with pytest.raises(DisclosureError, match="a range of only"):
            replace(tables, witnesses=rest)


def test_tables_that_withhold_nothing_have_a_witness_all_the_same() -> None:
    tables = protect({("M", "A"): 40, ("F", "A"): 30}, {"sex": ["M", "F"], "crime": ["A"]}, seed=1)
    assert tables.withheld == ()
    assert len(tables.witnesses) == 1


def test_a_category_that_nobody_is_in_is_printed_as_empty(small: SuppressedTables) -> None:
    empty = {**CODES, "sex": [*CODES["sex"], "X"]}
    tables = protect(COUNTS, empty, seed=1)
    assert {value for cell, value in tables.values.items() if "X" in cell} == {0}
    assert set(tables.withheld) == set(small.withheld)


@pytest.mark.parametrize(
    ("count", "is_refused"), [(1, True), (LEAST_CATEGORY - 1, True), (LEAST_CATEGORY, False)]
)
def test_a_category_of_fewer_than_ten_is_refused_by_name(count: int, *, is_refused: bool) -> None:
    counts: dict[Cell, int] = {("M",): 40, ("X",): count}
    codes = {"sex": ["M", "X"]}
    if not is_refused:
        assert protect(counts, codes, seed=1).withheld == ()
        return
    with pytest.raises(
        DisclosureError, match=r"^X has fewer than 10 people\. Group it with another category\.$"
    ):
        protect(counts, codes, seed=1)


@pytest.mark.parametrize("counts", [{("M", "OTHER"): 3}, {("M",): 3}, {("M", "A"): -1}])
def test_counts_that_do_not_fit_the_categories_are_refused(counts: Mapping[Cell, int]) -> None:
    with pytest.raises(DisclosureError, match="does not fit the categories"):
        protect(counts, {"sex": ["M"], "crime": ["A"]}, seed=1)


def test_a_cell_that_no_withholding_can_hide_is_named() -> None:
    # In a table of one row, every cell is its column's total.
    table = grid([[3, 40, 50]])
    with pytest.raises(DisclosureError, match=r"^0 × 0 cannot be protected"):
        table.complement({("0", "0")})


def test_a_witness_that_contradicts_a_printed_number_is_refused(small: SuppressedTables) -> None:
    printed = next(cell for cell in two_way(sums(COUNTS, CODES)) if small.values[cell] is not None)
    changed = {**small.values, printed: (small.values[printed] or 0) + 1}
    with pytest.raises(DisclosureError, match=r"^Witness 1 contradicts the published "):
        replace(small, values=changed)


def test_too_few_witnesses_for_a_range_are_refused_with_the_cell(small: SuppressedTables) -> None:
    with pytest.raises(DisclosureError, match=r" a range of only 0\. Withhold more cells\.$"):
        replace(small, witnesses=small.witnesses[:1])


def test_a_witness_with_a_count_below_nought_is_refused(small: SuppressedTables) -> None:
    first, *others = small.witnesses
    with pytest.raises(DisclosureError, match="below nought"):
        replace(small, witnesses=({**first, ("N", "MS", "1"): -1}, *others))


@pytest.mark.parametrize(
    ("count", "message"),
    [(0, "is published"), (SMALL, "is published"), (SMALL + 1, "Witness 1 contradicts")],
)
def test_a_small_cell_printed_after_all_is_refused(
    small: SuppressedTables, count: int, message: str
) -> None:
    truth = sums(COUNTS, CODES)
    cell = min(small.withheld, key=lambda one: truth[one])
    with pytest.raises(DisclosureError, match=message):
        replace(small, values={**small.values, cell: count})


def grid(rows: list[list[int]]) -> Table:
    cells: list[list[Cell]] = [
        [(str(row), str(column)) for column, _ in enumerate(counts)]
        for row, counts in enumerate(rows)
    ]
    values = {
        cell: count
        for line, counts in zip(cells, rows, strict=True)
        for cell, count in zip(line, counts, strict=True)
    }
    return Table(values, [*cells, *zip(*cells, strict=True)], WIDTH)


def as_published(table: Table, withheld: set[Cell]) -> dict[Cell, int | None]:
    """The cells of a table, and its totals."""
    counts = sums(
        table.values,
        {
            "row": sorted({row for row, _ in table.values}),
            "column": sorted({to for _, to in table.values}),
        },
    )
    return {cell: None if cell in withheld else count for cell, count in counts.items()}


@settings(max_examples=examples(20))
@given(st.lists(st.lists(st.integers(0, 15), min_size=3, max_size=3), min_size=2, max_size=3))
def test_each_cell_withheld_of_one_table_has_its_range_by_the_attackers_arithmetic(
    rows: list[list[int]],
) -> None:
    table = grid(rows)
    small_ones = {cell for cell, value in table.values.items() if value <= SMALL}
    try:
        withheld = table.complement(small_ones)
    except DisclosureError:
        # Then withholding everything would not do either.
        assert attacker.narrow_intervals(as_published(table, set(table.values)), width=WIDTH)
        return
    assert small_ones <= withheld
    assert attacker.narrow_intervals(as_published(table, withheld), width=WIDTH) == {}


def test_the_cells_withheld_to_hide_others_are_those_that_lose_fewest_people() -> None:
    table = grid([[2, 90, 8], [80, 95, 99], [9, 70, 7]])
    assert table.complement({("0", "0")}) == {("0", "0"), ("0", "2"), ("2", "0"), ("2", "2")}


def test_nothing_is_withheld_of_a_table_without_small_cells() -> None:
    assert grid([[5, 6], [7, 8]]).complement(set()) == set()


def test_a_printed_cell_that_hides_nothing_by_itself_is_noticed() -> None:
    table = grid([[2, 90], [80, 95]])
    assert not table.hides({("0", "0"), ("0", "1")})
    assert table.hides(set(table.values))


def test_a_filling_follows_its_wishes() -> None:
    block = {("M", "MS", T), ("M", "DA", T), ("F", "MS", T), ("F", "DA", T)}
    values = {cell: None if cell in block else count for cell, count in sums(COUNTS, CODES).items()}
    most = fill(values, CODES, order=(0, 1, 2), costs={("M", "DA", T): -1})
    least = fill(values, CODES, order=(0, 1, 2), costs={("M", "DA", T): 1})
    assert most is not None
    assert least is not None
    assert sums(most, CODES)["M", "DA", T] > sums(least, CODES)["M", "DA", T]


def test_tables_that_contradict_one_another_have_no_filling() -> None:
    values: dict[Cell, int | None] = {**sums(COUNTS, CODES), ("M", T, T): 1}
    assert fill(values, CODES, order=(0, 1, 2), costs={}) is None


def test_where_witnesses_cannot_be_found_more_is_withheld_until_a_cell_has_to_be_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[int] = []

    def nothing(values: Mapping[Cell, int | None], *_: object, **__: object) -> None:
        asked.append(sum(value is None for value in values.values()))

    monkeypatch.setattr(witness_search, "fill", nothing)
    with pytest.raises(DisclosureError, match="cannot be protected"):
        protect(COUNTS, CODES, seed=1)
    assert asked == sorted(asked)
    assert asked[0] < asked[-1]


def of_seed(seed: int) -> tuple[Counter[Cell], dict[str, list[str]]]:
    """A small table of people most of whom have the first codes. In these, cells once had to be withheld late."""
    chance = Random(seed)
    dimensions = "abcd"[: chance.choice((3, 3, 4))]
    codes = {
        name: [f"{name}{code}" for code in range(chance.choice((2, 2, 3)))] for name in dimensions
    }
    people = chance.choice((45, 60, 90))
    drawn = (
        tuple(own[min(int(chance.expovariate(0.7)), len(own) - 1)] for own in codes.values())
        for _ in range(people)
    )
    return Counter(drawn), codes


@pytest.mark.parametrize("seed", [12298, 12333, 14172])
def test_every_witness_was_sought_after_the_last_cell_was_withheld(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts, codes = of_seed(seed)
    made: list[tuple[Mapping[Cell, int | None], Mapping[Cell, int]]] = []

    def once_until_more_is_withheld(
        values: Mapping[Cell, int | None], *given: Categories, **asked: Any
    ) -> Counts | None:
        # The first tables get one witness and no more, so that a cell of theirs must be withheld late.
        found = None if made and made[0][0] == values else fill(values, *given, **asked)
        made.extend([(values, found)] if found is not None else [])
        return found

    monkeypatch.setattr(witness_search, "fill", once_until_more_is_withheld)
    tables = protect(counts, codes, seed=1)
    first, _ = made[0]
    assert set(tables.withheld) > {cell for cell, value in first.items() if value is None}
    sought_last = [witness for values, witness in made if values == tables.values]
    assert [witness for witness in tables.witnesses if witness not in sought_last] == []


@settings(max_examples=examples(8))
@given(st.lists(st.integers(0, 9), min_size=18, max_size=18), st.integers(0, 3))
def test_any_small_tables_are_protected_or_refused_and_never_given_away(
    counts: list[int], seed: int
) -> None:
    finest = [
        (sex, crime, quarter)
        for sex in CODES["sex"]
        for crime in CODES["crime"]
        for quarter in CODES["quarter"]
    ]
    try:
        tables = protect(dict(zip(finest, counts, strict=True)), CODES, seed=seed)
    except DisclosureError:
        assume(False)
    assert attacker.narrow_intervals(tables.values, width=WIDTH) == {}
