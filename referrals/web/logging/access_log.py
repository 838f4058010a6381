"""The access log: one line per request and WebSocket with page, status and duration, never who."""

import logging
import time
from collections.abc import Collection, Iterable
from typing import Final

from starlette.routing import BaseRoute, Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from referrals.web.shell.language_prefix import codes_by_name, without_language

LOG: Final = logging.getLogger(__name__)

STREAMLIT_PATHS: Final = frozenset({"/_stcore/stream", "/_stcore/health", "/_stcore/host-config"})
FILE_PREFIXES: Final = ("/static/", "/media/")
METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "DELETE", "PATCH"})
OTHER: Final = "(other)"


class AccessLog:
    """Middleware that writes the access log. The paths in `pages` are logged as they are.

    Any other path is logged as the template of its route, or as `(other)` if there is no route:
    readers type and paste all sorts of things into an address. The language of a page is left out:
    few readers share some of them.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        pages: Iterable[str],
        routes: Iterable[BaseRoute],
        languages: Iterable[str] = (),
    ) -> None:
        self._app = app
        self._names = PathNames(pages, routes, languages)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and log how it ended."""
        name = "lifespan" if scope["type"] == "lifespan" else self._names.of(scope)
        entry = LogEntry(name, scope, send)
        try:
            await self._app(scope, receive, entry.send)
        except BaseException:
            entry.has_failed = True
            raise
        finally:
            entry.write()


class PathNames:
    """The names of paths in the log. None contains text that a reader made up."""

    def __init__(
        self, pages: Iterable[str], routes: Iterable[BaseRoute], languages: Iterable[str] = ()
    ) -> None:
        self._codes = codes_by_name(languages)
        self._known: Collection[str] = frozenset(pages) | STREAMLIT_PATHS
        self._routes = tuple(routes)

    def of(self, scope: Scope) -> str:
        """Return the name of a request's path."""
        path = without_language(scope["path"], self._codes)
        if path in self._known:
            return str(path)
        for prefix in FILE_PREFIXES:
            if path.startswith(prefix):
                return f"{prefix}{{file}}"
        plain_scope = {
            "type": "http",
            "path": path,
            "method": "GET",
            "root_path": "",
            "headers": [],
        }
        for route in self._routes:
            if route.matches(plain_scope)[0] is not Match.NONE:
                return str(getattr(route, "path", OTHER))
        return OTHER


class LogEntry:
    """One line of the access log: a `send` that records the status and size of an answer."""

    def __init__(self, name: str, scope: Scope, send: Send) -> None:
        self._name = name
        self._scope = scope
        self._send = send
        self._started = time.perf_counter()
        self._status = 0
        self._bytes = 0
        self.has_failed = False

    async def send(self, message: Message) -> None:
        """Send a message, and record its part of the answer."""
        kind = message["type"]
        if kind in {"http.response.start", "websocket.http.response.start"}:
            self._status = int(message["status"])
        elif kind == "websocket.accept":
            self._status = 101
        elif kind == "lifespan.startup.complete":
            LOG.info("The server has started.", extra={"fields": {"event": "started"}})
        self._bytes += len(message.get("body", b""))
        await self._send(message)

    def write(self) -> None:
        """Write the line, once the answer is finished or has failed."""
        if self._scope["type"] == "lifespan":
            LOG.info("The server has stopped.", extra={"fields": {"event": "stopped"}})
            return
        is_request = self._scope["type"] == "http"
        method = self._scope.get("method", "GET")
        fields = {
            "event": "request" if is_request else "socket",
            "method": method if method in METHODS else OTHER,
            "path": self._name,
            "status": 500 if self.has_failed and not self._status else self._status,
            "ms": round((time.perf_counter() - self._started) * 1000, 1),
        }
        if is_request:  # the size of a socket's messages would reveal which selections were drawn
            fields["bytes"] = self._bytes
        LOG.info("A request has ended.", extra={"fields": fields})
