"""The served site under both start commands: what it refuses, hides and logs."""

from __future__ import annotations

import http.client
import json
import shutil
import socket
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from playwright.sync_api import Page, expect
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from referrals.paths import ROOT
from referrals.web.health import SERVICE
from referrals.web.streamlit import client_messages
from tests.browser import servers
from tests.browser.servers import PATIENCE, Site, serve
from tests.browser.test_every_page import open_complete
from tests.fixtures.examples import examples

COMMANDS = {"streamlit": servers.STREAMLIT, "uvicorn": servers.UVICORN}
LARGEST = {"streamlit": 2_000_000, "uvicorn": 65_536}
"""The largest message, in bytes, that each command accepts before our code sees it."""

FAILING_APP = """
import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from referrals.web import health
from referrals.web.logging import json_log

if get_script_run_ctx(suppress_warning=True) is None:
    json_log.set_up()
    app = st.App(__file__, routes=health.routes(lambda: {"2020-21": "ab12"}))
else:
    st.title("A page")
    int("the words of a reader")
"""
SECRETS = (
    "crime_type",
    "sex=F",
    "Browser-of-a-reader",
    "127.0.0.1",
    "198.51.100.7",
    "elsewhere.example",
    "made-up-by-a-reader",
)
"""Parts of the requests below that no log may contain."""


