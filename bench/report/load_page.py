"""Write `docs/measurements/load.md` and its chart from `build/load.json`: the second half of `make load`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from bench.load.__main__ import EVERY, REPLICA_EVERY, RESULT
from bench.load.steps import sessions
from bench.report.benchmarks_page import MEASUREMENTS
from bench.report.chart import Panel, svg
from referrals.errors import DataError

TITLE: Final = "How many readers one process carries"
PAGE: Final = """\
# Load

<!-- Written by `make load` from build/load.json. Do not edit. -->

Readers speak Streamlit's protocol, each in a session of its own on a topic page, and change a filter every few seconds at
fixed moments; waiting counts from the moment at which they meant to. Every answer is compared with what one reader alone was
shown, and whoever was not let in counts among the errors. The site is served by the command of the image. Nothing is asserted.

Machine: {cores} cores, shared with other work: {load:.1f} tasks wanted them when this began. A unit, a million squares in plain
Python, took {unit_ms:.0f} ms of processor time: units travel between machines better than seconds, and processor time says
more than the clock. The readers share the cores with what they measure: their own share of one core is in the column
`readers`.{in_time}

![{title}: seconds until the page is drawn, by sessions. The table below has every number.](load.svg)

## One process on one core, a change every {every:g} seconds

{one}

{breaks} {session}{idle} {comings}

## Replicas behind nginx

{replicas}

## Requests a second

{requests}
"""
NO_NGINX: Final = "Not measured: nginx was not installed, or there was no time left."
LATE: Final = (
    " This run was cut short when its time was over: what is missing below was not measured."
)
COLUMNS: Final = (
    "sessions",
    "answers",
    "p50",
    "p95",
    "p99",
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
        DataError: there are none.
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
        cells += [f"{row[name] * 1000:,.0f} ms" for name in ("p50", "p95", "p99")]
        cells += [
            f"{row['cpu_ms']:.1f} ms",
            f"{row['cpu_ms'] / unit_ms:.2f}",
            f"{row['mib']:,.0f} MiB",
        ]
        cells += [f"{row['client']:.0%}", f"{sum(row['errors'].values()):,}"]
        yield f"| {' | '.join(cells)} |"


def a_session(rows: Sequence[Row]) -> float:
    """Return the MiB per additional session, between the first and the last step."""
    first, last = rows[0], rows[-1]
    return float((last["mib"] - first["mib"]) / max(last["sessions"] - first["sessions"], 1))


def breaking(rows: Sequence[Row]) -> str:
    """Return the breaking point as a sentence: the last good step and the first bad one."""
    carried = [row for row in rows if not row["errors"] and row["p95"] <= 1]
    broken = [row for row in rows if row not in carried]
    most = (
        f"{carried[-1]['sessions']:,} sessions were answered within a second, 95 in 100."
        if carried
        else ""
    )
    if not broken:
        return f"{most} It did not break."
    first = broken[0]
    return f"{most} At {first['sessions']:,} it took {first['p95']:.1f} s, with {sum(first['errors'].values())} errors."


def _idle(row: Row | None) -> str:
    if row is None:
        return ""
    return f" While {row['idle']:,} idle sockets were open, one reader's p95 was {row['p95'] * 1000:,.0f} ms."


def _comings(row: Row | None) -> str:
    if row is None:
        return ""
    first, last = row["mib_after_a_fifth"], row["mib_after_all"]
    return (
        f"After {row['visits'] // 5:,} visits the process held {first:,.0f} MiB, after {row['visits']:,} {last:,.0f} MiB "
        f"({(last - first) / first:+.1%})."
    )


def _requests(rates: Mapping[str, float | None]) -> Iterator[str]:
    for name, rate in rates.items():
        yield f"- {name}: {f'{rate:,.0f} a second' if rate else 'not served'}"


def replicas(found: Row) -> Iterator[str]:
    """Yield the results behind nginx as paragraphs."""
    if "replicas" in found:
        yield "\n".join(table(found["replicas"], found["unit_ms"], first="replicas"))
        yield (
            f"A change every {REPLICA_EVERY:g} seconds. The replicas, nginx and the readers share {found['cores']} cores here: "
            "this says that readers are spread and shown the same, not what so many replicas can carry."
        )
    if killed := found.get("killed"):
        yield (
            f"One of three was killed under {killed['sessions']:,} readers: {killed['returned']:,} lost their socket, opened "
            f"the same address again and were shown the same selection; {killed['lost']:,} were lost. The slowest in a "
            f"hundred answers took {killed['p99']:.1f} s."
        )
    if swapped := found.get("swapped"):
        asked = ", ".join(
            f"{name} {times:,} times (the slowest answer took {swapped['slowest'][name]:.1f} s)"
            for name, times in swapped["asked"].items()
        )
        yield (
            f"A release was exchanged {swapped['swaps']} times under readers, who asked nginx and one replica itself for: "
            f"{asked}. {sum(swapped['failed'].values()):,} of these requests failed."
        )


def page(found: Row) -> str:
    """Return the page, in Markdown."""
    rows = found["steps"]
    return PAGE.format(
        **{name: found[name] for name in ("cores", "load", "unit_ms")},
        in_time="" if found["in_time"] else LATE,
        title=TITLE,
        every=EVERY,
        one="\n".join(table(rows, found["unit_ms"])),
        breaks=breaking(rows),
        session=f"A session holds {a_session(rows):.2f} MiB.",
        idle=_idle(found.get("idle")),
        comings=_comings(found.get("comings")),
        replicas="\n\n".join(replicas(found)) or NO_NGINX,
        requests="\n".join(_requests(found.get("requests", {}))),
    )


def picture(found: Row) -> str:
    """Return the two charts: how long readers wait, and what an answer costs."""
    rows = [row for row in found["steps"] if row["answers"]]
    waits = {name: [(row["sessions"], row[name]) for row in rows] for name in ("p50", "p95", "p99")}
    costs = {"processor": [(row["sessions"], row["cpu_ms"] / 1000) for row in rows]}
    panels = [
        Panel("Until the page is drawn", "sessions", waits),
        Panel("Processor time an answer", "sessions", costs),
    ]
    return svg(panels, title=TITLE, words=breaking(found["steps"]), what="Seconds")


def main(folder: Path = MEASUREMENTS) -> None:
    """Write the page and its chart."""
    found = load()
    (folder / "load.svg").write_text(picture(found), encoding="utf-8")
    (folder / "load.md").write_text(page(found), encoding="utf-8")


if __name__ == "__main__":
    main()
