"""The spreadsheets of a release, read back cell by cell as a stranger's program reads them, with the standard library alone.

A file that is not plain is refused, and not read further: one that is too large unpacked, that declares entities, or has
formulas, repeated cells or gaps. Ours have none of these.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from xml.etree import ElementTree as ET

from referrals.errors import ReleaseError

MOST_BYTES: Final = 256 << 20
"""How large the files within a spreadsheet may be together, unpacked."""

PACKED: Final = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
"""How the files within ours are packed."""

EXCEL: Final = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
OFFICE: Final = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
TABLE: Final = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
SHEET: Final = re.compile(r"xl/worksheets/[^/]+\.xml")

Cell = str | int
Rows = list[list[Cell]]

_FAULTS: Final = (
    ET.ParseError, EOFError, IndexError, KeyError, NotImplementedError, OSError, RuntimeError, ValueError,
    zipfile.BadZipFile, zlib.error,
)  # fmt: skip
"""What reading a file that is no plain spreadsheet can raise."""


def sheets(path: Path) -> list[Rows]:
    """Return the cells of every sheet of a spreadsheet, row by row.

    Raises:
        ReleaseError: the file is no spreadsheet as ours are.
    """
    read = _of_excel if path.suffix == ".xlsx" else _of_opendocument
    try:
        with zipfile.ZipFile(path) as packed:
            sizes = [one.file_size for one in packed.infolist()]
            if sum(sizes) > MOST_BYTES or len({*packed.namelist()}) < len(sizes):
                raise ValueError("too large, or a file twice")
            if not {one.compress_type for one in packed.infolist()} <= PACKED:
                raise ValueError("packed in another way than ours")
            return list(read(packed))
    except _FAULTS as error:
        raise ReleaseError(
            f"{path.name} is no plain spreadsheet ({type(error).__name__})."
        ) from error


def _of_excel(packed: zipfile.ZipFile) -> Iterator[Rows]:
    texts = ["".join(one.itertext()) for one in _part(packed, "xl/sharedStrings.xml")]
    for name in filter(SHEET.fullmatch, packed.namelist()):
        rows = _part(packed, name).iter(f"{EXCEL}row")
        yield [
            [
                _excel_value(cell, f"{chr(ord('A') + column)}{number}", texts)
                for column, cell in enumerate(row)
            ]
            for number, row in enumerate(rows, start=1)
        ]


def _excel_value(cell: ET.Element, place: str, texts: list[str]) -> Cell:
    """Return what the cell at a place holds: a whole number, or a text of the book's list."""
    value, kind = cell.findtext(f"{EXCEL}v", ""), cell.get("t", "n")
    if cell.get("r") != place or len(cell) != 1 or kind not in {"n", "s"}:
        raise ValueError("not a plain cell at its place")
    return texts[int(value)] if kind == "s" else int(value)


def _of_opendocument(packed: zipfile.ZipFile) -> Iterator[Rows]:
    for table in _part(packed, "content.xml").iter(f"{TABLE}table"):
        yield [
            [_opendocument_value(cell) for cell in _plain(row)]
            for row in table.iter(f"{TABLE}table-row")
        ]


def _opendocument_value(cell: ET.Element) -> Cell:
    """Return what a cell holds: a whole number, which it shows as well, or a text."""
    if cell.tag != f"{TABLE}table-cell":
        raise ValueError("not a plain cell")
    text = "".join(_plain(cell).itertext())
    if cell.get(f"{OFFICE}value-type") != "float":
        return text
    value = int(cell.get(f"{OFFICE}value", ""))
    if text.replace(",", "") != str(value):
        raise ValueError("a number that shows another")
    return value


def _plain(element: ET.Element) -> ET.Element:
    """Return a row or a cell that stands once, and holds what it says."""
    if any("repeated" in name or "formula" in name for name in element.attrib):
        raise ValueError("repeated, or worked out")
    return element


def _part(packed: zipfile.ZipFile, name: str) -> ET.Element:
    """Return a file within as XML. Entities need a document type, and there is none in our files."""
    text = packed.read(name).decode("utf-8")
    if "<!DOCTYPE" in text:
        raise ValueError("a document type")
    return ET.fromstring(text)
