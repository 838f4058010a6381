"""Garbage is collected on a timer, between requests, and never among what the process was warm with.

Streamlit collects after every run of the script unless it is told not to, which took most of the processor. Python's own
collector still runs, but its last generation only when much has changed: what closed sessions leave behind in circles would
wait for long. Everything that is there once the site is warm stays for good, and is not looked at again.
"""

from __future__ import annotations

import gc
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

WARM: Final = 20.0
"""Seconds after its start when a process is taken to be warm: releases opened, modules imported."""

EVERY: Final = 60.0
"""Seconds between two collections. One takes some tens of milliseconds, and less the less there is."""


@asynccontextmanager
async def collecting(_app: object) -> AsyncIterator[None]:
    """Collect garbage while an application is served: its lifespan."""
    collector = Collector()
    collector.start()
    try:
        yield
    finally:
        collector.stop()


class Collector:
    """Collects garbage every so many seconds, in a thread that ends with the process."""

    def __init__(self, *, warm: float = WARM, every: float = EVERY) -> None:
        self._warm, self._every = warm, every
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="garbage", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End, at once."""
        self._ended.set()
        self._thread.join()

    def _run(self) -> None:
        if self._ended.wait(self._warm):
            return
        gc.collect()
        gc.freeze()
        while not self._ended.wait(self._every):
            gc.collect()
