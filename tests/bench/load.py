"""What one machine carries: readers at once, what each costs, and where it breaks. `make load` takes under ten minutes.

One process serves from one core; the readers come from another. Nothing leaves 127.0.0.1. With `tests.bench.cluster`, the same
readers come through nginx to several replicas; without it, each reader keeps to one replica by itself.
"""

from __future__ import annotations

import asyncio
import json
import os
import resource
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final

from referrals.places import ROOT
from tests.bench.load_crowd import Shown, Tally, crowd, survey
from tests.bench.load_process import open_files, processor_seconds, resident_mib
from tests.bench.load_requests import requests_a_second
from tests.bench.load_tab import Tab
from tests.browser.serving import Site, serve

RESULT: Final = ROOT / "build" / "load.json"
STEPS: Final = (50, 100, 200, 400, 800)
EVERY: Final = 5.0
STAY: Final = 15.0
"""How long the readers of one step stay, in seconds: three changes each."""

BROKEN: Final = 5.0
"""A site whose slowest answers in a hundred take longer than this many seconds is not asked by more."""

REPLICAS: Final = 3
REPLICA_READERS, REPLICA_EVERY = 500, 2.0
IDLE: Final = 2_000
COMINGS: Final = 10_000
AT_ONCE: Final = 50
READ_ONE_IN: Final = 10
"""Of those who come and go, one in so many waits until the page is drawn."""

PATHS: Final = {"API": "/api/v1/releases/2020-21/cells?crime_type=DA", "static twin": "/lite/"}

Row = dict[str, Any]


def unit_ms() -> float:
    """Return the processor time that a million squares take in plain Python, in milliseconds: machines differ."""
    before = os.times()
    sum(number * number for number in range(1_000_000))
    after = os.times()
    return (after.user - before.user) * 1000


@contextmanager
def replica(core: int) -> Iterator[Site]:
    """Serve the site from one core, from a process that may open enough sockets."""
    with serve(ROOT, before=["taskset", "-c", str(core)]) as site:
        yield site


def row(tally: Tally, sessions: int, *, cpu: float, mib: float, files: int) -> Row:
    """Return what is written of one step."""
    answers = len(tally.seconds)
    return {
        "sessions": sessions,
        "answers": answers,
        **{f"p{percent}": round(tally.percentile(percent), 4) for percent in (50, 95, 99)},
        "cpu_ms": round(cpu / max(answers, 1) * 1000, 2),
        "messages": round(tally.messages / max(answers, 1), 1),
        "kilobytes": round(tally.size / max(answers, 1) / 1000, 1),
        "mib": round(mib, 1),
        "files": files,
        "errors": dict(tally.errors),
    }


async def steps(sites: Sequence[Site], shown: Shown, numbers: Sequence[int], every: float, stay: float) -> list[Row]:
    """Return what each number of readers saw, and what it cost, until the site breaks."""
    rows: list[Row] = []
    async with crowd([site.address for site in sites], shown) as readers:
        for sessions in numbers:
            await readers.grow(sessions)
            before = sum(processor_seconds(site.process.pid) for site in sites)
            tally = await readers.browse(every, stay)
            spent = sum(processor_seconds(site.process.pid) for site in sites) - before
            memory = sum(resident_mib(site.process.pid) for site in sites)
            rows.append(row(tally, sessions, cpu=spent, mib=memory, files=sum(open_files(one.process.pid) for one in sites)))
            say(rows[-1])
            if tally.errors or tally.percentile(99) > BROKEN:
                break
    return rows


async def idle(site: Site, shown: Shown, sockets: int) -> Row:
    """Return what one reader sees while many sockets are open that nobody uses."""
    tabs = []
    for first in range(0, sockets, AT_ONCE):
        tabs += await asyncio.gather(*(Tab.at(site.address, "/sex") for _ in range(first, min(first + AT_ONCE, sockets))))
    try:
        [one] = await steps([site], shown, [1], 0.25, 5.0)
        return {**one, "idle": sockets}
    finally:
        await asyncio.gather(*(tab.leave() for tab in tabs))


async def comings(site: Site, times: int) -> Row:
    """Return the memory held after a fifth and after all of so many visits; one visitor in ten reads the page."""
    held = []
    for share in (times // 5, times - times // 5):
        for first in range(0, share, AT_ONCE):
            some = range(first, min(first + AT_ONCE, share))
            await asyncio.gather(*(_visit(site.address, reads=place % READ_ONE_IN == 0) for place in some))
        await asyncio.sleep(1)
        held.append(round(resident_mib(site.process.pid), 1))
    return {"visits": times, "mib_after_a_fifth": held[0], "mib_after_all": held[1]}


async def _visit(address: str, *, reads: bool) -> None:
    async with await Tab.at(address, "/age") as tab:
        if reads:
            await tab.load()


def say(row: Row) -> None:
    """Print one step."""
    print(
        f"{row['sessions']:>9,} {row['answers']:>8,} {row['p50'] * 1000:>8,.0f} {row['p95'] * 1000:>8,.0f} "
        f"{row['p99'] * 1000:>8,.0f} {row['cpu_ms']:>8.1f} {row['mib']:>8.0f} {sum(row['errors'].values()):>7,}",
        flush=True,
    )


def heading(words: str) -> None:
    """Print what is measured next, and the names of the columns."""
    print(f"\n{words}\n sessions  answers   p50 ms   p95 ms   p99 ms   CPU ms      MiB  errors", flush=True)


async def one_process(site: Site, *, quick: bool) -> Row:
    """Measure one process: steps, idle sockets, comings and goings, and requests."""
    shown = await survey(site.address)
    heading(f"One process on one core, a change every {EVERY:g} s")
    found: Row = {"steps": await steps([site], shown, STEPS[: 2 if quick else None], EVERY, STAY)}
    found["comings"] = await comings(site, 500 if quick else COMINGS)
    heading(f"One reader among {200 if quick else IDLE:,} idle sockets")
    found["idle"] = await idle(site, shown, 200 if quick else IDLE)
    found["requests"] = {name: await requests_a_second(site.address, path, seconds=3) for name, path in PATHS.items()}
    print("\nRequests a second: ", {name: rate and round(rate) for name, rate in found["requests"].items()})
    return found


async def many(sites: Sequence[Site], *, quick: bool) -> list[Row]:
    """Measure readers who are spread over replicas, all of which must show the same."""
    shown = await survey(sites[0].address)
    heading(f"{len(sites)} replicas, a change every {REPLICA_EVERY:g} s")
    return await steps(sites, shown, [50 if quick else REPLICA_READERS], REPLICA_EVERY, STAY)


def main(*, quick: bool = False, result: Path = RESULT) -> None:
    """Measure, print, and keep what was found."""
    _most_files()
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {cores[-1]})
    found: Row = {"unit_ms": round(unit_ms(), 1), "cores": len(cores), "load": os.getloadavg()[0]}
    with replica(cores[0]) as site:
        found |= asyncio.run(one_process(site, quick=quick))
    with ExitStack() as stack:
        sites = [stack.enter_context(replica(cores[place % len(cores)])) for place in range(REPLICAS)]
        found["replicas"] = asyncio.run(many(sites, quick=quick))
    result.parent.mkdir(parents=True, exist_ok=True)
    result.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


def _most_files() -> None:
    """Let this process, and those that it starts, open as many files as the machine allows: a session takes four."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


if __name__ == "__main__":
    main(quick="--quick" in sys.argv)
