"""Folders for records while they are worked on: for their owner alone, and gone when the work ends.

A process that is killed cannot clear up. Each folder is locked by the process that works in it, and the lock ends with the
process: a folder that nobody holds was left behind, and is removed by whoever works next.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from referrals.errors import ExtractError

OWNER_ONLY: Final = 0o700
OTHERS: Final = 0o077


def shared() -> Path:
    """Return where folders of this user lie that no other place is named for: among temporary files (`TMPDIR`)."""
    return Path(tempfile.gettempdir()) / f"referrals-{os.geteuid()}"


@contextmanager
def folder(home: Path | None = None) -> Iterator[Path]:
    """Give a new folder in `home`, else in the shared place. First what killed work left behind in both is removed.

    Raises:
        ExtractError: others can reach the place.
    """
    home = home or shared()
    for place in {home, shared()}:
        _make(place)
        with _held(place):
            _sweep(place)
    with _held(home):  # nobody takes the new folder for one that was left behind
        made = Path(tempfile.mkdtemp(dir=home))
        descriptor = _locked(made)
    try:
        yield made
    finally:
        shutil.rmtree(made)
        os.close(descriptor)


def _make(home: Path) -> None:
    home.mkdir(mode=OWNER_ONLY, parents=True, exist_ok=True)
    found = home.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & OTHERS:
        raise ExtractError(
            f"{home} is not yours alone, and records would lie there. Remove it, or set TMPDIR to another place."
        )


def _sweep(home: Path) -> None:
    """Remove the folders that nobody holds."""
    for left in home.iterdir():
        try:
            descriptor = _locked(left, fcntl.LOCK_NB)
        except (BlockingIOError, FileNotFoundError):  # somebody works there, or did until now
            continue
        shutil.rmtree(left)
        os.close(descriptor)


@contextmanager
def _held(home: Path) -> Iterator[None]:
    descriptor = _locked(home)
    try:
        yield
    finally:
        os.close(descriptor)


def _locked(path: Path, how: int = 0) -> int:
    """Return a descriptor that holds the lock of a folder: waited for, unless `how` says that another may keep it."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | how)
    except BlockingIOError:
        os.close(descriptor)
        raise
    return descriptor
