"""The loop that sends is told of the sessions that have something to say, of all of them, and of no others."""

from __future__ import annotations

import inspect
from types import SimpleNamespace
from typing import Any
from unittest.mock import MagicMock

from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime import Runtime
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue
from streamlit.runtime.websocket_session_manager import WebsocketSessionManager

from referrals.web.streamlit import setup
from referrals.web.streamlit.session_manager import Noting, Speaking


class Session(AppSession):
    """A session of Streamlit's with its queue, and nothing else: nothing that would have to be shut down."""

    def __init__(self, name: str, wake: Any) -> None:
        self.id = name
        self._browser_queue = ForwardMsgQueue()
        self._message_enqueued_callback = wake

    def __del__(self) -> None:
        pass

    def say(self) -> None:
        """Put a message into the queue."""
        self._enqueue_forward_msg(ForwardMsg(ref_hash="a"))


class Manager(WebsocketSessionManager):
    """Streamlit's manager, whose sessions are made here. `looks` is called by a session that has something to send."""

    def __init__(self, looks: Any = lambda: None) -> None:
        super().__init__(MagicMock(), MagicMock(), MagicMock(), looks)
        self.known: dict[str, Session] = {}

    def connect_session(self, name: str, *, existing: str | None = None) -> str:  # type: ignore[override]
        """Open a session, or take up an existing one again."""
        session = self.known.setdefault(
            existing or name, Session(existing or name, self._message_enqueued_callback)
        )
        self._active_session_info_by_id[session.id] = SimpleNamespace(session=session)  # type: ignore[assignment]
        return session.id

    def leave(self, name: str) -> None:
        """Let the reader of a session go."""
        del self._active_session_info_by_id[name]


def opened(*names: str, looks: Any = lambda: None) -> tuple[Speaking, Manager]:
    """Return the sessions of some readers, after the loop has looked once, and their manager."""
    manager = Manager(looks)
    speaking = Speaking(manager)
    for name in names:
        speaking.connect_session(name)
    listed(speaking)
    return speaking, manager


def listed(speaking: Speaking) -> list[str]:
    return sorted(one.session.id for one in speaking.list_active_sessions())


def test_a_session_that_is_opened_is_looked_at_once() -> None:
    speaking = Speaking(Manager())
    assert speaking.connect_session("a") == "a"
    assert listed(speaking) == ["a"]
    assert listed(speaking) == []


def test_a_session_that_has_said_something_is_listed_once_and_the_silent_ones_are_not() -> None:
    speaking, manager = opened("loud", "silent")
    manager.known["loud"].say()
    manager.known["loud"].say()
    assert listed(speaking) == ["loud"]
    assert listed(speaking) == []
    manager.known["silent"].say()
    assert listed(speaking) == ["silent"]


def test_when_the_loop_is_woken_it_finds_both_the_session_and_what_it_says() -> None:
    found: list[tuple[list[str], int]] = []
    loop = MagicMock()
    speaking, manager = opened("a", looks=loop)
    loop.side_effect = lambda: found.append(
        (listed(speaking), len(manager.known["a"]._browser_queue))
    )
    manager.known["a"].say()
    assert found == [(["a"], 1)]


def test_a_session_whose_reader_is_gone_is_not_listed_and_is_taken_up_when_the_reader_is_back() -> (
    None
):
    speaking, manager = opened("gone")
    manager.leave("gone")
    manager.known["gone"].say()
    assert listed(speaking) == []
    speaking.connect_session("new", existing="gone")
    assert listed(speaking) == ["gone"], "what was said meanwhile still waits"
    manager.known["gone"].say()
    assert listed(speaking) == ["gone"]


def test_a_session_that_is_taken_up_again_wakes_the_loop_once_for_what_it_says() -> None:
    woken: list[None] = []
    speaking, manager = opened("a", looks=lambda: woken.append(None))
    for _ in range(3):
        speaking.connect_session("b", existing="a")
    manager.known["a"].say()
    assert len(woken) == 1
    noting = manager.known["a"]._message_enqueued_callback
    assert isinstance(noting, Noting)
    assert noting.wake is manager._message_enqueued_callback, "and not another that notes"


def test_all_else_is_asked_of_streamlits_own_manager() -> None:
    speaking, manager = opened("silent")
    assert speaking.num_active_sessions() == 1
    assert speaking.is_active_session("silent")
    assert speaking.get_active_session_info("silent") is manager.get_active_session_info("silent")


def test_streamlits_loop_asks_for_sessions_where_the_site_puts_its_own_list() -> None:
    assert "self._session_mgr.list_active_sessions()" in inspect.getsource(Runtime._loop_coroutine)
    assert "self._session_mgr.connect_session(" in inspect.getsource(Runtime.connect_session)


def test_the_loop_of_the_site_that_is_served_is_told_of_no_others() -> None:
    runtime: Any = SimpleNamespace(_session_mgr=Manager())
    assert setup.patch_runtime(runtime) == []
    assert isinstance(runtime._session_mgr, Speaking)
