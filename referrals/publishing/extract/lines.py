"""Account for every line of an extract, and write those that can be read into a clean copy with their numbers.

Databases skip lines that they cannot read: an unclosed quotation mark silently takes thousands with it. So the lines are
counted and examined here first, by the standard library alone, in blocks, so that memory stays flat. One line is one
record: no column of an extract holds text with line breaks, so a cell that runs over the end of its line is a fault.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Final, TextIO

from referrals.errors import ExtractError
from referrals.publishing.extract.file_format import LONGEST, OPTIONAL, Layout

FIRST: Final = 5
"""How many line numbers of a kind of fault are kept to be shown."""

STEP: Final = 250_000
"""How many lines are read between two reports of progress."""

Progress = Callable[[str], None]
"""Takes one line of words on how far the work is."""

_FOREIGN: Final = re.compile("[\0\r\udc80-\udcff]")
"""What no line of text in UTF-8 holds. Bytes that are not UTF-8 stand as lone surrogates in what was decoded."""

_BROKEN_BY_QUOTE: Final = frozenset({"cell_count", "stray_quote", "unclosed_quote", "blank_line"})


@dataclass
class SetAside:
    """The lines with one kind of fault: how many there are, and the numbers of the first."""

    count: int = 0
    lines: list[int] = field(default_factory=list)

    def add(self, number: int) -> None:
        """Count one more line, and keep its number while there are few."""
        self.count += 1
        if len(self.lines) < FIRST:
            self.lines.append(number)


@dataclass
class Tally:
    """What became of the lines after the header: all of them, those kept, and those set aside by rule."""

    lines: int = 0
    kept: int = 0
    aside: dict[str, SetAside] = field(default_factory=dict)


def clean(path: Path, layout: Layout, *, to: Path, progress: Progress) -> Tally:
    """Write the readable lines of an extract to a file, each after its line number, and return the tally of all lines.

    The copy has the extract's own delimiter, no header, and the columns `line`, those of the layout, and then the optional
    ones that the extract does not have, which stay empty.

    Raises:
        ExtractError: a line is too long to be a record.
    """
    tally = Tally()
    with path.open("rb") as stream, to.open("w", encoding="utf-8", newline="") as copy:
        cleaner = _Cleaner(layout, copy, tally)
        for number, lines in _blocks(stream, path.name):
            cleaner.take(number, lines)
            if number // STEP < (number + len(lines)) // STEP:
                progress(f"{path.name}: {tally.lines - 1:,} lines read")
    tally.lines -= 1
    return tally


def _blocks(stream: BinaryIO, name: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the lines of a file in blocks, without their ends, each block with the number of its first line."""
    number, rest = 1, b""
    while block := stream.read(LONGEST):
        whole, end, rest = (rest + block).rpartition(b"\n")
        if len(rest) > LONGEST:
            number += whole.count(b"\n") + len(end)
            raise ExtractError(
                f"{name} line {number:,} is longer than {LONGEST:,} bytes, and no record is. Export it again."
            )
        if end:
            yield number, _decoded(whole)
            number += whole.count(b"\n") + 1
    if rest:
        yield number, _decoded(rest)


def _decoded(block: bytes) -> list[str]:
    ends_alike = block.removesuffix(b"\r").replace(b"\r\n", b"\n")
    return ends_alike.decode("utf-8", errors="surrogateescape").split("\n")


class _Cleaner:
    """Sorts lines into the clean copy or aside."""

    def __init__(self, layout: Layout, copy: TextIO, tally: Tally) -> None:
        self.copy = copy
        self.tally = tally
        self.delimiter = layout.delimiter
        self.separators = len(layout.columns) - 1
        self.record = _pattern(layout.delimiter, f"{{{self.separators}}}")
        self.cells = _pattern(layout.delimiter, "*")
        self.formula = re.compile(f'(?:^|{re.escape(layout.delimiter)})"? *=')
        self.padding = layout.delimiter * (len(OPTIONAL) - len(set(OPTIONAL) & set(layout.columns)))
        self.nothing = f'{layout.delimiter}" '
        self.quote_is_open = False

    def take(self, number: int, lines: list[str]) -> None:
        """Take a block of lines, of which the first has the number given. Line 1, the header, is counted and left out."""
        self.tally.lines += len(lines)
        numbered = enumerate(lines, start=number)
        if number == 1:
            next(numbered)
        self.copy.writelines(self._kept(numbered))

    def _kept(self, numbered: Iterable[tuple[int, str]]) -> Iterator[str]:
        """Yield the lines of the clean copy, and set the others aside."""
        for number, line in numbered:
            if self._is_record(line):
                self.quote_is_open = False
                self.tally.kept += 1
                yield f"{number}{self.delimiter}{line}{self.padding}\n"
            else:
                self._set_aside(self._fault(line), number)

    def _is_record(self, line: str) -> bool:
        """Return whether every reader of CSV makes the same record of a line, with as many cells as the header (RFC 4180)."""
        if not (
            line.isprintable() or _FOREIGN.search(line) is None
        ):  # the first test alone is the faster one
            return False
        if self._is_blank(line):
            return False
        if '"' in line:
            return self.record.fullmatch(line) is not None
        return line.count(self.delimiter) == self.separators

    def _is_blank(self, line: str) -> bool:
        return not line.strip(self.nothing)

    def _fault(self, line: str) -> str:
        """Return the rule that a line which is no record breaks."""
        if (foreign := _FOREIGN.search(line)) is not None:
            return {"\0": "nul", "\r": "carriage_return"}.get(foreign[0], "encoding")
        if self._is_blank(line):
            return "blank_line"
        if self.formula.search(line):
            return "formula_in_cell"  # one that was not quoted breaks the line with its own quotes and separators
        if line.count('"') % 2:
            return "unclosed_quote"
        return "cell_count" if self.cells.fullmatch(line) else "stray_quote"

    def _set_aside(self, rule: str, number: int) -> None:
        """Set a line aside. What a quotation mark left open has broken is counted with it, and is no fault of its own."""
        if self.quote_is_open and rule in _BROKEN_BY_QUOTE:
            self.tally.aside["unclosed_quote"].count += 1
            return
        self.quote_is_open = rule == "unclosed_quote"
        self.tally.aside.setdefault(rule, SetAside()).add(number)


def _pattern(delimiter: str, times: str) -> re.Pattern[str]:
    """Return what matches one cell and then a delimiter and a cell so many times, as RFC 4180 has them, in one pass."""
    separator = re.escape(delimiter)
    cell = f'(?:"[^"]*+(?:""[^"]*+)*+"|[^"{separator}]*+)'
    return re.compile(f"{cell}(?:{separator}{cell}){times}")
