"""Direct routes: answered without Streamlit, with the security headers of every answer."""

import asyncio

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from referrals.web import health
from referrals.web.direct_routes import DirectRoutes
from referrals.web.http import security_headers
from tests.fixtures.asgi_client import Listener, Socket, ask


async def direct(_: Request) -> Response:
    return PlainTextResponse("direct", headers={"cross-origin-resource-policy": "cross-origin"})


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    await PlainTextResponse("application")(scope, receive, send)


APP = DirectRoutes(
    application,
    routes=[
        Route("/direct", direct),
        Route("/read-only", direct, methods=["GET"]),
        *health.routes(dict),
    ],
)


def test_a_direct_route_is_answered_with_the_security_headers() -> None:
    answer = ask(APP, "/direct")
    assert answer.body == b"direct"
    assert answer.headers["content-security-policy"] == security_headers.DEFAULT
    assert answer.headers["referrer-policy"] == "no-referrer"


def test_a_header_that_an_answer_sets_itself_is_not_repeated() -> None:
    assert ask(APP, "/direct").headers.getlist("cross-origin-resource-policy") == ["cross-origin"]


def test_other_requests_are_passed_on_unchanged() -> None:
    answer = ask(APP, "/other")
    assert answer.body == b"application"
    assert "referrer-policy" not in answer.headers


def test_a_websocket_is_passed_on() -> None:
    listener = Listener()
    socket = Socket([{"type": "websocket.receive", "bytes": b"hello"}])
    asyncio.run(socket.open(DirectRoutes(listener, routes=[])))
    assert listener.messages == [b"hello"]


@pytest.mark.parametrize("path", ["/direct", "/read-only", "/healthz", "/readyz"])
@pytest.mark.parametrize("in_application", [True, False])
def test_a_method_that_a_route_does_not_have_is_a_405_inside_an_application_too(
    path: str, *, in_application: bool
) -> None:
    app = Starlette(middleware=[Middleware(DirectRoutes, routes=APP.routes)])
    got = ask(app if in_application else APP, path, method="DELETE")
    assert (got.status, got.headers["allow"]) == (405, "GET, HEAD, OPTIONS")
    assert got.headers["content-type"] == "application/problem+json"
    assert got.headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize("path", ["/other", "/read-only", "/healthz", "/readyz"])
def test_options_is_answered_with_the_methods_of_a_route(path: str) -> None:
    got = ask(APP, path, method="OPTIONS")
    assert (got.status, got.headers["allow"], got.body) == (204, "GET, HEAD, OPTIONS", b"")
    assert got.headers["referrer-policy"] == "no-referrer"
