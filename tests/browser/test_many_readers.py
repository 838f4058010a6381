"""Many readers, slow clients and killed servers: the others are not affected."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import pytest
from playwright.sync_api import Browser, Page, expect
from websockets.asyncio.client import connect

from bench.load.__main__ import idle, raise_file_limit
from bench.load.crowd import crowd, survey
from bench.load.process_cost import open_files, resident_mib
from bench.load.reader import Tab
from bench.servers.cluster import Replica
from referrals.paths import ROOT
from tests.browser.servers import Site, drawn, open_page, serve
from tests.fixtures.nginx_proxy import free_ports

pytestmark = pytest.mark.slow

Result = TypeVar("Result")

IDLE = 2_000
SHORT = ("/age", "/nationality")
VISITS = 60
STUCK_BYTES = 10_000
"""Unsent bytes: far more than the receive buffer, so not merely in transit."""


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    raise_file_limit()
    with serve(ROOT) as opened:
        yield opened


def host_and_port(address: str) -> tuple[str, int]:
    host, _, port = address.removeprefix("http://").partition(":")
    return host, int(port)


def in_thread(work: Coroutine[Any, Any, Result]) -> Result:
    """Run a coroutine in another thread, as Playwright has an event loop in this one."""
    with ThreadPoolExecutor(1) as other:
        return other.submit(asyncio.run, work).result()


def test_many_readers_see_the_same_as_one_alone(site: Site) -> None:
    async def browsed() -> tuple[int, dict[str, int]]:
        shown = await survey(site.address, SHORT)
        async with crowd([site.address], shown, SHORT) as readers:
            await readers.grow(12)
            tally = await readers.browse(0.5, 1.5)
        return len(tally.seconds), dict(tally.errors)

    answers, errors = in_thread(browsed())
    assert errors == {}
    assert answers >= 12


def test_a_choice_draws_the_page_without_the_navigation(site: Site) -> None:
    async def fragments() -> set[str]:
        async with await Tab.at(site.address, "/age") as tab:
            await tab.load()
            await tab.choose("measure", "Share")
        return {choice.fragment for choice in tab.choices.values()}

    (fragment,) = in_thread(fragments())
    assert fragment


def test_idle_sockets_do_not_delay_a_reader(site: Site) -> None:
    async def among_idle() -> tuple[str, float, int]:
        async with idle(site.address, IDLE) as sockets:
            async with await Tab.at(site.address, "/age") as tab:
                await tab.load()
                start = time.monotonic()
                answer = await tab.choose("measure", "Share")
                waited = time.monotonic() - start
            return answer.query, waited, sum(tab.is_open for tab in sockets)

    query, waited, still_open = in_thread(among_idle())
    assert query == "measure=share"
    assert waited < 5
    assert still_open == IDLE


def unsent(port: int, reader: int) -> int:
    """Return the kernel's count of unsent bytes from a server port to a reader's port."""
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        _, ours, theirs, _, queues, *_ = line.split()
        if int(ours.partition(":")[2], 16) == port and int(theirs.partition(":")[2], 16) == reader:
            return int(queues.partition(":")[0], 16)
    return 0


async def unreading_tab(address: str) -> tuple[Tab, int]:
    """Return a tab that reads nothing, with the smallest receive buffer, and its port."""
    host, port = host_and_port(address)
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
    listener.connect((host, port))
    listener.setblocking(False)
    subprotocols: Any = ["streamlit"]
    opened = await connect(
        f"ws://{host}:{port}/_stcore/stream",
        sock=listener,
        subprotocols=subprotocols,
        compression=None,
        ping_interval=None,
    )
    opened.transport.pause_reading()
    return Tab("/sex", "", opened), listener.getsockname()[1]


async def fill_the_send_buffer(unreading: Tab, port: int, reader: int) -> None:
    """Request a page until unread answers fill the send buffer."""
    for _ in range(40):
        await unreading._socket.send(unreading._request())
        await asyncio.sleep(0.2)
        if unsent(port, reader) >= STUCK_BYTES:
            return
    pytest.fail("everything was read")


def count_ended(log: Path) -> int:
    """Return the number of ended sockets in the site's log."""
    return log.read_text().count('"event": "socket"')


