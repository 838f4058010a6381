"""The static pages as the process serves them: drawn once for the releases that stand, and kept as bytes ready to send.

A page is looked up by its path and sent in the encoding that its reader takes; nothing is computed for a request.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from http import HTTPStatus
from pathlib import PurePosixPath
from typing import Final

from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import Receive, Scope, Send

from referrals import shelf
from referrals.dashboard import content
from referrals.errors import ReferralsError
from referrals.lite import site
from referrals.lite.addresses import FOLDER, SERVED, Placing
from referrals.server import policy
from referrals.server.encodings import choose, compress
from referrals.shelf import Standing

LOG: Final = logging.getLogger(__name__)

TYPES: Final[Mapping[str, str]] = {
    "": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".csv": "text/csv; charset=utf-8",
    ".xml": "application/xml",
}
FRESH: Final = "public, max-age=60, must-revalidate"
"""A page may be kept for a minute: so long a new release can go unseen."""

FOR_EVER: Final = "public, max-age=31536000, immutable"
NO_SCRIPT: Final = (
    "default-src 'none'; style-src 'self' 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; "
    f"frame-ancestors {policy.ancestors(policy.FRAMERS)}"
)
"""These pages hold no script and fetch nothing but their stylesheet. Bars are as long as their style attributes say."""

ROBOTS: Final = "User-agent: *\nAllow: /\n"

Headers = tuple[tuple[bytes, bytes], ...]


@dataclass(frozen=True)
class Sent:
    """One file in one encoding: all that goes over the wire. `of_body` are the headers that go with nothing but the body."""

    headers: Headers
    of_body: Headers
    tag: bytes
    body: bytes


class Files:
    """The files of the twin, ready to send. Each is compressed when it is first asked for in an encoding, and then kept."""

    def __init__(self, version: str, made: Mapping[str, bytes]) -> None:
        self.version = version
        self._made = made
        self._ready: dict[tuple[str, str], Sent] = {}

    def __contains__(self, name: str) -> bool:
        return name in self._made and name != site.NOT_FOUND

    def sent(self, name: str, encoding: str) -> Sent:
        """Return a file in an encoding: 'br', 'gzip', or '' for its plain bytes."""
        found = self._ready.get((name, encoding))
        if found is None:
            found = self._ready[name, encoding] = _sent(name, self._made[name], encoding)
        return found


@dataclass
class Twin:
    """The ASGI application of everything below `/lite/`.

    When the releases change, readers get the old pages until the new ones are drawn, which a thread does beside them. Pages
    that cannot be drawn leave the old ones standing, and the log says why.
    """

    placing: Placing = SERVED
    _files: Files | None = None
    _tried: str = ""
    _drawing: asyncio.Lock = field(default_factory=asyncio.Lock)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request for a static page, its stylesheet or a table."""
        if scope["method"] not in {"GET", "HEAD"}:
            await Response(status_code=405, headers={"allow": "GET, HEAD"})(scope, receive, send)
            return
        try:
            files = await self._standing()
        except ReferralsError as error:
            await _unavailable(str(error))(scope, receive, send)
            return
        await _answer(files, scope, send)

    async def _standing(self) -> Files:
        """Return the files of the releases that stand now, or those before them while these are being drawn."""
        standing = shelf.standing()
        files = self._files
        if files is None:
            return await self._drawn(standing)
        if standing.version not in {files.version, self._tried} and not self._drawing.locked():
            task = asyncio.create_task(self._redrawn(standing))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return files

    async def _drawn(self, standing: Standing) -> Files:
        async with self._drawing:
            if self._files is None or self._files.version != standing.version:
                self._files = Files(standing.version, await asyncio.to_thread(site.files, standing, self.placing))
            return self._files

    async def _redrawn(self, standing: Standing) -> None:
        # Whatever goes wrong, it must not be tried again for every reader.
        self._tried = standing.version
        try:
            await self._drawn(standing)
        except ReferralsError as error:
            LOG.warning("The static pages of the new releases are left out, and the old ones stand. %s", error)


def routes(base: str = "") -> list[BaseRoute]:
    """Return the routes of the static pages, for `st.App(routes=...)`.

    `base` is the address that readers know the site by, such as `https://example.org`, '' where it is not known. With it the
    pages have whole canonical addresses, and there is a sitemap.
    """

    async def at_folder(_: object) -> Response:
        return RedirectResponse(FOLDER, HTTPStatus.PERMANENT_REDIRECT)

    async def robots(_: object) -> Response:
        where = f"Sitemap: {base}{FOLDER}{site.SITEMAP}\n" if base else ""
        return Response(ROBOTS + where, media_type="text/plain", headers={"cache-control": FRESH})

    twin = Twin(Placing(site=base.rstrip("/"), ending="", root=FOLDER))
    below = FOLDER.rstrip("/")
    return [Route(below, at_folder), Mount(below, app=twin), Route("/robots.txt", robots)]


async def _answer(files: Files, scope: Scope, send: Send) -> None:
    asked = {name: value for name, value in scope["headers"] if name in {b"accept-encoding", b"if-none-match"}}
    name = scope["path"].removeprefix(FOLDER)
    found = name in files
    sent = files.sent(name if found else site.NOT_FOUND, choose(asked.get(b"accept-encoding", b"").decode("latin-1")))
    status, body, headers = (200 if found else 404), sent.body, [*sent.of_body, *sent.headers]
    if found and sent.tag in asked.get(b"if-none-match", b""):
        status, body, headers = 304, b"", list(sent.headers)
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})


def _sent(name: str, body: bytes, encoding: str) -> Sent:
    """Return a file ready to send in an encoding."""
    packed = compress(body, encoding) if encoding else body
    tag = f'"{hashlib.sha256(body).hexdigest()[:24]}{f"-{encoding}" if encoding else ""}"'
    of_body = {"content-length": str(len(packed))} | ({"content-encoding": encoding} if encoding else {})
    headers = {
        "content-type": TYPES[PurePosixPath(name).suffix],
        "cache-control": _kept(name),
        "vary": "accept-encoding",
        "etag": tag,
        "content-security-policy": NO_SCRIPT,
        **policy.HEADERS,
    }
    if name.endswith(".csv"):
        headers["content-disposition"] = f'attachment; filename="{PurePosixPath(name).name}"'
    return Sent(_raw(headers), _raw(of_body), tag.encode(), packed)


def _raw(headers: Mapping[str, str]) -> Headers:
    return tuple((name.encode(), value.encode("latin-1")) for name, value in headers.items())


def _kept(name: str) -> str:
    """Return how long a file may be kept: for ever where its name changes with its bytes, and an error not at all."""
    if name == site.NOT_FOUND:
        return "no-store"
    return FOR_EVER if name == site.STYLESHEET else FRESH


def _unavailable(said: str) -> Response:
    """Return what is shown where there is no release at all: what is wrong, and the help lines, which need none."""
    html = (
        '<!DOCTYPE html><html lang="en-GB"><head><meta charset="UTF-8"><title>The figures cannot be shown</title></head>'
        f"<body><main><h1>The figures cannot be shown</h1><p>{escape(said)}</p>{content.helplines()}</main></body></html>"
    )
    headers = {"cache-control": "no-store", "content-security-policy": NO_SCRIPT}
    return Response(html, HTTPStatus.SERVICE_UNAVAILABLE, headers, "text/html")
