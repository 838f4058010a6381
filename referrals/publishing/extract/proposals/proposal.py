"""A proposal for a mapping: the role of each column of an unknown extract, and the words in it.

The command `map` makes it. The order of day and month, the meaning of an unknown word, and which of
two columns is meant are left to the analyst.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from collections.abc import Mapping as Dictionary
from dataclasses import dataclass, field, replace
from itertools import chain, dropwhile, islice
from pathlib import Path
from typing import Any, Final

from referrals.errors import ExtractError
from referrals.publishing.extract import reading
from referrals.publishing.extract.formats import extract_file
from referrals.publishing.extract.formats.file_format import normal_name
from referrals.publishing.extract.formats.rows import Row
from referrals.publishing.extract.mappings import age_forms
from referrals.publishing.extract.mappings.mapping import Mapping
from referrals.publishing.extract.proposals import column_roles
from referrals.publishing.extract.proposals.column_content import Column
from referrals.publishing.extract.proposals.column_roles import BIRTH
from referrals.publishing.extract.reading import DatabaseSettings

MAX_ROWS: Final = 200_000
"""The most rows that are examined."""

HEADER_ROWS: Final = 30
"""The rows among which the header is sought."""

FEWEST_NAMES: Final = 2
"""The fewest known names of columns in a row that is taken for the header."""

_SUMMARY: Final = re.compile(
    r"(grand |sub-?)?totals?\b|source\b:?|notes?\b:?|end of (report|file|data)|\* |#", re.IGNORECASE
)
"""The first words of rows that are summaries, footnotes or comments."""

Tables = Dictionary[str, Dictionary[str, Any]]
"""The tables of a mapping file, with their keys."""


@dataclass(frozen=True)
class Proposal:
    """The content of an extract, as far as it was recognised.

    `unclear` has the roles that several columns could have, and these. `skipped` are the first
    words of rows that look like summaries. `stated` are the tables of an earlier mapping.
    """

    name: str
    file_format: str
    steps: tuple[str, ...]
    sheet: str | None
    header_row: int
    rows: int
    columns: tuple[Column, ...]
    unclear: dict[str, list[str]]
    skipped: tuple[str, ...]
    stated: Tables = field(default_factory=dict)

    def by_role(self, role: str) -> Column | None:
        """Return the column with a role, if it is clear which one that is."""
        return next((column for column in self.columns if column.role == role), None)


@dataclass(frozen=True)
class Stated:
    """The knowledge of the analyst about an extract.

    `mapping` is an earlier version of the mapping, which is kept whole. `sheet` and
    `header_row` override it; without them, a workbook must have one sheet, and the header is
    sought.
    """

    mapping: Mapping | None = None
    sheet: str | None = None
    header_row: int | None = None


def propose(
    path: Path,
    folder: Path,
    *,
    stated: Stated,
    settings: DatabaseSettings,
) -> Proposal:
    """Examine an extract.

    Args:
        path: the extract.
        folder: a private folder for copies.
        stated: what the analyst knows of it.
        settings: of DuckDB.

    Raises:
        ExtractError: the extract cannot be read.
    """
    mapping = stated.mapping
    source = extract_file.open_source(path, folder, encoding=mapping.encoding if mapping else None)
    if stated.sheet is not None and source.kind != "workbook":
        raise ExtractError(f"{path.name} is not a workbook, so it has no sheets. Omit --sheet.")
    # Rows before the header are read too. `sep=;` counts as one only without a stated header.
    from_first_row = Mapping({}, sheet=stated.sheet, header_row=None)
    if mapping is not None:
        from_first_row = replace(mapping, header_row=None, sheet=stated.sheet or mapping.sheet)
    sentence, rows = reading.open_rows(source, from_first_row, settings=settings)
    header_row = stated.header_row or (mapping.header_row if mapping else None)
    rows = dropwhile(lambda row: row.number < (header_row or 1), rows)
    start = list(islice(rows, HEADER_ROWS))
    header = _find_header(start, header_row, path.name)
    others = chain((row for row in start if row.number > header.number), rows)
    columns = [Column(name) for name in _names(header.cells)]
    read, skipped = _count(columns, others, header)
    unclear = _give_stated_roles(columns, mapping) if mapping else _give_roles(columns)
    return Proposal(
        name=path.name,
        file_format=sentence,
        steps=source.steps,
        sheet=from_first_row.sheet,
        header_row=header.number,
        rows=read,
        columns=tuple(columns),
        unclear=unclear,
        skipped=skipped,
        stated=mapping.tables if mapping else {},
    )


def _find_header(start: Sequence[Row], stated: int | None, name: str) -> Row:
    """Return the row with the most names of the list, the first of several."""
    readable = [row for row in start if row.cells and "".join(row.cells).strip()]
    if stated is not None:
        readable = [row for row in readable if row.number == stated]
    if not readable and stated is not None:
        raise ExtractError(f"{name} has no header on row {stated}. State another row.")
    if not readable:
        raise ExtractError(f"{name} is blank in its first {HEADER_ROWS} rows. State --header-row.")
    best = max(readable, key=lambda row: column_roles.recognised(row.cells))
    # A row without a known name may be a record, and its cells must not be shown as names.
    fewest = FEWEST_NAMES if stated is None else 1
    if column_roles.recognised(best.cells) < fewest:
        place = f"its first {HEADER_ROWS} rows" if stated is None else f"row {stated}"
        raise ExtractError(
            f"{name}: no name of a column was recognised in {place}. State the row of the header "
            "with --header-row, or write the mapping by hand."
        )
    return best


def _names(cells: Sequence[str]) -> list[str]:
    """Return the name of each column as a mapping writes it."""
    names = [normal_name(cell) for cell in cells]
    numbers = Counter(name.casefold() for name in names)
    return [
        name if name and numbers[name.casefold()] == 1 else f"#{number}"
        for number, name in enumerate(names, start=1)
    ]


def _count(
    columns: Sequence[Column], rows: Iterator[Row], header: Row
) -> tuple[int, tuple[str, ...]]:
    """Count the values of each column, and return the number of rows and words of summaries."""
    read = 0
    skipped: dict[str, None] = {}
    titles = [cell.strip() for cell in header.cells]
    for row in islice(rows, MAX_ROWS):
        read += row.lines
        cells = [cell.strip() for cell in row.cells]
        filled = [cell for cell in cells if cell]
        if not filled or cells == titles:
            continue
        if 2 * len(filled) <= len(columns) and (match := _SUMMARY.match(filled[0])):
            skipped[f"{match[0].strip()}*"] = None
            continue
        for column, cell in zip(columns, cells, strict=False):
            column.add(cell)
    return read, tuple(skipped)


def _give_stated_roles(columns: Sequence[Column], mapping: Mapping) -> dict[str, list[str]]:
    roles = {
        normal_name(name).casefold(): role
        for role, names in mapping.columns.items()
        for name in names
    }
    for column in columns:
        column.role = roles.get(column.name.casefold())
        if column.role == "age" and mapping.age_form == age_forms.BIRTH:
            column.role = BIRTH
        column.is_private = column.role is None and column_roles.is_private(column.name)
        column.stated_words = frozenset(
            column_roles.plain(word.spelling) for word in mapping.words if word.field == column.role
        )
    return {}


def _give_roles(columns: Sequence[Column]) -> dict[str, list[str]]:
    """Give each column its role, and return the roles that several could have."""
    for column in columns:
        column.role = column_roles.role_by_name(column.name)
        column.is_private = column.role is None and column_roles.is_private(column.name)
    taken = {column.role for column in columns}
    for column in columns:
        if column.role is None and not column.is_private and not column.is_capped:
            role = column_roles.role_by_values(column.counts)
            column.role = role if role not in taken else None
    unclear: dict[str, list[str]] = {}
    for role, number in Counter(column.role for column in columns if column.role).items():
        if number > 1:
            unclear[role] = [column.name for column in columns if column.role == role]
    for column in columns:
        if column.role in unclear:
            column.role = None
    return unclear
