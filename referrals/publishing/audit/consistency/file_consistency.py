"""File consistency: a release's database, Parquet file and spreadsheets against its cells.csv.

The witnesses are checked against cells.csv, and the dashboard reads the database. A proof about one
of them only helps readers if it holds for all of them.
"""

from __future__ import annotations

import csv
import itertools
import math
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import duckdb

from referrals import sql
from referrals.errors import ReleaseError
from referrals.publishing.audit.consistency import release_description, workbook_reader
from referrals.publishing.audit.consistency.release_description import COLUMNS, PARQUET
from referrals.publishing.audit.consistency.workbook_reader import Cell, Rows
from referrals.publishing.audit.public_release import REMEDY, PublicRelease
from referrals.publishing.cell_codes import Codes, describe
from referrals.publishing.spreadsheets.tables import (
    CROSSED,
    NAMES,
    NUMBERS_HEADER,
    UNKNOWN,
    WRITERS,
)
from referrals.reference.codelists import DIMENSIONS, FINEST, TOTAL
from referrals.release.release import DATABASE, LOCKDOWN

TABLES: Final = {
    "annotations",
    "cells",
    "codes",
    "context",
    "evidence",
    "finest",
    "precision",
    "readings",
    "relations",
    "release",
    "series",
    "sources",
    "statements",
    "superseded",
}
"""The tables of a release's database. No other table is allowed: it could hold anything."""

ROUNDED_ONLY: Final = frozenset({"finest", "precision"})
"""The tables that only rounded releases have, whose sums are computed from the finest cells."""

PERIOD_HEADER: Final = ("Period", "Period code")
"""The first two columns of every table in a spreadsheet."""

CODE_COLUMNS: Final = (PERIOD_HEADER[1], *(f"{NAMES[name]} code" for name in NAMES))
"""The columns of a spreadsheet's tables that hold codes, in the order of a cell's codes."""

PAIR: Final = 2
"""The most dimensions that a table of a spreadsheet crosses."""

Numbers = tuple[str, ...]
"""The value of a cell in a file, as text, and its range and status letter if the file has them."""

Cells = Mapping[Codes, Numbers]


def disagreements(release: PublicRelease, tables: Collection[str] = TABLES) -> Iterator[str]:
    """Yield each cell on which another file disagrees with cells.csv, and unreadable files.

    `tables` lists the tables that the release's database must have.

    Raises:
        ReleaseError: cells.csv can't be read.
    """
    cells = csv_cells(release.folder / "cells.csv")
    try:
        with duckdb.connect() as connection:
            stored = _parquet_cells(connection, release.folder / PARQUET)
            yield from _differences(PARQUET, stored, cells)
            yield from release_description.parquet_faults(connection, release)
    except duckdb.Error as error:
        yield f"{PARQUET} cannot be read ({type(error).__name__})"
    try:
        path = release.folder / DATABASE
        with duckdb.connect(path, read_only=True, config=LOCKDOWN) as connection:
            yield from _database_disagreements(connection, cells, release, {*tables})
    except duckdb.Error as error:
        yield f"{DATABASE} cannot be read ({type(error).__name__})"
    yield from release_description.statement_faults(release.folder)
    for path in sorted(release.folder.iterdir()):
        if path.suffix in WRITERS:
            try:
                sheets = workbook_reader.sheets(path)
                yield from _workbook_disagreements(path.name, sheets, cells, release)
                yield from release_description.unmarked(path.name, sheets, release)
            except ReleaseError as error:
                yield str(error)


def order_of(codes: Codes, release: PublicRelease) -> int:
    """Return how many dimensions a cell fixes. The code of a whole year fixes none."""
    return sum(code != TOTAL for code in codes) - (codes[0] in release.years)


def _database_disagreements(
    connection: duckdb.DuckDBPyConnection, cells: Cells, release: PublicRelease, tables: set[str]
) -> Iterator[str]:
    names = {name for (name,) in _rows(connection, "table_names")}
    for name in sorted(names - tables):
        yield f"{DATABASE} has the table {name}, which does not belong in a release"
    for name in sorted(tables - names):
        yield f"{DATABASE} has no table {name}"
    if not names >= tables:
        return
    yield from _differences(DATABASE, _as_cells(_rows(connection, "cells")), cells)
    yield from release_description.database_faults(connection, release)
    if not tables >= ROUNDED_ONLY:
        return
    finest = {codes: numbers[:1] for codes, numbers in cells.items() if TOTAL not in codes}
    stored = _as_cells(_rows(connection, "finest_cells"))
    yield from _differences(f"{DATABASE}, table finest,", stored, finest)
    for order, error in _rows(connection, "largest_errors"):
        announced = _announced_error(order, release)
        if error != announced:
            yield (
                f"{DATABASE} announces an error of {error} for sums that fix {order} dimensions, "
                f"the manifest {announced}"
            )


