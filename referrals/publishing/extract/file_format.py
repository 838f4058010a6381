"""The file format of an extract, detected from its first line: encoding, delimiter and columns.

Called by `validate` before anything else is read. DuckDB's own detection is not used: it guesses,
and a wrong guess silently drops lines.
"""

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
MAX_LINE_BYTES: Final = 1 << 16
"""No record is longer. The limit bounds memory, whatever the file holds."""

_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
_SIGNATURES: Final = (
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
"""The first bytes of file types that people send instead of CSV."""


@dataclass(frozen=True)
class FileFormat:
    """The columns of an extract in file order, its delimiter and whether it has a BOM."""

    columns: tuple[str, ...]
    delimiter: str
    has_bom: bool

    def __str__(self) -> str:
        mark = " with a byte order mark" if self.has_bom else ""
        return f"UTF-8{mark}, separated by {DELIMITERS[self.delimiter]}"


def detect(path: Path) -> FileFormat:
    """Return the file format of an extract.

    Raises:
        ExtractError: the file does not exist, is not CSV in UTF-8, or its header does not name the
            columns of an extract. If there is no header, the message does not quote the first line.
    """
    line = _first_line(path)
    try:
        text = line.removeprefix(_BYTE_ORDER_MARK).decode("utf-8")
    except UnicodeDecodeError as error:
        raise ExtractError(
            f"{path.name} line 1: the header is not UTF-8. Save the file as CSV in UTF-8."
        ) from error
    headers = {delimiter: _column_names(text, delimiter) for delimiter in DELIMITERS}
    delimiter = max(headers, key=lambda candidate: _known_columns(headers[candidate]))
    names = headers[delimiter]
    if not _known_columns(names):
        raise ExtractError(
            f"{path.name} line 1 is not a valid header. "
            f"It must name the columns {', '.join(REQUIRED)}."
        )
    if faults := _header_faults(names):
        raise ExtractError(f"{path.name} line 1: {'; '.join(faults)}. Correct the header.")
    return FileFormat(tuple(names), delimiter, line.startswith(_BYTE_ORDER_MARK))


def _first_line(path: Path) -> bytes:
    """Return the first line of a file without its line end.

    Raises:
        ExtractError: there is no first line, or it is not a line of CSV.
    """
    if not path.exists():
        raise ExtractError(f"{path} does not exist. Check the name and the folder.")
    if path.is_dir():
        raise ExtractError(f"{path} is a folder. Name one CSV file.")
    if not path.is_file():
        raise ExtractError(f"{path} is not a regular file. Name one CSV file.")
    with path.open("rb") as stream:
        start = stream.read(MAX_LINE_BYTES)
    content = start.removeprefix(_BYTE_ORDER_MARK)
    if not content.strip():
        raise ExtractError(f"{path.name} is empty. Export the extract again.")
    for signature, file_type in _SIGNATURES:
        if content.startswith(signature):
            raise ExtractError(f"{path.name} is {file_type}, not CSV. Export it as CSV in UTF-8.")
    line = start.partition(b"\n")[0].removesuffix(b"\r")
    if b"\0" in line:
        raise ExtractError(
            f"{path.name} is a binary file or UTF-16 text, not CSV. Export it as CSV in UTF-8."
        )
    if b"\r" in line:
        raise ExtractError(
            f"{path.name} has the line ends of old Macs (CR). "
            "Save it again with Windows (CRLF) or Unix (LF) line ends."
        )
    return line


def _column_names(header: str, delimiter: str) -> list[str]:
    """Return the lower-case column names of a header; none if its quotation marks do not match."""
    try:
        cells = next(csv.reader([header], delimiter=delimiter, strict=True), [])
    except csv.Error:
        return []
    return [cell.strip().casefold() for cell in cells]


def _known_columns(names: Sequence[str]) -> int:
    return sum(name in COLUMNS for name in names)


def _header_faults(names: Sequence[str]) -> list[str]:
    missing = [name for name in REQUIRED if name not in names]
    repeated = sorted({name for name in names if name in COLUMNS and names.count(name) > 1})
    unknown = [name for name in names if name not in COLUMNS]
    faults = []
    if missing:
        faults.append(f"missing columns: {', '.join(missing)}")
    if repeated:
        faults.append(f"repeated columns: {', '.join(repeated)}")
    if unknown:
        faults.append(f"unknown columns: {', '.join(map(_with_suggestion, unknown))}")
    return faults


def _with_suggestion(name: str) -> str:
    if not name:
        return "one without a name"
    similar = difflib.get_close_matches(name, COLUMNS, n=1, cutoff=0.75)
    return f'"{name}" (did you mean {similar[0]}?)' if similar else f'"{name}"'
