"""The gateway: which requests pass, how others are refused, and how WebSockets are guarded."""

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
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from referrals.i18n import messages
from referrals.page_meta import PageHead
from referrals.web.gateway import websocket_guard
from referrals.web.gateway.limits import Limits, RateLimiter
from referrals.web.gateway.middleware import Gateway
from referrals.web.gateway.run_queue import HEADER, RunQueue
from referrals.web.gateway.websocket_guard import MessageRules
from referrals.web.shell.html import Frame
from referrals.web.shell.middleware import Shell
from referrals.web.streamlit import client_messages
from tests.fixtures.asgi_client import Listener, Socket, answer, ask, scope_of


def message(**fields: Any) -> bytes:
    """Return a message of the front end as bytes."""
    return bytes(BackMsg(**fields).SerializeToString())


RERUN = message(rerun_script={"query_string": "sex=F"})
NEWER = message(rerun_script={"query_string": "sex=M"})
END = bytes(ForwardMsg(script_finished=ForwardMsg.FINISHED_SUCCESSFULLY).SerializeToString())
"""The message of the application that ends a script run. It is not empty, like every real one."""

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
    return Gateway(listener, **{"messages": client_messages.RULES, **named})


def events(*messages: bytes) -> list[dict[str, Any]]:
    return [{"type": "websocket.receive", "bytes": message} for message in messages]


def received(socket: Socket, **named: Any) -> list[bytes]:
    """Return the messages of a socket that reach the application, which answers each at once."""
    listener = Listener(END)
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
        "/" + "a" * 1_023,
        "/?a=" + "b" * 8_189,
        "/?" + "&".join(["a=1"] * 64),
    ],
)
@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_requests_of_readers_pass_the_gateway(target: str, method: str) -> None:
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
            "/manifest.json",
            "/age/manifest.json",
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
            "/?" + ";".join(["a=1"] * 65),
        )
    ],
    414: [("GET", "/" + "a" * 1_024), ("GET", "/?a=" + "b" * 8_190)],
}


@pytest.mark.parametrize(
    ("status", "method", "target"),
    [(status, *request) for status, requests in REFUSED.items() for request in requests],
)
def test_the_gateway_refuses_closed_paths_before_the_application_reads_them(
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
        ([("a", "b")] * 99, 200),
        ([("a", "b")] * 100, 431),
        ([("accept", "b" * 1_024)], 200),
        ([("accept", "b" * 1_025)], 431),
        ([("accept", "b" * 600), ("accept-encoding", "c" * 600)], 431),
        ([("content-length", "0")], 200),
        ([("content-length", "1")], 413),
        ([("transfer-encoding", "chunked")], 413),
    ],
)
def test_the_gateway_limits_headers_and_refuses_bodies(
    headers: list[tuple[str, str]], status: int
) -> None:
    assert ask(guarded(Listener()), "/", headers=headers).status == status


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ([("content-length", "100")], 200),
        ([("content-length", "101")], 413),
        ([("content-length", "+1")], 411),
        ([("content-length", "1"), ("transfer-encoding", "chunked")], 411),
    ],
)
def test_a_form_says_how_long_it_is_and_is_no_longer_than_its_path_takes(
    headers: list[tuple[str, str]], status: int
) -> None:
    gateway = guarded(Listener(), forms={"/claims": 100})
    form = [("content-type", "application/x-www-form-urlencoded"), *headers]
    assert ask(gateway, "/claims", method="POST", headers=form).status == status


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
def test_only_requests_for_the_configured_hosts_are_answered(
    host: str, target: str, status: int
) -> None:
    gateway = guarded(Listener(), hosts=("dashboard.example.org",))
    assert ask(gateway, target, headers=[("host", host)] if host else []).status == status


