"""The other files of a release: whether its database and its Parquet file say of every cell what cells.csv says.

The witnesses are held against cells.csv, and the dashboard reads the database. What is proved of one must hold of all.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import duckdb

from referrals import sql
from referrals.codelists import DIMENSIONS, FINEST, TOTAL
from referrals.publishing.public import MOST_AMBIGUOUS, Codes, PublicRelease, describe
from referrals.release import DATABASE, LOCKDOWN

PARQUET: Final = "cells.parquet"
REVISED: Final = "r"

TABLES: Final = {
    "cells", "codes", "context", "evidence", "finest", "precision",
    "readings", "relations", "release", "series", "sources", "statements",
}  # fmt: skip
"""The tables of a release's database. Another could hold anything."""

Said = tuple[str, ...]
"""What a file says of a cell, as text: its value and, where the file has them, its range and status letter."""

Cells = Mapping[Codes, Said]


def differing(release: PublicRelease) -> Iterator[str]:
    """Yield each cell of which another file of a release says something else than cells.csv, and each file unreadable."""
    cells = _of_csv(release.folder / "cells.csv")
    try:
        yield from _compared(PARQUET, _of_parquet(release.folder / PARQUET), cells)
    except duckdb.Error as error:
        yield f"{PARQUET} cannot be read ({type(error).__name__})"
    try:
        with duckdb.connect(release.folder / DATABASE, read_only=True, config=LOCKDOWN) as connection:
            yield from _in_database(connection, cells, release)
    except duckdb.Error as error:
        yield f"{DATABASE} cannot be read ({type(error).__name__})"


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
    fixed = sum(code != TOTAL for code in codes) - (codes[0] in release.years)
    if fixed == len(FINEST):
        return [("1", str(value), "e") if value <= MOST_AMBIGUOUS else (str(value), str(value), "")]
    error = release.largest_error.get(fixed, 0)
    around = (str(max(0, value - error)), str(value + error), "" if fixed <= 1 else "e")
    return [around, (str(value), str(value), "")] if _is_fact(codes, release) else [around]


def _is_fact(codes: Codes, release: PublicRelease) -> bool:
    named = {name: [code] for name, code in zip(DIMENSIONS, codes[1:], strict=True) if code != TOTAL}
    facts = release.years[codes[0]].facts if codes[0] in release.years else ()
    return any(fact.is_exact and {name: list(one) for name, one in fact.where.items()} == named for fact in facts)


def _in_database(connection: duckdb.DuckDBPyConnection, cells: Cells, release: PublicRelease) -> Iterator[str]:
    names = {name for (name,) in _rows(connection, "names")}
    yield from (f"{DATABASE} has the table {name}, which is none of a release" for name in sorted(names - TABLES))
    yield from (f"{DATABASE} has no table {name}" for name in sorted(TABLES - names))
    if names >= TABLES:
        yield from _compared(DATABASE, _of_rows(_rows(connection, "cells")), cells)
        finest = {codes: said[:1] for codes, said in cells.items() if TOTAL not in codes}
        yield from _compared(f"{DATABASE}, table finest,", _of_rows(_rows(connection, "finest")), finest)
        for order, error in _rows(connection, "precision"):
            if error != (announced := release.largest_error.get(order, 0)):
                yield f"{DATABASE} announces an error of {error} where {order} dimensions are fixed, the manifest {announced}"


def _compared(name: str, found: Cells, cells: Cells) -> Iterator[str]:
    for codes in {**cells, **found}:
        if (here := found.get(codes)) != (there := cells.get(codes)):
            yield f"{name} says {_words(here)} of {describe(codes)}, and cells.csv {_words(there)}"


def _words(said: Said | None) -> str:
    return "nothing" if said is None else said[0] if len(said) == 1 else f"{said[0]}, {said[1]} to {said[2]} [{said[3]}]"


def _of_csv(path: Path) -> dict[Codes, Said]:
    with path.open(encoding="utf-8", newline="") as stream:
        rows = csv.reader(stream)
        next(rows)
        return {tuple(row[: len(FINEST)]): tuple(row[len(FINEST) :]) for row in rows}


def _of_parquet(path: Path) -> dict[Codes, Said]:
    with duckdb.connect() as connection:
        return _of_rows(_rows(connection, "cells_of_file", {"path": str(path)}))


def _rows(connection: duckdb.DuckDBPyConnection, name: str, parameters: dict[str, Any] | None = None) -> list[tuple[Any, ...]]:
    return connection.execute(sql.statement(f"audit/{name}"), parameters or {}).fetchall()


def _of_rows(rows: list[tuple[Any, ...]]) -> dict[Codes, Said]:
    return {row[: len(FINEST)]: tuple("" if one is None else str(one) for one in row[len(FINEST) :]) for row in rows}
