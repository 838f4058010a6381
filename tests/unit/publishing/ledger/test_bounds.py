"""The bounds are exactly what the statements allow: against the published checks, and against trying every possibility."""

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
"""Ages no finer than the statements tell apart: every answer is the same, and is found sooner."""
TOTALS: Final = frozenset({"E002", "E004", "E006", "E007", "E008"})
REMAINDER: Final = "E036"
VICTIMS: Final = Cell("victim_referrals")


@pytest.fixture(scope="module")
def ledger() -> Ledger:
    return ledgers.load()


@pytest.fixture(scope="module")
def published(ledger: Ledger) -> System:
    """Every published statement but the remainder, which contradicts the rest."""
    return System(
        [one for one in ledger.about(*MODELLED) if one.statement_id != REMAINDER], PARTITION
    )


def system(ledger: Ledger, *, without: Collection[str] = (), **values: str) -> System:
    """Return the system of the ledger's statements but some, where some have another value."""
    kept = [one for one in ledger.about(*MODELLED) if one.statement_id not in without]
    return System(
        [replace(one, value=values.get(one.statement_id, one.value)) for one in kept], COARSE
    )


def said(
    value: str,
    cell: Cell = VICTIMS,
    *,
    base: Cell | None = None,
    precision: str = "exact",
    name: str = "E900",
) -> Statement:
    """Return a statement that prints a value of a cell: a count, or a share of a base."""
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
def test_the_published_statements_leave_the_ranges_of_the_published_checks(
    published: System, check: str, cell: str, bounds: tuple[int, int]
) -> None:
    assert published.bounds(parse_cell(cell)) == bounds, check


@pytest.mark.parametrize(
    ("cell", "bounds"),
    [("sex=_NK;crime_type=OTH", (45, 55)), ("crime_type=OTH", (327, 337)), ("_T", (1325, 1325))],
)
def test_on_the_basis_of_194_not_recorded_there_are_eleven_fewer(
    ledger: Ledger, cell: str, bounds: tuple[int, int]
) -> None:
    # 1.1% and 38% would both be wrong of 1,325 (C03), so this reading needs them gone too.
    kept = system(ledger, without=TOTALS | {"E003", "E005", "E023"})
    assert kept.bounds(parse_cell(cell)) == bounds


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
def test_when_a_statement_changes_the_bounds_move(
    ledger: Ledger, values: Mapping[str, str], cell: str, bounds: tuple[int, int]
) -> None:
    changed = system(ledger, without={REMAINDER, "E023"}, **values)
    assert changed.bounds(parse_cell(cell)) == bounds


@pytest.mark.parametrize(
    ("total", "value", "precision", "bounds"),
    [
        # Each end of a rounded percentage: the lower belongs to it, the upper to the next.
        (200, "9", "nearest_1", (17, 18)),
        (1000, "9", "nearest_1", (85, 94)),
        (2000, "1.1", "nearest_0.1", (21, 22)),
        (200, "0", "nearest_1", (0, 0)),
        (200, "100", "nearest_1", (199, 200)),
        (200, "50", "more_than", (101, 200)),
        (201, "50", "more_than", (101, 201)),
        # Large counts are as exact as small ones: near enough is not enough.
        (9_000_001, "9", "nearest_1", (765_001, 855_000)),
    ],
)
def test_a_printed_percentage_leaves_the_counts_that_round_to_it(
    total: int, value: str, precision: str, bounds: tuple[int, int]
) -> None:
    female = Cell("victim_referrals", sex="F")
    share = said(value, female, base=VICTIMS, precision=precision, name="E901")
    assert System([said(str(total)), share], PARTITION).bounds(female) == bounds


@pytest.mark.parametrize("base", [VICTIMS, None])
def test_a_fraction_in_words_binds_nothing(base: Cell | None) -> None:
    female = Cell("victim_referrals", sex="F")
    words = replace(
        said("approximately a fifth", female, precision="words"), base=base, unit="fraction"
    )
    assert System([said("200"), words], PARTITION).bounds(female) == (0, 200)


def test_a_cell_outside_the_partition_is_refused_and_never_nought() -> None:
    # The assessment's statements put unstated crime types into "other": nothing can be said of them alone, least of all 0.
    with pytest.raises(LedgerError):
        System([said("200")], PARTITION).bounds(Cell("victim_referrals", crime_type="_NK"))


def test_the_victim_referrals_are_part_of_the_police_referrals() -> None:
    everyone = said("300", cell=Cell("police_referrals"))
    assert System([said("200"), everyone], PARTITION).bounds(Cell("police_referrals")) == (300, 300)
    assert System([said("400"), everyone], PARTITION).conflict() != []