def _workbook_disagreements(
    name: str, sheets: Sequence[Rows], cells: Cells, release: PublicRelease
) -> Iterator[str]:
    """Yield each cell that a spreadsheet has wrong or lacks, and each stray number."""
    tables = [_split(rows) for rows in sheets]
    listed: set[Codes] = set()
    for above, table in tables:
        yield from _stray_numbers(name, above, table)
        if not table:
            continue
        header = [*map(str, table[0])]
        rows = [dict(zip(header, row, strict=False)) for row in table[1:]]
        row_by_cell = {_cell_of(row): row for row in rows}
        yield from _layout_faults(name, above, table, row_by_cell)
        for codes, row in row_by_cell.items():
            yield from _row_disagreement(name, codes, row, cells, release)
        listed.update(row_by_cell)
    for codes, numbers in cells.items():
        if codes not in listed and _is_tabulated(codes, numbers, release):
            yield _difference(name, codes, None, numbers)


def _split(rows: Rows) -> tuple[Rows, Rows]:
    """Return the rows of a sheet above its table, and the table; empty if there is none."""
    for number, row in enumerate(rows):
        if tuple(row[:2]) == PERIOD_HEADER:
            return rows[:number], rows[number:]
    return rows, []


def _stray_numbers(name: str, above: Rows, table: Rows) -> Iterator[str]:
    """Yield the numbers of a sheet that aren't in a column of numbers."""
    header = table[0] if table else []
    for row in (*above, *table[1:]):
        for column, value in itertools.zip_longest(header, row):
            if isinstance(value, int) and column not in NUMBERS_HEADER:
                yield f"{name} has the number {value}, which belongs to no cell"


def _layout_faults(name: str, above: Rows, table: Rows, cells: Collection[Codes]) -> Iterator[str]:
    """Yield faults of the layout: lines of one cell come above a table with every row once."""
    width = len(table[0])
    if len({*table[0]}) < width:
        yield f"{name} has a table with a column twice"
    if any(len(row) != 1 for row in above) or any(len(row) != width for row in table):
        yield f"{name} has a cell outside its table, or a row without a cell"
    if len(table) - 1 > len(cells):
        yield f"{name} has a table with a row twice"
    codes_by_column = zip(*cells, strict=True)
    if len(cells) < math.prod(len({*codes}) for codes in codes_by_column):
        yield f"{name} has a table that lacks a row which its other rows call for"


def _is_tabulated(codes: Codes, numbers: Numbers, release: PublicRelease) -> bool:
    """Return whether spreadsheets list a cell: one-way ones, and known pairs with `CROSSED`."""
    fixed = {name for name, code in zip(DIMENSIONS, codes[1:], strict=True) if code != TOTAL}
    is_known_pair = len(fixed) == PAIR and CROSSED in fixed and numbers[-1] != UNKNOWN
    return len(fixed) <= 1 or (is_known_pair and codes[0] in release.years)


def _cell_of(row: Mapping[str, Cell]) -> Codes:
    return tuple(str(row.get(column, TOTAL)) for column in CODE_COLUMNS)


def _row_disagreement(
    name: str, codes: Codes, row: Mapping[str, Cell], cells: Cells, release: PublicRelease
) -> Iterator[str]:
    """Yield the disagreement of a row of a spreadsheet with cells.csv, if there is one."""
    *numbers, status = (row.get(column, "") for column in NUMBERS_HEADER)
    found = (*map(_number, numbers), _status_letter(status))
    expected = cells.get(codes) or _unlisted(codes, release)
    if found != expected:
        yield _difference(name, codes, found, expected)


def _number(value: Cell) -> str:
    """Return a number of a spreadsheet as cells.csv has it: empty if a status replaces it."""
    return str(value) if isinstance(value, int) else re.sub(r"\[\w+\]", "", value)


def _status_letter(status: Cell) -> str:
    return "".join(re.findall(r"^\[(\w+)\]", str(status)))


