"""The guard of one open socket: what comes in is looked at, counted and slowed down before Streamlit sees it."""

import asyncio
import logging
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Final

from starlette.types import Message, Receive, Send

from referrals.web.gateway.limits import Limits, Pace

LOG: Final = logging.getLogger(__name__)

NO_TEXT, BROKEN_RULE, TOO_BIG, LATER, IDLE = 1003, 1008, 1009, 1013, 1001
"""Codes of RFC 6455 and its registry that a socket is closed with."""

CLOSING: Final = 5.0
"""Seconds that the other end has to take the news that its socket is closed."""


@dataclass(frozen=True)
class Messages:
    """What may be said over a socket: `kind_of` returns the kind of some bytes, or None, and `allowed` are let in."""

    kind_of: Callable[[bytes], str | None]
    allowed: Collection[str]


class GuardedSocket:
    """`receive` and `send` of one socket: messages of kinds that are not allowed are dropped, and broken ones close it.

    A kind that is known but not wanted is dropped and not punished: a reader who presses "c" asks Streamlit to clear its
    caches without meaning harm. Whoever sends too fast is read from more slowly, which the network passes back to them.
    """

    def __init__(
        self, receive: Receive, send: Send, *, messages: Messages, limits: Limits, everyone: Pace
    ) -> None:
        self._receive, self._send = receive, send
        self._messages, self._limits = messages, limits
        self._own, self._everyone = Pace(limits.socket_rate, limits.socket_burst), everyone
        self._patience = limits.first_message_seconds
        self._dropped: set[str] = set()
        self._closed: Message | None = None

    async def receive(self) -> Message:
        """Return the next message that is let through, or the end of the connection where one closed it."""
        while self._closed is None:
            message = await self._next()
            if message["type"] != "websocket.receive" or await self._lets_through(
                message.get("bytes")
            ):
                return message
        return self._closed

    async def send(self, message: Message) -> None:
        """Send a message of Streamlit's, unless the socket is closed already."""
        if self._closed is None:
            await self._send(message)

    async def _next(self) -> Message:
        try:
            async with asyncio.timeout(self._patience):
                return await self._receive()
        except TimeoutError:
            return await self._close(IDLE, "idle")

    async def _lets_through(self, message: bytes | None) -> bool:
        if message is None:
            await self._close(NO_TEXT, "text")
        elif len(message) > self._limits.message_bytes:
            await self._close(TOO_BIG, "message-size")
        else:
            await _pause(self._own.wait())
            return await self._may_go_on(self._messages.kind_of(message))
        return False

    async def _may_go_on(self, kind: str | None) -> bool:
        if kind in self._messages.allowed:
            return await self._has_its_turn()
        if kind is None:
            await self._close(BROKEN_RULE, "malformed")
        elif kind not in self._dropped:
            self._dropped.add(kind)
            LOG.warning(
                "A message was dropped.", extra={"fields": {"event": "dropped", "kind": kind}}
            )
        return False

    async def _has_its_turn(self) -> bool:
        wait = self._everyone.wait(self._limits.patience_seconds)
        if wait is None:
            await self._close(LATER, "busy")
            return False
        self._patience = self._limits.idle_seconds
        await _pause(wait)
        return True

    async def _close(self, code: int, why: str) -> Message:
        LOG.warning(
            "A socket was closed.", extra={"fields": {"event": "closed", "why": why, "code": code}}
        )
        self._closed = {"type": "websocket.disconnect", "code": code}
        try:
            async with asyncio.timeout(CLOSING):
                await self._send({"type": "websocket.close", "code": code})
        except TimeoutError:
            pass  # whoever does not read what is sent cannot hold the session open by it
        return self._closed


async def _pause(seconds: float | None) -> None:
    if seconds:
        await asyncio.sleep(seconds)
