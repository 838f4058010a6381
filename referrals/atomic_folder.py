"""The static pages as a folder, written whole or not at all, with the SHA-256 of every file in it."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from referrals.errors import ReferralsError

SUMS: Final = "SHA256SUMS"


def write(folder: Path, made: Mapping[str, bytes]) -> None:
    """Write files by their place below a folder, in the place of an older one that this made. `sha256sum -c` checks it.

    The folder is built beside its place, flushed to disk and renamed into it.

    Raises:
        ReferralsError: the folder is there and is not one of ours, so that replacing it would destroy something else.
    """
    if folder.exists() and not (folder / SUMS).is_file():
        raise ReferralsError(
            f"{folder} is there already and holds no {SUMS}. Name another folder, or remove it first."
        )
    building, replaced = (
        folder.with_name(f".{folder.name}.{state}") for state in ("building", "replaced")
    )
    try:
        for leftover in (building, replaced):
            shutil.rmtree(leftover, ignore_errors=True)
        for name, body in {**made, SUMS: _sums(made)}.items():
            _flushed(building / name, body)
        if folder.exists():
            folder.rename(replaced)
        building.rename(folder)
    finally:
        if replaced.exists() and not folder.exists():
            replaced.rename(folder)
        for leftover in (building, replaced):
            shutil.rmtree(leftover, ignore_errors=True)


def _sums(made: Mapping[str, bytes]) -> bytes:
    return "".join(
        f"{hashlib.sha256(made[name]).hexdigest()}  {name}\n" for name in sorted(made)
    ).encode()


def _flushed(path: Path, body: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as stream:
        stream.write(body)
        stream.flush()
        os.fsync(stream.fileno())
