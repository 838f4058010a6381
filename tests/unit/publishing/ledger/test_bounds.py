"""Bounds are exact: they equal the published checks, and brute force over all possibilities."""

from __future__ import annotations

import itertools
import tomllib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from math import floor
from typing import Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from referrals.errors import LedgerError
from referrals.paths import PUBLISHED
from referrals.publishing.ledger import statements as ledgers
from referrals.publishing.ledger.bounds import MODELLED, System
from referrals.publishing.ledger.statements import (
    CELL_DIMENSIONS,
    Cell,
    Ledger,
    Statement,
    parse_cell,
)
from referrals.reference.table_schema import Row
from tests.fixtures.examples import examples

pytestmark = pytest.mark.publishing

PARTITION: Final = tomllib.loads((PUBLISHED / "release.toml").read_text(encoding="utf-8"))[
    "partition"
]
COARSE: Final = {**PARTITION, "age_band": ("0-17", "20-29", "_NK")}
"""No finer age bands than the statements have: the same answers, found sooner."""
TOTALS: Final = frozenset({"E002", "E004", "E006", "E007", "E008"})
REMAINDER: Final = "E036"
VICTIMS: Final = Cell("victim_referrals")


@pytest.fixture(scope="module")
def ledger() -> Ledger:
    return ledgers.load()


@pytest.fixture(scope="module")
def published(ledger: Ledger) -> System:
    """Every published statement except the remainder, which contradicts the others."""
    statements = [
        statement for statement in ledger.about(*MODELLED) if statement.statement_id != REMAINDER
    ]
    return System(statements, PARTITION)


def system(ledger: Ledger, *, without: Collection[str] = (), **values: str) -> System:
    """Return the system of the ledger's statements, some left out and some with other values."""
    statements = [
        replace(statement, value=values.get(statement.statement_id, statement.value))
        for statement in ledger.about(*MODELLED)
        if statement.statement_id not in without
    ]
    return System(statements, COARSE)


def statement(
    value: str,
    cell: Cell = VICTIMS,
    *,
    base: Cell | None = None,
    precision: str = "exact",
    name: str = "E900",
) -> Statement:
    """Return a statement that prints a count of a cell, or its percentage of a base."""
    unit = "people" if base is None else "percent"
    return Statement(
        name, "made-up", "1", cell, base, value, unit, precision, is_remainder=False, quotation=""
    )


@pytest.mark.parametrize(
    ("check", "cell", "bounds"),
    [
        ("C06", "crime_type=DA", (210, 212)),
        ("C07", "crime_type=MS", (778, 786)),
        ("C08", "crime_type=OTH", (338, 348)),
        ("C08", "sex=M;crime_type=OTH", (214, 214)),
        ("C08", "sex=F;crime_type=OTH", (68, 68)),
        ("C08", "sex=_NK;crime_type=OTH", (56, 66)),
        ("C11", "nationality=_TOP3;crime_type=MS", (430, 434)),
        ("C12", "nationality=_OTH;crime_type=MS", (344, 356)),
        ("C13", "nationality=_OTH", (822, 822)),
        ("C14", "age_band=18+_NK", (1191, 1191)),
        ("C15", "age_band=20-39", (669, 1191)),
        ("C26", "subject=police_referrals", (126453, 126453)),
        ("C27", "sex=_NK;crime_type=DA", (18, 20)),
        ("C27", "sex=_NK;crime_type=MS", (121, 129)),
        ("C03", "sex=_NK", (205, 205)),
        ("C04", "sex=_R", (1131, 1131)),
        ("C02", "nationality=_TOP3", (514, 514)),
    ],
)
def test_the_published_statements_have_the_bounds_of_the_published_checks(
    published: System, check: str, cell: str, bounds: tuple[int, int]
) -> None:
    assert published.bounds(parse_cell(cell)) == bounds, check


@pytest.mark.parametrize(
    ("cell", "bounds"),
    [("sex=_NK;crime_type=OTH", (45, 55)), ("crime_type=OTH", (327, 337)), ("_T", (1325, 1325))],
)
def test_with_194_not_recorded_the_counts_are_eleven_lower(
    ledger: Ledger, cell: str, bounds: tuple[int, int]
) -> None:
    # 1.1% and 38% would both be wrong of 1,325 (C03), so they are left out too.
    remaining = system(ledger, without=TOTALS | {"E003", "E005", "E023"})
    assert remaining.bounds(parse_cell(cell)) == bounds


