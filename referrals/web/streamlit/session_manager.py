"""A session manager that tracks sessions with pending output, so the send loop skips idle ones.

Streamlit's loop visits every open session some two hundred times a second. With 250 readers that
was an eighth of all processor time, and it grows with readers who do nothing.
`setup.patch_runtime` puts this manager in front of Streamlit's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

WakeLoop = Callable[[], None]
"""The callback of a session that has queued a message: it wakes the send loop."""


@dataclass(frozen=True)
class MarkPending:
    """A message callback that marks its session as pending, then wakes the send loop.

    In this order, so that the loop finds the session when it looks. A session that is pending has
    woken the loop already, which takes all its messages in one visit. Another wake-up would only
    interrupt the run, which sends some twenty messages.
    """

    session_id: str
    pending: set[str]
    wake_loop: WakeLoop

    def __call__(self) -> None:
        """Mark the session as pending and wake the loop, unless it is pending already."""
        if self.session_id not in self.pending:
            self.pending.add(self.session_id)
            self.wake_loop()


class PendingSessionManager:
    """A proxy for Streamlit's session manager that lists only sessions with pending output.

    Every other call goes to `manager`, Streamlit's own.
    """

    def __init__(self, manager: Any) -> None:
        self._manager = manager
        self._pending = set[str]()

    def __getattr__(self, name: str) -> Any:
        """Return an attribute of Streamlit's manager."""
        return getattr(self._manager, name)

    def connect_session(self, *args: Any, **kwargs: Any) -> str:
        """Open a session, or resume one whose reader had disconnected, and mark it as pending."""
        session_id: str = self._manager.connect_session(*args, **kwargs)
        session = self._manager.get_active_session_info(session_id).session
        callback = session._message_enqueued_callback
        if not isinstance(callback, MarkPending):
            marking = MarkPending(session_id, self._pending, callback)
            session._message_enqueued_callback = marking
        session._message_enqueued_callback()
        return session_id

    def list_active_sessions(self) -> list[Any]:
        """Return the open sessions that may have pending output, and unmark them.

        The output of a disconnected session stays queued until its reader returns.
        """
        sessions = []
        for _ in range(len(self._pending)):
            session = self._manager.get_active_session_info(self._pending.pop())
            if session is not None:
                sessions.append(session)
        return sessions