def test_what_the_source_prints_of_sex_contradicts_its_total(ledger: Ledger) -> None:
    conflict = system(ledger).conflict()
    assert set(conflict) - TOTALS == {"E032", "E033", REMAINDER}
    assert len(set(conflict) & TOTALS) == 1


def test_without_the_remainder_all_that_the_source_prints_can_be_true(published: System) -> None:
    assert published.conflict() == []


def test_a_planted_count_contradicts_the_percentage_beside_it(ledger: Ledger) -> None:
    conflict = system(ledger, without={REMAINDER}, E024="238").conflict()
    assert set(conflict) - TOTALS == {"E023", "E024", "E025", "E026"}
    assert len(set(conflict) & TOTALS) == 1


def test_a_conflict_names_counts_where_counts_alone_contradict_one_another(ledger: Ledger) -> None:
    # 62% and 38% are wrong as well of 806 and 425, but the total and the parts say so without them.
    conflict = system(ledger, E032="1000").conflict()
    assert {ledger.statements[one].unit for one in conflict} <= {"people", "referrals"}


def test_bounds_of_a_contradiction_are_refused_with_the_statements_behind_it(
    ledger: Ledger,
) -> None:
    with pytest.raises(LedgerError) as refused:
        system(ledger).bounds(VICTIMS)
    assert str(refused.value).startswith("These statements cannot all be true: E")
    assert {"E032", "E033", REMAINDER} <= set(ledgers.ids_in(str(refused.value)))


def test_an_answer_of_the_solver_that_breaks_a_statement_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = System(
        [said("200"), said("50", Cell("victim_referrals", sex="F"), name="E901")], PARTITION
    )
    right = System([said("200")], PARTITION)
    monkeypatch.setattr(asked, "_least", lambda _solver, costs: right._least(right._whole, costs))
    with pytest.raises(
        LedgerError,
        match=r"^The solver's answer breaks E901 in whole numbers\. Report this as a fault\.$",
    ):
        asked.bounds(Cell("victim_referrals", sex="M"))


def derived_cell(derivation: Row) -> Cell:
    return Cell(
        "victim_referrals", **{dimension: derivation[dimension] for dimension in CELL_DIMENSIONS}
    )


def resting_on(ledger: Ledger, derivation: Row, *, left_out: str = "") -> tuple[int, int]:
    """Return the bounds of a derivation from its own statements alone, or from all of those but one."""
    statements = [
        ledger.statements[one] for one in derivation["rests_on"].split() if one != left_out
    ]
    cells = [
        derived_cell(derivation),
        *(cell for one in statements for cell in (one.cell, one.base) if cell),
    ]
    # A dimension that none of these cells divides by needs no dividing: one code of it can stand for everyone.
    divided = {
        name: codes if {getattr(cell, name) for cell in cells} != {"_T"} else codes[:1]
        for name, codes in PARTITION.items()
    }
    return System(statements, divided).bounds(derived_cell(derivation))


def test_every_derivation_follows_from_the_statements_it_names_and_needs_no_others(
    ledger: Ledger, published: System
) -> None:
    assert {one["derivation_id"]: resting_on(ledger, one) for one in ledger.derivations} == {
        one["derivation_id"]: published.bounds(derived_cell(one)) for one in ledger.derivations
    }


def test_every_derivation_needs_each_of_the_statements_it_names(ledger: Ledger) -> None:
    # This is also the planted fault of the test above: a derivation that names one statement too few is found.
    not_needed = [
        (one["derivation_id"], named)
        for one in ledger.derivations
        for named in one["rests_on"].split()
        if resting_on(ledger, one, left_out=named) == resting_on(ledger, one)
    ]
    assert not_needed == []


# Small systems, tried against every filling of six finest cells. The words of `bounds` are not used here, nor its codelists.

SMALL: Final = {
    "nationality": ("VNM", "_OTH"),
    "age_band": ("_NK",),
    "sex": ("M", "F", "_NK"),
    "crime_type": ("OTH",),
}
PEOPLE: Final = tuple(itertools.product(SMALL["nationality"], SMALL["sex"]))
POLICE: Final = 12
MEANS: Final = {"_T": {"VNM", "_OTH", "M", "F", "_NK"}, "_R": {"M", "F"}}
Filling = Mapping[tuple[str, str], int]


def fillings(total: int) -> Iterator[Filling]:
    """Give every way to share out a total among the six kinds of people."""
    for cuts in itertools.combinations(range(total + 5), 5):
        sizes = [after - before - 1 for before, after in itertools.pairwise((-1, *cuts, total + 5))]
        yield dict(zip(PEOPLE, sizes, strict=True))


