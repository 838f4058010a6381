"""The log: one JSON object a line, and nothing in it of who reads, what they chose, or what an exception quotes."""

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
from referrals.web.logging.access_log import Names, Watch
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
    """Have every record written as a served site writes it; return what has been written so far."""
    root, ours = logging.getLogger(), logging.getLogger(json_log.OURS)
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
    """A logger as uvicorn and Streamlit make theirs: with a handler of its own, and deaf to the root."""
    logger = logging.getLogger("foreign.part")
    parent = logging.getLogger("foreign")
    parent.addHandler(logging.StreamHandler(io.StringIO()))
    parent.propagate = False
    logger.disabled = False  # as a library's own setting up of logs may have left it
    yield logger
    parent.handlers.clear()


def watched(target: str, written: Lines, **named: Any) -> tuple[Answer, dict[str, Any]]:
    got = ask(Watch(Listener(), pages=PAGES, routes=ROUTES), target, **named)
    (line,) = written()
    return got, line


def test_a_request_is_one_line_of_json(written: Lines) -> None:
    got, line = watched("/age?sex=F", written)
    assert got.body == b"ok"
    assert {name: line[name] for name in ("level", "event", "method", "path", "status", "bytes")} == {
        "level": "info", "event": "request", "method": "GET", "path": "/age", "status": 200, "bytes": 2,
    }  # fmt: skip
    assert line["ms"] >= 0
    assert line["time"].endswith("Z")
    assert set(line) == {
        "time",
        "level",
        "logger",
        "message",
        "event",
        "method",
        "path",
        "status",
        "ms",
        "bytes",
    }


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
def test_an_address_is_written_as_its_page_or_template(
    target: str, path: str, written: Lines
) -> None:
    assert watched(target, written)[1]["path"] == path


@given(st.text(max_size=40))
def test_no_address_that_a_reader_makes_up_is_written(made_up: str) -> None:
    names = Names(PAGES, ROUTES)
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


def test_neither_query_nor_reader_nor_browser_is_written(written: Lines) -> None:
    headers = [
        ("user-agent", "Browser 156"),
        ("x-forwarded-for", "198.51.100.7"),
        ("referer", "https://example.org/from"),
    ]
    _, line = watched("/age?sex=F&crime_type=DA", written, headers=headers)
    text = json.dumps(line)
    assert not [
        secret
        for secret in ("sex", "DA", "203.0.113.9", "198.51", "Browser", "example.org")
        if secret in text
    ]


def test_a_method_that_is_none_is_not_written(written: Lines) -> None:
    assert watched("/", written, method="SECRET")[1]["method"] == "(other)"


def test_a_socket_is_one_line_when_it_ends(written: Lines) -> None:
    socket = Socket([{"type": "websocket.receive", "bytes": b"sex=F"}])
    asyncio.run(socket.open(Watch(Listener(), pages=PAGES, routes=ROUTES)))
    (line,) = written()
    assert (line["event"], line["path"], line["status"]) == ("socket", "/_stcore/stream", 101)
    assert "bytes" not in line


def test_a_request_that_fails_is_a_line_as_well(written: Lines) -> None:
    async def failing(_: Scope, __: Receive, ___: Send) -> None:
        raise RuntimeError("the value 1336")

    with pytest.raises(RuntimeError):
        ask(Watch(failing, pages=PAGES, routes=ROUTES), "/")
    (line,) = written()
    assert line["status"] == 500
    assert "1336" not in json.dumps(line)


def test_start_and_stop_are_lines(written: Lines) -> None:
    async def living(_: Scope, __: Receive, send: Send) -> None:
        await send({"type": "lifespan.startup.complete"})
        await send({"type": "lifespan.shutdown.complete"})

    async def ignore(_: Message) -> None:
        pass

    async def never() -> Message:
        raise AssertionError

    asyncio.run(Watch(living, pages=PAGES, routes=ROUTES)({"type": "lifespan"}, never, ignore))
    assert [line["event"] for line in written()] == ["started", "stopped"]


