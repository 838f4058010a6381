"""Releases for tests: the real one, built once, and small made-up ones."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from referrals import atomic_folder
from referrals.paths import RELEASES
from referrals.publishing import transcribe
from referrals.publishing.disclosure.rounding import likelihood
from referrals.release import contract
from referrals.release.release import Release, open_release
from tests.fixtures import published_releases, release_writer
from tests.fixtures.made_once import made_once
from tests.fixtures.stranger import Stranger


@pytest.fixture(autouse=True, scope="module")
def quick_likelihood() -> Iterator[None]:
    """Leave the likelihood check out of publications, of which it takes two thirds of the time.

    It has unit tests, and `test_likelihood_check` publishes with it.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(likelihood, "require", lambda *_, **__: None)
        yield


SmallRelease = Callable[..., Path]
REAL = "2020-21"

ABOUT = """
create table release as select
    '2020-21' as release_id, 'Small' as title, '2020-21' as period,
    'April 2020 to March 2021' as period_label, 'published' as status, false as additive,
    'made-up' as source_id, date '2021-12-15' as published_on, '' as licence, '' as attribution,
    '' as lay_sentence
"""


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the real release, built from the repository. Copy it before changing it.

    It is a copy of the one that `make data` built, unless an input has changed since.
    """

    def make(folder: Path) -> None:
        if (RELEASES / REAL).exists():
            shutil.copytree(RELEASES / REAL, folder / REAL)
        transcribe.build(folder=folder)

    return made_once(tmp_path_factory.getbasetemp(), "releases", make) / REAL


@pytest.fixture(scope="session")
def release(built: Path) -> Release:
    """The real release, open."""
    return open_release(built)


def write_small(
    folder: Path,
    *,
    status: str = "published",
    value: int = 1,
    about: str = ABOUT,
    without: str = "",
) -> Path:
    """Write a small release without the column `without` (`table.column`); return its folder."""

    def fill(connection: duckdb.DuckDBPyConnection) -> None:
        connection.execute(about)
        if about == ABOUT:
            connection.execute(
                "update release set release_id = $name, status = $status",
                {"name": folder.name, "status": status},
            )
        for table, columns in contract.tables(additive=False, shown_first=True).items():
            if table != "release":
                present = [name for name in columns.split() if f"{table}.{name}" != without]
                connection.execute(
                    f"create table {table} ({', '.join(f'{name} varchar' for name in present)})"
                )
        connection.execute("alter table cells alter value type integer")
        connection.execute("insert into cells by name select $value as value", {"value": value})
        connection.execute("insert into statements by name select 'E001' as statement_id")

    release_writer.write(
        folder,
        fill=fill,
        metadata={"name": folder.name, "status": status, "inputs_sha256": f"inputs of {value}"},
    )
    return folder


@pytest.fixture(scope="session")
def copy_of_small(tmp_path_factory: pytest.TempPathFactory) -> SmallRelease:
    """A function that copies a small release to a folder. A variant is written once a session."""
    home = tmp_path_factory.mktemp("small")
    numbers: dict[tuple[object, ...], int] = {}

    def make(folder: Path, **options: Any) -> Path:
        key = (folder.name, *sorted(options.items()))
        number = numbers.setdefault(key, len(numbers))
        original = home / str(number) / folder.name
        if not original.exists():
            write_small(original, **options)
        if folder.exists():
            return put(original, folder)
        return Path(shutil.copytree(original, folder))

    return make


def put(original: Path, folder: Path) -> Path:
    """Replace a release by a copy of another in one step, as a publisher does."""
    with atomic_folder.replacement(folder) as building:
        shutil.copytree(original, building, dirs_exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a small release. Copy it before changing it."""
    return write_small(tmp_path_factory.mktemp("written") / "2020-21")


@pytest.fixture
def small(tmp_path: Path, copy_of_small: SmallRelease) -> SmallRelease:
    """A function that puts a small release into a folder of releases, as a publisher does."""
    return lambda name="2020-21", **options: copy_of_small(tmp_path / "releases" / name, **options)


@pytest.fixture(scope="session")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stranger]:
    """A stranger who verifies releases without our code."""
    with Stranger(tmp_path_factory.mktemp("stranger")) as someone:
        yield someone


@pytest.fixture
def small_place(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what publishing a small release leaves, to publish the next one there.

    The extract is `small.csv`, the release is `out/small`, and the private folder is `private`.
    """
    published = published_releases.small(tmp_path_factory.getbasetemp())
    published_releases.copy_place(published.parent.parent, tmp_path)
    return tmp_path
