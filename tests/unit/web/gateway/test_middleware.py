"""The first door: what is let in, what is refused and with which words, and how sockets are guarded."""

from __future__ import annotations

import asyncio
import json
import logging
from typing import Any

import pytest
from hypothesis import find, given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.types import Message
from streamlit.proto.BackMsg_pb2 import BackMsg

from referrals.web.gateway import websocket_guard
from referrals.web.gateway.limits import Limits, Pace
from referrals.web.gateway.middleware import Gateway
from referrals.web.gateway.websocket_guard import Messages
from referrals.web.shell.middleware import PageHead, Shell
from referrals.web.streamlit import client_messages
from tests.fixtures.asgi_client import Listener, Socket, answer, ask, scope_of


def message(**fields: Any) -> bytes:
    """Return a message of the front end as bytes."""
    return bytes(BackMsg(**fields).SerializeToString())


RERUN = message(rerun_script={"query_string": "sex=F"})
WANTED = [RERUN]
UNWANTED = {
    "clear_cache": True,
    "set_run_on_save": True,
    "stop_script": True,
    "load_git_info": True,
    "debug_disconnect_websocket": True,
    "debug_shutdown_runtime": True,
    "file_urls_request": {"file_names": ["a"]},
    "app_heartbeat": True,
    "backend_operation_request": {"install_skills": {}},
}


def guarded(listener: Listener, **named: Any) -> Gateway:
    return Gateway(listener, **{"messages": client_messages.MESSAGES, **named})


def said(*messages: bytes) -> list[dict[str, Any]]:
    return [{"type": "websocket.receive", "bytes": one} for one in messages]


def heard(socket: Socket, **named: Any) -> list[bytes]:
    """Return the messages of a socket that reach the application behind the gateway."""
    listener = Listener()
    asyncio.run(socket.open(guarded(listener, **named)))
    return listener.messages


# Requests


@pytest.mark.parametrize(
    "target",
    [
        "/",
        "/age?sex=F&crime_type=DA",
        "/_stcore/health",
        "/_stcore/host-config",
        "/media/0123abcd.csv",
        "/static/js/index.0123.js",
        "/no-such-page",
        "/%C3%A9t%C3%A9",
        "/a.b",
        "/api/v1/releases/2020-21/cells?nationality=VNM&nationality=ALB",
    ],
)
@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_what_readers_ask_for_comes_in(target: str, method: str) -> None:
    listener = Listener()
    assert ask(guarded(listener), target, method=method).status == 200
    assert listener.requests == 1


REFUSED = {
    405: [
        ("POST", "/"),
        ("PUT", "/_stcore/upload_file/a/b"),
        ("DELETE", "/_stcore/upload_file/a/b"),
        ("TRACE", "/"),
        ("X" * 99, "/"),
    ],
    404: [
        ("GET", target)
        for target in (
            "/_stcore/metrics",
            "/_stcore/upload_file/a/b",
            "/_stcore/agent/mcp",
            "/_stcore/agent/openapi.json",
            "/_stcore/script-health-check",
            "/_stcore/bidi-components/a/b.js",
            "/_stcore/stream",
            "/_stcore/message",
            "/_stcore",
            "/%5Fstcore/metrics",
            "/age/_stcore/metrics",
            "/component/a/b.js",
            "/auth/login",
            "/auth/logout",
            "/oauth2callback",
        )
    ],
    400: [
        ("GET", target)
        for target in (
            "/a%00b",
            "/a%0d%0aset-cookie:%20a=b",
            "/%ff",
            "/%ed%a0%80",
            "/%252e%252e/",
            "/a/../_stcore/metrics",
            "/%2e%2e/%2e%2e/etc/passwd",
            "/..",
            "/a%5c..%5cb",
            "//example.org/a",
            "*",
            "/?" + "&".join(["a=1"] * 65),
        )
    ],
    414: [("GET", "/" + "a" * 2_000), ("GET", "/?a=" + "b" * 9_000)],
}


