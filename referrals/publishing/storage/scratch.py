"""Private scratch folders for records: readable by their owner only, removed when the work ends.

A killed process cannot remove its folder. So each process locks the folder it works in, and the
lock ends with the process: an unlocked folder was abandoned, and the next process removes it.
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
GROUP_AND_OTHERS: Final = 0o077


def default_home() -> Path:
    """Return where this user's scratch folders are by default: among temporary files (`TMPDIR`)."""
    return Path(tempfile.gettempdir()) / f"referrals-{os.geteuid()}"


@contextmanager
def folder(home: Path | None = None) -> Iterator[Path]:
    """Yield a new folder in `home` or the default home, after removing abandoned ones from both.

    Raises:
        ExtractError: a home is not private to this user.
    """
    home = home or default_home()
    for place in {home, default_home()}:
        _make_private(place)
        with locks.exclusive(place):
            _remove_abandoned(place)
    with ExitStack() as stack:
        # With the home locked, no other process can take the new folder for an abandoned one.
        with locks.exclusive(home):
            new = Path(tempfile.mkdtemp(dir=home))
            stack.enter_context(locks.exclusive(new))
        stack.callback(shutil.rmtree, new)
        yield new


def _make_private(home: Path) -> None:
    home.mkdir(mode=OWNER_ONLY, parents=True, exist_ok=True)
    status = home.lstat()
    is_folder = stat.S_ISDIR(status.st_mode)
    is_private = status.st_uid == os.geteuid() and not status.st_mode & GROUP_AND_OTHERS
    if not is_folder or not is_private:
        is_default = home == default_home()
        alternative = "set TMPDIR to another folder" if is_default else "name another folder"
        raise ExtractError(
            f"{home} is not private to you, and records would be written there. "
            f"Remove it, or {alternative}."
        )


def _remove_abandoned(home: Path) -> None:
    """Remove the folders that no process has locked."""
    for path in home.iterdir():
        if not path.is_dir() or path.is_symlink():
            continue
        # A process works in it, or has just removed it.
        with suppress(BlockingIOError, FileNotFoundError), locks.exclusive(path, blocking=False):
            shutil.rmtree(path)