FILLINGS: Final = {total: tuple(fillings(total)) for total in range(1, 6)}


def counted(cell: Cell, filling: Filling) -> int:
    if cell.subject == "police_referrals":
        return POLICE
    nationalities, sexes = (
        MEANS.get(cell.nationality, {cell.nationality}),
        MEANS.get(cell.sex, {cell.sex}),
    )
    return sum(
        size
        for (nationality, sex), size in filling.items()
        if nationality in nationalities and sex in sexes
    )


def true_of(statement: Statement, filling: Filling) -> bool:
    part = counted(statement.cell, filling)
    if statement.base is None:
        return part == int(statement.value)
    whole = counted(statement.base, filling)
    if (
        whole == 0
    ):  # Nothing is a share of nothing: whoever prints a percentage had something to divide by.
        return False
    percent = Fraction(part * 100, whole)
    if statement.precision == "more_than":
        return percent > Fraction(statement.value)
    tenths = 1 if statement.precision == "nearest_1" else 10
    return Fraction(floor(percent * tenths + Fraction(1, 2)), tenths) == Fraction(statement.value)


def possible(statements: Sequence[Statement], total: int) -> list[Filling]:
    return [
        filling for filling in FILLINGS[total] if all(true_of(one, filling) for one in statements)
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
    """Give the cells that a cell can be a share of: those that hold it."""
    nationalities = [one for one in NATIONALITIES if one in {"_T", cell.nationality}]
    sexes = [
        one for one in SEXES if one in {"_T", cell.sex} or (one == "_R" and cell.sex in {"M", "F"})
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
    """Draw a total with up to four statements, each true of one hidden filling or plucked from the air."""
    total = draw(st.sampled_from(sorted(FILLINGS)))
    truth = draw(st.sampled_from(FILLINGS[total]))
    statements = [
        said(str(total), name="E000"),
        said(str(POLICE), Cell("police_referrals"), name="E001"),
    ]
    for number in range(draw(st.integers(min_value=1, max_value=4))):
        cell, precision = (
            draw(CELLS),
            draw(st.sampled_from(("exact", "nearest_1", "nearest_0.1", "more_than"))),
        )
        base = None if precision == "exact" else draw(bases(cell))
        value = str(draw(st.integers(min_value=0, max_value=total if base is None else 100)))
        if draw(st.booleans()):
            value = printed(counted(cell, truth), counted(base, truth) if base else None, precision)
        statements.append(
            said(value, cell, base=base, precision=precision, name=f"E{number + 2:03}")
        )
    return total, statements


def printed(part: int, whole: int | None, precision: str) -> str:
    """Return the count or the percentage that an honest source would print."""
    if whole is None:
        return str(part)
    percent = Fraction(part * 100, whole or 1)
    if precision == "nearest_0.1":
        return f"{floor(percent * 10 + Fraction(1, 2)) / 10:.1f}"
    return str(
        floor(percent + Fraction(1, 2)) if precision == "nearest_1" else max(0, floor(percent) - 1)
    )


tried = settings(
    max_examples=examples(25), deadline=None, suppress_health_check=[HealthCheck.too_slow]
)


@tried
@given(drawn=systems(), cells=st.lists(CELLS, min_size=1, max_size=3))
def test_the_bounds_are_the_least_and_the_most_of_every_possible_filling(
    drawn: tuple[int, list[Statement]], cells: list[Cell]
) -> None:
    total, statements = drawn
    asked, allowed = System(statements, SMALL), possible(statements, total)
    for cell in cells:
        if allowed:
            counts = [counted(cell, filling) for filling in allowed]
            assert asked.bounds(cell) == (min(counts), max(counts))
        else:
            with pytest.raises(LedgerError, match="These statements cannot all be true"):
                asked.bounds(cell)


@tried
@given(drawn=systems())
def test_a_conflict_is_found_where_no_filling_is_possible_and_is_minimal(
    drawn: tuple[int, list[Statement]],
) -> None:
    total, statements = drawn
    conflict = System(statements, SMALL).conflict()
    assert bool(conflict) is not bool(possible(statements, total))
    named = [one for one in statements if one.statement_id in conflict]
    assert len(named) == len(conflict)
    if named:
        assert System(named, SMALL).conflict() != []
        assert possible([statements[0], *named], total) == []
    for left_out in named:
        rest = [one for one in named if one is not left_out]
        assert System(rest, SMALL).conflict() == []
        if {"E000", "E001"} <= {
            one.statement_id for one in rest
        }:  # Only then do the fillings above stand for all there are.
            assert possible(rest, total) != []
