"""The true counts of an extract: every combination of codes that occurs, before disclosure control.

Used by `protected_counts` and `foresee`. The records are in a DuckDB database of their own in a
private folder, with a memory limit; whatever exceeds it spills into that folder and is removed with
it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import duckdb
import numpy as np
from numpy.typing import NDArray

from referrals import sql
from referrals.errors import ExtractError
from referrals.publishing.storage import scratch
from referrals.reference.codelists import DIMENSIONS, FINEST

MEMORY_LIMIT: Final = "3GB"
"""DuckDB's memory for the records."""

Engine = Callable[[duckdb.DuckDBPyConnection], None]
"""Counts the table `records` into the table `unrecoded_cells`."""

Codes = tuple[str, ...]
Categories = Mapping[str, Sequence[str]]
"""The codes of each dimension of a finest cell, in display order."""


@dataclass(frozen=True)
class Category:
    """One code of one dimension in one year.

    `value` is its number of people. `subgroups` says how many of them have each crime type and each
    outcome, by dimension and code (nationalities only; otherwise empty). A record without a
    person_id counts as one person.
    """

    year: str
    dimension: str
    code: str
    value: int
    subgroups: Mapping[tuple[str, str], int] = field(default_factory=dict)


@dataclass(frozen=True)
class Counts:
    """The true counts of one year.

    `places` has one row per finest cell and one column per dimension: an index into `categories`.
    `values` has the referrals of each row.
    """

    year: str
    categories: Categories
    places: NDArray[np.int64]
    values: NDArray[np.int64]

    @classmethod
    def of(cls, year: str, categories: Categories, cells: Mapping[Codes, int]) -> Counts:
        """Return counts from a mapping of finest cells to numbers of referrals, without zeros.

        Raises:
            KeyError: a cell has a code that is not in the categories.
        """
        positions = [_positions(categories[name]) for name in FINEST]
        occupied = {codes: value for codes, value in cells.items() if value}
        places = []
        for codes in occupied:
            named = zip(positions, codes, strict=True)
            places.append([position[code] for position, code in named])
        return cls(
            year,
            categories,
            np.array(places, dtype=np.int64).reshape(len(occupied), len(FINEST)),
            np.array(list(occupied.values()), dtype=np.int64),
        )

    def cells(self) -> dict[Codes, int]:
        """Return the counts as a mapping of finest cells to numbers of referrals."""
        return dict(zip(codes_of(self.categories, self.places), self.values.tolist(), strict=True))


def split(counts: Counts, published: Categories) -> tuple[Counts, dict[Codes, int]]:
    """Return the counts in published codes, and the cells with another code.

    A release does not choose its quarters, so all of them stay.
    """
    listed = [{*published[name]} for name in FINEST[1:]]
    known, new = {}, {}
    for cell, value in counts.cells().items():
        named = zip(cell[1:], listed, strict=True)
        if all(code in codes for code, codes in named):
            known[cell] = value
        else:
            new[cell] = value
    categories = {**published, "quarter": counts.categories["quarter"]}
    return (Counts.of(counts.year, categories, known) if new else counts), new


def codes_of(categories: Categories, places: NDArray[np.int64]) -> list[Codes]:
    """Return the codes of finest cells, given one row of places each."""
    columns = [
        np.array(categories[name], dtype=object)[places[:, column]]
        for column, name in enumerate(FINEST)
    ]
    return list(zip(*columns, strict=True))


