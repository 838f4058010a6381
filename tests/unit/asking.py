"""Asking an application over HTTP as a program does, in this process and without a server."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

import httpx
from starlette.types import ASGIApp


@dataclass(frozen=True)
class Asker:
    """A program that asks an application, follows no redirect, and unpacks what comes packed."""

    app: ASGIApp

    def __call__(self, address: str, *, method: str = "GET", headers: Mapping[str, str] | None = None) -> httpx.Response:
        """Return the answer of an address."""
        return asyncio.run(self._answer(method, address, headers))

    async def _answer(self, method: str, address: str, headers: Mapping[str, str] | None) -> httpx.Response:
        transport = httpx.ASGITransport(self.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            return await client.request(method, address, headers=headers)
