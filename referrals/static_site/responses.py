"""Static pages as HTTP responses: files, compressed when first asked for, and one-off pages."""

from __future__ import annotations

import hashlib
import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import Final

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import Scope

from referrals.content import outline
from referrals.errors import ReferralsError, WithdrawnError
from referrals.i18n import messages
from referrals.static_site import layout, site
from referrals.static_site.links import FOLDER
from referrals.web.http import etags, security_headers
from referrals.web.http.cache_control import NO_STORE, ONE_MINUTE
from referrals.web.http.content_encoding import GOOD, QUICK, Encoded, choose

LOG: Final = logging.getLogger(__name__)

HTML: Final = "text/html; charset=utf-8"
MEDIA_TYPES: Final[Mapping[str, str]] = {
    "": HTML,
    ".css": "text/css; charset=utf-8",
    ".csv": "text/csv; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/csvm+json",
    ".woff2": "font/woff2",
    ".xml": "application/xml",
}
FOR_EVER: Final = "public, max-age=31536000, immutable"
NAMED_BY_DIGEST: Final = re.compile(r"\.[0-9a-f]{12}\.(css|js|woff2)$")
NO_SCRIPT: Final = (
    "default-src 'none'; style-src 'self' 'unsafe-inline'; font-src 'self'; img-src data:; "
    "base-uri 'none'; "
    "form-action 'self'; "
    f"frame-ancestors {security_headers.ancestors(security_headers.FRAMERS)}"
)
"""The content security policy of a page: no script, and nothing to load but the stylesheet.

The length of a bar is a style attribute. Forms lead to this site: a question, or a table."""

WITH_SCRIPT: Final = f"{NO_SCRIPT}; script-src 'self'"
"""The policy of a page with a script of ours, which can send nothing anywhere."""

SCRIPT_PAGE: Final = outline.FOR_ME
"""The page with a script, in every language. No browser may store it."""

RETRY_AFTER: Final = 30
"""The seconds to wait before asking again for a page that could not be made."""


@dataclass(frozen=True)
class File:
    """A file to send. Its content is compressed in a coding when that is first asked for.

    `digest` is that of the content, for the entity tag; '' if the file may not be stored.
    """

    headers: Mapping[str, str]
    content: Encoded
    digest: str = ""

    @staticmethod
    def of(body: bytes, headers: Mapping[str, str], *, quality: int) -> File:
        """Return a file to send; `quality` is that of Brotli."""
        is_stored = headers["cache-control"] != NO_STORE
        digest = hashlib.sha256(body).hexdigest()[:24] if is_stored else ""
        content = Encoded(body, quality)
        return File({**security_headers.HEADERS, **headers}, content, digest)

    def response(self, scope: Scope, status: HTTPStatus = HTTPStatus.OK) -> Response:
        """Return the response to a request: no body for HEAD, or if the client has it (304)."""
        request = Headers(scope=scope)
        encoding = choose(request.get("accept-encoding", ""))
        headers = dict(self.headers)
        if self.digest:
            headers["etag"] = tag = etags.of_coding(self.digest, encoding)
            is_known = etags.is_listed(request.get("if-none-match", ""), tag)
            if status == HTTPStatus.OK and is_known:
                return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
        body = self.content.body(encoding)
        headers["content-length"] = str(len(body))
        if encoding:
            headers["content-encoding"] = encoding
        return Response(b"" if scope["method"] == "HEAD" else body, status, headers)


class Files:
    """The files of the static site for one version of the releases.

    A page is compressed for its first request, in 5 ms, or 40 ms if it is the longest. To compress
    all of them would add a second to each start.
    """

    def __init__(self, version: str, files: Mapping[str, bytes]) -> None:
        """Take the files of a version of the releases, given by their place below the root."""
        self.version = version
        self._files = {name: _file(name, body) for name, body in files.items()}

    def response(self, scope: Scope) -> Response:
        """Return the response with the file at a path, or with the 404 page."""
        name = scope["path"].removeprefix(FOLDER)
        found = self._files.get(name) if name != site.NOT_FOUND else None
        if found:
            return found.response(scope)
        return self._files[site.NOT_FOUND].response(scope, HTTPStatus.NOT_FOUND)


def made(
    scope: Scope,
    body: bytes,
    headers: Mapping[str, str] = MappingProxyType({}),
    status: HTTPStatus = HTTPStatus.OK,
) -> Response:
    """Return the response with a page that was made for one request, and may have a form.

    `headers` replace the usual ones of a page.
    """
    usual = {
        "content-type": HTML,
        "cache-control": ONE_MINUTE,
        "vary": "accept-encoding",
        "content-security-policy": NO_SCRIPT,
    }
    return File.of(body, {**usual, **headers}, quality=QUICK).response(scope, status)


def unavailable(error: Exception) -> Response:
    """Return the error page, and log an error that is not of our own kinds.

    Withdrawn pages are gone (410), so that no cache serves its copy.
    """
    if not isinstance(error, ReferralsError):
        LOG.warning("A static page cannot be sent (%s).", type(error).__name__)
    headers = {
        **security_headers.HEADERS,
        "cache-control": NO_STORE,
        "content-security-policy": NO_SCRIPT,
    }
    page = layout.unavailable(public_reason(error))
    if isinstance(error, WithdrawnError):
        return Response(page, HTTPStatus.GONE, headers, HTML)
    headers["retry-after"] = str(RETRY_AFTER)
    return Response(page, HTTPStatus.SERVICE_UNAVAILABLE, headers, HTML)


def public_reason(error: Exception) -> str:
    """Return the reason for a failure for readers and the log, in our own words only.

    The message of an error that is not ours could contain anything, such as a reader's words.
    """
    if isinstance(error, ReferralsError):
        return str(error)
    return messages.text("errors.static_site")


def _file(name: str, body: bytes) -> File:
    headers = {
        "content-type": MEDIA_TYPES[PurePosixPath(name).suffix],
        "cache-control": _cache_control(name),
        "vary": "accept-encoding",
        "content-security-policy": _policy(name),
    }
    if name.endswith(".csv"):
        headers["content-disposition"] = f'attachment; filename="{PurePosixPath(name).name}"'
    return File.of(body, headers, quality=GOOD)


def _cache_control(name: str) -> str:
    """Return how long a file may be cached: for ever if it is named by digest, an error never.

    Nor is the page for frightened readers: a copy would be a trace of the visit.
    """
    if name == site.NOT_FOUND or PurePosixPath(name).name == SCRIPT_PAGE:
        return NO_STORE
    return FOR_EVER if NAMED_BY_DIGEST.search(name) else ONE_MINUTE


def _policy(name: str) -> str:
    if PurePosixPath(name).name == SCRIPT_PAGE:
        return WITH_SCRIPT
    return NO_SCRIPT
