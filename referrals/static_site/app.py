"""The static site as the process serves it: rendered once per version of the releases.

A page is looked up by its path and sent in the encoding that the client accepts. The only page
that is made for a request is the table that a reader built.
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
from urllib.parse import parse_qsl

from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import Receive, Scope, Send

from referrals.caching import cached
from referrals.errors import ReferralsError, WithdrawnError
from referrals.i18n import messages
from referrals.page_meta import Version
from referrals.questions import reply
from referrals.release import catalogue
from referrals.release.catalogue import Served
from referrals.static_site import layout, links, site
from referrals.static_site.links import FOLDER
from referrals.static_site.responses import NO_SCRIPT, ONE_MINUTE, Files, answer_page
from referrals.static_site.table import KEY as TABLE

LOG: Final = logging.getLogger(__name__)

METHODS: Final = "GET, HEAD, OPTIONS"
ROBOTS: Final = "User-agent: *\nAllow: /\n"
TABLE_PAGE: Final = f"{FOLDER}{TABLE}"
"""The path of the page that a reader builds a table on."""

RETRY_AFTER: Final = 30
"""How long, in seconds, a failed rendering is not tried again."""


@dataclass(frozen=True)
class Failure:
    """A version of the releases that could not be rendered, and when to try again."""

    version: str
    reason: str
    until: float

    def holds(self, version: str) -> bool:
        """Return whether a version is not to be tried now."""
        return version == self.version and monotonic() < self.until


@dataclass
class StaticSite:
    """The ASGI application of everything below `/lite/`.

    `base` is the origin that readers know the site by, such as `https://example.org`; '' if it is
    unknown. With it the pages have absolute canonical addresses, and there is a sitemap.

    When the releases change, readers get the old pages until a thread has rendered the new ones.
    If rendering fails, the old pages stay and the log has the reason. Pages of a withdrawn release
    are never
    sent: readers wait for the new ones.
    """

    base: str = ""
    _files: Files | None = None
    _rendered: Served | None = None
    _failure: Failure | None = None
    _rendering: asyncio.Lock = field(default_factory=asyncio.Lock)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def routes(self) -> list[BaseRoute]:
        """Return the routes of the static site, for `st.App(routes=...)`."""
        folder = FOLDER.rstrip("/")
        return [
            Route(folder, _redirect_to_folder),
            Mount(folder, app=self),
            Route("/robots.txt", self._robots),
        ]

    @asynccontextmanager
    async def rendered_ahead(self) -> AsyncIterator[None]:
        """Render the pages in the background at start, so that no reader has to wait for them."""
        task = asyncio.create_task(self._render_ahead())
        try:
            yield
        finally:
            task.cancel()

    def versions(self) -> tuple[Version, ...]:
        """Return the pages as versions of the full site's; none if no release is served."""
        try:
            return _versions(catalogue.served(), self.base)
        except ReferralsError:
            return ()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request for a page, the stylesheet or a table."""
        if scope["method"] not in {"GET", "HEAD"}:
            await _method_not_allowed(scope["method"])(scope, receive, send)
            return
        if replaced := _redirect_of_replaced(scope["path"]):
            await replaced(scope, receive, send)
            return
        try:
            files = await self._current_files()
        except Exception as error:  # noqa: BLE001 - the reader gets a page with the reason
            if not isinstance(error, ReferralsError):
                LOG.warning("The static pages cannot be sent (%s).", type(error).__name__)
            await _unavailable(error)(scope, receive, send)
            return
        if scope["path"] == TABLE_PAGE and scope["query_string"]:
            await self._answer_table(scope, receive, send)
            return
        await files.answer(scope, send)

    async def _answer_table(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the page of the table that the query of an address asks for."""
        query = scope["query_string"].decode("latin-1")
        try:
            body = await asyncio.to_thread(_table, catalogue.served(), query, self.base)
        except ReferralsError as error:
            await _unavailable(error)(scope, receive, send)
            return
        await answer_page(body, scope, send)

    async def _current_files(self) -> Files:
        """Return the files of the current releases, or the previous ones until then."""
        served = catalogue.served()
        if self._rendered and catalogue.has_withdrawn(self._rendered):
            self._files = self._rendered = None
        files = self._files
        if files is None:
            return await self._render(served)
        is_current = files.version == served.version
        if not is_current and not self._rendering.locked() and not self._failed(served):
            task = asyncio.create_task(self._render_again(served))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return files

    async def _render_ahead(self) -> None:
        with suppress(Exception):  # logged already, or shown to the first reader
            await self._render(await asyncio.to_thread(catalogue.served))

    async def _render_again(self, served: Served) -> None:
        with suppress(ReferralsError):  # logged already
            await self._render(served)

    async def _render(self, served: Served) -> Files:
        """Return the files of some releases, rendered once however many readers ask."""
        async with self._rendering:
            if self._files is None or self._files.version != served.version:
                self._files, self._rendered = await self._render_in_thread(served), served
            return self._files

    async def _render_in_thread(self, served: Served) -> Files:
        """Return the files of some releases. A failure is logged once, and not retried at once."""
        if failure := self._failed(served):
            raise ReferralsError(failure.reason)
        try:
            return await asyncio.to_thread(self._files_of, served)
        except Exception as error:  # noqa: BLE001 - logged, and the reader gets a page
            reason = _public_reason(error)
            self._failure = Failure(served.version, reason, monotonic() + RETRY_AFTER)
            LOG.warning(
                "The static pages of these releases cannot be rendered (%s).%s %s",
                type(error).__name__,
                " The old ones stay." if self._files else "",
                reason,
            )
            raise ReferralsError(reason) from None

    def _files_of(self, served: Served) -> Files:
        reply.warm(served.published)
        return Files(served.version, site.files(served, links.served(self.base)))

    def _failed(self, served: Served) -> Failure | None:
        return self._failure if self._failure and self._failure.holds(served.version) else None

    async def _robots(self, _: object) -> Response:
        sitemap = f"Sitemap: {self.base}{FOLDER}{site.SITEMAP}\n" if self.base else ""
        headers = {"cache-control": ONE_MINUTE}
        return Response(ROBOTS + sitemap, media_type="text/plain", headers=headers)


