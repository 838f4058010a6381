"""What one run says goes through Streamlit's queue as one, and reaches the browser message by message."""

from __future__ import annotations

import asyncio
from typing import Any
from unittest.mock import MagicMock

import pytest
from starlette.types import Message, Receive, Scope, Send
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue
from streamlit.runtime.runtime_util import get_max_message_size_bytes, serialize_forward_msg
from streamlit.web.server.starlette.starlette_websocket import StarletteSessionClient
from uvicorn.config import Config
from uvicorn.server import ServerState

import app as frame
from bench.servers.cluster import command_of_the_image
from referrals.server.batches import LASTING, SEVERAL, Apart, Batch, batched
from referrals.server.wire import Protocol
from referrals.web.gateway.middleware import Gateway
from tests.fixtures.asgi_client import Socket, scope_of

KINDS = [field.name for field in ForwardMsg.DESCRIPTOR.oneofs_by_name["type"].fields]
HANDSHAKE = (
    b"GET /_stcore/stream HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)


def of_kind(kind: str) -> ForwardMsg:
    """Return a message of Streamlit's whose kind is set, whatever else is in it."""
    message = ForwardMsg()
    if message.DESCRIPTOR.fields_by_name[kind].message_type:
        getattr(message, kind).SetInParent()
    else:
        setattr(message, kind, type(getattr(message, kind))(1))
    return message


def text(words: str, place: int = 0) -> ForwardMsg:
    message = ForwardMsg()
    message.delta.new_element.html.body = words
    message.metadata.delta_path.extend([0, place])
    return message


def said(queue: ForwardMsgQueue) -> list[Any]:
    return [serialize_forward_msg(one) for one in queue.flush()]


# Streamlit's side


@pytest.mark.parametrize("kind", KINDS)
def test_the_kinds_that_stay_by_themselves_are_those_that_streamlit_keeps_of_a_run_that_is_overtaken(
    kind: str,
) -> None:
    queue = ForwardMsgQueue()
    queue.enqueue(of_kind(kind))
    queue.clear(retain_lifecycle_msgs=True)
    assert queue.is_empty() == (kind not in LASTING)


def test_every_kind_that_stays_by_itself_is_one_of_streamlits() -> None:
    assert set(KINDS) >= LASTING


def test_a_batch_comes_out_of_streamlits_queue_as_the_bytes_of_each_message() -> None:
    messages, queue = [text("a", 0), text("b", 1)], ForwardMsgQueue()
    queue.enqueue(Batch(messages, serialize_forward_msg))  # type: ignore[arg-type]
    assert said(queue) == [tuple(one.SerializeToString() for one in messages)]


def test_a_batch_is_not_put_together_with_another_message_about_the_same_place() -> None:
    queue = ForwardMsgQueue()
    for one in (text("before"), Batch([text("a")], serialize_forward_msg), text("after")):
        queue.enqueue(one)  # type: ignore[arg-type]
    assert len(said(queue)) == 2, "two texts about one place are one, whatever stands between"
    assert queue.is_empty()


def test_a_batch_of_a_run_that_is_overtaken_is_dropped_with_it() -> None:
    queue = ForwardMsgQueue()
    queue.enqueue(Batch([text("a")], serialize_forward_msg))  # type: ignore[arg-type]
    queue.clear(retain_lifecycle_msgs=True)
    assert queue.is_empty()


def test_messages_are_batched_in_their_order_around_those_that_stay_by_themselves() -> None:
    a, b, c = text("a", 0), text("b", 1), text("c", 2)
    alone = of_kind("page_info_changed")
    first, second, third = batched([a, b, alone, c], serialize_forward_msg)
    assert first.SerializeToString() == (a.SerializeToString(), b.SerializeToString())
    assert second is alone
    assert third.SerializeToString() == (c.SerializeToString(),)


def test_nothing_is_batched_where_nothing_was_said() -> None:
    assert list(batched([], serialize_forward_msg)) == []


def test_a_message_of_a_batch_that_is_too_big_is_an_error_that_is_shown_in_its_place() -> None:
    big, small = text("a" * (get_max_message_size_bytes() + 1)), text("b", 1)
    (batch,) = frame.in_batches([big, small])
    too_big, rest = (ForwardMsg.FromString(one) for one in batch.SerializeToString())
    assert too_big.delta.new_element.exception.type == "MessageSizeError"
    assert rest == small


def test_the_application_takes_batches_apart_after_the_gateway_has_counted_the_socket() -> None:
    order: list[Any] = [one.cls for one in frame.app._user_middleware]
    assert order.index(Gateway) < order.index(Apart)


def test_only_a_session_with_a_socket_of_this_application_is_sent_batches(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clients = {
        "served": object.__new__(StarletteSessionClient),
        "tested": MagicMock(),
        "left": None,
    }
    monkeypatch.setattr(frame, "get_instance", lambda: MagicMock(get_client=clients.__getitem__))
    assert [frame.is_served(one) for one in clients] == [True, False, False]


# The socket's side


def told(*messages: Message, in_one: bool) -> list[Message]:
    """Return what the server is told where an application behind `Apart` sends messages over a socket."""

    async def application(_scope: Scope, _receive: Receive, send: Send) -> None:
        for one in messages:
            await send(one)

    async def ask() -> list[Message]:
        socket, scope = Socket([]), scope_of("/_stcore/stream", kind="websocket")
        scope["extensions"] |= {SEVERAL: {}} if in_one else {}
        sent: list[Message] = []

        async def send(message: Message) -> None:
            sent.append(message)

        await Apart(application)(scope, socket.receive, send)
        return sent

    return asyncio.run(ask())


SINGLE: Message = {"type": "websocket.send", "bytes": b"a"}
OTHERS: list[Message] = [
    {"type": "websocket.accept"},
    SINGLE,
    {"type": "websocket.close", "code": 1000},
]


@pytest.mark.parametrize("in_one", [True, False])
def test_what_is_no_batch_is_sent_as_it_is(in_one: bool) -> None:
    assert told(*OTHERS, in_one=in_one) == OTHERS


def test_a_batch_is_sent_message_by_message_where_the_server_offers_no_more() -> None:
    batch = {"type": "websocket.send", "bytes": (b"a", b"b")}
    assert told(batch, in_one=False) == [
        {"type": "websocket.send", "bytes": one} for one in (b"a", b"b")
    ]


def test_a_batch_is_sent_in_one_go_where_the_server_offers_that() -> None:
    batch = {"type": "websocket.send", "bytes": (b"a", b"b")}
    assert told(batch, in_one=True) == [{"type": SEVERAL, "frames": (b"a", b"b")}]


# The server's side


class Network:
    """The transport of one connection, which keeps what is written, write by write."""

    def __init__(self) -> None:
        self.writes: list[bytes] = []
        self._closing = False

    def write(self, some: bytes) -> None:
        self.writes.append(some)

    def is_closing(self) -> bool:
        return self._closing

    def close(self) -> None:
        self._closing = True

    def get_extra_info(self, _name: str) -> None:
        """Return nothing: who is at the other end is not asked here."""

    def pause_reading(self) -> None:
        """Go on."""

    def resume_reading(self) -> None:
        """Go on."""


def written(*messages: Message, hangs_up: bool = False) -> tuple[list[bytes], list[BaseException]]:
    """Return what is written after the handshake where an application sends messages, and what it was told in return."""
    faults: list[BaseException] = []

    async def application(scope: Any, _receive: Receive, send: Send) -> None:
        offered.update(scope["extensions"])
        await send({"type": "websocket.accept"})
        if hangs_up:
            opened[0].data_received(b"\x88\x80\0\0\0\0")  # the other end closes
        try:
            for one in messages:
                await send(one)
        except OSError as fault:
            faults.append(fault)

    async def serve() -> None:
        config = Config(
            application, ws=Protocol, lifespan="off", ws_ping_interval=None, log_config=None
        )
        config.load()
        opened.append(protocol := Protocol(config, ServerState(), {}))
        protocol.connection_made(network)  # type: ignore[arg-type]
        protocol.data_received(HANDSHAKE)
        await asyncio.gather(*protocol.tasks)

    offered, network, opened = dict[str, Any](), Network(), list[Protocol]()
    asyncio.run(serve())
    assert SEVERAL in offered
    return network.writes[1:], faults


def test_several_messages_are_written_at_once_and_each_stays_a_message() -> None:
    (one_write,), faults = written({"type": SEVERAL, "frames": (b"a", b"bc", b"d")})
    assert one_write == b"\x82\x01a\x82\x02bc\x82\x01d"
    assert faults == []


def test_one_message_alone_and_others_are_written_as_ever() -> None:
    writes, faults = written(
        SINGLE, {"type": SEVERAL, "frames": (b"b",)}, {"type": "websocket.send", "text": "c"}
    )
    assert writes == [b"\x82\x01a", b"\x82\x01b", b"\x81\x01c"]
    assert faults == []


def test_an_application_that_sends_several_over_a_closed_socket_is_told_so_as_ever() -> None:
    single, several = (
        written(SINGLE, hangs_up=True),
        written({"type": SEVERAL, "frames": (b"a", b"b")}, hangs_up=True),
    )
    assert [type(one) for one in several[1]] == [type(one) for one in single[1]] != []
    assert several[0] == single[0]


def test_the_image_serves_sockets_that_write_several_messages_at_once() -> None:
    command = command_of_the_image(8501)
    named = command[command.index("--ws") + 1]
    assert named == f"{Protocol.__module__}:{Protocol.__qualname__}"
