"""CSV injection: escape text that a spreadsheet would run as a formula.

Every CSV file of ours uses it, since any of them may be opened in a spreadsheet.
"""

from __future__ import annotations

from typing import Final

FORMULA_PREFIXES: Final = ("=", "+", "-", "@", "\t", "\r")


def escape_formula(cell: object) -> object:
    r"""Return a cell of a CSV file, with an apostrophe before text that a spreadsheet would run.

    >>> escape_formula('=HYPERLINK("x")'), escape_formula("Vietnam"), escape_formula(-1)
    ('\'=HYPERLINK("x")', 'Vietnam', -1)
    """
    is_formula = isinstance(cell, str) and cell.startswith(FORMULA_PREFIXES)
    return f"'{cell}" if is_formula else cell
