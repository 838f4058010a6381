"""A writer of workbooks for Excel (Office Open XML), based on XlsxWriter.

Called by the publishing half for a release, and by the site for a card.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime, time
from math import ceil
from typing import Any, Final

import xlsxwriter

from referrals.spreadsheets.workbook import (
    LANGUAGE,
    SMALLEST_SCALE,
    Link,
    Sheet,
    Value,
    Workbook,
    archive,
    display_text,
    style,
)

OPTIONS: Final = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
PROPERTIES: Final = "docProps/core.xml"
A4: Final = 9
"""Excel's number for this paper size."""

FONT_SCALE: Final = 1.15
"""Width of a character of our font, in the characters by which Excel measures a column."""

LINE_HEIGHT: Final = 16
"""Points. Set by us, because not every program makes room for wrapped text by itself."""

FONT: Final = {"font_name": "Arial", "font_size": 12}
STYLES: Final[Mapping[str, Mapping[str, Any]]] = {
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
    "decimal": {"num_format": "0.0000", "valign": "top", "align": "right", "indent": 1},
    "link": {"font_color": "#0B4F9E", "underline": 1, "valign": "top"},
}

Formats = Mapping[str, Any]


def write(workbook: Workbook) -> bytes:
    """Return an Excel file. The same workbook always makes the same bytes."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, OPTIONS) as file:
        file.set_properties(
            {
                "title": workbook.title,
                "author": workbook.publisher,
                "keywords": workbook.keywords,
                "created": datetime.combine(workbook.published_on, time(), UTC),
            }
        )
        formats = {
            name: file.add_format({**FONT, **properties}) for name, properties in STYLES.items()
        }
        for sheet in workbook.sheets:
            worksheet = file.add_worksheet(sheet.name)
            _write_sheet(worksheet, sheet, formats)
            _set_sizes(worksheet, sheet)
            _set_print_layout(worksheet, sheet, footer=workbook.title)
    return archive(_with_language(stream))


def _write_sheet(worksheet: Any, sheet: Sheet, formats: Formats) -> None:
    worksheet.write_string(0, 0, sheet.title, formats["title"])
    for row, line in enumerate(sheet.lines, start=1):
        line_style = "link" if isinstance(line, Link) else "line"
        _write_cell(worksheet, (row, 0), line, formats[line_style])
    for row, values in enumerate(sheet.rows, start=sheet.top + 1):
        for column, value in enumerate(values):
            _write_cell(worksheet, (row, column), value, formats[style(value)])
    worksheet.add_table(
        *(sheet.top, 0, sheet.top + len(sheet.rows), len(sheet.header) - 1),
        {
            "name": sheet.table_name,
            "autofilter": False,
            "style": None,
            "columns": [
                {"header": name, "header_format": formats[header_style]}
                for name, header_style in zip(sheet.header, sheet.header_styles, strict=True)
            ],
        },
    )


def _set_sizes(worksheet: Any, sheet: Sheet) -> None:
    """Fit column widths to their content and row heights to their wrapped text."""
    widths = sheet.widths
    for column, width in enumerate(widths):
        worksheet.set_column(column, column, width * FONT_SCALE)
    for row, values in enumerate(sheet.rows, start=sheet.top + 1):
        cells = zip(values, widths, strict=True)
        lines = max(ceil(len(display_text(value)) / width) for value, width in cells)
        worksheet.set_row(row, lines * LINE_HEIGHT)


def _set_print_layout(worksheet: Any, sheet: Sheet, *, footer: str) -> None:
    """Fit the sheet to the paper's width, and repeat the table header and footer on every page.

    A sheet that would be too small to read goes over several pages from left to right.
    """
    worksheet.set_paper(A4)
    worksheet.set_landscape()
    if sheet.fits_page:
        worksheet.fit_to_pages(1, 0)
    else:
        worksheet.set_print_scale(SMALLEST_SCALE)
        worksheet.print_across()
        worksheet.repeat_columns(0)
    worksheet.repeat_rows(sheet.top)
    worksheet.set_footer("&C" + footer.replace("&", "&&"))


def _write_cell(worksheet: Any, place: tuple[int, int], value: Value, cell_format: Any) -> None:
    if isinstance(value, Link):
        worksheet.write_url(*place, f"internal:'{value.sheet}'!A1", cell_format, value.text)
    elif isinstance(value, int | float):
        worksheet.write_number(*place, value, cell_format)
    else:
        worksheet.write_string(*place, value, cell_format)


def _with_language(stream: io.BytesIO) -> dict[str, bytes]:
    """Return the files of a workbook, with its language added: XlsxWriter cannot set that."""
    with zipfile.ZipFile(stream) as packed:
        entries = {name: packed.read(name) for name in packed.namelist()}
    end = b"</cp:coreProperties>"
    entries[PROPERTIES] = entries[PROPERTIES].replace(
        end, f"<dc:language>{LANGUAGE}</dc:language>".encode() + end
    )
    return entries
