"""Folders of the repository. Every path that the package reads starts here."""

from __future__ import annotations

from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
PUBLISHED: Final = ROOT / "data" / "published"
REFERENCE: Final = ROOT / "data" / "reference"
RELEASES: Final = ROOT / "data" / "releases"
CONTENT: Final = ROOT / "data" / "content"
LOCALE: Final = ROOT / "data" / "locale"
VOCABULARY: Final = ROOT / "data" / "vocabulary"
RELEASE_TEMPLATES: Final = ROOT / "referrals" / "publishing" / "release_builder" / "templates"
SPREADSHEET_TEMPLATES: Final = ROOT / "referrals" / "spreadsheets" / "templates"
SQL: Final = ROOT / "sql"
