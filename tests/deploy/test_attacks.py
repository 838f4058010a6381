"""Denials of service from one address, through the deployed nginx: no other reader is refused.

What is asserted is work, not time: processor seconds and copies do not depend on how busy this
machine is. The waiting times of other readers are printed, and `make attack` shows them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping

import httpx
import pytest

from bench.load.attacks import (
    ATTACKS,
    Attack,
    distinct_requests,
    effect_of,
    many_sockets,
    scripts,
    tiny_frames,
    work_of,
)
from bench.servers.cluster import Cluster, cluster
from tests.fixtures.nginx_proxy import free_ports, needs_nginx

pytestmark = pytest.mark.slow

SECONDS = 6.0
MOST_WORK: Mapping[str, tuple[Attack, float]] = {
    "tiny frames": (lambda url: tiny_frames(url, SECONDS), 0.5),
    "a demand for more pages than a core draws, then silence": (
        lambda url: many_sockets(url, 1.0),
        4.0,
    ),
}
"""The processor seconds that an attack may cost. Without the limits both cost as many as there are.

A hundred sockets have one run each, and perhaps one that was waiting as they left.
"""


@pytest.fixture(scope="module")
def site() -> Iterator[Cluster]:
    """One replica behind nginx."""
    needs_nginx()
    port, *_ = free_ports(1)
    with cluster(1, port) as running:
        yield running


@pytest.mark.parametrize("name", MOST_WORK)
def test_an_attack_costs_a_replica_little_work(site: Cluster, name: str) -> None:
    attack, most = MOST_WORK[name]
    assert asyncio.run(work_of(site, attack)) < most


@pytest.mark.parametrize("name", ATTACKS)
def test_no_other_reader_is_refused_during_an_attack(
    site: Cluster, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    effect = asyncio.run(effect_of(site, name))
    with capsys.disabled():
        print(f"\n{name}: {effect.report()}")
    assert effect.bystanders.seconds.keys() == {"/healthz", "page", "session"}
    assert not +effect.bystanders.failed


def test_ever_new_addresses_leave_one_copy_of_each_file(site: Cluster) -> None:
    async def attack() -> list[tuple[int, int]]:
        await distinct_requests(site.url, SECONDS)
        async with httpx.AsyncClient() as client:
            answers = [
                await client.get(f"{site.url}{path}") for path in await scripts(client, site.url)
            ]
            return [(answer.status_code, len(answer.content)) for answer in answers]

    answers = asyncio.run(attack())
    assert {status for status, _ in answers} == {200}
    copies = [path for path in site.certificate.parent.glob("cache-*/**/*") if path.is_file()]
    # One for the reader's coding, one for the attacker's.
    assert 0 < len(copies) <= 2 * len(answers)
