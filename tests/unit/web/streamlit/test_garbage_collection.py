"""Garbage collection runs on a timer and leaves the objects of the start alone."""

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

from referrals.web.streamlit import garbage_collection


class Cycle:
    """An object that only a collection can free."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture(autouse=True)
def _without_automatic_collection() -> Iterator[None]:
    gc.disable()
    yield
    gc.unfreeze()
    gc.enable()


def becomes_true(condition: Callable[[], bool]) -> bool:
    limit = time.monotonic() + 5
    while not condition() and time.monotonic() < limit:
        time.sleep(0.01)
    return condition()


def make_garbage() -> weakref.ref[Cycle]:
    return weakref.ref(Cycle())


def serve_while(meanwhile: Callable[[], None], **named: Any) -> None:
    """Serve an application while something happens."""

    async def serve() -> None:
        async with garbage_collection.running(**named):
            await asyncio.to_thread(meanwhile)

    asyncio.run(serve())


def test_a_session_open_during_a_collection_is_collected_after_it_ends() -> None:
    def visit() -> None:
        sessions = [Cycle()]
        gone = weakref.ref(sessions[0])
        first = make_garbage()
        assert becomes_true(lambda: first() is None), "one collection has run with the session open"
        sessions.clear()
        assert becomes_true(lambda: gone() is None)

    serve_while(visit, interval=0.01)


def test_objects_opened_at_the_start_are_frozen() -> None:
    opened: list[Cycle] = []

    @contextmanager
    def opening() -> Iterator[None]:
        opened.append(Cycle())
        yield

    def look() -> None:
        assert opened
        assert gc.get_freeze_count() > 0
        assert not any(known is opened[0] for known in gc.get_objects())

    serve_while(look, open_first=opening)


def test_nothing_is_collected_after_the_stop() -> None:
    serve_while(lambda: None, interval=0.01)
    kept = make_garbage()
    time.sleep(0.05)
    assert kept() is not None


def test_the_collector_runs_while_the_application_is_serve_while() -> None:
    names: list[str] = []
    serve_while(lambda: names.extend(thread.name for thread in threading.enumerate()))
    assert "garbage" in names
    assert "garbage" not in [thread.name for thread in threading.enumerate()]
