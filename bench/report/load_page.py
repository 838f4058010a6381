"""The writer of `docs/measurements/load.md` and its chart: the second half of `make load`.

It reads the results in `build/load.json`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from bench.load.__main__ import CHANGE_INTERVAL, REPLICA_CHANGE_INTERVAL, RESULT
from bench.load.steps import sessions
from bench.report.benchmarks_page import MEASUREMENTS
from bench.report.chart import Panel, svg
from referrals.errors import DataError

TITLE: Final = "The readers that one process can serve"
PAGE: Final = """\
# Load

<!-- Written by `make load` from build/load.json. Do not edit. -->

Simulated readers speak Streamlit's protocol, each in a separate session on a topic page. They change a filter every few seconds
on a fixed schedule, and waiting counts from the scheduled moment. Every answer is compared with the one that a single reader
got, and a refused reader counts as an error. The site runs with the image's start command. Nothing is asserted.

Machine: {cores} cores, shared with other work: {load:.1f} was their load average at the start. A unit, a million squares in plain
Python, took {unit_ms:.0f} ms of processor time: units compare better between machines than seconds, and processor time
better than the clock. The simulated readers use the same cores: their share of one core is in the column `readers`.{in_time}

![{title}: seconds until the page is drawn, by sessions. The table below has every number.](load.svg)

## One process on one core, a change every {every:g} seconds

{single_process}

{breaks} {session}{idle} {visits}

{capacity}

## Plain Streamlit on the same core

{plain}

## Replicas behind nginx

{replicas}

## Requests a second

