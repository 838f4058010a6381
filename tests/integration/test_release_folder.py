"""A release folder: its files, its manifest, and no release at all if the build fails."""

from __future__ import annotations

import csv
import hashlib
import json
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path

import duckdb
import pytest

from referrals.publishing.release_builder import folder as release_folder
from referrals.release.release import open_release
from tests.fixtures import release_writer
from tests.integration.conftest import write_small

SmallRelease = Callable[..., Path]


@pytest.fixture
def small(tmp_path: Path) -> SmallRelease:
    """A function that writes a small release anew each time, as the program does."""
    return lambda name="2020-21", **options: write_small(tmp_path / "releases" / name, **options)


def contents(folder: Path) -> dict[str, bytes]:
    """Return the content of every file of a folder, by name."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_release_has_its_files_and_a_manifest_only(
    small: SmallRelease, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(release_writer, "write", release_folder.write)  # in a process of its own
    assert set(contents(small())) == {
        "release.duckdb",
        "cells.csv",
        "cells.parquet",
        "statements.csv",
        "datapackage.json",
    }


def test_the_manifest_has_the_metadata_and_the_size_and_hash_of_every_file(
    small: SmallRelease,
) -> None:
    files = contents(small())
    manifest = json.loads(files["datapackage.json"])
    assert {
        resource["path"]: (resource["bytes"], resource["hash"])
        for resource in manifest["resources"]
    } == {
        name: (len(content), f"sha256:{hashlib.sha256(content).hexdigest()}")
        for name, content in files.items()
        if name != "datapackage.json"
    }
    assert (manifest["name"], manifest["status"]) == ("2020-21", "published")


def test_a_parquet_file_names_its_release_and_status_in_its_metadata(
    small: SmallRelease,
) -> None:
    path = str(small(status="official") / "cells.parquet")
    with duckdb.connect() as connection:
        rows = connection.execute(
            "select key, value from parquet_kv_metadata($path)", {"path": path}
        ).fetchall()
    assert {key.decode(): value.decode() for key, value in rows} == {
        "name": "2020-21",
        "status": "official",
    }


def test_the_database_has_the_storage_version_that_duckdb_1_0_reads(built: Path) -> None:
    # https://duckdb.org/docs/stable/internals/storage: a checksum of 8 bytes, `DUCK`, the version.
    header = (built / "release.duckdb").read_bytes()[8:20]
    assert header == b"DUCK" + (64).to_bytes(8, "little")


def test_a_release_in_a_new_folder_can_be_opened(small: SmallRelease) -> None:
    assert open_release(small(value=1)).about.title == "Small"


def test_a_new_release_replaces_the_old_one_and_leaves_nothing_else(
    small: SmallRelease,
) -> None:
    small(value=1)
    folder = small(value=2)
    (row,) = csv.DictReader((folder / "cells.csv").read_text(encoding="utf-8").splitlines())
    assert row["value"] == "2"
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]


class BuildError(Exception):
    """Any fault that stops a build."""


def fail(*_: object, **__: object) -> None:
    raise BuildError


def test_a_build_that_fails_in_fill_leaves_the_old_release(small: SmallRelease) -> None:
    folder = small()
    before = contents(folder)
    with pytest.raises(BuildError):
        release_folder.write(folder, fill=fail, metadata={})
    assert contents(folder) == before
    assert open_release(folder).about.release_id == "2020-21"


def test_a_build_that_fails_at_the_manifest_leaves_the_old_release(
    small: SmallRelease, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = small(value=1)
    before = contents(folder)
    monkeypatch.setattr(release_folder, "_write_manifest", fail)
    with pytest.raises(BuildError):
        small(value=2)
    assert contents(folder) == before


def test_a_release_that_finish_refuses_is_not_put_in_place(
    small: SmallRelease, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = small(value=1)
    before = contents(folder)
    refusing = partial(release_folder.write, finish=fail)
    monkeypatch.setattr(release_writer, "write", refusing)
    with pytest.raises(BuildError):
        small(value=2)
    assert contents(folder) == before


def test_a_first_build_that_fails_leaves_no_release(tmp_path: Path) -> None:
    with pytest.raises(BuildError):
        release_folder.write(tmp_path / "2020-21", fill=fail, metadata={})
    assert list(tmp_path.iterdir()) == []


def test_a_fill_without_a_table_of_cells_is_refused(tmp_path: Path) -> None:
    with pytest.raises(duckdb.Error):
        release_folder.write(tmp_path / "2020-21", fill=lambda _: None, metadata={})
    assert not (tmp_path / "2020-21").exists()


def test_the_digest_depends_on_names_and_contents_only(
    tmp_path: Path,
) -> None:
    first, second, elsewhere = tmp_path / "a.csv", tmp_path / "b.csv", tmp_path / "elsewhere"
    first.write_bytes(b"1")
    second.write_bytes(b"2")
    shutil.copytree(tmp_path, elsewhere)
    digest = release_folder.digest([first, second])
    assert release_folder.digest([second, first]) == digest
    assert release_folder.digest([elsewhere / "a.csv", elsewhere / "b.csv"]) == digest
    assert release_folder.digest([first]) != digest
    assert release_folder.digest([first, second.rename(tmp_path / "c.csv")]) != digest
    second.write_bytes(b"3")
    assert release_folder.digest([first, second]) != digest
