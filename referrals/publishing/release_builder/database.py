"""A writer of the release database, in a process that never saw records.

Run as `python -m referrals.publishing.release_builder.database TABLES DATABASE`, by `write`.

DuckDB does not clear all the memory that it writes as blocks of a file. In the process that counted
the records, that memory could hold parts of them.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

import duckdb

from referrals.errors import DataError
from referrals.paths import ROOT
from referrals.publishing.storage import disk

REPRODUCIBLE: Final = {
    "DUCKDB_JE_MALLOC_CONF": "zero:true",
    "MALLOC_PERTURB_": "255",
    "PYTHONHASHSEED": "0",
}
"""Environment that clears memory before DuckDB gets it, whichever allocator it uses.

The file then has the same bytes each time.
"""


STORAGE_VERSION: Final = "v1.0.0"
"""The oldest stable storage format of DuckDB, which every version since 1.0 (June 2024) opens.

By default, DuckDB 2 writes a format that no older version opens. The old one takes a tenth more
space.
"""


def write(tables: Path, database: Path) -> None:
    """Write a database from a folder of Parquet files, one table a file, in a new process.

    Raises:
        DataError: the process failed.
    """
    module = __spec__.name if __spec__ else __name__
    # The process starts in another folder, which has our modules.
    command = [sys.executable, "-m", module, str(tables.resolve()), str(database.resolve())]
    environment = {**os.environ, **REPRODUCIBLE}
    ran = subprocess.run(  # noqa: S603 - our own module
        command, cwd=ROOT, env=environment, capture_output=True, check=False
    )
    # On a full disk, DuckDB exits as if all were well and leaves the rest in its write-ahead log.
    is_incomplete = database.with_name(f"{database.name}.wal").exists()
    if (ran.returncode or is_incomplete) and (
        disk.IN_TEXT.encode() in ran.stderr or disk.is_full(database.parent)
    ):
        raise DataError(f"{disk.message(database.parent)} Nothing was published.")
    if ran.returncode or is_incomplete:
        raise DataError(
            f"{database.name} could not be written completely: a file may be limited in size, or "
            "memory too small. Nothing was published."
        )


def fill(tables: Path, database: Path) -> None:
    """Write a database from a folder of Parquet files, one table a file, in this process."""
    with duckdb.connect(
        database, config={"threads": 1, "storage_compatibility_version": STORAGE_VERSION}
    ) as connection:
        for path in sorted(tables.glob("*.parquet")):
            connection.read_parquet(str(path)).create(path.stem)


def main() -> None:
    """Write the database named on the command line."""
    tables, database = map(Path, sys.argv[1:])
    fill(tables, database)


if __name__ == "__main__":
    main()
