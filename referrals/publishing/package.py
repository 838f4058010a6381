"""Write a release folder whole or not at all, with a manifest that lists every file and its SHA-256.

The folder is built beside its place and then renamed into it. A folder that is half written has a leading dot in its name,
is never opened, and is swept away by the next build.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Final

import duckdb

from referrals.release import MANIFEST

RESOURCES: Final[Mapping[str, str]] = {
    "release.duckdb": "application/vnd.duckdb",
    "cells.csv": "text/csv",
    "cells.parquet": "application/vnd.apache.parquet",
    "statements.csv": "text/csv",
}
"""The files of a release and their media types, in the order of the manifest."""


def write(folder: Path, *, fill: Callable[[duckdb.DuckDBPyConnection], None], describe: Mapping[str, Any]) -> None:
    """Write a release folder: `fill` makes the tables, `describe` is what the manifest says of the whole.

    The old folder of the same name stays whole and in place until the new one is complete on disk.
    """
    building = folder.with_name(f".{folder.name}.building")
    replaced = folder.with_name(f".{folder.name}.replaced")
    if replaced.exists() and not folder.exists():
        replaced.rename(folder)  # a build was killed between the two moves at the end
    for leftover in (building, replaced):
        shutil.rmtree(leftover, ignore_errors=True)
    building.mkdir(parents=True)
    with duckdb.connect(building / "release.duckdb") as connection:
        fill(connection)
        for name in ("cells", "statements"):
            connection.table(name).to_csv(str(building / f"{name}.csv"), header=True)
        connection.table("cells").to_parquet(str(building / "cells.parquet"), compression="zstd")
        schemas = {name: _schema(connection, name) for name in ("cells", "statements")}
    _write_manifest(building, describe, schemas)
    _flush(building)
    _exchange(folder, building, replaced)
    shutil.rmtree(replaced, ignore_errors=True)


def _exchange(folder: Path, building: Path, replaced: Path) -> None:
    """Put a finished folder in its place; where that fails, the old one is put back."""
    had_one = folder.exists()
    if had_one:
        folder.rename(replaced)
    try:
        building.rename(folder)
    except BaseException:
        if had_one:
            replaced.rename(folder)
        raise


def digest(paths: Iterable[Path]) -> str:
    """Return one SHA-256 over the names and bytes of files, for telling whether anything changed since a build."""
    total = hashlib.sha256()
    for name, content in sorted((path.name, hashlib.sha256(path.read_bytes()).digest()) for path in paths):
        total.update(name.encode())
        total.update(content)
    return total.hexdigest()


def _schema(connection: duckdb.DuckDBPyConnection, name: str) -> dict[str, Any]:
    """Return the Table Schema of a table: the name and type of each column."""
    relation = connection.table(name)
    columns = zip(relation.columns, relation.types, strict=True)
    return {"fields": [{"name": column, "type": _TYPES.get(str(kind), "string")} for column, kind in columns]}


_TYPES: Final[Mapping[str, str]] = {"INTEGER": "integer", "BOOLEAN": "boolean", "DATE": "date"}


def _write_manifest(folder: Path, describe: Mapping[str, Any], schemas: Mapping[str, Any]) -> None:
    resources = [
        {
            "name": name.replace(".", "-"),
            "path": name,
            "mediatype": mediatype,
            "bytes": (folder / name).stat().st_size,
            "hash": f"sha256:{hashlib.sha256((folder / name).read_bytes()).hexdigest()}",
            **({"schema": schemas[name.partition(".")[0]]} if name.endswith(".csv") else {}),
        }
        for name, mediatype in RESOURCES.items()
    ]
    manifest = {**describe, "resources": resources}
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _flush(folder: Path) -> None:
    for path in [*folder.iterdir(), folder]:
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
