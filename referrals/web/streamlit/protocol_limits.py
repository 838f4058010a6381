"""Limits inside uvicorn on traffic that no ASGI application sees: WebSocket bytes and pipelining.

Called by `setup.patch_modules`. An empty fragment or a ping has 6 bytes and never becomes a
message, so the gateway cannot count it: one socket that sent nothing else kept the event loop busy,
and other readers waited for 8 to 15 seconds. Pipelined requests (sent without waiting for answers)
are all queued, as many as one read holds. uvicorn has no setting for either.

The classes are patched rather than replaced by `--ws`, so that the limits hold under every start
command.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from functools import wraps
from typing import Any, Final

import httptools
from uvicorn.protocols.http.auto import AutoHTTPProtocol
from uvicorn.protocols.websockets.auto import AutoWebSocketsProtocol

REVIEWED_VERSIONS: Final = {"uvicorn": "0.54.0", "websockets": "17.4"}
"""The versions whose source was last read for the private names."""

BYTES_PER_SECOND: Final = 16_384
BURST_BYTES: Final = 131_072
"""The bytes a socket may send at once. A filter change has about one thousand."""

FRAME_COST: Final = 256
"""The bytes charged for a frame on top of its own, because parsing one is slow."""

SLICE_BYTES: Final = 2_048
"""The bytes that are parsed between two looks at the allowance: at most 341 frames."""

MAX_PIPELINED: Final = 16
"""Requests of one connection that wait for an earlier answer. No browser and no proxy pipelines."""

WEBSOCKET_METHODS: Final = ("data_received", "handle_events", "receive")
HTTP_METHOD: Final = "on_headers_complete"
METER: Final = "_referrals_meter"

Clock = Callable[[], float]


class ByteAllowance:
    """The bytes that one socket may still send: a steady rate, with a burst.

    >>> allowance = ByteAllowance(rate=10.0, burst=100, clock=lambda: 5.0)
    >>> allowance.spend(100)
    >>> allowance.wait()
    0.0
    >>> allowance.spend(20)
    >>> allowance.wait()
    2.0
    """

    def __init__(
        self,
        rate: float = BYTES_PER_SECOND,
        burst: int = BURST_BYTES,
        clock: Clock = time.monotonic,
    ) -> None:
        self._rate = rate
        self._burst = burst
        self._clock = clock
        self._left = float(burst)
        self._updated = clock()

    def spend(self, size: int) -> None:
        """Take bytes off the allowance, which may become negative."""
        self._refill()
        self._left -= size

    def wait(self) -> float:
        """Return the seconds until more may be spent, 0 if that is now."""
        self._refill()
        return max(0.0, -self._left / self._rate)

    def _refill(self) -> None:
        now = self._clock()
        self._left = min(self._burst, self._left + (now - self._updated) * self._rate)
        self._updated = now


class Meter:
    """Passes the bytes of one WebSocket on to uvicorn's protocol, no faster than its allowance.

    The rest of a read is held, at most a quarter of a megabyte, and reading is paused: TCP then
    slows the client down.
    """

    def __init__(
        self, protocol: Any, parse: Callable[[Any, bytes], None], allowance: ByteAllowance
    ) -> None:
        self._protocol = protocol
        self._parse = parse
        self._allowance = allowance
        self._held = bytearray()
        self._timer: asyncio.TimerHandle | None = None

    def data_received(self, data: bytes) -> None:
        """Parse bytes from the network, or hold them until the allowance permits."""
        self._held += data
        self._parse_held()

    def count_frames(self, frames: int) -> None:
        """Charge the parsing of frames."""
        self._allowance.spend(frames * FRAME_COST)

    def keep_paused(self) -> None:
        """Pause reading again if it was resumed too early.

        uvicorn resumes it whenever the application has taken all messages.
        """
        if self._timer is not None:
            self._protocol.transport.pause_reading()

    def _parse_held(self) -> None:
        transport = self._protocol.transport
        while self._held and not transport.is_closing():
            wait = self._allowance.wait()
            if wait:
                transport.pause_reading()
                if self._timer is None:
                    self._timer = self._protocol.loop.call_later(wait, self._resume)
                return
            part = bytes(self._held[:SLICE_BYTES])
            del self._held[:SLICE_BYTES]
            self._allowance.spend(len(part))
            self._parse(self._protocol, part)

    def _resume(self) -> None:
        self._timer = None
        self._parse_held()
        transport = self._protocol.transport
        if self._timer is None and not self._protocol.read_paused and not transport.is_closing():
            transport.resume_reading()


def patch(
    websocket: Any = AutoWebSocketsProtocol,
    http: Any = AutoHTTPProtocol,
    new_allowance: Callable[[], ByteAllowance] = ByteAllowance,
) -> list[str]:
    """Patch uvicorn's protocol classes, before any connection; return the private names missing.

    `new_allowance` makes the allowance of one socket.
    """
    named = [(websocket, name) for name in WEBSOCKET_METHODS] + [(http, HTTP_METHOD)]
    missing = [
        f"{getattr(owner, '__name__', owner)}.{name}"
        for owner, name in named
        if not hasattr(owner, name)
    ]
    if missing:
        return missing
    if not hasattr(websocket.data_received, "__wrapped__"):
        _meter_websocket(websocket, new_allowance)
        http.on_headers_complete = _with_short_pipeline(http.on_headers_complete)
    return []


def _meter_websocket(protocol_class: Any, new_allowance: Callable[[], ByteAllowance]) -> None:
    parse = protocol_class.data_received
    handle_events = protocol_class.handle_events
    receive = protocol_class.receive

    def meter_of(protocol: Any) -> Meter:
        if not hasattr(protocol, METER):
            setattr(protocol, METER, Meter(protocol, parse, new_allowance()))
        meter: Meter = getattr(protocol, METER)
        return meter

    @wraps(parse)
    def metered_data_received(protocol: Any, data: bytes) -> None:
        meter_of(protocol).data_received(data)

    @wraps(handle_events)
    def counted_handle_events(protocol: Any) -> None:
        meter_of(protocol).count_frames(len(protocol.conn.events))
        handle_events(protocol)

    @wraps(receive)
    async def metered_receive(protocol: Any) -> Any:
        message = await receive(protocol)
        meter_of(protocol).keep_paused()
        return message

    protocol_class.data_received = metered_data_received
    protocol_class.handle_events = counted_handle_events
    protocol_class.receive = metered_receive


def _with_short_pipeline(on_headers_complete: Callable[[Any], None]) -> Callable[[Any], None]:
    """Return a parser callback that ends a connection with too many requests in its queue."""

    @wraps(on_headers_complete)
    def limited(protocol: Any) -> None:
        if len(protocol.pipeline) >= MAX_PIPELINED:
            # uvicorn answers 400 and closes the connection, which drops its queue.
            raise httptools.HttpParserError
        on_headers_complete(protocol)

    return limited
