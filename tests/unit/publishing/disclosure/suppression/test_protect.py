"""Suppression: published cells are exact, small ones suppressed, and witnesses prove them safe."""

from __future__ import annotations

import inspect
from collections import Counter
from collections.abc import Mapping
from contextlib import nullcontext as does_not_raise
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
    find_feasible_table,
    marginal_sums,
)
from referrals.publishing.disclosure.suppression.protect import SuppressedTables, protect
from referrals.publishing.disclosure.suppression.secondary import TwoWayTable
from referrals.reference.disclosure_rule import (
    LARGEST_SMALL_COUNT,
    PROTECTION_WIDTH,
    SMALLEST_PUBLISHED_CATEGORY,
)
from tests.fixtures import invented_counts
from tests.fixtures.examples import examples

pytestmark = pytest.mark.publishing

T = "_T"
CODES = {"sex": ["M", "F", "N"], "crime": ["MS", "DA", "OTH"], "quarter": ["1", "2"]}
COUNTS: Mapping[Cell, int] = {
    ("M", "MS", "1"): 40, ("M", "MS", "2"): 31, ("M", "DA", "1"): 3,
    ("M", "OTH", "1"): 12, ("M", "OTH", "2"): 14,
    ("F", "MS", "1"): 22, ("F", "MS", "2"): 25, ("F", "DA", "1"): 30, ("F", "DA", "2"): 28,
    ("F", "OTH", "2"): 9, ("F", "OTH", "1"): 11,
    ("N", "MS", "1"): 7, ("N", "MS", "2"): 8, ("N", "DA", "2"): 6, ("N", "OTH", "1"): 5,
}  # fmt: skip


@pytest.fixture(scope="module")
def small() -> SuppressedTables:
    return protect(COUNTS, CODES, seed=1)


@pytest.fixture(scope="module")
def year() -> SuppressedTables:
    """1,336 people of 11 nationalities, 7 age bands, 3 sexes and 3 crime types."""
    return protect(*INPUTS["year"], seed=1)


@pytest.fixture(scope="module")
def quarters() -> SuppressedTables:
    """The same people in 4 quarters as well."""
    return protect(*INPUTS["quarters"], seed=1)


def invented(*dimensions: str) -> tuple[Mapping[Cell, int], Categories]:
    return (
        invented_counts.people(*dimensions, seed=1),
        invented_counts.categories(*dimensions),
    )


INPUTS: Mapping[str, tuple[Mapping[Cell, int], Categories]] = {
    "small": (COUNTS, CODES),
    "year": invented(*invented_counts.FIVE[1:]),
    "quarters": invented(*invented_counts.FIVE),
}
NAMES = ["small", *(pytest.param(name, marks=pytest.mark.slow) for name in ("year", "quarters"))]


def two_way(truth: Mapping[Cell, int]) -> list[Cell]:
    return [cell for cell in truth if cell.count(T) == len(cell) - 2]


@pytest.mark.parametrize("name", NAMES)
def test_published_cells_are_exact_and_every_total_is_published(
    name: str, request: pytest.FixtureRequest
) -> None:
    tables, truth = made(name, request)
    published = {cell: value for cell, value in tables.values.items() if value is not None}
    assert published.items() <= truth.items()
    assert tables.values.keys() == truth.keys()
    assert all(tables.values[cell] == truth[cell] for cell in truth.keys() - set(two_way(truth)))


@pytest.mark.parametrize("name", NAMES)
def test_no_two_way_cell_of_0_to_4_is_published(name: str, request: pytest.FixtureRequest) -> None:
    tables, truth = made(name, request)
    primary = {cell for cell in two_way(truth) if truth[cell] <= LARGEST_SMALL_COUNT}
    assert primary
    assert primary <= set(tables.suppressed)


@pytest.mark.parametrize("name", NAMES)
def test_witnesses_agree_with_every_published_number_and_protect_each_suppressed_cell(
    name: str, request: pytest.FixtureRequest
) -> None:
    tables, _ = made(name, request)
    codes = {name: list(own) for name, own in tables.categories.items()}
    witnesses = [
        invented_counts.margins(Counter(witness), codes, up_to=2) for witness in tables.witnesses
    ]
    for cell, value in tables.values.items():
        counts = [margins[cell] for margins in witnesses]
        if value is None:
            assert max(counts) - min(counts) >= PROTECTION_WIDTH
        else:
            assert set(counts) == {value}


