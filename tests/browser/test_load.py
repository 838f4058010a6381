"""Many readers, bad readers and dying servers: what the others see, through real sockets and a real browser."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import Any, TypeVar

import pytest
from playwright.sync_api import Browser, expect

from referrals.places import ROOT
from tests.bench.load_crowd import crowd, survey
from tests.bench.load_process import open_files
from tests.bench.load_tab import Tab
from tests.browser.serving import Site, open_page, serve

Result = TypeVar("Result")

IDLE = 200
SHORT = ("/age", "/nationality")
VISITS = 60


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with serve(ROOT) as opened:
        yield opened


def where(site: Site) -> tuple[str, int]:
    host, _, port = site.address.removeprefix("http://").partition(":")
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
    async def among_idle() -> str:
        idle = await asyncio.gather(*(Tab.at(site.address, "/sex") for _ in range(IDLE)))
        async with await Tab.at(site.address, "/age") as tab:
            await tab.load()
            answer = await tab.choose("measure", "Share")
        await asyncio.gather(*(one.leave() for one in idle))
        return answer.query

    assert elsewhere(among_idle()) == "measure=share"


def test_a_reader_who_does_not_read_and_one_who_trickles_a_request_hold_nobody_up(site: Site) -> None:
    async def beside_them() -> str:
        with socket.create_connection(where(site)) as trickle:
            trickle.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ")
            async with await Tab.at(site.address, "/sex") as deaf, await Tab.at(site.address, "/age") as tab:
                deaf._socket.transport.pause_reading()
                for _ in range(5):
                    await deaf._socket.send(deaf._question())
                    trickle.sendall(b"x")
                await tab.load()
                answer = await tab.choose("measure", "Share")
                deaf._socket.transport.abort()
        return answer.query

    assert elsewhere(beside_them()) == "measure=share"


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


async def _let_in(sites: list[Site], reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    for site in sites:
        try:
            theirs, to_them = await asyncio.open_connection(*where(site))
        except OSError:
            continue
        await asyncio.gather(_pass_on(reader, to_them), _pass_on(theirs, writer), return_exceptions=True)
        return
    writer.close()


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while some := await reader.read(65_536):
            writer.write(some)
            await writer.drain()
    finally:
        writer.close()


def test_a_reader_whose_replica_is_killed_goes_on_at_another_with_the_same_choice(site: Site, browser: Browser) -> None:
    with serve(ROOT) as first, one_door([first, site]) as address:
        page = browser.new_page()
        open_page(page, f"{address}/sex?crime_type=DA", "Sex")
        page.get_by_text("Share", exact=True).first.click()
        expect(page).to_have_url(f"{address}/sex?crime_type=DA&measure=share")
        finding = page.locator(".finding").first.inner_text()
        first.end()
        page.get_by_text("Number", exact=True).first.click(timeout=30_000)
        expect(page).to_have_url(f"{address}/sex?crime_type=DA", timeout=30_000)
        page.get_by_text("Share", exact=True).first.click()
        expect(page.locator(".finding").first).to_have_text(finding, timeout=30_000)
        page.close()
