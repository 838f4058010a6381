"""Servers and a browser for the browser tests."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from referrals.paths import ROOT

Picture = Callable[[Page, str], None]
"""Keeps a picture of a page under a name, where pictures were asked for."""

DESKTOP, PHONE, NARROWEST = 1280, 360, 320
"""Widths of windows, in pixels."""

on_desktop_and_phone = pytest.mark.parametrize(
    "page",
    [
        pytest.param(DESKTOP, id="desktop"),
        pytest.param(PHONE, id="phone", marks=pytest.mark.slow),
    ],
    indirect=True,
)
"""A mark of tests whose page is looked at on a desktop and, in `make test-slow`, on a phone."""

PATIENCE = 60
"""The seconds that a server may take to start on a busy machine."""

BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser")
"""The commands of Chromium by preference. Debian's headless shell is the same engine without
windows, and takes an eighth less processor time."""

SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - looked at, not written to
ENOUGH_MEMORY = 1_000_000_000
"""The bytes of shared memory that are enough for a browser."""

FILES_INSTEAD = "--disable-dev-shm-usage"
"""The argument that has Chromium use files instead. Playwright gives it by default."""

STREAMLIT = (
    *("-m", "streamlit", "run", "app.py"),
    *("--server.address", "127.0.0.1", "--server.port"),
)
"""The start command of `make run`, before the port."""

UVICORN = (
    *("-m", "uvicorn", "app:app"),
    *("--ws-max-size", "65536", "--ws-per-message-deflate", "false", "--no-server-header"),
    *("--host", "127.0.0.1", "--port"),
)
"""The start command of the image, before the port."""


@dataclass(frozen=True)
class Site:
    """A running site, its process and the file of its log."""

    address: str
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def port(self) -> int:
        return int(self.address.rpartition(":")[2])

    def end(self) -> None:
        """Kill the server, as a crash would."""
        self.process.kill()
        self.process.wait()


@contextmanager
def serve(
    folder: Path,
    *,
    command: Sequence[str] = STREAMLIT,
    before: Sequence[str] = (),
    port: int = 0,
    log: Path | None = None,
) -> Iterator[Site]:
    """Serve the app.py of a folder until the block ends, on a free port unless one is given.

    `before` is put before the start command, such as a wrapper.
    """
    port = port or free_port()
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with tempfile.TemporaryDirectory() as unnamed:
        log = log or Path(unnamed) / "log.jsonl"
        with log.open("wb") as stream:
            process = subprocess.Popen(
                [*before, sys.executable, *command, str(port)],
                cwd=folder,
                env=environment,
                stdout=stream,
                stderr=stream,
            )
        site = Site(f"http://127.0.0.1:{port}", process, log)
        try:
            if not _answers(site):
                raise RuntimeError(f"The site did not start: {log.read_text(errors='replace')}")
            yield site
        finally:
            site.end()


def free_port() -> int:
    """Return a port on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def browser_path() -> str | None:
    """Return the path of the browser named by CHROMIUM or, without it, of the system's own.

    None if it is not installed.
    """
    named = os.environ.get("CHROMIUM")
    commands = (named,) if named else BROWSERS
    return next((path for path in map(shutil.which, commands) if path), None)


@contextmanager
def chromium(*extra: str) -> Iterator[Browser]:
    """Open the browser named by CHROMIUM, or the system's own, with extra arguments if given.

    A missing browser is a failure: a skipped test guards nothing.
    """
    path = browser_path()
    if path is None:
        pytest.fail("Chromium is not installed (apt-get install chromium), or not at $CHROMIUM.")
    # Files instead of shared memory cost a fifth of the browser's system time, so they are left to
    # containers, in which it is usually small.
    has_memory = SHARED_MEMORY.exists() and shutil.disk_usage(SHARED_MEMORY).free >= ENOUGH_MEMORY
    with sync_playwright() as tools:
        browser = tools.chromium.launch(
            executable_path=path,
            ignore_default_args=[FILES_INSTEAD] if has_memory else None,
            args=[
                "--no-sandbox",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                *extra,
            ],
        )
        yield browser
        browser.close()


def open_page(page: Page, address: str, heading: str = "") -> None:
    """Open an address and wait until Streamlit has drawn it."""
    page.goto(address)
    drawn(page, heading)


def drawn(page: Page, heading: str = "") -> None:
    """Wait until Streamlit has replaced the first paint of a page, by its heading if given."""
    page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for(
        state="attached", timeout=30_000
    )
    page.locator("[data-testid=stMain] h1", has_text=heading).wait_for(timeout=30_000)
    page.locator("body > .vr-static").wait_for(state="detached", timeout=30_000)


def press(page: Page, label: str, option: str) -> None:
    """Choose an option of a filter: its options are buttons, or in a list if there are many."""
    buttons = page.get_by_role("radiogroup", name=label)
    if buttons.count():
        buttons.get_by_role("radio", name=option, exact=True).click()
    else:
        page.get_by_role("combobox", name=label).click()
        page.get_by_role("option", name=option, exact=True).click()


def _answers(site: Site) -> bool:
    limit = time.monotonic() + PATIENCE
    with httpx.Client(timeout=2) as client:  # one for all, as each reads the certificates again
        while time.monotonic() < limit and site.process.poll() is None:
            try:
                if client.get(f"{site.address}/_stcore/health").text == "ok":
                    return True
            except httpx.HTTPError:
                pass
            time.sleep(0.1)
    return False
