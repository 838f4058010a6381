"""The static site as an ASGI application: rendered once per version of the releases.

A page is looked up by its path and sent in the encoding that the client accepts. Only two pages are
made for each request: the table that a reader built, and the results of a search.
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
from referrals.errors import ReferralsError
from referrals.i18n import messages
from referrals.page_meta import Version
from referrals.questions import reply
from referrals.reference import helplines
from referrals.release import catalogue
from referrals.release.catalogue import Served
from referrals.static_site import links, responses, site
from referrals.static_site.links import FOLDER
from referrals.static_site.responses import RETRY_AFTER, Files
from referrals.static_site.search import results
from referrals.static_site.search.results import Asked
from referrals.static_site.table import KEY as TABLE
from referrals.web.http.cache_control import NO_STORE, ONE_MINUTE

LOG: Final = logging.getLogger(__name__)

METHODS: Final = "GET, HEAD, OPTIONS"
ROBOTS: Final = "User-agent: *\nAllow: /\n"
TABLE_PAGE: Final = f"{FOLDER}{TABLE}"
"""The path of the page on which a reader builds a table."""

SEARCH_PAGE: Final = f"{FOLDER}{site.SEARCH}"
"""The path of the search."""


@dataclass(frozen=True)
class Failure:
    """A version of the releases that could not be rendered, and when to try again."""

    version: str
    reason: str
    until: float

    def holds(self, version: str) -> bool:
        """Return whether it is too early to try a version again."""
        return version == self.version and monotonic() < self.until


@dataclass
class StaticSite:
    """The ASGI application of everything below `/lite/`.

    `base` is the origin that readers know the site by, such as `https://example.org`; '' if it is
    unknown. With it the pages have absolute canonical addresses, and there is a sitemap.

    When the releases change, or a help line is overdue for checking, readers get the old pages
    until a thread has rendered the new ones. If rendering fails, the old pages stay, the log has
    the reason, and the next try is `RETRY_AFTER` seconds later. Pages of a withdrawn release are
    never sent: readers wait for the new ones.
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
    async def prebuilt(self) -> AsyncIterator[None]:
        """Render the pages in the background at start, so that no reader has to wait for them."""
        task = asyncio.create_task(self._prebuild())
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
        response = await self._response(scope)
        await response(scope, receive, send)

    async def _response(self, scope: Scope) -> Response:
        """Return the file that a request asks for, or the table or results of its query."""
        try:
            files = await self._current_files()
            if scope["path"] == SEARCH_PAGE:
                found = await asyncio.to_thread(self._search, scope["query_string"])
                return responses.made(scope, found, {"cache-control": NO_STORE})
            if scope["path"] != TABLE_PAGE or not scope["query_string"]:
                return files.response(scope)
            body = await asyncio.to_thread(self._table, scope["query_string"])
        except Exception as error:  # noqa: BLE001 - the reader gets a page with the reason
            return responses.unavailable(error)
        return responses.made(scope, body)

    def _table(self, query: bytes) -> bytes:
        """Return the page of a table.

        The page is not cached, because any number of queries can ask for one table. The table
        itself is (`cards.built_table`), by its normalised request; the page around it takes 5 ms.
        """
        pairs = parse_qsl(query.decode("latin-1"), keep_blank_values=True)
        return site.table_page(catalogue.served(), pairs, links.served(self.base))

    def _search(self, query: bytes) -> bytes:
        """Return the page of the results of a query, which is not cached either."""
        pairs = parse_qsl(query.decode("latin-1"), keep_blank_values=True)
        return site.search_page(catalogue.served(), Asked.read(pairs), links.served(self.base))

    async def _current_files(self) -> Files:
        """Return the files of the current releases, or the previous ones until then."""
        served = catalogue.served()
        if self._rendered and catalogue.has_withdrawn(self._rendered):
            self._files = self._rendered = None
        files = self._files
        if files is None:
            files = await self._render(served)
            if catalogue.has_withdrawn(served):  # while its pages were rendered
                return await self._current_files()
            return files
        is_current = files.version == _version(served)
        if not is_current and not self._rendering.locked() and not self._failed(served):
            task = asyncio.create_task(self._render_again(served))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return files

    async def _prebuild(self) -> None:
        with suppress(Exception):  # logged already, or shown to the first reader
            await self._render(await asyncio.to_thread(catalogue.served))

    async def _render_again(self, served: Served) -> None:
        with suppress(ReferralsError):  # logged already
            await self._render(served)

    async def _render(self, served: Served) -> Files:
        """Return the files of some releases, rendered once however many readers ask."""
        async with self._rendering:
            if self._files is None or self._files.version != _version(served):
                self._files, self._rendered = await self._render_in_thread(served), served
            return self._files

    async def _render_in_thread(self, served: Served) -> Files:
        """Return the files of some releases. After a failure, wait `RETRY_AFTER` seconds.

        Raises:
            ReferralsError: the pages cannot be rendered, or could not a moment ago.
        """
        if failure := self._failed(served):
            raise ReferralsError(failure.reason)
        try:
            return await asyncio.to_thread(self._files_of, served)
        except Exception as error:  # noqa: BLE001 - logged, and the reader gets a page
            reason = responses.public_reason(error)
            self._failure = Failure(served.version, reason, monotonic() + RETRY_AFTER)
            LOG.warning(
                "The static pages of these releases cannot be rendered (%s).%s %s",
                type(error).__name__,
                " The previous ones stay." if self._files else "",
                reason,
            )
            raise ReferralsError(reason) from None

    def _files_of(self, served: Served) -> Files:
        reply.warm(served.published)
        results.warm(served)
        return Files(_version(served), site.files(served, links.served(self.base)))

    def _failed(self, served: Served) -> Failure | None:
        return self._failure if self._failure and self._failure.holds(served.version) else None

    async def _robots(self, _: object) -> Response:
        sitemap = f"Sitemap: {self.base}{FOLDER}{site.SITEMAP}\n" if self.base else ""
        headers = {"cache-control": ONE_MINUTE}
        return Response(ROBOTS + sitemap, media_type="text/plain", headers=headers)


def _version(served: Served) -> str:
    """Return the version of the pages: that of the releases, and the overdue help lines."""
    return " ".join([served.version, *helplines.overdue()])


@cached(16, {Served: lambda served: served.version})  # the other languages share them
def _versions(served: Served, base: str) -> tuple[Version, ...]:
    return site.versions(served, base)


async def _redirect_to_folder(_: object) -> Response:
    return RedirectResponse(FOLDER, HTTPStatus.PERMANENT_REDIRECT)


def _redirect_of_replaced(path: str) -> Response | None:
    """Return the redirect from a page of a replaced release to its successor's, or None."""
    release_id, _, page = path.removeprefix(FOLDER).partition("/")
    new = catalogue.REPLACED.get(release_id)
    if new is None:
        return None
    return RedirectResponse(f"{FOLDER}{new}/{page}", HTTPStatus.PERMANENT_REDIRECT)


def _method_not_allowed(method: str) -> Response:
    """Return the answer to any method but GET and HEAD."""
    headers = {"allow": METHODS}
    if method == "OPTIONS":
        return Response(status_code=HTTPStatus.NO_CONTENT, headers=headers)
    reason = messages.text("errors.read_only", methods=METHODS)
    return PlainTextResponse(reason, HTTPStatus.METHOD_NOT_ALLOWED, headers)
