"""Immutable bytes in memory or, if the system has no sealed memory, in a temporary file."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import IO

import duckdb
import pytest

from referrals.release.memory_file import MemoryFile

PLATFORMS = [sys.platform, "darwin"]


@pytest.fixture(params=PLATFORMS)
def scratch(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """The folder for temporary files, on this system and on one without sealed memory."""
    monkeypatch.setattr(sys, "platform", request.param)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_a_memory_file_holds_its_bytes_until_it_is_closed(scratch: Path) -> None:
    file = MemoryFile(b"1,336 referrals")
    assert file.path.read_bytes() == b"1,336 referrals"
    assert len(list(scratch.iterdir())) == (sys.platform != "linux")
    file.close()
    assert list(scratch.iterdir()) == []


def test_open_memory_files_never_share_a_path(scratch: Path) -> None:
    files = [MemoryFile(bytes([number])) for number in range(5)]
    assert len({file.path for file in files}) == 5
    for file in files:
        file.close()
    assert not list(scratch.iterdir())


@pytest.mark.usefixtures("scratch")
def test_a_database_opens_from_a_memory_file_that_reuses_the_path_of_another() -> None:
    answers = []
    for value in (1, 2):
        file = MemoryFile(database(value))
        with duckdb.connect(file.path, read_only=True) as connection:
            answers += connection.execute("select value from cells").fetchall()
        file.close()
    assert answers == [(1,), (2,)]


def database(value: int) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        with duckdb.connect(Path(folder) / "a.duckdb") as connection:
            connection.execute("create table cells as select $value as value", {"value": value})
        return (Path(folder) / "a.duckdb").read_bytes()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux seals memory")
@pytest.mark.parametrize(
    "change", [lambda stream: stream.write(b"9"), lambda stream: stream.truncate(1)]
)
def test_a_memory_file_cannot_be_changed(change: Callable[[IO[bytes]], object]) -> None:
    file = MemoryFile(b"1,336")
    with file.path.open("r+b", buffering=0) as stream, pytest.raises(PermissionError):
        change(stream)
    assert file.path.read_bytes() == b"1,336"
    file.close()
