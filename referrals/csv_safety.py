"""Text that a spreadsheet would take for a formula, made harmless wherever a file of ours may be opened in one."""

from __future__ import annotations

from typing import Final

LEADS: Final = ("=", "+", "-", "@", "\t", "\r")
"""What a cell begins with that a spreadsheet would run."""


def neutral(cell: object) -> object:
    r"""Return a cell of a file, text that a spreadsheet would run begun with an apostrophe; anything else as it is.

    >>> neutral('=HYPERLINK("x")'), neutral("Vietnam"), neutral(-1)
    ('\'=HYPERLINK("x")', 'Vietnam', -1)
    """
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(LEADS) else cell
