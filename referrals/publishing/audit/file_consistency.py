"""The other files of a release: whether its database, Parquet file and spreadsheets say of every cell what cells.csv says.

The witnesses are held against cells.csv, and the dashboard reads the database. What is proved of one must hold of all.
"""

from __future__ import annotations

import csv
import itertools
import math
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import duckdb

from referrals import sql
from referrals.errors import ReleaseError
from referrals.publishing.audit import workbook_reader
from referrals.publishing.audit.public_release import (
    AGAIN,
    MOST_AMBIGUOUS,
    Codes,
    PublicRelease,
    describe,
)
from referrals.publishing.audit.workbook_reader import Cell, Rows
from referrals.publishing.spreadsheets.tables import (
    CROSSED,
    NAMES,
    NUMBERS_HEADER,
    UNKNOWN,
    WRITERS,
)
from referrals.reference.codelists import DIMENSIONS, FINEST, TOTAL
from referrals.release.release import DATABASE, LOCKDOWN

PARQUET: Final = "cells.parquet"
REVISED: Final = "r"

TABLES: Final = {
    "cells", "codes", "context", "evidence", "finest", "precision",
    "readings", "relations", "release", "series", "sources", "statements",
}  # fmt: skip
"""The tables of a release's database. Another could hold anything."""

ADDED_UP: Final = frozenset({"finest", "precision"})
"""Those of them that only a release has whose sums are added up when they are asked for."""

COLUMNS: Final = ("period", *DIMENSIONS, "value", "lower", "upper", "status")

PERIOD: Final = ("Period", "Period code")
CODES: Final = {
    PERIOD[1]: "period",
    **{f"{name} code": dimension for dimension, name in NAMES.items()},
}
"""How the tables of spreadsheets begin, and which of their columns hold codes."""

PAIR: Final = 2
"""How many dimensions the largest tables of spreadsheets cross."""

Said = tuple[str, ...]
"""What a file says of a cell, as text: its value and, where the file has them, its range and status letter."""

Cells = Mapping[Codes, Said]


def differing(release: PublicRelease, tables: Collection[str] = TABLES) -> Iterator[str]:
    """Yield each cell of which another file of a release says something else than cells.csv, and each file unreadable.

    `tables` are those that its database must have.

    Raises:
        ReleaseError: cells.csv cannot be read.
    """
    cells = _of_csv(release.folder / "cells.csv")
    try:
        yield from _compared(PARQUET, _of_parquet(release.folder / PARQUET), cells)
    except duckdb.Error as error:
        yield f"{PARQUET} cannot be read ({type(error).__name__})"
    try:
        with duckdb.connect(
            release.folder / DATABASE, read_only=True, config=LOCKDOWN
        ) as connection:
            yield from _in_database(connection, cells, release, {*tables})
    except duckdb.Error as error:
        yield f"{DATABASE} cannot be read ({type(error).__name__})"
    for path in sorted(one for one in release.folder.iterdir() if one.suffix in WRITERS):
        try:
            yield from _in_book(path.name, workbook_reader.sheets(path), cells, release)
        except ReleaseError as error:
            yield str(error)


def misstated(release: PublicRelease) -> Iterator[str]:
    """Yield each cell of cells.csv whose range and letter are not those that the rule and the announced errors give it."""
    for codes, said in _of_csv(release.folder / "cells.csv").items():
        if codes in release.published and not _is_announced(said[1:], codes, release):
            yield f"{describe(codes)} shows {said[0]} with the range {said[1]} to {said[2]} [{said[3]}]"


def _is_announced(said: Said, codes: Codes, release: PublicRelease) -> bool:
    """Return whether a range and a letter are announced: in a revision a number may have the letter that says it changed."""
    announced = _announced(codes, release.published[codes], release)
    is_revised = said[-1] == REVISED and bool(release.revises)
    return said[:-1] in [one[:-1] for one in announced] if is_revised else said in announced


