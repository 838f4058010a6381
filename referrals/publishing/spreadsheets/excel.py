"""A book as an Excel workbook (Office Open XML)."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime, time
from math import ceil
from pathlib import Path
from typing import Any, Final

import xlsxwriter

from referrals.publishing.spreadsheets.workbook import (
    LANGUAGE,
    Book,
    Link,
    Sheet,
    Value,
    archive,
    look,
    shown,
)

OPTIONS: Final = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
PROPERTIES: Final = "docProps/core.xml"
A4: Final = 9
"""What Excel calls this size of paper."""

FONT_SCALE: Final = 1.15
"""How much wider the letters of our font are than those in which Excel measures a column."""

LINE_HEIGHT: Final = 16
"""The height of a line of text, in points. Not every program makes room for wrapped text by itself."""

FONT: Final = {"font_name": "Arial", "font_size": 12}
LOOKS: Final[Mapping[str, Mapping[str, Any]]] = {
    "title": {"bold": True, "font_size": 16},
    "line": {},
    "header": {"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"},
    "text": {"text_wrap": True, "valign": "top"},
    "number_header": {
        "bold": True,
        "bottom": 1,
        "text_wrap": True,
        "valign": "top",
        "align": "right",
        "indent": 1,
    },
    "symbol": {"valign": "top", "align": "right", "indent": 1},
    "number": {"num_format": "#,##0", "valign": "top", "align": "right", "indent": 1},
    "link": {"font_color": "#0B4F9E", "underline": 1, "valign": "top"},
}

Formats = Mapping[str, Any]


def write(path: Path, book: Book) -> None:
    """Write a book as a workbook, the same bytes for the same book."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, OPTIONS) as workbook:
        workbook.set_properties(
            {
                "title": book.title,
                "author": book.publisher,
                "keywords": book.keywords,
                "created": datetime.combine(book.published_on, time(), UTC),
            }
        )
        formats = {name: workbook.add_format({**FONT, **look}) for name, look in LOOKS.items()}
        for sheet in book.sheets:
            worksheet = workbook.add_worksheet(sheet.name)
            _write_sheet(worksheet, sheet, formats)
            _size(worksheet, sheet)
            _lay_out(worksheet, sheet, footer=book.title)
    archive(path, _with_language(stream))


def _write_sheet(worksheet: Any, sheet: Sheet, formats: Formats) -> None:
    worksheet.write_string(0, 0, sheet.title, formats["title"])
    for row, line in enumerate(sheet.lines, start=1):
        _write_cell(
            worksheet, (row, 0), line, formats["link" if isinstance(line, Link) else "line"]
        )
    for row, values in enumerate(sheet.rows, start=sheet.top + 1):
        for column, value in enumerate(values):
            _write_cell(worksheet, (row, column), value, formats[look(value)])
    worksheet.add_table(
        *(sheet.top, 0, sheet.top + len(sheet.rows), len(sheet.header) - 1),
        {
            "name": sheet.table_name,
            "autofilter": False,
            "style": None,
            "columns": [
                {"header": name, "header_format": formats[shown]}
                for name, shown in zip(sheet.header, sheet.header_looks, strict=True)
            ],
        },
    )


def _size(worksheet: Any, sheet: Sheet) -> None:
    """Make columns as wide as what they hold, and rows as high as their wrapped text."""
    widths = sheet.widths
    for column, width in enumerate(widths):
        worksheet.set_column(column, column, width * FONT_SCALE)
    for row, values in enumerate(sheet.rows, start=sheet.top + 1):
        lines = max(
            ceil(len(shown(value)) / width) for value, width in zip(values, widths, strict=True)
        )
        worksheet.set_row(row, lines * LINE_HEIGHT)


def _lay_out(worksheet: Any, sheet: Sheet, *, footer: str) -> None:
    """Print a sheet as wide as the paper, each page with the header of the table and with what book it is from."""
    worksheet.set_paper(A4)
    worksheet.set_landscape()
    worksheet.fit_to_pages(1, 0)
    worksheet.repeat_rows(sheet.top)
    worksheet.set_footer("&C" + footer.replace("&", "&&"))


def _write_cell(worksheet: Any, place: tuple[int, int], value: Value, form: Any) -> None:
    if isinstance(value, Link):
        worksheet.write_url(*place, f"internal:'{value.sheet}'!A1", form, value.text)
    elif isinstance(value, int):
        worksheet.write_number(*place, value, form)
    else:
        worksheet.write_string(*place, value, form)


def _with_language(stream: io.BytesIO) -> dict[str, bytes]:
    """Return the files of a workbook, its properties with the language, which the library has no way to set."""
    with zipfile.ZipFile(stream) as packed:
        entries = {name: packed.read(name) for name in packed.namelist()}
    end = b"</cp:coreProperties>"
    entries[PROPERTIES] = entries[PROPERTIES].replace(
        end, f"<dc:language>{LANGUAGE}</dc:language>".encode() + end
    )
    return entries
