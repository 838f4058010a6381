"""Where records lie while they are worked on: for their owner alone, gone in the end, and after a kill with the next work."""

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
import os, signal
from datetime import date
from pathlib import Path
from referrals.publishing import records

def kill(*_):
    os.kill(os.getpid(), signal.SIGKILL)

records._stage = kill
records.{call}
"""
CHECK = "check(Path({path!r}), today=date(2021, 6, 30))"
LOAD = "load([Path({path!r})], __import__('duckdb').connect(), today=date(2021, 6, 30), home=Path({home!r}))"


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for temporary files of these tests alone."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    monkeypatch.setenv("TMPDIR", str(folder))
    return folder


def killed(call: str, **given: str) -> None:
    """Read an extract in a process that is killed while a copy of it lies in a private folder."""
    script = KILLED.format(call=call.format(**given))
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == -signal.SIGKILL


@pytest.mark.parametrize("home", [None, "private"])
def test_a_folder_is_for_its_owner_alone_and_gone_in_the_end(
    tmp_path: Path, home: str | None
) -> None:
    with scratch.folder(tmp_path / home if home else None) as folder:
        assert folder.parent == (tmp_path / home if home else scratch.shared())
        assert [stat.S_IMODE(one.stat().st_mode) for one in (folder, folder.parent)] == [
            0o700,
            0o700,
        ]
        (folder / "records").write_text("SECRET", encoding="utf-8")
    assert list(folder.parent.iterdir()) == []


def test_what_a_killed_check_left_behind_is_gone_after_the_next(tmp_path: Path) -> None:
    path = write(tmp_path, [line(1), line(2)])
    killed(CHECK, path=str(path))
    assert [one.name for one in scratch.shared().rglob("*.csv")] == ["lines.csv"]
    assert validate.check(path, today=TODAY).ok
    assert list(scratch.shared().iterdir()) == []


def test_what_a_killed_publisher_left_in_its_private_folder_is_gone_after_the_next(
    tmp_path: Path,
) -> None:
    home = tmp_path / "private"
    killed(LOAD, path=str(write(tmp_path, [line(1), line(2)])), home=str(home))
    assert len(list(home.iterdir())) == 1
    with scratch.folder(home) as folder:
        assert list(home.iterdir()) == [folder]


def test_what_a_killed_check_left_behind_is_gone_after_work_with_a_private_folder_too(
    tmp_path: Path,
) -> None:
    killed(CHECK, path=str(write(tmp_path, [line(1)])))
    with scratch.folder(tmp_path / "private"):
        assert list(scratch.shared().iterdir()) == []


def test_a_folder_in_which_somebody_works_stays() -> None:
    with scratch.folder() as one, scratch.folder() as other:
        assert sorted(scratch.shared().iterdir()) == sorted([one, other])


def test_a_file_or_a_link_that_lies_among_the_folders_stays_and_stops_nothing(
    tmp_path: Path,
) -> None:
    scratch.shared().mkdir(mode=0o700)
    (scratch.shared() / "notes.txt").touch()
    (scratch.shared() / "link").symlink_to(tmp_path)
    with scratch.folder() as folder:
        pass
    assert sorted(one.name for one in folder.parent.iterdir()) == ["link", "notes.txt"]


def test_a_folder_whose_work_ends_while_it_is_looked_at_stops_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (scratch.shared() / "ending").mkdir(parents=True)
    scratch.shared().chmod(0o700)
    flock = fcntl.flock

    def ended(descriptor: int, how: int) -> None:
        if how & fcntl.LOCK_NB:
            (scratch.shared() / "ending").rmdir()
        flock(descriptor, how)

    monkeypatch.setattr(fcntl, "flock", ended)
    with scratch.folder() as folder:
        assert list(scratch.shared().iterdir()) == [folder]


@pytest.mark.parametrize(
    ("home", "instead"),
    [(None, "set TMPDIR to another place"), ("work", "name another private folder")],
)
def test_a_place_that_others_can_reach_is_refused(
    tmp_path: Path, home: str | None, instead: str
) -> None:
    place = tmp_path / home if home else scratch.shared()
    place.mkdir()
    place.chmod(0o755)
    with (
        pytest.raises(ExtractError, match=f"is not yours alone, .* Remove it, or {instead}"),
        scratch.folder(place if home else None),
    ):
        pass


def test_a_place_that_is_a_link_of_somebodys_is_refused(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    scratch.shared().symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ExtractError, match="is not yours alone"), scratch.folder():
        pass
