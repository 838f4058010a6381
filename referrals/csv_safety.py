"""Cells of CSV files that every tool reads as they were meant.

A CSV file has no types, so its readers guess. R and DuckDB take a column of `F` for FALSE (quotes
don't help), spreadsheets take `2020-11` for a date and run a text that begins with `=`. Every CSV
file that holds a selection uses this module. The files of a release hold every code, and so are
not misread: a column with `F`, `M` and `_T` is text to all of them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

FORMULA_PREFIXES: Final = ("=", "+", "-", "@", "\t", "\r")

WRITTEN_OUT: Final[Mapping[str, Mapping[str, str]]] = {"sex": {"F": "FEMALE", "M": "MALE"}}
"""The codes that a CSV file writes out, by column."""

CODES: Final[Mapping[str, str]] = {
    written: code for codes in WRITTEN_OUT.values() for code, written in codes.items()
}
"""The code of each text that a CSV file writes out."""

MONTH: Final = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")


def safe_cell(column: str, cell: object) -> object:
    r"""Return a cell as a CSV file writes it.

    Codes are written out, months as SDMX writes them, yes and no as `true` and `false`, and text
    that a spreadsheet would run begins with an apostrophe.

    >>> safe_cell("sex", "F"), safe_cell("sex", "_NK"), safe_cell("value", "2020-11")
    ('FEMALE', '_NK', '2020-M11')
    >>> safe_cell("second_hand", True)
    'true'
    >>> safe_cell("label", "Vietnam"), safe_cell("label", '=HYPERLINK("x")'), safe_cell("value", 5)
    ('Vietnam', '\'=HYPERLINK("x")', 5)
    """
    if isinstance(cell, bool):
        return str(cell).lower()
    if not isinstance(cell, str):
        return cell
    if cell in WRITTEN_OUT.get(column, {}):
        return WRITTEN_OUT[column][cell]
    if month := MONTH.fullmatch(cell):
        return f"{month[1]}-M{month[2]}"
    return escape_formula(cell)


def escape_formula(cell: object) -> object:
    r"""Return a cell of a CSV file, with an apostrophe before text that a spreadsheet would run.

    >>> escape_formula('=HYPERLINK("x")'), escape_formula("Vietnam"), escape_formula(-1)
    ('\'=HYPERLINK("x")', 'Vietnam', -1)
    """
    is_formula = isinstance(cell, str) and cell.startswith(FORMULA_PREFIXES)
    return f"'{cell}" if is_formula else cell
