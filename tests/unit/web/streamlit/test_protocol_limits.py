"""uvicorn with our limits: a socket's bytes and frames are rationed, and pipelines are short."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable
from contextlib import closing
from importlib.metadata import version
from inspect import unwrap
from typing import Any

import pytest
import uvicorn
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from bench.load.attacks import EMPTY_FRAGMENT, PING, PONG, frame, open_socket
from referrals.web.streamlit import protocol_limits
from referrals.web.streamlit.protocol_limits import (
    BURST_BYTES,
    FRAME_COST,
    MAX_PIPELINED,
    SLICE_BYTES,
    ByteAllowance,
)

READER = "198.18.0.1"
MOST_FRAMES = BURST_BYTES // FRAME_COST
"""The frames of a burst, if they have no content."""

SLICE_FRAMES = SLICE_BYTES // len(frame(PING))


def unlimited() -> ByteAllowance:
    return ByteAllowance(rate=1e12, burst=10**12)


class Site:
    """An application that counts messages and requests, served by uvicorn with our limits."""

    def __init__(self) -> None:
        self.messages: list[bytes] = []
        self.requests = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            self.requests += 1
            await asyncio.sleep(0)
            headers = [(b"content-length", b"2")]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            await send({"type": "http.response.body", "body": b"ok"})
            return
        while (event := await receive())["type"] != "websocket.disconnect":
            if event["type"] == "websocket.connect":
                await send({"type": "websocket.accept"})
            else:
                self.messages.append(event["bytes"])


class Server:
    """uvicorn with our limits in front of a site; `frames` is the number of frames parsed."""

    def __init__(self, new_allowance: Callable[[], ByteAllowance] = ByteAllowance) -> None:
        server = self

        # Without the limits that another test of this process may have put on the classes.
        class WebSocket(WebSocketsSansIOProtocol):
            data_received = unwrap(WebSocketsSansIOProtocol.data_received)
            receive = unwrap(WebSocketsSansIOProtocol.receive)

            def handle_events(self) -> None:
                server.frames += len(self.conn.events)
                unwrap(WebSocketsSansIOProtocol.handle_events)(self)

        class Http(HttpToolsProtocol):
            on_headers_complete = unwrap(HttpToolsProtocol.on_headers_complete)

        self.frames = 0
        self._protocols: dict[str, Any] = {"ws": WebSocket, "http": Http}
        assert protocol_limits.patch(WebSocket, Http, new_allowance) == []

    def run(self, visit: Callable[[Site, str], Awaitable[None]]) -> None:
        """Serve a site while a client visits it."""
        asyncio.run(self._run(visit))

    async def _run(self, visit: Callable[[Site, str], Awaitable[None]]) -> None:
        site = Site()
        with closing(socket.socket()) as listening:
            listening.bind(("127.0.0.1", 0))
            listening.listen()
            config = uvicorn.Config(site, log_level="critical", lifespan="off", **self._protocols)
            server = uvicorn.Server(config)
            serving = asyncio.create_task(server.serve(sockets=[listening]))
            try:
                async with asyncio.timeout(30):
                    await visit(site, f"http://127.0.0.1:{listening.getsockname()[1]}")
            finally:
                server.should_exit = server.force_exit = True
                await serving


def test_the_private_names_were_reviewed_in_the_installed_versions() -> None:
    """If this fails, look up the names in the new source, then update the versions."""
    reviewed = protocol_limits.REVIEWED_VERSIONS
    assert {name: version(name) for name in reviewed} == reviewed


@pytest.mark.parametrize("kind", [EMPTY_FRAGMENT, PING, PONG])
def test_frames_that_are_never_a_message_are_rationed(kind: int) -> None:
    server = Server()

    async def flood(_: Site, url: str) -> None:
        writing = (await open_socket(url, READER))[1]
        writing.write(frame(0x02, b"a") + frame(kind) * 40_000)
        await asyncio.sleep(0.5)
        writing.transport.abort()

    server.run(flood)
    # What is refilled meanwhile is little, even if this machine is busy for a while.
    assert MOST_FRAMES // 2 < server.frames < MOST_FRAMES + SLICE_FRAMES + 2_000


def test_without_an_end_of_the_allowance_all_frames_are_parsed() -> None:
    # Planted fault: an allowance that never ends.
    server = Server(unlimited)

    async def flood(_: Site, url: str) -> None:
        writing = (await open_socket(url, READER))[1]
        writing.write(frame(0x02, b"a") + frame(PONG) * 10_000)
        while server.frames < 10_000:
            await asyncio.sleep(0.01)
        writing.transport.abort()

    server.run(flood)
    assert server.frames >= 10_000


@pytest.mark.parametrize(
    "new_allowance",
    [ByteAllowance, lambda: ByteAllowance(rate=300_000, burst=2_000)],
    ids=["within the allowance", "held for a while"],
)
def test_every_message_arrives_in_order(new_allowance: Callable[[], ByteAllowance]) -> None:
    sent = [bytes([number]) * 125 for number in range(200)]

    async def send(site: Site, url: str) -> None:
        writing = (await open_socket(url, READER))[1]
        writing.write(b"".join(frame(0x82, message) for message in sent))
        while len(site.messages) < len(sent):
            await asyncio.sleep(0.001)
        writing.transport.abort()
        assert site.messages == sent

    Server(new_allowance).run(send)


def test_a_socket_that_is_held_back_is_not_read_from() -> None:
    async def flood(_: Site, url: str) -> None:
        writing = (await open_socket(url, READER))[1]
        # Far more than the buffers of the two sockets hold.
        writing.write(frame(PONG) * 10_000_000)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(1):
                await writing.drain()
        writing.transport.abort()

    server = Server(lambda: ByteAllowance(rate=1.0, burst=1_000))
    server.run(flood)
    assert server.frames < 1_000


@pytest.mark.parametrize(("requests", "answered"), [(MAX_PIPELINED, True), (3_000, False)])
def test_a_connection_has_few_requests_in_its_queue(requests: int, *, answered: bool) -> None:
    async def send(site: Site, url: str) -> None:
        host, _, port = url.removeprefix("http://").partition(":")
        reading, writing = await asyncio.open_connection(host, int(port))
        writing.write(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n" * requests)
        if answered:
            for _ in range(requests):
                assert b" 200 " in await reading.readuntil(b"ok")
        else:
            assert b" 400 " in await reading.read()
        writing.close()
        assert site.requests <= MAX_PIPELINED

    Server().run(send)


@pytest.mark.parametrize("name", protocol_limits.WEBSOCKET_METHODS)
def test_a_missing_method_of_a_socket_is_reported(name: str) -> None:
    methods = dict.fromkeys(protocol_limits.WEBSOCKET_METHODS, print)
    del methods[name]
    protocol = type("Protocol", (), methods)
    assert protocol_limits.patch(protocol, HttpToolsProtocol) == [f"Protocol.{name}"]
    assert name not in vars(protocol)


def test_a_missing_method_of_a_connection_is_reported() -> None:
    assert "Protocol.on_headers_complete" in protocol_limits.patch(
        WebSocketsSansIOProtocol, type("Protocol", (), {})
    )
