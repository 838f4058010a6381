"""Requests per second of one address over a few connections, without pipelining."""

from __future__ import annotations

import asyncio
import time

from bench.load.reader import LoadError, local_host

CONNECTIONS = 8
FOUND = b" 200 "


async def requests_a_second(address: str, path: str, *, seconds: float) -> float | None:
    """Return the requests answered per second, or None if the path is not served.

    Raises:
        RemoteAddressError: the site is on another machine.
        LoadError: an answer was incomplete, or not a 200 like the first.
    """
    host_and_port = local_host(address)
    if not await _count_answers(host_and_port, path, once=True, end=0.0):
        return None
    start = time.perf_counter()
    end = start + seconds
    counts = await asyncio.gather(
        *(_count_answers(host_and_port, path, once=False, end=end) for _ in range(CONNECTIONS))
    )
    return sum(counts) / (time.perf_counter() - start)


async def _count_answers(host_and_port: str, path: str, *, once: bool, end: float) -> int:
    """Return the number of requests answered with 200 on one connection; with `once`, 0 or 1."""
    host, _, port = host_and_port.partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    lines = (
        f"GET {path} HTTP/1.1",
        f"Host: {host_and_port}",
        "Accept-Encoding: gzip, br",
    )
    request = "\r\n".join([*lines, "", ""]).encode()
    answered = 0
    try:
        while once or time.perf_counter() < end:
            writer.write(request)
            if not await _found(reader):
                if once:
                    return 0
                raise LoadError(f"{path} was no longer found.")
            answered += 1
            if once:
                break
    except (asyncio.IncompleteReadError, OSError) as error:
        raise LoadError(f"An answer to {path} was incomplete.") from error
    finally:
        writer.close()
    return answered


async def _found(reader: asyncio.StreamReader) -> bool:
    """Read one complete answer and return whether its status is 200."""
    head = await reader.readuntil(b"\r\n\r\n")
    status, *lines = head.lower().split(b"\r\n")
    headers = dict(line.split(b": ", 1) for line in lines if line)
    if b"content-length" in headers:
        await reader.readexactly(int(headers[b"content-length"]))
    else:
        await _chunks(reader)
    return FOUND in status + b" "


async def _chunks(reader: asyncio.StreamReader) -> None:
    while size := int(await reader.readuntil(b"\r\n"), 16):
        await reader.readexactly(size + 2)
    await reader.readexactly(2)