@pytest.mark.parametrize("name", NAMES)
def test_the_attacker_cannot_narrow_a_suppressed_cell_below_its_witnesses(
    name: str, request: pytest.FixtureRequest
) -> None:
    tables, truth = made(name, request)
    attacked = attacker.intervals(tables.values)
    assert attacked.keys() == tables.ranges.keys()
    for cell, (low, high) in tables.ranges.items():
        assert attacked[cell][0] <= low
        assert high <= attacked[cell][1]
        assert attacked[cell][0] <= truth[cell] <= attacked[cell][1]


def made(name: str, request: pytest.FixtureRequest) -> tuple[SuppressedTables, dict[Cell, int]]:
    """Protected tables by the name of their fixture, with the true tables."""
    tables: SuppressedTables = request.getfixturevalue(name)
    return tables, marginal_sums(*INPUTS[name])


@pytest.mark.parametrize("name", NAMES[1:])
def test_little_is_suppressed_of_1_336_people(name: str, request: pytest.FixtureRequest) -> None:
    tables, truth = made(name, request)
    people = sum(truth[cell] for cell in two_way(truth))
    assert sum(truth[cell] for cell in tables.suppressed) < people * 0.02


def test_the_same_counts_and_seed_give_the_same_tables_and_witnesses(
    small: SuppressedTables,
) -> None:
    shuffled = dict(reversed(list(COUNTS.items())))
    assert protect(shuffled, CODES, seed=1) == small


def test_the_suppressed_cells_depend_on_the_counts_and_not_on_the_seed(
    small: SuppressedTables,
) -> None:
    assert protect(COUNTS, CODES, seed=2).values == small.values


def test_witnesses_depend_on_the_published_tables_and_not_on_the_records(
    small: SuppressedTables,
) -> None:
    # Two people who swap quarters change the records, but no one- or two-way table.
    moved = Counter(COUNTS)
    moved.update(
        {("M", "MS", "1"): 1, ("M", "OTH", "2"): 1, ("F", "MS", "2"): 1, ("F", "OTH", "1"): 1}
    )
    moved.subtract(
        {("M", "MS", "2"): 1, ("M", "OTH", "1"): 1, ("F", "MS", "1"): 1, ("F", "OTH", "2"): 1}
    )
    assert marginal_sums(moved, CODES) == marginal_sums(COUNTS, CODES)
    assert protect(moved, CODES, seed=1) == small
    assert "truth" not in inspect.getsource(feasible_tables)


YEAR = {
    "quarter": ["Q1", "Q2"], "nationality": ["A", "B", "C"], "age_band": ["0-17"],
    "sex": ["M", "F", "N"], "crime_type": ["MS"], "outcome": ["NFA"],
}  # fmt: skip
PEOPLE = {
    ("A", "M"): 2, ("A", "F"): 40, ("A", "N"): 12,
    ("B", "M"): 30, ("B", "F"): 26, ("B", "N"): 9,
    ("C", "M"): 22, ("C", "F"): 35, ("C", "N"): 14,
}  # fmt: skip
IN_YEAR: Mapping[Cell, int] = {
    (quarter, nationality, "0-17", sex, "MS", "NFA"): count // 2
    + (count % 2 if quarter == "Q1" else 0)
    for (nationality, sex), count in PEOPLE.items()
    for quarter in ("Q1", "Q2")
}


def cell_of(nationality: str, sex: str) -> Cell:
    return (T, nationality, T, sex, T, T)


def test_a_number_published_elsewhere_is_never_a_secondary_cell() -> None:
    without_facts = protect(IN_YEAR, YEAR, seed=1)
    secondary = {
        cell
        for cell in without_facts.suppressed
        if T not in (cell[1], cell[3]) and PEOPLE[cell[1], cell[3]] > LARGEST_SMALL_COUNT
    }
    assert secondary
    known = min(secondary)
    value = PEOPLE[known[1], known[3]]
    fact = Fact("E1", "2020-21", {"nationality": [known[1]], "sex": [known[3]]}, value, value)
    tables = protect(IN_YEAR, YEAR, seed=1, facts=[fact])
    assert tables.values[known] == value
    assert tables.values[cell_of("A", "M")] is None
    assert attacker.narrow_intervals(tables.values, width=PROTECTION_WIDTH) == {}