@pytest.mark.parametrize(
    ("host", "target", "status"),
    [
        ("localhost:8501", "/", 200),
        ("127.0.0.1", "/", 200),
        ("[::1]:8501", "/", 200),
        ("192.168.1.7:8501", "/", 421),
        ("dashboard.example.org", "/", 421),
        ("localhost.evil.org", "/", 421),
        ("192.168.1.7:8501", "/healthz", 200),
    ],
)
def test_without_configured_hosts_only_this_machine_is_answered(
    host: str, target: str, status: int
) -> None:
    got = ask(guarded(Listener()), target, headers=[("host", host)])
    assert got.status == status
    assert (status == 421) == (b"until REFERRALS_HOSTS lists" in got.body)


@pytest.mark.parametrize("target", ["/", "/_stcore/metrics"], ids=["passed", "refused"])
@pytest.mark.parametrize(("scheme", "hsts"), [("https", "max-age=31536000"), ("http", None)])
def test_hsts_is_sent_over_https_only(target: str, scheme: str, hsts: str | None) -> None:
    got = ask(guarded(Listener()), target, scheme=scheme)
    assert got.headers.get("strict-transport-security") == hsts


def test_a_refusal_is_logged_by_reason_without_the_request(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.INFO):
        ask(guarded(Listener()), "/_stcore/metrics?name=secret")
    (record,) = [
        record for record in caplog.records if record.name == "referrals.web.gateway.middleware"
    ]
    assert record.levelno == logging.INFO  # scanners are refused all day: no operator must act
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
def test_no_odd_address_causes_a_server_error(target: str, method: str, query: bytes) -> None:
    app = Starlette(
        middleware=[
            Middleware(Gateway, messages=client_messages.RULES),
            Middleware(
                Shell,
                frame=lambda: Frame((PageHead("/", "Home", "A page."),), "Site", messages.text),
            ),
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
def test_allowed_messages_pass_the_websocket_guard_unchanged(wanted: bytes) -> None:
    assert received(Socket(events(wanted))) == [wanted]


def test_requests_for_deferred_files_are_dropped() -> None:
    request = message(backend_operation_request={"deferred_file": {"file_id": "1"}})
    assert received(Socket(events(request, RERUN))) == [RERUN]


@pytest.mark.parametrize(("kind", "value"), UNWANTED.items())
def test_an_unwanted_kind_of_message_is_dropped_without_closing_the_socket(
    kind: str, value: Any, caplog: pytest.LogCaptureFixture
) -> None:
    unwanted = message(**{kind: value})
    socket = Socket(events(unwanted, unwanted, RERUN))
    assert received(socket) == [RERUN]
    assert socket.closed_with is None
    (record,) = caplog.records
    assert vars(record)["fields"]["kind"].startswith(kind)


def test_every_kind_of_client_message_is_either_allowed_or_dropped() -> None:
    known = {field.name for field in BackMsg.DESCRIPTOR.fields}
    assert known == {"rerun_script", *UNWANTED}


@pytest.mark.parametrize("broken", [b"\xff\xff\xff", RERUN[:-1], b"", b"\x08\x01"])
def test_a_malformed_message_closes_the_socket(broken: bytes) -> None:
    socket = Socket(events(broken, RERUN))
    assert received(socket) == []
    assert socket.closed_with == 1008


def test_a_text_message_closes_the_socket() -> None:
    socket = Socket([{"type": "websocket.receive", "text": "hello"}, *events(RERUN)])
    assert received(socket) == []
    assert socket.closed_with == 1003


@pytest.mark.parametrize(("letters", "closed"), [(65_000, None), (65_536, 1009)])
def test_a_message_may_have_64_kilobytes(letters: int, closed: int | None) -> None:
    socket = Socket(events(message(rerun_script={"query_string": "a" * letters})))
    received(socket)
    assert socket.closed_with == closed


def test_a_client_that_does_not_read_cannot_delay_the_close(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(websocket_guard, "CLOSE_TIMEOUT", 0.01)

    class UnreadingSocket(Socket):
        async def send(self, message: Message) -> None:
            self.messages.append(message)
            if message["type"] == "websocket.close":
                await asyncio.sleep(3_600)

    socket = UnreadingSocket(events(b"\xff", RERUN))

    async def opened() -> None:
        async with asyncio.timeout(10):
            await socket.open(guarded(Listener()))

    asyncio.run(opened())
    assert socket.closed_with == 1008


def test_nothing_is_sent_after_a_close() -> None:
    socket = Socket(events(b"\xff"))
    received(socket)
    assert [event["type"] for event in socket.messages] == ["websocket.accept", "websocket.close"]


KNOWN = [*WANTED, *(message(**{kind: value}) for kind, value in UNWANTED.items())]


def changed(message: bytes, position: int, removed: int, inserted: bytes) -> bytes:
    """Return a message with some bytes replaced."""
    start = position % (len(message) + 1)
    return message[:start] + inserted + message[start + removed :]


CHANGED = st.builds(
    changed,
    st.sampled_from(KNOWN), st.integers(0, 40), st.integers(0, 2), st.binary(max_size=2),
)  # fmt: skip
ANYTHING = st.one_of(st.sampled_from(KNOWN), CHANGED, st.binary(max_size=60))


@given(st.lists(ANYTHING, max_size=5))
def test_only_allowed_messages_reach_streamlit(messages: list[bytes]) -> None:
    kinds = list(map(client_messages.kind_of, messages))
    until_broken = kinds.index(None) if None in kinds else len(kinds)
    wanted = [
        one
        for one, kind in list(zip(messages, kinds, strict=True))[:until_broken]
        if kind in client_messages.ALLOWED
    ]
    assert received(Socket(events(*messages)), limits=Limits(socket_burst=100)) == wanted


@pytest.mark.parametrize("kind", [*sorted(client_messages.ALLOWED), "clear_cache", "None"])
def test_the_random_messages_cover_every_kind(kind: str) -> None:
    found = find(ANYTHING, lambda message: str(client_messages.kind_of(message)) == kind)
    assert str(client_messages.kind_of(found)) == kind


@pytest.mark.parametrize(
    ("origin", "host", "is_open"),
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
def test_a_socket_opens_only_for_pages_of_this_site(
    origin: str | None, host: str, *, is_open: bool
) -> None:
    socket = Socket(
        events(RERUN),
        headers=[("host", host), *([("origin", origin)] if origin is not None else [])],
    )
    name = host.partition(":")[0]
    assert received(socket, hosts=(name,)) == ([RERUN] if is_open else [])
    assert socket.messages[0]["type"] == (
        "websocket.accept" if is_open else "websocket.http.response.start"
    )
    assert is_open or socket.messages[0]["status"] == 403


@pytest.mark.parametrize(
    "target", ["/", "/age/_stcore/stream", "/_stcore/stream/", "/_stcore/other"]
)
def test_a_socket_opens_only_at_the_stream_path(target: str) -> None:
    socket = Socket(events(RERUN), target=target)
    assert received(socket) == []
    assert socket.messages[0]["status"] == 404


def test_a_refused_socket_is_closed_if_the_server_cannot_send_a_denial_response() -> None:
    socket = Socket([])
    scope = {**scope_of("/", kind="websocket"), "extensions": {}}
    asyncio.run(guarded(Listener())(scope, socket.receive, socket.send))
    assert socket.messages == [{"type": "websocket.close", "code": 1008}]


def test_open_sockets_are_limited_and_a_closed_one_frees_its_place() -> None:
    gateway = guarded(Listener(), limits=Limits(sockets=2))

    async def crowd() -> list[Socket]:
        silent = [Socket([], hangs_up=False) for _ in range(2)]
        tasks = [asyncio.create_task(socket.open(gateway)) for socket in silent]
        await asyncio.sleep(0)
        late, later = Socket([]), Socket([])
        await late.open(gateway)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await later.open(gateway)
        return [late, later]

    late, later = asyncio.run(crowd())
    assert late.messages[0]["status"] == 503
    assert b"Try again in a minute" in late.messages[1]["body"]
    assert later.messages[0]["type"] == "websocket.accept"


def test_a_fast_sender_is_delayed() -> None:
    limits = Limits(socket_rate=1.0, socket_burst=2)
    waits: list[float] = []
    pause = asyncio.sleep

    async def waiting(seconds: float) -> None:
        if seconds:
            waits.append(seconds)
        await pause(0)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("referrals.web.gateway.websocket_guard.asyncio.sleep", waiting)
        assert len(received(Socket(events(*[RERUN] * 6)), limits=limits)) == 6
    assert len(waits) == 4
    assert waits == sorted(waits)


def at_once(*messages: bytes) -> Socket:
    """Return a socket that sends all its messages at once and then stays open."""
    return Socket(events(*messages), hangs_up=False, rounds=0)


def test_the_newest_of_the_waiting_messages_is_answered() -> None:
    listener = Listener(END)
    socket = at_once(*[RERUN] * 9, NEWER)

    async def opened() -> None:
        task = asyncio.create_task(socket.open(guarded(listener)))
        while NEWER not in listener.messages:
            await asyncio.sleep(0.01)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(asyncio.wait_for(opened(), 10))
    assert len(listener.messages) <= 2


def test_a_message_that_waits_for_a_socket_that_is_gone_is_dropped() -> None:
    # The first run never ends, so that the second message waits until the client has left.
    listener = Listener()
    asyncio.run(Socket(events(RERUN, NEWER)).open(guarded(listener)))
    assert listener.messages == [RERUN]


class Site:
    """Sockets at one gateway whose script runs end when the test says so."""

    def __init__(self, **limits: Any) -> None:
        self.gateway = Gateway(
            self._application, messages=client_messages.RULES, limits=Limits(**limits)
        )
        self.started: list[str] = []
        self._sends: dict[str, Any] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}

    async def _application(self, scope: Any, receive: Any, send: Any) -> None:
        name = dict(scope["headers"])[b"name"].decode()
        self._sends[name] = send
        while (event := await receive())["type"] != "websocket.disconnect":
            if event["type"] == "websocket.receive":
                self.started.append(name)

    async def ask(self, name: str, group: str) -> None:
        """Open a socket that asks for two runs at once."""
        socket = Socket(
            events(RERUN, RERUN), headers=[("name", name), (HEADER, group)], hangs_up=False
        )
        self._tasks[name] = asyncio.create_task(socket.open(self.gateway))
        await settled()

    async def end(self, name: str) -> None:
        """End the run of a socket."""
        await self._sends[name]({"type": "websocket.send", "bytes": END})
        await settled()

    async def leave(self, *names: str) -> None:
        """Close sockets."""
        for name in names or list(self._tasks):
            self._tasks[name].cancel()
        await settled()


async def settled() -> None:
    for _ in range(100):
        await asyncio.sleep(0)


def test_a_group_of_readers_never_has_all_places_for_runs() -> None:
    async def crowd() -> list[str]:
        site = Site(runs=3, runs_per_group=2)
        for name in ("attacker-1", "attacker-2", "attacker-3"):
            await site.ask(name, "7")
        await site.ask("reader", "8")
        await site.leave()
        return site.started

    assert asyncio.run(crowd()) == ["attacker-1", "attacker-2", "reader"]


def test_groups_of_readers_take_turns() -> None:
    async def crowd() -> list[str]:
        site = Site(runs=1, runs_per_group=1)
        for name in ("attacker-1", "attacker-2", "attacker-3"):
            await site.ask(name, "7")
        await site.ask("reader", "8")
        await site.end("attacker-1")
        await site.end("attacker-2")
        await site.leave()
        return site.started

    assert asyncio.run(crowd()) == ["attacker-1", "attacker-2", "reader"]


def test_the_places_of_sockets_that_are_gone_are_free() -> None:
    async def crowd() -> list[str]:
        site = Site(runs=1, runs_per_group=1)
        for name in ("running", "waiting"):
            await site.ask(name, "7")
        await site.leave("running", "waiting")
        await site.ask("reader", "7")
        await site.leave()
        return site.started

    assert asyncio.run(crowd()) == ["running", "reader"]


def test_a_run_that_does_not_end_gives_up_its_place() -> None:
    async def crowd() -> list[str]:
        site = Site(runs=1, runs_per_group=1, run_seconds=0.01)
        await site.ask("stuck", "7")
        await site.ask("reader", "8")
        while "reader" not in site.started:
            await asyncio.sleep(0.01)
        await site.leave()
        return site.started

    assert "reader" in asyncio.run(asyncio.wait_for(crowd(), 10))


def test_a_client_that_does_not_read_gets_no_further_run() -> None:
    class UnreadingSocket(Socket):
        async def send(self, message: Message) -> None:
            self.messages.append(message)
            if message["type"] == "websocket.send":
                await asyncio.sleep(3_600)

    listener = Listener(END)
    socket = UnreadingSocket(events(RERUN, NEWER, NEWER), hangs_up=False)

    async def opened() -> None:
        task = asyncio.create_task(socket.open(guarded(listener, limits=Limits(run_seconds=0.01))))
        await settled()
        await asyncio.sleep(0.05)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(opened())
    assert listener.messages == [RERUN]


def test_a_socket_is_closed_if_it_would_wait_too_long_for_a_run() -> None:
    limits = Limits(runs=0, longest_wait_seconds=0.01)
    socket = Socket(events(RERUN), hangs_up=False)
    assert received(socket, limits=limits) == []
    assert socket.closed_with == 1013


def test_a_cancelled_run_leaves_the_queue_empty() -> None:
    async def queued() -> tuple[int, int]:
        runs = RunQueue(1, 1)
        await runs.enter("a")
        waiting = [asyncio.create_task(runs.enter(group)) for group in ("a", "b")]
        await asyncio.sleep(0)
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        runs.leave("a")
        return runs.running, runs.waiting

    assert asyncio.run(queued()) == (0, 0)


def test_a_place_given_to_a_run_that_is_cancelled_at_that_moment_is_free_again() -> None:
    async def queued() -> int:
        runs = RunQueue(1, 1)
        await runs.enter("a")
        waiting = asyncio.create_task(runs.enter("b"))
        await asyncio.sleep(0)
        runs.leave("a")
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        return runs.running

    assert asyncio.run(queued()) == 0


@pytest.mark.parametrize(
    ("messages", "limits"),
    [([], Limits(first_message_seconds=0.01)), ([RERUN], Limits(idle_seconds=0.01))],
    ids=["no message", "no further message"],
)
def test_an_idle_socket_is_closed(messages: list[bytes], limits: Limits) -> None:
    socket = Socket(events(*messages), hangs_up=False)
    assert received(socket, limits=limits) == messages
    assert socket.closed_with == 1001


@given(st.integers(1, 50), st.floats(0.5, 100.0), st.lists(st.floats(0.0, 0.5), max_size=80))
def test_the_rate_limiter_never_exceeds_its_rate(
    burst: int, rate: float, pauses: list[float]
) -> None:
    now = 0.0
    limiter = RateLimiter(rate, burst, clock=lambda: now)
    slots: list[float] = []
    for pause in pauses:
        now += pause
        wait = limiter.reserve()
        assert wait is not None
        slots.append(now + wait)
    for first in range(len(slots)):
        for last in range(first + burst, len(slots)):
            assert slots[last] - slots[first] >= (last - first - burst + 1) / rate - 1e-6


def test_a_part_of_a_page_that_was_not_drawn_becomes_the_whole_page() -> None:
    part = message(rerun_script={"query_string": "measure=share", "fragment_id": "f"})
    whole = message(rerun_script={"query_string": "measure=share"})
    assert received(Socket(events(part))) == [whole]


def test_an_unwanted_message_passes_if_everything_is_allowed() -> None:
    # Planted fault: an allow-list that holds everything.
    everything = MessageRules(
        lambda _: "anything", {"anything"}, client_messages.ends_run, lambda _: None, bytes
    )
    clear = message(clear_cache=True)
    assert received(Socket(events(clear)), messages=everything) == [clear]


def test_a_dropped_message_is_logged_by_kind_without_its_content(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    received(
        Socket(
            events(message(file_urls_request={"file_names": ["private.csv"]}), RERUN, b"private")
        )
    )
    assert "private" not in caplog.text
    assert "sex=F" not in caplog.text