def _announced(codes: Codes, value: int, release: PublicRelease) -> list[Said]:
    """Return the ranges and letters that a cell may show. A sum that a published fact fixes may be shown as exact as well."""
    fixed = _fixed(codes, release)
    if fixed == len(FINEST):
        return [("1", str(value), "e") if value <= MOST_AMBIGUOUS else (str(value), str(value), "")]
    error = release.largest_error.get(fixed, 0)
    around = (str(max(0, value - error)), str(value + error), "" if fixed <= 1 else "e")
    return [around, (str(value), str(value), "")] if _is_fact(codes, release) else [around]


def _fixed(codes: Codes, release: PublicRelease) -> int:
    """Return how many dimensions a cell fixes. A whole year fixes none."""
    return sum(code != TOTAL for code in codes) - (codes[0] in release.years)


def _is_fact(codes: Codes, release: PublicRelease) -> bool:
    named = {
        name: [code] for name, code in zip(DIMENSIONS, codes[1:], strict=True) if code != TOTAL
    }
    facts = release.years[codes[0]].facts if codes[0] in release.years else ()
    return any(
        fact.is_exact and {name: list(one) for name, one in fact.where.items()} == named
        for fact in facts
    )


def _in_database(
    connection: duckdb.DuckDBPyConnection, cells: Cells, release: PublicRelease, tables: set[str]
) -> Iterator[str]:
    names = {name for (name,) in _rows(connection, "table_names")}
    yield from (
        f"{DATABASE} has the table {name}, which is none of a release"
        for name in sorted(names - tables)
    )
    yield from (f"{DATABASE} has no table {name}" for name in sorted(tables - names))
    if names >= tables:
        yield from _compared(DATABASE, _of_rows(_rows(connection, "cells")), cells)
    if names >= tables >= ADDED_UP:
        finest = {codes: said[:1] for codes, said in cells.items() if TOTAL not in codes}
        yield from _compared(
            f"{DATABASE}, table finest,", _of_rows(_rows(connection, "finest_cells")), finest
        )
        for order, error in _rows(connection, "largest_errors"):
            if error != (announced := release.largest_error.get(order, 0)):
                yield f"{DATABASE} announces an error of {error} where {order} dimensions are fixed, the manifest {announced}"


def _in_book(
    name: str, sheets: Sequence[Rows], cells: Cells, release: PublicRelease
) -> Iterator[str]:
    """Yield where a spreadsheet says of a cell something else than cells.csv, or nothing, and what in it is of no cell."""
    tops = [
        next((at for at, row in enumerate(rows) if tuple(row[:2]) == PERIOD), len(rows))
        for rows in sheets
    ]
    seen: set[Codes] = set()
    for top, rows in zip(tops, sheets, strict=True):
        header = [*map(str, rows[top])] if top < len(rows) else []
        for row in (*rows[:top], *rows[top + 1 :]):
            stray = [
                one
                for column, one in itertools.zip_longest(header, row)
                if isinstance(one, int) and column not in NUMBERS_HEADER
            ]
            yield from (f"{name} has the number {one}, which is of no cell" for one in stray)
        if header:
            lines = {
                _place(line): line
                for line in (dict(zip(header, row, strict=False)) for row in rows[top + 1 :])
            }
            yield from _in_shape(name, rows[:top], rows[top:], lines)
            for codes, line in lines.items():
                yield from _in_row(name, codes, line, cells, release)
            seen.update(lines)
    for codes, said in cells.items():
        if _is_tabled(codes, said, release) and codes not in seen:
            yield f"{name} says nothing of {describe(codes)}, and cells.csv {_words(said)}"


def _in_shape(name: str, above: Rows, table: Rows, places: Collection[Codes]) -> Iterator[str]:
    """Yield where a sheet does not have the shape of ours: lines of one cell above a table that has each place once."""
    if len({*table[0]}) < len(table[0]):
        yield f"{name} has a table with a column twice"
    if any(len(row) != 1 for row in above) or any(len(row) != len(table[0]) for row in table):
        yield f"{name} has a cell beside its table, or a row without one"
    if len(table) - 1 > len(places):
        yield f"{name} has a table with a row twice"
    if len(places) < math.prod(len({*column}) for column in zip(*places, strict=True)):
        yield f"{name} has a table without a row that others of it call for"


