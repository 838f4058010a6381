"""How much one process takes on, and how fast. Nothing here knows who asks: no address of a reader is kept."""

import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """The bounds of one process. Those for each reader are the proxy's: it knows who asks, and this process must not.

    Rates are messages a second. A page that is read sends one now and then; a person who holds an arrow key down sends 30
    within a second, and waits a moment for the last. A rerun of what has been made costs about 4 ms of one core, and one of a
    selection that nobody has made yet about 45: five sockets that send such as fast as they may take most of a core. Others
    are answered all the same, because one selection is made at a time (`referrals.caching`), and whoever waits for theirs sends
    no more meanwhile. `all_rate` is more than a core can do: it bounds what waits.
    """

    path_bytes: int = 1_024
    address_bytes: int = 8_192
    parameters: int = 64
    header_bytes: int = 16_384
    headers: int = 100
    message_bytes: int = 65_536
    socket_rate: float = 4.0
    socket_burst: int = 20
    all_rate: float = 400.0
    all_burst: int = 400
    patience_seconds: float = 10.0
    sockets: int = 2_500
    first_message_seconds: float = 60.0
    idle_seconds: float = 4 * 3_600.0


class Pace:
    """A steady rate with a burst: says how long to wait, so that whoever is too fast is slowed down and not cut off.

    >>> pace = Pace(rate=2.0, burst=2, clock=lambda: 100.0)
    >>> pace.wait(), pace.wait(), pace.wait(), pace.wait(patience=0.9)
    (0.0, 0.0, 0.5, None)
    """

    def __init__(
        self, rate: float, burst: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._clock = clock
        self._step = 1.0 / rate
        self._slack = self._step * (burst - 1)
        self._next = float("-inf")

    def wait(self, patience: float = float("inf")) -> float | None:
        """Return the seconds to wait before going on, or None, at no cost to others, where that is longer than `patience`."""
        now = self._clock()
        due = max(self._next, now - self._slack)
        wait = max(0.0, due - now)
        if wait > patience:
            return None
        self._next = due + self._step
        return wait
