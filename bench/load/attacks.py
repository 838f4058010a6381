"""Three denials of service from one address, each bounded in time and on this machine only.

    python -m bench.load.attacks

One replica runs behind the deployed nginx. While an attack runs, other readers ask for `/healthz`,
open pages and change filters, each from an address of its own. `make attack` runs the same attacks
as tests.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import os
import re
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing import get_context
from statistics import quantiles
from typing import Final

import httpx
from streamlit.proto.BackMsg_pb2 import BackMsg

from bench.load.crowd import reader_address
from bench.load.process_cost import processor_seconds
from bench.load.reader import LoadError, Tab, local_host
from bench.servers.cluster import Cluster, cluster

ATTACKER: Final = "198.51.100.66"
"""The one address of every attack, of a range for documentation (RFC 5737)."""

FIRST_FRAGMENT, EMPTY_FRAGMENT, MESSAGE, PING, PONG = 0x02, 0x00, 0x82, 0x89, 0x8A
"""The first bytes of frames. All but a whole message alone never become one."""

PORT: Final = 8680
SECONDS: Final = 8.0
"""The length of an attack."""

CONNECTIONS: Final = 8
FRAMES_AT_ONCE: Final = 2_000
PROBE_INTERVAL: Final = 0.02
PAGE_INTERVAL: Final = 0.3
PATIENCE: Final = 30.0
AFTER: Final = 8.0
"""Length of the measurement after an attack, in seconds."""

QUIET_SECONDS: Final = 0.05
"""Processor seconds in a second of a replica that has nothing to do."""


Attack = Callable[[str], Awaitable[object]]
"""An attack on the site at an address. It ends by itself."""


@dataclass
class Bystanders:
    """The seconds that other readers waited, by kind of request, and their failures."""

    seconds: dict[str, list[float]] = field(default_factory=dict)
    failed: Counter[str] = field(default_factory=Counter)

    def p95(self, kind: str) -> float:
        """Return the 95th percentile of the waiting times of one kind of request."""
        return quantiles(self.seconds[kind], n=100, method="inclusive")[94]

    def report(self) -> str:
        """Return the 95th percentile of each kind in ms, the number of requests and failures."""
        waits = (
            f"{kind} p95 {self.p95(kind) * 1000:,.0f} ms, slowest {max(seconds) * 1000:,.0f} ms "
            f"({len(seconds)} asked, {self.failed[kind]} failed)"
            for kind, seconds in self.seconds.items()
            if len(seconds) > 1
        )
        return "; ".join(waits)


@dataclass(frozen=True)
class Effect:
    """The times of other readers during an attack, and the processor seconds of the replica.

    `seconds` are those of the attack, `used` and `used_after` what the replica used during the
    attack and in the AFTER seconds that follow it.
    """

    bystanders: Bystanders
    seconds: float
    used: float
    used_after: float

    def report(self) -> str:
        """Return the effect as a line."""
        return (
            f"{self.bystanders.report()}; the replica used {self.used / self.seconds:.0%} of a "
            f"core, and {self.used_after / AFTER:.0%} in the {AFTER:.0f} seconds afterwards"
        )


@asynccontextmanager
async def bystanders(url: str) -> AsyncIterator[Bystanders]:
    """Let other readers use the site until the block ends."""
    found = Bystanders()
    kinds: Sequence[tuple[str, float, Callable[[str], Awaitable[object]]]] = (
        ("/healthz", PROBE_INTERVAL, lambda reader: _get(client, f"{url}/healthz", reader)),
        ("page", PAGE_INTERVAL, lambda reader: _get(client, f"{url}/sex", reader)),
        ("session", PAGE_INTERVAL, lambda reader: _session(url, reader)),
    )
    async with httpx.AsyncClient(timeout=PATIENCE) as client:
        tasks = [
            asyncio.create_task(_repeat(found, kind, pause, ask, first))
            for first, (kind, pause, ask) in enumerate(kinds, start=1)
        ]
        try:
            yield found
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


async def _repeat(
    found: Bystanders,
    kind: str,
    pause: float,
    ask: Callable[[str], Awaitable[object]],
    first: int,
) -> None:
    waits = found.seconds.setdefault(kind, [])
    while True:
        reader = reader_address(1_000 * first + len(waits) % 500)
        start = time.perf_counter()
        try:
            await ask(reader)
        except (LoadError, httpx.HTTPError):
            found.failed[kind] += 1
        waits.append(time.perf_counter() - start)
        await asyncio.sleep(pause)


async def _get(client: httpx.AsyncClient, url: str, reader: str) -> None:
    answer = await client.get(url, headers={"X-Forwarded-For": reader})
    answer.raise_for_status()


async def _session(url: str, reader: str) -> None:
    async with await Tab.at(url, "/sex", reader=reader) as tab:
        await tab.load()


def frame(first_byte: int, payload: bytes = b"") -> bytes:
    """Return a masked frame of a WebSocket with less than 126 bytes of payload."""
    # The mask is zero: the payload is sent as it is.
    return bytes((first_byte, 0x80 | len(payload), 0, 0, 0, 0)) + payload


async def open_socket(url: str, reader: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Open a WebSocket without a library, which would pace what is sent."""
    host, _, port = local_host(url).partition(":")
    reading, writing = await asyncio.open_connection(host, int(port))
    lines = (
        "GET /_stcore/stream HTTP/1.1",
        f"Host: {host}:{port}",
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}",
        "Sec-WebSocket-Protocol: streamlit",
        f"X-Forwarded-For: {reader}",
    )
    writing.write("\r\n".join([*lines, "", ""]).encode())
    head = await reading.readuntil(b"\r\n\r\n")
    if b" 101 " not in head.partition(b"\r\n")[0]:
        writing.close()
        raise ConnectionRefusedError(head.partition(b"\r\n")[0].decode())
    return reading, writing


