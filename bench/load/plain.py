"""Plain Streamlit under load: `streamlit run` with one filter and two lines, in the same run.

It shows which part of the cost of a session is Streamlit's own.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import httpx

from bench.load.crowd import survey
from bench.load.steps import Row, Served, heading, steps
from bench.servers.cluster import ClusterError
from bench.servers.nginx import HOST, PATIENCE, stop

APP: Final = Path(__file__).with_name("plain_app.py")
TOPICS: Final = ("/",)


@contextmanager
def plain_streamlit(port: int, log: Path, before: Sequence[str] = ()) -> Iterator[Served]:
    """Serve a page of plain Streamlit until the block ends; `before` extends the command.

    Raises:
        ClusterError: it did not start.
    """
    options = {
        "server.port": port,
        "server.address": HOST,
        "server.headless": "true",
        "browser.gatherUsageStats": "false",
    }
    flags = [word for name, value in options.items() for word in (f"--{name}", str(value))]
    command = [*before, sys.executable, "-m", "streamlit", "run", str(APP), *flags]
    # In the folder of the log: elsewhere it would read the settings of our site.
    with log.open("wb") as stream:
        process = subprocess.Popen(command, cwd=log.parent, stdout=stream, stderr=stream)
    try:
        _wait(process, f"http://{HOST}:{port}/_stcore/health")
        yield Served([f"http://{HOST}:{port}"], [process.pid])
    finally:
        stop(process)


def _wait(process: subprocess.Popen[bytes], url: str) -> None:
    until = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < until:
        try:
            if httpx.get(url, timeout=2).is_success:
                return
        except httpx.HTTPError:
            time.sleep(0.1)
    raise ClusterError("Plain Streamlit did not start.")


async def plain_steps(
    served: Served, numbers: Sequence[int], every: float, stay: float
) -> list[Row]:
    """Return the result of plain Streamlit at each number of readers, until it breaks."""
    (address,) = served.addresses
    shown = await survey(address, TOPICS)
    heading(f"Plain Streamlit with one filter, a change every {every:g} s")
    return [row async for row in steps(served, shown, numbers, every, stay)]
