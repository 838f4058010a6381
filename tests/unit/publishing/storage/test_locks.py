"""Folder locks: one holder at a time, of the folder that is at the path now."""

from __future__ import annotations

import fcntl
from pathlib import Path

import pytest

from referrals.publishing.storage import locks


def test_a_reentrant_lock_can_be_taken_again_and_an_exclusive_one_cannot(
    tmp_path: Path,
) -> None:
    with locks.reentrant(tmp_path), locks.reentrant(tmp_path, blocking=False):
        pass
    with (
        locks.exclusive(tmp_path),
        pytest.raises(BlockingIOError),
        locks.exclusive(tmp_path, blocking=False),
    ):
        pass


def test_a_folder_replaced_while_waiting_is_locked_in_its_new_form(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, flock = tmp_path / "out", fcntl.flock
    folder.mkdir()
    moved: list[Path] = []

    def replace_first(descriptor: int, operation: int) -> None:
        if not moved:
            moved.append(folder.rename(tmp_path / "before"))
            folder.mkdir()
        flock(descriptor, operation)

    monkeypatch.setattr(fcntl, "flock", replace_first)
    with (
        locks.reentrant(folder),
        pytest.raises(BlockingIOError),
        locks.exclusive(folder, blocking=False),
    ):
        pass


def test_a_folder_removed_while_waiting_is_not_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    monkeypatch.setattr(fcntl, "flock", lambda *_: folder.rmdir())
    with pytest.raises(FileNotFoundError), locks.reentrant(folder):
        pass
