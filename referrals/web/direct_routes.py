"""Direct routes: addresses that are answered without passing through Streamlit's middleware.

Added to the application by `web.application` for the API, the static pages, assets and health
endpoints. Streamlit's own middleware costs more than sending one of these finished answers.
"""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Final

from starlette.responses import Response
from starlette.routing import BaseRoute, Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from referrals.web.http import security_headers
from referrals.web.http.problem import problem

OPTIONS: Final = "OPTIONS"
READ: Final = "GET, HEAD, OPTIONS"
DEFAULT_HEADERS: Final = tuple(
    (name.encode(), value.encode())
    for name, value in {
        **security_headers.HEADERS,
        "content-security-policy": security_headers.DEFAULT,
    }.items()
)

EMBEDDABLE: Final = (b"content-security-policy", security_headers.EMBEDDABLE.encode())


class DirectRoutes:
    """Middleware that answers some routes itself and passes every other request on.

    Its answers carry the security headers, unless an answer sets one itself.
    """

    def __init__(self, app: ASGIApp, *, routes: Sequence[BaseRoute]) -> None:
        self._app = app
        self.routes = tuple(routes)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request for one of the routes, or pass it on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        # Not Starlette's Router: for a wrong method it raises inside an application, which here,
        # outside Starlette's exception handlers, would become a 500.
        partial_match: BaseRoute | None = None
        for route in self.routes:
            match, route_scope = route.matches(scope)
            if match is Match.FULL:
                scope.update(route_scope)
                await route.handle(scope, receive, _with_default_headers(send))
                return
            if match is Match.PARTIAL:
                partial_match = partial_match or route
        if partial_match is not None:
            answer = _without_method(partial_match, scope["method"])
            await answer(scope, receive, _with_default_headers(send))
        elif scope["method"] == OPTIONS:  # for a page or a file of Streamlit, which are read-only
            await _allowed(READ)(scope, receive, _with_default_headers(send))
        else:
            await self._app(scope, receive, send)


def _without_method(route: BaseRoute, method: str) -> ASGIApp:
    """Return the answer to a method that a route does not handle: 405, or 204 to OPTIONS."""
    methods = ", ".join(sorted({OPTIONS, *(getattr(route, "methods", None) or ())}))
    if method == OPTIONS:
        return _allowed(methods)
    status = HTTPStatus.METHOD_NOT_ALLOWED
    detail = f"Use one of {methods}."
    return problem(status, status.phrase, detail, headers={"allow": methods})


def _allowed(methods: str) -> Response:
    """Return the answer to OPTIONS."""
    return Response(status_code=HTTPStatus.NO_CONTENT, headers={"allow": methods})


def _with_default_headers(send: Send) -> Send:
    """Return a `send` that adds the security headers that an answer does not set itself."""

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = message.get("headers", [])
            names = {name for name, _ in headers}
            if EMBEDDABLE in headers:
                names.add(security_headers.FRAME_OPTIONS.encode())  # would contradict the policy
            missing = [header for header in DEFAULT_HEADERS if header[0] not in names]
            message = {**message, "headers": [*headers, *missing]}
        await send(message)

    return sending