@pytest.mark.parametrize(
    ("status", "method", "target"),
    [(status, *one) for status, all_ in REFUSED.items() for one in all_],
)
def test_what_nobody_needs_is_refused_before_anything_reads_it(
    status: int, method: str, target: str
) -> None:
    listener = Listener()
    got = ask(guarded(listener), target, method=method)
    assert (got.status, listener.requests) == (status, 0)
    problem = json.loads(got.body)
    assert (problem["status"], problem["type"]) == (status, "about:blank")
    assert problem["detail"].endswith(".")
    assert got.headers["content-type"] == "application/problem+json"
    assert got.headers["cache-control"] == "no-store"
    assert got.headers["x-content-type-options"] == "nosniff"
    assert "default-src 'self'" in got.headers["content-security-policy"]
    assert got.headers.get("allow") == ("GET, HEAD, OPTIONS" if status == 405 else None)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ([("a", "b" * 16_000)], 200),
        ([("a", "b" * 17_000)], 431),
        ([("a", "b")] * 100, 200),
        ([("a", "b")] * 101, 431),
        ([("content-length", "0")], 200),
        ([("content-length", "1")], 413),
        ([("transfer-encoding", "chunked")], 413),
    ],
)
def test_headers_are_bounded_and_no_body_is_taken(
    headers: list[tuple[str, str]], status: int
) -> None:
    assert ask(guarded(Listener()), "/", headers=headers).status == status


@pytest.mark.parametrize(
    ("host", "target", "status"),
    [
        ("dashboard.example.org", "/", 200),
        ("Dashboard.Example.org:8501", "/age", 200),
        ("dashboard.example.org.", "/", 200),
        ("evil.example.org", "/", 421),
        ("dashboard.example.org.evil.org", "/", 421),
        ("", "/", 421),
        ("10.0.0.7:8501", "/healthz", 200),
        ("10.0.0.7:8501", "/readyz", 200),
        ("10.0.0.7:8501", "/", 421),
    ],
)
def test_only_the_names_of_this_site_are_answered_for(host: str, target: str, status: int) -> None:
    gateway = guarded(Listener(), hosts=("dashboard.example.org",))
    assert ask(gateway, target, headers=[("host", host)] if host else []).status == status


def test_without_names_any_will_do() -> None:
    assert ask(guarded(Listener()), "/", headers=[("host", "192.168.1.7:8501")]).status == 200


@pytest.mark.parametrize("target", ["/", "/_stcore/metrics"], ids=["let in", "refused"])
@pytest.mark.parametrize(("scheme", "told"), [("https", "max-age=31536000"), ("http", None)])
def test_a_browser_is_told_to_stay_with_https_only_where_it_came_by_it(
    target: str, scheme: str, told: str | None
) -> None:
    assert (
        ask(guarded(Listener()), target, scheme=scheme).headers.get("strict-transport-security")
        == told
    )


def test_a_refusal_is_logged_in_one_word_and_nothing_of_the_request(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.INFO):
        ask(guarded(Listener()), "/_stcore/metrics?name=secret")
    (record,) = [one for one in caplog.records if one.name == "referrals.web.gateway.middleware"]
    assert record.levelno == logging.INFO  # scanners are refused all day long: it is nobody's work
    assert vars(record)["fields"] == {"event": "refused", "why": "closed", "status": 404}
    assert "secret" not in caplog.text


ODD = st.one_of(
    st.text(max_size=80),
    st.text(alphabet="/.%0123456789abcdefABCDEF_?&=;\\ :@", max_size=120),
    st.sampled_from(["/age?", "/_stcore/", "/media/", "/static/"]).flatmap(
        lambda start: st.text(max_size=60).map(start.__add__)
    ),
)


@given(
    target=ODD,
    method=st.sampled_from(["GET", "HEAD", "OPTIONS", "POST", ""]),
    query=st.binary(max_size=200),
)
def test_no_address_however_odd_is_a_fault(target: str, method: str, query: bytes) -> None:
    app = Starlette(
        middleware=[
            Middleware(Gateway, messages=client_messages.MESSAGES),
            Middleware(Shell, heads=(PageHead("/", "Home", "A page."),), site="Site"),
        ]
    )
    scope = {
        **scope_of("/", method=method),
        "path": target,
        "raw_path": target.encode(errors="replace"),
        "query_string": query,
    }
    assert asyncio.run(answer(app, scope)).status < 500


# Sockets


@pytest.mark.parametrize("wanted", WANTED)
def test_what_the_front_end_says_goes_through_unchanged(wanted: bytes) -> None:
    assert heard(Socket(said(wanted))) == [wanted]


def test_a_file_that_streamlit_would_make_on_asking_is_not_let_through() -> None:
    asked = message(backend_operation_request={"deferred_file": {"file_id": "1"}})
    assert heard(Socket(said(asked, RERUN))) == [RERUN]


@pytest.mark.parametrize(("kind", "value"), UNWANTED.items())
def test_a_kind_of_message_that_no_page_needs_is_dropped_and_the_socket_lives_on(
    kind: str, value: Any, caplog: pytest.LogCaptureFixture
) -> None:
    unwanted = message(**{kind: value})
    socket = Socket(said(unwanted, unwanted, RERUN))
    assert heard(socket) == [RERUN]
    assert socket.closed_with is None
    (record,) = caplog.records
    assert vars(record)["fields"]["kind"].startswith(kind)


