"""The shell middleware: frames Streamlit's index.html as one of our pages.

Streamlit answers every address with the same empty page. The shell gives each page of ours its own
title, description, menu and exit button, answers 404 at every other address, and adds the security
headers to every answer. Answers that are not HTML pass through unread.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from threading import Lock
from typing import Final

from cachetools import LRUCache
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from referrals.language import current
from referrals.page_meta import FirstPaint, PageHead, Version
from referrals.web.http import security_headers
from referrals.web.shell import html as shell_html
from referrals.web.shell import preload, streamlit_index
from referrals.web.shell.html import Frame
from referrals.web.shell.response import HtmlBuffer, HtmlPage
from referrals.web.static import assets, precompress

FILE_PREFIXES: Final = ("/media/", "/static/")
CONDITIONAL_HEADERS: Final = frozenset(
    {
        b"accept-encoding",
        b"if-match",
        b"if-modified-since",
        b"if-none-match",
        b"if-range",
        b"range",
    }
)
"""Headers that could make Streamlit send a compressed file, a part of it, or none."""

PAGES_KEPT: Final = 256
"""The size of the cache of finished pages: one for each language, path and selection."""


def no_html(_path: str, _query: str) -> FirstPaint:
    """Return no HTML."""
    return FirstPaint("")


def no_versions() -> Sequence[Version]:
    """Return no other versions."""
    return ()


class Shell:
    """Middleware that frames the given pages and answers 404 at unknown addresses.

    `frame` returns the pages and messages in the current language. `first_paint` returns the main
    part of the page at a path and with a query string, which is shown until Streamlit has drawn it,
    and `versions` the site's other versions, which each page links to. All are called for every
    request, so a new release is in the next page that is opened.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        frame: Callable[[], Frame],
        first_paint: Callable[[str, str], FirstPaint] = no_html,
        versions: Callable[[], Sequence[Version]] = no_versions,
    ) -> None:
        self._app = app
        self._frame = frame
        self._first_paint = first_paint
        self._versions = versions
        self._cache: LRUCache[tuple[str, ...], tuple[tuple[object, ...], HtmlPage]]
        self._cache = LRUCache(PAGES_KEPT)
        self._lock = Lock()
        self._not_found_pages: dict[str, HtmlPage] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the application does, with Streamlit's page framed."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        buffer = HtmlBuffer(send, without_body=scope["method"] == "HEAD")
        await self._app(_unconditional(scope), receive, buffer)
        index = buffer.html
        if streamlit_index.ROOT in index:
            # In a thread: after a new release the page is rendered and compressed again, and the
            # process must go on answering.
            answer = await run_in_threadpool(self._answer, scope, index)
            await answer(scope, receive, buffer.pass_on)
        elif buffer.is_holding:
            await buffer.flush()

    def _answer(self, scope: Scope, index: str) -> Response:
        request = Headers(scope=scope)
        frame, path = self._frame(), scope["path"]
        head = next((head for head in frame.heads if head.path == path), None)
        if head is None:
            return self._not_found(frame).response(request, status=404)
        query = scope["query_string"].decode("latin-1")
        return self._page(head, query, index).response(request)

    def _not_found(self, frame: Frame) -> HtmlPage:
        """Return the 404 page of the current language, made once."""
        if current() not in self._not_found_pages:
            page = HtmlPage(shell_html.not_found(frame), shell_html.POLICY)
            self._not_found_pages[current()] = page
        return self._not_found_pages[current()]

    def _page(self, head: PageHead, query: str, index: str) -> HtmlPage:
        """Return the page of a head, cached until one of its parts changes."""
        first_paint = self._first_paint(head.path, query)
        versions = self._versions()
        if first_paint.repeats_address:  # for one reader only, see `FirstPaint`
            return self._render(head, first_paint, index, versions, is_reused=False)
        key = (current(), head.path, first_paint.figure, first_paint.html)
        parts = (index, versions)
        with self._lock:
            cached_parts, page = self._cache.get(key, (None, None))
        if page is None or cached_parts != parts:
            is_usual = not query or first_paint == self._first_paint(head.path, "")
            page = self._render(head, first_paint, index, versions, is_reused=is_usual)
            with self._lock:
                self._cache[key] = (parts, page)
        return page

    def _render(
        self,
        head: PageHead,
        first_paint: FirstPaint,
        index: str,
        versions: Sequence[Version],
        *,
        is_reused: bool,
    ) -> HtmlPage:
        frame = replace(self._frame(), versions=versions)
        stems = preload.stems(first_paint.html, draws_charts=head.draws_charts)
        scripts = preload.needed(precompress.folder() / "js", stems)
        html = shell_html.page(index, head, frame, first_paint, scripts)
        return HtmlPage(html, _policy(index), is_reused=is_reused)


def _unconditional(scope: Scope) -> Scope:
    """Return the request to send to the application: for its whole index.html, uncompressed.

    Requests for files keep their headers. `extensions` are removed, as a file that the server sends
    by itself could not be framed.
    """
    if scope["method"] not in {"GET", "HEAD"}:
        return scope
    request = {**scope, "method": "GET", "extensions": {}}
    if not scope["path"].startswith(FILE_PREFIXES):
        request["headers"] = [
            header for header in scope["headers"] if header[0].lower() not in CONDITIONAL_HEADERS
        ]
    return request


def _policy(index: str) -> str:
    """Return the policy of a page made of an index.html of Streamlit's."""
    own = assets.script()
    return security_headers.content_security_policy([own, *security_headers.inline_scripts(index)])