async def tiny_frames(url: str, seconds: float, sockets: int = 1) -> int:
    """Send frames that are never a message as fast as they are taken; return the bytes taken."""
    taken = await asyncio.gather(*(_flood(url, seconds) for _ in range(sockets)))
    return sum(taken)


async def _flood(url: str, seconds: float) -> int:
    flood = (frame(EMPTY_FRAGMENT) + frame(PONG)) * FRAMES_AT_ONCE
    taken = 0
    with suppress(OSError, TimeoutError, asyncio.IncompleteReadError):
        reading, writing = await open_socket(url, ATTACKER)
        listening = asyncio.create_task(_discard(reading))
        try:
            async with asyncio.timeout(seconds):
                writing.write(frame(FIRST_FRAGMENT, b"a"))
                while True:
                    writing.write(flood)
                    await writing.drain()
                    taken += len(flood)
        finally:
            listening.cancel()
            writing.transport.abort()
    return taken


async def _discard(reading: asyncio.StreamReader) -> None:
    with suppress(OSError):
        while await reading.read(65_536):
            pass


def rerun(number: int) -> bytes:
    """Return a message that asks for a page with another selection each time."""
    request = BackMsg()
    codes = ("DA", "MS", "SO", "OTH")
    request.rerun_script.page_name = "sex"
    request.rerun_script.query_string = f"crime_type={codes[number % len(codes)]}&n={number}"
    return bytes(request.SerializeToString())


async def many_sockets(url: str, seconds: float, sockets: int = 100) -> int:
    """Ask for pages over many sockets as fast as they are taken, then leave without a word.

    Returns the number of sockets that were let in.
    """
    opened = await asyncio.gather(*(_demand(url, seconds) for _ in range(sockets)))
    return sum(opened)


async def _demand(url: str, seconds: float) -> bool:
    try:
        reading, writing = await open_socket(url, ATTACKER)
    except (OSError, asyncio.IncompleteReadError):
        return False
    listening = asyncio.create_task(_discard(reading))
    with suppress(OSError, TimeoutError):
        async with asyncio.timeout(seconds):
            number = 0
            while True:
                writing.write(frame(MESSAGE, rerun(number)))
                await writing.drain()
                number += 1
                await asyncio.sleep(0.02)
    listening.cancel()
    writing.transport.abort()
    return True