@cached(64, {Served: lambda served: served.version})
def _table(served: Served, query: str, base: str) -> bytes:
    pairs = parse_qsl(query, keep_blank_values=True)
    return site.table_page(served, pairs, links.served(base))


@cached(2, {Served: lambda served: served.version})
def _versions(served: Served, base: str) -> tuple[Version, ...]:
    return site.versions(served, base)


async def _redirect_to_folder(_: object) -> Response:
    return RedirectResponse(FOLDER, HTTPStatus.PERMANENT_REDIRECT)


def _redirect_of_replaced(path: str) -> Response | None:
    """Return the redirect of a page of a replaced release to the one in its place, or None."""
    release_id, _, page = path.removeprefix(FOLDER).partition("/")
    new = catalogue.REPLACED.get(release_id)
    if new is None:
        return None
    return RedirectResponse(f"{FOLDER}{new}/{page}", HTTPStatus.PERMANENT_REDIRECT)


def _method_not_allowed(method: str) -> Response:
    """Return the answer to a request that does not read."""
    headers = {"allow": METHODS}
    if method == "OPTIONS":
        return Response(status_code=HTTPStatus.NO_CONTENT, headers=headers)
    reason = messages.text("errors.read_only", methods=METHODS)
    return PlainTextResponse(reason, HTTPStatus.METHOD_NOT_ALLOWED, headers)


def _public_reason(error: Exception) -> str:
    """Return what readers and the log learn of a failure: our own words only.

    The text of an error that is not ours could hold anything.
    """
    if isinstance(error, ReferralsError):
        return str(error)
    return messages.text("errors.static_site")


def _unavailable(error: Exception) -> Response:
    """Return the page that explains why there are no pages.

    Withdrawn pages are gone (410), so that no cache serves its copy.
    """
    headers = {"cache-control": "no-store", "content-security-policy": NO_SCRIPT}
    page = layout.unavailable(_public_reason(error))
    if isinstance(error, WithdrawnError):
        return Response(page, HTTPStatus.GONE, headers, "text/html")
    headers["retry-after"] = str(RETRY_AFTER)
    return Response(page, HTTPStatus.SERVICE_UNAVAILABLE, headers, "text/html")
