"""Who draws: one run at a time in a process, for as long as it has only to put together what is there.

Two runs that share an interpreter both end late; of two in turn only the second does. One that has to make something first,
which takes much longer, gives its turn away and does so beside the others (`referrals.caching`).
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

PATIENCE: Final = 0.25
"""Seconds that a run waits for its turn at most: whatever another does with its own, nobody is held up for longer."""


class _Mine(threading.local):
    """Whether this thread has the turn."""

    is_taken = False


class Turn:
    """The turn of one process."""

    def __init__(self, patience: float = PATIENCE) -> None:
        self._patience = patience
        self._free = threading.Lock()
        self._mine = _Mine()

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Wait for the turn, and go on without it where that takes long."""
        self._mine.is_taken = self._free.acquire(timeout=self._patience)
        try:
            yield
        finally:
            self.give_away()

    def give_away(self) -> None:
        """Let another have the turn, where this thread has it."""
        if self._mine.is_taken:
            self._mine.is_taken = False
            self._free.release()


TURN: Final = Turn()
"""The turn of this process."""