def test_values_that_other_programs_put_into_a_message_are_left_out(
    written: Lines, foreign: logging.Logger
) -> None:
    foreign.warning(
        "Rejecting connection: origin=%s, host=%s", "https://example.org", "203.0.113.9"
    )
    foreign.error("Cannot read: %s" % "/home/someone/file")
    assert [line["message"] for line in written()] == [
        "Rejecting connection: origin=%s, host=%s",
        "Cannot read",
    ]


def test_of_a_fault_its_kind_and_its_place_are_written_and_not_its_message(
    written: Lines, foreign: logging.Logger
) -> None:
    try:
        int("a reader's words")
    except ValueError:
        foreign.exception("Uncaught app execution")
        logging.getLogger("referrals.part").exception("A sentence of ours.")
    for line in written():
        assert line["fault"]["kind"] == "ValueError"
        assert line["fault"]["through"][-1].startswith("test_logs.py:")
        assert "words" not in json.dumps(line)


def test_a_fault_that_nobody_caught_in_a_thread_is_a_line(written: Lines) -> None:
    thread = threading.Thread(target=int, args=("a reader's words",))
    thread.start()
    thread.join()
    (line,) = written()
    assert (line["level"], line["fault"]["kind"], line["message"]) == (
        "error",
        "ValueError",
        "A thread ended in a fault.",
    )
    assert "words" not in json.dumps(line)


def test_a_fault_that_cannot_be_raised_is_a_line(written: Lines) -> None:
    class Fragile:
        def __del__(self) -> None:
            raise ValueError("a reader's words")

    Fragile()
    (line,) = written()
    assert (line["level"], line["fault"]["kind"]) == ("error", "ValueError")
    assert "words" not in json.dumps(line)


def test_a_warning_is_a_line_that_says_where_it_came_from(written: Lines) -> None:
    warnings.simplefilter("always")
    warnings.warn("a reader's words", DeprecationWarning, stacklevel=1)
    (line,) = written()
    assert (line["level"], line["event"], line["kind"]) == (
        "warning",
        "warning",
        "DeprecationWarning",
    )
    assert line["through"][0].startswith("test_logs.py:")
    assert "words" not in json.dumps(line)


def test_who_listens_for_faults_already_goes_on_listening(monkeypatch: pytest.MonkeyPatch) -> None:
    def theirs(_: threading.ExceptHookArgs) -> None:
        pass

    monkeypatch.setattr(threading, "excepthook", theirs)
    with warnings.catch_warnings():
        json_log._listen()
    assert threading.excepthook is theirs


def test_our_own_sentences_are_written_whole(written: Lines) -> None:
    logging.getLogger("referrals.release.release").warning(
        "A release is left out. %s", "The release 2020-21 lacks cells.csv."
    )
    assert written()[0]["message"] == "A release is left out. The release 2020-21 lacks cells.csv."


def test_the_access_log_and_the_chatter_of_other_programs_are_not_written(
    written: Lines, foreign: logging.Logger
) -> None:
    foreign.info("Connected")
    logging.getLogger("uvicorn.access").warning('%s - "%s"', "203.0.113.9", "GET /age?sex=F")
    assert written() == []


def test_a_line_break_in_a_message_is_no_line_break_in_the_log(written: Lines) -> None:
    logging.getLogger("referrals.part").info('one\n{"event": "forged"}')
    assert [line["message"] for line in written()] == ['one\n{"event": "forged"}']


def test_without_our_log_the_values_would_be_written(
    foreign: logging.Logger, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The planted fault: the same record, as the handlers of other programs write it.
    monkeypatch.setattr(logging, "_logRecordFactory", logging.LogRecord)
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    foreign.addHandler(handler)
    foreign.warning("origin=%s", "https://example.org")
    foreign.removeHandler(handler)
    assert "https://example.org" in stream.getvalue()


def test_answers_pass_unchanged() -> None:
    watch = Watch(Listener(), pages=PAGES, routes=ROUTES)
    assert asyncio.run(answer(watch, scope_of("/"))).body == b"ok"
