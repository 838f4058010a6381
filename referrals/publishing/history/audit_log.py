"""The audit log of a private folder: who approved, withdrew or forgot which release, when and why.

Written by `approval`, one JSON object a line, flushed to disk before the action. Lines are added
and never changed: each holds the SHA-256 of the line before it, so a line that is changed or
removed later shows (`problems`). Lines end with a line feed and nothing else: a reason may hold
U+2028, at which `str.splitlines` would split it.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from referrals import atomic_folder

NAME: Final = "audit.log"

Entry = dict[str, Any]


def append(private: Path, action: str, release_id: str, **details: object) -> None:
    """Add a line to the log of a private folder: an action on a release, and its details."""
    path = private / NAME
    lines = _lines(path)
    entry = {
        "at": datetime.now(tz=UTC).isoformat(timespec="seconds"),
        "action": action,
        "release": release_id,
        **details,
        "previous": _digest(lines[-1]) if lines else "",
    }
    text = json.dumps(entry, ensure_ascii=False) + "\n"
    if path.exists() and not path.read_bytes().endswith(b"\n"):
        text = "\n" + text  # an earlier line was cut short by a full disk
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    # A path that is not UTF-8 is written with the escapes of JSON.
    with os.fdopen(descriptor, "a", encoding="utf-8", errors="backslashreplace") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    atomic_folder.flush(private)


def entries(private: Path) -> list[Entry]:
    """Return the lines of the log, oldest first, without those that were cut short or damaged."""
    return [entry for _, entry in _entries(private) if entry is not None]


def problems(private: Path) -> list[str]:
    """Return a sentence for each line that does not follow the line before it, or is damaged."""
    found = []
    previous = ""
    for number, (line, entry) in enumerate(_entries(private), start=1):
        if entry is None:
            found.append(f"{NAME}: entry {number} cannot be read. It was changed.")
        elif entry["previous"] != previous:
            found.append(
                f"{NAME}: the line of {entry['at']} does not follow the line before it. "
                "A line was changed or removed."
            )
        previous = _digest(line)
    return found


def _entries(private: Path) -> Iterator[tuple[str, Entry | None]]:
    """Yield each line with its entry, None if it is damaged."""
    for line in _lines(private / NAME):
        try:
            entry = json.loads(line)
        except ValueError:
            entry = {}
        yield line, entry if {"at", "previous"} <= entry.keys() else None


def _lines(path: Path) -> list[str]:
    """Return the complete lines of a log."""
    if not path.exists():
        return []
    lines = path.read_text(encoding="utf-8", errors="surrogateescape").split("\n")
    return [line for line in lines if line.startswith("{") and line.endswith("}")]


def _digest(line: str) -> str:
    return hashlib.sha256(line.encode(errors="surrogateescape")).hexdigest()
