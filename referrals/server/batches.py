"""What one run says, passed to Streamlit's queue as one message, and written to the socket at once.

Streamlit's loop sends a message, stands back for whoever else has something to do, and sends the next: some twenty times for
one answer, and each time it waits for the thread that draws. One batch is sent in one go. The browser is told the same, message
by message: a batch ends at the socket. For a reader who does not read, Streamlit keeps as many batches as it would messages.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from typing import Any, Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

SEVERAL: Final = "referrals.websocket.send"
"""An extension of ASGI, and the type of its message: `frames` are the bytes of several messages, to be sent in one write."""

LASTING: Final = frozenset(
    {
        "new_session",
        "script_finished",
        "session_status_changed",
        "parent_message",
        "page_info_changed",
    }
)
"""Kinds of messages that Streamlit's queue keeps of a run that is overtaken before they are sent. They stay by themselves. It
also keeps toasts, which no page here shows."""

ToBytes = Callable[[Any], bytes]
"""A function that returns a message as it is sent."""


class Batch:
    """Messages that are one for Streamlit: it has what the queue and the sender ask of a message, and no kind of theirs.

    Of an unsent message they ask its kind, to drop it where its run is overtaken, and its bytes. `Apart` takes them apart.
    """

    delta: Final = None

    def __init__(self, messages: Sequence[Any], to_bytes: ToBytes) -> None:
        self._said = tuple(to_bytes(one) for one in messages)

    def HasField(self, _name: str) -> bool:  # noqa: N802 - what protobuf calls it
        """Return that it has none: it is not put together with another message about the same place."""
        return False

    def WhichOneof(self, _group: str) -> None:  # noqa: N802 - what protobuf calls it
        """Return no kind: it is not kept where its run is overtaken."""

    def SerializeToString(self) -> tuple[bytes, ...]:  # noqa: N802 - what protobuf calls it
        """Return the bytes of each message, in their order."""
        return self._said


def batched(messages: Sequence[Any], to_bytes: ToBytes) -> Iterator[Any]:
    """Yield messages in their order, those that stand together as one `Batch`, but for the kinds that are `LASTING`.

    `to_bytes` is Streamlit's: it has an error shown in place of a message that is too big.
    """
    for is_lasting, some in groupby(messages, lambda one: one.WhichOneof("type") in LASTING):
        together = list(some)
        yield from together if is_lasting else [Batch(together, to_bytes)]


class Apart:
    """Middleware that sends each message of a batch, and all in one write where the server offers that."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the app does."""
        in_one = SEVERAL in scope.get("extensions", {})

        async def sending(message: Message) -> None:
            frames = message.get("bytes")
            if not isinstance(frames, tuple):
                await send(message)
            elif in_one:
                await send({"type": SEVERAL, "frames": frames})
            else:
                for one in frames:
                    await send({**message, "bytes": one})

        await self._app(scope, receive, sending if scope["type"] == "websocket" else send)
