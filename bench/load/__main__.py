"""The load test: the number of readers that one machine serves, and the cost. `make load`.

One process serves from one core with the command of the image; simulated readers run on another.
Plain Streamlit follows on the same core, to show its own part of the cost.
If nginx is installed, readers also go through it to replicas, each with its own address; one
replica is killed under load, and releases are replaced. Nothing leaves 127.0.0.1. Measurements that
do not fit into the time, nine minutes, are left out, and the report says so.
"""

from __future__ import annotations

import asyncio
import json
import os
import resource
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from bench.load.crowd import survey
from bench.load.faults import checkout, killed, swapped
from bench.load.plain import plain_steps, plain_streamlit
from bench.load.process_cost import resident_mib
from bench.load.reader import Tab
from bench.load.requests import requests_a_second
from bench.load.steps import Row, Served, heading, steps
from bench.servers.cluster import Cluster, Replica, cluster
from bench.servers.nginx import NginxError, nginx_program
from referrals.paths import ROOT

RESULT: Final = ROOT / "build" / "load.json"
DEADLINE: Final = 540.0
"""Seconds after which the test stops."""

PORT: Final = 8630
STEPS: Final = (50, 100, 200, 400, 800, 1_600)
CHANGE_INTERVAL: Final = 5.0
PLAIN_STEPS: Final = (50, 400)
STEP_SECONDS: Final = 15.0
"""Duration of a step in seconds: three changes per reader."""

REPLICAS: Final = (2, 3)
REPLICA_READERS, REPLICA_CHANGE_INTERVAL = 200, 2.0
KILL_READERS, KILL_SECONDS = 300, 20.0
SWAPS: Final = 20
IDLE_SOCKETS: Final = 2_000
VISITS: Final = 10_000
CONCURRENT_VISITS: Final = 50
READ_ONE_IN: Final = 10
"""One visit in this many waits until the page is drawn."""

PATHS: Final = {"API": "/api/v1/releases/2020-21/cells?crime_type=DA", "static site": "/lite/"}


@dataclass(frozen=True)
class Run:
    """One load test: its results, port, cores, end time, and whether it is a quick trial."""

    found: Row
    port: int
    cores: Sequence[int]
    end: float
    quick: bool

    def scaled(self, full: int, quick: int) -> int:
        """Return `quick` in a quick trial, else `full`."""
        return quick if self.quick else full

    def within(self, work: Coroutine[Any, Any, None]) -> None:
        """Run a coroutine in the time that is left.

        Raises:
            TimeoutError: the time was too short.
        """

        async def bounded() -> None:
            async with asyncio.timeout(self.end - time.monotonic()):
                await work

        asyncio.run(bounded())


def unit_ms() -> float:
    """Return the processor milliseconds of a million squares in Python, to compare machines."""
    before = os.times()
    sum(number * number for number in range(1_000_000))
    after = os.times()
    return (after.user - before.user) * 1000


@contextmanager
def single_process(run: Run) -> Iterator[Served]:
    """Serve the site from one process on the first core, with the readers on the last."""
    os.sched_setaffinity(0, {run.cores[-1]})
    with tempfile.TemporaryDirectory() as folder:
        replica = Replica(
            run.port, Path(folder) / "log", before=["taskset", "-c", str(run.cores[0])]
        )
        replica.start()
        try:
            replica.wait()
            yield Served([replica.url], [replica.process.pid])
        finally:
            replica.stop()
            os.sched_setaffinity(0, set(run.cores))


def one_process(run: Run) -> None:
    """Measure one process: steps, visits, idle sockets and requests."""
    with single_process(run) as served:
        run.within(_one_process(run, served))


async def _one_process(run: Run, served: Served) -> None:
    (address,) = served.addresses
    shown = await survey(address)
    heading(f"One process on one core, a change every {CHANGE_INTERVAL:g} s")
    async for row in steps(
        served, shown, STEPS[: run.scaled(len(STEPS), 2)], CHANGE_INTERVAL, STEP_SECONDS
    ):
        run.found.setdefault("steps", []).append(row)
    run.found["requests"] = {
        name: await requests_a_second(address, path, seconds=3) for name, path in PATHS.items()
    }
    print(
        "\nRequests a second: ",
        {name: rate and round(rate) for name, rate in run.found["requests"].items()},
        flush=True,
    )
    run.found["comings"] = await visits(served, run.scaled(VISITS, 500))
    print("\nComings and goings: ", run.found["comings"], flush=True)
    sockets = run.scaled(IDLE_SOCKETS, 200)
    heading(f"One reader among {sockets:,} idle sockets")
    async with idle(address, sockets):
        async for row in steps(served, shown, [1], 0.25, 5.0):
            run.found["idle"] = {**row, "idle": sockets}


