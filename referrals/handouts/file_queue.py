"""A queue for files that are made for a request: sheets, their pictures and slides for PowerPoint.

A file is made in a thread, one at a time, once for all who wait for it, and kept in a cache that is
bounded in bytes. A crowd is refused rather than kept waiting.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable

import cachetools

from referrals.errors import ReferralsError


class BusyError(ReferralsError):
    """Too many files are being made."""


class FileQueue:
    """Makes files one at a time. It must be used from one event loop.

    Args:
        most_bytes: the size of the cache of finished files.
        most_waiting: the most different files that may wait.
    """

    def __init__(self, most_bytes: int, most_waiting: int) -> None:
        self._cache: cachetools.LRUCache[Hashable, bytes] = cachetools.LRUCache(most_bytes, len)
        self._most_waiting = most_waiting
        self._making = asyncio.Semaphore(1)
        self._tasks: dict[Hashable, asyncio.Task[bytes]] = {}

    async def file(self, key: Hashable, make: Callable[[], bytes], *, busy: str) -> bytes:
        """Return a file from the cache, from a computation that is under way, or a new one.

        `key` has everything that the file depends on, and `busy` is the message to a crowd.

        Raises:
            BusyError: too many other files are waiting.
            ReferralsError: the file cannot be made.
        """
        if key in self._cache:
            return self._cache[key]
        task = self._tasks.get(key)
        if task is None:
            if len(self._tasks) >= self._most_waiting:
                raise BusyError(busy)
            task = self._tasks[key] = asyncio.create_task(self._made(key, make))
            task.add_done_callback(lambda _: self._tasks.pop(key))
        # A request that is cancelled must not cancel the file for the others.
        return await asyncio.shield(task)

    async def _made(self, key: Hashable, make: Callable[[], bytes]) -> bytes:
        async with self._making:
            body = await asyncio.to_thread(make)
        if len(body) <= self._cache.maxsize:
            self._cache[key] = body
        return body
