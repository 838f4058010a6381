"""Write a database in a process that has never seen anything but public tables: `python -m referrals.publishing.release_builder.database`.

DuckDB does not clear all the memory that it writes as blocks of a file. In the process that counted records, what is left over
there could be theirs.
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

STILL: Final = {
    "DUCKDB_JE_MALLOC_CONF": "zero:true",
    "MALLOC_PERTURB_": "255",
    "PYTHONHASHSEED": "0",
}
"""Memory that DuckDB asks for is cleared first, by its own allocator or the system's: the file is the same bytes each time."""


def write(tables: Path, database: Path) -> None:
    """Write a database of the Parquet files in a folder, a table a file, in a process of its own.

    Raises:
        DataError: the process failed.
    """
    command = [
        sys.executable,
        "-m",
        __spec__.name if __spec__ else __name__,
        str(tables),
        str(database),
    ]
    environment = {**os.environ, **STILL}
    ran = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=False)
    # Where the disk is full, DuckDB leaves what it could not write into the file beside it, and says nothing.
    if ran.returncode or database.with_name(f"{database.name}.wal").exists():
        raise DataError(
            f"{database.name} could not be written whole. Is there room on the disk? Nothing was published."
        )


def main() -> None:
    """Write the database that the command line asks for."""
    tables, database = map(Path, sys.argv[1:])
    with duckdb.connect(database, config={"threads": 1}) as connection:
        for path in sorted(tables.glob("*.parquet")):
            connection.read_parquet(str(path)).create(path.stem)


if __name__ == "__main__":
    main()
