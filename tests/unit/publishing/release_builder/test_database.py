"""The release database: written by another process."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from referrals.publishing.release_builder import database


def test_a_database_is_written_to_a_relative_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    tables = Path("tables")
    tables.mkdir()
    duckdb.execute("copy (select 5 as value) to 'tables/cells.parquet'")
    database.write(tables, Path("release.duckdb"))
    with duckdb.connect(tmp_path / "release.duckdb", read_only=True) as connection:
        assert connection.table("cells").fetchall() == [(5,)]
