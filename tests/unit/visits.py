"""Asks an application as a server would. (Starlette's own test client needs one more package for as much.)"""

import asyncio
import gzip
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import brotli
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message

UNPACK = {"br": brotli.decompress, "gzip": gzip.decompress, "": bytes}


@dataclass(frozen=True)
class Answer:
    """What a browser receives."""

    status: int
    headers: Headers
    content: bytes

    @property
    def plain(self) -> bytes:
        return bytes(UNPACK[self.headers.get("content-encoding", "")](self.content))

    @property
    def text(self) -> str:
        return self.plain.decode()


class Client:
    """A browser that keeps nothing between two requests."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    def get(self, address: str, headers: Mapping[str, str] | None = None, *, method: str = "GET") -> Answer:
        path, _, query = address.partition("?")
        scope: dict[str, Any] = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.4"},
            "method": method,
            "path": path,
            "root_path": "",
            "query_string": query.encode(),
            "headers": Headers({"host": "test", **(headers or {})}).raw,
        }
        sent: list[Message] = []

        async def receive() -> Message:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: Message) -> None:
            sent.append(message)

        async def exchange() -> None:
            await self._app(scope, receive, send)

        asyncio.run(exchange())
        body = b"".join(message.get("body", b"") for message in sent[1:])
        return Answer(sent[0]["status"], Headers(raw=sent[0]["headers"]), body)

    def head(self, address: str, headers: Mapping[str, str] | None = None) -> Answer:
        return self.get(address, headers, method="HEAD")