def _is_tabled(codes: Codes, said: Said, release: PublicRelease) -> bool:
    """Return whether a cell stands in the tables of spreadsheets: those of one dimension, and known ones of some pairs."""
    named = {name for name, code in zip(DIMENSIONS, codes[1:], strict=True) if code != TOTAL}
    is_pair = CROSSED in named and len(named) == PAIR
    return len(named) <= 1 or (is_pair and codes[0] in release.years and said[-1] != UNKNOWN)


def _place(line: Mapping[str, Cell]) -> Codes:
    return tuple(str(line.get(column, TOTAL)) for column in CODES)


def _in_row(
    name: str, codes: Codes, line: Mapping[str, Cell], cells: Cells, release: PublicRelease
) -> Iterator[str]:
    """Yield what a row of a table of a spreadsheet says of its cell, where cells.csv says something else."""
    *numbers, status = (line.get(column, "") for column in NUMBERS_HEADER)
    found, expected = (
        (*map(_number, numbers), _letter(status)),
        cells.get(codes) or _unlisted(codes, release),
    )
    if found != expected:
        yield f"{name} says {_words(found)} of {describe(codes)}, and cells.csv {_words(expected)}"


def _number(value: Cell) -> str:
    """Return a number of a spreadsheet as cells.csv has it: a letter in square brackets stands where there is none."""
    return str(value) if isinstance(value, int) else re.sub(r"\[\w+\]", "", value)


def _letter(status: Cell) -> str:
    return "".join(re.findall(r"^\[(\w+)\]", str(status)))


def _unlisted(codes: Codes, release: PublicRelease) -> Said:
    """Return what a spreadsheet says of a cell that cells.csv does not list: it is 0, where sums are added up."""
    if not release.largest_error:
        return ("", "", "", UNKNOWN)
    error = release.largest_error.get(_fixed(codes, release), 0)
    return ("0", "0", str(error), "e" if error else "")


def _compared(name: str, found: Cells, cells: Cells) -> Iterator[str]:
    for codes in {**cells, **found}:
        if (here := found.get(codes)) != (there := cells.get(codes)):
            yield f"{name} says {_words(here)} of {describe(codes)}, and cells.csv {_words(there)}"


def _words(said: Said | None) -> str:
    return (
        "nothing"
        if said is None
        else said[0]
        if len(said) == 1
        else f"{said[0]}, {said[1]} to {said[2]} [{said[3]}]"
    )


def _of_csv(path: Path) -> dict[Codes, Said]:
    """Return what cells.csv says of each cell.

    Raises:
        ReleaseError: it cannot be read, or lacks a column.
    """
    try:
        with path.open(encoding="utf-8", newline="") as stream:
            rows = [tuple(row[name] or "" for name in COLUMNS) for row in csv.DictReader(stream)]
    except (OSError, KeyError, ValueError, csv.Error) as error:
        raise ReleaseError(
            f"{path}: the cells cannot be read ({type(error).__name__}). {AGAIN}"
        ) from error
    return {row[: len(FINEST)]: row[len(FINEST) :] for row in rows}


def _of_parquet(path: Path) -> dict[Codes, Said]:
    with duckdb.connect() as connection:
        return _of_rows(_rows(connection, "parquet_cells", {"path": str(path)}))


def _rows(
    connection: duckdb.DuckDBPyConnection, name: str, parameters: dict[str, Any] | None = None
) -> list[tuple[Any, ...]]:
    return [tuple(row.values()) for row in sql.rows(connection, f"audit/{name}", parameters)]


def _of_rows(rows: list[tuple[Any, ...]]) -> dict[Codes, Said]:
    return {
        row[: len(FINEST)]: tuple("" if one is None else str(one) for one in row[len(FINEST) :])
        for row in rows
    }
