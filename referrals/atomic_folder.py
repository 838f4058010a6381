"""Replace a folder as a whole or not at all: build it beside its place, flush it, exchange the two.

Used for releases, for the static site and for the precompressed scripts. Readers find either the
old folder or the new one, whenever the writer is killed. It is our own code because `os.replace`
cannot replace a folder that has files in it, and no library that we know does it for folders.

In the folder's parent, for a folder `name`:

- `.name.building` is the new folder until it is complete;
- `.name.replaced` is the old one between two renames, if the system cannot swap them in one step;
- `.name.lock` is locked by the writer, and other writers of the same folder wait for it.

A killed writer leaves these behind. The next one restores the old folder if need be and removes
them.
"""

from __future__ import annotations

import ctypes
import fcntl
import hashlib
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

from referrals.errors import ReferralsError

SUMS: Final = "SHA256SUMS"

AT_FDCWD: Final = -100
RENAME_EXCHANGE: Final = 2
"""Arguments of Linux's `renameat2`: paths relative to the working directory; swap the names."""


class KeepOldError(Exception):
    """Raised in the block of `replacement` to leave the folder as it is; it goes no further."""


@contextmanager
def replacement(folder: Path) -> Iterator[Path]:
    """Yield an empty folder to fill, which takes the place of `folder` when the block ends.

    If the block raises, or the exchange fails, `folder` stays as it was and the new one is removed.
    Another writer may have replaced `folder` while this one waited for the lock: a block that then
    has nothing to do raises `KeepOldError`.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    building = folder.with_name(f".{folder.name}.building")
    replaced = folder.with_name(f".{folder.name}.replaced")
    with _locked(folder.with_name(f".{folder.name}.lock")):
        _tidy(folder, building, replaced)
        try:
            building.mkdir()
            yield building
            _flush_tree(building)
            _put_in_place(building, folder, replaced)
        except KeepOldError:
            return
        finally:
            _tidy(folder, building, replaced)


def write(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files, by their path below `folder`, and a `SHA256SUMS` that `sha256sum -c` can check.

    Raises:
        ReferralsError: `folder` exists and has no `SHA256SUMS`, so it is not ours to replace.
    """
    if folder.exists() and not (folder / SUMS).is_file():
        raise ReferralsError(
            f"{folder} already exists and has no {SUMS}, so it was not written by this command. "
            "Name another folder, or remove it first."
        )
    with replacement(folder) as building:
        for name, content in {**files, SUMS: _sums(files)}.items():
            path = building / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)


def remove(folder: Path) -> None:
    """Remove a folder as a whole or not at all: it loses its name before its files are removed."""
    leftover = folder.with_name(f".{folder.name}.building")
    if folder.exists():
        with _locked(folder.with_name(f".{folder.name}.lock")):
            shutil.rmtree(leftover, ignore_errors=True)
            folder.rename(leftover)
            flush(folder.parent)
            shutil.rmtree(leftover, ignore_errors=True)


def clear_leftovers(parent: Path) -> None:
    """Remove what killed writers left in a folder, and restore what they had set aside.

    The caller makes sure that no writer is at work in it.
    """
    for path in parent.glob(".*"):
        name, _, suffix = path.name.removeprefix(".").rpartition(".")
        if name and suffix in {"building", "replaced", "lock"}:
            folder = parent / name
            _tidy(folder, parent / f".{name}.building", parent / f".{name}.replaced")
            if suffix == "lock":
                path.unlink(missing_ok=True)


def flush(path: Path) -> None:
    """Wait until a file's content, or the names in a folder, are on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sums(files: Mapping[str, bytes]) -> bytes:
    lines = [f"{hashlib.sha256(files[name]).hexdigest()}  {name}\n" for name in sorted(files)]
    return "".join(lines).encode()


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold an exclusive lock on a file that exists only while it is locked.

    The kernel releases the lock when the process ends, however it ends.
    """
    while True:
        with path.open("w") as stream:
            fcntl.flock(stream, fcntl.LOCK_EX)
            if not _is_at(path, stream):
                continue  # the previous holder removed the file while we waited for its lock
            try:
                yield
            finally:
                path.unlink()
            return


def _is_at(path: Path, stream: IO[str]) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(stream.fileno()))
    except FileNotFoundError:
        return False


def _tidy(folder: Path, building: Path, replaced: Path) -> None:
    """Restore the old folder if only that is left, then remove what writers left behind."""
    if replaced.exists() and not folder.exists():
        replaced.rename(folder)
    for leftover in (building, replaced):
        shutil.rmtree(leftover, ignore_errors=True)


def _flush_tree(folder: Path) -> None:
    for path in folder.rglob("*"):
        flush(path)
    flush(folder)


def _put_in_place(building: Path, folder: Path, replaced: Path) -> None:
    """Give `building` the name of `folder`: in one step if the system can, otherwise in two."""
    if not folder.exists():
        building.rename(folder)
    elif not _exchange(folder, building):
        folder.rename(replaced)
        building.rename(folder)  # if this fails, `_tidy` restores the old folder
    flush(folder.parent)


def _exchange(first: Path, second: Path) -> bool:
    """Swap the names of two folders in one step, and return whether the system can."""
    try:
        renameat2 = ctypes.CDLL(None, use_errno=True).renameat2
    except (OSError, AttributeError):
        return False
    names = (os.fsencode(first), os.fsencode(second))
    return bool(renameat2(AT_FDCWD, names[0], AT_FDCWD, names[1], RENAME_EXCHANGE) == 0)
