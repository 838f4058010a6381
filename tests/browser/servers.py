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
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from referrals.paths import ROOT

Picture = Callable[[Page, str], None]
"""Keeps a picture of a page under a name, where pictures were asked for."""

PATIENCE = 60
"""Seconds that a server may take to start on a busy machine."""


@dataclass(frozen=True)
class Site:
    """A running site and the process that can be ended."""

    address: str
    process: subprocess.Popen[bytes]

    def end(self) -> None:
        """End the server at once, as a crash would."""
        self.process.kill()
        self.process.wait()


@contextmanager
def serve(folder: Path, *, before: Sequence[str] = ()) -> Iterator[Site]:
    """Serve the app.py of a folder on a free port until the block ends; `before` stands before the command that does it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
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


@contextmanager
def chromium() -> Iterator[Browser]:
    """Open the browser named by CHROMIUM, or the system's own. Its absence is a failure: a skipped test guards nothing."""
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
    """Wait until Streamlit has drawn a page, the one with this heading where one is given."""
    page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for(
        state="attached", timeout=30_000
    )
    page.locator("[data-testid=stMain] h1", has_text=heading).wait_for(timeout=30_000)


def _answers(site: Site) -> bool:
    limit = time.monotonic() + PATIENCE
    while time.monotonic() < limit and site.process.poll() is None:
        try:
            with urlopen(f"{site.address}/_stcore/health", timeout=2) as answer:
                if answer.read() == b"ok":
                    return True
        except (URLError, OSError):
            time.sleep(0.1)
    return False