async def distinct_requests(url: str, seconds: float) -> int:
    """Ask for the same files under ever new queries, hosts and codings; return the requests."""
    end = time.perf_counter() + seconds
    async with httpx.AsyncClient(timeout=PATIENCE) as client:
        paths = await scripts(client, url)
        asked = await asyncio.gather(
            *(_ask_for(client, url, paths, first, end) for first in range(CONNECTIONS))
        )
    return sum(asked)


async def scripts(client: httpx.AsyncClient, url: str) -> list[str]:
    """Return the addresses of the scripts that the first page loads."""
    page = (await client.get(url)).text
    return sorted(set(re.findall(r"/static/js/[\w.-]+\.js", page)))


async def _ask_for(
    client: httpx.AsyncClient, url: str, paths: Sequence[str], first: int, end: float
) -> int:
    asked = 0
    port = int(local_host(url).partition(":")[2])
    while time.perf_counter() < end:
        number = first + CONNECTIONS * asked
        headers = {
            "X-Forwarded-For": ATTACKER,
            "Host": f"127.0.0.1:{(port + number) % 60_000 + 1}",
            "Accept-Encoding": f"gzip, x-{number}",
        }
        with suppress(httpx.HTTPError):
            await client.get(f"{url}{paths[number % len(paths)]}?n={number}", headers=headers)
        asked += 1
    return asked


async def quiet(pid: int) -> None:
    """Wait until a replica has nothing to do: after its start it draws the light pages."""
    used = processor_seconds(pid)
    while True:
        await asyncio.sleep(1)
        before, used = used, processor_seconds(pid)
        if used - before < QUIET_SECONDS:
            return


async def work_of(running: Cluster, attack: Attack) -> float:
    """Return the processor seconds that a replica without other readers spends on an attack."""
    (pid,) = running.pids
    await quiet(pid)
    before = processor_seconds(pid)
    await attack(running.url)
    await asyncio.sleep(AFTER)
    return processor_seconds(pid) - before


def run_attack(name: str, url: str) -> None:
    """Run one of ATTACKS in this process."""
    asyncio.run(_awaited(ATTACKS[name](url)))


async def _awaited(attack: Awaitable[object]) -> None:
    await attack


async def effect_of(running: Cluster, name: str) -> Effect:
    """Return the effect of one of ATTACKS on other readers and on the replica of a cluster of one.

    The attack has a process of its own, which does not delay the other readers.
    """
    (pid,) = running.pids
    await quiet(pid)
    loop = asyncio.get_running_loop()
    with ProcessPoolExecutor(1, get_context("spawn")) as attacker:
        await loop.run_in_executor(attacker, time.sleep, 0)  # until the process has started
        async with bystanders(running.url) as found:
            start, before = time.perf_counter(), processor_seconds(pid)
            await loop.run_in_executor(attacker, run_attack, name, running.url)
            seconds, used = time.perf_counter() - start, processor_seconds(pid) - before
    # Within a second the proxy and the replica notice that the sockets are closed.
    await asyncio.sleep(1)
    before = processor_seconds(pid)
    await asyncio.sleep(AFTER)
    return Effect(found, seconds, used, processor_seconds(pid) - before)


ATTACKS: Final[Mapping[str, Attack]] = {
    "no attack": lambda _: asyncio.sleep(SECONDS),
    "tiny frames over one socket": lambda url: tiny_frames(url, SECONDS),
    "tiny frames over fifty sockets": lambda url: tiny_frames(url, SECONDS, 50),
    "a hundred sockets that ask for pages": lambda url: many_sockets(url, SECONDS),
    "ever new addresses of the same files": lambda url: distinct_requests(url, SECONDS),
}


def main() -> None:
    """Run each attack once and print its effect."""
    parser = argparse.ArgumentParser(prog="python -m bench.load.attacks", description=__doc__)
    parser.add_argument("--port", type=int, default=PORT)
    options = parser.parse_args()
    for name in ATTACKS:
        with cluster(1, options.port) as running:
            effect = asyncio.run(effect_of(running, name))
        print(f"{name}: {effect.report()}", flush=True)


if __name__ == "__main__":
    main()
