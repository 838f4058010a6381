"""Which sessions have something to send: Streamlit's loop need not take up the others.

By itself it takes up every open session, some two hundred times a second. With 250 readers that was an eighth of all work, and
it grows with readers who do nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Wake = Callable[[], None]
"""What a session calls when it has put something into its queue: it wakes the loop that sends."""


@dataclass(frozen=True)
class Noting:
    """A `wake` of one session that notes first who calls: what is in the queue by then is found by whoever looks then."""

    session_id: str
    waiting: set[str]
    wake: Wake

    def __call__(self) -> None:
        """Note, and wake the loop."""
        self.waiting.add(self.session_id)
        self.wake()


class Speaking:
    """The sessions of a process, for the loop that sends: it is told only of those of which something may wait to be sent.

    Everything else is asked of `manager`, which is Streamlit's.
    """

    def __init__(self, manager: Any) -> None:
        self._manager = manager
        self._waiting = set[str]()

    def __getattr__(self, name: str) -> Any:
        """Return what the manager has by that name."""
        return getattr(self._manager, name)

    def connect_session(self, *arguments: Any, **named: Any) -> str:
        """Open a session, or take up again one whose reader was gone: something may wait in it."""
        session_id: str = self._manager.connect_session(*arguments, **named)
        session = self._manager.get_active_session_info(session_id).session
        wake = session._message_enqueued_callback
        if not isinstance(wake, Noting):
            session._message_enqueued_callback = Noting(session_id, self._waiting, wake)
        self._waiting.add(session_id)
        return session_id

    def list_active_sessions(self) -> list[Any]:
        """Return the open sessions of which something may wait, each once. What waits in one whose reader is gone waits on."""
        noted = (
            self._manager.get_active_session_info(self._waiting.pop())
            for _ in range(len(self._waiting))
        )
        return [session for session in noted if session is not None]
