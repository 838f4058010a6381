"""Failures under load: a killed replica, and releases replaced while readers are connected."""

from __future__ import annotations

import asyncio
import shutil
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import httpx

from bench.load.crowd import Shown, crowd, reader_address
from bench.load.reader import LoadError, Tab
from bench.load.steps import Row, waits
from bench.servers.cluster import Cluster
from referrals.paths import ROOT
from tests.fixtures.second_edition import revise

ID: Final = "2020-21"
SITE: Final = ("pages", "referrals", "sql", "data", ".streamlit")
PATHS: Final = {
    "page": "/sex",
    "API": f"/api/v1/releases/{ID}/cells?crime_type=DA",
    "static site": "/lite/sex",
}
SESSION: Final = "session"
"""A page drawn in a session of its own."""

PAUSE: Final = 0.02
"""Seconds between an answer and the next request of the same kind."""

EXCHANGE_INTERVAL: Final = 2.0
"""Minimum seconds between two exchanges of releases."""

PATIENCE: Final = 10.0
"""Seconds within which every replica must serve a new release, and answer every request."""


async def killed(cluster: Cluster, shown: Shown, readers: int, every: float, stay: float) -> Row:
    """Kill a replica after a third of the stay and return the results: no reader may be lost."""
    victim = cluster.replicas[0]
    async with crowd([cluster.url], shown, come_back=True) as simulated:
        await simulated.grow(readers)
        present = simulated.present
        browsing = asyncio.create_task(simulated.browse(every, stay))
        await asyncio.sleep(stay / 3)
        victim.kill()
        tally = await browsing
        return {
            "sessions": present,
            **waits(tally),
            "returned": tally.returned,
            "lost": readers - simulated.present,
        }


def checkout(folder: Path) -> Path:
    """Return a copy of the site with a second edition of its release, to exchange the two."""
    shutil.copy(ROOT / "app.py", folder)
    for name in SITE:
        shutil.copytree(
            ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", ".*")
        )
    (folder / "build").symlink_to(ROOT / "build")
    shutil.copytree(ROOT / "data" / "releases" / ID, folder / "edition" / ID)
    revise(folder / "edition")
    return folder


@dataclass
class Requests:
    """Requests by kind: how many, how many failed, and the longest wait in seconds."""

    times: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)
    slowest: dict[str, float] = field(default_factory=dict)


async def swapped(
    addresses: Sequence[str], replicas: Sequence[str], folder: Path, times: int
) -> Row:
    """Exchange two editions of a release repeatedly under readers; return requests and failures."""
    requests = Requests()
    kinds = (*PATHS, SESSION)
    tasks = [
        asyncio.create_task(_request_repeatedly(address, kind, requests))
        for address in addresses
        for kind in kinds
    ]
    async with httpx.AsyncClient(timeout=PATIENCE) as client:
        for _ in range(times):
            before = await _digests(client, replicas)
            next_exchange = time.monotonic() + EXCHANGE_INTERVAL
            _exchange(folder / "data" / "releases", folder / "edition")
            requests.failed["exchange"] += not await _is_replaced(client, replicas, before)
            await asyncio.sleep(next_exchange - time.monotonic())
    for task in tasks:
        task.cancel()
    for fault in await asyncio.gather(*tasks, return_exceptions=True):
        if isinstance(fault, Exception):
            raise fault
    slowest = {kind: round(seconds, 2) for kind, seconds in requests.slowest.items()}
    return {
        "swaps": times,
        "asked": dict(requests.times),
        "failed": dict(+requests.failed),
        "slowest": slowest,
    }


def _exchange(first: Path, second: Path) -> None:
    """Exchange two release folders with the renames of the runbook."""
    (first / ID).rename(first / f".{ID}.old")
    (second / ID).rename(first / ID)
    (first / f".{ID}.old").rename(second / ID)


async def _is_replaced(
    client: httpx.AsyncClient, replicas: Sequence[str], before: Sequence[str]
) -> bool:
    """Return whether every replica serves another edition than before, within PATIENCE."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        now = await _digests(client, replicas)
        if all(new != old for new, old in zip(now, before, strict=True)):
            return True
        await asyncio.sleep(0.1)
    return False


async def _digests(client: httpx.AsyncClient, replicas: Sequence[str]) -> list[str]:
    answers: list[Mapping[str, list[Mapping[str, str]]]] = [
        (await client.get(f"{replica}/readyz")).json() for replica in replicas
    ]
    return [_digest(answer["releases"]) for answer in answers]


def _digest(releases: Sequence[Mapping[str, str]]) -> str:
    return next(release["digest"] for release in releases if release["id"] == ID)


async def _request_repeatedly(address: str, kind: str, requests: Requests) -> None:
    """Request one kind repeatedly, each time as another reader, and count failures."""
    async with httpx.AsyncClient(timeout=PATIENCE) as client:
        while True:
            requests.times[kind] += 1
            reader, start = reader_address(requests.times.total()), time.monotonic()
            if kind == SESSION:
                succeeded = await _draws(address, reader)
            else:
                succeeded = await _answers(client, f"{address}{PATHS[kind]}", reader)
            requests.failed[kind] += not succeeded
            requests.slowest[kind] = max(requests.slowest.get(kind, 0.0), time.monotonic() - start)
            await asyncio.sleep(PAUSE)


async def _draws(address: str, reader: str) -> bool:
    try:
        async with await Tab.at(address, PATHS["page"], reader=reader) as tab:
            await tab.load()
    except LoadError:
        return False
    return True


async def _answers(client: httpx.AsyncClient, url: str, reader: str) -> bool:
    try:
        response = await client.get(url, headers={"X-Forwarded-For": reader})
    except httpx.HTTPError:
        return False
    return response.status_code == httpx.codes.OK
