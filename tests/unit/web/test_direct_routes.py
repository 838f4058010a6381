"""What needs nothing of Streamlit is answered beside it, as closed as everything else."""

import asyncio

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from referrals.web.direct_routes import Beside
from referrals.web.http import security_headers
from tests.fixtures.asgi_client import Listener, Socket, ask


async def _mine(_: Request) -> Response:
    return PlainTextResponse("beside", headers={"cross-origin-resource-policy": "cross-origin"})


async def _behind(scope: Scope, receive: Receive, send: Send) -> None:
    await PlainTextResponse("behind")(scope, receive, send)


APP = Beside(_behind, routes=[Route("/mine", _mine)])


def test_a_route_is_answered_here_with_the_headers_of_the_policy() -> None:
    answer = ask(APP, "/mine")
    assert answer.body == b"beside"
    assert answer.headers["content-security-policy"] == security_headers.DEFAULT
    assert answer.headers["referrer-policy"] == "no-referrer"


def test_what_an_answer_says_itself_is_not_said_again() -> None:
    assert ask(APP, "/mine").headers.getlist("cross-origin-resource-policy") == ["cross-origin"]


def test_another_address_is_the_applications_own_to_answer_and_to_close() -> None:
    answer = ask(APP, "/other")
    assert answer.body == b"behind"
    assert "referrer-policy" not in answer.headers


def test_a_socket_goes_past_the_routes() -> None:
    heard = Listener()
    asyncio.run(
        Socket(says=[{"type": "websocket.receive", "bytes": b"hello"}]).open(
            Beside(heard, routes=[])
        )
    )
    assert heard.messages == [b"hello"]