def test_every_kind_of_message_that_streamlit_knows_is_either_wanted_here_or_dropped() -> None:
    known = {field.name for field in BackMsg.DESCRIPTOR.fields}
    assert known == {"rerun_script", *UNWANTED}


@pytest.mark.parametrize("broken", [b"\xff\xff\xff", RERUN[:-1], b"", b"\x08\x01"])
def test_a_message_that_is_none_closes_the_socket(broken: bytes) -> None:
    socket = Socket(said(broken, RERUN))
    assert heard(socket) == []
    assert socket.closed_with == 1008


def test_text_closes_the_socket() -> None:
    socket = Socket([{"type": "websocket.receive", "text": "hello"}, *said(RERUN)])
    assert heard(socket) == []
    assert socket.closed_with == 1003


@pytest.mark.parametrize(("letters", "closed"), [(65_000, None), (65_536, 1009)])
def test_a_message_may_be_64_kilobytes_long(letters: int, closed: int | None) -> None:
    socket = Socket(said(message(rerun_script={"query_string": "a" * letters})))
    heard(socket)
    assert socket.closed_with == closed


def test_a_socket_whose_reader_reads_nothing_is_closed_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(websocket_guard, "CLOSING", 0.01)

    class Deaf(Socket):
        async def send(self, message: Message) -> None:
            self.told.append(message)
            if message["type"] == "websocket.close":
                await asyncio.sleep(3_600)

    deaf = Deaf(said(b"\xff", RERUN))

    async def opened() -> None:
        async with asyncio.timeout(10):
            await deaf.open(guarded(Listener()))

    asyncio.run(opened())
    assert deaf.closed_with == 1008


def test_nothing_is_sent_after_the_close() -> None:
    socket = Socket(said(b"\xff"))
    heard(socket)
    assert [one["type"] for one in socket.told] == ["websocket.accept", "websocket.close"]


KNOWN = [*WANTED, *(message(**{kind: value}) for kind, value in UNWANTED.items())]
CHANGED = st.builds(
    lambda one, at, cut, put: one[: at % (len(one) + 1)] + put + one[at % (len(one) + 1) + cut :],
    st.sampled_from(KNOWN), st.integers(0, 40), st.integers(0, 2), st.binary(max_size=2),
)  # fmt: skip
ANYTHING = st.one_of(st.sampled_from(KNOWN), CHANGED, st.binary(max_size=60))


@given(st.lists(ANYTHING, max_size=5))
def test_only_what_streamlit_reads_as_a_wanted_kind_ever_reaches_it(messages: list[bytes]) -> None:
    kinds = list(map(client_messages.kind, messages))
    until_broken = kinds.index(None) if None in kinds else len(kinds)
    wanted = [
        one
        for one, kind in list(zip(messages, kinds, strict=True))[:until_broken]
        if kind in client_messages.ALLOWED
    ]
    assert heard(Socket(said(*messages)), limits=Limits(socket_burst=100)) == wanted


@pytest.mark.parametrize("kind", [*sorted(client_messages.ALLOWED), "clear_cache", "None"])
def test_messages_that_are_drawn_at_random_are_of_every_sort(kind: str) -> None:
    assert (
        str(
            client_messages.kind(find(ANYTHING, lambda one: str(client_messages.kind(one)) == kind))
        )
        == kind
    )


@pytest.mark.parametrize(
    ("origin", "host", "let_in"),
    [
        (None, "example.org", True),
        ("https://example.org", "example.org", True),
        ("http://Example.org:8501", "example.org:8501", True),
        ("http://localhost:8080", "localhost", True),
        ("https://evil.org", "example.org", False),
        ("http://localhost:8501", "example.org", False),
        ("http://127.0.0.1", "example.org", False),
        ("http://example.org:1", "example.org:2", False),
        ("null", "example.org", False),
        ("", "", True),
    ],
)
def test_a_socket_opens_for_pages_of_this_site_only(
    origin: str | None, host: str, *, let_in: bool
) -> None:
    socket = Socket(
        said(RERUN), headers=[("host", host), *([("origin", origin)] if origin is not None else [])]
    )
    assert heard(socket) == ([RERUN] if let_in else [])
    assert socket.told[0]["type"] == (
        "websocket.accept" if let_in else "websocket.http.response.start"
    )
    assert let_in or socket.told[0]["status"] == 403


