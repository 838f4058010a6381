"""What the tests of the server share: applications asked as uvicorn asks them, without a network."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

Pairs = Iterable[tuple[str, str]]


@dataclass(frozen=True)
class Answer:
    """What a client receives."""

    status: int
    headers: Headers
    body: bytes


def scope_of(target: str, *, method: str = "GET", headers: Pairs = (), kind: str = "http", scheme: str = "http") -> Scope:
    """Return the scope that uvicorn makes of a request line."""
    raw_path, _, query = target.partition("?")
    return {
        "type": kind,
        "method": method,
        "scheme": scheme,
        "path": unquote(raw_path),
        "raw_path": raw_path.encode(),
        "query_string": query.encode(),
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers],
        "extensions": {"websocket.http.response": {}} if kind == "websocket" else {},
        "client": ("203.0.113.9", 50_000),
        "root_path": "",
    }


def ask(app: ASGIApp, target: str, **named: Any) -> Answer:
    """Return the answer to one request."""
    return asyncio.run(answer(app, scope_of(target, **named)))


async def answer(app: ASGIApp, scope: Scope) -> Answer:
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b""}

    async def send(message: Message) -> None:
        sent.append(message)

    await app(scope, receive, send)
    start = sent[0]
    return Answer(start["status"], Headers(raw=start["headers"]), b"".join(one.get("body", b"") for one in sent[1:]))


@dataclass
class Socket:
    """A socket's other end: what it says, and what it is told. It stays silent, and open, when it has said everything."""

    says: Sequence[Mapping[str, Any]]
    headers: Pairs = ()
    target: str = "/_stcore/stream"
    hangs_up: bool = True

    def __post_init__(self) -> None:
        self.told: list[Message] = []
        self._left = [{"type": "websocket.connect"}, *self.says]

    async def receive(self) -> Message:
        if self._left:
            return dict(self._left.pop(0))
        if self.hangs_up:
            return {"type": "websocket.disconnect", "code": 1000}
        await asyncio.sleep(3_600)
        raise AssertionError

    async def send(self, message: Message) -> None:
        self.told.append(message)

    async def open(self, app: ASGIApp) -> None:
        await app(scope_of(self.target, headers=self.headers, kind="websocket"), self.receive, self.send)

    @property
    def closed_with(self) -> int | None:
        return next((one["code"] for one in self.told if one["type"] == "websocket.close"), None)


class Listener:
    """An application that keeps what reaches it over sockets, and answers every request with 200."""

    def __init__(self) -> None:
        self.heard: list[Message] = []
        self.requests = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            self.requests += 1
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": b"ok"})
            return
        while (message := await receive())["type"] != "websocket.disconnect":
            self.heard.append(message)
            if message["type"] == "websocket.connect":
                await send({"type": "websocket.accept"})
        await send({"type": "websocket.send", "bytes": b"after the end"})

    @property
    def messages(self) -> list[bytes]:
        return [one["bytes"] for one in self.heard if one["type"] == "websocket.receive"]
