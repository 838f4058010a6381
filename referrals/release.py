"""The release contract: open a release folder read-only, verify it, and say what it is.

A release is a folder with a manifest (`datapackage.json`) that lists every file and its SHA-256. A folder whose files are
not those of its manifest is refused. Nothing on the public side reads any data but through an open release.
"""

from __future__ import annotations

import hashlib
import json
import logging
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import duckdb

from referrals import sql
from referrals.errors import ReleaseError
from referrals.places import RELEASES

MANIFEST: Final = "datapackage.json"
DATABASE: Final = "release.duckdb"
ILLUSTRATIVE: Final = "illustrative"
PUBLISHED: Final = "published"
REBUILD: Final = "Run `make data` to build the releases."

LOG: Final = logging.getLogger(__name__)

ORDERS: Final = range(6)
"""How many dimensions a sum of an additive release can fix, short of all six, which make one finest cell."""

LOCKDOWN: Final[dict[str, str | bool | int | float | list[str]]] = {
    "enable_external_access": False,
    "autoload_known_extensions": False,
    "autoinstall_known_extensions": False,
    "allow_community_extensions": False,
    "python_enable_replacements": False,
    "memory_limit": "256MB",
    "threads": 1,
    "temp_directory": "",
    "lock_configuration": True,
}
"""Settings of the connection: it can read its own file and nothing else, within bounded memory. The lock comes last."""


@dataclass(frozen=True)
class About:
    """What a release says of itself.

    `period` is the one that is shown first and `period_label` names all that is covered. `lay_sentence` stands beside every
    chart, and is empty where a release has nothing to say of its numbers.
    """

    release_id: str
    title: str
    period: str
    period_label: str
    status: str
    additive: bool
    source_id: str
    published_on: str
    attribution: str
    lay_sentence: str

    @property
    def is_tabled(self) -> bool:
        """Whether it holds tables of one and two dimensions that were made of records, and no finer sums."""
        return not self.additive and self.status != PUBLISHED

    @property
    def is_illustrative(self) -> bool:
        """Whether the figures are invented: whatever leaves the site then says so."""
        return self.status == ILLUSTRATIVE


class Release:
    """An open release. Many threads may ask at once: each question takes its own cursor on one read-only connection."""

    def __init__(self, folder: Path, connection: duckdb.DuckDBPyConnection) -> None:
        """Take a verified folder and an open connection to its database; `open_release` makes both."""
        self.folder = folder
        self._connection = connection
        self.about = About(**self.rows("queries/release")[0])

    @cached_property
    def digest(self) -> str:
        """Return the SHA-256 of the manifest, which lists the SHA-256 of every file: it changes when any of them does."""
        return hashlib.sha256((self.folder / MANIFEST).read_bytes()).hexdigest()

    def rows(self, name: str, parameters: dict[str, Any] | None = None) -> list[dict[str, Any]]:
        """Return the answer of the query `sql/<name>.sql` as rows keyed by column name."""
        cursor = self._connection.cursor().execute(sql.statement(name), parameters or {})
        columns = [column[0] for column in cursor.description or ()]
        return [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]


def open_release(folder: Path) -> Release:
    """Return the release in a folder, verified and open read-only.

    Raises:
        ReleaseError: the folder is missing or incomplete, a file is not the one its manifest lists, or an additive release
            does not say how exact its sums are, or has cells that no sum would count.
    """
    _verify(folder)
    try:
        opened = Release(folder, duckdb.connect(folder / DATABASE, read_only=True, config=LOCKDOWN))
        announced = opened.rows("queries/announced") if opened.about.additive else []
    except duckdb.Error as error:
        raise ReleaseError(f"The release {folder.name} cannot be opened ({type(error).__name__}). {REBUILD}") from error
    if any(row["orders"] != len(ORDERS) for row in announced):
        raise ReleaseError(f"The release {folder.name} does not announce the precision of every sum. {REBUILD}")
    if any(row["strays"] for row in announced):
        raise ReleaseError(f"The release {folder.name} has cells with codes that it does not list. {REBUILD}")
    return opened


def latest_published(folder: Path = RELEASES) -> Path:
    """Return the newest folder below `folder` that holds a published release.

    Raises:
        ReleaseError: there is none.
    """
    for candidate in sorted(folder.glob("[!.]*/"), reverse=True):
        if _manifest(candidate).get("status") == PUBLISHED:
            return candidate
    raise ReleaseError(f"There is no published release in {folder.name}/. {REBUILD}")


def beside(published: Release) -> tuple[Release, ...]:
    """Return every other whole release in the folder of an open one, the newest first.

    A folder that is not a whole release is left out, and the log says why: it must not take the others down with it.
    """
    found = []
    for folder in sorted(published.folder.parent.glob("[!.]*/")):
        if folder.name != published.folder.name:
            try:
                found.append(open_release(folder))
            except ReleaseError as error:
                LOG.warning("A release is left out. %s", error)
    return tuple(sorted(found, key=lambda one: one.about.published_on, reverse=True))


def built_from(folder: Path) -> str | None:
    """Return the digest of the inputs that a whole release was built from, or None where there is no whole release."""
    try:
        _verify(folder)
    except ReleaseError:
        return None
    return _manifest(folder).get("inputs_sha256")


def _verify(folder: Path) -> None:
    listed = _listed(folder)
    if not listed:
        raise ReleaseError(f"The release {folder.name} has no manifest. {REBUILD}")
    if DATABASE not in listed:
        raise ReleaseError(f"The manifest of the release {folder.name} does not list {DATABASE}. {REBUILD}")
    if more := sorted({path.name for path in folder.iterdir()} - listed.keys() - {MANIFEST}):
        raise ReleaseError(f"The release {folder.name} holds {', '.join(more)}, which its manifest does not list. {REBUILD}")
    for name, expected in listed.items():
        path = folder / name
        if not path.is_file():
            raise ReleaseError(f"The release {folder.name} lacks {name}. {REBUILD}")
        if f"sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}" != expected:
            raise ReleaseError(f"{name} of the release {folder.name} is not the file its manifest lists. {REBUILD}")


def _listed(folder: Path) -> dict[str, str]:
    """Return the files that a manifest lists with their hashes, and nothing where the manifest is none."""
    try:
        return {str(resource["path"]): str(resource["hash"]) for resource in _manifest(folder)["resources"]}
    except (KeyError, TypeError):
        return {}


def _manifest(folder: Path) -> dict[str, Any]:
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return manifest if isinstance(manifest, dict) else {}
