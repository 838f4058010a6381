"""Bytes that nothing can change, in memory and, where the system has no such memory, in a file."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import IO

import duckdb
import pytest

from referrals.release.memory_file import Sealed

PLATFORMS = [sys.platform, "darwin"]


@pytest.fixture(params=PLATFORMS)
def scratch(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """The folder for temporary files, of this system and of one without sealed memory."""
    monkeypatch.setattr(sys, "platform", request.param)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_what_was_put_in_is_what_is_there_until_it_is_put_away(scratch: Path) -> None:
    sealed = Sealed(b"1,336 referrals")
    assert sealed.path.read_bytes() == b"1,336 referrals"
    assert len(list(scratch.iterdir())) == (sys.platform != "linux")
    sealed.put_away()
    assert list(scratch.iterdir()) == []


def test_two_that_are_kept_at_once_never_share_a_path(scratch: Path) -> None:
    kept = [Sealed(bytes([number])) for number in range(5)]
    assert len({one.path for one in kept}) == 5
    for one in kept:
        one.put_away()
    assert not list(scratch.iterdir())


@pytest.mark.usefixtures("scratch")
def test_a_database_opens_from_it_and_answers_after_another_took_its_place() -> None:
    answers = []
    for value in (1, 2):
        sealed = Sealed(database(value))
        with duckdb.connect(sealed.path, read_only=True) as connection:
            answers += connection.execute("select value from cells").fetchall()
        sealed.put_away()
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
def test_sealed_memory_cannot_be_changed_by_anybody(change: Callable[[IO[bytes]], object]) -> None:
    sealed = Sealed(b"1,336")
    with sealed.path.open("r+b", buffering=0) as stream, pytest.raises(PermissionError):
        change(stream)
    assert sealed.path.read_bytes() == b"1,336"
    sealed.put_away()
