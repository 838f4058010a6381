"""The release folder: a DuckDB database, its tables as files, and a manifest with every SHA-256.

Both release builders (`rounded`, `suppressed`) and `transcribe` call `write`. The folder appears
whole or not at all (`atomic_folder`); the same tables always make the same bytes.
"""

from __future__ import annotations

import hashlib
import struct
import tempfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Final

import duckdb

from referrals import atomic_folder, sql
from referrals.publishing.release_builder import database
from referrals.publishing.storage import locks
from referrals.release import manifest_digest
from referrals.release.release import DATABASE, MANIFEST
from referrals.spreadsheets.formats import SPREADSHEETS

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
"""Media types of the files that a release can have, in manifest order. Spreadsheets come last."""

TABLES_AS_FILES: Final = ("cells", "statements")

FIELD_TYPES: Final[Mapping[str, str]] = {
    "INTEGER": "integer",
    "BOOLEAN": "boolean",
    "DATE": "date",
}
"""Table Schema types by DuckDB type. Everything else is a string."""

HEADER_BLOCK: Final = 4096
IDENTIFIER: Final = slice(124, 140)
FIXED_IDENTIFIER: Final = b"victim-referrals"

Schemas = Mapping[str, Mapping[str, Any]]


def write(
    folder: Path,
    *,
    fill: Callable[[duckdb.DuckDBPyConnection], None],
    metadata: Mapping[str, Any],
    finish: Callable[[Path], None] = lambda _: None,
) -> None:
    """Write a release folder in place of an older one of the same name.

    `fill` creates the tables in an empty database. `metadata` goes into the manifest, and is read
    again after `finish`, which may change it. `finish` is called with the unfinished folder,
    manifest included: it may add files, or refuse the release by raising. A second writer in the
    same parent folder waits for the first.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    with locks.reentrant(folder.parent), atomic_folder.replacement(folder) as building:
        schemas = _write_tables(building, fill, metadata)
        _write_manifest(building, metadata, schemas)
        finish(building)
        _write_manifest(building, metadata, schemas)


def _write_tables(
    building: Path,
    fill: Callable[[duckdb.DuckDBPyConnection], None],
    metadata: Mapping[str, Any],
) -> Schemas:
    """Write the database and the tables that are files as well, and return the schemas of those."""
    with (
        duckdb.connect(config={"threads": 1}) as connection,
        tempfile.TemporaryDirectory() as tables,
    ):
        fill(connection)
        for row in sql.rows(connection, "release_builder/table_names"):
            name = row["table_name"]
            connection.table(name).to_parquet(str(Path(tables) / f"{name}.parquet"))
        database.write(Path(tables), building / DATABASE)
        for name in TABLES_AS_FILES:
            connection.table(name).to_csv(str(building / f"{name}.csv"), header=True)
        connection.execute(
            sql.statement("release_builder/cells_parquet"),
            {
                "path": str(building / "cells.parquet"),
                "name": str(metadata.get("name", "")),
                "status": str(metadata.get("status", "")),
            },
        )
        schemas = {name: _schema(connection, name) for name in TABLES_AS_FILES}
    set_fixed_identifier(building / DATABASE)
    return schemas


def set_fixed_identifier(path: Path) -> None:
    """Replace a DuckDB file's random identifier, so that the same tables make the same bytes.

    The identifier is in the three header blocks, each of which begins with its own checksum.
    """
    content = bytearray(path.read_bytes())
    for start in range(0, HEADER_BLOCK * 3, HEADER_BLOCK):
        block = memoryview(content)[start : start + HEADER_BLOCK]
        if any(block[IDENTIFIER]):
            block[IDENTIFIER] = FIXED_IDENTIFIER
        block[:8] = struct.pack("<Q", _checksum(block[8:]))
    path.write_bytes(content)


def _checksum(block: memoryview) -> int:
    """Return DuckDB's checksum of a block: 5381 XOR each of its words times a constant."""
    total = 5381
    for (word,) in struct.iter_unpack("<Q", block):
        total ^= word * 0xBF58476D1CE4E5B9 & 0xFFFFFFFFFFFFFFFF
    return total


def digest(paths: Iterable[Path]) -> str:
    """Return one SHA-256 over the names and contents of files, to see if an input has changed."""
    digests = sorted((path.name, hashlib.sha256(path.read_bytes()).digest()) for path in paths)
    total = hashlib.sha256()
    for name, content in digests:
        total.update(name.encode())
        total.update(content)
    return total.hexdigest()


def _schema(connection: duckdb.DuckDBPyConnection, name: str) -> dict[str, Any]:
    """Return the Table Schema of a table: the name and type of each column."""
    relation = connection.table(name)
    columns = zip(relation.columns, relation.types, strict=True)
    fields = [
        {"name": column, "type": FIELD_TYPES.get(str(kind), "string")} for column, kind in columns
    ]
    return {"fields": fields}


def _write_manifest(folder: Path, metadata: Mapping[str, Any], schemas: Schemas) -> None:
    resources = []
    for name, media_type in RESOURCES.items():
        if (folder / name).is_file():
            resource = _resource(folder / name, media_type)
            if name.endswith(".csv"):
                resource["schema"] = schemas[name.removesuffix(".csv")]
            resources.append(resource)
    for suffix, (media_type, title) in SPREADSHEETS.items():
        paths = sorted(folder.glob(f"*{suffix}"))
        resources += [_resource(path, media_type) | {"title": title} for path in paths]
    text = manifest_digest.with_digest({**metadata, "resources": resources})
    (folder / MANIFEST).write_text(text, encoding="utf-8")


def _resource(path: Path, media_type: str) -> dict[str, Any]:
    content = path.read_bytes()
    # Otherwise a validator reads a workbook or a JSON file as a table, by its ending.
    kind = {} if media_type == "text/csv" else {"type": "file"}
    return {
        "name": path.name.replace(".", "-"),
        "path": path.name,
        **kind,
        "mediatype": media_type,
        "bytes": len(content),
        "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
    }