def test_witnesses_agree_with_facts_published_elsewhere() -> None:
    known = Fact(
        "E1", "2020-21", {"nationality": ["A", "B"], "sex": ["M"], "quarter": ["Q1"]}, 14, 18
    )
    tables = protect(IN_YEAR, YEAR, seed=1, facts=[known])
    for witness in tables.witnesses:
        assert 14 <= sum(count for cell, count in witness.items() if known.holds_cell(cell)) <= 18


def test_suppressed_tables_refuse_a_witness_that_contradicts_a_fact_and_name_it() -> None:
    tables = protect(IN_YEAR, YEAR, seed=1)
    with pytest.raises(
        DisclosureError, match=r"^A witness contradicts E1, which was published before"
    ):
        replace(tables, facts=(Fact("E1", "2020-21", {"sex": ["M"]}, 1, 2),))


@pytest.mark.parametrize("name", NAMES)
def test_no_witness_can_be_left_out(name: str, request: pytest.FixtureRequest) -> None:
    tables, _ = made(name, request)
    for left_out in range(len(tables.witnesses)):
        rest = tables.witnesses[:left_out] + tables.witnesses[left_out + 1 :]
        with pytest.raises(DisclosureError, match="a range of only"):
            replace(tables, witnesses=rest)


def test_tables_that_suppress_nothing_still_have_a_witness() -> None:
    tables = protect({("M", "A"): 40, ("F", "A"): 30}, {"sex": ["M", "F"], "crime": ["A"]}, seed=1)
    assert tables.suppressed == ()
    assert len(tables.witnesses) == 1


def test_an_empty_category_is_published_as_zeros(small: SuppressedTables) -> None:
    empty = {**CODES, "sex": [*CODES["sex"], "X"]}
    tables = protect(COUNTS, empty, seed=1)
    assert {value for cell, value in tables.values.items() if "X" in cell} == {0}
    assert set(tables.suppressed) == set(small.suppressed)


@pytest.mark.parametrize(
    ("count", "is_refused"),
    [(1, True), (SMALLEST_PUBLISHED_CATEGORY - 1, True), (SMALLEST_PUBLISHED_CATEGORY, False)],
)
def test_suppression_refuses_a_category_of_fewer_than_ten_and_names_it(
    count: int, *, is_refused: bool
) -> None:
    counts: dict[Cell, int] = {("M",): 40, ("X",): count}
    codes = {"sex": ["M", "X"]}
    if not is_refused:
        assert protect(counts, codes, seed=1).suppressed == ()
        return
    with pytest.raises(
        DisclosureError, match=r"^X has fewer than 10 people\. Group it with another category\.$"
    ):
        protect(counts, codes, seed=1)


@pytest.mark.parametrize("counts", [{("M", "OTHER"): 3}, {("M",): 3}, {("M", "A"): -1}])
def test_suppression_refuses_counts_that_do_not_fit_the_categories(
    counts: Mapping[Cell, int],
) -> None:
    with pytest.raises(DisclosureError, match="does not fit the categories"):
        protect(counts, {"sex": ["M"], "crime": ["A"]}, seed=1)


def test_suppression_names_a_cell_that_secondary_cells_cannot_protect() -> None:
    # In a table of one row, every cell is its column's total.
    table = grid([[3, 40, 50]])
    with pytest.raises(DisclosureError, match=r"^0 × 0 cannot be protected"):
        table.suppress({("0", "0")})


def test_secondary_cells_that_the_others_make_needless_are_published() -> None:
    table = grid([[3, 12, 60, 3], [8, 9, 25, 60], [60, 30, 9, 1], [30, 25, 9, 9]])
    primary = {cell for cell, value in table.values.items() if value <= LARGEST_SMALL_COUNT}
    suppressed = table.suppress(primary)
    assert table.protects(suppressed)
    assert suppressed - primary
    for cell in suppressed - primary:
        assert not table.protects(suppressed - {cell})


