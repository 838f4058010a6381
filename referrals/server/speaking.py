"""Which sessions have something to send: Streamlit's loop need not take up the others.

By itself it takes up every open session, some two hundred times a second. With 250 readers that was an eighth of all work, and
it grows with readers who do nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Final

WAITING: Final = set[str]()
"""The sessions of this process of which something was put into their queues since the loop last looked."""

Enqueue = Callable[[Any, Any], None]
"""A function of Streamlit's that puts a message into the queue of a session."""


def noting(enqueue: Enqueue) -> Enqueue:
    """Return a function that puts a message of a session into its queue as `enqueue` does, and notes that it is there."""

    @wraps(enqueue)
    def enqueued(session: Any, message: Any) -> None:
        WAITING.add(session.id)  # before the loop that sends is woken
        enqueue(session, message)

    return enqueued


class Speaking:
    """The sessions of a process, for the loop that sends: it is told only of those of which something may wait to be sent.

    Everything else is asked of `manager`, which is Streamlit's.
    """

    def __init__(self, manager: Any) -> None:
        self._manager = manager

    def __getattr__(self, name: str) -> Any:
        """Return what the manager has by that name."""
        return getattr(self._manager, name)

    def connect_session(self, *arguments: Any, **named: Any) -> str:
        """Open a session, or take up again one whose reader was gone: something may wait in it."""
        session_id: str = self._manager.connect_session(*arguments, **named)
        WAITING.add(session_id)
        return session_id

    def list_active_sessions(self) -> list[Any]:
        """Return the open sessions of which something may wait, each once. What waits in one whose reader is gone waits on."""
        noted = (self._manager.get_active_session_info(WAITING.pop()) for _ in range(len(WAITING)))
        return [session for session in noted if session is not None]
