"""Folders of the repository. Every path that the package reads starts here.

An installed package has no repository around it: setup.py puts copies of `data` and `sql` into its
folder `bundle`, and releases are in the working directory unless a command names another folder.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

PACKAGE: Final = Path(__file__).resolve().parent
BUNDLE: Final = PACKAGE / "bundle"
ROOT: Final = BUNDLE if BUNDLE.is_dir() else PACKAGE.parent
PUBLISHED: Final = ROOT / "data" / "published"
REFERENCE: Final = ROOT / "data" / "reference"
RELEASES: Final = Path.cwd() / "releases" if ROOT == BUNDLE else ROOT / "data" / "releases"
CONTENT: Final = ROOT / "data" / "content"
LOCALE: Final = ROOT / "data" / "locale"
VOCABULARY: Final = ROOT / "data" / "vocabulary"
RELEASE_TEMPLATES: Final = PACKAGE / "publishing" / "release_builder" / "templates"
SPREADSHEET_TEMPLATES: Final = PACKAGE / "spreadsheets" / "templates"
SQL: Final = ROOT / "sql"
