"""A resource of the API: its address, parameters and formats, and the function that answers it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from referrals.api.request import Parameter, Request
from referrals.release.release import Release
from referrals.spreadsheets.formats import SPREADSHEETS

BASE: Final = "/api/v1"
JSON: Final = "application/json"
CSVW: Final = "csv-metadata.json"
"""The format of the metadata of a CSV answer (CSV on the Web)."""

MEDIA_TYPES: Final[Mapping[str, str]] = {
    "json": JSON,
    "csv": "text/csv; charset=utf-8; header=present",
    "parquet": "application/vnd.apache.parquet",
    "xlsx": SPREADSHEETS[".xlsx"][0],
    "ods": SPREADSHEETS[".ods"][0],
    "json-stat": JSON,
    CSVW: "application/csvm+json",
    "sdmx-csv": "application/vnd.sdmx.data+csv; version=2.0.0",
}
"""The media type of each format."""

TABULAR: Final = ("json", "csv", "parquet", "xlsx", "ods", CSVW)
TEMPORARY_REDIRECT: Final = 307
PERMANENT_REDIRECT: Final = 308


@dataclass(frozen=True)
class Content:
    """The content of an answer, before compression and caching.

    `release` is the release that it describes, None if it describes all of them. With
    `is_attachment`, a browser saves it under `file_name`. `is_immutable` means that the address
    will always answer with these bytes. `sha256` is that of the body in hexadecimal, '' to compute
    it.
    """

    body: bytes
    media_type: str
    release: Release | None = None
    file_name: str = ""
    status: int = 200
    is_attachment: bool = False
    is_immutable: bool = False
    headers: Mapping[str, str] = field(default_factory=dict)
    sha256: str = ""


@dataclass(frozen=True)
class Resource:
    """An address of the API, with its path parameters in braces.

    `redirects` maps each status with which it may redirect to a description of the target.
    `headers` are those of its answers beyond the common ones. `is_slow` marks an answer that is
    computed anew for each different request.
    """

    path: str
    summary: str
    description: str
    answer: Callable[[Request], Content]
    parameters: Sequence[Parameter] = ()
    formats: Sequence[str] = ("json",)
    redirects: Mapping[int, str] = field(default_factory=dict)
    headers: Sequence[str] = ()
    is_slow: bool = False

    @property
    def names_release(self) -> bool:
        """Return whether the address names a release."""
        return "{release_id}" in self.path


def redirect(address: str, status: int, release: Release | None = None) -> Content:
    """Return the content of a redirect."""
    headers = {"location": address}
    return Content(b"", "text/plain; charset=utf-8", release, status=status, headers=headers)
