"""The files of a release as they are served: each is the one that the manifest lists, or it is not served."""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from referrals.caching import cached
from referrals.release.release import ILLUSTRATIVE, MANIFEST, Release

SUMS: Final = "SHA256SUMS"
SHORT: Final = 12
"""How many characters of a release's digest name its version in an address."""

BY_EDITION: Final[Mapping[Any, Callable[[Any], Hashable]]] = {Release: lambda one: one.digest}
"""What tells one release from another, where what is made of it is kept."""

TITLES: Final = {
    "cells.csv": "Every cell, as CSV",
    "cells.parquet": "Every cell, as Parquet",
    "statements.csv": "The printed figures with their sentences, as CSV",
    "release.duckdb": "Everything, as a DuckDB database",
    "certificate.md": "The certificate of protection, to read",
    "certificate.json": "The certificate of protection, as data",
    "witnesses.csv.gz": "The witnesses that prove the protection",
    "verify.py": "Check the release yourself, in Python",
    "verify.sql": "Check the release yourself, in SQL",
    MANIFEST: "The manifest: what each file is",
}
SCRIPTS: Final = frozenset({"text/x-python", "application/sql"})
"""The kinds of file that hold no figures."""


@dataclass(frozen=True)
class File:
    """One file of a release: its media type, its size in bytes, its SHA-256 in hexadecimal, and what it is in words.

    `own_name` is its name in the release, and `name` the one it is served under.
    """

    own_name: str
    name: str
    media_type: str
    size: int
    sha256: str
    title: str


def version(release: Release) -> str:
    """Return the name of a release's version: it changes when any of its files does."""
    return release.digest[:SHORT]


def stem(release: Release) -> str:
    """Return what the names of downloads begin with: the site, the release, and that it is invented where it is.

    It never names the release as anything but what it is: 'victim-referrals-2020-21', 'victim-referrals-illustrative'.
    """
    about = release.about
    named = about.status in about.release_id
    return f"victim-referrals-{about.release_id}{'-illustrative' if about.is_illustrative and not named else ''}"


def marked(name: str) -> str:
    """Return the name of a file of invented figures with a mark in it: whoever saves it under that name still sees it.

    >>> marked("witnesses.csv.gz"), marked("referrals-illustrative.xlsx")
    ('witnesses-illustrative.csv.gz', 'referrals-illustrative.xlsx')
    """
    first, dot, rest = name.partition(".")
    return name if ILLUSTRATIVE in name else f"{first}-{ILLUSTRATIVE}{dot}{rest}"


@cached(16, BY_EDITION)
def manifest(release: Release) -> dict[str, Any]:
    """Return the manifest of a release."""
    document: dict[str, Any] = json.loads(release.files[MANIFEST])
    return document


def listed(release: Release) -> dict[str, File]:
    """Return every file of a release by the name that it is served under, the manifest last."""
    files = [
        _file(
            release,
            one["path"],
            one["mediatype"],
            one["bytes"],
            one["hash"].removeprefix("sha256:"),
            one.get("title", ""),
        )
        for one in manifest(release)["resources"]
    ]
    files.append(
        _file(release, MANIFEST, "application/json", len(release.files[MANIFEST]), release.digest)
    )
    return {file.name: file for file in files}


def sums(release: Release) -> bytes:
    """Return the SHA-256 of every file as `sha256sum --check` reads them."""
    return "".join(f"{file.sha256}  {file.name}\n" for file in listed(release).values()).encode()


def content(release: Release, file: File) -> bytes:
    """Return the bytes of a listed file as they were verified, whatever has happened to the folder since."""
    return release.files[file.own_name]


def _file(
    release: Release, name: str, media_type: str, size: int, sha256: str, title: str = ""
) -> File:
    is_marked = release.about.is_illustrative and media_type not in SCRIPTS
    return File(
        name,
        marked(name) if is_marked else name,
        media_type,
        size,
        sha256,
        title or TITLES.get(name, name),
    )
