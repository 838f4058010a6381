"""Many readers, bad readers and dying servers: what the others see, through real sockets and a real browser."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, expect

from referrals.places import ROOT
from tests.bench.load_crowd import crowd, survey
from tests.bench.load_process import open_files
from tests.bench.load_tab import Tab
from tests.browser.serving import Site, open_page, serve

IDLE = 200
VISITS = 60


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with serve(ROOT) as opened:
        yield opened


def where(site: Site) -> tuple[str, int]:
    host, _, port = site.address.removeprefix("http://").partition(":")
    return host, int(port)


def test_many_readers_at_once_are_shown_what_one_alone_is_shown(site: Site) -> None:
    async def browsed() -> tuple[int, dict[str, int]]:
        shown = await survey(site.address)
        async with crowd([site.address], shown) as readers:
            await readers.grow(12)
            tally = await readers.browse(0.5, 1.5)
        return len(tally.seconds), dict(tally.errors)

    answers, errors = asyncio.run(browsed())
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

    assert asyncio.run(among_idle()) == "measure=share"


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

    assert asyncio.run(beside_them()) == "measure=share"


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

    before, after = asyncio.run(visits())
    assert after <= before + 5


@contextmanager
def one_door(sites: list[Site]) -> Iterator[str]:
    """Pass every connection on to the first site that takes it, as a proxy in front of replicas does. Yield the address."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        threading.Thread(target=_let_in, args=(door, sites), daemon=True).start()
        yield f"http://127.0.0.1:{door.getsockname()[1]}"
        door.shutdown(socket.SHUT_RDWR)


def _let_in(door: socket.socket, sites: list[Site]) -> None:
    while True:
        try:
            reader, _ = door.accept()
        except OSError:
            return
        for site in sites:
            try:
                replica = socket.create_connection(where(site))
            except OSError:
                continue
            for one, other in ((reader, replica), (replica, reader)):
                threading.Thread(target=_pass_on, args=(one, other), daemon=True).start()
            break
        else:
            reader.close()


def _pass_on(one: socket.socket, other: socket.socket) -> None:
    try:
        while some := one.recv(65_536):
            other.sendall(some)
    except OSError:
        pass
    finally:
        for end in (one, other):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                end.close()


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