@pytest.mark.parametrize(
    ("values", "cell", "bounds"),
    [
        ({"E041": "10"}, "crime_type=DA", (213, 214)),
        ({"E037": "46"}, "crime_type=DA", (211, 213)),
        ({"E037": "46"}, "sex=M;crime_type=OTH", (213, 213)),
        ({"E016": "146"}, "age_band=18+_NK", (1190, 1190)),
        ({"E016": "146"}, "age_band=20-39", (669, 1190)),
        ({"E019": "60"}, "age_band=20-39", (802, 1191)),
        ({"E027": "85"}, "nationality=_TOP3;crime_type=MS", (435, 439)),
        ({"E024": "236"}, "nationality=_OTH", (823, 823)),
        (dict.fromkeys(TOTALS, "1337"), "crime_type=OTH", (339, 349)),
        (dict.fromkeys(TOTALS, "1337"), "age_band=20-39", (669, 1192)),
        (dict.fromkeys(TOTALS, "1338"), "age_band=20-39", (670, 1193)),
    ],
)
def test_bounds_change_with_a_statement(
    ledger: Ledger, values: Mapping[str, str], cell: str, bounds: tuple[int, int]
) -> None:
    changed = system(ledger, without={REMAINDER, "E023"}, **values)
    assert changed.bounds(parse_cell(cell)) == bounds


@pytest.mark.parametrize(
    ("total", "value", "precision", "bounds"),
    [
        # Each end of a rounded percentage: the lower is included, the upper is not.
        (200, "9", "nearest_1", (17, 18)),
        (1000, "9", "nearest_1", (85, 94)),
        (2000, "1.1", "nearest_0.1", (21, 22)),
        (200, "0", "nearest_1", (0, 0)),
        (200, "100", "nearest_1", (199, 200)),
        (200, "50", "more_than", (101, 200)),
        (201, "50", "more_than", (101, 201)),
        # Large counts are exact too.
        (9_000_001, "9", "nearest_1", (765_001, 855_000)),
    ],
)
def test_a_printed_percentage_bounds_the_counts_that_round_to_it(
    total: int, value: str, precision: str, bounds: tuple[int, int]
) -> None:
    female = Cell("victim_referrals", sex="F")
    share = statement(value, female, base=VICTIMS, precision=precision, name="E901")
    assert System([statement(str(total)), share], PARTITION).bounds(female) == bounds


@pytest.mark.parametrize("base", [VICTIMS, None])
def test_a_fraction_in_words_constrains_nothing(base: Cell | None) -> None:
    female = Cell("victim_referrals", sex="F")
    words = replace(
        statement("approximately a fifth", female, precision="words"), base=base, unit="fraction"
    )
    assert System([statement("200"), words], PARTITION).bounds(female) == (0, 200)


def test_a_cell_outside_the_partition_is_refused_and_never_0() -> None:
    # The assessment counts unstated crime types as "other", so nothing is known of them alone.
    with pytest.raises(LedgerError):
        System([statement("200")], PARTITION).bounds(Cell("victim_referrals", crime_type="_NK"))


def test_the_victim_referrals_are_part_of_the_police_referrals() -> None:
    everyone = statement("300", cell=Cell("police_referrals"))
    assert System([statement("200"), everyone], PARTITION).bounds(Cell("police_referrals")) == (
        300,
        300,
    )
    assert System([statement("400"), everyone], PARTITION).conflict() != []


def test_the_printed_counts_by_sex_contradict_the_total(ledger: Ledger) -> None:
    conflict = system(ledger).conflict()
    assert set(conflict) - TOTALS == {"E032", "E033", REMAINDER}
    assert len(set(conflict) & TOTALS) == 1


def test_without_the_remainder_all_statements_can_be_true(published: System) -> None:
    assert published.conflict() == []


def test_a_planted_count_conflicts_with_the_percentage_beside_it(ledger: Ledger) -> None:
    conflict = system(ledger, without={REMAINDER}, E024="238").conflict()
    assert set(conflict) - TOTALS == {"E023", "E024", "E025", "E026"}
    assert len(set(conflict) & TOTALS) == 1


def test_a_conflict_names_counts_only_if_they_contradict_each_other(ledger: Ledger) -> None:
    # 62% and 38% are wrong too, but the total and the parts conflict without them.
    conflict = system(ledger, E032="1000").conflict()
    assert {ledger.statements[name].unit for name in conflict} <= {"people", "referrals"}


