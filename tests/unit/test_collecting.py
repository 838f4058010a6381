"""Garbage is collected on a timer, and what a process is warm with is left alone."""

from __future__ import annotations

import asyncio
import gc
import threading
import time
import weakref
from collections.abc import Callable, Iterator

import pytest

from referrals.server.collecting import Collector, collecting


class Circle:
    """Something that only a collection can find."""

    def __init__(self) -> None:
        self.me = self


@pytest.fixture(autouse=True)
def _only_on_the_timer() -> Iterator[None]:
    gc.disable()
    yield
    gc.unfreeze()
    gc.enable()


def becomes_true(said: Callable[[], bool]) -> bool:
    limit = time.monotonic() + 5
    while not said() and time.monotonic() < limit:
        time.sleep(0.01)
    return said()


def left_behind() -> weakref.ref[Circle]:
    return weakref.ref(Circle())


def test_what_closed_sessions_leave_behind_is_collected_on_the_timer() -> None:
    collector = Collector(warm=0.0, every=0.01)
    collector.start()
    assert becomes_true(lambda: gc.get_freeze_count() > 0)
    gone = left_behind()
    assert becomes_true(lambda: gone() is None)
    collector.stop()


def test_nothing_is_collected_once_it_has_stopped() -> None:
    collector = Collector(warm=0.0, every=0.01)
    collector.start()
    collector.stop()
    kept = left_behind()
    time.sleep(0.05)
    assert kept() is not None


def test_a_process_that_ends_before_it_is_warm_ends_at_once() -> None:
    collector = Collector(warm=3_600.0)
    collector.start()
    collector.stop()
    assert gc.get_freeze_count() == 0


def test_it_collects_for_as_long_as_an_application_is_served() -> None:
    async def served() -> list[str]:
        async with collecting(object()):
            return [thread.name for thread in threading.enumerate()]

    assert "garbage" in asyncio.run(served())
    assert "garbage" not in [thread.name for thread in threading.enumerate()]
