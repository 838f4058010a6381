"""Reading an extract of any format into a clean CSV file, with a tally of all its lines.

Called by `validate`. Text in our own layout takes a fast path (`lines`); everything else is read as
rows and through a mapping (`mapped_lines`).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from referrals.errors import ExtractError
from referrals.publishing.extract.columns import COLUMNS, OPTIONAL
from referrals.publishing.extract.formats import (
    encodings,
    extract_file,
    file_format,
    lines,
    parquet_rows,
    text_rows,
    workbook_rows,
)
from referrals.publishing.extract.formats.extract_file import Source
from referrals.publishing.extract.formats.file_format import DELIMITERS
from referrals.publishing.extract.formats.lines import Progress, Tally
from referrals.publishing.extract.formats.rows import Rows
from referrals.publishing.extract.mappings import mapped_lines
from referrals.publishing.extract.mappings.mapping import OWN_LAYOUT, Mapping

DatabaseSettings = dict[str, str | bool | int | float | list[str]]


@dataclass(frozen=True)
class Reading:
    """An extract as a clean CSV file without a header, whose columns are `line` and `columns`.

    `file_format` describes the file that was given, and `steps` what was done to read it.
    `announced` are rules that the whole file breaks, which the report warns of.
    """

    copy: Path
    columns: tuple[str, ...]
    delimiter: str
    tally: Tally
    file_format: str
    steps: tuple[str, ...]
    announced: tuple[str, ...] = ()


def read(
    path: Path,
    mapping: Mapping | None,
    folder: Path,
    *,
    settings: DatabaseSettings,
    progress: Progress,
) -> Reading:
    """Read an extract into a clean copy in a private folder.

    Raises:
        ExtractError: the file cannot be read, or its columns are not those of the mapping.
    """
    source = extract_file.open_source(path, folder, encoding=mapping.encoding if mapping else None)
    announced = _announced(source)
    copy = folder / "lines.csv"
    if mapping is None and _is_plain(source):
        detected = file_format.detect(source)
        if all(detected.columns):
            tally = lines.clean(source.path, detected, to=copy, name=source.name, progress=progress)
            absent = tuple(name for name in OPTIONAL if name not in detected.columns)
            columns = (*detected.columns, *absent)
            return Reading(
                copy, columns, detected.delimiter, tally, str(detected), source.steps, announced
            )
    sentence, rows = open_rows(source, mapping or OWN_LAYOUT, settings=settings)
    tally, header = mapped_lines.copy(
        rows, mapping or OWN_LAYOUT, to=copy, name=source.name, progress=progress
    )
    steps = list(source.steps)
    if mapping is not None:
        ignored = f", {header.ignored} columns ignored" if header.ignored else ""
        steps.append(f"Read through the mapping {mapping.sha256[:12]}{ignored}.")
    if mapping is not None and (mapping.header_row or 1) > 1:
        steps.append(f"Its header is on line {mapping.header_row}; lines before it were not read.")
    return Reading(copy, COLUMNS, ",", tally, sentence, tuple(steps), announced)


def open_rows(source: Source, mapping: Mapping, *, settings: DatabaseSettings) -> tuple[str, Rows]:
    """Return the file format in words, and the rows from the header on.

    Raises:
        ExtractError: the file is damaged, or it is unclear which sheet or delimiter is meant.
    """
    first = mapping.header_row or 1
    if source.kind == "workbook":
        return workbook_rows.read(source.path, source.name, sheet=mapping.sheet, first=first)
    if source.kind == "parquet":
        return "Parquet", parquet_rows.read(source.path, source.name, settings=settings)
    stated = text_rows.separator_line(source.path)
    if stated is not None and mapping.header_row is None:
        first = 2
    delimiter = mapping.delimiter or stated or text_rows.find_delimiter(source.path, source.name)
    if delimiter not in DELIMITERS:
        raise ExtractError(
            f"{source.name} line 1 states a delimiter other than commas, semicolons, tabs and "
            "vertical bars. Export it with one of these."
        )
    rows = text_rows.read(source.path, source.name, delimiter=delimiter, first=first)
    return f"{source.encoding}, separated by {DELIMITERS[delimiter]}", rows


def _is_plain(source: Source) -> bool:
    """Return whether the first line of a text is its header, and so may be in our own layout."""
    return source.kind == "text" and text_rows.separator_line(source.path) is None


def _announced(source: Source) -> tuple[str, ...]:
    is_guessed = source.encoding is not None and source.encoding.name == encodings.CP1252
    return ("encoding_cp1252",) if is_guessed else ()