@pytest.mark.parametrize(
    "target", ["/", "/age/_stcore/stream", "/_stcore/stream/", "/_stcore/other"]
)
def test_a_socket_opens_at_one_address_only(target: str) -> None:
    socket = Socket(said(RERUN), target=target)
    assert heard(socket) == []
    assert socket.told[0]["status"] == 404


def test_a_server_that_cannot_answer_a_refused_socket_closes_it() -> None:
    socket = Socket([])
    scope = {**scope_of("/", kind="websocket"), "extensions": {}}
    asyncio.run(guarded(Listener())(scope, socket.receive, socket.send))
    assert socket.told == [{"type": "websocket.close", "code": 1008}]


def test_sockets_are_counted_and_a_place_that_is_left_is_free_again() -> None:
    gateway = guarded(Listener(), limits=Limits(sockets=2))

    async def crowd() -> list[Socket]:
        silent = [Socket([], hangs_up=False) for _ in range(2)]
        tasks = [asyncio.create_task(one.open(gateway)) for one in silent]
        await asyncio.sleep(0)
        late, later = Socket([]), Socket([])
        await late.open(gateway)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await later.open(gateway)
        return [late, later]

    late, later = asyncio.run(crowd())
    assert late.told[0]["status"] == 503
    assert b"Try again in a minute" in late.told[1]["body"]
    assert later.told[0]["type"] == "websocket.accept"


def test_whoever_sends_too_fast_is_slowed_down_and_loses_nothing() -> None:
    limits = Limits(socket_rate=1.0, socket_burst=2)
    waits: list[float] = []

    async def waiting(seconds: float) -> None:
        waits.append(seconds)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("referrals.web.gateway.websocket_guard.asyncio.sleep", waiting)
        assert len(heard(Socket(said(*[RERUN] * 6)), limits=limits)) == 6
    assert len(waits) == 4
    assert waits == sorted(waits)


def test_dropped_messages_use_up_the_pace_as_well() -> None:
    # One wait for each message: otherwise a flood of refused ones would cost us and nobody else.
    limits = Limits(socket_rate=1.0, socket_burst=1)
    clear = message(clear_cache=True)
    waits: list[float] = []

    async def waiting(seconds: float) -> None:
        waits.append(seconds)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("referrals.web.gateway.websocket_guard.asyncio.sleep", waiting)
        heard(Socket(said(*[clear] * 5)), limits=limits)
    assert len(waits) == 4


def test_where_everyone_together_asks_too_much_the_last_are_told_to_come_back() -> None:
    limits = Limits(all_rate=0.001, all_burst=2, patience_seconds=1.0)
    socket = Socket(said(*[RERUN] * 3))
    assert heard(socket, limits=limits) == [RERUN, RERUN]
    assert socket.closed_with == 1013


@pytest.mark.parametrize(
    ("messages", "limits"),
    [([], Limits(first_message_seconds=0.01)), ([RERUN], Limits(idle_seconds=0.01))],
    ids=["nothing said", "nothing more said"],
)
def test_a_socket_that_stays_silent_is_closed_in_the_end(
    messages: list[bytes], limits: Limits
) -> None:
    socket = Socket(said(*messages), hangs_up=False)
    assert heard(socket, limits=limits) == messages
    assert socket.closed_with == 1001


@given(st.integers(1, 50), st.floats(0.5, 100.0), st.lists(st.floats(0.0, 0.5), max_size=80))
def test_no_pace_is_ever_exceeded(burst: int, rate: float, pauses: list[float]) -> None:
    now = 0.0
    pace = Pace(rate, burst, clock=lambda: now)
    went: list[float] = []
    for pause in pauses:
        now += pause
        wait = pace.wait()
        assert wait is not None
        went.append(now + wait)
    for first in range(len(went)):
        for last in range(first + burst, len(went)):
            assert went[last] - went[first] >= (last - first - burst + 1) / rate - 1e-6


def test_without_the_gateway_all_of_it_would_go_through() -> None:
    # The planted fault: an allow-list that holds everything lets everything through.
    everything = Messages(lambda _: "anything", {"anything"})
    clear = message(clear_cache=True)
    assert heard(Socket(said(clear)), messages=everything) == [clear]


def test_a_message_is_logged_by_its_kind_and_never_by_what_it_holds(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    heard(
        Socket(said(message(file_urls_request={"file_names": ["private.csv"]}), RERUN, b"private"))
    )
    assert "private" not in caplog.text
    assert "sex=F" not in caplog.text
