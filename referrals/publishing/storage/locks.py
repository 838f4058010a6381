"""Folder locks: one process at a time holds one, and the kernel releases it when the process ends.

Used for scratch folders, for the publisher's private folder and for folders of releases. They are
`flock` locks and not lock files, because a killed process would leave its lock file behind.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

_HELD_BY_THIS_PROCESS: Final[set[tuple[int, int]]] = set()
"""The folders locked by `reentrant`, by device and inode number."""


@contextmanager
def reentrant(folder: Path, *, blocking: bool = True) -> Iterator[None]:
    """Lock a folder for this process, which may lock it again.

    Raises:
        BlockingIOError: another process holds the lock, and `blocking` is false.
        FileNotFoundError: the folder does not exist, or was removed meanwhile.
    """
    if _identity(folder.stat()) in _HELD_BY_THIS_PROCESS:
        yield
        return
    with exclusive(folder, blocking=blocking) as descriptor:
        identity = _identity(os.fstat(descriptor))
        _HELD_BY_THIS_PROCESS.add(identity)
        try:
            yield
        finally:
            _HELD_BY_THIS_PROCESS.remove(identity)


@contextmanager
def exclusive(folder: Path, *, blocking: bool = True) -> Iterator[int]:
    """Lock a folder, which not even this process can lock again, and yield its file descriptor.

    Raises:
        BlockingIOError: the lock is held, and `blocking` is false.
        FileNotFoundError: the folder does not exist, or was removed meanwhile.
    """
    operation = fcntl.LOCK_EX if blocking else fcntl.LOCK_EX | fcntl.LOCK_NB
    while True:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(descriptor, operation)
            # Otherwise the folder was removed and made again while this process waited.
            if os.path.samestat(os.fstat(descriptor), folder.stat()):
                yield descriptor
                return
        finally:
            os.close(descriptor)


def _identity(status: os.stat_result) -> tuple[int, int]:
    return status.st_dev, status.st_ino
