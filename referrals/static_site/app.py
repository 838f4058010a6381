"""The static pages as the process serves them: drawn once for the releases that stand, and kept as bytes ready to send.

A page is looked up by its path and sent in the encoding that its reader takes; nothing is computed for a request.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from time import monotonic
from typing import Final

from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import Receive, Scope, Send

from referrals.caching import cached
from referrals.errors import ReferralsError, WithdrawnError
from referrals.page_meta import Version
from referrals.release import catalogue
from referrals.release.catalogue import Served
from referrals.static_site import layout, site
from referrals.static_site.links import FOLDER, served
from referrals.static_site.responses import FRESH, NO_SCRIPT, Files

LOG: Final = logging.getLogger(__name__)

READ: Final = "GET, HEAD, OPTIONS"
ROBOTS: Final = "User-agent: *\nAllow: /\n"
RETRY_AFTER: Final = 30
"""Seconds until pages that could not be drawn are tried again, for whoever asks then."""

FAULT: Final = "The light pages cannot be drawn at the moment."
"""What readers are told of a fault that is not one of ours: its own words could hold anything."""


@dataclass(frozen=True)
class Failure:
    """Releases whose pages could not be drawn, what readers are told, and until when that is not tried again."""

    version: str
    said: str
    until: float

    def holds(self, version: str) -> bool:
        """Return whether the pages of a version are not to be tried now."""
        return version == self.version and monotonic() < self.until


@dataclass
class Twin:
    """The ASGI application of everything below `/lite/`.

    `base` is the address that readers know the site by, such as `https://example.org`, '' where it is not known. With it the
    pages have whole canonical addresses, and there is a sitemap.

    When the releases change, readers get the old pages until the new ones are drawn, which a thread does beside them. Pages
    that cannot be drawn leave the old ones standing, and the log says why. Pages of a release that was withdrawn are sent to
    nobody: readers wait for the new ones.
    """

    base: str = ""
    _files: Files | None = None
    _held: Served | None = None
    _failure: Failure | None = None
    _drawing: asyncio.Lock = field(default_factory=asyncio.Lock)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def routes(self) -> list[BaseRoute]:
        """Return the routes of the static pages, for `st.App(routes=...)`."""
        below = FOLDER.rstrip("/")
        return [
            Route(below, _at_folder),
            Mount(below, app=self),
            Route("/robots.txt", self._robots),
        ]

    @asynccontextmanager
    async def drawn_ahead(self) -> AsyncIterator[None]:
        """Draw the pages as soon as the process lives, beside its start, so that no reader has to wait for them."""
        task = asyncio.create_task(self._ahead())
        try:
            yield
        finally:
            task.cancel()

    def versions(self) -> tuple[Version, ...]:
        """Return the pages as other forms of the full site's pages; none where no release stands to draw them from."""
        try:
            return _versions(catalogue.served(), self.base)
        except ReferralsError:
            return ()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request for a static page, its stylesheet or a table."""
        if scope["method"] not in {"GET", "HEAD"}:
            await _not_reading(scope["method"])(scope, receive, send)
            return
        try:
            files = await self._standing()
        except Exception as error:
            if not isinstance(error, ReferralsError):
                LOG.warning("The static pages cannot be sent (%s).", type(error).__name__)
            await _unavailable(error)(scope, receive, send)
            return
        await files.answer(scope, send)

    async def _standing(self) -> Files:
        """Return the files of the releases that stand now, or those before them while these are being drawn."""
        standing = catalogue.served()
        if self._held and catalogue.has_withdrawn(self._held):
            self._files = self._held = None
        files = self._files
        if files is None:
            return await self._drawn(standing)
        if (
            files.version != standing.version
            and not self._drawing.locked()
            and not self._failed(standing)
        ):
            task = asyncio.create_task(self._redrawn(standing))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return files

    async def _ahead(self) -> None:
        with suppress(Exception):  # the log has said why, or the first reader is told
            await self._drawn(await asyncio.to_thread(catalogue.served))

    async def _redrawn(self, standing: Served) -> None:
        with suppress(ReferralsError):  # the log has said why
            await self._drawn(standing)

    async def _drawn(self, standing: Served) -> Files:
        async with self._drawing:
            if self._files is None or self._files.version != standing.version:
                self._files, self._held = await self._made(standing), standing
            return self._files

    async def _made(self, standing: Served) -> Files:
        """Return the files of some releases. Whatever goes wrong is logged once, and not tried again for every reader."""
        if failure := self._failed(standing):
            raise ReferralsError(failure.said)
        try:
            return await asyncio.to_thread(self._draw, standing)
        except Exception as error:
            said = _told(error)
            self._failure = Failure(standing.version, said, monotonic() + RETRY_AFTER)
            stay = " The old ones stand." if self._files else ""
            LOG.warning(
                "The static pages of these releases cannot be drawn (%s).%s %s",
                type(error).__name__,
                stay,
                said,
            )
            raise ReferralsError(said) from None

    def _draw(self, standing: Served) -> Files:
        return Files(standing.version, site.files(standing, served(self.base)))

    def _failed(self, standing: Served) -> Failure | None:
        return self._failure if self._failure and self._failure.holds(standing.version) else None

    async def _robots(self, _: object) -> Response:
        where = f"Sitemap: {self.base}{FOLDER}{site.SITEMAP}\n" if self.base else ""
        return Response(ROBOTS + where, media_type="text/plain", headers={"cache-control": FRESH})


@cached(2, {Served: lambda one: one.version})
def _versions(standing: Served, base: str) -> tuple[Version, ...]:
    return site.versions(standing, base)


async def _at_folder(_: object) -> Response:
    return RedirectResponse(FOLDER, HTTPStatus.PERMANENT_REDIRECT)


def _not_reading(method: str) -> Response:
    """Return what is said to whoever would do anything but read: what can be done here, and where it was not asked, why."""
    if method == "OPTIONS":
        return Response(status_code=HTTPStatus.NO_CONTENT, headers={"allow": READ})
    return PlainTextResponse(
        f"Nothing here can be changed. Use {READ}.", HTTPStatus.METHOD_NOT_ALLOWED, {"allow": READ}
    )


def _told(error: Exception) -> str:
    """Return what readers and the log are told of a fault: our own words, and never another's."""
    return str(error) if isinstance(error, ReferralsError) else FAULT


def _unavailable(error: Exception) -> Response:
    """Return the page that says why there is none. What was withdrawn is gone: no cache may help out with a copy of it."""
    headers = {"cache-control": "no-store", "content-security-policy": NO_SCRIPT}
    page = layout.unavailable(_told(error))
    if isinstance(error, WithdrawnError):
        return Response(page, HTTPStatus.GONE, headers, "text/html")
    return Response(
        page,
        HTTPStatus.SERVICE_UNAVAILABLE,
        {**headers, "retry-after": str(RETRY_AFTER)},
        "text/html",
    )