@contextmanager
def workspace(
    *, memory: str = MEMORY_LIMIT, home: Path | None = None
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield a database for records in a private folder (`scratch.folder`), removed afterwards."""
    with scratch.folder(home) as folder, open_database(folder, memory=memory) as connection:
        yield connection


def open_database(folder: Path, *, memory: str = MEMORY_LIMIT) -> duckdb.DuckDBPyConnection:
    """Open the database for records in a folder, which spills into the same folder."""
    settings: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": memory,
        "temp_directory": str(folder / "spill"),
        "preserve_insertion_order": False,
    }
    return duckdb.connect(folder / "records.duckdb", config=settings)


def count(connection: duckdb.DuckDBPyConnection) -> None:
    """Count the table `records` into the table `unrecoded_cells`."""
    connection.execute(sql.statement("tabulation/unrecoded_cells"))


def categories(connection: duckdb.DuckDBPyConnection, *, engine: Engine = count) -> list[Category]:
    """Count the table `records` with an engine, and return every code that occurs in each year."""
    engine(connection)
    for name in ("repeat_persons", "adjusted_counts"):
        connection.execute(sql.statement(f"tabulation/{name}"))
    subgroups: dict[tuple[str, str], dict[tuple[str, str], int]] = defaultdict(dict)
    rows = connection.execute(sql.statement("tabulation/nationality_subgroups")).fetchall()
    for year, nationality, dimension, code, value in rows:
        subgroups[year, nationality][dimension, code] = value
    found = []
    totals = connection.execute(sql.statement("tabulation/code_totals")).fetchall()
    for year, dimension, code, value in totals:
        is_nationality = dimension == DIMENSIONS[0]
        own = subgroups[year, code] if is_nationality else {}
        found.append(Category(year, dimension, code, value, own))
    return found


def leave_out(connection: duckdb.DuckDBPyConnection, quarters: Sequence[str]) -> None:
    """Delete the records of some quarters.

    Raises:
        ExtractError: a quarter has no records.
    """
    found = connection.table("records").project("quarter").distinct().fetchall()
    if missing := sorted(set(quarters) - {quarter for (quarter,) in found}):
        raise ExtractError(
            f"--leave-out {missing[0]}: no record is of that quarter. "
            f"Choose from {', '.join(sorted(quarter for (quarter,) in found))}."
        )
    connection.execute(sql.statement("tabulation/leave_out"), {"quarters": list(quarters)})


def finest(
    connection: duckdb.DuckDBPyConnection,
    recoding: Mapping[str, Mapping[tuple[str, str], str]],
    published: Mapping[str, Categories],
) -> list[Counts]:
    """Return the counts of every year in published codes, oldest year first.

    `categories` must have been called on the connection.

    Args:
        connection: the database with the records.
        recoding: by year, the published code by dimension and recorded code, for codes that are
            combined.
        published: by year, the published codes of each dimension except the quarter.
    """
    rows = [
        {"year": year, "dimension": dimension, "code": code, "published": published_code}
        for year, recodes in recoding.items()
        for (dimension, code), published_code in recodes.items()
    ]
    connection.execute(sql.statement("tabulation/recoded_cells"), {"recoding": rows})
    cells = connection.execute(sql.statement("tabulation/finest_cells")).fetchall()
    rows_by_year: dict[str, list[tuple[object, ...]]] = defaultdict(list)
    for row in cells:
        rows_by_year[row[0]].append(row)
    return [_counts(year, rows_by_year[year], published[year]) for year in sorted(rows_by_year)]


def leave_out_codes(
    connection: duckdb.DuckDBPyConnection, codes: Sequence[tuple[str, str, str]]
) -> None:
    """Leave groups with some codes out of the checks of people that follow.

    `codes` has the year, the dimension and the code of each. A published year that lacks a code
    never has a number with it. `finest` must have been called on the connection.
    """
    rows = [{"year": year, "dimension": dimension, "code": code} for year, dimension, code in codes]
    connection.execute(sql.statement("tabulation/leave_out_codes"), {"codes": rows})


def groups_of_few_people(
    connection: duckdb.DuckDBPyConnection, *, cell: int, category: int
) -> Mapping[int, int]:
    """Return the number of groups with enough referrals to be exact, but too few people.

    The keys are the numbers of dimensions that a group fixes. Enough and too few are both set by
    `category` for a group that fixes one, and by `cell` for any other. Only groups that fix one,
    two or all dimensions are examined: no others are published as exact numbers. `finest` must have
    been called on the connection.
    """
    rows = connection.execute(
        sql.statement("tabulation/groups_of_few_people"), {"cell": cell, "category": category}
    ).fetchall()
    return {int(fixed): int(found) for fixed, found in rows}


def dominated_totals(
    connection: duckdb.DuckDBPyConnection, *, people: int, largest_share: int, smallest: int = 1
) -> list[tuple[str, str, str]]:
    """Return the year, dimension and code of each dominated total, by the (n,k) dominance rule.

    The total is that of one code, and of `smallest` referrals or more. The `people` (n) with the
    most referrals have more than `largest_share` (k) percent of them. A person without further
    referrals in the year counts with one, as does a record without a person_id. `finest` must have
    been called on the connection.
    """
    rows = connection.execute(
        sql.statement("tabulation/dominated_totals"),
        {"people": people, "largest_share": largest_share, "smallest": smallest},
    ).fetchall()
    return [(str(year), str(dimension), str(code)) for year, dimension, code in rows]


def records_without_person(connection: duckdb.DuckDBPyConnection) -> int:
    """Return the number of records without a person_id."""
    (row,) = connection.execute(sql.statement("tabulation/records_without_person")).fetchall()
    return int(row[0])


def _positions(codes: Sequence[str]) -> dict[str, int]:
    return {code: place for place, code in enumerate(codes)}


def _counts(year: str, rows: Iterable[tuple[object, ...]], published: Categories) -> Counts:
    cells = {tuple(map(str, row[1:-1])): int(str(row[-1])) for row in rows}
    quarters = sorted({codes[0] for codes in cells})
    return Counts.of(year, {**published, "quarter": quarters}, cells)
