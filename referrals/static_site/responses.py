"""The files of the twin as they go over the wire: each in every encoding, with its headers, made before it is asked for."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import PurePosixPath
from typing import Final

from starlette.types import Scope, Send

from referrals.static_site import site
from referrals.static_site.links import FOLDER
from referrals.web.http import security_headers
from referrals.web.http.content_encoding import IDENTITY, SUFFIXES, choose, compress
from referrals.web.http.etags import is_listed

TYPES: Final[Mapping[str, str]] = {
    "": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".csv": "text/csv; charset=utf-8",
    ".xml": "application/xml",
}
FRESH: Final = "public, max-age=60, stale-if-error=86400"
"""A page may be kept for a minute: so long a new release can go unseen. A cache may help out while nobody answers."""

FOR_EVER: Final = "public, max-age=31536000, immutable"
NO_SCRIPT: Final = (
    "default-src 'none'; style-src 'self' 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; "
    f"frame-ancestors {security_headers.ancestors(security_headers.FRAMERS)}"
)
"""These pages hold no script and fetch nothing but their stylesheet. Bars are as long as their style attributes say."""

Headers = tuple[tuple[bytes, bytes], ...]


@dataclass(frozen=True)
class Sent:
    """One file in one encoding: all that goes over the wire. `of_body` are the headers that go with nothing but the body."""

    headers: Headers
    of_body: Headers
    tag: str
    body: bytes


class Files:
    """The files of the twin, ready to send. To make them takes most of a second: it belongs in a thread."""

    def __init__(self, version: str, made: Mapping[str, bytes]) -> None:
        self.version = version
        self._ready = {
            (name, form): _sent(name, body, form)
            for name, body in made.items()
            for form in (IDENTITY, *SUFFIXES)
        }

    async def answer(self, scope: Scope, send: Send) -> None:
        """Send the file at an address, no body to a reader who has it already, or the page that says that there is none."""
        asked = {
            name: value.decode("latin-1") for name, value in scope["headers"] if name in _ASKED
        }
        encoding = choose(asked.get(b"accept-encoding", ""))
        name = scope["path"].removeprefix(FOLDER)
        found = self._ready.get((name, encoding)) if name != site.NOT_FOUND else None
        sent = found or self._ready[site.NOT_FOUND, encoding]
        status, body, headers = (
            (HTTPStatus.OK if found else HTTPStatus.NOT_FOUND),
            sent.body,
            [*sent.of_body, *sent.headers],
        )
        if found and is_listed(asked.get(b"if-none-match", ""), sent.tag):
            status, body, headers = HTTPStatus.NOT_MODIFIED, b"", list(sent.headers)
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send(
            {"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body}
        )


_ASKED: Final = frozenset({b"accept-encoding", b"if-none-match"})


def _sent(name: str, body: bytes, encoding: str) -> Sent:
    """Return a file ready to send in an encoding."""
    packed = compress(body, encoding) if encoding else body
    tag = f'"{hashlib.sha256(body).hexdigest()[:24]}{f"-{encoding}" if encoding else ""}"'
    of_body = {"content-length": str(len(packed))} | (
        {"content-encoding": encoding} if encoding else {}
    )
    headers = {
        "content-type": TYPES[PurePosixPath(name).suffix],
        "cache-control": _kept(name),
        "vary": "accept-encoding",
        "etag": tag,
        "content-security-policy": NO_SCRIPT,
        **security_headers.HEADERS,
    }
    if name.endswith(".csv"):
        headers["content-disposition"] = f'attachment; filename="{PurePosixPath(name).name}"'
    return Sent(_raw(headers), _raw(of_body), tag, packed)


def _raw(headers: Mapping[str, str]) -> Headers:
    return tuple((name.encode(), value.encode("latin-1")) for name, value in headers.items())


def _kept(name: str) -> str:
    """Return how long a file may be kept: for ever where its name changes with its bytes, and an error not at all."""
    if name == site.NOT_FOUND:
        return "no-store"
    return FOR_EVER if name == site.STYLESHEET else FRESH
