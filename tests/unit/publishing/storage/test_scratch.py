"""Scratch folders: private, and removed afterwards or, after a kill, by the next process."""

from __future__ import annotations

import fcntl
import signal
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from referrals.errors import ExtractError
from referrals.publishing.extract import validate
from referrals.publishing.storage import scratch
from tests.fixtures.extracts import TODAY, line, write

KILLED = """
import os, signal, duckdb
from datetime import date
from pathlib import Path
from referrals.publishing.extract import staged_checks, validate

def kill(*_):
    os.kill(os.getpid(), signal.SIGKILL)

staged_checks.stage = kill
validate.{call}
"""
CHECK = "check(Path({path!r}), today=date(2021, 6, 30))"
LOAD = "load([Path({path!r})], duckdb.connect(), today=date(2021, 6, 30), home=Path({home!r}))"


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Use a folder of the test for temporary files."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    monkeypatch.setenv("TMPDIR", str(folder))
    return folder


def run_and_kill(call: str, **arguments: str) -> None:
    """Run a call in a process that is killed while a copy of the extract is in a scratch folder."""
    script = KILLED.format(call=call.format(**arguments))
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == -signal.SIGKILL


@pytest.mark.parametrize("home", [None, "private"])
def test_a_scratch_folder_is_private_and_removed_afterwards(
    tmp_path: Path, home: str | None
) -> None:
    with scratch.folder(tmp_path / home if home else None) as folder:
        assert folder.parent == (tmp_path / home if home else scratch.default_home())
        assert [stat.S_IMODE(path.stat().st_mode) for path in (folder, folder.parent)] == [
            0o700,
            0o700,
        ]
        (folder / "records").write_text("SECRET", encoding="utf-8")
    assert list(folder.parent.iterdir()) == []


def test_the_folder_of_a_killed_check_is_removed_by_the_next_check(tmp_path: Path) -> None:
    path = write(tmp_path, [line(1), line(2)])
    run_and_kill(CHECK, path=str(path))
    assert [path.name for path in scratch.default_home().rglob("*.csv")] == ["lines.csv"]
    assert validate.check(path, today=TODAY).ok
    assert list(scratch.default_home().iterdir()) == []


def test_the_folder_of_a_killed_publisher_is_removed_by_the_next_publisher(
    tmp_path: Path,
) -> None:
    home = tmp_path / "private"
    run_and_kill(LOAD, path=str(write(tmp_path, [line(1), line(2)])), home=str(home))
    assert len(list(home.iterdir())) == 1
    with scratch.folder(home) as folder:
        assert list(home.iterdir()) == [folder]


def test_the_folder_of_a_killed_check_is_removed_by_the_next_publisher(
    tmp_path: Path,
) -> None:
    run_and_kill(CHECK, path=str(write(tmp_path, [line(1)])))
    with scratch.folder(tmp_path / "private"):
        assert list(scratch.default_home().iterdir()) == []


def test_a_scratch_folder_in_use_is_not_removed() -> None:
    with scratch.folder() as first, scratch.folder() as second:
        assert sorted(scratch.default_home().iterdir()) == sorted([first, second])


def test_files_and_links_among_the_scratch_folders_are_left_alone(
    tmp_path: Path,
) -> None:
    scratch.default_home().mkdir(mode=0o700)
    (scratch.default_home() / "notes.txt").touch()
    (scratch.default_home() / "link").symlink_to(tmp_path)
    with scratch.folder() as folder:
        pass
    assert sorted(path.name for path in folder.parent.iterdir()) == ["link", "notes.txt"]


def test_a_scratch_folder_that_vanishes_during_the_cleanup_is_ignored(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (scratch.default_home() / "ending").mkdir(parents=True)
    scratch.default_home().chmod(0o700)
    flock = fcntl.flock

    def remove_first(descriptor: int, operation: int) -> None:
        if operation & fcntl.LOCK_NB:
            (scratch.default_home() / "ending").rmdir()
        flock(descriptor, operation)

    monkeypatch.setattr(fcntl, "flock", remove_first)
    with scratch.folder() as folder:
        assert list(scratch.default_home().iterdir()) == [folder]


@pytest.mark.parametrize(
    ("home", "alternative"),
    [(None, "set TMPDIR to another folder"), ("work", "name another folder")],
)
def test_a_home_that_others_can_reach_is_refused(
    tmp_path: Path, home: str | None, alternative: str
) -> None:
    place = tmp_path / home if home else scratch.default_home()
    place.mkdir()
    place.chmod(0o755)
    with (
        pytest.raises(ExtractError, match=f"is not private to you, .* Remove it, or {alternative}"),
        scratch.folder(place if home else None),
    ):
        pass


def test_a_home_that_is_a_symbolic_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    scratch.default_home().symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ExtractError, match="is not private to you"), scratch.folder():
        pass
