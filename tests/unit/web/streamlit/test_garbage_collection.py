"""Garbage is collected on a timer, and what a process began with is left alone."""

from __future__ import annotations

import asyncio
import gc
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from referrals.web.streamlit.garbage_collection import collecting


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


def served(meanwhile: Callable[[], None], **named: Any) -> None:
    """Serve an application while something happens."""

    async def serve() -> None:
        async with collecting(**named)(object()):
            await asyncio.to_thread(meanwhile)

    asyncio.run(serve())


def test_a_session_that_was_open_when_collecting_began_is_collected_when_it_ends() -> None:
    def a_reader_comes_stays_and_leaves() -> None:
        sessions = [Circle()]
        gone = weakref.ref(sessions[0])
        first = left_behind()
        assert becomes_true(lambda: first() is None), (
            "by then it has collected once, with the session open"
        )
        sessions.clear()
        assert becomes_true(lambda: gone() is None)

    served(a_reader_comes_stays_and_leaves, every=0.01)


def test_what_is_opened_before_the_first_reader_is_not_looked_at_again() -> None:
    opened: list[Circle] = []

    @contextmanager
    def opening() -> Iterator[None]:
        opened.append(Circle())
        yield

    def look() -> None:
        assert opened
        assert gc.get_freeze_count() > 0
        assert not any(one is opened[0] for one in gc.get_objects())

    served(look, first=opening)


def test_nothing_is_collected_once_it_has_stopped() -> None:
    served(lambda: None, every=0.01)
    kept = left_behind()
    time.sleep(0.05)
    assert kept() is not None


def test_it_collects_for_as_long_as_an_application_is_served() -> None:
    names: list[str] = []
    served(lambda: names.extend(thread.name for thread in threading.enumerate()))
    assert "garbage" in names
    assert "garbage" not in [thread.name for thread in threading.enumerate()]
