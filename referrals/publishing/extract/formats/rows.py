"""A row of an extract in any file format: text, workbook or Parquet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple


class Row(NamedTuple):
    """A row, or a line of text that is not one.

    `number` is that of its line of text, or of its row in the sheet. `lines` counts the lines that
    it takes: more than one if a cell has line breaks. `fault` is the rule that an unreadable line
    breaks; it has no cells.
    """

    number: int
    cells: Sequence[str]
    lines: int = 1
    fault: str | None = None


Rows = Iterator[Row]
