"""Many readers, bad readers and dying servers: what the others see, through real sockets and a real browser."""

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

from bench.load.__main__ import idle, most_files
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
FULL = 10_000
"""Bytes that stand unsent: far more than the room of the reader, and so nothing that is only on its way."""


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    most_files()
    with serve(ROOT) as opened:
        yield opened


def where(address: str) -> tuple[str, int]:
    host, _, port = address.removeprefix("http://").partition(":")
    return host, int(port)


def elsewhere(work: Coroutine[Any, Any, Result]) -> Result:
    """Return what some work comes to, done in a thread of its own: Playwright has a loop in this one."""
    with ThreadPoolExecutor(1) as other:
        return other.submit(asyncio.run, work).result()


def test_many_readers_at_once_are_shown_what_one_alone_is_shown(site: Site) -> None:
    async def browsed() -> tuple[int, dict[str, int]]:
        shown = await survey(site.address, SHORT)
        async with crowd([site.address], shown, SHORT) as readers:
            await readers.grow(12)
            tally = await readers.browse(0.5, 1.5)
        return len(tally.seconds), dict(tally.errors)

    answers, errors = elsewhere(browsed())
    assert errors == {}
    assert answers >= 12


def test_idle_sockets_do_not_stand_in_the_way_of_a_reader(site: Site) -> None:
    async def among_idle() -> tuple[str, float, int]:
        async with idle(site.address, IDLE) as sockets:
            async with await Tab.at(site.address, "/age") as tab:
                await tab.load()
                start = time.monotonic()
                answer = await tab.choose("measure", "Share")
                waited = time.monotonic() - start
            return answer.query, waited, sum(one.is_open for one in sockets)

    query, waited, still_open = elsewhere(among_idle())
    assert query == "measure=share"
    assert waited < 5
    assert still_open == IDLE


def unsent(port: int, reader: int) -> int:
    """Return the bytes that a server has sent to one reader's port and that were not taken, as the kernel counts them."""
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        _, ours, theirs, _, queues, *_ = line.split()
        if int(ours.partition(":")[2], 16) == port and int(theirs.partition(":")[2], 16) == reader:
            return int(queues.partition(":")[0], 16)
    return 0


async def deaf_tab(address: str) -> tuple[Tab, int]:
    """Open a page in a tab that will read nothing, with as little room as the kernel gives. Return its port, too."""
    host, port = where(address)
    door = socket.socket()
    door.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
    door.connect((host, port))
    door.setblocking(False)
    subprotocols: Any = ["streamlit"]
    opened = await connect(
        f"ws://{host}:{port}/_stcore/stream",
        sock=door,
        subprotocols=subprotocols,
        compression=None,
        ping_interval=None,
    )
    opened.transport.pause_reading()
    return Tab("/sex", "", opened), door.getsockname()[1]


async def ask_and_read_nothing(deaf: Tab, port: int, reader: int) -> None:
    """Ask for a page until what is sent stands in the way: the answers are there, and nobody takes them."""
    for _ in range(40):
        await deaf._socket.send(deaf._question())
        await asyncio.sleep(0.2)
        if unsent(port, reader) >= FULL:
            return
    pytest.fail("whatever was sent was taken")


def ended(log: Path) -> int:
    """Return how many sockets have ended, as the site's log says."""
    return log.read_text().count('"event": "socket"')


def test_a_reader_who_does_not_read_holds_nobody_up_takes_no_more_memory_and_is_let_go(
    tmp_path: Path,
) -> None:
    async def beside(replica: Replica) -> None:
        address, pid = replica.url, replica.process.pid
        async with await Tab.at(address, "/age") as tab:
            await tab.load()
            deaf, reader = await deaf_tab(address)
            await ask_and_read_nothing(deaf, replica.port, reader)
            held = resident_mib(pid)
            for option in ("Share", "Number") * 5:
                await deaf._socket.send(deaf._question())
                await tab.choose("measure", option)
            assert resident_mib(pid) < held + 10
            async with asyncio.timeout(30):
                while not ended(replica.log):
                    await asyncio.sleep(0.1)
            await tab.choose("measure", "Share")
        deaf._socket.transport.abort()
        await deaf._socket.wait_closed()

    (port,) = free_ports(1)
    impatient = [
        "--ws-ping-interval",
        "5",
        "--ws-ping-timeout",
        "5",
    ]  # 20 seconds each where it is deployed
    replica = Replica(port, tmp_path / "log", after=impatient)
    replica.start()
    try:
        replica.wait()
        elsewhere(beside(replica))
    finally:
        replica.stop()


def test_a_request_that_trickles_holds_nobody_up(site: Site) -> None:
    async def beside() -> str:
        with socket.create_connection(where(site.address)) as trickle:
            trickle.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ")
            async with await Tab.at(site.address, "/age") as tab:
                trickle.sendall(b"x")
                await tab.load()
                trickle.sendall(b"x")
                return (await tab.choose("measure", "Share")).query

    assert elsewhere(beside()) == "measure=share"


def test_readers_who_come_and_go_leave_nothing_open(site: Site) -> None:
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

    before, after = elsewhere(visits())
    assert after <= before + 5


@contextmanager
def one_door(sites: list[Site]) -> Iterator[str]:
    """Pass every connection on to the first site that takes it, as a proxy in front of replicas does. Yield the address."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    opening = asyncio.start_server(partial(_let_in, sites), "127.0.0.1", 0)
    door = asyncio.run_coroutine_threadsafe(opening, loop).result(10)
    try:
        yield f"http://127.0.0.1:{door.sockets[0].getsockname()[1]}"
    finally:
        asyncio.run_coroutine_threadsafe(_shut(door), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _shut(door: asyncio.Server) -> None:
    door.close()
    passing = asyncio.all_tasks() - {asyncio.current_task()}
    for task in passing:
        task.cancel()
    await asyncio.gather(*passing, return_exceptions=True)


async def _let_in(
    sites: list[Site], reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    for site in sites:
        try:
            theirs, to_them = await asyncio.open_connection(*where(site.address))
        except OSError:
            continue
        await asyncio.gather(
            _pass_on(reader, to_them), _pass_on(theirs, writer), return_exceptions=True
        )
        return
    writer.close()


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while some := await reader.read(65_536):
            writer.write(some)
            await writer.drain()
    finally:
        writer.close()


def again(page: Page, name: str, address: str) -> None:
    """Choose until the address says so: what is chosen in the half second without a server is lost, and readers try again."""
    for _ in range(3):
        page.get_by_role("radio", name=name).check(force=True)
        with suppress(AssertionError):
            expect(page).to_have_url(address, timeout=5_000)
            return
        page.get_by_role("radio", name="Share").check(force=True)
    expect(page).to_have_url(address)


def test_a_reader_whose_replica_is_killed_goes_on_at_another_with_the_same_choice(
    site: Site, browser: Browser
) -> None:
    with serve(ROOT) as first, one_door([first, site]) as address:
        page = browser.new_page()
        open_page(page, f"{address}/sex?crime_type=DA", "Sex")
        page.get_by_role("radio", name="Share").check(force=True)
        expect(page).to_have_url(f"{address}/sex?crime_type=DA&measure=share", timeout=30_000)
        finding = page.locator(".finding").first.inner_text()
        with page.expect_websocket(timeout=30_000):
            first.end()
        drawn(page, "Sex")
        again(page, "Number", f"{address}/sex?crime_type=DA")
        page.get_by_role("radio", name="Share").check(force=True)
        expect(page.locator(".finding").first).to_have_text(finding, timeout=30_000)
        page.close()
