"""The start-up check: a page is drawn before requests are taken, or the process is not ready."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from functools import cache
from types import SimpleNamespace
from typing import Any

import pytest
import streamlit
from starlette.applications import Starlette
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime import app_session
from streamlit.runtime.pages_manager import PagesManager

from referrals.paths import ROOT
from referrals.web import health
from referrals.web.streamlit import protocol_limits, setup
from referrals.web.streamlit.startup_check import PENDING, Client, StartupCheck
from tests.fixtures.asgi_client import ask

FINISHED = ForwardMsg(script_finished=ForwardMsg.FINISHED_SUCCESSFULLY)
FAILED = ForwardMsg(script_finished=ForwardMsg.FINISHED_WITH_COMPILE_ERROR)

SERVED = """
import json, os, sys
import pandas, plotly.graph_objects
from starlette.testclient import TestClient
from streamlit.runtime import app_session

from referrals import api, static_site
from referrals.dashboard import page
from referrals.web import application

def serve(plant):
    if plant == "theme function":
        del app_session._populate_theme_msg
    elif plant == "page":
        def fail(*_):
            raise ValueError("/private")
        page.session.run = fail

    import app

    with TestClient(app.app, base_url="http://localhost") as client:
        answer = client.get("/readyz")
        print(json.dumps([plant, answer.status_code, answer.json()]), flush=True)
        os._exit(0)  # without the static pages that are still being drawn ahead

for plant in sys.argv[1:]:
    if not (child := os.fork()):
        serve(plant)
    if os.waitpid(child, 0)[1]:
        sys.exit(1)
"""
"""A server in a process of its own for each planted fault that `sys.argv` names.

The processes are forked, because each would import Streamlit for seconds.
"""


def html() -> ForwardMsg:
    message = ForwardMsg()
    message.delta.new_element.html.body = "<h1>A heading</h1>"
    return message


def exception() -> ForwardMsg:
    message = ForwardMsg()
    message.delta.new_element.exception.message = "a fault"
    return message


class Runtime:
    """A fake runtime that answers each session with the given messages."""

    def __init__(self, *messages: ForwardMsg) -> None:
        self._messages = messages
        self._client: Any = None
        self.closed: list[str] = []

    def connect_session(self, client: Client, user_info: dict[str, str]) -> str:
        assert user_info == {}
        self._client = client
        return "a"

    def handle_backmsg(self, session_id: str, message: Any) -> None:
        assert (session_id, message.WhichOneof("type")) == ("a", "rerun_script")
        for message_sent in self._messages:
            self._client.write_forward_msg(message_sent)

    def close_session(self, session_id: str) -> None:
        self.closed.append(session_id)


def checked(runtime: Any, *missing: str, timeout: float = 5) -> str:
    """Return the problem that the check finds."""
    check = StartupCheck(timeout)
    assert check.problem == PENDING, "not ready before the check has run"

    async def serve() -> None:
        async with check.running(runtime, missing):
            pass

    asyncio.run(serve())
    return check.problem


def test_the_private_names_were_reviewed_in_the_installed_streamlit() -> None:
    """If this fails, look up the names in the new Streamlit's source, then update the version."""
    assert streamlit.__version__ == setup.REVIEWED_VERSION


def test_a_complete_first_page_passes_the_check_and_its_session_is_closed() -> None:
    runtime = Runtime(html(), FINISHED)
    assert checked(runtime) == ""
    assert runtime.closed == ["a"]


@pytest.mark.parametrize(
    ("messages", "says"),
    [
        ((html(), exception(), FINISHED), "The script of the first page failed."),
        ((html(), FAILED), "The script of the first page failed."),
        ((FINISHED,), "The first page was drawn empty."),
    ],
    ids=["exception", "script", "empty"],
)
def test_an_incomplete_first_page_fails_the_check(
    messages: tuple[ForwardMsg, ...], says: str
) -> None:
    assert says in checked(Runtime(*messages))


def test_an_unfinished_first_page_fails_the_check_and_its_session_is_closed() -> None:
    runtime = Runtime(html())
    assert "not drawn within 0 seconds" in checked(runtime, timeout=0.01)
    assert runtime.closed == ["a"]


def test_an_exception_of_the_runtime_fails_the_check_without_its_message() -> None:
    assert checked(SimpleNamespace()) == "The first page could not be drawn (AttributeError)."


def test_a_missing_private_name_is_named() -> None:
    assert "Streamlit or uvicorn no longer has Runtime._session_mgr." in checked(
        Runtime(html(), FINISHED), "Runtime._session_mgr"
    )


def test_a_process_that_failed_the_check_is_alive_but_not_ready() -> None:
    site = Starlette(
        routes=[*health.routes(lambda: {"a": "b"}, startup_problem=lambda: "No page.")]
    )
    answer = ask(site, "/readyz")
    assert (answer.status, json.loads(answer.body)["detail"]) == (503, "No page.")
    assert ask(site, "/healthz").status == 200


@pytest.mark.parametrize("name", setup.CACHED_FUNCTIONS)
def test_a_missing_function_of_streamlit_is_reported(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol_limits, "patch", list)
    for name_kept in setup.CACHED_FUNCTIONS:
        monkeypatch.setattr(app_session, name_kept, getattr(app_session, name_kept))
    monkeypatch.setattr(PagesManager, "uses_pages_directory", None)
    monkeypatch.delattr(app_session, name)
    assert setup.patch_modules() == [f"streamlit.runtime.app_session.{name}"]


def test_missing_names_of_uvicorn_and_of_the_pages_are_reported(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(protocol_limits, "patch", lambda: ["Protocol.receive"])
    for name_kept in setup.CACHED_FUNCTIONS:
        monkeypatch.setattr(app_session, name_kept, getattr(app_session, name_kept))
    monkeypatch.delattr(PagesManager, "uses_pages_directory")
    assert setup.patch_modules() == ["Protocol.receive", "PagesManager.uses_pages_directory"]


def test_a_missing_session_manager_or_callback_is_reported(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert setup.patch_runtime(SimpleNamespace()) == ["Runtime._session_mgr"]
    monkeypatch.setattr(app_session.AppSession, "__init__", lambda _: None)
    runtime = SimpleNamespace(_session_mgr="a manager")
    assert setup.patch_runtime(runtime) == ["AppSession._message_enqueued_callback"]
    assert runtime._session_mgr == "a manager", "and left alone"


@cache
def readiness(*plants: str) -> dict[str, tuple[int, dict[str, Any]]]:
    """Return the answer of `/readyz` of the whole site, by the fault that was planted."""
    ran = subprocess.run(
        [sys.executable, "-c", SERVED, *plants],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    answers = [json.loads(line) for line in ran.stdout.splitlines() if line.startswith("[")]
    return {plant: (status, body) for plant, status, body in answers}


def test_the_site_draws_a_page_at_the_start_and_is_ready() -> None:
    status, body = readiness("nothing", "page")["nothing"]
    assert (status, body["status"]) == (200, "ready")


def test_the_site_is_not_ready_if_a_page_fails_and_does_not_say_why() -> None:
    status, body = readiness("nothing", "page")["page"]
    assert status == 503
    assert "The script of the first page failed." in body["detail"]
    assert "/private" not in json.dumps(body)


@pytest.mark.slow  # each missing name is tested above without a site
def test_the_site_is_not_ready_if_a_private_name_is_missing() -> None:
    status, body = readiness("theme function")["theme function"]
    assert status == 503
    missing = "streamlit.runtime.app_session._populate_theme_msg."
    assert f"Streamlit or uvicorn no longer has {missing}" in body["detail"]
