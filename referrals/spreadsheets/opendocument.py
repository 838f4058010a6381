"""A writer of workbooks as OpenDocument spreadsheets.

Called by the publishing half for a release, and by the site for a card.

With the standard library alone: the format is XML in a ZIP archive, and we need little of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from string import Template
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from referrals.paths import SPREADSHEET_TEMPLATES
from referrals.spreadsheets.workbook import (
    LANGUAGE,
    MIMETYPE,
    SMALLEST_SCALE,
    Link,
    Sheet,
    Value,
    Workbook,
    archive,
    display_text,
    style,
)

MEDIA_TYPE: Final = "application/vnd.oasis.opendocument.spreadsheet"
PARTS: Final = ("META-INF/manifest.xml", "meta.xml", "styles.xml", "content.xml")
CHARACTER_WIDTH: Final = 0.255
"""Width of a character, in centimetres: enough for a code in capitals, such as INTELLIGENCE."""


def write(workbook: Workbook) -> bytes:
    """Return an OpenDocument file. The same workbook always makes the same bytes."""
    language, _, country = LANGUAGE.partition("-")
    widths = sorted({width for sheet in workbook.sheets for width in sheet.widths})
    fields = {
        "kind": MEDIA_TYPE,
        "title": escape(workbook.title),
        "publisher": escape(workbook.publisher),
        "keywords": escape(workbook.keywords),
        "published_on": f"{workbook.published_on.isoformat()}T00:00:00",
        "language": language,
        "country": country,
        "smallest_scale": f"{SMALLEST_SCALE}%",
        "columns": "".join(map(_column_style, widths)),
        "sheets": "".join(map(_sheet, workbook.sheets)),
        "tables": "".join(map(_table_range, workbook.sheets)),
    }
    entries = {MIMETYPE: MEDIA_TYPE.encode()}
    for name in PARTS:
        template = Template((SPREADSHEET_TEMPLATES / Path(name).name).read_text(encoding="utf-8"))
        entries[name] = template.substitute(fields).encode()
    return archive(entries)


def _column_style(width: int) -> str:
    size = f'<style:table-column-properties style:column-width="{width * CHARACTER_WIDTH:.2f}cm"/>'
    return (
        f'<style:style style:name="width{width}" style:family="table-column">{size}</style:style>'
    )


def _sheet(sheet: Sheet) -> str:
    first, *others = (
        f'<table:table-column table:style-name="width{width}"/>' for width in sheet.widths
    )
    columns = f"<table:table-header-columns>{first}</table:table-header-columns>{''.join(others)}"
    above = [
        _row([_cell(sheet.title, "title")]),
        *(_row([_cell(line, "line")]) for line in sheet.lines),
    ]
    header = _row(map(_cell, sheet.header, sheet.header_styles))
    rows = "".join(map(_table_row, sheet.rows))
    return (
        f'<table:table table:name={quoteattr(sheet.name)} table:style-name="{_sheet_style(sheet)}">'
        f"{columns}{''.join(above)}"
        f"<table:table-header-rows>{header}</table:table-header-rows>{rows}</table:table>"
    )


def _sheet_style(sheet: Sheet) -> str:
    """Return the style of a sheet, which has the page layout of its width."""
    return "sheet" if sheet.fits_page else "wide_sheet"


def _table_row(values: Sequence[Value]) -> str:
    return _row(_cell(value, style(value)) for value in values)


def _row(cells: Iterable[str]) -> str:
    return f"<table:table-row>{''.join(cells)}</table:table-row>"


def _cell(value: Value, style_name: str) -> str:
    text = escape(display_text(value))
    if isinstance(value, Link):
        target = quoteattr(f"#'{value.sheet}'.A1")
        text = f'<text:a xlink:type="simple" xlink:href={target}>{text}</text:a>'
    is_number = isinstance(value, int | float)
    value_type = f'"float" office:value="{value}"' if is_number else '"string"'
    return (
        f'<table:table-cell table:style-name="{style_name}" office:value-type={value_type}>'
        f"<text:p>{text}</text:p></table:table-cell>"
    )


def _table_range(sheet: Sheet) -> str:
    """Return the database range that marks a sheet's cells as a table with a header row."""
    last = f"{_last_column(sheet.header)}{sheet.top + 1 + len(sheet.rows)}"
    address = quoteattr(f"'{sheet.name}'.A{sheet.top + 1}:'{sheet.name}'.{last}")
    name = quoteattr(sheet.table_name)
    return (
        f"<table:database-range table:name={name} table:target-range-address={address}"
        ' table:contains-header="true"/>'
    )


def _last_column(header: Sequence[str]) -> str:
    """Return the letter of a table's last column, of at most 26."""
    return chr(ord("A") + len(header) - 1)
