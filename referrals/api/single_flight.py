"""Single flight: a response is computed once for all requests that wait for it.

The queue is bounded: beyond it, requests are refused at once rather than kept waiting.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable
from http import HTTPStatus
from typing import Final

from starlette.concurrency import run_in_threadpool

from referrals.api.problems import Problem
from referrals.api.response import Cache, Response, store

MAX_RUNNING: Final = 2
"""The most responses that are computed at once. More would take the processor from the pages."""

MAX_WAITING: Final = 20
"""The most different responses that may wait. A slow one takes 0.2 s, so a request waits two
seconds at most."""


class SingleFlight:
    """Computes responses in other threads and caches them. It must be used from one event loop."""

    def __init__(self, cache: Cache) -> None:
        self._cache = cache
        self._running = asyncio.Semaphore(MAX_RUNNING)
        self._tasks: dict[Hashable, asyncio.Task[Response]] = {}

    async def response(self, key: Hashable, compute: Callable[[], Response]) -> Response:
        """Return a cached response, that of a running computation, or a new one.

        Raises:
            Problem: too many responses are waiting.
        """
        if found := self._cache.get(key):
            return found
        task = self._tasks.get(key)
        if task is None:
            if len(self._tasks) >= MAX_RUNNING + MAX_WAITING:
                raise Problem(
                    "busy",
                    "Too many other answers are being computed. Try again in a moment.",
                    headers={"retry-after": "2"},
                )
            task = self._tasks[key] = asyncio.create_task(self._compute(key, compute))
            task.add_done_callback(lambda _: self._tasks.pop(key))
        # A request that is cancelled must not cancel the computation for the others.
        return await asyncio.shield(task)

    async def _compute(self, key: Hashable, compute: Callable[[], Response]) -> Response:
        async with self._running:
            response = await run_in_threadpool(compute)
        if response.plain.status < HTTPStatus.BAD_REQUEST:
            store(self._cache, key, response)
        return response