def _unlisted(codes: Codes, release: PublicRelease) -> Numbers:
    """Return the numbers of a cell that isn't in cells.csv.

    It is 0 in a rounded release whose year has the codes, and otherwise unknown.
    """
    if not release.largest_error or _lacks_a_code(codes, release):
        return ("", "", "", UNKNOWN)
    error = _announced_error(order_of(codes, release), release)
    most = min([error, *_ceilings(codes, release)])
    return ("0", "0", str(most), "e" if most else "")


def _lacks_a_code(codes: Codes, release: PublicRelease) -> bool:
    """Return whether the year of a cell does not have one of its codes."""
    period, *named = codes
    for year in release.years.values():
        if period in {year.year, *year.categories["quarter"]}:
            listed = (year.categories[name] for name in DIMENSIONS)
            return any(
                code != TOTAL and code not in codes_of_year
                for code, codes_of_year in zip(named, listed, strict=True)
            )
    return False


def _ceilings(codes: Codes, release: PublicRelease) -> Iterator[int]:
    """Yield the largest possible count of each total that contains a sum of two or more codes."""
    period, *named = codes
    totals = [(period, *(TOTAL for _ in named))] if order_of(codes, release) > 1 else []
    for year in release.years.values():
        if totals and period in {year.year, *year.categories["quarter"]}:
            for place, code in enumerate(named):
                if code != TOTAL:
                    others = (code if place == at else TOTAL for at in range(len(named)))
                    totals.append((year.year, *others))
    for total in totals:
        yield release.published.get(total, 0) + release.inexact_totals.get(total, 0)


def _announced_error(order: int, release: PublicRelease) -> int:
    """Return the largest error of a number of an order, the same for all years and codes.

    For a finest cell that is the error beyond the rule.
    """
    if order == len(FINEST):
        return max(release.cell_errors.values(), default=0)
    inexact = [
        error
        for codes, error in release.inexact_totals.items()
        if order_of(codes, release) == order
    ]
    return max([release.largest_error.get(order, 0), *inexact])


def _differences(name: str, found: Cells, expected: Cells) -> Iterator[str]:
    for codes in {**expected, **found}:
        numbers, expected_numbers = found.get(codes), expected.get(codes)
        if numbers != expected_numbers:
            yield _difference(name, codes, numbers, expected_numbers)


def _difference(name: str, codes: Codes, found: Numbers | None, expected: Numbers | None) -> str:
    words = _in_words(found), _in_words(expected)
    return f"{name} has {words[0]} for {describe(codes)}, and cells.csv has {words[1]}"


def _in_words(numbers: Numbers | None) -> str:
    if numbers is None:
        return "nothing"
    if len(numbers) == 1:
        return numbers[0]
    value, low, high, status = numbers
    return f"{value}, {low} to {high} [{status}]"


def csv_cells(path: Path) -> dict[Codes, Numbers]:
    """Return the cells of cells.csv.

    Raises:
        ReleaseError: it can't be read, or lacks a column.
    """
    try:
        with path.open(encoding="utf-8", newline="") as stream:
            rows = [_texts(row) for row in csv.DictReader(stream)]
    except (OSError, KeyError, ValueError, csv.Error) as error:
        raise ReleaseError(
            f"{path}: the cells cannot be read ({type(error).__name__}). {REMEDY}"
        ) from error
    return {row[: len(FINEST)]: row[len(FINEST) :] for row in rows}


def _texts(row: Mapping[str, str | None]) -> tuple[str, ...]:
    return tuple(row[name] or "" for name in COLUMNS)


def _parquet_cells(connection: duckdb.DuckDBPyConnection, path: Path) -> dict[Codes, Numbers]:
    return _as_cells(_rows(connection, "parquet_cells", {"path": str(path)}))


def _rows(
    connection: duckdb.DuckDBPyConnection, name: str, parameters: dict[str, Any] | None = None
) -> list[tuple[Any, ...]]:
    return [tuple(row.values()) for row in sql.rows(connection, f"audit/{name}", parameters)]


def _as_cells(rows: Iterable[tuple[Any, ...]]) -> dict[Codes, Numbers]:
    """Return rows of codes and numbers as cells, with numbers as cells.csv writes them."""
    return {row[: len(FINEST)]: tuple(map(_as_text, row[len(FINEST) :])) for row in rows}


def _as_text(value: object) -> str:
    return "" if value is None else str(value)