@dataclass(frozen=True)
class Running:
    """A served site and the file of its log."""

    port: int
    log: Path
    command: str

    def get(
        self, target: str, method: str = "GET", headers: dict[str, str] | None = None
    ) -> tuple[int, dict[str, str], bytes]:
        """Return status, headers and body of an answer."""
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)) as connection:
            connection.request(method, target, headers=headers or {})
            answer = connection.getresponse()
            return (
                answer.status,
                {name.lower(): value for name, value in answer.getheaders()},
                answer.read(),
            )

    def raw(self, line: bytes) -> bytes:
        """Return the raw answer to a raw request line."""
        with closing(socket.create_connection(("127.0.0.1", self.port), timeout=20)) as connection:
            connection.sendall(line + b"\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            connection.shutdown(socket.SHUT_WR)
            return b"".join(iter(lambda: connection.recv(65_536), b""))

    def open(self, origin: str | None = None) -> ClientConnection:
        """Open a session as a browser does."""
        return connect(
            f"ws://127.0.0.1:{self.port}/_stcore/stream?secret=made-up-by-a-reader",
            subprotocols=["streamlit"],  # type: ignore[list-item]
            additional_headers={
                "Origin": origin or f"http://127.0.0.1:{self.port}",
                "X-Forwarded-For": "198.51.100.7",
            },
            proxy=None,
        )

    def exceptions(self) -> list[dict[str, Any]]:
        """Return the log lines that report an exception."""
        return [line for line in self.lines() if "fault" in line]

    def lines(self) -> list[dict[str, Any]]:
        """Return the complete lines of the log so far: the server may be writing the last one."""
        complete, _, _ = self.log.read_text().rpartition("\n")
        return [json.loads(line) for line in complete.splitlines() if line.startswith("{")]


@contextmanager
def served(command: str, folder: Path, log: Path) -> Iterator[Running]:
    """Serve the app.py of a folder with a start command and a log file until the block ends."""
    with serve(folder, command=COMMANDS[command], log=log) as site:
        yield ready(Running(site.port, log, command))


def ready(site: Running) -> Running:
    """Wait until a site is ready."""
    limit = time.monotonic() + PATIENCE
    while not is_ready(site):
        assert time.monotonic() < limit, site.log.read_text()
        time.sleep(0.2)
    return site


@pytest.fixture(
    scope="module", params=["uvicorn", pytest.param("streamlit", marks=pytest.mark.slow)]
)
def running(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Running]:
    """The dashboard under each start command: the one that all files share, and one of its own."""
    if request.param == "uvicorn":
        shared: Site = request.getfixturevalue("dashboard_site")
        yield ready(Running(shared.port, shared.log, request.param))
        return
    with served(request.param, ROOT, tmp_path_factory.mktemp("log") / "log.jsonl") as site:
        yield site


def is_ready(site: Running) -> bool:
    try:
        status, _, body = site.get("/readyz")
    except OSError:
        return False
    return status == 200 and json.loads(body)["service"] == SERVICE


def message(**fields: Any) -> bytes:
    return bytes(BackMsg(**fields).SerializeToString())


def drawn(session: ClientConnection, query: str = "") -> list[str]:
    """Request a page; return the kinds of all messages until it is drawn."""
    session.send(message(rerun_script={"query_string": query}))
    kinds: list[str] = []
    while not kinds or kinds[-1] != "script_finished":
        kinds.append(kind(session.recv(timeout=30)))
    return kinds


def kind(received: str | bytes) -> str:
    """Return the kind of a message from the server."""
    assert isinstance(received, bytes)
    return str(ForwardMsg.FromString(received).WhichOneof("type"))


def is_ended(session: ClientConnection, message: bytes | str) -> bool:
    """Send a message and read until the session is closed, maybe before the message is sent."""
    try:
        session.send(message)
        while True:
            session.recv(timeout=10)
    except ConnectionClosed:
        return True


def test_the_health_endpoints_answer(running: Running) -> None:
    status, headers, body = running.get("/healthz")
    assert (status, json.loads(body), headers["cache-control"]) == (
        200,
        {"service": SERVICE, "status": "alive"},
        "no-store",
    )
    releases = json.loads(running.get("/readyz")[2])["releases"]
    assert "2020-21" in {release["id"] for release in releases}
    assert all(len(release["digest"]) == 64 for release in releases)


def test_a_404_page_cannot_be_mistaken_for_a_health_answer(running: Running) -> None:
    status, headers, body = running.get("/healthy")
    assert status == 404
    assert headers["content-type"].startswith("text/html")
    assert SERVICE.encode() not in body


def test_a_session_draws_pages_and_unwanted_messages_are_dropped(running: Running) -> None:
    with running.open() as session:
        assert "delta" in drawn(session, "crime_type=DA&sex=F")
        session.send(message(clear_cache=True))
        session.send(message(backend_operation_request={"request_id": "1", "install_skills": {}}))
        assert "delta" in drawn(session)
    dropped = [line["kind"] for line in running.lines() if line.get("event") == "dropped"]
    assert {"clear_cache", "backend_operation_request.install_skills"} <= set(dropped)


@pytest.mark.parametrize(
    "malformed", [b"\xff\xff\xff", b"", "text", b"a" * 70_000, b"a" * 3_000_000]
)
def test_a_malformed_message_ends_its_own_session_only(
    running: Running, malformed: bytes | str
) -> None:
    with running.open() as bystander:
        with running.open() as session:
            assert is_ended(session, malformed)
        assert "delta" in drawn(bystander)


def test_an_endless_fragmented_message_ends_its_session(running: Running) -> None:
    part = b"a" * 10_000
    with running.open() as bystander:
        with running.open() as session:
            parts = LARGEST[running.command] // len(part) + 4
            try:
                session.send(part for _ in range(parts))
                session.recv(timeout=5)
            except ConnectionClosed:
                assert session.protocol.close_code == 1009
            except TimeoutError:
                # Read no faster than the allowance of a socket, which takes minutes for 2 MB.
                assert running.command == "streamlit"
        assert "delta" in drawn(bystander)


def test_websocket_compression_is_off(running: Running) -> None:
    with running.open() as session:
        assert session.protocol.extensions == []


def test_a_page_of_another_site_cannot_open_a_session(running: Running) -> None:
    # Streamlit would ask a third party for the address of this server before it answers.
    for origin in ("https://elsewhere.example", "http://localhost:1", "null"):
        with pytest.raises(InvalidStatus) as refused:
            running.open(origin)
        assert refused.value.response.status_code == 403


@pytest.mark.parametrize(
    ("method", "target", "status"),
    [
        ("PUT", "/_stcore/upload_file/a/b", 405),
        ("POST", "/_stcore/agent/mcp", 405),
        ("GET", "/_stcore/metrics", 404),
        ("GET", "/_stcore/agent/openapi.json", 404),
        ("GET", "/_stcore/script-health-check", 404),
        ("GET", "/component/made-up-by-a-reader/a.js", 404),
        ("GET", "/auth/login", 404),
        ("GET", "/manifest.json", 404),
        ("GET", "/made-up-by-a-reader%00", 400),
        ("GET", "/" + "a" * 3_000, 414),
    ],
)
def test_streamlits_internal_endpoints_are_closed(
    running: Running, method: str, target: str, status: int
) -> None:
    assert running.get(target, method)[0] == status


LETTERS = st.text(alphabet="/.%0123456789abcdefABCDEF_?&=;\\:@~-+", max_size=100)
REQUEST_LINES = st.one_of(
    LETTERS.map(lambda text: f"GET /{text} HTTP/1.1".encode()),
    LETTERS.map(lambda text: f"GET /age?sex=F&{text} HTTP/1.1".encode()),
    st.integers(1, 200).map(lambda times: b"GET /age?" + b"sex=F&" * times + b" HTTP/1.1"),
    st.binary(max_size=40).map(
        lambda data: b"GET /" + data.replace(b"\n", b"").replace(b"\r", b"") + b" HTTP/1.1"
    ),
    st.sampled_from([b"GET", b"BREW", b"POST"]).map(
        lambda method: method + b" /%2e%2e/%2e%2e/etc/passwd HTTP/1.1"
    ),
)


@settings(
    max_examples=examples(80),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(line=REQUEST_LINES)
def test_no_request_line_causes_a_server_error(running: Running, line: bytes) -> None:
    got = running.raw(line)
    assert not got or got.split(b" ")[1] < b"500"
    assert b"Traceback" not in got


RERUN = message(
    rerun_script={
        "query_string": "crime_type=DA",
        "page_name": "sex",
        "context_info": {"url": "http://a/sex"},
    }
)
CHANGED = st.builds(
    lambda at, cut, put: RERUN[:at] + put + RERUN[at + cut :],
    st.integers(0, len(RERUN)), st.integers(0, 4), st.binary(max_size=4),
)  # fmt: skip
WRONG = st.builds(
    lambda query, page, url, fragment: message(
        rerun_script={
            "query_string": query,
            "page_name": page,
            "context_info": {"url": url},
            "page_script_hash": fragment,
        }
    ),
    *[st.text(st.characters(codec="utf-8"), max_size=40)] * 4,
)


@settings(
    max_examples=examples(60),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.one_of(CHANGED, WRONG, st.binary(max_size=200)))
def test_no_message_causes_an_exception(running: Running, data: bytes) -> None:
    exceptions = running.exceptions()
    with running.open() as session:
        session.send(data)
        try:
            while kind(session.recv(timeout=0.3)) != "script_finished":
                pass
        except TimeoutError:
            pass  # allowed without an answer, or dropped
        except ConnectionClosed:
            assert client_messages.kind_of(data) is None
            assert session.protocol.close_code == 1008
        else:
            assert client_messages.kind_of(data) == "rerun_script"
    with running.open() as other:
        assert "delta" in drawn(other)
    assert running.exceptions() == exceptions


def test_a_value_of_a_wrong_kind_is_dropped_and_no_fault(running: Running) -> None:
    exceptions = running.exceptions()
    with running.open() as session:
        session.send(message(rerun_script={"page_name": "table"}))
        widget_ids: list[str] = []
        while kind(part := session.recv(timeout=30)) != "script_finished":
            assert isinstance(part, bytes)
            element = ForwardMsg.FromString(part).delta.new_element
            if element.WhichOneof("type") == "selectbox":
                widget_ids.append(element.selectbox.id)
        assert widget_ids
        wrong = [
            {"id": widget_id, "string_array_value": {"data": ["a"]}} for widget_id in widget_ids
        ]
        session.send(
            message(rerun_script={"page_name": "table", "widget_states": {"widgets": wrong}})
        )
        assert "delta" in drawn(session)
    assert running.exceptions() == exceptions
    assert "rerun_script.string_array_value" in {line.get("kind") for line in running.lines()}


def test_an_answer_does_not_name_its_server(running: Running) -> None:
    # `streamlit run`, for one's own machine, has no such option.
    _, headers, _ = running.get("/healthz")
    assert ("server" in headers) == (running.command == "streamlit")


CONNECT = """
address => new Promise(resolve => {
  document.addEventListener("securitypolicyviolation", event => resolve(event.effectiveDirective))
  try {
    const socket = new WebSocket(address, ["streamlit"])
    socket.onopen = () => resolve("open")
  } catch (error) { resolve(error.name) }
})
"""


@pytest.mark.parametrize(
    "other",
    ["ws://127.0.0.1:9", pytest.param("wss://elsewhere.example", marks=pytest.mark.slow)],
)
def test_a_script_in_a_page_reaches_no_other_host(dashboard: str, page: Page, other: str) -> None:
    page.goto(f"{dashboard}/sex")
    own = dashboard.replace("http://", "ws://") + "/_stcore/stream"
    assert page.evaluate(CONNECT, own) == "open"
    assert page.evaluate(CONNECT, other) == "connect-src"


def test_an_address_claimed_by_the_page_is_not_repeated(running: Running) -> None:
    made_up = f"https://made-up.example/{'a' * 60_000}"
    with running.open() as session:
        session.send(message(rerun_script={"page_name": "sex", "context_info": {"url": made_up}}))
        sent = b""
        while kind(part := session.recv(timeout=30)) != "script_finished":
            assert isinstance(part, bytes)
            sent += part
    assert b"made-up" not in sent
    assert f"<p>http://127.0.0.1:{running.port}/sex</p>".encode() in sent


@pytest.mark.parametrize("command", [pytest.param("streamlit", marks=pytest.mark.slow), "uvicorn"])
def test_an_exception_of_a_page_is_one_log_line_without_its_message(
    command: str, tmp_path: Path
) -> None:
    shutil.copytree(ROOT / ".streamlit", tmp_path / ".streamlit")
    (tmp_path / "app.py").write_text(FAILING_APP)
    with served(command, tmp_path, tmp_path / "log.jsonl") as site:
        with site.open() as session:
            drawn(session)
        (line,) = site.exceptions()
        assert line["fault"]["kind"] == "ValueError"
        assert line["fault"]["through"][-1].startswith("app.py:")
        assert "Traceback" not in site.log.read_text()
        assert "words of a reader" not in site.log.read_text()


def test_the_log_contains_neither_reader_nor_selection(running: Running) -> None:
    agent = {
        "User-Agent": "Browser-of-a-reader",
        "X-Forwarded-For": "198.51.100.7",
        "Referer": "https://elsewhere.example/a",
    }
    assert running.get("/sex?crime_type=DA&sex=F", headers=agent)[0] == 200
    assert running.get("/made-up-by-a-reader?sex=F", headers=agent)[0] == 404
    with running.open() as session:
        drawn(session, "crime_type=DA&sex=F")
    with pytest.raises(InvalidStatus):
        running.open("https://elsewhere.example")
    time.sleep(0.3)
    lines = running.lines()
    written = "\n".join(json.dumps(line) for line in lines)
    assert [secret for secret in SECRETS if secret in written] == []
    events = Counter(line.get("event") for line in lines)
    assert events["started"] == 1
    assert min(events["request"], events["socket"], events["refused"]) > 0
    assert running.exceptions() == []
    assert {"method": "GET", "path": "/sex", "status": 200}.items() <= [
        line for line in lines if line.get("path") == "/sex"
    ][-1].items()


def test_nothing_but_json_lines_and_the_banner_is_printed(running: Running) -> None:
    rest = [line for line in running.log.read_text().splitlines() if not line.startswith("{")]
    assert all(
        line == ""
        or "You can now view" in line
        or line.strip().startswith("URL: http://localhost:")
        for line in rest
    )


def test_a_browser_sends_only_allowed_messages_and_gets_every_file(
    dashboard: str, page: Page
) -> None:
    kinds: Counter[str] = Counter()
    problems: list[str] = []

    def note_message(data: str | bytes) -> None:
        kinds[str(client_messages.kind_of(data if isinstance(data, bytes) else b""))] += 1

    page.on("websocket", lambda opened: opened.on("framesent", note_message))
    page.on(
        "console",
        lambda entry: problems.append(entry.text) if entry.type in {"error", "warning"} else None,
    )
    page.on(
        "response",
        lambda answer: (
            problems.append(f"{answer.status} {answer.url}") if answer.status >= 400 else None
        ),
    )
    for path in ("/", "/trends"):
        open_complete(page, dashboard + path)
    page.keyboard.press("r")
    open_complete(page, f"{dashboard}/sex")
    servers.press(page, "Crime type", "Domestic abuse")
    expect(page).to_have_url(f"{dashboard}/sex?crime_type=DA")
    servers.drawn(page)  # a redrawing page would close what is opened now
    page.get_by_text("Download, copy, cite or link").first.click()
    for name in ("Table (CSV)", "Picture (SVG)"):
        with page.expect_download() as waiting:
            page.get_by_text(name).first.click()
        assert waiting.value.path().stat().st_size > 100
    page.emulate_media(color_scheme="dark")
    page.go_back()
    assert set(kinds) == client_messages.ALLOWED
    assert problems == []
