"""The release contract: the files of a release folder and the tables of its database.

`release.open_release` and the release builder use it. A manifest names the version of the contract
under `contract`; without it the version is 1. A change that today's sites could not read, or would
misread, is a new version: a site refuses versions that it does not know.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import stat
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

from referrals.errors import ReleaseError

MANIFEST: Final = "datapackage.json"
DATABASE: Final = "release.duckdb"
REBUILD: Final = "Run `make data` to build the releases."

VERSION: Final = 1
"""The version of the contract that this code writes and reads."""

STATUSES: Final = ("published", "official", "example", "synthetic")

PLAIN_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,200}")

MAX_FILE_BYTES: Final = 256 * 2**20
"""Files are held in memory, so larger ones are not read. No release comes near it."""

TABLES: Final[Mapping[str, str]] = {
    "release": "release_id title period period_label status additive source_id published_on "
    "licence attribution lay_sentence",
    "cells": "period nationality age_band sex crime_type outcome value lower upper status",
    "codes": "dimension code label kind members position",
    "evidence": "nationality age_band sex crime_type open_ended shown working statement_ids "
    "derivation_id title assumes",
    "statements": "statement_id source_id section kind subject measure period_start period_end "
    "nationality age_band sex crime_type share_of value printed unit precision role quotation note",
    "sources": "source_id title publisher published_on address licence note",
    "relations": "relation_id position kind statement_ids title says result working shown",
    "readings": "relation_id position reading breaks is_usual",
}
"""The tables of every release, with the columns that queries use."""

TABLES_OF_RECORDS: Final[Mapping[str, str]] = {
    "finest": "period year nationality age_band sex crime_type outcome value",
    "precision": "order max_error",
}
"""The further tables of an additive release."""

TABLES_OF_DOCUMENT: Final[Mapping[str, str]] = {
    "context": "observation_id series_id period_start period_end period_label dimension category "
    "scope value lower upper status vintage source_id quotation break_before note",
    "series": "series_id title publisher unit geography scope why_not_comparable note",
    "annotations": "annotation_id series_ids kind happened_on says source_id quotation",
    "superseded": "correction_id number_id superseded_on shown reason",
}
"""The further tables of the published release, the only one that pages on other
publishers' series and on single statements query."""


@dataclass(frozen=True)
class Contents:
    """The verified content of a release folder.

    `digest` is the SHA-256 of the manifest, which lists the SHA-256 of every other file, so it
    changes whenever any file does.
    """

    manifest: Mapping[str, Any]
    digest: str
    files: Mapping[str, bytes]


def read(folder: Path) -> Contents:
    """Return the verified content of a release folder.

    Each file is read once, so the verified bytes are those returned.

    Raises:
        ReleaseError: the folder is missing, is a link, follows another version of the contract, or
            holds other files than its manifest lists.
    """
    if folder.is_symlink():
        raise ReleaseError(
            f"The release {folder.name} is a link. Put the folder itself in its place."
        )
    manifest_bytes = _read_file(folder, MANIFEST, missing="has no manifest")
    manifest = _parse_manifest(folder, manifest_bytes)
    _check_revision(folder, manifest)
    files = {MANIFEST: manifest_bytes}
    for name, expected in _listed_hashes(folder, manifest).items():
        files[name] = _read_verified(folder, name, expected)
    return Contents(
        manifest=manifest,
        digest=hashlib.sha256(manifest_bytes).hexdigest(),
        files=files,
    )


def tables(*, additive: bool, shown_first: bool) -> Mapping[str, str]:
    """Return the tables that a release of this kind must have, each with its columns."""
    required = dict(TABLES)
    if additive:
        required |= TABLES_OF_RECORDS
    if shown_first:
        required |= TABLES_OF_DOCUMENT
    return required


def missing_columns(columns: Collection[tuple[str, str]], tables: Mapping[str, str]) -> list[str]:
    """Return the required columns that a database lacks, as `table.column`.

    `columns` holds the (table, column) pairs of the database.

    >>> missing_columns({("codes", "code"), ("codes", "label")}, {"codes": "code label kind"})
    ['codes.kind']
    """
    present = set(columns)
    missing = []
    for table, names in tables.items():
        missing += [f"{table}.{name}" for name in names.split() if (table, name) not in present]
    return missing


