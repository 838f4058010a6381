"""Streamlit's scripts, stylesheets and fonts, sent in the compressed forms that `compressing` has written.

    app = st.App(__file__, middleware=[Middleware(Shell, ...), Middleware(StaticFiles)])

Streamlit's file names change with their content, so each may be kept for ever. What is not in the list of files that was
read at the start is Streamlit's to answer: no address is ever turned into a path.
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
from referrals.web.http.etags import is_listed
from referrals.web.static import precompress
from referrals.web.static.assets import FOR_EVER, MEDIA_TYPES

KINDS: Final = {**MEDIA_TYPES, ".gif": "image/gif", ".png": "image/png", ".woff2": "font/woff2"}
PREFIX: Final = "/static/"
UNUSED_FONTS: Final = "/static/media/Source"
"""Streamlit's own three typefaces: this site is set in the reader's own, and sends none of them (1.2 MB)."""

OWN_ONLY: Final = "default-src 'self'; frame-ancestors 'none'"
"""The policy of a file. That of a page is a third of a kilobyte, and there are seventy files to a page."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class StaticFile:
    """One file in each form that it can be sent in: the uncompressed one under IDENTITY."""

    media_type: str
    tag: str
    forms: Mapping[str, Path]

    def response(self, request: Headers) -> Response:
        """Return the smallest form that the reader can read, or 304 for a reader that has it already."""
        encoding = choose(request.get("accept-encoding", ""), tuple(self.forms))
        etag = f'"{self.tag}{f"-{encoding}" if encoding else ""}"'
        headers = {
            "cache-control": FOR_EVER,
            "etag": etag,
            "vary": "accept-encoding",
            "content-security-policy": OWN_ONLY,
        }
        if is_listed(request.get("if-none-match", ""), etag):
            return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
        if encoding:
            headers["content-encoding"] = encoding
        path = self.forms[encoding]
        return FileResponse(
            path, headers=headers, media_type=self.media_type, stat_result=path.stat()
        )


def files(source: precompress.Installed, built: Path = precompress.BUILT) -> dict[str, StaticFile]:
    """Return every file of Streamlit's by its address; none, with a warning, where they have not been compressed."""
    folder = built / source.name
    sizes = precompress.manifest(folder)
    if sizes is None:
        log.warning(
            "Streamlit's files are not compressed for the version that is installed, so pages load slowly. "
            "Run: python -m referrals.web.static.precompress"
        )
        return {}
    return {
        f"{PREFIX}{name}": StaticFile(
            KINDS.get(path.suffix, "application/octet-stream"),
            source.name,
            {
                IDENTITY: path,
                **{
                    form: folder / f"{name}{end}"
                    for form, end in SUFFIXES.items()
                    if f"{name}{end}" in sizes
                },
            },
        )
        for name, path in source.files().items()
    }


class StaticFiles:
    """Middleware that answers for the files it was given and leaves every other address to the application behind it."""

    def __init__(self, app: ASGIApp, served: Mapping[str, StaticFile] | None = None) -> None:
        self._app = app
        self._served = _of_streamlit() if served is None else served

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send a file, refuse an unused font, or pass on."""
        answer = (
            self._answer(scope)
            if scope["type"] == "http" and scope["method"] in {"GET", "HEAD"}
            else None
        )
        await (answer or self._app)(scope, receive, send)

    def _answer(self, scope: Scope) -> Response | None:
        path = scope["path"]
        if path.startswith(UNUSED_FONTS):
            return PlainTextResponse(
                "Not sent: this site uses the reader's own fonts.", HTTPStatus.NOT_FOUND
            )
        return self._served[path].response(Headers(scope=scope)) if path in self._served else None


def _of_streamlit() -> Mapping[str, StaticFile]:
    try:
        return files(precompress.installed())
    except ReferralsError as error:
        log.warning("%s", error)
        return {}
