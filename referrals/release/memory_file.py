"""Immutable bytes under a path that another library can open.

`release.open_release` opens a database from here, not from its own path: DuckDB keeps one instance
for each path in a process, so a file replaced under an open connection goes on answering with the
old data, and a file overwritten in place answers with whatever is there now. The verified bytes are
copied to a path that only this process can reach and nothing else has used. The bytes that are
opened are those that were hashed, and the original folder can change, move or disappear.
"""

from __future__ import annotations

import fcntl
import os
import sys
import tempfile
from pathlib import Path
from typing import Final

OWN_FILES: Final = Path("/proc/self/fd")


class MemoryFile:
    """Bytes under a path of their own, until they are closed.

    On Linux they are in memory and sealed by the kernel: they need no disk space, and a read-only
    file system is enough. Elsewhere they are a read-only temporary file.
    """

    def __init__(self, content: bytes) -> None:
        write = _in_memory if sys.platform == "linux" else _on_disk
        self._descriptor, self.path = write(content)

    def close(self) -> None:
        """Free the bytes.

        Whoever opened the path must have closed it, because the path will be used again.
        """
        os.close(self._descriptor)
        if self.path.parent != OWN_FILES:
            self.path.unlink(missing_ok=True)


def _in_memory(content: bytes) -> tuple[int, Path]:
    """Return the descriptor and path of a new anonymous file (memfd), sealed against changes."""
    descriptor = os.memfd_create("release", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    with os.fdopen(os.dup(descriptor), "wb") as stream:
        stream.write(content)
    seals = fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_WRITE | fcntl.F_SEAL_SEAL
    fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, seals)
    return descriptor, OWN_FILES / str(descriptor)


def _on_disk(content: bytes) -> tuple[int, Path]:
    """Return the descriptor and path of a new temporary file that only its owner can read."""
    descriptor, name = tempfile.mkstemp(prefix="release-")
    with os.fdopen(os.dup(descriptor), "wb") as stream:
        stream.write(content)
    path = Path(name)
    path.chmod(0o400)
    return descriptor, path
