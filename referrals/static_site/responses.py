"""The files of the static site as HTTP responses, each encoded before it is asked for."""

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
from referrals.web.http.content_encoding import BEST, IDENTITY, SUFFIXES, choose, compress
from referrals.web.http.etags import is_listed

MEDIA_TYPES: Final[Mapping[str, str]] = {
    "": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".csv": "text/csv; charset=utf-8",
    ".json": "application/csvm+json",
    ".xml": "application/xml",
}
ONE_MINUTE: Final = "public, max-age=60, stale-if-error=86400"
"""The caching of a page: a new release is seen within a minute.

A cache may serve its copy for a day if nothing answers."""

FOR_EVER: Final = "public, max-age=31536000, immutable"
NO_SCRIPT: Final = (
    "default-src 'none'; style-src 'self' 'unsafe-inline'; img-src data:; base-uri 'none'; "
    "form-action 'none'; "
    f"frame-ancestors {security_headers.ancestors(security_headers.FRAMERS)}"
)
"""The content security policy: no script, and nothing to load but the stylesheet.

The length of a bar is a style attribute."""

FORM_PAGE: Final = "table"
WITH_FORM: Final = NO_SCRIPT.replace("form-action 'none'", "form-action 'self'")
"""The name of the one page with a form, and its policy: the form leads to the page itself."""

FAST: Final = 5
"""Brotli's quality for a page that is made for one request."""

Headers = tuple[tuple[bytes, bytes], ...]

_READ_HEADERS: Final = frozenset({b"accept-encoding", b"if-none-match"})


@dataclass(frozen=True)
class EncodedFile:
    """One file in one encoding. `body_headers` are sent only with a body (not with a 304)."""

    headers: Headers
    body_headers: Headers
    etag: str
    body: bytes


class Files:
    """The files of the static site, ready to send.

    Compressing them takes most of a second, so make this in a thread.
    """

    def __init__(self, version: str, files: Mapping[str, bytes]) -> None:
        """Encode the files of a version of the releases, given by their place below the root."""
        self.version = version
        self._encoded = {
            (name, encoding): _encoded(name, body, encoding)
            for name, body in files.items()
            for encoding in (IDENTITY, *SUFFIXES)
        }

    async def answer(self, scope: Scope, send: Send) -> None:
        """Send the file at a path: no body if the client has it, the 404 page if it is missing."""
        request = {
            name: value.decode("latin-1")
            for name, value in scope["headers"]
            if name in _READ_HEADERS
        }
        encoding = choose(request.get(b"accept-encoding", ""))
        name = scope["path"].removeprefix(FOLDER)
        found = self._encoded.get((name, encoding)) if name != site.NOT_FOUND else None
        if found:
            await _send(found, request, scope["method"], send)
            return
        missing = self._encoded[site.NOT_FOUND, encoding]
        headers = [*missing.body_headers, *missing.headers]
        body = b"" if scope["method"] == "HEAD" else missing.body
        status = HTTPStatus.NOT_FOUND
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})


async def answer_page(body: bytes, scope: Scope, send: Send) -> None:
    """Send a page that was made for one request."""
    request = {
        name: value.decode("latin-1") for name, value in scope["headers"] if name in _READ_HEADERS
    }
    encoding = choose(request.get(b"accept-encoding", ""))
    file = _encoded(FORM_PAGE, body, encoding, quality=FAST)
    await _send(file, request, scope["method"], send)


async def _send(file: EncodedFile, request: Mapping[bytes, str], method: str, send: Send) -> None:
    """Send a file that exists, without its body if the client has it."""
    status, body, headers = HTTPStatus.OK, file.body, [*file.body_headers, *file.headers]
    if is_listed(request.get(b"if-none-match", ""), file.etag):
        status, body, headers = HTTPStatus.NOT_MODIFIED, b"", list(file.headers)
    if method == "HEAD":
        body = b""
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _encoded(name: str, body: bytes, encoding: str, *, quality: int = BEST) -> EncodedFile:
    """Return a file ready to send in an encoding ('' for none)."""
    packed = compress(body, encoding, quality=quality) if encoding else body
    digest = hashlib.sha256(body).hexdigest()[:24]
    etag = f'"{digest}-{encoding}"' if encoding else f'"{digest}"'
    body_headers = {"content-length": str(len(packed))}
    if encoding:
        body_headers["content-encoding"] = encoding
    headers = {
        "content-type": MEDIA_TYPES[PurePosixPath(name).suffix],
        "cache-control": _cache_control(name),
        "vary": "accept-encoding",
        "etag": etag,
        "content-security-policy": WITH_FORM if name == FORM_PAGE else NO_SCRIPT,
        **security_headers.HEADERS,
    }
    if name.endswith(".csv"):
        headers["content-disposition"] = f'attachment; filename="{PurePosixPath(name).name}"'
    return EncodedFile(_raw(headers), _raw(body_headers), etag, packed)


def _raw(headers: Mapping[str, str]) -> Headers:
    return tuple((name.encode(), value.encode("latin-1")) for name, value in headers.items())


def _cache_control(name: str) -> str:
    """Return how long a file may be cached: for ever if it is named by digest, an error never."""
    if name == site.NOT_FOUND:
        return "no-store"
    return FOR_EVER if name == site.STYLESHEET else ONE_MINUTE
