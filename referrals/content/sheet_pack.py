"""The manifest of a pack of briefing sheets: its files, with digests of each and of its input.

The command `packs` writes it beside the sheets. The static site reads it to offer the sheets.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Final

from referrals.errors import DataError

MANIFEST: Final = "manifest.json"
CONTENTS: Final = "contents.pdf"
"""The file of the contents sheet: which sheet is for whom."""


@dataclass(frozen=True)
class PackedSheet:
    """One file of a pack, by its path below the folder of the pack.

    `subject` is the name of its nationality, '' for the contents sheet. `input` is the digest of
    all that it was made of, `sha256` that of the file.
    """

    file: str
    title: str
    subject: str
    nationality: str
    audience: str
    language: str
    paper: str
    input: str
    sha256: str


@dataclass(frozen=True)
class Pack:
    """A pack that was read: its sheets, and the bytes of their files by the same paths."""

    sheets: tuple[PackedSheet, ...] = ()
    files: Mapping[str, bytes] = field(default_factory=dict)


def read(folder: Path) -> tuple[PackedSheet, ...]:
    """Return the sheets that a pack lists; none if the folder has no manifest.

    Raises:
        DataError: the manifest cannot be read, or names a file outside the folder.
    """
    path = folder / MANIFEST
    if not path.is_file():
        return ()
    try:
        listed = json.loads(path.read_text(encoding="utf-8"))["sheets"]
        sheets = tuple(PackedSheet(**each) for each in listed)
        names = [PurePosixPath(sheet.file) for sheet in sheets]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(
            f"{path} cannot be read ({type(error).__name__}). Remove it, and write the pack again."
        ) from None
    if any(not is_below(name) for name in names):
        raise DataError(
            f"{path} names a file that is not below its folder. Remove it, and write the "
            "pack again."
        )
    return sheets


def is_below(name: PurePosixPath) -> bool:
    """Return whether a path stays in the folder that it is relative to.

    >>> is_below(PurePosixPath("en/a.pdf")), is_below(PurePosixPath("en/../../a.pdf"))
    (True, False)
    """
    is_relative = not name.is_absolute() and not PureWindowsPath(name).anchor
    return is_relative and ".." not in PureWindowsPath(name).parts and name.parts != ()


def load(folder: Path) -> Pack:
    """Return the pack in a folder.

    Raises:
        DataError: the folder has no manifest or no sheets, or a file is missing or changed.
    """
    sheets = read(folder)
    if not sheets:
        raise DataError(
            f"{folder} has no briefing sheets. Write them with: "
            f"python -m referrals.handouts packs --to {folder}"
        )
    found: dict[str, bytes] = {}
    for sheet in sheets:
        path = folder / sheet.file
        if not is_intact(path, sheet.sha256):
            raise DataError(f"{path} is missing or was changed. Write the pack again.")
        found[sheet.file] = path.read_bytes()
    return Pack(sheets, found)


def is_intact(path: Path, sha256: str) -> bool:
    """Return whether a file exists and has the expected digest."""
    return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == sha256


def written(sheets: Iterable[PackedSheet]) -> bytes:
    """Return the manifest of a pack as a file, the same bytes for the same sheets."""
    ordered: Sequence[PackedSheet] = sorted(sheets, key=lambda sheet: sheet.file)
    text = json.dumps(
        {"sheets": [asdict(sheet) for sheet in ordered]}, ensure_ascii=False, indent=1
    )
    return f"{text}\n".encode()
