"""The release contract at work: open a release folder read-only, verify it, and answer questions about it.

A folder whose files are not those of its manifest is refused (`referrals.release.contract`). Nothing on the public side reads any data
but through an open release, which holds all that it ever answers from: once it is open, its folder can change or go.
"""

from __future__ import annotations

import json
import weakref
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import duckdb

from referrals import sql
from referrals.errors import ReleaseError
from referrals.paths import RELEASES
from referrals.release import contract
from referrals.release.contract import DATABASE, MANIFEST, REBUILD, Contents
from referrals.release.memory_file import Sealed

__all__ = [
    "DATABASE", "ILLUSTRATIVE", "INVENTED", "LOCKDOWN", "MANIFEST", "PUBLISHED", "About", "Release", "built_from",
    "latest_published", "open_release",
]  # fmt: skip

ILLUSTRATIVE: Final = "illustrative"
INVENTED: Final = "Illustrative: invented figures"
"""What stands at the head of invented figures, so that a picture or a title of them says it."""

PUBLISHED: Final = "published"

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

PATIENCE: Final = 10
"""Seconds that one question may take. The slowest of a page takes a hundredth of one."""


@dataclass(frozen=True)
class About:
    """What a release says of itself.

    `period` is the one that is shown first and `period_label` names all that is covered. `lay_sentence` stands beside every
    chart, and is empty where a release has nothing to say of its numbers. `edition` is the SHA-256 of the manifest: two
    releases of one id that differ in anything have different ones.
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
    edition: str = ""

    @property
    def is_tabled(self) -> bool:
        """Whether it holds tables of one and two dimensions that were made of records, and no finer sums."""
        return not self.additive and self.status != PUBLISHED

    @property
    def is_illustrative(self) -> bool:
        """Whether the figures are invented: whatever leaves the site then says so."""
        return self.status == ILLUSTRATIVE

    @property
    def marked_title(self) -> str:
        """The title, which says that the figures are invented where they are: 'A series (Illustrative: invented figures)'."""
        says_it = not self.is_illustrative or ILLUSTRATIVE in self.title.lower()
        return self.title if says_it else f"{self.title} ({INVENTED})"


class Release:
    """An open release. Many threads may ask at once: each question takes its own cursor on one read-only connection.

    `files` are the files of its folder by name, the manifest among them, as they were when they were verified. `changed` is
    when this edition of it was written: a correction on the day of publication moves it, and a copy of the folder need not.
    """

    def __init__(
        self,
        folder: Path,
        connection: duckdb.DuckDBPyConnection,
        *,
        digest: str = "",
        files: Mapping[str, bytes] = MappingProxyType({}),
        changed: float = 0,
    ) -> None:
        """Take a folder and an open connection to its database, and what was verified; `open_release` does all of it."""
        self.folder = folder
        self.digest = digest
        self.files = MappingProxyType(dict(files))
        self.changed = datetime.fromtimestamp(int(changed), UTC)
        self._connection = connection
        self.about = _about(folder.name, self._ask("query/release"), edition=digest)

    def rows(self, name: str, parameters: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
        """Return the answer of the query `sql/<name>.sql` as rows keyed by column name.

        Raises:
            ReleaseError: it takes longer, or more memory, than one question may.
        """
        try:
            return self._ask(name, parameters)
        except (duckdb.InterruptException, duckdb.OutOfMemoryException):
            raise ReleaseError(
                f"The release {self.about.release_id} could not answer in {PATIENCE} seconds. Try again, or ask for less."
            ) from None

    def _ask(self, name: str, parameters: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
        return sql.rows(self._connection.cursor(), name, parameters)


def open_release(folder: Path) -> Release:
    """Return the release in a folder, verified and open read-only.

    The database that is open is the one that was verified, and stays it whatever happens to the folder. It is closed when
    nobody holds the release any more.

    Raises:
        ReleaseError: the folder is not what `contract.read` asks for, its database is not of this version of the contract or
            does not say what the manifest says, or an additive release does not say how exact its sums are, or has cells
            that no sum would count.
    """
    contents = contract.read(folder)
    database = Sealed(contents.files[DATABASE])
    try:
        opened = _connected(folder, contents, database)
    except BaseException:
        database.put_away()
        raise
    weakref.finalize(opened, _close, opened._connection, database)
    return opened


def _connected(folder: Path, contents: Contents, database: Sealed) -> Release:
    """Return a release that asks a verified database, held to all that the contract says of its tables."""
    settings: dict[str, Any] = {"max_execution_time": PATIENCE * 1000, **LOCKDOWN}
    try:
        connection = duckdb.connect(database.path, read_only=True, config=settings)
    except duckdb.Error as error:
        raise _unopened(folder.name, error) from error
    try:
        opened = Release(
            folder,
            connection,
            digest=contents.digest,
            files=contents.files,
            changed=contents.changed,
        )
        _check(opened, said=contents.manifest.get("status"))
    except duckdb.Error as error:
        connection.close()
        raise _unopened(folder.name, error) from error
    except BaseException:
        connection.close()
        raise
    return opened


def _unopened(name: str, error: duckdb.Error) -> ReleaseError:
    return ReleaseError(f"The release {name} cannot be opened ({type(error).__name__}). {REBUILD}")


def _close(connection: duckdb.DuckDBPyConnection, database: Sealed) -> None:
    connection.close()
    database.put_away()


def _about(name: str, rows: list[dict[str, Any]], *, edition: str) -> About:
    """Return what a release says of itself, in one row and without gaps."""
    if len(rows) != 1 or any(value is None for value in rows[0].values()):
        raise ReleaseError(f"The release {name} does not say what it is. {REBUILD}")
    return About(**rows[0], edition=edition)


def _check(opened: Release, *, said: object) -> None:
    """Hold the database of a release to the contract. `said` is the status in its manifest."""
    about, name = opened.about, opened.folder.name
    if about.status != said or said not in contract.STATUSES:
        raise ReleaseError(
            f"The database and the manifest of the release {name} do not give it one known status. {REBUILD}"
        )
    columns = {
        (row["table_name"], row["column_name"]) for row in opened.rows("query/table_columns")
    }
    if lacking := contract.lacking(
        columns, contract.tables(additive=about.additive, shown_first=said == PUBLISHED)
    ):
        named = ", ".join(lacking[:3])
        raise ReleaseError(
            f"The database of the release {name} is of another version: it lacks {named}. {REBUILD}"
        )
    announced = opened.rows("query/contract_gaps") if about.additive else []
    if any(row["orders"] != len(ORDERS) for row in announced):
        raise ReleaseError(
            f"The release {name} does not announce the precision of every sum. {REBUILD}"
        )
    if any(row["strays"] for row in announced):
        raise ReleaseError(
            f"The release {name} has cells with codes that it does not list. {REBUILD}"
        )


def latest_published(folder: Path = RELEASES) -> Path:
    """Return the newest folder below `folder` whose manifest says that it is published. It is not verified.

    Raises:
        ReleaseError: there is none.
    """
    for candidate in sorted(folder.glob("[!.]*/"), reverse=True):
        if _status(candidate) == PUBLISHED:
            return candidate
    raise ReleaseError(f"There is no published release in {folder.name}/. {REBUILD}")


def built_from(folder: Path) -> str | None:
    """Return the digest of the inputs that a whole release was built from, or None where there is no whole release."""
    try:
        return contract.read(folder).manifest.get("inputs_sha256")
    except ReleaseError:
        return None


def _status(folder: Path) -> object:
    try:
        manifest = json.loads((folder / MANIFEST).read_bytes())
    except (OSError, ValueError):
        return None
    return manifest.get("status") if isinstance(manifest, dict) else None
