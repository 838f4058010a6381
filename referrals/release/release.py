"""An open release: verified, read-only, answering queries.

The public side reads no data except through an open release. A folder whose files differ from its
manifest is refused (`referrals.release.contract`). Everything that is needed is in memory, so the
folder can change or disappear afterwards.
"""

from __future__ import annotations

import json
import weakref
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import duckdb

from referrals import sql
from referrals.errors import ReleaseError
from referrals.paths import RELEASES
from referrals.reference import figure_notes, periods
from referrals.reference.codelists import codelist
from referrals.release import contract
from referrals.release.contract import DATABASE, MANIFEST, REBUILD, Contents
from referrals.release.memory_file import MemoryFile

__all__ = [
    "DATABASE",
    "EXAMPLE",
    "LOCKDOWN",
    "MANIFEST",
    "MARKS",
    "OFFICIAL",
    "PUBLISHED",
    "SYNTHETIC",
    "About",
    "Kind",
    "Release",
    "built_from",
    "latest_published",
    "open_release",
]

PUBLISHED: Final = "published"
OFFICIAL: Final = "official"
EXAMPLE: Final = "example"
"""The worked example: invented figures of countries and years that do not exist."""

SYNTHETIC: Final = "synthetic"
"""Invented figures with real nationalities and years, made to try the pipeline and never served."""

MARKS: Final[Mapping[str, str]] = {
    EXAMPLE: figure_notes.EXAMPLE_MARK,
    SYNTHETIC: figure_notes.SYNTHETIC_MARK,
}
"""The heading of invented figures by status, so that every picture and title marks them."""

ORDERS: Final = range(6)
"""The numbers of dimensions that a sum of an additive release can fix. All six give a finest cell,
which is not a sum."""

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
"""Settings of the connection: it reads its own file only, in bounded memory. The lock must come
last."""

QUERY_SECONDS: Final = 10
"""The time limit of one query. The slowest query of a page takes a hundredth of a second."""


class Kind(StrEnum):
    """The kinds of release, by the origin of their numbers, which decides how to query them.

    A transcribed release is copied from a published source. The others are built from records: a
    rounded one holds finest cells that sum to any selection, a suppressed one exact tables of one
    and two dimensions with cells suppressed.
    """

    TRANSCRIBED = "transcribed"
    ROUNDED = "rounded"
    SUPPRESSED = "suppressed"

    @property
    def is_from_records(self) -> bool:
        """Return whether such releases are built from records, not copied from a source."""
        return self is not Kind.TRANSCRIBED


@dataclass(frozen=True)
class About:
    """The description of a release.

    `period` is shown first; `period_label` names the whole period covered. `lay_sentence` explains
    the precision of the numbers beside every chart, and is empty if there is nothing to explain.
    `edition` is the SHA-256 of the manifest, which differs between two editions of one release.
    """

    release_id: str
    title: str
    period: str
    period_label: str
    status: str
    kind: Kind
    source_id: str
    published_on: str
    attribution: str
    lay_sentence: str
    edition: str = ""

    @property
    def is_additive(self) -> bool:
        """Return whether any selection is a sum of finest cells; a cell not listed is 0."""
        return self.kind is Kind.ROUNDED

    @property
    def is_from_records(self) -> bool:
        """Return whether the release was built from records, not copied from a source."""
        return self.kind.is_from_records

    @property
    def is_invented(self) -> bool:
        """Return whether the figures are invented: then every page, file and answer is marked."""
        return self.status in MARKS

    @property
    def mark(self) -> str:
        """The heading of invented figures; '' for others."""
        return MARKS.get(self.status, "")

    @property
    def marked_title(self) -> str:
        """The title, after the mark of invented figures unless it is the title."""
        return self.title if self.mark in self.title else f"{self.mark}. {self.title}"


