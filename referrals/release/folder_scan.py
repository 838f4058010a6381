"""The folders of releases on the disk: which exist, have changed or are withdrawn.

The catalogue scans every second, so nothing here reads the content of a file.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

WITHDRAWN_SUFFIX: Final = ".withdrawn"
"""The suffix of the marker beside a withdrawn release."""

Fingerprint = tuple[object, ...]
"""Names, inode numbers, sizes and times of a folder's files, which change if any file does. Their
content is not read."""


def scan(folder: Path) -> tuple[dict[str, Fingerprint], dict[str, bool]]:
    """Return the fingerprint of each candidate folder, and each marker: whether its folder exists.

    A marker that is a folder counts as the release's folder, which was renamed.
    """
    with os.scandir(folder) as entries:
        is_folder = {
            entry.name: entry.is_dir()
            for entry in entries
            if entry.name.isprintable() and not entry.name.startswith(".")
        }
    markers: dict[str, bool] = {}
    for name, is_dir in is_folder.items():
        if name.endswith(WITHDRAWN_SUFFIX):
            withdrawn = name.removesuffix(WITHDRAWN_SUFFIX)
            markers[withdrawn] = is_dir or is_folder.get(withdrawn, False)
    candidates = [
        name
        for name, is_dir in is_folder.items()
        if is_dir and not name.endswith(WITHDRAWN_SUFFIX) and name not in markers
    ]
    return {name: fingerprint(folder / name) for name in candidates}, markers


def fingerprint(folder: Path) -> Fingerprint:
    """Return the fingerprint of a folder; that of a failure if it cannot be read."""
    try:
        with os.scandir(folder) as entries:
            files = sorted(
                (entry.name, *_file_fingerprint(entry.stat(follow_symlinks=False)))
                for entry in entries
            )
        return (*_file_fingerprint(folder.lstat()), *files)
    except OSError as error:
        return (error.errno,)


def _file_fingerprint(stat: os.stat_result) -> tuple[int, ...]:
    return stat.st_ino, stat.st_mode, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns
