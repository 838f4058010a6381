"""Write a release folder whole or not at all, with a manifest that lists every file and its SHA-256.

The folder is built beside its place and then renamed into it. A folder that is half written has a leading dot in its name,
is never opened, and is swept away by the next build.
"""

from __future__ import annotations

import ctypes
import hashlib
import json
import os
import shutil
import struct
import tempfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Final

import duckdb

from referrals import sql
from referrals.publishing.release_builder import database
from referrals.publishing.storage import locks
from referrals.release.release import DATABASE, MANIFEST

RESOURCES: Final[Mapping[str, str]] = {
    DATABASE: "application/vnd.duckdb",
    "cells.csv": "text/csv",
    "cells.parquet": "application/vnd.apache.parquet",
    "statements.csv": "text/csv",
    "certificate.md": "text/markdown",
    "certificate.json": "application/json",
    "witnesses.csv.gz": "application/gzip",
    "verify.py": "text/x-python",
    "verify.sql": "application/sql",
}
"""The files that a release can have and their media types, in the order of the manifest."""

SPREADSHEETS: Final[Mapping[str, tuple[str, str]]] = {
    ".xlsx": (
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "Accessible spreadsheet for Excel",
    ),
    ".ods": (
        "application/vnd.oasis.opendocument.spreadsheet",
        "Accessible spreadsheet, OpenDocument",
    ),
}
"""The spreadsheets that a release can have, by the ending of their names: media type and title. They stand last."""

TABLES: Final = ("cells", "statements")
"""The tables that are files as well."""

HEADER_BLOCK: Final = 4096
IDENTIFIER: Final = slice(124, 140)
FIXED_IDENTIFIER: Final = b"victim-referrals"

AT_FDCWD: Final = -100
RENAME_EXCHANGE: Final = 2
"""What Linux calls the folder where the process is, and an exchange of two names."""


def write(
    folder: Path,
    *,
    fill: Callable[[duckdb.DuckDBPyConnection], None],
    describe: Mapping[str, Any],
    complete: Callable[[Path], None] = lambda _: None,
) -> None:
    """Write a release folder: `fill` makes the tables, `describe` is what the manifest says of the whole.

    `complete` is called with the folder while it is still being built, manifest included; it may add files, and it may refuse
    by raising. The old folder of the same name stays whole and in place until the new one is complete on disk. A second
    writer waits for the first.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    building = folder.with_name(f".{folder.name}.building")
    replaced = folder.with_name(f".{folder.name}.replaced")
    with locks.alone(folder.parent):
        if replaced.exists() and not folder.exists():
            replaced.rename(folder)  # a build was killed between the two moves at the end
        for leftover in (building, replaced):
            shutil.rmtree(leftover, ignore_errors=True)
        building.mkdir()
        try:
            schemas = _write_tables(
                building, fill, {name: str(describe.get(name, "")) for name in ("name", "status")}
            )
            _write_manifest(building, describe, schemas)
            complete(building)
            _write_manifest(building, describe, schemas)
            _flush(building)
            _exchange(folder, building, replaced)
        finally:
            for leftover in (building, replaced):
                shutil.rmtree(leftover, ignore_errors=True)


def _write_tables(
    building: Path, fill: Callable[[duckdb.DuckDBPyConnection], None], imprint: Mapping[str, str]
) -> dict[str, dict[str, Any]]:
    """Write the database and the files of its tables, and return their schemas. `imprint` says what release it is."""
    with (
        duckdb.connect(config={"threads": 1}) as connection,
        tempfile.TemporaryDirectory() as tables,
    ):
        fill(connection)
        for (name,) in connection.execute(sql.statement("release_builder/table_names")).fetchall():
            connection.table(name).to_parquet(str(Path(tables) / f"{name}.parquet"))
        database.write(Path(tables), building / DATABASE)
        for name in TABLES:
            connection.table(name).to_csv(str(building / f"{name}.csv"), header=True)
        connection.execute(
            sql.statement("release_builder/cells_parquet"),
            {"path": str(building / "cells.parquet"), **imprint},
        )
        schemas = {name: _schema(connection, name) for name in TABLES}
    settle(building / DATABASE)
    return schemas


def settle(path: Path) -> None:
    """Give a DuckDB file a fixed identifier in place of its random one, so that the same tables are the same bytes.

    The identifier stands in the file's three header blocks, each of which begins with its own checksum.
    """
    content = bytearray(path.read_bytes())
    for start in range(0, HEADER_BLOCK * 3, HEADER_BLOCK):
        block = memoryview(content)[start : start + HEADER_BLOCK]
        if any(block[IDENTIFIER]):
            block[IDENTIFIER] = FIXED_IDENTIFIER
        block[:8] = struct.pack("<Q", _checksum(block[8:]))
    path.write_bytes(content)


def _checksum(block: memoryview) -> int:
    """Return DuckDB's checksum of a block: its words, multiplied and combined, after a start of 5381."""
    total = 5381
    for (word,) in struct.iter_unpack("<Q", block):
        total ^= word * 0xBF58476D1CE4E5B9 & 0xFFFFFFFFFFFFFFFF
    return total


