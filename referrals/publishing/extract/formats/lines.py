"""The reader of an extract's lines: it copies readable ones to a clean file and rejects others.

Called by `reading` before DuckDB reads the copy. Databases skip lines that they cannot parse, and
one unclosed quotation mark silently takes thousands with it. So every line is counted and examined
here first, with the standard library, in blocks, so that memory stays flat. One line is one record:
no column of an extract holds text with line breaks, so a cell that runs past the end of its line is
a fault.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Final, TextIO

from referrals.errors import ExtractError
from referrals.publishing.extract.columns import OPTIONAL
from referrals.publishing.extract.formats.file_format import MAX_LINE_BYTES, FileFormat

MAX_LINE_NUMBERS: Final = 5
"""The most line numbers that are listed for one fault."""

PROGRESS_INTERVAL: Final = 250_000
"""Lines between two reports of progress."""

Progress = Callable[[str], None]
"""Takes one line of text about the progress of the work."""

INVALID_CHARACTER: Final = re.compile("[\0\r\udc80-\udcff]")
"""NUL, a lone carriage return, or the surrogate that stands for a byte that is not UTF-8."""

INVALID_CHARACTER_RULES: Final = {"\0": "nul", "\r": "carriage_return"}
"""The rule that an invalid character breaks; for others, it is `encoding`."""

_SIDE_EFFECTS_OF_OPEN_QUOTE: Final = frozenset(
    {"cell_count", "stray_quote", "unclosed_quote", "blank_line"}
)


@dataclass
class RejectedLines:
    """The lines rejected under one rule: their number, and the line numbers of the first few."""

    count: int = 0
    lines: list[int] = field(default_factory=list)

    def add(self, number: int) -> None:
        """Count a line, and keep its number if it is one of the first."""
        self.count += 1
        if len(self.lines) < MAX_LINE_NUMBERS:
            self.lines.append(number)


@dataclass
class Tally:
    """The number of lines after the header, how many were copied, and the others by rule.

    Lines that break a rule that is only a warning were skipped, the others are rejected.
    """

    lines: int = 0
    copied: int = 0
    rejected: dict[str, RejectedLines] = field(default_factory=dict)

    def reject(self, rule: str, number: int, lines: int = 1) -> None:
        """Count a line under a rule, together with those that follow it in the same record."""
        rejected = self.rejected.setdefault(rule, RejectedLines())
        rejected.add(number)
        rejected.count += lines - 1


def clean(path: Path, file_format: FileFormat, *, to: Path, name: str, progress: Progress) -> Tally:
    """Copy the readable lines of an extract, each after its line number, and return a tally of all.

    The copy has the delimiter of the extract and no header. Its columns are `line`, those of the
    file format, and then any optional columns that the extract does not have, left empty.

    Raises:
        ExtractError: a line is too long to be a record.
    """
    tally = Tally()
    with path.open("rb") as stream, to.open("w", encoding="utf-8", newline="") as copy:
        cleaner = _Cleaner(file_format, copy, tally)
        for first, lines in blocks(stream, name):
            cleaner.add_block(first, lines)
            if first // PROGRESS_INTERVAL < (first + len(lines)) // PROGRESS_INTERVAL:
                progress(f"{name}: {tally.lines - 1:,} lines read")
    tally.lines -= 1
    return tally


def blocks(stream: BinaryIO, name: str) -> Iterator[tuple[int, list[str]]]:
    """Yield blocks of lines without line ends, each with the line number of its first line."""
    number, rest = 1, b""
    while block := stream.read(MAX_LINE_BYTES):
        whole, end, rest = (rest + block).rpartition(b"\n")
        if len(rest) > MAX_LINE_BYTES:
            number += whole.count(b"\n") + len(end)
            raise ExtractError(
                f"{name} line {number:,} is longer than {MAX_LINE_BYTES:,} bytes, "
                "too long for a record. Export the extract again."
            )
        if end:
            yield number, _decoded(whole)
            number += whole.count(b"\n") + 1
    if rest:
        yield number, _decoded(rest)


def _decoded(block: bytes) -> list[str]:
    unix_line_ends = block.removesuffix(b"\r").replace(b"\r\n", b"\n")
    return unix_line_ends.decode("utf-8", errors="surrogateescape").split("\n")


class _Cleaner:
    """Copies readable lines and counts the others in the tally."""

    def __init__(self, file_format: FileFormat, copy: TextIO, tally: Tally) -> None:
        delimiter = file_format.delimiter
        absent = len(OPTIONAL) - len(set(OPTIONAL) & set(file_format.columns))
        self.copy = copy
        self.tally = tally
        self.delimiter = delimiter
        self.separators = len(file_format.columns) - 1
        self.record = csv_pattern(delimiter, f"{{{self.separators}}}")
        self.any_record = csv_pattern(delimiter, "*")
        self.formula = re.compile(f'(?:^|{re.escape(delimiter)})"? *=')
        self.padding = delimiter * absent
        self.blank_characters = f'{delimiter}" '
        self.header = ""
        self.quote_is_open = False

    def add_block(self, first: int, lines: list[str]) -> None:
        """Copy or reject each line of a block that starts at line `first`, except the header."""
        self.tally.lines += len(lines)
        numbered = enumerate(lines, start=first)
        if first == 1:
            _, header = next(numbered)
            self.header = header.removeprefix("\ufeff")
        self.copy.writelines(self._readable(numbered))

    def _readable(self, numbered: Iterable[tuple[int, str]]) -> Iterator[str]:
        """Yield the lines of the clean copy, and reject the others."""
        for number, line in numbered:
            if self._is_record(line):
                self.quote_is_open = False
                self.tally.copied += 1
                yield f"{number}{self.delimiter}{line}{self.padding}\n"
            else:
                self._reject(self._broken_rule(line), number)

    def _is_record(self, line: str) -> bool:
        """Return whether a line has as many cells as the header for every CSV reader (RFC 4180)."""
        # `isprintable` alone would do for most lines, and is faster than the pattern.
        if not line.isprintable() and INVALID_CHARACTER.search(line):
            return False
        if self._is_blank(line) or line == self.header:
            return False
        if '"' in line:
            return self.record.fullmatch(line) is not None
        return line.count(self.delimiter) == self.separators

    def _is_blank(self, line: str) -> bool:
        return not line.strip(self.blank_characters)

    def _broken_rule(self, line: str) -> str:
        """Return the rule that an unreadable line breaks."""
        if (invalid := INVALID_CHARACTER.search(line)) is not None:
            return INVALID_CHARACTER_RULES.get(invalid[0], "encoding")
        if self._is_blank(line):
            return "blank_line"
        if line == self.header:
            return "repeated_header"
        if self.formula.search(line):
            # An unquoted formula breaks the line with its own quotation marks and delimiters.
            return "formula_in_cell"
        if line.count('"') % 2:
            return "unclosed_quote"
        return "cell_count" if self.any_record.fullmatch(line) else "stray_quote"

    def _reject(self, rule: str, number: int) -> None:
        """Count a rejected line; if only an open quotation mark breaks it, with that mark."""
        if self.quote_is_open and rule in _SIDE_EFFECTS_OF_OPEN_QUOTE:
            self.tally.rejected["unclosed_quote"].count += 1
            return
        self.quote_is_open = rule == "unclosed_quote"
        self.tally.reject(rule, number)


def csv_pattern(delimiter: str, repeats: str) -> re.Pattern[str]:
    """Return a pattern of one RFC 4180 cell, then `repeats` times a delimiter and another cell.

    The possessive quantifiers (`*+`) keep it from backtracking on long malformed lines.
    """
    separator = re.escape(delimiter)
    cell = f'(?:"[^"]*+(?:""[^"]*+)*+"|[^"{separator}]*+)'
    return re.compile(f"{cell}(?:{separator}{cell}){repeats}")
