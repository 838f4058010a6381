"""The rows of a sheet of an Excel or OpenDocument workbook as text.

calamine reads workbooks fast, but gives a cell with an error, such as #N/A, as blank. Blank can
mean "not recorded", so these cells are found in the file itself and keep the text of their error.
"""

from __future__ import annotations

import itertools
import posixpath
import re
import zipfile
from collections.abc import Iterator, Sequence
from datetime import datetime, time
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree as ET

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetVisibleEnum

from referrals.errors import ExtractError
from referrals.publishing.extract.formats.rows import Row, Rows

Errors = dict[tuple[int, int], str]
"""The texts of errors by row, from 1, and column, from 0."""

BLOCK_BYTES: Final = 1 << 20
EXACT_DIGITS: Final = 15
"""Excel keeps this many digits of a number."""

_ERROR_CELL: Final = re.compile(
    rb'<c\b(?=[^>]*\bt="e")[^>]*\br="([A-Z]{1,3})([0-9]+)"[^>]*>(?:(?!</c>).)*?<v>([^<]*)</v>',
    re.DOTALL,
)
_MAIN: Final = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATION: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_TABLE: Final = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_TEXT: Final = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_VALUE_TYPE: Final = (
    "{urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}value-type"
)
_DAMAGED: Final = "{name} is a damaged workbook. Open it, and save it again."


def read(path: Path, name: str, *, sheet: str | None, first: int) -> tuple[str, Rows]:
    """Return a sentence about the sheet, and its rows from row `first` on.

    Args:
        path: the workbook.
        name: the name that messages give it.
        sheet: the name of the sheet. By default it must be the only visible one with content.
        first: the row of the header.

    Raises:
        ExtractError: the workbook is protected or damaged, or it is unclear which sheet is meant.
    """
    try:
        workbook = CalamineWorkbook.from_path(path)
        chosen, sentence = _choose(workbook, name, sheet)
        found = workbook.get_sheet_by_name(chosen)
        errors = _error_cells(path, chosen)
    except PasswordError as error:
        raise ExtractError(
            f"{name} is protected with a password. Open it, remove the password, and save it."
        ) from error
    except (CalamineError, ET.ParseError, KeyError, OSError, zipfile.BadZipFile) as error:
        raise ExtractError(_DAMAGED.format(name=name)) from error
    return sentence, _rows(found.iter_rows(), errors, (found.start or (0, 0))[1], first)


def _filled(workbook: CalamineWorkbook, *, is_visible: bool) -> list[str]:
    return [
        sheet.name
        for sheet in workbook.sheets_metadata
        if (sheet.visible == SheetVisibleEnum.Visible) is is_visible
        and workbook.get_sheet_by_name(sheet.name).height
    ]


def _choose(workbook: CalamineWorkbook, name: str, sheet: str | None) -> tuple[str, str]:
    """Return the name of the sheet to read, and a sentence about it."""
    names = _filled(workbook, is_visible=True)
    hidden = _filled(workbook, is_visible=False)
    listed = ", ".join(f'"{found}"' for found in names)
    if sheet is not None and sheet not in {*names, *hidden}:
        raise ExtractError(
            f'{name} has no sheet "{sheet}" with cells in it, but {listed or "none at all"}. '
            "Name one of them as --sheet of `map`, or as file.sheet in the mapping."
        )
    if sheet is None and not names:
        raise ExtractError(f"{name} has no visible sheet with cells in it. Export it again.")
    if sheet is None and len(names) > 1:
        raise ExtractError(
            f"{name} has {len(names)} sheets, {listed}. Remove the others, or name one as --sheet "
            "of `map`, or as file.sheet in a mapping."
        )
    chosen = sheet or names[0]
    others = len(names) + len(hidden) - 1
    unread = f" ({others} more not read, {len(hidden)} of them hidden)" if others else ""
    return chosen, f'Sheet "{chosen}" of a workbook{unread}'


