"""The statements that a release makes about itself: its certificate, and the metadata of its files.

Called by `audit` and by `file_consistency`. A release is described in its manifest, its database,
its Parquet file, its spreadsheets and its certificate. They must say the same, and none of them may
have room for a number that is not published.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Protocol

import duckdb

from referrals import sql
from referrals.publishing.audit.consistency.workbook_reader import Rows
from referrals.publishing.audit.public_release import PublicRelease
from referrals.reference.codelists import DIMENSIONS
from referrals.release import contract
from referrals.release.release import DATABASE, MARKS

CERTIFICATE: Final = "certificate.json"
CERTIFICATE_TEXT: Final = "certificate.md"
PARQUET: Final = "cells.parquet"
STATEMENTS: Final = "statements.csv"

COLUMNS: Final = ("period", *DIMENSIONS, "value", "lower", "upper", "status")
"""The columns of cells.csv and of the Parquet file."""

DESCRIBED: Final = ("release_id", "title", "status", "published_on")
"""The columns of the database's table `release` that the manifest holds as well."""

OF_RECORDS: Final = {
    **{name: contract.TABLES[name] for name in ("release", "cells", "codes")},
    **contract.TABLES_OF_RECORDS,
}
"""The tables of a database that are filled from the manifest and the cells, with their columns."""

EMPTY_TABLES: Final = {*contract.TABLES, *contract.TABLES_OF_DOCUMENT} - {*OF_RECORDS, "sources"}
"""The tables that only a release transcribed from a document fills."""


class CheckResult(Protocol):
    """The result of a check, as `audit.Check`."""

    @property
    def name(self) -> str:
        """The name of the check, which begins with that of the release."""

    @property
    def looked_at(self) -> int:
        """The number of items that it looked at."""


def certificate_faults(release: PublicRelease, checks: Iterable[CheckResult]) -> Iterator[str]:
    """Yield everything in a certificate that the manifest, or the results of an audit, contradict.

    `checks` are those of the release alone. A certificate also lists checks of pairs of releases.
    """
    try:
        certificate = json.loads((release.folder / CERTIFICATE).read_text(encoding="utf-8"))
        text = (release.folder / CERTIFICATE_TEXT).read_text(encoding="utf-8")
        listed = {check["name"]: check for check in certificate["checks"]}
        limits = [str(limit) for limit in certificate["limits"]]
    except (OSError, ValueError, KeyError, TypeError) as error:
        yield f"{CERTIFICATE} or {CERTIFICATE_TEXT} cannot be read ({type(error).__name__})"
        return
    yield from _contradictions(release, certificate)
    found = {check.name: check.looked_at for check in checks}
    own = tuple(f"{release.name}{mark}" for mark in ":,")
    for name in sorted({name for name in listed if name.startswith(own)} - found.keys()):
        yield f"{CERTIFICATE} lists the check '{name}', which the audit does not make"
    for name, looked_at in found.items():
        if listed.get(name, {}).get("looked_at") != looked_at:
            yield f"{CERTIFICATE} does not say that '{name}' looked at {looked_at:,}"
    yield from _missing_from_text(release, text, listed, limits)


def _contradictions(release: PublicRelease, certificate: Mapping[str, Any]) -> Iterator[str]:
    """Yield the entries of the certificate that the manifest has otherwise."""
    expected = {
        "release_id": release.release_id,
        "status": release.status,
        "method": release.method,
        "largest_error": {str(order): most for order, most in release.largest_error.items()},
    }
    for name, value in expected.items():
        if certificate.get(name) != value:
            yield f"{CERTIFICATE} has another {name} than the manifest"


