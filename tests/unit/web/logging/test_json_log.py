"""The log: one JSON object per line, without readers, their selections or exception messages."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route
from starlette.types import Message, Receive, Scope, Send

from referrals.web.logging import json_log
from referrals.web.logging.access_log import AccessLog, PathNames
from tests.fixtures.asgi_client import Answer, Listener, Socket, answer, ask, scope_of

ROUTES: list[Route | Mount] = [
    Route("/api/v1/releases/{release}/cells", PlainTextResponse("")),
    Route("/healthz", PlainTextResponse("")),
    Mount("/lite", PlainTextResponse("")),
]
PAGES = ["/", "/age"]
Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def written() -> Iterator[Lines]:
    """Log as a served site does; the value returns the lines written so far."""
    root, ours = logging.getLogger(), logging.getLogger(json_log.OUR_PACKAGE)
    handlers, factory, level = root.handlers[:], logging.getLogRecordFactory(), ours.level
    stream = io.StringIO()
    with warnings.catch_warnings(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(threading, "excepthook", threading.__excepthook__)
        patch.setattr(sys, "unraisablehook", sys.__unraisablehook__)
        json_log.set_up(stream)
        yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    logging.setLogRecordFactory(factory)
    root.handlers[:] = handlers
    ours.setLevel(level)


@pytest.fixture
def foreign() -> Iterator[logging.Logger]:
    """A logger like those of uvicorn and Streamlit: its own handler, and no propagation."""
    logger = logging.getLogger("foreign.part")
    parent = logging.getLogger("foreign")
    parent.addHandler(logging.StreamHandler(io.StringIO()))
    parent.propagate = False
    logger.disabled = False  # a library's own logging setup may have disabled it
    yield logger
    parent.handlers.clear()


def logged(target: str, written: Lines, **named: Any) -> tuple[Answer, dict[str, Any]]:
    got = ask(AccessLog(Listener(), pages=PAGES, routes=ROUTES), target, **named)
    (line,) = written()
    return got, line


def test_the_access_log_has_one_json_line_per_request(written: Lines) -> None:
    got, line = logged("/age?sex=F", written)
    assert got.body == b"ok"
    expected = {
        "level": "info",
        "event": "request",
        "method": "GET",
        "path": "/age",
        "status": 200,
        "bytes": 2,
    }
    assert {name: line[name] for name in expected} == expected
    assert line["ms"] >= 0
    assert line["time"].endswith("Z")
    assert set(line) == {*expected, "time", "logger", "message", "ms"}


@pytest.mark.parametrize(
    ("target", "path"),
    [
        ("/", "/"),
        ("/age", "/age"),
        ("/api/v1/releases/2020-21/cells?nationality=VNM", "/api/v1/releases/{release}/cells"),
        ("/healthz", "/healthz"),
        ("/lite/age", "/lite"),
        ("/media/0123456789abcdef.csv", "/media/{file}"),
        ("/static/js/index.js", "/static/{file}"),
        ("/_stcore/health", "/_stcore/health"),
        ("/my-name-and-address", "(other)"),
        ("/age/more", "(other)"),
        ("/_stcore/upload_file/session/file", "(other)"),
    ],
)
def test_the_access_log_writes_a_path_as_page_or_route_template(
    target: str, path: str, written: Lines
) -> None:
    assert logged(target, written)[1]["path"] == path


@given(st.text(max_size=40))
def test_the_access_log_never_writes_a_made_up_path(made_up: str) -> None:
    names = PathNames(PAGES, ROUTES)
    known = {*PAGES, *names._known, "/static/{file}", "/media/{file}", "(other)"} | {
        route.path for route in ROUTES
    }
    for path in (
        made_up,
        f"/{made_up}",
        f"/media/{made_up}",
        f"/api/v1/releases/{made_up}/cells",
        f"/lite/{made_up}",
    ):
        assert names.of({**scope_of("/"), "path": path}) in known


def test_the_access_log_has_no_query_address_or_browser(written: Lines) -> None:
    headers = [
        ("user-agent", "Browser 156"),
        ("x-forwarded-for", "198.51.100.7"),
        ("referer", "https://example.org/from"),
    ]
    _, line = logged("/age?sex=F&crime_type=DA", written, headers=headers)
    text = json.dumps(line)
    assert not [
        secret
        for secret in ("sex", "DA", "203.0.113.9", "198.51", "Browser", "example.org")
        if secret in text
    ]


def test_the_access_log_does_not_write_an_unknown_method(written: Lines) -> None:
    assert logged("/", written, method="SECRET")[1]["method"] == "(other)"


def test_the_access_log_has_one_line_per_websocket(written: Lines) -> None:
    socket = Socket([{"type": "websocket.receive", "bytes": b"sex=F"}])
    asyncio.run(socket.open(AccessLog(Listener(), pages=PAGES, routes=ROUTES)))
    (line,) = written()
    assert (line["event"], line["path"], line["status"]) == ("socket", "/_stcore/stream", 101)
    assert "bytes" not in line


def test_the_access_log_has_a_line_for_a_failed_request(written: Lines) -> None:
    async def failing(_: Scope, __: Receive, ___: Send) -> None:
        raise RuntimeError("the value 1336")

    with pytest.raises(RuntimeError):
        ask(AccessLog(failing, pages=PAGES, routes=ROUTES), "/")
    (line,) = written()
    assert line["status"] == 500
    assert "1336" not in json.dumps(line)


def test_start_and_stop_of_the_server_are_logged(written: Lines) -> None:
    async def living(_: Scope, __: Receive, send: Send) -> None:
        await send({"type": "lifespan.startup.complete"})
        await send({"type": "lifespan.shutdown.complete"})

    async def ignore(_: Message) -> None:
        pass

    async def never() -> Message:
        raise AssertionError

    asyncio.run(AccessLog(living, pages=PAGES, routes=ROUTES)({"type": "lifespan"}, never, ignore))
    assert [line["event"] for line in written()] == ["started", "stopped"]


def test_the_arguments_of_other_libraries_messages_are_not_logged(
    written: Lines, foreign: logging.Logger
) -> None:
    foreign.warning(
        "Rejecting connection: origin=%s, host=%s", "https://example.org", "203.0.113.9"
    )
    path = "/home/someone/file"
    foreign.error(f"Cannot read: {path}")
    assert [line["message"] for line in written()] == [
        "Rejecting connection: origin=%s, host=%s",
        "Cannot read",
    ]


def test_an_exception_is_logged_by_type_and_place_without_its_message(
    written: Lines, foreign: logging.Logger
) -> None:
    try:
        int("a reader's words")
    except ValueError:
        foreign.exception("Uncaught app execution")
        logging.getLogger("referrals.part").exception("A sentence of ours.")
    for line in written():
        assert line["fault"]["kind"] == "ValueError"
        assert line["fault"]["through"][-1].startswith("test_json_log.py:")
        assert "words" not in json.dumps(line)


def test_an_uncaught_exception_of_a_thread_is_logged(written: Lines) -> None:
    thread = threading.Thread(target=int, args=("a reader's words",))
    thread.start()
    thread.join()
    (line,) = written()
    assert (line["level"], line["fault"]["kind"], line["message"]) == (
        "error",
        "ValueError",
        "A thread ended with an exception.",
    )
    assert "words" not in json.dumps(line)


def test_an_unraisable_exception_is_logged(written: Lines) -> None:
    class Fragile:
        def __del__(self) -> None:
            raise ValueError("a reader's words")

    Fragile()
    (line,) = written()
    assert (line["level"], line["fault"]["kind"]) == ("error", "ValueError")
    assert "words" not in json.dumps(line)


def test_a_warning_is_logged_with_its_place(written: Lines) -> None:
    warnings.simplefilter("always")
    warnings.warn("a reader's words", DeprecationWarning, stacklevel=1)
    (line,) = written()
    assert (line["level"], line["event"], line["kind"]) == (
        "warning",
        "warning",
        "DeprecationWarning",
    )
    assert line["through"][0].startswith("test_json_log.py:")
    assert "words" not in json.dumps(line)


def test_an_exception_hook_that_is_already_set_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    def existing_hook(_: threading.ExceptHookArgs) -> None:
        pass

    monkeypatch.setattr(threading, "excepthook", existing_hook)
    with warnings.catch_warnings():
        json_log._install_hooks()
    assert threading.excepthook is existing_hook


def test_our_own_messages_are_logged_whole(written: Lines) -> None:
    logging.getLogger("referrals.release.release").warning(
        "A release is left out. %s", "The release 2020-21 lacks cells.csv."
    )
    assert written()[0]["message"] == "A release is left out. The release 2020-21 lacks cells.csv."


def test_uvicorns_access_log_and_other_libraries_info_are_not_written(
    written: Lines, foreign: logging.Logger
) -> None:
    foreign.info("Connected")
    logging.getLogger("uvicorn.access").warning('%s - "%s"', "203.0.113.9", "GET /age?sex=F")
    assert written() == []


def test_a_line_break_in_a_message_cannot_forge_a_log_line(written: Lines) -> None:
    logging.getLogger("referrals.part").info('one\n{"event": "forged"}')
    assert [line["message"] for line in written()] == ['one\n{"event": "forged"}']


def test_python_by_default_logs_the_values(
    foreign: logging.Logger, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Planted fault: the same record, as a default handler writes it.
    monkeypatch.setattr(logging, "_logRecordFactory", logging.LogRecord)
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    foreign.addHandler(handler)
    foreign.warning("origin=%s", "https://example.org")
    foreign.removeHandler(handler)
    assert "https://example.org" in stream.getvalue()


def test_the_access_log_passes_answers_unchanged() -> None:
    access_log = AccessLog(Listener(), pages=PAGES, routes=ROUTES)
    assert asyncio.run(answer(access_log, scope_of("/"))).body == b"ok"
