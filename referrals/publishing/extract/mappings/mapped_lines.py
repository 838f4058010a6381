"""The lines of an extract that is read through a mapping: copied in our columns, or accounted for.

`reading` calls it with the rows of any file format. Values stay as they are: codes, dates and ages
are read later, from the distinct ones. Lines that are not records (blank, a repeated header, a
summary that the mapping names) are counted, and the report announces them.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from referrals.errors import ExtractError
from referrals.publishing.extract.columns import COLUMNS
from referrals.publishing.extract.formats.lines import PROGRESS_INTERVAL, Progress, Tally
from referrals.publishing.extract.formats.rows import Row, Rows
from referrals.publishing.extract.mappings import header
from referrals.publishing.extract.mappings.header import Header
from referrals.publishing.extract.mappings.mapping import Mapping

SUMMARY: Final = re.compile(r"\s*(grand |sub-?)?totals?\b", re.IGNORECASE)
"""The first words of rows that are summaries in any system."""

_LINE_BREAK: Final = re.compile(r"[\r\n]+")
_INVISIBLE: Final = " \t\r\n\u00a0\u200b\ufeff"
"""Characters round a cell that nobody sees. Files that were joined have byte order marks within."""

PARTS_OF_ID: Final = "/"
"""Between the columns that identify a referral together."""


def copy(
    rows: Rows, mapping: Mapping, *, to: Path, name: str, progress: Progress
) -> tuple[Tally, Header]:
    """Copy the records of an extract as CSV, and return a tally of its lines and its header.

    The copy has no header. Its columns are the line number and `COLUMNS`, blank if the extract does
    not have one.

    Raises:
        ExtractError: the header is missing or contradicts the mapping.
    """
    first = next(rows, None)
    if first is None or not any(cell.strip() for cell in first.cells):
        number = mapping.header_row or 1
        raise ExtractError(
            f"{name} has no header on line {number}. "
            "State its line as file.header_row in the mapping."
        )
    found = header.find(first.cells, mapping, name=name, number=first.number)
    tally = Tally()
    with to.open("w", encoding="utf-8", newline="") as stream:
        write = csv.writer(stream, lineterminator="\n").writerow
        record = _record(mapping, found, name)
        check = _RowCheck(mapping, found, first.cells)
        for row in rows:
            before = tally.lines
            tally.lines += row.lines
            rule = row.fault or check.broken_rule(row)
            if rule is not None:
                tally.reject(rule, row.number, row.lines)
                continue
            values = record(row)
            if not "".join(values).isprintable():
                if "\0" in "".join(values):
                    tally.reject("nul", row.number, row.lines)
                    continue
                values = [_LINE_BREAK.sub(" ", value.strip(_INVISIBLE)) for value in values]
            tally.copied += 1
            write((row.number, *values))
            if row.lines > 1:
                tally.reject("continued_line", row.number + 1, row.lines - 1)
            if before // PROGRESS_INTERVAL < tally.lines // PROGRESS_INTERVAL:
                progress(f"{name}: {tally.lines:,} lines read")
    return tally, found


class _RowCheck:
    """Finds the rule that a row breaks if it is not a record."""

    def __init__(self, mapping: Mapping, found: Header, first: Sequence[str]) -> None:
        self.width = found.width
        self.unnamed = found.unnamed
        self.first = [cell.strip(_INVISIBLE) for cell in first]
        words = [word.casefold() for word in mapping.skipped]
        self.skipped = {word for word in words if not word.endswith("*")}
        self.skipped_starts = tuple(word[:-1] for word in words if word.endswith("*"))
        self.read_places = {number for numbers in found.places.values() for number in numbers}

    def broken_rule(self, row: Row) -> str | None:
        """Return the rule that a row breaks, or None if it is a record."""
        cells = row.cells
        rule = None
        if not "".join(cells).strip():
            rule = "blank_line"
        elif (self.skipped or self.skipped_starts) and self._is_summary(cells):
            rule = "summary_line"
        elif cells[0].strip(_INVISIBLE) == self.first[0] and self._is_header(cells):
            rule = "repeated_header"
        elif SUMMARY.match(cells[0]) and self._is_mostly_blank(cells):
            rule = "summary_not_named"
        elif not self._fits(cells):
            rule = "cell_count"
        elif self.unnamed and any(cells[number].strip() for number in self.unnamed):
            rule = "value_without_column"
        return rule

    def _fits(self, cells: Sequence[str]) -> bool:
        """Return whether a row has the width of the header, apart from blank cells after it."""
        if len(cells) == self.width:
            return True
        return len(cells) > self.width and not "".join(cells[self.width :]).strip()

    def _is_header(self, cells: Sequence[str]) -> bool:
        return [cell.strip(_INVISIBLE) for cell in cells] == self.first

    def _is_summary(self, cells: Sequence[str]) -> bool:
        """Return whether a row starts with a word of the mapping and is mostly blank."""
        first = next(cell.strip() for cell in cells if cell.strip()).casefold()
        is_named = first in self.skipped or first.startswith(self.skipped_starts)
        return is_named and self._is_mostly_blank(cells)

    def _is_mostly_blank(self, cells: Sequence[str]) -> bool:
        """Return whether at most half of the columns that are read have a value."""
        filled = sum(
            number < len(cells) and not cells[number].isspace() and cells[number] != ""
            for number in self.read_places
        )
        return 2 * filled <= len(self.read_places)


def _record(mapping: Mapping, found: Header, name: str) -> Callable[[Row], list[str]]:
    """Return a function that returns a row's values in our columns.

    The places are worked out once, because the function is called for every line.
    """
    one_cell: list[tuple[int, int]] = []
    several: list[tuple[int, tuple[int, ...]]] = []
    blank = [mapping.constants.get(column, "") for column in COLUMNS]
    for place, column in enumerate(COLUMNS):
        numbers = found.places.get(column, ())
        if len(numbers) == 1:
            one_cell.append((place, numbers[0]))
        elif numbers:
            several.append((place, numbers))
    numbers_lines = not found.places["referral_id"]

    def record(row: Row) -> list[str]:
        values = blank.copy()
        cells = row.cells
        for place, number in one_cell:
            values[place] = cells[number]
        for place, numbers in several:
            parts = [cells[number].strip() for number in numbers]
            values[place] = PARTS_OF_ID.join(parts) if all(parts) else ""
        if numbers_lines:
            values[0] = f"{name} line {row.number}"
        return values

    return record
