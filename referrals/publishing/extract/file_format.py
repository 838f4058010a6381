"""What kind of file an extract is and what its header says, told from its first bytes alone."""

from __future__ import annotations

import csv
import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from referrals.errors import ExtractError

REQUIRED: Final = (
    "referral_id",
    "referred_on",
    "police_force",
    "nationality",
    "age",
    "sex",
    "crime_type",
    "outcome",
)
OPTIONAL: Final = ("person_id", "channel")
COLUMNS: Final = (*REQUIRED, *OPTIONAL)
DELIMITERS: Final = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "vertical bars"}
LONGEST: Final = 1 << 16
"""The longest line that can be a record, in bytes. It bounds memory, whatever the file holds."""

_BOM: Final = b"\xef\xbb\xbf"
_OTHER_KINDS: Final = (
    (b"PK\x03\x04", "an Excel workbook or another ZIP file"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook"),
    (b"PAR1", "a Parquet file"),
    (b"ARROW1", "an Arrow file"),
    (b"SQLite format 3\0", "an SQLite database"),
    (b"\x1f\x8b", "a gzip file"),
    (b"BZh", "a bzip2 file"),
    (b"\xfd7zXZ", "an xz file"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard file"),
    (b"%PDF", "a PDF file"),
    (b"\xff\xfe", "a UTF-16 text file"),
    (b"\xfe\xff", "a UTF-16 text file"),
    (b"{", "a JSON file"),
    (b"[", "a JSON file"),
    (b"<", "an XML or HTML file"),
)
"""The first bytes of the kinds of file that are mistaken for CSV."""


@dataclass(frozen=True)
class Layout:
    """How an extract is written: its columns in their order, what separates them, and whether it has a byte order mark."""

    columns: tuple[str, ...]
    delimiter: str
    has_bom: bool

    def __str__(self) -> str:
        mark = " with a byte order mark" if self.has_bom else ""
        return f"UTF-8{mark}, separated by {DELIMITERS[self.delimiter]}"


def read(path: Path) -> Layout:
    """Return the layout of an extract.

    Raises:
        ExtractError: there is no such file, it is not CSV in UTF-8, or its header does not name the columns of an extract.
            The message quotes no cell of a file that has no header.
    """
    line = _first_line(path)
    try:
        text = line.removeprefix(_BOM).decode("utf-8")
    except UnicodeDecodeError as error:
        raise ExtractError(
            f"{path.name} line 1: the header is not UTF-8. Save the file as CSV in UTF-8."
        ) from error
    delimiter, names = max((_names(text, delimiter) for delimiter in DELIMITERS), key=_known)
    if not set(names) & set(COLUMNS):
        raise ExtractError(
            f"{path.name} line 1 is no header of an extract. It must name the columns {', '.join(REQUIRED)}."
        )
    if faults := _faults(names):
        raise ExtractError(f"{path.name} line 1: {'; '.join(faults)}. Correct the header.")
    return Layout(tuple(names), delimiter, line.startswith(_BOM))


def _first_line(path: Path) -> bytes:
    """Return the first line of a file without its end. Raises ExtractError where there is none, or it is not of CSV."""
    if not path.exists():
        raise ExtractError(f"{path} does not exist. Check the name and the folder.")
    if not path.is_file():
        raise ExtractError(
            f"{path} is {'a folder' if path.is_dir() else 'not a regular file'}. Name one CSV file."
        )
    with path.open("rb") as stream:
        head = stream.read(LONGEST)
    if not head.removeprefix(_BOM).strip():
        raise ExtractError(f"{path.name} is empty. Export the extract again.")
    for start, kind in _OTHER_KINDS:
        if head.removeprefix(_BOM).startswith(start):
            raise ExtractError(f"{path.name} is {kind}, and not CSV. Export it as CSV in UTF-8.")
    line = head.partition(b"\n")[0].removesuffix(b"\r")
    if b"\0" in line:
        raise ExtractError(
            f"{path.name} is a binary file or UTF-16 text, and not CSV. Export it as CSV in UTF-8."
        )
    if b"\r" in line:
        raise ExtractError(
            f"{path.name} ends its lines as old Macs did. Save it again with the line ends of Windows or Unix."
        )
    return line


def _names(text: str, delimiter: str) -> tuple[str, list[str]]:
    """Return a delimiter with the names of columns that it makes of the header, folded; none where quotes are not closed."""
    try:
        cells = next(csv.reader([text], delimiter=delimiter, strict=True), [])
    except csv.Error:
        cells = []
    return delimiter, [cell.strip().casefold() for cell in cells]


def _known(reading: tuple[str, Sequence[str]]) -> int:
    return sum(name in COLUMNS for name in reading[1])


def _faults(names: Sequence[str]) -> list[str]:
    missing = [name for name in REQUIRED if name not in names]
    twice = sorted({name for name in names if name in COLUMNS and names.count(name) > 1})
    unknown = [name for name in names if name not in COLUMNS]
    return [
        *([f"missing columns: {', '.join(missing)}"] if missing else []),
        *([f"columns named twice: {', '.join(twice)}"] if twice else []),
        *(
            [f"columns that an extract does not have: {', '.join(map(_suggested, unknown))}"]
            if unknown
            else []
        ),
    ]


def _suggested(name: str) -> str:
    if not name:
        return "one without a name"
    meant = difflib.get_close_matches(name, COLUMNS, n=1, cutoff=0.75)
    return f'"{name}"' + (f" (did you mean {meant[0]}?)" if meant else "")
