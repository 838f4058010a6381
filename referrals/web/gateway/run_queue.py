"""The queue for script runs: a few at a time, and each group of readers has its turn.

Used by `websocket_guard`. A run takes 5 to 50 ms of one core. Without a bound, a hundred sockets
that ask as fast as they may start more runs than the core can finish, and everybody waits.
"""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from dataclasses import dataclass
from typing import Final

HEADER: Final = "x-reader-group"
"""The header in which the proxy puts a reader's group: one of fifty, so it identifies nobody.

Without a proxy all readers are one group.
"""


class RunQueue:
    """Places for script runs, given to the waiting groups in turn (round robin).

    At most `places` runs have one at a time, and at most `per_group` of the same group.
    """

    def __init__(self, places: int, per_group: int) -> None:
        self._places = places
        self._per_group = per_group
        self._running = Counter[str]()
        self._waiting: dict[str, deque[asyncio.Future[None]]] = {}

    @property
    def running(self) -> int:
        """The number of runs that have a place."""
        return self._running.total()

    @property
    def waiting(self) -> int:
        """The number of runs that wait for a place."""
        return sum(map(len, self._waiting.values()))

    async def enter(self, group: str) -> None:
        """Wait for a place. A caller that is cancelled leaves the queue without one."""
        waiter = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(group, deque()).append(waiter)
        self._give_places()
        try:
            await waiter
        except asyncio.CancelledError:
            self._withdraw(group, waiter)
            raise

    def leave(self, group: str) -> None:
        """Free a place, and give it to the next group."""
        self._running[group] -= 1
        if not self._running[group]:
            del self._running[group]
        self._give_places()

    def _has_place(self, group: str) -> bool:
        return self.running < self._places and self._running[group] < self._per_group

    def _withdraw(self, group: str, waiter: asyncio.Future[None]) -> None:
        """Take a cancelled caller out of the queue, or free the place that it was just given."""
        if waiter.done() and not waiter.cancelled():
            self.leave(group)
        elif group in self._waiting and waiter in self._waiting[group]:
            self._waiting[group].remove(waiter)
            if not self._waiting[group]:
                del self._waiting[group]

    def _give_places(self) -> None:
        while (group := self._next_group()) is not None:
            waiters = self._waiting.pop(group)
            waiter = waiters.popleft()
            if not waiter.cancelled():
                self._running[group] += 1
                waiter.set_result(None)
            if waiters:
                self._waiting[group] = waiters  # now behind the other groups

    def _next_group(self) -> str | None:
        return next((group for group in self._waiting if self._has_place(group)), None)


@dataclass(frozen=True)
class Place:
    """The place of one socket in a queue."""

    queue: RunQueue
    group: str

    async def take(self) -> None:
        """Wait for the place."""
        await self.queue.enter(self.group)

    def free(self) -> None:
        """Give the place back."""
        self.queue.leave(self.group)
