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

PATIENCE = 60
"""How long, in seconds, a server may take to start on a busy machine."""


@dataclass(frozen=True)
class Site:
    """A running site and its process."""

    address: str
    process: subprocess.Popen[bytes]

    def end(self) -> None:
        """Kill the server, as a crash would."""
        self.process.kill()
        self.process.wait()


@contextmanager
def serve(folder: Path, *, before: Sequence[str] = (), port: int = 0) -> Iterator[Site]:
    """Serve the app.py of a folder until the block ends, on a free port unless one is given.

    `before` is put before the start command, such as a wrapper.
    """
    port = port or free_port()
    run = [
        sys.executable,
        "-m",
        "streamlit",
        "run",
        "app.py",
        "--server.port",
        str(port),
        "--server.address",
        "127.0.0.1",
    ]
    command = [*before, *run]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log)
        site = Site(f"http://127.0.0.1:{port}", process)
        try:
            if not _answers(site):
                log.seek(0)
                raise RuntimeError(f"The site did not start: {log.read().decode(errors='replace')}")
            yield site
        finally:
            site.end()


def free_port() -> int:
    """Return a port on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def chromium() -> Iterator[Browser]:
    """Open the browser named by CHROMIUM, or the system's own.

    A missing browser is a failure: a skipped test guards nothing.
    """
    path = (
        os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    )
    if path is None:
        pytest.fail("Chromium is not installed (apt-get install chromium)")
    with sync_playwright() as tools:
        browser = tools.chromium.launch(
            executable_path=path,
            args=[
                "--no-sandbox",
                "--disable-dev-shm-usage",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
            ],
        )
        yield browser
        browser.close()


def open_page(page: Page, address: str, heading: str = "") -> None:
    """Open an address and wait until Streamlit has drawn it."""
    page.goto(address)
    drawn(page, heading)


def drawn(page: Page, heading: str = "") -> None:
    """Wait until Streamlit's page has replaced the first paint, by its heading if given."""
    page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for(
        state="attached", timeout=30_000
    )
    page.locator("[data-testid=stMain] h1", has_text=heading).wait_for(timeout=30_000)
    page.locator("body > .vr-static").wait_for(state="detached", timeout=30_000)


def _answers(site: Site) -> bool:
    limit = time.monotonic() + PATIENCE
    while time.monotonic() < limit and site.process.poll() is None:
        try:
            if httpx.get(f"{site.address}/_stcore/health", timeout=2).text == "ok":
                return True
        except httpx.HTTPError:
            pass
        time.sleep(0.1)
    return False