def test_a_client_that_does_not_read_delays_nobody_and_is_disconnected(
    tmp_path: Path,
) -> None:
    async def run(replica: Replica) -> None:
        address, pid = replica.url, replica.process.pid
        async with await Tab.at(address, "/age") as tab:
            await tab.load()
            unreading, reader = await unreading_tab(address)
            await fill_the_send_buffer(unreading, replica.port, reader)
            memory_before = resident_mib(pid)
            for option in ("Share", "Number") * 5:
                await unreading._socket.send(unreading._request())
                await tab.choose("measure", option)
            assert resident_mib(pid) < memory_before + 10
            async with asyncio.timeout(30):
                while not count_ended(replica.log):
                    await asyncio.sleep(0.1)
            await tab.choose("measure", "Share")
        unreading._socket.transport.abort()
        await unreading._socket.wait_closed()

    (port,) = free_ports(1)
    # 20 seconds each in deployment.
    short_pings = [
        "--ws-ping-interval",
        "5",
        "--ws-ping-timeout",
        "5",
    ]
    replica = Replica(port, tmp_path / "log", after=short_pings)
    replica.start()
    try:
        replica.wait()
        in_thread(run(replica))
    finally:
        replica.stop()


def test_a_slow_request_delays_nobody(site: Site) -> None:
    async def run() -> str:
        with socket.create_connection(host_and_port(site.address)) as slow:
            slow.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ")
            async with await Tab.at(site.address, "/age") as tab:
                slow.sendall(b"x")
                await tab.load()
                slow.sendall(b"x")
                return (await tab.choose("measure", "Share")).query

    assert in_thread(run()) == "measure=share"


def test_visits_leave_no_open_files(site: Site) -> None:
    async def visits() -> tuple[int, int]:
        async with await Tab.at(site.address, "/age") as tab:
            await tab.load()
        await asyncio.sleep(0.3)
        before = open_files(site.process.pid)
        for _ in range(VISITS // 20):
            await asyncio.gather(*(visit() for _ in range(20)))
        await asyncio.sleep(0.5)
        return before, open_files(site.process.pid)

    async def visit() -> None:
        async with await Tab.at(site.address, "/age"):
            pass

    before, after = in_thread(visits())
    assert after <= before + 5


@contextmanager
def failover_proxy(sites: list[Site]) -> Iterator[str]:
    """Run a proxy that passes each connection to the first reachable site; yield its address."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    opening = asyncio.start_server(partial(_proxy, sites), "127.0.0.1", 0)
    listener = asyncio.run_coroutine_threadsafe(opening, loop).result(10)
    try:
        yield f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}"
    finally:
        asyncio.run_coroutine_threadsafe(_close(listener), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _close(listener: asyncio.Server) -> None:
    listener.close()
    passing = asyncio.all_tasks() - {asyncio.current_task()}
    for task in passing:
        task.cancel()
    await asyncio.gather(*passing, return_exceptions=True)


async def _proxy(
    sites: list[Site], reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    for site in sites:
        try:
            upstream_reader, upstream_writer = await asyncio.open_connection(
                *host_and_port(site.address)
            )
        except OSError:
            continue
        await asyncio.gather(
            _copy(reader, upstream_writer), _copy(upstream_reader, writer), return_exceptions=True
        )
        return
    writer.close()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while chunk := await reader.read(65_536):
            writer.write(chunk)
            await writer.drain()
    finally:
        writer.close()


def choose_again(page: Page, name: str, address: str) -> None:
    """Choose until the address changes: a choice made while no server is there is lost."""
    for _ in range(3):
        page.get_by_role("radio", name=name).check(force=True)
        with suppress(AssertionError):
            expect(page).to_have_url(address, timeout=5_000)
            return
        page.get_by_role("radio", name="Share").check(force=True)
    expect(page).to_have_url(address)


def test_a_reader_of_a_killed_replica_continues_on_another(site: Site, browser: Browser) -> None:
    with serve(ROOT) as first, failover_proxy([first, site]) as address:
        page = browser.new_page()
        open_page(page, f"{address}/sex?crime_type=DA", "Sex")
        page.get_by_role("radio", name="Share").check(force=True)
        expect(page).to_have_url(f"{address}/sex?crime_type=DA&measure=share", timeout=30_000)
        finding = page.locator(".finding").first.inner_text()
        with page.expect_websocket(timeout=30_000):
            first.end()
        drawn(page, "Sex")
        choose_again(page, "Number", f"{address}/sex?crime_type=DA")
        page.get_by_role("radio", name="Share").check(force=True)
        expect(page.locator(".finding").first).to_have_text(finding, timeout=30_000)
        page.close()