@asynccontextmanager
async def idle(address: str, sockets: int) -> AsyncIterator[Sequence[Tab]]:
    """Yield open sockets that nobody uses."""
    tabs: list[Tab] = []
    try:
        for first in range(0, sockets, CONCURRENT_VISITS):
            tabs += await asyncio.gather(
                *(
                    Tab.at(address, "/sex")
                    for _ in range(first, min(first + CONCURRENT_VISITS, sockets))
                )
            )
        yield tabs
    finally:
        await asyncio.gather(*(tab.leave() for tab in tabs))


async def visits(served: Served, times: int) -> Row:
    """Return the memory after a fifth and after all visits; one visit in ten reads the page."""
    (address,), (pid,) = served.addresses, served.pids
    memory = []
    for share in (times // 5, times - times // 5):
        for first in range(0, share, CONCURRENT_VISITS):
            batch = range(first, min(first + CONCURRENT_VISITS, share))
            await asyncio.gather(
                *(_visit(address, reads=place % READ_ONE_IN == 0) for place in batch)
            )
        await asyncio.sleep(1)
        memory.append(round(resident_mib(pid), 1))
    return {"visits": times, "mib_after_a_fifth": memory[0], "mib_after_all": memory[1]}


async def _visit(address: str, *, reads: bool) -> None:
    async with await Tab.at(address, "/age") as tab:
        if reads:
            await tab.load()


def plain(run: Run) -> None:
    """Measure plain Streamlit on the same core, to compare."""
    os.sched_setaffinity(0, {run.cores[-1]})
    try:
        with (
            tempfile.TemporaryDirectory() as folder,
            plain_streamlit(
                run.port, Path(folder) / "log", ["taskset", "-c", str(run.cores[0])]
            ) as served,
        ):
            run.within(_plain(run, served))
    finally:
        os.sched_setaffinity(0, set(run.cores))


async def _plain(run: Run, served: Served) -> None:
    numbers = PLAIN_STEPS[: run.scaled(len(PLAIN_STEPS), 1)]
    run.found["plain"] = await plain_steps(served, numbers, CHANGE_INTERVAL, STEP_SECONDS)


def replicas(run: Run) -> None:
    """Measure readers behind nginx with two and three replicas, and with one of three killed."""
    for many in REPLICAS:
        with cluster(many, run.port) as running:
            run.within(_replicas(run, running))


async def _replicas(run: Run, running: Cluster) -> None:
    many = len(running.replicas)
    shown, *_ = await asyncio.gather(*(survey(replica.url) for replica in running.replicas))
    heading(f"{many} replicas behind nginx, a change every {REPLICA_CHANGE_INTERVAL:g} s")
    async for row in steps(
        Served([running.url], running.pids),
        shown,
        [run.scaled(REPLICA_READERS, 50)],
        REPLICA_CHANGE_INTERVAL,
        STEP_SECONDS,
    ):
        run.found.setdefault("replicas", []).append({"replicas": many, **row})
    if many == max(REPLICAS):
        run.found["killed"] = await killed(
            running, shown, run.scaled(KILL_READERS, 50), CHANGE_INTERVAL, KILL_SECONDS
        )
        print(f"\nOne of {many} replicas killed: ", run.found["killed"], flush=True)


def swaps(run: Run) -> None:
    """Replace releases under readers of two replicas, on a copy of the site."""
    with (
        tempfile.TemporaryDirectory(prefix="referrals-load-") as made,
        cluster(2, run.port, checkout(Path(made))) as running,
    ):
        run.within(_swaps(run, running, Path(made)))


async def _swaps(run: Run, running: Cluster, folder: Path) -> None:
    direct = [replica.url for replica in running.replicas]
    run.found["swapped"] = await swapped(
        [running.url, direct[0]], direct, folder, run.scaled(SWAPS, 3)
    )
    print("\nReleases exchanged under readers: ", run.found["swapped"], flush=True)


def measurements() -> list[Callable[[Run], None]]:
    """Return the measurements possible on this machine."""
    try:
        nginx_program()
    except NginxError as error:
        print(
            f"{error}. Replicas, a killed one and exchanged releases are not measured.", flush=True
        )
        return [one_process, plain]
    return [one_process, plain, swaps, replicas]


def main(
    *, quick: bool = False, result: Path = RESULT, port: int = PORT, deadline: float = DEADLINE
) -> None:
    """Measure, print and save the results."""
    raise_file_limit()
    cores = sorted(os.sched_getaffinity(0))
    found: Row = {
        "unit_ms": round(unit_ms(), 1),
        "cores": len(cores),
        "load": os.getloadavg()[0],
        "in_time": True,
    }
    run = Run(found, port, cores, time.monotonic() + deadline, quick)
    try:
        for measure in measurements():
            measure(run)
    except TimeoutError:
        found["in_time"] = False
        print(f"\nNothing more is measured after {deadline / 60:.0f} minutes.", flush=True)
    result.parent.mkdir(parents=True, exist_ok=True)
    result.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


def raise_file_limit() -> None:
    """Raise the limit on open files for this process and its children: a session takes four."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


if __name__ == "__main__":
    main(quick="--quick" in sys.argv)
