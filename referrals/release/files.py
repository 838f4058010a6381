"""The downloadable files of a release: names, media types, checksums and content.

API downloads, release lists and the static site use it. Only files that the manifest lists, as
they were verified, are served.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from referrals.caching import cached
from referrals.paths import REFERENCE
from referrals.reference import table_schema
from referrals.release.release import MANIFEST, About, Release

SUMS: Final = "SHA256SUMS"
SPREADSHEET: Final = "referrals-"
"""The beginning of a spreadsheet's name, which its release's id follows."""

SHORT: Final = 12
"""The length in characters of the version (a shortened digest) in an address."""

BY_EDITION: Final[Mapping[Any, Callable[[Any], Hashable]]] = {
    Release: lambda release: release.digest
}
"""Cache keys: a release is its digest."""

TITLES: Final[Mapping[str, str]] = {
    row["file"]: row["title"] for row in table_schema.read(REFERENCE / "release_files.csv")
}
"""The title of each file that is not given one by its manifest, in the order of explanation."""

SCRIPTS: Final = frozenset({"text/x-python", "application/sql"})
"""The media types of files without figures, which need no mark in their names."""


@dataclass(frozen=True)
class File:
    """One file of a release. `size` is in bytes, `sha256` in hexadecimal.

    `own_name` is its name in the release folder, `name` the name under which it is served.
    """

    own_name: str
    name: str
    media_type: str
    size: int
    sha256: str
    title: str


def version(release: Release) -> str:
    """Return the version of a release, which changes when any of its files does."""
    return release.digest[:SHORT]


def stem(release: Release) -> str:
    """Return the beginning of download names, such as 'victim-referrals-2020-21'.

    The status of invented figures is always part of it.
    """
    about = release.about
    is_marked = about.status in about.release_id
    suffix = f"-{about.status}" if about.is_invented and not is_marked else ""
    return f"victim-referrals-{about.release_id}{suffix}"


def marked(name: str, status: str) -> str:
    """Return a file name with the status of invented figures, so that a saved copy keeps it.

    >>> marked("witnesses.csv.gz", "example"), marked("referrals-example.xlsx", "example")
    ('witnesses-example.csv.gz', 'referrals-example.xlsx')
    """
    first, dot, rest = name.partition(".")
    return name if status in name else f"{first}-{status}{dot}{rest}"


@cached(16, BY_EDITION, has_words=False)
def manifest(release: Release) -> dict[str, Any]:
    """Return the manifest of a release."""
    document: dict[str, Any] = json.loads(release.files[MANIFEST])
    return document


def listed(release: Release) -> dict[str, File]:
    """Return every file of a release by its served name, the manifest last."""
    own = {
        "path": MANIFEST,
        "mediatype": "application/json",
        "bytes": len(release.files[MANIFEST]),
        "hash": release.digest,
    }
    resources = [*manifest(release)["resources"], own]
    files = [_file(resource, release.about) for resource in resources]
    return {file.name: file for file in files}


def saved_name(release: Release, file: File) -> str:
    """Return the name under which a browser saves a file: it says what release it is from."""
    if file.own_name.startswith(SPREADSHEET):
        return f"victim-{file.name}"
    return f"{stem(release)}-{file.own_name}"


def sums(release: Release, *, saved: bool = False) -> bytes:
    """Return the SHA-256 of every file in the format of `sha256sum --check`.

    With `saved`, each file is listed again under the name that a browser gives it.
    """
    found = listed(release).values()
    lines = [f"{file.sha256}  {file.name}\n" for file in found]
    if saved:
        lines += [f"{file.sha256}  {saved_name(release, file)}\n" for file in found]
    return "".join(lines).encode()


def content(release: Release, file: File) -> bytes:
    """Return the verified bytes of a file, whatever has happened to the folder since."""
    return release.files[file.own_name]


def _file(resource: Mapping[str, Any], about: About) -> File:
    """Return a file from its entry in the manifest."""
    name, media_type = resource["path"], resource["mediatype"]
    is_marked = about.is_invented and media_type not in SCRIPTS
    return File(
        own_name=name,
        name=marked(name, about.status) if is_marked else name,
        media_type=media_type,
        size=resource["bytes"],
        sha256=resource["hash"].removeprefix("sha256:"),
        title=resource.get("title") or TITLES.get(name, name),
    )
