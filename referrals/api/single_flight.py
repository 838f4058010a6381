"""Answers in the making: each is made once however many ask for it, a few at a time, and not more wait than can be served."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable
from http import HTTPStatus
from typing import Final

from starlette.concurrency import run_in_threadpool

from referrals.api.problems import Problem
from referrals.api.response import Reply, Shelved

AT_ONCE: Final = 2
"""How many answers of one line are made at one time. The others wait, so that screens keep their turn."""

IN_LINE: Final = 20
"""How many different answers wait for their turn. A long one takes a fifth of a second: whoever waits, waits two at most."""


class Making:
    """The answers that are kept, and those that are being made in other threads."""

    def __init__(self, kept: Shelved) -> None:
        self._kept = kept
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._tasks: dict[Hashable, asyncio.Task[Reply]] = {}

    async def reply(self, key: Hashable, make: Callable[[], Reply]) -> Reply:
        """Return the reply of a key: the one that is kept, the one that others wait for already, or else a new one.

        Raises:
            Problem: too many wait already.
        """
        if found := self._kept.find(key):
            return found
        task = self._tasks.get(key)
        if task is None:
            if len(self._tasks) >= AT_ONCE + IN_LINE:
                raise Problem(
                    "busy",
                    "Other answers are being made. Ask again in a moment.",
                    headers={"retry-after": "2"},
                )
            task = self._tasks[key] = asyncio.create_task(self._made(key, make))
            task.add_done_callback(lambda _: self._tasks.pop(key))
        # Whoever gives up does not take the answer from the others.
        return await asyncio.shield(task)

    async def _made(self, key: Hashable, make: Callable[[], Reply]) -> Reply:
        async with self._turns:
            reply = await run_in_threadpool(make)
        if reply.plain.status < HTTPStatus.BAD_REQUEST:
            self._kept.keep(key, reply)
        return reply
