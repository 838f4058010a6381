"""The server's side of a socket: several messages in one write.

By itself uvicorn writes each message to the network as it comes, and wakes the proxy and the browser each time. The image runs
this, by `--ws`; without it all is the same, and slower.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.exceptions import InvalidState

from referrals.server.batches import SEVERAL


class Protocol(WebSocketsSansIOProtocol):
    """uvicorn's own, that also sends several messages in one write."""

    async def run_asgi(self) -> None:
        """Serve one socket, and offer what this class adds."""
        self.scope["extensions"][SEVERAL] = {}
        await super().run_asgi()

    async def send(self, message: Any) -> None:
        """Send what the application says. Where the socket is closed, it is told so as ever."""
        if message["type"] != SEVERAL:
            await super().send(message)
            return
        *first, last = message["frames"]
        with suppress(InvalidState):  # the last is refused for the same reason
            for one in first:
                self.conn.send_binary(
                    one
                )  # which only puts it into the buffer that is written with the next
        await super().send({"type": "websocket.send", "bytes": last})