def test_bounds_of_contradictory_statements_are_refused_with_their_ids(
    ledger: Ledger,
) -> None:
    with pytest.raises(LedgerError) as refused:
        system(ledger).bounds(VICTIMS)
    assert str(refused.value).startswith("These statements cannot all be true: E")
    assert {"E032", "E033", REMAINDER} <= set(ledgers.ids_in(str(refused.value)))


def test_a_solution_that_breaks_a_statement_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    checked = System(
        [statement("200"), statement("50", Cell("victim_referrals", sex="F"), name="E901")],
        PARTITION,
    )
    other = System([statement("200")], PARTITION)
    monkeypatch.setattr(
        checked, "_minimise", lambda _, costs: other._minimise(other._solver_of_all, costs)
    )
    with pytest.raises(
        LedgerError,
        match=r"^The solver's solution breaks E901 in whole numbers\. Report this as a fault\.$",
    ):
        checked.bounds(Cell("victim_referrals", sex="M"))


def derived_cell(derivation: Row) -> Cell:
    return Cell(
        "victim_referrals", **{dimension: derivation[dimension] for dimension in CELL_DIMENSIONS}
    )


def bounds_from_own_statements(
    ledger: Ledger, derivation: Row, *, left_out: str = ""
) -> tuple[int, int]:
    """Return the bounds of a derivation from the statements it names, or all but one of them."""
    statements = [
        ledger.statements[name] for name in derivation["rests_on"].split() if name != left_out
    ]
    cells = [derived_cell(derivation)]
    for statement in statements:
        cells += [cell for cell in (statement.cell, statement.base) if cell]
    # A dimension that no cell uses needs one code only, which keeps the system small.
    divided = {}
    for name, codes in PARTITION.items():
        is_used = any(getattr(cell, name) != "_T" for cell in cells)
        divided[name] = codes if is_used else codes[:1]
    return System(statements, divided).bounds(derived_cell(derivation))


def test_every_derivation_follows_from_the_statements_it_names(
    ledger: Ledger, published: System
) -> None:
    differing = [
        derivation["derivation_id"]
        for derivation in ledger.derivations
        if bounds_from_own_statements(ledger, derivation)
        != published.bounds(derived_cell(derivation))
    ]
    assert differing == []


@pytest.mark.parametrize("every", [3, pytest.param(1, marks=pytest.mark.slow)])
def test_every_derivation_needs_each_of_the_statements_it_names(ledger: Ledger, every: int) -> None:
    # Also the planted fault of the test above: it would find a derivation that names too few.
    not_needed = [
        (derivation["derivation_id"], named)
        for derivation in ledger.derivations[::every]
        for named in derivation["rests_on"].split()
        if bounds_from_own_statements(ledger, derivation, left_out=named)
        == bounds_from_own_statements(ledger, derivation)
    ]
    assert not_needed == []


# Small systems against every feasible table of six finest cells, found here by brute force.

SMALL: Final = {
    "nationality": ("VNM", "_OTH"),
    "age_band": ("_NK",),
    "sex": ("M", "F", "_NK"),
    "crime_type": ("OTH",),
}
PEOPLE: Final = tuple(itertools.product(SMALL["nationality"], SMALL["sex"]))
POLICE: Final = 12
MEMBERS: Final = {"_T": {"VNM", "_OTH", "M", "F", "_NK"}, "_R": {"M", "F"}}
Table = Mapping[tuple[str, str], int]


def tables(total: int) -> Iterator[Table]:
    """Yield every table of six finest cells with this total."""
    for cuts in itertools.combinations(range(total + 5), 5):
        sizes = [after - before - 1 for before, after in itertools.pairwise((-1, *cuts, total + 5))]
        yield dict(zip(PEOPLE, sizes, strict=True))


TABLES: Final = {total: tuple(tables(total)) for total in range(1, 6)}


def count(cell: Cell, table: Table) -> int:
    if cell.subject == "police_referrals":
        return POLICE
    nationalities, sexes = (
        MEMBERS.get(cell.nationality, {cell.nationality}),
        MEMBERS.get(cell.sex, {cell.sex}),
    )
    return sum(
        size
        for (nationality, sex), size in table.items()
        if nationality in nationalities and sex in sexes
    )


def agrees(statement: Statement, table: Table) -> bool:
    part = count(statement.cell, table)
    if statement.base is None:
        return part == int(statement.value)
    whole = count(statement.base, table)
    if whole == 0:  # no source prints a percentage of 0
        return False
    percent = Fraction(part * 100, whole)
    if statement.precision == "more_than":
        return percent > Fraction(statement.value)
    tenths = 1 if statement.precision == "nearest_1" else 10
    return Fraction(floor(percent * tenths + Fraction(1, 2)), tenths) == Fraction(statement.value)


