"""The ranges of a rounded release: no wider than announced errors, cells and totals allow."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referrals.publishing.audit.consistency.ranges import Part, Ranges
from referrals.publishing.cell_codes import Codes, Year

CATEGORIES = {
    "quarter": ("Q1", "Q2"),
    "nationality": ("A", "B", "C"),
    "age_band": ("all",),
    "sex": ("F", "M"),
    "crime_type": ("any",),
    "outcome": ("any",),
}
NATIONALITY, SEX = 1, 3
ERRORS = {2: 8, 3: 12}
CELLS = [tuple(codes) for codes in itertools.product(*CATEGORIES.values())]


def cell(quarter: str, nationality: str, sex: str) -> Codes:
    return quarter, nationality, "all", sex, "any", "any"


def a_sum(quarter: str = "_T", nationality: str = "_T", sex: str = "_T") -> Codes:
    return quarter, nationality, "_T", sex, "_T", "_T"


def totals_of(cells: dict[Codes, int]) -> dict[Part, tuple[int, int]]:
    """Return the exact totals of each code, as ranges."""
    totals: dict[Part, int] = {}
    for codes, value in cells.items():
        for part in enumerate(codes):
            totals[part] = totals.get(part, 0) + value
    return {part: (total, total) for part, total in totals.items()}


def ranges(cells: dict[Codes, int], **changed: frozenset[tuple[Part, ...]]) -> Ranges:
    year = Year("2021-22", CATEGORIES, cells, ())
    return Ranges(year, ERRORS, totals_of(cells), changed.get("exact", frozenset()))


LARGE = {cell("Q1", "A", "F"): 60, cell("Q1", "B", "F"): 50, cell("Q2", "B", "M"): 40}


@pytest.mark.parametrize(
    ("cells", "codes", "expected"),
    [
        (LARGE, a_sum(nationality="A", sex="F"), (60, 60)),  # all of A
        (LARGE, a_sum(nationality="B", sex="F"), (50, 50)),  # what A leaves of all F
        (LARGE, a_sum(nationality="A", sex="M"), (0, 0)),
        ({**LARGE, cell("Q1", "A", "M"): 5}, a_sum(nationality="A", sex="M"), (1, 5)),
        ({**LARGE, cell("Q1", "A", "M"): 5}, a_sum(nationality="A", sex="F"), (60, 60)),
        (
            {cell("Q1", "A", "F"): 5, cell("Q2", "A", "F"): 5},
            a_sum(nationality="A", sex="F"),
            (10, 10),
        ),  # all of A, though each cell may be 1
        (LARGE, cell("Q1", "A", "F"), (60, 60)),
        ({cell("Q1", "A", "F"): 6}, cell("Q1", "A", "F"), (1, 6)),
    ],
)
def test_a_range_follows_from_errors_cells_and_totals(
    cells: dict[Codes, int], codes: Codes, expected: tuple[int, int]
) -> None:
    assert ranges(cells).of(codes) == expected


@pytest.mark.parametrize("codes", [a_sum(nationality="Z", sex="F"), a_sum("Q1", "Z", "F")])
def test_a_sum_with_an_unknown_code_can_only_be_0(codes: Codes) -> None:
    assert ranges(LARGE).of(codes) == (0, 0)


def test_a_total_with_a_range_gives_its_parts_more_room() -> None:
    exact = ranges(LARGE)
    totals = {**exact.totals, (NATIONALITY, "A"): (58, 63), (SEX, "F"): (108, 113)}
    loose = Ranges(exact.year, ERRORS, totals, frozenset())
    assert exact.of(a_sum(nationality="A", sex="F")) == (60, 60)
    assert loose.of(a_sum(nationality="A", sex="F"))[1] > 60


def test_a_sum_that_a_fact_makes_exact_has_no_room() -> None:
    cells = dict.fromkeys(CELLS, 5)
    fact = ((NATIONALITY, "A"), (SEX, "F"))
    loose = ranges(cells).of(a_sum(nationality="A", sex="F"))
    assert loose[0] < loose[1]
    assert ranges(cells, exact=frozenset({fact})).of(a_sum(nationality="A", sex="F")) == (10, 10)


@given(st.lists(st.sampled_from([0, 5, 6, 7, 8, 20]), min_size=len(CELLS), max_size=len(CELLS)))
def test_a_range_holds_its_number_and_stays_within_the_totals(values: list[int]) -> None:
    cells = {codes: value for codes, value in zip(CELLS, values, strict=True) if value}
    found, totals = ranges(cells), totals_of(cells)
    for places in itertools.combinations((0, NATIONALITY, SEX), 2):
        for codes in itertools.product(*(CATEGORIES[list(CATEGORIES)[at]] for at in places)):
            parts = tuple(zip(places, codes, strict=True))
            if not totals.keys() >= {*parts}:
                continue
            wanted = tuple(dict(parts).get(at, "_T") for at in range(len(CATEGORIES)))
            value = sum(
                count for one, count in cells.items() if all(one[at] == code for at, code in parts)
            )
            low, high = found.of(wanted)
            assert low <= value <= high <= min(totals[part][1] for part in parts)
