"""The session manager lists every session with pending output, and no others."""

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
from referrals.web.streamlit.session_manager import MarkPending, PendingSessionManager


class Session(AppSession):
    """A session of Streamlit's with its queue alone, so that nothing has to be shut down."""

    def __init__(self, name: str, wake: Any) -> None:
        self.id = name
        self._browser_queue = ForwardMsgQueue()
        self._message_enqueued_callback = wake

    def __del__(self) -> None:
        pass

    def enqueue(self) -> None:
        """Queue a message."""
        self._enqueue_forward_msg(ForwardMsg(ref_hash="a"))


class Manager(WebsocketSessionManager):
    """Streamlit's manager with fake sessions. `wake` is called when a session queues a message."""

    def __init__(self, wake: Any = lambda: None) -> None:
        super().__init__(MagicMock(), MagicMock(), MagicMock(), wake)
        self.known: dict[str, Session] = {}

    def connect_session(self, name: str, *, existing: str | None = None) -> str:  # type: ignore[override]
        """Open a session, or resume an existing one."""
        session = self.known.setdefault(
            existing or name, Session(existing or name, self._message_enqueued_callback)
        )
        self._active_session_info_by_id[session.id] = SimpleNamespace(session=session)  # type: ignore[assignment]
        return session.id

    def disconnect(self, name: str) -> None:
        """Disconnect a session."""
        del self._active_session_info_by_id[name]


def connected(*names: str, wake: Any = lambda: None) -> tuple[PendingSessionManager, Manager]:
    """Return our manager and Streamlit's, with sessions that the loop has visited once."""
    manager = Manager(wake)
    pending_manager = PendingSessionManager(manager)
    for name in names:
        pending_manager.connect_session(name)
    list_ids(pending_manager)
    return pending_manager, manager


def list_ids(pending_manager: PendingSessionManager) -> list[str]:
    return sorted(active.session.id for active in pending_manager.list_active_sessions())


def test_a_new_session_is_listed_once() -> None:
    pending_manager = PendingSessionManager(Manager())
    assert pending_manager.connect_session("a") == "a"
    assert list_ids(pending_manager) == ["a"]
    assert list_ids(pending_manager) == []


def test_a_session_with_output_is_listed_once_and_idle_ones_are_not() -> None:
    pending_manager, manager = connected("active", "idle")
    manager.known["active"].enqueue()
    manager.known["active"].enqueue()
    assert list_ids(pending_manager) == ["active"]
    assert list_ids(pending_manager) == []
    manager.known["idle"].enqueue()
    assert list_ids(pending_manager) == ["idle"]


def test_a_woken_loop_finds_the_session_and_its_message() -> None:
    found: list[tuple[list[str], int]] = []
    loop = MagicMock()
    pending_manager, manager = connected("a", wake=loop)
    loop.side_effect = lambda: found.append(
        (list_ids(pending_manager), len(manager.known["a"]._browser_queue))
    )
    manager.known["a"].enqueue()
    assert found == [(["a"], 1)]


def test_a_disconnected_session_is_listed_again_when_its_reader_returns() -> None:
    pending_manager, manager = connected("away")
    manager.disconnect("away")
    manager.known["away"].enqueue()
    assert list_ids(pending_manager) == []
    pending_manager.connect_session("new", existing="away")
    assert list_ids(pending_manager) == ["away"], "its messages are still queued"
    manager.known["away"].enqueue()
    assert list_ids(pending_manager) == ["away"]


def test_the_loop_is_woken_once_for_the_messages_of_one_visit() -> None:
    wake = MagicMock()
    pending_manager, manager = connected("a", wake=wake)
    wake.reset_mock()
    for _ in range(3):
        manager.known["a"].enqueue()
    assert wake.call_count == 1
    assert list_ids(pending_manager) == ["a"]
    manager.known["a"].enqueue()
    assert wake.call_count == 2, "a message queued after the visit needs another one"


def test_a_new_session_wakes_the_loop_for_messages_queued_while_it_connected() -> None:
    wake = MagicMock()
    PendingSessionManager(Manager(wake)).connect_session("a")
    wake.assert_called_once()


def test_the_callback_of_a_resumed_session_is_not_wrapped_twice() -> None:
    pending_manager, manager = connected("a")
    for _ in range(3):
        pending_manager.connect_session("b", existing="a")
    callback = manager.known["a"]._message_enqueued_callback
    assert isinstance(callback, MarkPending)
    assert callback.wake_loop is manager._message_enqueued_callback


def test_other_calls_go_to_streamlits_manager() -> None:
    pending_manager, manager = connected("idle")
    assert pending_manager.num_active_sessions() == 1
    assert pending_manager.is_active_session("idle")
    assert pending_manager.get_active_session_info("idle") is manager.get_active_session_info(
        "idle"
    )


def test_streamlits_loop_uses_the_methods_that_the_manager_replaces() -> None:
    assert "self._session_mgr.list_active_sessions()" in inspect.getsource(Runtime._loop_coroutine)
    assert "self._session_mgr.connect_session(" in inspect.getsource(Runtime.connect_session)


def test_setup_replaces_the_session_manager_of_the_runtime() -> None:
    runtime: Any = SimpleNamespace(_session_mgr=Manager())
    assert setup.patch_runtime(runtime) == []
    assert isinstance(runtime._session_mgr, PendingSessionManager)
