"""Folders for records while they are worked on: for their owner alone, and gone when the work ends.

A process that is killed cannot clear up. Each folder is locked by the process that works in it, and the lock ends with the
process: a folder that nobody holds was left behind, and is removed by whoever works next.
"""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Final

from referrals.errors import ExtractError
from referrals.publishing.storage import locks

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
        with locks.held(place):
            _sweep(place)
    with ExitStack() as stack:
        with locks.held(home):  # nobody takes the new folder for one that was left behind
            made = Path(tempfile.mkdtemp(dir=home))
            stack.enter_context(locks.held(made))
        stack.callback(shutil.rmtree, made)
        yield made


def _make(home: Path) -> None:
    home.mkdir(mode=OWNER_ONLY, parents=True, exist_ok=True)
    found = home.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & OTHERS:
        instead = (
            "set TMPDIR to another place" if home == shared() else "name another private folder"
        )
        raise ExtractError(
            f"{home} is not yours alone, and records would lie there. Remove it, or {instead}."
        )


def _sweep(home: Path) -> None:
    """Remove the folders that nobody holds."""
    for left in home.iterdir():
        if left.is_dir() and not left.is_symlink():
            with (
                suppress(BlockingIOError, FileNotFoundError),
                locks.held(left, waits=False),
            ):  # somebody works there, or did
                shutil.rmtree(left)
