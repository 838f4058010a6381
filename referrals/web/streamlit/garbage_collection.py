"""Garbage is collected on a timer, between requests, and never among what the process began with.

Streamlit collects after every run of the script unless it is told not to, which took most of the processor;
`runner.postScriptGC = false` in `.streamlit/config.toml` tells it not to. Python's own collector looks at its last generation
only when much has changed: what closed sessions leave behind in circles would wait for long. What is there before the first
reader comes stays for good, and is not looked at again.
"""

from __future__ import annotations

import gc
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import (
    AbstractAsyncContextManager,
    AbstractContextManager,
    asynccontextmanager,
    nullcontext,
)
from typing import Final

EVERY: Final = 60.0
"""Seconds between two collections. One takes some tens of milliseconds, and less the less there is."""


def collecting(
    first: Callable[[], AbstractContextManager[object]] = nullcontext, *, every: float = EVERY
) -> Callable[[object], AbstractAsyncContextManager[None]]:
    """Return the lifespan of an application whose garbage is collected while it is served.

    `first` is entered before any reader comes, and left when the last has gone: what it opens is there for good.
    """

    @asynccontextmanager
    async def lifespan(_app: object) -> AsyncIterator[None]:
        with first():
            # Not later: a session that was open then would never be collected.
            gc.collect()
            gc.freeze()
            collector = Collector(every)
            collector.start()
            try:
                yield
            finally:
                collector.stop()

    return lifespan


class Collector:
    """Collects garbage every so many seconds, in a thread that ends with the process."""

    def __init__(self, every: float) -> None:
        self._every = every
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
        while not self._ended.wait(self._every):
            gc.collect()
