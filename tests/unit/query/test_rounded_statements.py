"""The statements on a rounded release: each sum with its bounds, from a few cells of two years."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import duckdb
import pytest

from referrals import sql
from referrals.reference.codelists import DIMENSIONS, TOTAL
from referrals.reference.disclosure_rule import LARGEST_AMBIGUOUS, LARGEST_SMALL_COUNT

ERRORS = {0: 0, 1: 0, 2: 8, 3: 12, 4: 16, 5: 20}
CODES = {"nationality": ("A", "B"), "sex": ("F", "M")}
FINEST = [
    ("Y1-Q1", "Y1", "A", "any", "F", "any", "any", 5),
    ("Y1-Q1", "Y1", "B", "any", "F", "any", "any", 6),
    ("Y1-Q1", "Y1", "A", "any", "M", "any", "any", 40),
    ("Y2-Q1", "Y2", "A", "any", "F", "any", "any", 7),
]
NOT_IN_Y2 = ("Y2", "B", TOTAL, TOTAL, TOTAL, TOTAL, None, None, None, "x")

Row = Sequence[object]
Database = Callable[[int], duckdb.DuckDBPyConnection]
Bounds = tuple[int, int, int]


FIVE = ", ".join(f"{name} varchar" for name in DIMENSIONS)
COLUMNS = {
    "precision": '"order" integer, max_error integer',
    "codes": "dimension varchar, code varchar, label varchar, kind varchar, members varchar, "
    "position integer",
    "finest": f"period varchar, year varchar, {FIVE}, value integer",
    "cells": f"period varchar, {FIVE}, value integer, lower integer, upper integer, status varchar",
}


def code_rows() -> Iterator[tuple[object, ...]]:
    for year in ("Y1", "Y2"):
        yield "period", year, year, "aggregate", f"{year}-Q1", 0
        yield "period", f"{year}-Q1", "", "category", "", 1
    for name in DIMENSIONS:
        yield name, TOTAL, "All", "total", "", 0
        for code in CODES.get(name, ("any",)):
            yield name, code, code, "category", "", 1


@pytest.fixture
def database() -> Iterator[Database]:
    """Return a function that makes the tables of a release whose finest cells have an error."""
    with duckdb.connect() as connection:

        def made(cell_error: int) -> duckdb.DuckDBPyConnection:
            errors = [*ERRORS.items(), *([(6, cell_error)] if cell_error else [])]
            tables: Sequence[Iterable[Row]] = (errors, code_rows(), FINEST, [NOT_IN_Y2])
            for (name, columns), rows in zip(COLUMNS.items(), tables, strict=True):
                connection.execute(f"create table {name} ({columns})")
                for row in rows:
                    connection.table(name).insert(row)
            return connection

        yield made


def parameters(period: str, chosen: dict[str, str]) -> dict[str, Any]:
    return {
        **dict.fromkeys(DIMENSIONS, TOTAL),
        **chosen,
        "period": period,
        "largest_ambiguous": LARGEST_AMBIGUOUS,
        "largest_small_count": LARGEST_SMALL_COUNT,
    }


def from_cube(
    connection: duckdb.DuckDBPyConnection, axis: str, period: str, **chosen: str
) -> dict[str, tuple[Any, ...]]:
    """Return value, least, most and status by code of an axis, as tables read them."""
    axes = {"first": axis, "second": "", "third": ""}
    rows = sql.rows(connection, "query/rounded_cube", {**parameters(period, chosen), **axes})
    names = ("value", "lower", "upper", "status")
    return {row["first_code"]: tuple(row[name] for name in names) for row in rows}


def from_observations(
    connection: duckdb.DuckDBPyConnection, axis: str, period: str, **chosen: str
) -> dict[str, tuple[Any, ...]]:
    """Return the same by code of an axis, as pages read them."""
    axes = {"rows": axis, "columns": ""}
    statement = "query/rounded_observations"
    rows = sql.rows(connection, statement, {**parameters(period, chosen), **axes})
    return {
        row["code"]: tuple(row[name] for name in ("value", "lower", "upper", "status"))
        for row in rows
    }


@pytest.mark.parametrize(
    ("period", "cell_error", "bounds"),
    [
        ("Y1", 0, (5, 1, 13)),
        ("", 0, (12, 2, 28)),
        ("Y1", 3, (5, 0, 13)),
        ("", 3, (12, 0, 28)),
    ],
)
def test_a_sum_is_off_by_its_error_in_each_year_and_is_at_least_its_cells_if_these_hold(
    database: Database, period: str, cell_error: int, bounds: Bounds
) -> None:
    connection = database(cell_error)
    assert from_cube(connection, "sex", period, nationality="A")["F"][:3] == bounds
    if period:  # pages show one year at a time
        assert from_observations(connection, "sex", period, nationality="A")["F"][:3] == bounds


@pytest.mark.parametrize("read", [from_cube, from_observations])
@pytest.mark.parametrize(("cell_error", "most"), [(0, 4), (3, 7)])
def test_a_finest_cell_of_0_can_be_any_small_count_and_what_is_held_back(
    database: Database, read: Callable[..., dict[str, Any]], cell_error: int, most: int
) -> None:
    rest = dict.fromkeys(("age_band", "crime_type", "outcome"), "any")
    found = read(database(cell_error), "sex", "Y1-Q1", nationality="B", **rest)
    assert found["M"][:3] == (0, 0, most)
    assert found["F"][:3] == (6, 1, 6)


@pytest.mark.parametrize("read", [from_cube, from_observations])
def test_a_code_that_a_year_does_not_have_has_no_number_there(
    database: Database, read: Callable[..., dict[str, Any]]
) -> None:
    connection = database(0)
    assert read(connection, "nationality", "Y2")["B"] == (None, None, None, "x")
    assert read(connection, "nationality", "Y2")["A"][:3] == (7, 7, 7)
    assert read(connection, "nationality", "Y1")["B"][:3] == (6, 6, 6)
