"""A table of the API as a workbook: cover, notes and rows, in the form of a release's workbook.

The notes have a sheet of their own, so the rows do not repeat them as those of a CSV file do.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final

from referrals.api import selected
from referrals.api.formats.feeds import SITE_NAME
from referrals.api.formats.tabular import COUNT, FLAG, Row, Table
from referrals.api.request import Request
from referrals.formatting import day
from referrals.release import metadata
from referrals.release.release import About
from referrals.spreadsheets.workbook import Link, Sheet, Value, Workbook

COVER, NOTES = "Cover", "Notes"
TITLES: Final[Mapping[str, str]] = {
    "cells": "Cells",
    "changes": "Changed cells",
    "observations": "Context series of other publishers",
    "statements": "Printed figures",
}
"""The title of each table."""

OWN: Final = "Each row names its own"
STATUS: Final = "status"
NO_NUMBER: Final = "[x]"
"""In place of a missing number in a table without statuses."""

NO_TEXT: Final = "[z]"
"""In place of an empty text."""

SYMBOLS: Final = (
    "A symbol in square brackets is in place of a number or a text that is missing. Next to a "
    f"status, it is the letter of that status. Otherwise {NO_NUMBER} is a number that is not "
    f"published, and {NO_TEXT} means that there is nothing to give."
)
NO_ROWS: Final = f"No row matches. The row of {NO_TEXT} below stands for that."


def workbook(request: Request, table: Table) -> Workbook:
    """Return the workbook of a table that answers a request."""
    about = request.release.about
    return Workbook(
        title=_title(about, table),
        publisher=SITE_NAME,
        keywords=f"victims, police, referrals, {about.status}",
        published_on=date.fromisoformat(about.published_on),
        sheets=[_cover(request, table), _notes(about, table), _rows(about, table)],
    )


def _title(about: About, table: Table) -> str:
    """Return the title of the file. Figures of other publishers are not those of the release."""
    title = TITLES[table.name]
    is_context = table.name == "observations"
    return title if is_context and not about.is_invented else f"{title}: {about.marked_title}"


def _lines(about: About, *lines: str | Link) -> list[str | Link]:
    return [*([about.mark] if about.is_invented else []), *lines]


def _cover(request: Request, table: Table) -> Sheet:
    about = request.release.about
    return Sheet(
        name=COVER,
        title=_title(about, table),
        lines=_lines(about, Link("Notes on these rows", NOTES), Link("The rows", _name(table))),
        header=["Item", "Content"],
        rows=[[item, text] for item, text in _items(request, table).items() if text],
    )


def _items(request: Request, table: Table) -> dict[str, str]:
    about, header = request.release.about, table.header
    source = header["source"]
    items = {
        "Release": about.title,
        "Part": table.part or "The whole table",
        "Unit": header.get("unit", ""),
        "Period": about.period_label,
        "Release code": about.release_id,
        "Version": header["release"]["version"],
        "Status": about.mark if about.is_invented else about.status,
        "Published on": day(about.published_on),
        "Publisher": source["publisher"],
        "Source": source["title"],
        "Licence": about.attribution or header["licence"],
        "Address of this file": f"{request.site_url}{selected.query(request, request.format)}",
        "Address of the release": f"{request.site_url}{metadata.path(request.release)}",
    }
    if "source_title" in table.columns:
        items |= dict.fromkeys(("Period", "Published on", "Publisher", "Source"), OWN)
    return items


def _notes(about: About, table: Table) -> Sheet:
    texts = [*filter(None, [table.part]), *table.header["notes"], SYMBOLS, *_statuses(table)]
    return Sheet(
        name=NOTES,
        title="Notes on these rows",
        lines=_lines(about, "Read them before you use a number.", Link("Back to the cover", COVER)),
        header=["Note", "Text"],
        rows=[[number, text] for number, text in enumerate(texts, start=1)],
    )


def _statuses(table: Table) -> Iterator[str]:
    """Yield the meaning of each status in a table."""
    used = {row.get(STATUS) for row in table.rows}
    for letter, meaning in table.header["status_meanings"].items():
        if letter and letter in used:
            yield f"Status [{letter}]: {meaning}."


def _rows(about: About, table: Table) -> Sheet:
    meanings = table.header["status_meanings"]
    rows = [_cells(row, table.columns, meanings) for row in table.rows]
    remarks = [text for text in (table.part, "" if rows else NO_ROWS) if text]
    return Sheet(
        name=_name(table),
        title=TITLES[table.name],
        lines=_lines(
            about,
            *remarks,
            "The sheet Notes explains symbols in square brackets.",
            Link("Back to the cover", COVER),
        ),
        header=list(table.columns),
        rows=rows or [[NO_TEXT] * len(table.columns)],
    )


def _name(table: Table) -> str:
    return table.name.capitalize()


def _cells(row: Row, columns: Mapping[str, str], meanings: Mapping[str, str]) -> Sequence[Value]:
    """Return a row as cells of a sheet, none of them empty."""
    cells: list[Value] = []
    for name, kind in columns.items():
        if name == STATUS:
            cells.append(_status(row[STATUS], meanings))
        elif kind == COUNT:
            cells.append(_number(row[name], row.get(STATUS, "")))
        elif kind == FLAG:
            cells.append(str(row[name]).lower())
        else:
            cells.append(row[name] or NO_TEXT)
    return cells


def _status(letter: str, meanings: Mapping[str, str]) -> str:
    """Return a status as the workbook of a release writes it.

    >>> _status("x", {"x": "not available: not published"}), _status("", {"": "as printed"})
    ('[x] not available', 'as printed')
    """
    name = meanings[letter].partition(":")[0]
    return f"[{letter}] {name}" if letter else name


def _number(number: Any, status: str) -> Value:
    if number is not None:
        return int(number)
    return f"[{status}]" if status else NO_NUMBER