def feasible(statements: Sequence[Statement], total: int) -> list[Table]:
    return [
        table
        for table in TABLES[total]
        if all(agrees(statement, table) for statement in statements)
    ]


NATIONALITIES: Final = ("_T", "VNM", "_OTH")
SEXES: Final = ("_T", "M", "F", "_R", "_NK")
CELLS: Final = st.builds(
    Cell,
    st.just("victim_referrals"),
    nationality=st.sampled_from(NATIONALITIES),
    sex=st.sampled_from(SEXES),
)


def bases(cell: Cell) -> st.SearchStrategy[Cell]:
    """Return the cells that contain a cell, so that it can be a share of them."""
    nationalities = [code for code in NATIONALITIES if code in {"_T", cell.nationality}]
    sexes = [
        code
        for code in SEXES
        if code in {"_T", cell.sex} or (code == "_R" and cell.sex in {"M", "F"})
    ]
    within = st.builds(
        Cell,
        st.just("victim_referrals"),
        nationality=st.sampled_from(nationalities),
        sex=st.sampled_from(sexes),
    )
    return within | st.just(Cell("police_referrals"))


@st.composite
def systems(draw: st.DrawFn) -> tuple[int, list[Statement]]:
    """Draw a total and up to four statements, each true of one hidden table or arbitrary."""
    total = draw(st.sampled_from(sorted(TABLES)))
    truth = draw(st.sampled_from(TABLES[total]))
    statements = [
        statement(str(total), name="E000"),
        statement(str(POLICE), Cell("police_referrals"), name="E001"),
    ]
    for number in range(draw(st.integers(min_value=1, max_value=4))):
        cell, precision = (
            draw(CELLS),
            draw(st.sampled_from(("exact", "nearest_1", "nearest_0.1", "more_than"))),
        )
        base = None if precision == "exact" else draw(bases(cell))
        value = str(draw(st.integers(min_value=0, max_value=total if base is None else 100)))
        if draw(st.booleans()):
            value = printed(count(cell, truth), count(base, truth) if base else None, precision)
        statements.append(
            statement(value, cell, base=base, precision=precision, name=f"E{number + 2:03}")
        )
    return total, statements


def printed(part: int, whole: int | None, precision: str) -> str:
    """Return the count or percentage that a correct source would print."""
    if whole is None:
        return str(part)
    percent = Fraction(part * 100, whole or 1)
    if precision == "nearest_0.1":
        return f"{floor(percent * 10 + Fraction(1, 2)) / 10:.1f}"
    return str(
        floor(percent + Fraction(1, 2)) if precision == "nearest_1" else max(0, floor(percent) - 1)
    )


small_systems = settings(
    max_examples=examples(25), deadline=None, suppress_health_check=[HealthCheck.too_slow]
)


@small_systems
@given(drawn=systems(), cells=st.lists(CELLS, min_size=1, max_size=3))
def test_bounds_are_the_minimum_and_maximum_over_all_feasible_tables(
    drawn: tuple[int, list[Statement]], cells: list[Cell]
) -> None:
    total, statements = drawn
    searched, tables_left = System(statements, SMALL), feasible(statements, total)
    for cell in cells:
        if tables_left:
            counts = [count(cell, table) for table in tables_left]
            assert searched.bounds(cell) == (min(counts), max(counts))
        else:
            with pytest.raises(LedgerError, match="These statements cannot all be true"):
                searched.bounds(cell)


@small_systems
@given(drawn=systems())
def test_a_conflict_is_found_if_no_table_is_feasible_and_is_minimal(
    drawn: tuple[int, list[Statement]],
) -> None:
    total, statements = drawn
    conflict = System(statements, SMALL).conflict()
    assert bool(conflict) is not bool(feasible(statements, total))
    named = [statement for statement in statements if statement.statement_id in conflict]
    assert len(named) == len(conflict)
    if named:
        assert System(named, SMALL).conflict() != []
        assert feasible([statements[0], *named], total) == []
    for left_out in named:
        rest = [statement for statement in named if statement is not left_out]
        assert System(rest, SMALL).conflict() == []
        # Only with both totals are the tables above all there are.
        if {"E000", "E001"} <= {statement.statement_id for statement in rest}:
            assert feasible(rest, total) != []
