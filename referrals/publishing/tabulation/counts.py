"""Counts of an extract, by SQL: every occupied combination once, and nothing that has passed disclosure control yet.

The records stay in a database of their own in a private folder, with a limit on memory; what does not fit spills to that
folder and is removed with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import duckdb
import numpy as np
from numpy.typing import NDArray

from referrals import sql
from referrals.publishing.storage import scratch
from referrals.reference.codelists import FINEST

MEMORY: Final = "3GB"
"""What DuckDB may hold of the records in memory."""

Engine = Callable[[duckdb.DuckDBPyConnection], None]
"""What counts the table `records` and keeps the counts as the table `raw_cells`."""

Codes = tuple[str, ...]
Categories = Mapping[str, Sequence[str]]
"""The codes of each dimension of a finest cell, in the order in which they are shown."""


@dataclass(frozen=True)
class Category:
    """One code of one dimension in one year: its people, and the most of them that share a crime type or an outcome.

    Where the records do not say which of them are of one person, each is counted as another.
    """

    year: str
    dimension: str
    code: str
    value: int
    most_alike: int


@dataclass(frozen=True)
class Counts:
    """The true counts of one year: `places` is one row a finest occupied cell (an index into `categories` a column)."""

    year: str
    categories: Categories
    places: NDArray[np.int64]
    values: NDArray[np.int64]

    @classmethod
    def of(cls, year: str, categories: Categories, cells: Mapping[Codes, int]) -> Counts:
        """Return counts from a mapping of finest cells to whole numbers; cells of 0 are left out."""
        index = [{code: place for place, code in enumerate(categories[name])} for name in FINEST]
        kept = [(codes, value) for codes, value in cells.items() if value]
        places = [[index[column][code] for column, code in enumerate(codes)] for codes, _ in kept]
        return cls(
            year,
            categories,
            np.array(places, dtype=np.int64).reshape(len(kept), len(FINEST)),
            np.array([value for _, value in kept], dtype=np.int64),
        )

    def cells(self) -> dict[Codes, int]:
        """Return the counts as a mapping of finest cells to whole numbers."""
        return dict(zip(codes_of(self.categories, self.places), self.values.tolist(), strict=True))


def codes_of(categories: Categories, places: NDArray[np.int64]) -> list[Codes]:
    """Return the codes of finest cells from their places in the categories."""
    columns = [
        np.array(categories[name], dtype=object)[places[:, column]]
        for column, name in enumerate(FINEST)
    ]
    return list(zip(*columns, strict=True))


@contextmanager
def workspace(
    *, memory: str = MEMORY, home: Path | None = None
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Give a database for records in a private folder (see `scratch`), within `memory`; both are gone when the block ends."""
    with scratch.folder(home) as folder, opened(folder, memory=memory) as connection:
        yield connection


def opened(folder: Path, *, memory: str = MEMORY) -> duckdb.DuckDBPyConnection:
    """Return the database for records of a folder, made where it is missing, that spills what exceeds `memory` beside it."""
    settings: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": memory,
        "temp_directory": str(folder / "spill"),
        "preserve_insertion_order": False,
    }
    return duckdb.connect(folder / "records.duckdb", config=settings)


def count(connection: duckdb.DuckDBPyConnection) -> None:
    """Count the table `records`, and keep the counts as the table `raw_cells`."""
    connection.execute(sql.statement("tabulation/unrecoded_cells"))


def categories(connection: duckdb.DuckDBPyConnection, *, engine: Engine = count) -> list[Category]:
    """Count the table `records` once, by `engine`, and return every code that occurs, a row a year, dimension and code."""
    engine(connection)
    for name in ("repeat_persons", "person_adjustments"):
        connection.execute(sql.statement(f"tabulation/{name}"))
    return [
        Category(*row)
        for row in connection.execute(sql.statement("tabulation/code_totals")).fetchall()
    ]


def finest(
    connection: duckdb.DuckDBPyConnection,
    recoding: Mapping[tuple[str, str], str],
    published: Categories,
) -> list[Counts]:
    """Return the counts of every year in published codes, oldest year first; `categories` has been called before."""
    rows = [
        {"dimension": name, "code": code, "published": into}
        for (name, code), into in recoding.items()
    ]
    connection.execute(sql.statement("tabulation/recoded_cells"), {"recoding": rows})
    found = connection.execute(sql.statement("tabulation/finest_cells")).fetchall()
    return [
        _year(year, [row for row in found if row[0] == year], published)
        for year in sorted({row[0] for row in found})
    ]


def few(connection: duckdb.DuckDBPyConnection, *, cell: int, category: int) -> Mapping[int, int]:
    """Return how many groups of `cell` referrals or more describe fewer people, by how many dimensions they fix.

    Of one dimension those of fewer than `category` people are counted. `finest` has been called before. Only groups of one,
    two and all dimensions are looked at: no others are published as exact numbers.
    """
    found = connection.execute(
        sql.statement("tabulation/groups_of_few_people"), {"cell": cell, "category": category}
    ).fetchall()
    return {int(fixed): int(count) for fixed, count in found}


def nameless(connection: duckdb.DuckDBPyConnection) -> int:
    """Return how many records do not say which person they are of."""
    (found,) = connection.execute(sql.statement("tabulation/records_without_person")).fetchall()
    return int(found[0])


def _year(year: str, rows: Iterable[tuple[object, ...]], published: Categories) -> Counts:
    cells = {tuple(map(str, row[1:-1])): int(str(row[-1])) for row in rows}
    quarters = sorted({codes[0] for codes in cells})
    return Counts.of(year, {**published, "quarter": quarters}, cells)
