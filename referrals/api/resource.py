"""What an answer holds, and what an address is: what it takes, which formats it has, and what makes its content."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from referrals.api.request import Parameter, Question
from referrals.release.release import Release

BASE: Final = "/api/v1"
JSON: Final = "application/json"
FORMS: Final[Mapping[str, str]] = {
    "json": JSON,
    "csv": "text/csv; charset=utf-8; header=present",
    "parquet": "application/vnd.apache.parquet",
    "json-stat": JSON,
}
"""The media type of each format."""

TABULAR: Final = ("json", "csv", "parquet")
TEMPORARY_REDIRECT: Final = 307
PERMANENT_REDIRECT: Final = 308


@dataclass(frozen=True)
class Content:
    """What an answer holds. `release` is the one that it is about, None where it is about all of them.

    `is_attachment` asks a browser to save it under `file_name`. `is_final` says that this address never answers otherwise.
    `sha256` is that of the body in hexadecimal where it is known already.
    """

    body: bytes
    media_type: str
    release: Release | None = None
    file_name: str = ""
    status: int = 200
    is_attachment: bool = False
    is_final: bool = False
    headers: Mapping[str, str] = field(default_factory=dict)
    sha256: str = ""


@dataclass(frozen=True)
class Resource:
    """An address with its variable parts in braces, what it takes, the formats that it has, and what makes its content.

    `leads` are the statuses with which it can lead elsewhere, each with where to. `headers` are those of its answers besides
    the ones that every answer has. Answers that `takes_long` is true of are counted anew for each question.
    """

    path: str
    summary: str
    says: str
    make: Callable[[Question], Content]
    parameters: Sequence[Parameter] = ()
    forms: Sequence[str] = ("json",)
    leads: Mapping[int, str] = field(default_factory=dict)
    headers: Sequence[str] = ()
    takes_long: bool = False

    @property
    def is_of_release(self) -> bool:
        """Whether its address names a release."""
        return "{release_id}" in self.path


def elsewhere(address: str, status: int, release: Release | None = None) -> Content:
    """Return the content that leads to another address."""
    return Content(
        b"", "text/plain; charset=utf-8", release, status=status, headers={"location": address}
    )
