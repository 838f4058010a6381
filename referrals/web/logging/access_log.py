"""One line in the log for each request and each socket: which page, how it ended, how long it took, never who."""

import logging
import time
from collections.abc import Collection, Iterable
from typing import Final

from starlette.routing import BaseRoute, Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOG: Final = logging.getLogger(__name__)

STREAMLIT: Final = ("/static/", "/media/")
OTHER: Final = "(other)"


class Watch:
    """Middleware that writes the log of requests. `pages` are addresses that are written as they are.

    Every other address is written as the template of its route, and one that nobody serves as `(other)`: readers type and
    paste all sorts of things into an address.
    """

    def __init__(self, app: ASGIApp, *, pages: Iterable[str], routes: Iterable[BaseRoute]) -> None:
        self._app = app
        self._names = Names(pages, routes)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the app does, and write how it went."""
        line = Line(
            "lifespan" if scope["type"] == "lifespan" else self._names.of(scope), scope, send
        )
        try:
            await self._app(scope, receive, line.send)
        except BaseException:
            line.failed = True
            raise
        finally:
            line.write()


class Names:
    """What addresses are called in the log."""

    def __init__(self, pages: Iterable[str], routes: Iterable[BaseRoute]) -> None:
        self._known: Collection[str] = frozenset(pages) | {
            "/_stcore/stream",
            "/_stcore/health",
            "/_stcore/host-config",
        }
        self._routes = tuple(routes)

    def of(self, scope: Scope) -> str:
        """Return the name of a request's address, which holds no part that a reader made up."""
        path = scope["path"]
        if path in self._known:
            return str(path)
        for prefix in STREAMLIT:
            if path.startswith(prefix):
                return f"{prefix}{{file}}"
        question = {"type": "http", "path": path, "method": "GET", "root_path": "", "headers": []}
        return next(
            (_template(one) for one in self._routes if one.matches(question)[0] is not Match.NONE),
            OTHER,
        )


class Line:
    """One line to be: a `send` that notes the status and the size of an answer as they pass."""

    def __init__(self, name: str, scope: Scope, send: Send) -> None:
        self._name, self._scope, self._send = name, scope, send
        self._began = time.perf_counter()
        self._status = 0
        self._bytes = 0
        self.failed = False

    async def send(self, message: Message) -> None:
        """Send a message, and note what it says of the answer."""
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
        fields = {
            "event": "request" if self._scope["type"] == "http" else "socket",
            "method": _method(self._scope),
            "path": self._name,
            "status": 500 if self.failed and not self._status else self._status,
            "ms": round((time.perf_counter() - self._began) * 1000, 1),
        }
        if self._scope["type"] == "http":  # over a socket it would tell which selections were drawn
            fields["bytes"] = self._bytes
        LOG.info("A request has ended.", extra={"fields": fields})


def _method(scope: Scope) -> str:
    method = scope.get("method", "GET")
    return (
        method if method in {"GET", "HEAD", "OPTIONS", "POST", "PUT", "DELETE", "PATCH"} else OTHER
    )


def _template(route: BaseRoute) -> str:
    return str(getattr(route, "path", OTHER))