@pytest.mark.parametrize(("moved", "is_refused"), [(3, True), (4, False)])
def test_suppressed_tables_need_a_range_of_four_over_their_witnesses(
    moved: int, is_refused: bool
) -> None:
    categories = {"sex": ["M", "F"], "crime": ["MS", "DA"]}
    more: list[Cell] = [("M", "MS"), ("F", "DA")]
    fewer: list[Cell] = [("M", "DA"), ("F", "MS")]
    first: Counts = dict.fromkeys([*more, *fewer], 20)
    second: Counts = {**dict.fromkeys(more, 20 + moved), **dict.fromkeys(fewer, 20 - moved)}
    published = {
        cell: value if T in cell else None
        for cell, value in marginal_sums(first, categories).items()
    }
    refusal = pytest.raises(DisclosureError, match=f"a range of only {moved}")
    with refusal if is_refused else does_not_raise():
        SuppressedTables(categories, published, (first, second))


def test_suppressed_tables_refuse_a_witness_that_contradicts_a_published_number(
    small: SuppressedTables,
) -> None:
    published = next(
        cell for cell in two_way(marginal_sums(COUNTS, CODES)) if small.values[cell] is not None
    )
    changed = {**small.values, published: (small.values[published] or 0) + 1}
    with pytest.raises(DisclosureError, match=r"^Witness 1 contradicts the published "):
        replace(small, values=changed)


def test_suppressed_tables_refuse_too_few_witnesses_and_name_the_cell(
    small: SuppressedTables,
) -> None:
    with pytest.raises(DisclosureError, match=r" a range of only 0\. Withhold more cells\.$"):
        replace(small, witnesses=small.witnesses[:1])


def test_suppressed_tables_refuse_a_witness_with_a_negative_count(small: SuppressedTables) -> None:
    first, *others = small.witnesses
    with pytest.raises(DisclosureError, match="negative count"):
        replace(small, witnesses=({**first, ("N", "MS", "1"): -1}, *others))


@pytest.mark.parametrize(
    ("count", "message"),
    [
        (0, "is published"),
        (LARGEST_SMALL_COUNT, "is published"),
        (LARGEST_SMALL_COUNT + 1, "Witness 1 contradicts"),
    ],
)
def test_suppressed_tables_refuse_to_publish_a_small_cell(
    small: SuppressedTables, count: int, message: str
) -> None:
    truth = marginal_sums(COUNTS, CODES)
    cell = min(small.suppressed, key=lambda suppressed: truth[suppressed])
    with pytest.raises(DisclosureError, match=message):
        replace(small, values={**small.values, cell: count})


def grid(rows: list[list[int]]) -> TwoWayTable:
    cells: list[list[Cell]] = []
    values: dict[Cell, int] = {}
    for row, counts in enumerate(rows):
        line: list[Cell] = [(str(row), str(column)) for column in range(len(counts))]
        cells.append(line)
        values |= zip(line, counts, strict=True)
    return TwoWayTable(values, [*cells, *zip(*cells, strict=True)], PROTECTION_WIDTH)


def as_published(table: TwoWayTable, suppressed: set[Cell]) -> dict[Cell, int | None]:
    """The cells of a table with its totals, as a reader has them."""
    counts = marginal_sums(
        table.values,
        {
            "row": sorted({row for row, _ in table.values}),
            "column": sorted({to for _, to in table.values}),
        },
    )
    return {cell: None if cell in suppressed else count for cell, count in counts.items()}


@settings(max_examples=examples(20))
@given(st.lists(st.lists(st.integers(0, 15), min_size=3, max_size=3), min_size=2, max_size=3))
def test_secondary_suppression_protects_each_suppressed_cell_against_the_attacker(
    rows: list[list[int]],
) -> None:
    table = grid(rows)
    primary = {cell for cell, value in table.values.items() if value <= LARGEST_SMALL_COUNT}
    try:
        suppressed = table.suppress(primary)
    except DisclosureError:
        # Suppressing everything would not do either.
        assert attacker.narrow_intervals(
            as_published(table, set(table.values)), width=PROTECTION_WIDTH
        )
        return
    assert primary <= suppressed
    assert attacker.narrow_intervals(as_published(table, suppressed), width=PROTECTION_WIDTH) == {}


