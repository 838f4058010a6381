"""A full disk: the test for one, and its message. Used by the command line and by `database`."""

from __future__ import annotations

import errno
import shutil
from pathlib import Path
from typing import Final

ERRORS: Final = frozenset({errno.ENOSPC, errno.EDQUOT})
"""The errors of a full disk and of a used-up quota."""

IN_TEXT: Final = "No space left"
"""The part of the system's message that libraries repeat if they hide the error itself."""

FULL_BYTES: Final = 64 * 1024
"""A disk with less free space than this is full: the smallest database is larger."""


def is_full(folder: Path) -> bool:
    """Return whether the disk of a folder has practically no space left."""
    return shutil.disk_usage(folder).free < FULL_BYTES


def message(place: Path | str) -> str:
    """Return the message for a full disk, with a file or folder on it."""
    return f"No space left on the disk of {place}. Free some, then run the command again."
