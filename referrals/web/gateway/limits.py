"""Limits of one process: sizes, rates and counts. No address of a reader is stored."""

import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """The limits of one process. Limits per reader belong to the proxy, which knows who asks.

    Rates are messages a second. A page that is read sends one now and then; an arrow key held down
    sends 30 within a second, of which the newest is answered. A script run costs about 5 ms of one
    core if everything is cached and about 45 ms for a new selection, so a hundred sockets at full
    rate ask for twice what a core can do: only a few `runs` are let in at a time, and no group of
    readers has all of these places. A run that takes longer than `run_seconds`, or whose reader
    does not read, gives up its place.
    """

    path_bytes: int = 1_024
    address_bytes: int = 8_192
    parameters: int = 64
    header_bytes: int = 16_384
    headers: int = 100
    accept_bytes: int = 1_024
    message_bytes: int = 65_536
    socket_rate: float = 4.0
    socket_burst: int = 20
    runs: int = 4
    runs_per_group: int = 2
    run_seconds: float = 2.0
    longest_wait_seconds: float = 30.0
    sockets: int = 2_500
    first_message_seconds: float = 60.0
    idle_seconds: float = 4 * 3_600.0


class RateLimiter:
    """A steady rate with a burst. Callers are delayed rather than rejected.

    >>> limiter = RateLimiter(rate=2.0, burst=2, clock=lambda: 100.0)
    >>> limiter.reserve(), limiter.reserve(), limiter.reserve()
    (0.0, 0.0, 0.5)
    """

    def __init__(
        self, rate: float, burst: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._clock = clock
        self._interval = 1.0 / rate
        self._burst_seconds = self._interval * (burst - 1)
        self._next = float("-inf")

    def reserve(self) -> float:
        """Reserve the next slot and return the seconds until then."""
        now = self._clock()
        slot = max(self._next, now - self._burst_seconds)
        self._next = slot + self._interval
        return max(0.0, slot - now)
