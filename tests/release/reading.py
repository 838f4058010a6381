"""Spreadsheets read back as a stranger reads them: what each cell of each sheet holds, and which cells are its table."""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from xml.etree import ElementTree as ET

OFFICE: Final = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
TABLE: Final = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
EXCEL: Final = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
XLINK: Final = "{http://www.w3.org/1999/xlink}"


@dataclass(frozen=True)
class Read:
    """A sheet as it was read: its rows, the place and name of its tables ('A5:B9'), and the sheets that it leads to."""

    rows: list[list[str | int]]
    tables: list[tuple[str, str]]
    links: list[str]

    @property
    def header_row(self) -> int:
        """How many rows stand above the table."""
        return int(re.sub("[A-Z]", "", self.tables[0][1].partition(":")[0])) - 1

    @property
    def table(self) -> list[dict[str, str | int]]:
        """The rows of the table, each keyed by the header."""
        header, *rows = self.rows[self.header_row :]
        return [dict(zip(map(str, header), row, strict=True)) for row in rows]


def sheets(path: Path) -> dict[str, Read]:
    """Return the sheets of a spreadsheet by name, in their order."""
    return _of_excel(path) if path.suffix == ".xlsx" else _of_opendocument(path)


def parts(path: Path) -> dict[str, str]:
    """Return the XML files of a spreadsheet."""
    with zipfile.ZipFile(path) as packed:
        return {name: packed.read(name).decode() for name in packed.namelist()}


def _of_excel(path: Path) -> dict[str, Read]:
    files = {name: ET.fromstring(text) for name, text in parts(path).items()}  # noqa: S314 - our own file
    texts = ["".join(one.itertext()) for one in files["xl/sharedStrings.xml"]]
    names = [str(one.get("name")) for one in files["xl/workbook.xml"].iter(f"{EXCEL}sheet")]
    found = {}
    for number, name in enumerate(names, start=1):
        sheet = files[f"xl/worksheets/sheet{number}.xml"]
        related = files[f"xl/worksheets/_rels/sheet{number}.xml.rels"]
        targets = [f"xl/{one.get('Target', '')[3:]}" for one in related if str(one.get("Type")).endswith("/table")]
        found[name] = Read(
            rows=[[_excel_value(cell, texts) for cell in row] for row in sheet.iter(f"{EXCEL}row")],
            tables=[(str(files[target].get("name")), str(files[target].get("ref"))) for target in targets],
            links=[str(one.get("location")).split("'")[1] for one in sheet.iter(f"{EXCEL}hyperlink")],
        )
    return found


def _excel_value(cell: ET.Element, texts: list[str]) -> str | int:
    value = cell.findtext(f"{EXCEL}v", "")
    return texts[int(value)] if cell.get("t") == "s" else int(value)


def _of_opendocument(path: Path) -> dict[str, Read]:
    content = ET.fromstring(parts(path)["content.xml"])  # noqa: S314 - our own file
    ranges = [(str(one.get(f"{TABLE}name")), _place(one)) for one in content.iter(f"{TABLE}database-range")]
    return {
        name: Read(
            rows=[[_opendocument_value(cell) for cell in row] for row in table.iter(f"{TABLE}table-row")],
            tables=[(one, place.replace(f"'{name}'.", "")) for one, place in ranges if place.startswith(f"'{name}'.")],
            links=[one.get(f"{XLINK}href", "").split("'")[1] for one in table.iter() if one.get(f"{XLINK}href")],
        )
        for table in content.iter(f"{TABLE}table")
        for name in [str(table.get(f"{TABLE}name"))]
    }


def _place(database_range: ET.Element) -> str:
    return str(database_range.get(f"{TABLE}target-range-address"))


def _opendocument_value(cell: ET.Element) -> str | int:
    if cell.get(f"{OFFICE}value-type") == "float":
        return int(cell.get(f"{OFFICE}value", ""))
    return "".join(cell.itertext())
