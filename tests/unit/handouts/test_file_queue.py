"""Files are made one at a time, once for all who wait, in a bounded queue with a bounded cache."""

from __future__ import annotations

import asyncio
import threading
from functools import partial

from referrals.handouts.file_queue import BusyError, FileQueue


def test_one_file_is_made_at_a_time_and_once_for_all_who_wait() -> None:
    running, most, made = 0, 0, []
    lock = threading.Lock()

    def make(name: str) -> bytes:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        threading.Event().wait(0.01)
        with lock:
            running -= 1
            made.append(name)
        return name.encode()

    async def ask() -> list[bytes]:
        queue = FileQueue(100, 10)
        names = ["a", "b", "a", "c", "a"]
        waiting = (queue.file(name, partial(make, name), busy="") for name in names)
        return [*await asyncio.gather(*waiting), await queue.file("c", partial(make, "c"), busy="")]

    assert asyncio.run(ask()) == [b"a", b"b", b"a", b"c", b"a", b"c"]
    assert (most, sorted(made)) == (1, ["a", "b", "c"])


def test_a_crowd_is_refused_and_the_cache_is_bounded() -> None:
    async def ask() -> FileQueue:
        queue = FileQueue(100, 2)
        waiting = [queue.file(name, lambda: bytes(60), busy="Wait.") for name in "abc"]
        answers = await asyncio.gather(*waiting, return_exceptions=True)
        assert [type(answer) for answer in answers] == [bytes, bytes, BusyError]
        return queue

    assert asyncio.run(ask())._cache.currsize == 60


def test_a_reader_who_leaves_does_not_stop_the_file_of_the_others() -> None:
    began, goes_on = threading.Event(), threading.Event()

    def make() -> bytes:
        began.set()
        goes_on.wait(5)
        return b"body"

    async def ask() -> bytes:
        queue = FileQueue(100, 2)
        first = asyncio.create_task(queue.file("a", make, busy=""))
        second = asyncio.create_task(queue.file("a", make, busy=""))
        await asyncio.to_thread(began.wait, 5)
        first.cancel()
        goes_on.set()
        return await second

    assert asyncio.run(ask()) == b"body"


def test_a_file_that_failed_is_made_again() -> None:
    tries = []

    def make() -> bytes:
        tries.append(1)
        raise OSError

    async def ask() -> None:
        queue = FileQueue(100, 2)
        for _ in range(2):
            await asyncio.gather(queue.file("a", make, busy=""), return_exceptions=True)

    asyncio.run(ask())
    assert len(tries) == 2
