"""Addresses that need nothing of Streamlit are answered beside it: its middleware costs more than an answer that is kept."""

from collections.abc import Sequence
from typing import Final

from starlette.routing import BaseRoute, Router
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from referrals.web.http import security_headers

ALWAYS: Final = tuple(
    (name.encode(), value.encode())
    for name, value in {
        **security_headers.HEADERS,
        "content-security-policy": security_headers.DEFAULT,
    }.items()
)


class Beside:
    """Middleware that answers the addresses of some routes itself, and leaves every other to the application.

    Its answers carry the headers of `policy`, where they have not said otherwise themselves.
    """

    def __init__(self, app: ASGIApp, *, routes: Sequence[BaseRoute]) -> None:
        self._app = app
        self._router = Router(routes, redirect_slashes=False, default=self._elsewhere)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request for one of the routes, or pass it on."""
        if scope["type"] == "http":
            await self._router(scope, receive, _Closed(send))
        else:
            await self._app(scope, receive, send)

    async def _elsewhere(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, with the `send` that it came with: the shell sets the headers of those answers."""
        await self._app(scope, receive, send.bare if isinstance(send, _Closed) else send)


class _Closed:
    """A `send` that adds the headers of `policy` to an answer."""

    def __init__(self, send: Send) -> None:
        self.bare = send

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            said = message.get("headers", [])
            names = {name for name, _ in said}
            message = {
                **message,
                "headers": [*said, *(item for item in ALWAYS if item[0] not in names)],
            }
        await self.bare(message)