def _rows(
    cells: Iterator[Sequence[Any]],
    errors: Errors,
    first_column: int,
    first: int,
) -> Rows:
    """Yield rows with their number in the sheet.

    calamine gives rows from the first one of the sheet, but cells from its first used column.
    """
    rows_with_errors = {row for row, _ in errors}
    for number, values in enumerate(cells, start=1):
        if number < first:
            continue
        texts = [value if type(value) is str else as_text(value) for value in values]
        if number in rows_with_errors:
            for column in range(len(texts)):
                place = (number, column + first_column)
                texts[column] = errors.get(place, texts[column])
        yield Row(number, texts)


def as_text(value: object) -> str:
    """Return a cell as text: a date in ISO form, a whole number without a decimal point.

    >>> from datetime import date
    >>> as_text(34.0), as_text(date(2020, 4, 1)), as_text(True)
    ('34', '2020-04-01', 'TRUE')
    """
    text = str(value)
    if isinstance(value, bool):
        text = text.upper()
    elif isinstance(value, float):
        is_exact = value.is_integer() and abs(value) < 10**EXACT_DIGITS
        text = f"{value:.0f}" if is_exact else repr(value)
    elif isinstance(value, datetime):
        is_midnight = value.time() == time()
        text = value.date().isoformat() if is_midnight else value.isoformat(sep=" ")
    return text


def _error_cells(path: Path, sheet: str) -> Errors:
    """Return the errors of a sheet by row, from 1, and column, from 0."""
    with zipfile.ZipFile(path) as archive:
        if "xl/workbook.xml" not in archive.namelist():
            if not _holds(archive, "content.xml", b'value-type="error"'):
                return {}
            return _opendocument_errors(archive.read("content.xml"), sheet)
        part = _part_of_sheet(archive, sheet)
        if not _holds(archive, part, b't="e"'):
            return {}
        content = archive.read(part)
    return {
        (int(row), _column(letters.decode())): error.decode()
        for letters, row, error in _ERROR_CELL.findall(content)
    }


def _holds(archive: zipfile.ZipFile, part: str, sought: bytes) -> bool:
    """Return whether a part of a workbook holds some bytes, without reading all of it at once."""
    with archive.open(part) as stream:
        end = b""
        while block := stream.read(BLOCK_BYTES):
            if sought in end + block:
                return True
            end = block[-len(sought) :]
    return False


def _opendocument_errors(content: bytes, sheet: str) -> Errors:
    """Return the errors of a sheet of an .ods file, which writes equal cells and rows once."""
    errors: Errors = {}
    root = ET.fromstring(content)  # noqa: S314
    for table in root.iter(f"{_TABLE}table"):
        if table.get(f"{_TABLE}name") != sheet:
            continue
        row_number = 1
        for row in table.iter(f"{_TABLE}table-row"):
            rows = int(row.get(f"{_TABLE}number-rows-repeated", "1"))
            column = 0
            for cell in row:
                columns = int(cell.get(f"{_TABLE}number-columns-repeated", "1"))
                if cell.get(_VALUE_TYPE) == "error":
                    text = _own_text(cell) or "#N/A"
                    places = itertools.product(range(rows), range(columns))
                    errors |= {(row_number + down, column + right): text for down, right in places}
                column += columns
            row_number += rows
    return errors


def _own_text(cell: ET.Element) -> str:
    """Return the text of a cell of an .ods file, without a comment that somebody attached to it."""
    return "".join("".join(part.itertext()) for part in cell.findall(f"{_TEXT}p"))


def _part_of_sheet(archive: zipfile.ZipFile, sheet: str) -> str:
    """Return the name of the file in an .xlsx file that holds a sheet."""
    workbook = ET.fromstring(archive.read("xl/workbook.xml"))  # noqa: S314
    relations = ET.fromstring(archive.read("xl/_rels/workbook.xml.rels"))  # noqa: S314
    targets = {relation.attrib["Id"]: relation.attrib["Target"] for relation in relations}
    for element in workbook.iter(f"{_MAIN}sheet"):
        if element.attrib["name"] == sheet:
            return posixpath.normpath(
                posixpath.join("/xl", targets[element.attrib[_RELATION]])
            ).lstrip("/")
    raise KeyError(sheet)


def _column(letters: str) -> int:
    """Return the number of a column from 0.

    >>> _column("A"), _column("AB")
    (0, 27)
    """
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1