def _parse_manifest(folder: Path, content: bytes) -> dict[str, Any]:
    """Return a manifest of the known version of the contract."""
    try:
        manifest = json.loads(content)
    except (ValueError, RecursionError):
        manifest = None
    if not isinstance(manifest, dict):
        raise ReleaseError(f"The release {folder.name} has no readable manifest. {REBUILD}")
    if (version := manifest.get("contract", VERSION)) != VERSION:
        raise ReleaseError(
            f"The release {folder.name} follows version {str(version)[:20]} of the contract; "
            f"this site reads {VERSION}. Upgrade the site, or build the release with this version."
        )
    return manifest


def _check_revision(folder: Path, manifest: Mapping[str, Any]) -> None:
    """Check the number and the day of a release's latest revision, which it may lack."""
    number, day = manifest.get("revision", 0), manifest.get("revised_on", "2000-01-01")
    try:
        date.fromisoformat(day)
        is_valid = number >= 0 and isinstance(number, int)
    except (TypeError, ValueError):
        is_valid = False
    if not is_valid:
        raise ReleaseError(
            f"The manifest of the release {folder.name} does not give its revision as a whole "
            f"number and a day such as 2021-12-15. {REBUILD}"
        )


def _listed_hashes(folder: Path, manifest: Mapping[str, Any]) -> dict[str, str]:
    """Return the hash of every file that a manifest lists.

    The folder holds these, the manifest, and nothing else.
    """
    try:
        listed = {
            str(resource["path"]): str(resource["hash"]) for resource in manifest["resources"]
        }
    except (KeyError, TypeError):
        listed = {}
    if not listed:
        raise ReleaseError(
            f"The manifest of the release {folder.name} does not list its files. {REBUILD}"
        )
    if DATABASE not in listed:
        raise ReleaseError(
            f"The manifest of the release {folder.name} does not list {DATABASE}. {REBUILD}"
        )
    if not all(map(PLAIN_NAME.fullmatch, listed)):
        raise ReleaseError(
            f"The manifest of the release {folder.name} lists an invalid file name. {REBUILD}"
        )
    if unlisted := sorted(_file_names(folder) - listed.keys() - {MANIFEST}):
        names = ", ".join(map(ascii, unlisted[:3]))
        raise ReleaseError(
            f"The release {folder.name} holds {names}, which its manifest does not list. {REBUILD}"
        )
    return listed


def _file_names(folder: Path) -> set[str]:
    try:
        return {path.name for path in folder.iterdir()}
    except OSError as error:
        raise ReleaseError(
            f"The folder of the release {folder.name} cannot be read: {error.strerror}. {REBUILD}"
        ) from error


def _read_verified(folder: Path, name: str, expected: str) -> bytes:
    content = _read_file(folder, name, missing=f"lacks {name}")
    if f"sha256:{hashlib.sha256(content).hexdigest()}" != expected:
        raise ReleaseError(
            f"{name} of the release {folder.name} is not the file its manifest lists. {REBUILD}"
        )
    return content


def _read_file(folder: Path, name: str, *, missing: str) -> bytes:
    """Return the bytes of a regular file.

    A link is not followed, and a pipe cannot make it wait.
    """
    try:
        with open(folder / name, "rb", opener=_open_without_following) as stream:
            found = os.fstat(stream.fileno())
            if stat.S_ISREG(found.st_mode) and found.st_size <= MAX_FILE_BYTES:
                return stream.read()
    except (FileNotFoundError, NotADirectoryError):
        raise ReleaseError(f"The release {folder.name} {missing}. {REBUILD}") from None
    except OSError as error:
        reason = "it is a link" if error.errno == errno.ELOOP else error.strerror
        raise ReleaseError(
            f"{name} of the release {folder.name} cannot be read: {reason}. {REBUILD}"
        ) from error
    raise ReleaseError(
        f"{name} of the release {folder.name} is not a regular file, or exceeds the size limit. "
        f"{REBUILD}"
    )


def _open_without_following(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK)
