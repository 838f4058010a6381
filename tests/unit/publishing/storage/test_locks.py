"""One process at a time has the lock of a folder, and it is the lock of the folder that stands there."""

from __future__ import annotations

import fcntl
from pathlib import Path

import pytest

from referrals.publishing.storage import locks


def test_who_has_the_right_to_write_has_it_again_and_the_lock_of_work_is_nobodys_twice(
    tmp_path: Path,
) -> None:
    with locks.alone(tmp_path), locks.alone(tmp_path, waits=False):
        pass
    with locks.held(tmp_path), pytest.raises(BlockingIOError), locks.held(tmp_path, waits=False):
        pass


def test_a_folder_that_was_removed_and_made_anew_while_somebody_waited_is_locked_as_it_is_now(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, flock = tmp_path / "out", fcntl.flock
    folder.mkdir()
    waited: list[Path] = []

    def exchanged(descriptor: int, how: int) -> None:
        if not waited:
            waited.append(folder.rename(tmp_path / "before"))
            folder.mkdir()
        flock(descriptor, how)

    monkeypatch.setattr(fcntl, "flock", exchanged)
    with locks.alone(folder), pytest.raises(BlockingIOError), locks.held(folder, waits=False):
        pass


def test_a_folder_that_was_removed_while_somebody_waited_is_said_to_be_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    monkeypatch.setattr(fcntl, "flock", lambda *_: folder.rmdir())
    with pytest.raises(FileNotFoundError), locks.alone(folder):
        pass
