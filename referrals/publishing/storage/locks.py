"""Locks of folders: one at a time has one, and it ends with its process, however that ends."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

_HELD: Final[set[tuple[int, int]]] = set()
"""The folders that this process alone may write into, by device and number."""


@contextmanager
def alone(folder: Path, *, waits: bool = True) -> Iterator[None]:
    """Hold the only right to write into a folder. A process that has it has it again.

    Raises:
        BlockingIOError: another process has it, and this one is not to wait.
        FileNotFoundError: there is no such folder, or no more.
    """
    if _identity(folder.stat()) in _HELD:
        yield
        return
    with held(folder, waits=waits) as descriptor:
        one = _identity(os.fstat(descriptor))
        _HELD.add(one)
        try:
            yield
        finally:
            _HELD.remove(one)


@contextmanager
def held(folder: Path, *, waits: bool = True) -> Iterator[int]:
    """Hold the lock of a folder, which nobody else has then, nor this process a second time, and give its descriptor.

    Raises:
        BlockingIOError: it is held, and this one is not to wait.
        FileNotFoundError: there is no such folder, or no more.
    """
    how = fcntl.LOCK_EX | (0 if waits else fcntl.LOCK_NB)
    while True:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(descriptor, how)
            if os.path.samestat(
                os.fstat(descriptor), folder.stat()
            ):  # else it was removed and made anew meanwhile
                yield descriptor
                return
        finally:
            os.close(descriptor)


def _identity(place: os.stat_result) -> tuple[int, int]:
    return place.st_dev, place.st_ino
