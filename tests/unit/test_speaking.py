"""The loop that sends is told of the sessions that have something to say, of all of them, and of no others."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any
from unittest.mock import MagicMock

import pytest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue
from streamlit.runtime.websocket_session_manager import WebsocketSessionManager

import app as frame
from referrals.server import speaking
from referrals.server.speaking import Speaking


@pytest.fixture(autouse=True)
def _nothing_waits() -> Iterator[None]:
    speaking.WAITING.clear()
    yield
    speaking.WAITING.clear()


class Session(AppSession):
    """A session of Streamlit's with its queue, and nothing else: nothing that would have to be shut down."""

    def __init__(self) -> None:
        pass

    def __del__(self) -> None:
        pass


def session(name: str) -> Session:
    """Return a session by that name."""
    made = Session()
    made.id = name
    made._browser_queue = ForwardMsgQueue()
    made._message_enqueued_callback = None
    return made


def manager_of(*sessions: AppSession) -> WebsocketSessionManager:
    """Return Streamlit's manager with these sessions open."""
    manager = WebsocketSessionManager(MagicMock(), MagicMock(), MagicMock(), None)
    manager._active_session_info_by_id = {one.id: SimpleNamespace(session=one) for one in sessions}  # type: ignore[misc]
    return manager


def names(speaking_ones: Speaking) -> list[str]:
    return sorted(one.session.id for one in speaking_ones.list_active_sessions())


def say(one: AppSession) -> None:
    one._enqueue_forward_msg(ForwardMsg(ref_hash="a"))


def test_the_site_that_is_served_notes_who_has_something_to_say() -> None:
    assert frame.CONTEXT is None
    one = session("a")
    say(one)
    assert len(one._browser_queue) == 1
    assert {"a"} == speaking.WAITING


def test_a_session_that_has_said_something_is_listed_once_and_the_silent_ones_are_not() -> None:
    loud, silent = session("loud"), session("silent")
    listed = Speaking(manager_of(loud, silent))
    say(loud)
    say(loud)
    assert names(listed) == ["loud"]
    assert names(listed) == []
    say(silent)
    assert names(listed) == ["silent"]


def test_a_session_is_noted_before_its_message_can_be_looked_for() -> None:
    seen: list[set[str]] = []
    enqueue = speaking.noting(lambda _session, _message: seen.append(set(speaking.WAITING)))
    enqueue(SimpleNamespace(id="a"), None)
    assert seen == [{"a"}]


def test_a_session_whose_reader_is_gone_is_not_listed_and_is_taken_up_when_the_reader_is_back() -> None:
    gone = session("gone")
    manager = manager_of()
    listed = Speaking(manager)
    say(gone)
    assert names(listed) == []
    manager.connect_session = MagicMock(return_value="gone")  # type: ignore[method-assign]
    manager._active_session_info_by_id["gone"] = SimpleNamespace(session=gone)  # type: ignore[assignment]
    assert listed.connect_session("client", existing_session_id="gone") == "gone"
    manager.connect_session.assert_called_once_with("client", existing_session_id="gone")
    assert names(listed) == ["gone"], "what was said meanwhile still waits"


def test_all_else_is_asked_of_streamlits_own_manager() -> None:
    silent = session("silent")
    manager = manager_of(silent)
    assert Speaking(manager).num_active_sessions() == 1
    assert Speaking(manager).is_active_session("silent")
    assert Speaking(manager).get_active_session_info("silent") is manager.get_active_session_info("silent")


def test_the_loop_of_the_site_that_is_served_is_told_of_no_others(monkeypatch: pytest.MonkeyPatch) -> None:
    runtime: Any = SimpleNamespace(_session_mgr=manager_of())

    @asynccontextmanager
    async def nothing(*_: object) -> AsyncIterator[None]:
        yield

    monkeypatch.setattr(frame, "get_instance", lambda: runtime)
    monkeypatch.setattr(frame, "collecting", lambda _first: nothing)
    monkeypatch.setattr(frame, "TWIN", SimpleNamespace(drawn_ahead=nothing))

    async def serve() -> None:
        async with frame.beside(frame.app):
            assert isinstance(runtime._session_mgr, Speaking)

    asyncio.run(serve())
