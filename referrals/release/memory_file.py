"""Bytes that nothing can change any more, under a path that another library can open.

DuckDB keeps one instance for each path in a process: a file that is replaced under an open connection goes on answering with
the old data, and one that is overwritten in place answers with whatever is there now. So a database is not opened where it
lies. The bytes that were verified are put where only this process can reach them, under a path that nothing else has while
they are kept: what was hashed is what is opened, and the folder they came from can change, move or go.
"""

from __future__ import annotations

import fcntl
import os
import sys
import tempfile
from pathlib import Path
from typing import Final

OF_THIS_PROCESS: Final = Path("/proc/self/fd")


class Sealed:
    """Bytes under a path of their own, until they are put away.

    On Linux they are in memory and sealed by the system, so that they need no room on any disk, and a file system that can
    only be read is enough. Elsewhere they are a read-only file in the folder for temporary files.
    """

    def __init__(self, content: bytes) -> None:
        self._descriptor, self.path = (
            _in_memory(content) if sys.platform == "linux" else _in_a_file(content)
        )

    def put_away(self) -> None:
        """Give back what the bytes take. Whoever opened the path must have closed it: its name will be used again."""
        os.close(self._descriptor)
        if self.path.parent != OF_THIS_PROCESS:
            self.path.unlink(missing_ok=True)


def _in_memory(content: bytes) -> tuple[int, Path]:
    """Return an anonymous file of Linux, sealed, and its path."""
    descriptor = os.memfd_create("sealed", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    with os.fdopen(os.dup(descriptor), "wb") as stream:
        stream.write(content)
    seals = fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_WRITE | fcntl.F_SEAL_SEAL
    fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, seals)
    return descriptor, OF_THIS_PROCESS / str(descriptor)


def _in_a_file(content: bytes) -> tuple[int, Path]:
    """Return a new file that only its owner can read, and its path."""
    descriptor, name = tempfile.mkstemp(prefix="sealed-")
    with os.fdopen(os.dup(descriptor), "wb") as stream:
        stream.write(content)
    path = Path(name)
    path.chmod(0o400)
    return descriptor, path
