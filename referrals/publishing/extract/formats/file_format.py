"""The file format of a text extract in our own layout: delimiter and columns, from its first line.

Called by `reading` before any line is read. DuckDB's own detection is not used: it guesses,
and a wrong guess silently drops lines.
"""

from __future__ import annotations

import csv
import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from referrals.errors import ExtractError
from referrals.publishing.extract.columns import COLUMNS, REQUIRED
from referrals.publishing.extract.formats.encodings import BYTE_ORDER_MARK
from referrals.publishing.extract.formats.extract_file import Source

DELIMITERS: Final = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "vertical bars"}
MAX_LINE_BYTES: Final = 1 << 16
"""No record is longer. The limit bounds memory, whatever the file holds."""

_ADVICE: Final = "Or read it through a mapping, which `map {file}` proposes."


@dataclass(frozen=True)
class FileFormat:
    """The columns of an extract in file order, its delimiter, and its encoding in words."""

    columns: tuple[str, ...]
    delimiter: str
    encoding: str = "UTF-8"

    def __str__(self) -> str:
        return f"{self.encoding}, separated by {DELIMITERS[self.delimiter]}"


def detect(source: Source) -> FileFormat:
    """Return the file format of a text extract in our own layout.

    Raises:
        ExtractError: the header does not name the columns of an extract. The message quotes the
            first line only if it is a header.
    """
    name = source.name
    line = first_line(source).removesuffix(b"\r")
    if b"\0" in line or b"\r" in line:
        raise ExtractError(
            f"{name} line 1 has a NUL byte or a lone carriage return. Export the extract again."
        )
    try:
        text = line.removeprefix(BYTE_ORDER_MARK).decode("utf-8")
    except UnicodeDecodeError as error:
        raise ExtractError(
            f"{name} line 1: the header is not UTF-8. Save the file as CSV in UTF-8."
        ) from error
    headers = {delimiter: _column_names(text, delimiter) for delimiter in DELIMITERS}
    delimiter = max(headers, key=lambda candidate: _known_columns(headers[candidate]))
    names = headers[delimiter]
    refuse_header(names, f"{name} line 1", name)
    return FileFormat(tuple(names), delimiter, str(source.encoding))


def first_line(source: Source) -> bytes:
    """Return the first line of a text extract, without its line feed."""
    with source.path.open("rb") as stream:
        return stream.readline(MAX_LINE_BYTES).removesuffix(b"\n")


def refuse_header(names: Sequence[str], place: str, file: str) -> None:
    """Refuse column names, in lower case, that are not those of our own layout.

    Columns without a name are not refused: no line may have a value in them.

    Raises:
        ExtractError: a column is missing, unknown or repeated.
    """
    if not _known_columns(names):
        raise ExtractError(
            f"{place} is not a valid header. "
            f"It must name the columns {', '.join(REQUIRED)}. {_ADVICE.format(file=file)}"
        )
    if faults := _header_faults(names):
        raise ExtractError(
            f"{place}: {'; '.join(faults)}. Correct the header. {_ADVICE.format(file=file)}"
        )


def _column_names(header: str, delimiter: str) -> list[str]:
    """Return the lower-case column names of a header; none if its quotation marks do not match."""
    try:
        cells = next(csv.reader([header], delimiter=delimiter, strict=True), [])
    except csv.Error:
        return []
    return [normal_name(cell).casefold() for cell in cells]


def normal_name(cell: str) -> str:
    """Return the name of a column with single spaces, as a mapping writes it."""
    return " ".join(cell.replace("\ufeff", " ").replace("\u200b", " ").split())


def _known_columns(names: Sequence[str]) -> int:
    return sum(name in COLUMNS for name in names)


def _header_faults(names: Sequence[str]) -> list[str]:
    missing = [name for name in REQUIRED if name not in names]
    repeated = sorted({name for name in names if name in COLUMNS and names.count(name) > 1})
    unknown = [name for name in names if name and name not in COLUMNS]
    faults = []
    if missing:
        faults.append(f"missing columns: {', '.join(missing)}")
    if repeated:
        faults.append(f"repeated columns: {', '.join(repeated)}")
    if unknown:
        faults.append(f"unknown columns: {', '.join(map(_with_suggestion, unknown))}")
    return faults


def _with_suggestion(name: str) -> str:
    similar = difflib.get_close_matches(name, COLUMNS, n=1, cutoff=0.75)
    return f'"{name}" (did you mean {similar[0]}?)' if similar else f'"{name}"'
