"""Folders are replaced as a whole or not at all, even if a writer fails or is killed."""

from __future__ import annotations

import subprocess
import threading
from pathlib import Path

import pytest

from referrals import atomic_folder
from referrals.errors import ReferralsError

FILES = {"index.html": b"one", "data/a.csv": b"two"}


class WriterError(Exception):
    """A fault of the writer."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one file, `index.html`, which holds `one`, alone in its parent."""
    place = tmp_path / "site"
    with atomic_folder.replacement(place) as building:
        (building / "index.html").write_bytes(b"one")
    return place


def is_unchanged(folder: Path) -> bool:
    """Return whether `folder` is as the fixture made it, with nothing else in its parent."""
    alone = [path.name for path in folder.parent.iterdir()] == [folder.name]
    contents = {path.name: path.read_bytes() for path in folder.iterdir()}
    return alone and contents == {"index.html": b"one"}


def fail_to_replace(folder: Path) -> None:
    with atomic_folder.replacement(folder) as building:
        (building / "index.html").write_bytes(b"two")
        raise WriterError


def test_a_replaced_folder_has_the_new_files_only(folder: Path) -> None:
    with atomic_folder.replacement(folder) as building:
        (building / "new.html").write_bytes(b"two")
    assert [path.name for path in folder.iterdir()] == ["new.html"]
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]


def test_the_old_folder_is_complete_until_the_new_one_is(folder: Path) -> None:
    with atomic_folder.replacement(folder) as building:
        (building / "index.html").write_bytes(b"two")
        assert (folder / "index.html").read_bytes() == b"one"
    assert (folder / "index.html").read_bytes() == b"two"


def test_a_writer_that_fails_leaves_the_old_folder(folder: Path) -> None:
    with pytest.raises(WriterError):
        fail_to_replace(folder)
    assert is_unchanged(folder)


def test_a_writer_that_keeps_the_old_folder_leaves_it_without_an_error(folder: Path) -> None:
    with atomic_folder.replacement(folder) as building:
        (building / "index.html").write_bytes(b"two")
        raise atomic_folder.KeepOldError
    assert is_unchanged(folder)


def test_a_first_writer_that_fails_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(WriterError):
        fail_to_replace(tmp_path / "site")
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_leaves_the_old_folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(atomic_folder, "flush", full)
    with (
        pytest.raises(OSError, match="No space"),
        atomic_folder.replacement(folder) as building,
    ):
        (building / "index.html").write_bytes(b"two")
    assert is_unchanged(folder)


@pytest.mark.parametrize("failing", [1, 2], ids=["old folder aside", "new folder in place"])
def test_without_an_exchange_a_rename_that_fails_leaves_the_old_folder(
    folder: Path, monkeypatch: pytest.MonkeyPatch, failing: int
) -> None:
    renames = 0
    rename = Path.rename

    def fail_once(path: Path, target: Path) -> Path:
        nonlocal renames
        renames += 1
        if renames == failing:
            raise OSError(5, "Input/output error")
        return rename(path, target)

    monkeypatch.setattr(atomic_folder, "_exchange", lambda *_: False)
    monkeypatch.setattr(Path, "rename", fail_once)
    with (
        pytest.raises(OSError, match="Input/output"),
        atomic_folder.replacement(folder) as building,
    ):
        (building / "index.html").write_bytes(b"two")
    assert is_unchanged(folder)


def test_without_an_exchange_the_folder_is_replaced_by_two_renames(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(atomic_folder, "_exchange", lambda *_: False)
    with atomic_folder.replacement(folder) as building:
        (building / "index.html").write_bytes(b"two")
    assert (folder / "index.html").read_bytes() == b"two"
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]


def test_the_old_folder_of_a_writer_killed_between_two_renames_is_restored(folder: Path) -> None:
    folder.rename(folder.with_name(".site.replaced"))
    with pytest.raises(WriterError):
        fail_to_replace(folder)
    assert is_unchanged(folder)


def test_leftovers_of_a_killed_writer_are_removed(folder: Path) -> None:
    (folder.parent / ".site.building").mkdir()
    (folder.parent / ".site.building" / "partial.html").touch()
    (folder.parent / ".site.replaced").mkdir()
    (folder.parent / ".site.lock").touch()
    with atomic_folder.replacement(folder) as building:
        assert list(building.iterdir()) == []
        (building / "index.html").write_bytes(b"one")
    assert is_unchanged(folder)


def test_a_second_writer_of_a_folder_waits_for_the_first(folder: Path) -> None:
    entered = threading.Event()

    def second() -> None:
        with atomic_folder.replacement(folder) as building:
            entered.set()
            (building / "index.html").write_bytes(b"second")

    writer = threading.Thread(target=second)
    with atomic_folder.replacement(folder) as building:
        writer.start()
        assert not entered.wait(0.2)
        (building / "index.html").write_bytes(b"first")
    writer.join(10)
    assert (folder / "index.html").read_bytes() == b"second"
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]


def test_many_writers_of_a_folder_leave_one_complete_folder(tmp_path: Path) -> None:
    folder = tmp_path / "site"

    def write(number: int) -> None:
        with atomic_folder.replacement(folder) as building:
            for name in "abc":
                (building / name).write_text(str(number))

    writers = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(10)
    assert len({path.read_text() for path in folder.iterdir()}) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


def test_write_adds_checksums_that_sha256sum_accepts(tmp_path: Path) -> None:
    site = tmp_path / "site"
    atomic_folder.write(site, FILES)
    assert {str(path.relative_to(site)) for path in site.rglob("*.*")} == set(FILES)
    command = ["/usr/bin/sha256sum", "-c", "--strict", atomic_folder.SUMS]
    subprocess.run(command, cwd=site, capture_output=True, check=True)


def test_write_replaces_an_older_folder_of_its_own(tmp_path: Path) -> None:
    atomic_folder.write(tmp_path / "site", {"gone.html": b"old"})
    atomic_folder.write(tmp_path / "site", FILES)
    assert not (tmp_path / "site" / "gone.html").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


def test_write_never_replaces_a_folder_that_it_did_not_write(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(ReferralsError, match=r"has no SHA256SUMS, .* Name another folder"):
        atomic_folder.write(tmp_path, FILES)
    assert (tmp_path / "thesis.txt").read_text() == "years of work"


def test_leftovers_of_killed_writers_are_removed_and_what_they_set_aside_is_restored(
    tmp_path: Path,
) -> None:
    for name in (".new.building", ".new.lock", ".old.replaced", "kept", ".git"):
        (tmp_path / name).mkdir()
    (tmp_path / ".new.lock").rmdir()
    (tmp_path / ".new.lock").touch()
    atomic_folder.clear_leftovers(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [".git", "kept", "old"]


def test_a_removed_folder_leaves_nothing_and_a_missing_one_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "gone").mkdir()
    (tmp_path / "gone" / "file").touch()
    for _ in range(2):
        atomic_folder.remove(tmp_path / "gone")
    assert list(tmp_path.iterdir()) == []
