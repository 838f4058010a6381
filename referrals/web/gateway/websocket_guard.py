"""The guard of one WebSocket: incoming messages are checked and rate-limited before Streamlit."""

import asyncio
import logging
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Final

from starlette.types import Message, Receive, Send

from referrals.web.gateway.limits import Limits, RateLimiter
from referrals.web.gateway.run_queue import Place

LOG: Final = logging.getLogger(__name__)

# Close codes of RFC 6455, 7.4.1, and its registry.
GOING_AWAY: Final = 1001
UNSUPPORTED_DATA: Final = 1003
POLICY_VIOLATION: Final = 1008
TOO_BIG: Final = 1009
TRY_AGAIN_LATER: Final = 1013

CLOSE_TIMEOUT: Final = 5.0
"""The seconds that the client has to acknowledge a close."""


@dataclass(frozen=True)
class MessageRules:
    """The rules for the messages of a WebSocket, which know Streamlit's protocol.

    Attributes:
        kind_of: returns the kind of a message from the browser, None if it cannot be parsed.
        allowed: the kinds that are passed on; each starts a script run.
        ends_run: returns whether a message to the browser reports the end of a run.
        learn: is given every message to the browser, as `kind_of` depends on the widgets drawn.
        whole: returns a message changed to ask for a run of the whole page, not of a part of it.
    """

    kind_of: Callable[[bytes], str | None]
    allowed: Collection[str]
    ends_run: Callable[[bytes], bool]
    learn: Callable[[bytes], None]
    whole: Callable[[bytes], bytes]


class WebSocketGuard:
    """The `receive` and `send` of one WebSocket: drop unwanted messages, close on malformed ones.

    A well-formed message of an unwanted kind is dropped without closing: a reader who presses "c"
    asks Streamlit to clear its caches without meaning harm.

    A socket has at most one script run and one message that waits for it. A newer message replaces
    the waiting one: each holds the whole state of the page, and Streamlit would merge them too.
    Messages are read as they come, so that a closed socket is noticed at once and leaves no work
    behind; `web.streamlit.protocol_limits` bounds their number.
    """

    def __init__(
        self,
        receive: Receive,
        send: Send,
        *,
        messages: MessageRules,
        limits: Limits,
        place: Place,
    ) -> None:
        self._receive = receive
        self._send = send
        self._messages = messages
        self._limits = limits
        self._limiter = RateLimiter(limits.socket_rate, limits.socket_burst)
        self._place = place
        self._timeout = limits.first_message_seconds
        self._dropped: set[str] = set()
        self._reading: asyncio.Task[None] | None = None
        self._newest: Message = {}
        self._is_newest_whole = False
        self._has_run = False
        self._has_message = asyncio.Event()
        self._has_sent = _set_event()
        self._has_no_run = _set_event()
        self._run_timer: asyncio.TimerHandle | None = None
        self._disconnect: Message | None = None

    async def receive(self) -> Message:
        """Return the next allowed message, or the disconnect event once the socket is closed."""
        if self._reading is None:
            event = await self._receive()
            self._reading = asyncio.create_task(self._read())
            return event
        admitted = asyncio.create_task(self._admit())
        try:
            await asyncio.wait({admitted, self._reading}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            admitted.cancel()
        if self._disconnect is not None:
            return self._disconnect
        if not admitted.done():
            self._reading.result()  # raises the error that ended it
        return admitted.result()

    async def send(self, event: Message) -> None:
        """Send an event from Streamlit, unless the socket is closed already."""
        if self._disconnect is not None:
            return
        message = event.get("bytes") or b""
        self._messages.learn(message)
        if self._messages.ends_run(message):
            self._has_run = True
            self._end_run()
        self._has_sent.clear()
        try:
            await self._send(event)
        finally:
            self._has_sent.set()

    def finish(self) -> None:
        """Free the place of a run, and read no more."""
        self._end_run()
        if self._reading is not None:
            self._reading.cancel()

    async def _read(self) -> None:
        """Keep the newest allowed message until the socket is closed."""
        while self._disconnect is None:
            event = await self._next_event()
            if event["type"] != "websocket.receive":
                self._disconnect = event
            elif await self._is_allowed(event.get("bytes")):
                self._timeout = self._limits.idle_seconds
                self._newest = self._as_kept(event)
                self._has_message.set()

    def _as_kept(self, event: Message) -> Message:
        """Return an allowed message in the form in which it waits for a run.

        A request for a part of the page becomes one for the whole page in two cases: this socket
        has not run the page yet (a browser that reconnects to a new server asks for a part only),
        or it replaces a waiting request for the whole page.
        """
        message = event["bytes"]
        whole = self._messages.whole(message)
        waits_for_whole = self._has_message.is_set() and self._is_newest_whole
        if waits_for_whole or not self._has_run:
            message = whole
        self._is_newest_whole = message == whole
        return {**event, "bytes": message}

    async def _next_event(self) -> Message:
        try:
            async with asyncio.timeout(self._timeout):
                return await self._receive()
        except TimeoutError:
            return await self._close(GOING_AWAY, "idle")

    async def _is_allowed(self, message: bytes | None) -> bool:
        if message is None:
            await self._close(UNSUPPORTED_DATA, "text")
            return False
        if len(message) > self._limits.message_bytes:
            await self._close(TOO_BIG, "message-size")
            return False
        kind = self._messages.kind_of(message)
        if kind is None:
            await self._close(POLICY_VIOLATION, "malformed")
            return False
        if kind not in self._messages.allowed:
            self._log_dropped(kind)
            return False
        return True

    def _log_dropped(self, kind: str) -> None:
        if kind not in self._dropped:
            self._dropped.add(kind)
            LOG.warning(
                "A message was dropped.", extra={"fields": {"event": "dropped", "kind": kind}}
            )

    async def _admit(self) -> Message:
        """Return the newest message once a script run may start, or close if that takes too long.

        A client that does not read what it was sent gets no further run.
        """
        await self._has_message.wait()
        if wait := self._limiter.reserve():
            await asyncio.sleep(wait)
        await self._has_no_run.wait()
        await self._has_sent.wait()
        try:
            async with asyncio.timeout(self._limits.longest_wait_seconds):
                await self._place.take()
        except TimeoutError:
            return await self._close(TRY_AGAIN_LATER, "busy")
        self._has_no_run.clear()
        self._run_timer = asyncio.get_running_loop().call_later(
            self._limits.run_seconds, self._end_run
        )
        self._has_message.clear()
        return self._newest

    def _end_run(self) -> None:
        if self._run_timer is None:
            return
        self._run_timer.cancel()
        self._run_timer = None
        self._place.free()
        self._has_no_run.set()

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


def _set_event() -> asyncio.Event:
    event = asyncio.Event()
    event.set()
    return event
