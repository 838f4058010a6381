"""What a release folder must be: its files, those of its manifest and no others, and the tables that its database holds.

A release says the version of this contract under `contract` in its manifest, and none means the first. A change that a site of
today could not read, or would read wrongly, is a new version: a site refuses the versions that it does not know.
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
from pathlib import Path
from typing import Any, Final

from referrals.errors import ReleaseError

MANIFEST: Final = "datapackage.json"
DATABASE: Final = "release.duckdb"
REBUILD: Final = "Run `make data` to build the releases."

VERSION: Final = 1
"""The version of the contract that this code writes and reads."""

STATUSES: Final = ("published", "official", "illustrative")

PLAIN_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,200}")

LARGEST: Final = 256 * 2**20
"""Bytes of a file that no release comes near. It is held in memory: a larger one is not read."""

TABLES: Final[Mapping[str, str]] = {
    "release": "release_id title period period_label status additive source_id published_on licence attribution lay_sentence",
    "cells": "period nationality age_band sex crime_type outcome value lower upper status",
    "codes": "dimension code label kind members position",
    "evidence": "nationality age_band sex crime_type open_ended shown working statement_ids",
    "statements": "statement_id source_id section kind subject measure period_start period_end nationality age_band sex "
    "crime_type share_of value printed unit precision role quotation note",
    "sources": "source_id title publisher published_on address licence note",
    "relations": "relation_id position kind statement_ids title says result working shown",
    "readings": "relation_id position reading breaks is_usual",
}
"""The tables that every release has, and the columns that are asked of them."""

TABLES_OF_RECORDS: Final[Mapping[str, str]] = {
    "finest": "period year nationality age_band sex crime_type outcome value",
    "precision": "order max_error",
}
"""Those that an additive release has as well."""

TABLES_OF_DOCUMENT: Final[Mapping[str, str]] = {
    "context": "observation_id series_id period_start period_end period_label dimension category scope value lower upper "
    "status vintage source_id quotation break_before note",
    "series": "series_id title publisher unit geography scope why_not_comparable note",
}
"""Those that the release shown first has as well: pages on other publishers' series ask it alone."""


@dataclass(frozen=True)
class Contents:
    """The files of a release folder, read and verified. `digest` is the SHA-256 of the manifest, which lists that of each.

    `changed` is when the manifest was last written, in seconds since 1970: what is in it changes whenever any file does.
    """

    manifest: Mapping[str, Any]
    digest: str
    files: Mapping[str, bytes]
    changed: float


def read(folder: Path) -> Contents:
    """Return what a release folder holds, each file read once: what was verified is what is returned.

    Raises:
        ReleaseError: the folder is missing, a link or of another version of the contract, or its files are not exactly
            those of its manifest.
    """
    if folder.is_symlink():
        raise ReleaseError(
            f"The release {folder.name} is a link. Put the folder itself in its place."
        )
    written, changed = _content(folder, MANIFEST, missing="has no manifest")
    manifest = _manifest(folder, written)
    listed = _listed(folder, manifest)
    return Contents(
        manifest=manifest,
        digest=hashlib.sha256(written).hexdigest(),
        files={
            MANIFEST: written,
            **{name: _verified(folder, name, expected) for name, expected in listed.items()},
        },
        changed=changed,
    )


def tables(*, additive: bool, shown_first: bool) -> Mapping[str, str]:
    """Return the tables of a release of a kind, each with its columns."""
    return {
        **TABLES,
        **(TABLES_OF_RECORDS if additive else {}),
        **(TABLES_OF_DOCUMENT if shown_first else {}),
    }


def lacking(columns: Collection[tuple[str, str]], tables: Mapping[str, str]) -> list[str]:
    """Return the columns, as `table.column`, that a database with these columns does not have of these tables.

    >>> lacking({("codes", "code"), ("codes", "label")}, {"codes": "code label kind"})
    ['codes.kind']
    """
    held = set(columns)
    return [
        f"{table}.{name}"
        for table, names in tables.items()
        for name in names.split()
        if (table, name) not in held
    ]


def _manifest(folder: Path, written: bytes) -> dict[str, Any]:
    """Return the manifest, of a version that is known."""
    try:
        manifest = json.loads(written)
    except (ValueError, RecursionError):
        manifest = None
    if not isinstance(manifest, dict):
        raise ReleaseError(f"The release {folder.name} has no manifest that can be read. {REBUILD}")
    if (version := manifest.get("contract", VERSION)) != VERSION:
        raise ReleaseError(
            f"The release {folder.name} follows version {str(version)[:20]} of the contract; this site reads {VERSION}. "
            "Bring the site up to date, or build the release with this version."
        )
    return manifest


def _listed(folder: Path, manifest: Mapping[str, Any]) -> dict[str, str]:
    """Return the files that a manifest lists with their hashes. They are all that the folder holds, beside the manifest."""
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
            f"The manifest of the release {folder.name} lists something that is no name of a file. {REBUILD}"
        )
    if more := sorted(_names(folder) - listed.keys() - {MANIFEST}):
        raise ReleaseError(
            f"The release {folder.name} holds {', '.join(map(ascii, more[:3]))}, which its manifest does not list. {REBUILD}"
        )
    return listed


def _names(folder: Path) -> set[str]:
    try:
        return set(os.listdir(folder))
    except OSError as error:
        raise ReleaseError(
            f"The folder of the release {folder.name} cannot be read: {error.strerror}. {REBUILD}"
        ) from error


def _verified(folder: Path, name: str, expected: str) -> bytes:
    content, _ = _content(folder, name, missing=f"lacks {name}")
    if f"sha256:{hashlib.sha256(content).hexdigest()}" != expected:
        raise ReleaseError(
            f"{name} of the release {folder.name} is not the file its manifest lists. {REBUILD}"
        )
    return content


def _content(folder: Path, name: str, *, missing: str) -> tuple[bytes, float]:
    """Return the bytes of a file of a folder and when they were written, in seconds since 1970.

    They are of a file itself, never through a link, and never of a pipe that would wait.
    """
    try:
        with open(folder / name, "rb", opener=_itself) as stream:
            found = os.fstat(stream.fileno())
            if stat.S_ISREG(found.st_mode) and found.st_size <= LARGEST:
                return stream.read(), found.st_mtime
    except (FileNotFoundError, NotADirectoryError):
        raise ReleaseError(f"The release {folder.name} {missing}. {REBUILD}") from None
    except OSError as error:
        reason = "it is a link" if error.errno == errno.ELOOP else error.strerror
        raise ReleaseError(
            f"{name} of the release {folder.name} cannot be read: {reason}. {REBUILD}"
        ) from error
    raise ReleaseError(
        f"{name} of the release {folder.name} is no file, or too large for one. {REBUILD}"
    )


def _itself(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK)