def test_secondary_cells_are_those_with_the_fewest_people() -> None:
    table = grid([[2, 90, 8], [80, 95, 99], [9, 70, 7]])
    assert table.suppress({("0", "0")}) == {("0", "0"), ("0", "2"), ("2", "0"), ("2", "2")}


def test_secondary_suppression_leaves_a_table_without_small_cells() -> None:
    assert grid([[5, 6], [7, 8]]).suppress(set()) == set()


def test_a_single_secondary_cell_protects_nothing() -> None:
    table = grid([[2, 90], [80, 95]])
    assert not table.protects({("0", "0"), ("0", "1")})
    assert table.protects(set(table.values))


def test_a_feasible_table_follows_its_costs() -> None:
    block = {("M", "MS", T), ("M", "DA", T), ("F", "MS", T), ("F", "DA", T)}
    values = {
        cell: None if cell in block else count
        for cell, count in marginal_sums(COUNTS, CODES).items()
    }
    large = find_feasible_table(values, CODES, order=(0, 1, 2), costs={("M", "DA", T): -1})
    little = find_feasible_table(values, CODES, order=(0, 1, 2), costs={("M", "DA", T): 1})
    assert large is not None
    assert little is not None
    assert marginal_sums(large, CODES)["M", "DA", T] > marginal_sums(little, CODES)["M", "DA", T]


def test_contradictory_tables_have_no_feasible_table() -> None:
    values: dict[Cell, int | None] = {**marginal_sums(COUNTS, CODES), ("M", T, T): 1}
    assert find_feasible_table(values, CODES, order=(0, 1, 2), costs={}) is None


def test_more_is_suppressed_while_no_witnesses_are_found_until_a_cell_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    suppressed: list[int] = []

    def nothing(values: Mapping[Cell, int | None], *_: object, **__: object) -> None:
        suppressed.append(sum(value is None for value in values.values()))

    monkeypatch.setattr(witness_search, "find_feasible_table", nothing)
    with pytest.raises(DisclosureError, match="cannot be protected"):
        protect(COUNTS, CODES, seed=1)
    assert suppressed == sorted(suppressed)
    assert suppressed[0] < suppressed[-1]


def of_seed(seed: int) -> tuple[Counter[Cell], dict[str, list[str]]]:
    """A small table of people, most with the first codes. Cells of it were once suppressed late."""
    random = Random(seed)
    dimensions = "abcd"[: random.choice((3, 3, 4))]
    codes = {
        name: [f"{name}{code}" for code in range(random.choice((2, 2, 3)))] for name in dimensions
    }
    people = random.choice((45, 60, 90))
    drawn = (
        tuple(own[min(int(random.expovariate(0.7)), len(own) - 1)] for own in codes.values())
        for _ in range(people)
    )
    return Counter(drawn), codes


@pytest.mark.parametrize(
    "seed",
    [
        12298,
        pytest.param(12333, marks=pytest.mark.slow),
        pytest.param(14172, marks=pytest.mark.slow),
    ],
)
def test_every_witness_was_found_after_the_last_cell_was_suppressed(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts, codes = of_seed(seed)
    searched: list[tuple[Mapping[Cell, int | None], Mapping[Cell, int]]] = []

    def once_until_more_is_suppressed(
        values: Mapping[Cell, int | None], *given: Categories, **options: Any
    ) -> Counts | None:
        # The first tables get a single witness, so that a cell of theirs must be suppressed late.
        if searched and searched[0][0] == values:
            return None
        found = find_feasible_table(values, *given, **options)
        if found is not None:
            searched.append((values, found))
        return found

    monkeypatch.setattr(witness_search, "find_feasible_table", once_until_more_is_suppressed)
    tables = protect(counts, codes, seed=1)
    first, _ = searched[0]
    assert set(tables.suppressed) > {cell for cell, value in first.items() if value is None}
    last = [witness for values, witness in searched if values == tables.values]
    assert [witness for witness in tables.witnesses if witness not in last] == []


@settings(max_examples=examples(8))
@given(st.lists(st.integers(0, 9), min_size=18, max_size=18), st.integers(0, 3))
def test_suppression_protects_any_small_tables_or_refuses_them(
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
    assert attacker.narrow_intervals(tables.values, width=PROTECTION_WIDTH) == {}