class Release:
    """An open release. Thread-safe: each query has a cursor of its own on one read-only connection.

    `files` holds the verified bytes of every file of the folder by name, including the manifest.
    """

    def __init__(
        self,
        folder: Path,
        connection: duckdb.DuckDBPyConnection,
        *,
        digest: str = "",
        files: Mapping[str, bytes] = MappingProxyType({}),
    ) -> None:
        """Take the verified content of a folder and a connection to its database.

        Use `open_release`.
        """
        self.folder = folder
        self.digest = digest
        self.files = MappingProxyType(dict(files))
        self._connection = connection
        self.about = _about(
            folder.name, sql.rows(connection.cursor(), "query/release"), edition=digest
        )

    @property
    def is_draft(self) -> bool:
        """Return whether the release is not approved, so that no site may serve it."""
        return bool(json.loads(self.files.get(MANIFEST, b"{}")).get("draft"))

    def rows(self, name: str, parameters: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
        """Return the result of the query `sql/<name>.sql` as rows keyed by column name.

        Raises:
            ReleaseError: the query exceeds its time or memory limit.
        """
        try:
            return sql.rows(self._connection.cursor(), name, parameters)
        except (duckdb.InterruptException, duckdb.OutOfMemoryException):
            raise ReleaseError(
                f"The release {self.about.release_id} could not answer in {QUERY_SECONDS} seconds. "
                "Try again, or ask for less."
            ) from None

    def columns(self, table: str) -> tuple[str, ...]:
        """Return the columns of a table, none if the release has no such table."""
        try:
            return tuple(self._connection.cursor().table(table).columns)
        except duckdb.CatalogException:
            return ()


def open_release(folder: Path) -> Release:
    """Return the release in a folder, verified and open read-only.

    The open database is the verified one, whatever happens to the folder. It is closed when the
    release is garbage-collected.

    Raises:
        ReleaseError: the folder breaks the contract (see `contract.read`), its database lacks a
            table or column or contradicts the manifest, or an additive release lacks the precision
            of its sums or has cells with unlisted codes.
    """
    contents = contract.read(folder)
    database = MemoryFile(contents.files[DATABASE])
    try:
        return _connect(folder, contents, database)
    except BaseException:
        database.close()
        raise


def _connect(folder: Path, contents: Contents, database: MemoryFile) -> Release:
    """Return a release on a verified database, whose tables are checked against the contract."""
    settings: dict[str, Any] = {"max_execution_time": QUERY_SECONDS * 1000, **LOCKDOWN}
    try:
        connection = duckdb.connect(database.path, read_only=True, config=settings)
    except duckdb.Error as error:
        raise _cannot_be_opened(folder.name, error) from error
    try:
        opened = Release(
            folder,
            connection,
            digest=contents.digest,
            files=contents.files,
        )
        _check(opened, manifest_status=contents.manifest.get("status"))
    except duckdb.Error as error:
        connection.close()
        raise _cannot_be_opened(folder.name, error) from error
    except BaseException:
        connection.close()
        raise
    weakref.finalize(opened, _close, connection, database)
    return opened


def _cannot_be_opened(name: str, error: duckdb.Error) -> ReleaseError:
    return ReleaseError(f"The release {name} cannot be opened ({type(error).__name__}). {REBUILD}")


def _close(connection: duckdb.DuckDBPyConnection, database: MemoryFile) -> None:
    connection.close()
    database.close()


def _about(name: str, rows: list[dict[str, Any]], *, edition: str) -> About:
    if len(rows) != 1 or any(value is None for value in rows[0].values()):
        raise ReleaseError(f"The release {name} does not describe itself completely. {REBUILD}")
    about = dict(rows[0])
    kind = _kind(additive=about.pop("additive"), status=about["status"])
    return About(**about, kind=kind, edition=edition)


def _kind(*, additive: bool, status: str) -> Kind:
    """Return the kind of a release.

    Only a transcription of other figures has the status published.
    """
    if additive:
        return Kind.ROUNDED
    return Kind.TRANSCRIBED if status == PUBLISHED else Kind.SUPPRESSED


def _check(opened: Release, *, manifest_status: object) -> None:
    """Check the database of a release against the contract."""
    about, name = opened.about, opened.folder.name
    if about.status != manifest_status or manifest_status not in contract.STATUSES:
        raise ReleaseError(
            f"The database and the manifest of the release {name} do not give it one known status. "
            f"{REBUILD}"
        )
    is_example = about.status == EXAMPLE
    if misplaced := _misplaced_codes(opened.rows("query/codes"), is_example=is_example):
        listed = "is a worked example, but has real codes" if is_example else "has example codes"
        raise ReleaseError(
            f"The release {name} {listed}: {', '.join(misplaced[:3])}. Invented figures and real "
            "countries or years are never in one release. Build it again from its records."
        )
    required = contract.tables(additive=about.is_additive, shown_first=about.status == PUBLISHED)
    # Asked for at once, they take longer than all else here: DuckDB first makes its own views.
    columns = {(table, column) for table in required for column in opened.columns(table)}
    if missing := contract.missing_columns(columns, required):
        raise ReleaseError(
            f"The database of the release {name} is of another version: "
            f"it lacks {', '.join(missing[:3])}. {REBUILD}"
        )
    gaps = opened.rows("query/contract_gaps") if about.is_additive else []
    if any(row["announced_orders"] != len(ORDERS) for row in gaps):
        raise ReleaseError(
            f"The release {name} does not announce the precision of every sum. {REBUILD}"
        )
    if any(row["unaddable_codes"] for row in gaps):
        raise ReleaseError(
            f"The release {name} has cells with codes that it does not list. {REBUILD}"
        )


def _misplaced_codes(rows: Iterable[Mapping[str, Any]], *, is_example: bool) -> list[str]:
    """Return real codes of a worked example, or example codes of any other release."""
    countries = codelist("nationality", is_example=True).codes
    belongs: Mapping[str, Callable[[str], bool]] = {
        "nationality": countries.__contains__,
        "period": periods.is_example,
    }
    return [
        row["code"]
        for row in rows
        if row["dimension"] in belongs
        and not row["code"].startswith("_")
        and belongs[row["dimension"]](row["code"]) != is_example
    ]


def latest_published(folder: Path = RELEASES) -> Path:
    """Return the newest folder in `folder` whose manifest has the status published.

    It is not verified.

    Raises:
        ReleaseError: the folder has no published release.
    """
    for candidate in sorted(folder.glob("[!.]*/"), reverse=True):
        if _status(candidate) == PUBLISHED:
            return candidate
    raise ReleaseError(f"There is no published release in {folder.name}/. {REBUILD}")


def built_from(folder: Path) -> str | None:
    """Return the digest of a release's inputs, or None if the folder holds no valid release."""
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
