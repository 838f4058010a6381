"""The first door: requests and sockets that this site has no use for end here, before the shell or Streamlit reads them."""

import logging
from collections.abc import Collection
from http import HTTPStatus
from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from referrals.web.gateway import request_rules
from referrals.web.gateway.limits import Limits, Pace
from referrals.web.gateway.websocket_guard import GuardedSocket, Messages
from referrals.web.http import security_headers
from referrals.web.http.problem import Refusal

LOG: Final = logging.getLogger(__name__)

FULL: Final = Refusal(
    HTTPStatus.SERVICE_UNAVAILABLE,
    "full",
    "Too many people are reading at once. Try again in a minute.",
    {"retry-after": "60"},
)


class Gateway:
    """Middleware that lets in what `entry` allows, guards each socket, and bounds how many there are.

    `messages` are those that a socket lets through. `hosts` are the names that this server answers for; none means any.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        messages: Messages,
        hosts: Collection[str] = (),
        limits: Limits | None = None,
    ) -> None:
        self._app = app
        self._messages, self._hosts = messages, hosts
        self._limits = limits or Limits()
        self._everyone = Pace(self._limits.all_rate, self._limits.all_burst)
        self._open = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer it here."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        if scope["type"] == "http" and scope.get("scheme") == "https":
            send = _over_https(send)
        refusal = request_rules.objection(scope, self._limits, self._hosts)
        if scope["type"] == "websocket" and refusal is None and self._open >= self._limits.sockets:
            refusal = FULL
        if refusal is not None:
            await _refuse(refusal, scope, receive, send)
        elif scope["type"] == "http":
            await self._app(scope, receive, send)
        else:
            await self._guard(scope, receive, send)

    async def _guard(self, scope: Scope, receive: Receive, send: Send) -> None:
        socket = GuardedSocket(
            receive, send, messages=self._messages, limits=self._limits, everyone=self._everyone
        )
        self._open += 1
        try:
            await self._app(scope, socket.receive, socket.send)
        finally:
            self._open -= 1


async def _refuse(refusal: Refusal, scope: Scope, receive: Receive, send: Send) -> None:
    LOG.info(
        "A request was refused.",
        extra={"fields": {"event": "refused", "why": refusal.reason, "status": refusal.status}},
    )
    if scope["type"] == "http" or "websocket.http.response" in scope.get("extensions", {}):
        await refusal.response(scope["path"])(scope, receive, send)
    else:
        await send({"type": "websocket.close", "code": 1008})


def _over_https(send: Send) -> Send:
    """Return a `send` that tells browsers to come back by HTTPS only.

    The scheme is what the server itself ends, or what a proxy says that uvicorn has been told to trust: over plain HTTP the
    header means nothing (RFC 6797, 7.2), and a site tried out on a laptop must not lock its name to HTTPS.
    """

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(raw=list(message.get("headers", [])))
            headers["strict-transport-security"] = security_headers.HTTPS_ONLY
            message = {**message, "headers": headers.raw}
        await send(message)

    return sending