def _missing_from_text(
    release: PublicRelease,
    text: str,
    listed: Mapping[str, Mapping[str, Any]],
    limits: Sequence[str],
) -> Iterator[str]:
    """Yield the parts of the certificate as data that the certificate to be read lacks."""
    for name, check in listed.items():
        if check.get("holds") is not True:
            yield f"{CERTIFICATE} says that '{name}' does not hold"
        elif f"| {name} | {check.get('looked_at', 0):,} | holds |" not in text:
            yield f"{CERTIFICATE_TEXT} does not list '{name}' as {CERTIFICATE} does"
    for order, most in release.largest_error.items():
        if f"fixes {order} dimensions at once is off by {most} at most" not in text:
            yield f"{CERTIFICATE_TEXT} does not announce an error of {most} for {order} dimensions"
    if release.release_id not in text or MARKS.get(release.status, "") not in text:
        yield f"{CERTIFICATE_TEXT} does not have the name and the status of the release"
    for place, limit in enumerate(limits, start=1):
        if limit not in text:
            yield f"{CERTIFICATE_TEXT} lacks limit {place} of {CERTIFICATE}"


def parquet_faults(connection: duckdb.DuckDBPyConnection, release: PublicRelease) -> Iterator[str]:
    """Yield the metadata and columns of the Parquet file that are not those of the release.

    Raises:
        duckdb.Error: the file can't be read.
    """
    path = {"path": str(release.folder / PARQUET)}
    metadata = sql.rows(connection, "audit/parquet_metadata", path)
    columns = sql.rows(connection, "audit/parquet_columns", path)
    found = sorted((row["name"], row["content"]) for row in metadata)
    expected = {"name": str(release.manifest.get("name", "")), "status": release.status}
    if found != sorted(expected.items()):
        yield f"{PARQUET} has other metadata than the name and the status of the release"
    if [row["name"] for row in columns] != [*COLUMNS]:
        yield f"{PARQUET} has other columns than cells.csv"


def database_faults(connection: duckdb.DuckDBPyConnection, release: PublicRelease) -> Iterator[str]:
    """Yield the tables of a database that do not describe the release, or that should be empty.

    Raises:
        duckdb.Error: a table can't be read.
    """
    (described,) = sql.rows(connection, "audit/release_rows") or [{}]
    for name in DESCRIBED:
        if str(described.get(name)) != str(release.manifest.get(name)):
            yield f"{DATABASE} has another {name} than the manifest"
    labels: dict[str, dict[str, str]] = {name: {} for name in DIMENSIONS}
    for row in sql.rows(connection, "audit/code_labels"):
        labels.setdefault(row["dimension"], {})[row["code"]] = row["label"]
    for name, codes in labels.items():
        if codes != release.manifest["codelists"].get(name):
            yield f"{DATABASE} has other codes of {name} than the manifest"
    present = {row["name"] for row in sql.rows(connection, "audit/table_names")}
    for name, columns in OF_RECORDS.items():
        if name in present and {*connection.table(name).columns} != {*columns.split()}:
            yield f"{DATABASE} has other columns of {name} than a release has"
    for name in sorted(present & EMPTY_TABLES):
        if connection.table(name).limit(1).fetchall():
            yield f"{DATABASE} has rows of {name}, which only a transcription has"


def statement_faults(folder: Path) -> Iterator[str]:
    """Yield a fault if a release made from records lists statements: it has none."""
    try:
        with (folder / STATEMENTS).open(encoding="utf-8", newline="") as stream:
            header, *rows = csv.reader(stream)
    except (OSError, ValueError, csv.Error) as error:
        yield f"{STATEMENTS} cannot be read ({type(error).__name__})"
        return
    if rows or header != contract.TABLES["statements"].split():
        yield f"{STATEMENTS} has more than the header of a release made from records"


def unmarked(name: str, sheets: Sequence[Rows], release: PublicRelease) -> Iterator[str]:
    """Yield each sheet of a spreadsheet of invented figures that lacks their mark."""
    mark = MARKS.get(release.status, "")
    for number, rows in enumerate(sheets, start=1):
        if mark and not any(mark in str(value) for row in rows for value in row):
            yield f"{name} does not have the mark '{mark}' on sheet {number}"
