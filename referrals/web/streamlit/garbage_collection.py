"""Garbage collection on a timer, outside script runs, without the objects made at start-up.

By default Streamlit collects after every script run, which took most of the processor time, so
`.streamlit/config.toml` sets `runner.postScriptGC = false`. Python's own collector examines the
oldest generation only after many allocations, so reference cycles of closed sessions would stay in
memory for a long time.
"""

from __future__ import annotations

import gc
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext
from typing import Final

INTERVAL: Final = 60.0
"""Seconds between two collections. One takes some tens of milliseconds."""


@asynccontextmanager
async def running(
    open_first: Callable[[], AbstractContextManager[object]] = nullcontext,
    *,
    interval: float = INTERVAL,
) -> AsyncIterator[None]:
    """Collect garbage periodically while the application is served.

    `open_first` is entered before the existing objects are frozen, so that the objects it opens
    are never examined, and exited at the end.
    """
    with open_first():
        # Before the first session: one that is open during the freeze would never be collected.
        gc.collect()
        gc.freeze()
        collector = Collector(interval)
        collector.start()
        try:
            yield
        finally:
            collector.stop()


class Collector:
    """A daemon thread that collects garbage every `interval` seconds."""

    def __init__(self, interval: float) -> None:
        self._interval = interval
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="garbage", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self) -> None:
        """Stop the thread without waiting for the next collection."""
        self._stopped.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopped.wait(self._interval):
            gc.collect()
