"""Streamlit's scripts, stylesheets and fonts, sent in the codings that `precompress` has written.

Streamlit's file names contain a content hash, so each may be cached for ever. The files are listed
once at the start: no request path is ever turned into a file path, and Streamlit answers for
everything that is not in the list.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Final

from starlette.datastructures import Headers
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from referrals.errors import ReferralsError
from referrals.web.http.content_encoding import IDENTITY, SUFFIXES, choose
from referrals.web.http.etags import is_listed, of_coding
from referrals.web.static import precompress

LOG: Final = logging.getLogger(__name__)

FILE_MEDIA_TYPES: Final = {
    ".css": "text/css",
    ".gif": "image/gif",
    ".js": "text/javascript",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}
IMMUTABLE: Final = "public, max-age=31536000, immutable"
PREFIX: Final = "/static/"
UNUSED_FONTS: Final = "/static/media/Source"
"""Streamlit's own three typefaces (1.2 MB). This site uses the reader's fonts and sends none."""

UNUSED_HEADERS: Final = ("accept-ranges", "last-modified")
"""Headers that are redundant beside an ETag: over the ninety files of a page, 6 kB."""


@dataclass(frozen=True)
class StaticFile:
    """One file with its path in each coding, the uncompressed one under IDENTITY."""

    media_type: str
    tag: str
    paths: Mapping[str, Path]

    def response(self, request: Headers) -> Response:
        """Return the file in the best acceptable coding, or 304 if the client has it already."""
        encoding = choose(request.get("accept-encoding", ""), tuple(self.paths))
        etag = of_coding(self.tag, encoding)
        headers = {
            "cache-control": IMMUTABLE,
            "etag": etag,
            "vary": "accept-encoding",
        }
        if is_listed(request.get("if-none-match", ""), etag):
            return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
        if encoding:
            headers["content-encoding"] = encoding
        path = self.paths[encoding]
        response = FileResponse(
            path, headers=headers, media_type=self.media_type, stat_result=path.stat()
        )
        for name in UNUSED_HEADERS:
            del response.headers[name]
        return response


def files(source: precompress.Installed, built: Path = precompress.BUILT) -> dict[str, StaticFile]:
    """Return Streamlit's files by address; none, after a warning, if they are not compressed."""
    folder = built / source.name
    sizes = precompress.manifest(folder)
    if sizes is None:
        LOG.warning(
            "The files of the installed Streamlit are not compressed, "
            "so pages load slowly. Run: python -m referrals.web.static.precompress"
        )
        return {}
    return {
        f"{PREFIX}{name}": _static_file(name, path, source, folder, sizes)
        for name, path in source.files().items()
    }


def _static_file(
    name: str, path: Path, source: precompress.Installed, folder: Path, sizes: Mapping[str, int]
) -> StaticFile:
    paths = {IDENTITY: path}
    for encoding, suffix in SUFFIXES.items():
        if f"{name}{suffix}" in sizes:
            paths[encoding] = folder / f"{name}{suffix}"
    media_type = FILE_MEDIA_TYPES.get(path.suffix, "application/octet-stream")
    return StaticFile(media_type, source.name, paths)


class StaticFiles:
    """Middleware that serves the listed files and passes every other request on."""

    def __init__(self, app: ASGIApp, served: Mapping[str, StaticFile] | None = None) -> None:
        self._app = app
        self._served = _installed_files() if served is None else served

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send a file, refuse an unused font, or pass the request on."""
        answer = None
        if scope["type"] == "http" and scope["method"] in {"GET", "HEAD"}:
            answer = self._answer(scope)
        await (answer or self._app)(scope, receive, send)

    def _answer(self, scope: Scope) -> Response | None:
        path = scope["path"]
        if path.startswith(UNUSED_FONTS):
            return PlainTextResponse(
                "Not sent: this site uses the reader's own fonts.", HTTPStatus.NOT_FOUND
            )
        return self._served[path].response(Headers(scope=scope)) if path in self._served else None


def _installed_files() -> Mapping[str, StaticFile]:
    try:
        return files(precompress.installed())
    except ReferralsError as error:
        LOG.warning("%s", error)
        return {}
