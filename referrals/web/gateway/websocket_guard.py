"""The guard of one WebSocket: incoming messages are checked and rate-limited before Streamlit."""

import asyncio
import logging
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Final

from starlette.types import Message, Receive, Send

from referrals.web.gateway.limits import Limits, RateLimiter

LOG: Final = logging.getLogger(__name__)

GOING_AWAY, UNSUPPORTED_DATA, POLICY_VIOLATION, TOO_BIG, TRY_AGAIN_LATER = (
    1001,
    1003,
    1008,
    1009,
    1013,
)
"""Close codes of RFC 6455, 7.4.1, and its registry."""

CLOSE_TIMEOUT: Final = 5.0
"""How long, in seconds, the client has to acknowledge a close."""


@dataclass(frozen=True)
class MessageRules:
    """Which messages a WebSocket lets through.

    `kind_of` returns the kind of a message, None if it cannot be parsed. `allowed` are the kinds
    that are passed on.
    """

    kind_of: Callable[[bytes], str | None]
    allowed: Collection[str]


class WebSocketGuard:
    """The `receive` and `send` of one WebSocket: drop unwanted messages, close on malformed ones.

    A well-formed message of an unwanted kind is dropped without closing: a reader who presses "c"
    asks Streamlit to clear its caches without meaning harm. If a client sends too fast, messages
    are read more slowly, and TCP flow control slows the client down.
    """

    def __init__(
        self,
        receive: Receive,
        send: Send,
        *,
        messages: MessageRules,
        limits: Limits,
        process_limiter: RateLimiter,
    ) -> None:
        self._receive = receive
        self._send = send
        self._messages = messages
        self._limits = limits
        self._socket_limiter = RateLimiter(limits.socket_rate, limits.socket_burst)
        self._process_limiter = process_limiter
        self._timeout = limits.first_message_seconds
        self._dropped: set[str] = set()
        self._disconnect: Message | None = None

    async def receive(self) -> Message:
        """Return the next allowed message, or the disconnect event once the socket is closed."""
        while self._disconnect is None:
            event = await self._next_event()
            if event["type"] != "websocket.receive" or await self._admits(event.get("bytes")):
                return event
        return self._disconnect

    async def send(self, event: Message) -> None:
        """Send an event of Streamlit's, unless the socket is closed already."""
        if self._disconnect is None:
            await self._send(event)

    async def _next_event(self) -> Message:
        try:
            async with asyncio.timeout(self._timeout):
                return await self._receive()
        except TimeoutError:
            return await self._close(GOING_AWAY, "idle")

    async def _admits(self, message: bytes | None) -> bool:
        if message is None:
            await self._close(UNSUPPORTED_DATA, "text")
            return False
        if len(message) > self._limits.message_bytes:
            await self._close(TOO_BIG, "message-size")
            return False
        # Before the kind is known: dropped messages count towards the rate as well.
        await _pause(self._socket_limiter.reserve())
        kind = self._messages.kind_of(message)
        if kind is None:
            await self._close(POLICY_VIOLATION, "malformed")
            return False
        if kind not in self._messages.allowed:
            self._log_dropped(kind)
            return False
        return await self._waits_for_process()

    def _log_dropped(self, kind: str) -> None:
        if kind not in self._dropped:
            self._dropped.add(kind)
            LOG.warning(
                "A message was dropped.", extra={"fields": {"event": "dropped", "kind": kind}}
            )

    async def _waits_for_process(self) -> bool:
        """Wait for the rate limit of the process; close and return False if that takes too long."""
        wait = self._process_limiter.reserve(self._limits.longest_wait_seconds)
        if wait is None:
            await self._close(TRY_AGAIN_LATER, "busy")
            return False
        self._timeout = self._limits.idle_seconds
        await _pause(wait)
        return True

    async def _close(self, code: int, reason: str) -> Message:
        LOG.warning(
            "A socket was closed.",
            extra={"fields": {"event": "closed", "why": reason, "code": code}},
        )
        self._disconnect = {"type": "websocket.disconnect", "code": code}
        try:
            async with asyncio.timeout(CLOSE_TIMEOUT):
                await self._send({"type": "websocket.close", "code": code})
        except TimeoutError:
            pass  # a client that does not read must not keep its session open
        return self._disconnect


async def _pause(seconds: float | None) -> None:
    if seconds:
        await asyncio.sleep(seconds)
