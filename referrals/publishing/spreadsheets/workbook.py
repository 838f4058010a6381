"""A book of sheets as data, before it has a format: every format holds the same cells in the same places."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Final

from referrals.formatting import count

LANGUAGE: Final = "en-GB"
WIDEST: Final = 60
NARROWEST: Final = 10
"""Of columns, in characters. Longer text is wrapped."""

MIMETYPE: Final = "mimetype"
EPOCH: Final = (1980, 1, 1, 0, 0, 0)
"""The earliest time that an archive can give its files: whoever has the same book has the same bytes."""


@dataclass(frozen=True)
class Link:
    """Text that leads to the top of another sheet of the same book."""

    text: str
    sheet: str


Value = str | int | Link
"""What a cell holds. No cell is empty, and text is never a formula."""


@dataclass(frozen=True)
class Sheet:
    """A title, lines of text and one table, each row below the last with nothing between them.

    The name has up to 31 letters, digits and underscores, and begins with a letter.
    """

    name: str
    title: str
    lines: Sequence[str | Link]
    header: Sequence[str]
    rows: Sequence[Sequence[Value]]

    @property
    def table_name(self) -> str:
        """The name of the table, which no other of the book has."""
        return f"{self.name}_table"

    @property
    def top(self) -> int:
        """How many rows stand above the header of the table."""
        return 1 + len(self.lines)

    @property
    def header_looks(self) -> list[str]:
        """How each cell of the header looks: over numbers, as they are."""
        columns = zip(*self.rows, strict=True)
        return [
            "number_header" if {"number", "symbol"} & set(map(look, column)) else "header"
            for column in columns
        ]

    @property
    def widths(self) -> list[int]:
        """The width of each column of the table, in characters."""
        longest = [
            max(len(shown(value)) for value in column)
            for column in zip(self.header, *self.rows, strict=True)
        ]
        return [min(max(width + 2, NARROWEST), WIDEST) for width in longest]


@dataclass(frozen=True)
class Book:
    """Sheets, and what the properties of the file say of them."""

    title: str
    publisher: str
    keywords: str
    published_on: date
    sheets: Sequence[Sheet]


@lru_cache(maxsize=4096)
def shown(value: Value) -> str:
    """Return a cell as text.

    >>> shown(1336), shown(Link("Notes", "Notes"))
    ('1,336', 'Notes')
    """
    if isinstance(value, Link):
        return value.text
    return count(value) if isinstance(value, int) else value


def look(value: Value) -> str:
    """Return how a cell of a table looks: a symbol in place of a number stands where the number would.

    >>> look(7), look("[x]"), look("[x] not available"), look(Link("Notes", "Notes"))
    ('number', 'symbol', 'text', 'link')
    """
    if isinstance(value, int):
        return "number"
    if isinstance(value, Link):
        return "link"
    return "symbol" if value.startswith("[") and value.endswith("]") else "text"


def archive(path: Path, entries: Mapping[str, bytes]) -> None:
    """Write files into one archive, in their order, without the time. The kind of the archive is not compressed."""
    with zipfile.ZipFile(path, "w") as packed:
        for name, content in entries.items():
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.compress_type = zipfile.ZIP_STORED if name == MIMETYPE else zipfile.ZIP_DEFLATED
            packed.writestr(entry, content)
