"""A workbook as data, before it has a file format.

`excel` and `opendocument` write it, with the same cells in the same places. The spreadsheets of a
release are built in `publishing/spreadsheets`, that of a card in `cards/exports`.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Final

from referrals.formatting import count

LANGUAGE: Final = "en-GB"
WIDEST_COLUMN: Final = 60
NARROWEST_COLUMN: Final = 10
"""Column widths, in characters. Longer text is wrapped."""

PAGE_WIDTH: Final = 100
"""Characters on the width of a printed page, A4 landscape, at full size."""

SMALLEST_SCALE: Final = 60
"""The least size, in per cent, that is readable on paper: letters of 12 points become 7.

A wider sheet is printed on several pages side by side, each with the first column."""

MIMETYPE: Final = "mimetype"
EPOCH: Final = (1980, 1, 1, 0, 0, 0)
"""The earliest time that a ZIP archive can hold, so that equal content makes equal bytes."""


@dataclass(frozen=True)
class Link:
    """Text that links to the top of another sheet of the same workbook."""

    text: str
    sheet: str


Value = str | int | float | Link
"""The value of a cell: text, a whole number or a share. No cell is empty, and text is never a
formula."""


@dataclass(frozen=True)
class Sheet:
    """A sheet: its title, lines of text and one table, in consecutive rows.

    `name` has up to 31 letters, digits and underscores, and begins with a letter.
    """

    name: str
    title: str
    lines: Sequence[str | Link]
    header: Sequence[str]
    rows: Sequence[Sequence[Value]]

    @property
    def table_name(self) -> str:
        """The name of the table, unique in the workbook."""
        return f"{self.name}_table"

    @property
    def top(self) -> int:
        """The number of rows above the table's header."""
        return 1 + len(self.lines)

    @property
    def header_styles(self) -> list[str]:
        """The style of each header cell: aligned like the numbers below it, if there are any."""
        return [_header_style(column) for column in zip(*self.rows, strict=True)]

    @property
    def widths(self) -> list[int]:
        """The width of each column of the table, in characters."""
        return [_width(column) for column in zip(self.header, *self.rows, strict=True)]

    @property
    def fits_page(self) -> bool:
        """Return whether the columns fit on the width of a page at a readable size."""
        return sum(self.widths) * SMALLEST_SCALE <= PAGE_WIDTH * 100


@dataclass(frozen=True)
class Workbook:
    """Sheets, and the document properties of the file."""

    title: str
    publisher: str
    keywords: str
    published_on: date
    sheets: Sequence[Sheet]


@lru_cache(maxsize=4096)
def display_text(value: Value) -> str:
    """Return a cell as text.

    >>> display_text(1336), display_text(Link("Notes", "Notes"))
    ('1,336', 'Notes')
    """
    if isinstance(value, Link):
        return value.text
    if isinstance(value, float):
        return f"{value:.4f}"
    return count(value) if isinstance(value, int) else value


def style(value: Value) -> str:
    """Return the style of a table cell. A symbol replaces a number and is aligned like one.

    >>> style(7), style("[x]"), style("[x] not available"), style(0.5)
    ('number', 'symbol', 'text', 'decimal')
    """
    if isinstance(value, float):
        return "decimal"
    if isinstance(value, int):
        return "number"
    if isinstance(value, Link):
        return "link"
    return "symbol" if value.startswith("[") and value.endswith("]") else "text"


def archive(entries: Mapping[str, bytes]) -> bytes:
    """Return a ZIP archive of files in the order given, without times.

    The entry `mimetype` is not compressed: OpenDocument requires that.
    """
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as packed:
        for name, content in entries.items():
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.compress_type = zipfile.ZIP_STORED if name == MIMETYPE else zipfile.ZIP_DEFLATED
            packed.writestr(entry, content)
    return stream.getvalue()


def _header_style(column: Sequence[Value]) -> str:
    styles = {style(value) for value in column}
    return "number_header" if styles & {"number", "decimal", "symbol"} else "header"


def _width(column: Sequence[Value]) -> int:
    longest = max(len(display_text(value)) for value in column)
    return min(max(longest + 2, NARROWEST_COLUMN), WIDEST_COLUMN)
