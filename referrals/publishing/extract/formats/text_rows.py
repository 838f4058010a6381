"""The rows of delimited text whose cells may have line breaks.

Used for extracts that are not in our own layout, whose free text can hold anything. `lines` is
faster, but takes every line for a record. The standard library's reader alone would not do: it
takes a lone quotation mark for text, and after an unclosed one swallows lines without a word.
"""

from __future__ import annotations

import csv
import re
from collections import Counter, deque
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Final

from referrals.errors import ExtractError
from referrals.publishing.extract.formats import lines
from referrals.publishing.extract.formats.file_format import DELIMITERS, MAX_LINE_BYTES
from referrals.publishing.extract.formats.lines import INVALID_CHARACTER, INVALID_CHARACTER_RULES
from referrals.publishing.extract.formats.rows import Row, Rows

MAX_RECORD_LINES: Final = 200
"""The most lines of one record. Beyond it, a quotation mark was opened and never closed."""

SAMPLE_LINES: Final = 50
_SEPARATOR_LINE: Final = re.compile(r'"?sep=(.)"?', re.IGNORECASE)


def separator_line(path: Path) -> str | None:
    """Return the delimiter that Excel's first line `sep=;` states, or None without such a line."""
    with path.open("rb") as stream:
        line = stream.readline(MAX_LINE_BYTES)
    text = line.decode("utf-8", errors="replace").removeprefix("\ufeff").rstrip("\r\n")
    match = _SEPARATOR_LINE.fullmatch(text)
    return match[1] if match else None


def find_delimiter(path: Path, name: str) -> str:
    """Return the delimiter that gives most lines the same number of cells, two or more.

    Lines with a character that no text has are left out: `read` rejects them.

    Raises:
        ExtractError: no delimiter gives two lines the same number of cells.
    """
    first_lines = islice(_numbered(path, name), SAMPLE_LINES)
    sample = [line for _, line in first_lines if not INVALID_CHARACTER.search(line)]
    scores = {}
    for delimiter in DELIMITERS:
        widths = [len(split(line, delimiter) or ()) for line in sample]
        counts = Counter(width for width in widths if width > 1)
        if counts:
            width, number = counts.most_common(1)[0]
            scores[delimiter] = (number, width)
    if not scores:
        raise ExtractError(
            f"{name} has only one column, whether it is separated by commas, semicolons, tabs or "
            "vertical bars. Export it again as CSV."
        )
    return max(scores, key=lambda delimiter: scores[delimiter])


def split(line: str, delimiter: str) -> list[str] | None:
    """Return the cells of a line, or None if its quotation marks do not match."""
    if '"' not in line:
        return line.split(delimiter)
    if lines.csv_pattern(delimiter, "*").fullmatch(line) is None:
        return None
    return next(csv.reader([line], delimiter=delimiter))


def read(path: Path, name: str, *, delimiter: str, first: int) -> Rows:
    """Yield the rows of a text file from line `first` on.

    Raises:
        ExtractError: a line is too long to be a record.
    """
    is_record = lines.csv_pattern(delimiter, "*").fullmatch
    pending: deque[tuple[int, str]] = deque()
    numbered = _numbered(path, name)
    while True:
        number, line = pending.popleft() if pending else next(numbered, (0, ""))
        if not number:
            return
        if number < first:
            continue
        if not line.isprintable() and (invalid := INVALID_CHARACTER.search(line)) is not None:
            yield Row(number, (), fault=INVALID_CHARACTER_RULES.get(invalid[0], "encoding"))
        elif '"' not in line:
            yield Row(number, line.split(delimiter))
        elif is_record(line) is not None:
            yield Row(number, next(csv.reader([line], delimiter=delimiter)))
        elif line.count('"') % 2:
            row, unused = _record_of_several_lines(number, line, pending, numbered, delimiter)
            pending = unused
            yield row
        else:
            yield Row(number, (), fault="stray_quote")


def _record_of_several_lines(
    number: int,
    line: str,
    pending: deque[tuple[int, str]],
    numbered: Iterator[tuple[int, str]],
    delimiter: str,
) -> tuple[Row, deque[tuple[int, str]]]:
    """Return the record that starts with a line in which a quotation mark is opened.

    If none ends within a few lines, the mark was never closed. The row is then that line's fault,
    and the lines after it are read again, one by one: they are the second result. The same if one
    of them is a record by itself, as wide as the whole: then nobody can tell.
    """
    taken: list[tuple[int, str]] = []
    text = line
    while len(taken) < MAX_RECORD_LINES and len(text) < MAX_LINE_BYTES:
        following = pending.popleft() if pending else next(numbered, None)
        if following is None:
            break
        taken.append(following)
        text = f"{text}\n{following[1]}"
        if following[1].count('"') % 2:
            break
    pattern = lines.csv_pattern(delimiter, "*")
    if pattern.fullmatch(text) is not None and not INVALID_CHARACTER.search(text):
        cells = next(csv.reader([text], delimiter=delimiter))
        widths = [len(split(other, delimiter) or ()) for _, other in taken]
        if len(cells) not in widths:
            return Row(number, cells, lines=1 + len(taken)), pending
    return Row(number, (), fault="unclosed_quote"), deque([*taken, *pending])


def _numbered(path: Path, name: str) -> Iterator[tuple[int, str]]:
    """Yield each line of a file with its number."""
    with path.open("rb") as stream:
        for first, block in lines.blocks(stream, name):
            if first == 1:
                block[0] = block[0].removeprefix("\ufeff")
            yield from enumerate(block, start=first)
