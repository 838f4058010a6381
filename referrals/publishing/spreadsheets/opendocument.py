"""A book as an OpenDocument spreadsheet, with the standard library alone: the format is XML in an archive."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from string import Template
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from referrals.paths import RELEASE_TEMPLATES
from referrals.publishing.spreadsheets.workbook import (
    LANGUAGE,
    MIMETYPE,
    Book,
    Link,
    Sheet,
    Value,
    archive,
    look,
    shown,
)

KIND: Final = "application/vnd.oasis.opendocument.spreadsheet"
PARTS: Final = ("META-INF/manifest.xml", "meta.xml", "styles.xml", "content.xml")
TEMPLATES: Final = RELEASE_TEMPLATES / "spreadsheet"
LETTER_WIDTH: Final = 0.235
"""The width of a letter of the text, in centimetres."""


def write(path: Path, book: Book) -> None:
    """Write a book as an OpenDocument spreadsheet, the same bytes for the same book."""
    language, _, country = LANGUAGE.partition("-")
    widths = sorted({width for sheet in book.sheets for width in sheet.widths})
    parts = {
        "kind": KIND,
        "title": escape(book.title),
        "publisher": escape(book.publisher),
        "keywords": escape(book.keywords),
        "published_on": f"{book.published_on.isoformat()}T00:00:00",
        "language": language,
        "country": country,
        "columns": "".join(map(_column_style, widths)),
        "sheets": "".join(map(_sheet, book.sheets)),
        "tables": "".join(map(_range, book.sheets)),
    }
    entries = {
        name: Template((TEMPLATES / Path(name).name).read_text(encoding="utf-8"))
        .substitute(parts)
        .encode()
        for name in PARTS
    }
    archive(path, {MIMETYPE: KIND.encode(), **entries})


def _column_style(width: int) -> str:
    size = f'<style:table-column-properties style:column-width="{width * LETTER_WIDTH:.2f}cm"/>'
    return (
        f'<style:style style:name="width{width}" style:family="table-column">{size}</style:style>'
    )


def _sheet(sheet: Sheet) -> str:
    columns = "".join(
        f'<table:table-column table:style-name="width{width}"/>' for width in sheet.widths
    )
    above = [
        _row([_cell(sheet.title, "title")]),
        *(_row([_cell(line, "line")]) for line in sheet.lines),
    ]
    header = _row(map(_cell, sheet.header, sheet.header_looks))
    rows = "".join(_row(_cell(value, look(value)) for value in values) for values in sheet.rows)
    return (
        f'<table:table table:name={quoteattr(sheet.name)} table:style-name="sheet">'
        f"{columns}{''.join(above)}"
        f"<table:table-header-rows>{header}</table:table-header-rows>{rows}</table:table>"
    )


def _row(cells: Iterable[str]) -> str:
    return f"<table:table-row>{''.join(cells)}</table:table-row>"


def _cell(value: Value, style: str) -> str:
    text = escape(shown(value))
    if isinstance(value, Link):
        target = quoteattr(f"#'{value.sheet}'.A1")
        text = f'<text:a xlink:type="simple" xlink:href={target}>{text}</text:a>'
    kind = f'"float" office:value="{value}"' if isinstance(value, int) else '"string"'
    return f'<table:table-cell table:style-name="{style}" office:value-type={kind}><text:p>{text}</text:p></table:table-cell>'


def _range(sheet: Sheet) -> str:
    """Return the named range that makes a table of the cells below the lines of a sheet, its first row the header."""
    last = f"{_letter(sheet.header)}{sheet.top + 1 + len(sheet.rows)}"
    place = quoteattr(f"'{sheet.name}'.A{sheet.top + 1}:'{sheet.name}'.{last}")
    name = quoteattr(sheet.table_name)
    return f'<table:database-range table:name={name} table:target-range-address={place} table:contains-header="true"/>'


def _letter(header: Sequence[str]) -> str:
    """Return the letter of the last column of a table. No table has more than 26."""
    return chr(ord("A") + len(header) - 1)
