"""Load steps: waiting times and costs at one number of readers after another."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from bench.load.crowd import Crowd, Shown, Tally, crowd
from bench.load.process_cost import open_files, processor_seconds, resident_mib

BREAKING_P99: Final = 5.0
"""A p99 in seconds above which no further readers are added."""

PERCENTILES: Final = (50, 95, 99)

Row = dict[str, Any]


@dataclass(frozen=True)
class Served:
    """A site under test: its addresses and process ids."""

    addresses: Sequence[str]
    pids: Sequence[int]


@dataclass
class Cost:
    """Processor seconds of the site and of the readers, and elapsed seconds."""

    site: float = 0.0
    readers: float = 0.0
    clock: float = 0.0


@contextmanager
def cost_of(served: Served) -> Iterator[Cost]:
    """Yield the cost of a block, filled in when it ends."""
    cost = Cost()
    site, readers, clock = _processors(served), time.process_time(), time.perf_counter()
    yield cost
    cost.site = _processors(served) - site
    cost.readers, cost.clock = time.process_time() - readers, time.perf_counter() - clock


def _processors(served: Served) -> float:
    return sum(processor_seconds(pid) for pid in served.pids)


def waits(tally: Tally) -> Row:
    """Return the percentiles of the waiting times, and the errors."""
    percentiles = {f"p{percent}": round(tally.percentile(percent), 4) for percent in PERCENTILES}
    return {"answers": len(tally.seconds), **percentiles, "errors": dict(tally.errors)}


def row(tally: Tally, served: Served, cost: Cost, *, present: int, wanted: int) -> Row:
    """Return the result of one step with `present` of the `wanted` readers."""
    answers = max(len(tally.seconds), 1)
    return {
        "sessions": present,
        "wanted": wanted,
        **waits(tally),
        "cpu_ms": round(cost.site / answers * 1000, 2),
        "client": round(cost.readers / max(cost.clock, 0.001), 4),
        "messages": round(tally.messages / answers, 1),
        "kilobytes": round(tally.size / answers / 1000, 1),
        "mib": round(sum(resident_mib(pid) for pid in served.pids), 1),
        "files": sum(open_files(pid) for pid in served.pids),
    }


async def step(readers: Crowd, served: Served, wanted: int, every: float, stay: float) -> Row:
    """Measure one number of readers, print the result and return it."""
    await readers.grow(wanted)
    present = readers.present
    with cost_of(served) as cost:
        tally = await readers.browse(every, stay)
    measured = row(tally, served, cost, present=present, wanted=wanted)
    print_row(measured)
    return measured


async def steps(
    served: Served, shown: Shown, numbers: Sequence[int], every: float, stay: float
) -> AsyncIterator[Row]:
    """Yield the result at each number of readers of the shown pages, until the site breaks."""
    paths = tuple(dict.fromkeys(path for path, _ in shown))
    async with crowd(served.addresses, shown, paths) as readers:
        for wanted in numbers:
            found = await step(readers, served, wanted, every, stay)
            yield found
            if found["errors"] or found["p99"] > BREAKING_P99:
                break


def sessions(row: Mapping[str, Any]) -> str:
    """Return the number of readers, and the wanted number if that is larger.

    >>> sessions({"sessions": 800, "wanted": 800}), sessions({"sessions": 790, "wanted": 800})
    ('800', '790 of 800')
    """
    if row["sessions"] < row["wanted"]:
        return f"{row['sessions']:,} of {row['wanted']:,}"
    return f"{row['sessions']:,}"


def print_row(row: Row) -> None:
    """Print one step."""
    print(
        f"{sessions(row):>14} {row['answers']:>8,} {row['p50'] * 1000:>8,.0f} "
        f"{row['p95'] * 1000:>8,.0f} {row['p99'] * 1000:>8,.0f} {row['cpu_ms']:>8.1f} "
        f"{row['mib']:>8.0f} {row['client']:>8.0%} {sum(row['errors'].values()):>7,}",
        flush=True,
    )
    for error, times in row["errors"].items():
        print(f"{times:>16,} times: {error}", flush=True)


def heading(title: str) -> None:
    """Print a title and the column names."""
    print(
        f"\n{title}\n      sessions  answers   p50 ms   p95 ms   p99 ms   CPU ms      MiB"
        "   client  errors",
        flush=True,
    )
