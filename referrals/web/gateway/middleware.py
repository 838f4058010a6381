"""The gateway middleware: refuses requests and WebSockets that the site has no use for.

`web.application` puts it before the shell and Streamlit, so that neither has to read a hostile
request.
"""

import logging
from collections.abc import Collection, Mapping
from http import HTTPStatus
from types import MappingProxyType
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from referrals.web.gateway import request_rules
from referrals.web.gateway.limits import Limits
from referrals.web.gateway.run_queue import HEADER, Place, RunQueue
from referrals.web.gateway.websocket_guard import POLICY_VIOLATION, MessageRules, WebSocketGuard
from referrals.web.http import security_headers
from referrals.web.http.problem import Refusal

LOG: Final = logging.getLogger(__name__)

TOO_MANY_SOCKETS: Final = Refusal(
    HTTPStatus.SERVICE_UNAVAILABLE,
    "full",
    "Too many people are reading at once. Try again in a minute.",
    {"retry-after": "60"},
)


class Gateway:
    """Middleware that applies `request_rules`, guards each WebSocket and limits their number.

    `messages` decides which messages a socket lets through. `hosts` are the host names that this
    server answers for; an empty collection means those of this machine. `forms` are the paths that
    take a form, each with the largest body in bytes.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        messages: MessageRules,
        hosts: Collection[str] = (),
        forms: Mapping[str, int] = MappingProxyType({}),
        limits: Limits | None = None,
    ) -> None:
        self._app = app
        self._messages = messages
        self._hosts = hosts
        self._forms = forms
        self._limits = limits or Limits()
        self._runs = RunQueue(self._limits.runs, self._limits.runs_per_group)
        self._open_sockets = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it here."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        if scope["type"] == "http" and scope.get("scheme") == "https":
            send = _with_hsts(send)
        refusal = request_rules.check(scope, self._limits, self._hosts, self._forms)
        is_full = self._open_sockets >= self._limits.sockets
        if scope["type"] == "websocket" and refusal is None and is_full:
            refusal = TOO_MANY_SOCKETS
        if refusal is not None:
            await _refuse(refusal, scope, receive, send)
        elif scope["type"] == "http":
            await self._app(scope, receive, send)
        else:
            await self._run_guarded(scope, receive, send)

    async def _run_guarded(self, scope: Scope, receive: Receive, send: Send) -> None:
        guard = WebSocketGuard(
            receive,
            send,
            messages=self._messages,
            limits=self._limits,
            place=Place(self._runs, Headers(scope=scope).get(HEADER, "")),
        )
        self._open_sockets += 1
        try:
            await self._app(scope, guard.receive, guard.send)
        finally:
            self._open_sockets -= 1
            guard.finish()


async def _refuse(refusal: Refusal, scope: Scope, receive: Receive, send: Send) -> None:
    LOG.info(
        "A request was refused.",
        extra={"fields": {"event": "refused", "why": refusal.reason, "status": refusal.status}},
    )
    if scope["type"] == "http" or "websocket.http.response" in scope.get("extensions", {}):
        await refusal.response(scope["path"])(scope, receive, send)
    else:
        await send({"type": "websocket.close", "code": POLICY_VIOLATION})


def _with_hsts(send: Send) -> Send:
    """Return a `send` that adds `Strict-Transport-Security` to answers.

    Used only if the scheme is HTTPS, ended by this server or by a proxy that uvicorn trusts: over
    plain HTTP browsers ignore the header (RFC 6797, 7.2), and a site tried out on a laptop must not
    lock its host name to HTTPS.
    """

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(raw=list(message.get("headers", [])))
            headers["strict-transport-security"] = security_headers.HTTPS_ONLY
            message = {**message, "headers": headers.raw}
        await send(message)

    return sending
