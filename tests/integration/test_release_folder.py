"""A release folder is written whole or not at all."""

from __future__ import annotations

import csv
import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from referrals.publishing.release_builder import folder as release_folder
from referrals.release.release import open_release

SmallRelease = Callable[..., Path]


def contents(folder: Path) -> dict[str, bytes]:
    """Return every file of a folder by its name."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_release_holds_its_files_and_the_manifest_and_nothing_else(small: SmallRelease) -> None:
    assert set(contents(small())) == {
        "release.duckdb",
        "cells.csv",
        "cells.parquet",
        "statements.csv",
        "datapackage.json",
    }


def test_the_manifest_has_the_bytes_and_the_hash_of_every_file_and_what_it_was_told(
    small: SmallRelease,
) -> None:
    files = contents(small())
    manifest = json.loads(files["datapackage.json"])
    assert {one["path"]: (one["bytes"], one["hash"]) for one in manifest["resources"]} == {
        name: (len(content), f"sha256:{hashlib.sha256(content).hexdigest()}")
        for name, content in files.items()
        if name != "datapackage.json"
    }
    assert (manifest["name"], manifest["status"]) == ("2020-21", "published")


def test_a_parquet_file_that_is_copied_elsewhere_still_says_what_it_is_of(
    small: SmallRelease,
) -> None:
    path = str(small(status="illustrative") / "cells.parquet")
    with duckdb.connect() as connection:
        rows = connection.execute(
            "select key, value from parquet_kv_metadata($path)", {"path": path}
        ).fetchall()
    assert {key.decode(): value.decode() for key, value in rows} == {
        "name": "2020-21",
        "status": "illustrative",
    }


def test_a_release_can_be_opened_where_there_was_no_folder_before(small: SmallRelease) -> None:
    assert open_release(small(value=1)).about.title == "Small"


def test_a_new_release_takes_the_place_of_the_old_one_and_nothing_else_is_left(
    small: SmallRelease,
) -> None:
    small(value=1)
    folder = small(value=2)
    (row,) = csv.DictReader((folder / "cells.csv").read_text(encoding="utf-8").splitlines())
    assert row["value"] == "2"
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]


class StoppedError(Exception):
    """Stands for whatever can stop a build: a fault, a full disk, a person."""


def interrupt(*_: object, **__: object) -> None:
    raise StoppedError


def test_a_build_that_stops_while_filling_leaves_the_old_release_whole(small: SmallRelease) -> None:
    folder = small()
    before = contents(folder)
    with pytest.raises(StoppedError):
        release_folder.write(folder, fill=interrupt, describe={})
    assert contents(folder) == before
    assert open_release(folder).about.release_id == "2020-21"


@pytest.mark.parametrize("step", ["_write_manifest", "_flush"])
def test_a_build_that_stops_after_filling_leaves_the_old_release_whole(
    small: SmallRelease, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    folder = small(value=1)
    before = contents(folder)
    monkeypatch.setattr(release_folder, step, interrupt)
    with pytest.raises(StoppedError):
        small(value=2)
    assert contents(folder) == before


@pytest.mark.parametrize(
    "failing",
    [1, 2],
    ids=["the old folder cannot be moved away", "the new folder cannot be moved in"],
)
def test_an_exchange_of_folders_that_fails_leaves_the_old_release_whole(
    small: SmallRelease, monkeypatch: pytest.MonkeyPatch, failing: int
) -> None:
    folder = small(value=1)
    before = contents(folder)
    moves = 0
    rename = Path.rename

    def sometimes(path: Path, target: Path) -> Path:
        nonlocal moves
        moves += 1
        if moves == failing:
            raise StoppedError
        return rename(path, target)

    monkeypatch.setattr(
        release_folder, "_swapped", lambda *_: False
    )  # as on a system that cannot exchange two names at once
    monkeypatch.setattr(Path, "rename", sometimes)
    with pytest.raises(StoppedError):
        small(value=2)
    assert folder.is_dir()
    assert contents(folder) == before


def test_a_build_killed_between_the_two_moves_has_its_old_release_brought_back_by_the_next(
    small: SmallRelease,
) -> None:
    # What a kill leaves behind: the old release under another name, and none in its place.
    folder = small(value=1)
    before = contents(folder)
    folder.rename(folder.with_name(f".{folder.name}.replaced"))
    with pytest.raises(StoppedError):
        release_folder.write(folder, fill=interrupt, describe={})
    assert folder.is_dir()
    assert contents(folder) == before


def test_a_first_build_that_stops_leaves_no_release_at_all(tmp_path: Path) -> None:
    with pytest.raises(StoppedError):
        release_folder.write(tmp_path / "2020-21", fill=interrupt, describe={})
    assert [path.name for path in tmp_path.iterdir() if not path.name.startswith(".")] == []


def test_what_a_stopped_build_left_behind_is_swept_away_by_the_next(
    small: SmallRelease, tmp_path: Path
) -> None:
    with pytest.raises(StoppedError):
        release_folder.write(tmp_path / "releases" / "2020-21", fill=interrupt, describe={})
    folder = small(value=1)
    assert [path.name for path in folder.parent.iterdir()] == ["2020-21"]
    assert open_release(folder).about.release_id == "2020-21"


def test_a_fill_that_makes_no_cells_is_no_release(tmp_path: Path) -> None:
    with pytest.raises(duckdb.Error):
        release_folder.write(tmp_path / "2020-21", fill=lambda _: None, describe={})
    assert not (tmp_path / "2020-21").exists()


def test_the_digest_changes_with_a_byte_and_with_a_name_and_with_nothing_else(
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
