"""Releases to test with: the real one, built once, and small made-up ones, built in a blink."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from referrals.publishing import package, transcribe
from referrals.release import Release, open_release

SmallRelease = Callable[..., Path]

ABOUT = """
create table release as select
    '2020-21' as release_id, 'Small' as title, '2020-21' as period, 'April 2020 to March 2021' as period_label,
    'published' as status, false as additive, 'made-up' as source_id, date '2021-12-15' as published_on, '' as attribution
"""


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the real release, built from the repository as it stands. Copy it before changing anything."""
    folder = tmp_path_factory.mktemp("releases")
    assert transcribe.build(folder=folder)
    return folder / "2020-21"


@pytest.fixture(scope="session")
def release(built: Path) -> Release:
    """Return the real release, open."""
    return open_release(built)


@pytest.fixture
def small(tmp_path: Path) -> SmallRelease:
    """Return a function that writes a small release, from its own statements if it is given any."""

    def write(name: str = "2020-21", *, status: str = "published", value: int = 1, about: str = ABOUT) -> Path:
        def fill(connection: duckdb.DuckDBPyConnection) -> None:
            connection.execute(about)
            connection.execute("create table cells as select $value as value", {"value": value})
            connection.execute("create table statements as select 'E001' as statement_id")

        folder = tmp_path / "releases" / name
        package.write(folder, fill=fill, describe={"name": name, "status": status, "inputs_sha256": f"inputs of {value}"})
        return folder

    return write