def _exchange(folder: Path, building: Path, replaced: Path) -> None:
    """Put a finished folder in its place: in one step where the system can, else in two, and where that fails undone."""
    had_one = folder.exists()
    if had_one and _swapped(folder, building):
        return
    if had_one:
        folder.rename(replaced)
    try:
        building.rename(folder)
    except BaseException:
        if had_one:
            replaced.rename(folder)
        raise
    flush(folder.parent)


def _swapped(one: Path, other: Path) -> bool:
    """Exchange two folders in one step, as Linux can, and return whether that was possible: no moment is without a release."""
    try:
        exchange = ctypes.CDLL(None, use_errno=True).renameat2
    except (OSError, AttributeError):
        return False
    done = bool(
        exchange(AT_FDCWD, os.fsencode(one), AT_FDCWD, os.fsencode(other), RENAME_EXCHANGE) == 0
    )
    if done:
        flush(one.parent)
    return done


def digest(paths: Iterable[Path]) -> str:
    """Return one SHA-256 over the names and bytes of files, for telling whether anything changed since a build."""
    total = hashlib.sha256()
    for name, content in sorted(
        (path.name, hashlib.sha256(path.read_bytes()).digest()) for path in paths
    ):
        total.update(name.encode())
        total.update(content)
    return total.hexdigest()


def _schema(connection: duckdb.DuckDBPyConnection, name: str) -> dict[str, Any]:
    """Return the Table Schema of a table: the name and type of each column."""
    relation = connection.table(name)
    columns = zip(relation.columns, relation.types, strict=True)
    return {
        "fields": [
            {"name": column, "type": _TYPES.get(str(kind), "string")} for column, kind in columns
        ]
    }


_TYPES: Final[Mapping[str, str]] = {"INTEGER": "integer", "BOOLEAN": "boolean", "DATE": "date"}


def _write_manifest(folder: Path, describe: Mapping[str, Any], schemas: Mapping[str, Any]) -> None:
    tables = [
        _resource(folder / name, mediatype)
        | ({"schema": schemas[name.partition(".")[0]]} if name.endswith(".csv") else {})
        for name, mediatype in RESOURCES.items()
        if (folder / name).is_file()
    ]
    books = [
        _resource(path, mediatype) | {"title": title}
        for suffix, (mediatype, title) in SPREADSHEETS.items()
        for path in sorted(folder.glob(f"*{suffix}"))
    ]
    manifest = {**describe, "resources": [*tables, *books]}
    (folder / MANIFEST).write_text(
        json.dumps(manifest, indent=2, ensure_ascii=False) + "\n", encoding="utf-8"
    )


def _resource(path: Path, mediatype: str) -> dict[str, Any]:
    content = path.read_bytes()
    return {
        "name": path.name.replace(".", "-"),
        "path": path.name,
        "mediatype": mediatype,
        "bytes": len(content),
        "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
    }


def _flush(folder: Path) -> None:
    for path in [*folder.iterdir(), folder]:
        flush(path)


def flush(path: Path) -> None:
    """Have a file, or the names in a folder, on the disk before going on."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
