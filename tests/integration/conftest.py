"""Releases to test with: the real one, built once, and small made-up ones, built in a blink."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from referrals.publishing import transcribe
from referrals.publishing.release_builder import folder as release_folder
from referrals.release import contract
from referrals.release.release import Release, open_release
from tests.fixtures.made_once import made_once

SmallRelease = Callable[..., Path]

ABOUT = """
create table release as select
    '2020-21' as release_id, 'Small' as title, '2020-21' as period, 'April 2020 to March 2021' as period_label,
    'published' as status, false as additive, 'made-up' as source_id, date '2021-12-15' as published_on, '' as licence,
    '' as attribution, '' as lay_sentence
"""


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the real release, built from the repository as it stands. Copy it before changing anything."""
    return (
        made_once(
            tmp_path_factory.getbasetemp(),
            "releases",
            lambda folder: transcribe.build(folder=folder),
        )
        / "2020-21"
    )


@pytest.fixture(scope="session")
def release(built: Path) -> Release:
    """Return the real release, open."""
    return open_release(built)


def write_small(
    folder: Path,
    *,
    status: str = "published",
    value: int = 1,
    about: str = ABOUT,
    without: str = "",
) -> Path:
    """Write a small release into a folder, and return the folder. `without` is a column, as `table.column`, that it lacks."""

    def fill(connection: duckdb.DuckDBPyConnection) -> None:
        connection.execute(about)
        if about == ABOUT:
            connection.execute(
                "update release set release_id = $name, status = $status",
                {"name": folder.name, "status": status},
            )
        for table, columns in contract.tables(additive=False, shown_first=True).items():
            if table != "release":
                held = [name for name in columns.split() if f"{table}.{name}" != without]
                connection.execute(
                    f"create table {table} ({', '.join(f'{name} varchar' for name in held)})"
                )
        connection.execute("alter table cells alter value type integer")
        connection.execute("insert into cells by name select $value as value", {"value": value})
        connection.execute("insert into statements by name select 'E001' as statement_id")

    release_folder.write(
        folder,
        fill=fill,
        describe={"name": folder.name, "status": status, "inputs_sha256": f"inputs of {value}"},
    )
    return folder


@pytest.fixture(scope="session")
def copy_of_small(tmp_path_factory: pytest.TempPathFactory) -> SmallRelease:
    """Return a function that puts a copy of a small release into a folder; each different one is written once a session."""
    home = tmp_path_factory.mktemp("small")
    numbers: dict[tuple[object, ...], int] = {}

    def give(folder: Path, **asked: Any) -> Path:
        key = (folder.name, *sorted(asked.items()))
        number = numbers.setdefault(key, len(numbers))
        original = home / str(number) / folder.name
        if not original.exists():
            write_small(original, **asked)
        return put(original, folder)

    return give


def put(original: Path, folder: Path) -> Path:
    """Put a copy of a release in its place in one step, as a publisher does, and return the place."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    building, replaced = folder.with_name(".building"), folder.with_name(".replaced")
    release_folder._exchange(folder, shutil.copytree(original, building), replaced)
    shutil.rmtree(building, ignore_errors=True)
    return folder


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a small release. Copy it before changing anything."""
    return write_small(tmp_path_factory.mktemp("written") / "2020-21")


@pytest.fixture
def small(tmp_path: Path, written: Path) -> SmallRelease:
    """Return a function that gives a small release of one's own: a copy, or one written anew where more is asked for."""

    def give(name: str = "2020-21", **asked: Any) -> Path:
        folder = tmp_path / "releases" / name
        if asked or folder.exists():
            return write_small(folder, **asked)
        return Path(shutil.copytree(written, folder))

    return give
