"""The spreadsheet formats of a release: file suffix, media type and title.

In a module of its own, so that the manifest can list spreadsheets without importing their writers.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

SPREADSHEETS: Final[Mapping[str, tuple[str, str]]] = {
    ".xlsx": (
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "Accessible spreadsheet for Excel",
    ),
    ".ods": (
        "application/vnd.oasis.opendocument.spreadsheet",
        "Accessible spreadsheet, OpenDocument",
    ),
}
"""Media type and title by file suffix, in the order of the manifest."""