{requests}
"""
NO_NGINX: Final = "Not measured: nginx was not installed, or there was no time left."
LATE: Final = (
    " This run was cut short when its time was over: measurements missing below were not made."
)
WELL: Final = 0.05
"""The p95 in seconds within which a core counts as serving its readers well."""

PERCENTILES: Final = ("p50", "p95", "p99")
COLUMNS: Final = (
    "sessions",
    "answers",
    *PERCENTILES,
    "processor time an answer",
    "in units",
    "memory",
    "readers",
    "errors",
)

Row = Mapping[str, Any]


def load(path: Path = RESULT) -> Row:
    """Return the latest results.

    Raises:
        DataError: there are no results.
    """
    found: Row = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    if "steps" not in found:
        raise DataError(f"There is no {path.name}, or nothing in it. Make it with `make load`.")
    return found


def table(rows: Sequence[Row], unit_ms: float, *, first: str = "") -> Iterator[str]:
    """Yield the lines of a table of steps, with a leading column `first` if it is named."""
    columns = [first, *COLUMNS] if first else [*COLUMNS]
    yield f"| {' | '.join(columns)} |"
    yield "|" + "---:|" * len(columns)
    for row in rows:
        cells = [str(row[first])] if first else []
        cells += [sessions(row), f"{row['answers']:,}"]
        cells += [_per_answer(row, f"{row[name] * 1000:,.0f} ms") for name in PERCENTILES]
        cells += [
            _per_answer(row, f"{row['cpu_ms']:.1f} ms"),
            _per_answer(row, f"{row['cpu_ms'] / unit_ms:.2f}"),
            f"{row['mib']:,.0f} MiB",
        ]
        cells += [f"{row['client']:.0%}", f"{sum(row['errors'].values()):,}"]
        yield f"| {' | '.join(cells)} |"


def _per_answer(row: Row, value: str) -> str:
    """Return a value that exists only if there was an answer."""
    return value if row["answers"] else "–"


def session_memory(rows: Sequence[Row]) -> str:
    """Return a sentence with the MiB per additional session; none if one step alone was answered."""
    answered = [row for row in rows if row["answers"]]
    if len(answered) < 2:
        return ""
    first, last = answered[0], answered[-1]
    each = (last["mib"] - first["mib"]) / max(last["sessions"] - first["sessions"], 1)
    return f"A session holds {each:.2f} MiB."


def breaking(rows: Sequence[Row]) -> str:
    """Return the breaking point as a sentence: the last good step and the first bad one."""
    carried = [row for row in rows if not row["errors"] and row["p95"] <= 1]
    broken = [row for row in rows if row not in carried]
    most = ""
    if carried:
        most = f"{carried[-1]['sessions']:,} sessions were answered within a second, 95 in 100."
    if not broken:
        return f"{most} It did not break."
    first = broken[0]
    return f"{most} At {first['sessions']:,} it took {first['p95']:.1f} s, with {sum(first['errors'].values())} errors."


def _idle(row: Row | None) -> str:
    if row is None:
        return ""
    return f" While {row['idle']:,} idle sockets were open, one reader's p95 was {row['p95'] * 1000:,.0f} ms."


def _visits(row: Row | None) -> str:
    if row is None:
        return ""
    first, last = row["mib_after_a_fifth"], row["mib_after_all"]
    return (
        f"After {row['visits'] // 5:,} visits the process held {first:,.0f} MiB, after {row['visits']:,} {last:,.0f} MiB "
        f"({(last - first) / first:+.1%})."
    )


def _requests(rates: Mapping[str, float | None]) -> Iterator[str]:
    for name, rate in rates.items():
        rate_text = f"{rate:,.0f} a second" if rate else "not served"
        yield f"- {name}: {rate_text}"


def capacity(rows: Sequence[Row]) -> str:
    """Return how many readers a core served without errors within WELL seconds, as a sentence."""
    served = [row["sessions"] for row in rows if not row["errors"] and row["p95"] <= WELL]
    most = max(served, default=0)
    return (
        f"**Readers a core:** {most:,} were answered within {WELL * 1000:.0f} ms, 95 in 100, with no "
        f"errors. So two cores serve {2 * most:,} and four {4 * most:,}, each with a replica of its "
        "own: replicas share nothing."
    )


def _plain(rows: Sequence[Row] | None, unit_ms: float) -> str:
    if not rows:
        return "Not measured: there was no time left."
    lines = "\n".join(table(rows, unit_ms))
    return (
        f"`streamlit run` with its own settings, one filter and two lines of text.\n\n{lines}\n\n"
        f"{session_memory(rows)}"
    ).rstrip()


def replicas(found: Row) -> Iterator[str]:
    """Yield the results behind nginx as paragraphs."""
    if "replicas" in found:
        yield "\n".join(table(found["replicas"], found["unit_ms"], first="replicas"))
        yield (
            f"A change every {REPLICA_CHANGE_INTERVAL:g} seconds. The replicas, nginx and the readers share {found['cores']} cores here: "
            "this shows that readers are spread and see the same figures, not how many readers the replicas could serve."
        )
    if killed := found.get("killed"):
        yield (
            f"One of three was killed under {killed['sessions']:,} readers: {killed['returned']:,} lost their socket, opened "
            f"the same address again and were shown the same selection; {killed['lost']:,} were lost. The slowest in a "
            f"hundred answers took {killed['p99']:.1f} s."
        )
    if swapped := found.get("swapped"):
        requests = ", ".join(
            f"{name} {times:,} times (the slowest answer took {swapped['slowest'][name]:.1f} s)"
            for name, times in swapped["asked"].items()
        )
        yield (
            f"A release was exchanged {swapped['swaps']} times under readers, who requested from nginx and directly from one replica: "
            f"{requests}. {sum(swapped['failed'].values()):,} of these requests failed."
        )


def page(found: Row) -> str:
    """Return the page, in Markdown."""
    rows = found["steps"]
    return PAGE.format(
        **{name: found[name] for name in ("cores", "load", "unit_ms")},
        in_time="" if found["in_time"] else LATE,
        title=TITLE,
        every=CHANGE_INTERVAL,
        single_process="\n".join(table(rows, found["unit_ms"])),
        breaks=breaking(rows),
        session=session_memory(rows),
        idle=_idle(found.get("idle")),
        capacity=capacity(rows),
        plain=_plain(found.get("plain"), found["unit_ms"]),
        visits=_visits(found.get("comings")),
        replicas="\n\n".join(replicas(found)) or NO_NGINX,
        requests="\n".join(_requests(found.get("requests", {}))),
    )


def picture(found: Row) -> str:
    """Return the two charts: the waiting time of readers, and the cost of an answer."""
    rows = [row for row in found["steps"] if row["answers"]]
    waits = {}
    for name in PERCENTILES:
        waits[name] = [(row["sessions"], row[name]) for row in rows]
    costs = {"processor": [(row["sessions"], row["cpu_ms"] / 1000) for row in rows]}
    panels = [
        Panel("Until the page is drawn", "sessions", waits),
        Panel("Processor time an answer", "sessions", costs),
    ]
    return svg(panels, title=TITLE, words=breaking(found["steps"]), quantity="Seconds")


def main(folder: Path = MEASUREMENTS) -> None:
    """Write the page and its chart."""
    found = load()
    (folder / "load.svg").write_text(picture(found), encoding="utf-8")
    (folder / "load.md").write_text(page(found), encoding="utf-8")


if __name__ == "__main__":
    main()
