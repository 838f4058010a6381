"""Write `docs/load.md` and its picture from `build/load.json`: the second half of `make load`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from referrals.errors import DataError
from tests.bench.load import EVERY, RESULT
from tests.bench.page import DOCS
from tests.bench.picture import Panel, svg

TITLE: Final = "How many readers one process carries"
PAGE: Final = """\
# Load

<!-- Written by `make load` from build/load.json. Do not edit. -->

Readers speak Streamlit's protocol, each in a session of its own on a topic page, and change a filter every few seconds at
fixed moments; waiting counts from the moment at which they meant to. Every answer is compared with what one reader alone was
shown. One process serves from one core, the readers come from another core of the same machine, and nothing is asserted.

Machine: {cores} cores, shared with other work: {load:.1f} tasks wanted them when this began. A unit, a million squares in plain
Python, took {unit_ms:.0f} ms of processor time: units travel between machines better than seconds, and processor time says
more than the clock.

![{title}: seconds until the page is drawn, by sessions. The table below has every number.](load.svg)

## One process, a change every {every:g} seconds

{one}

{breaks} A session holds {session:.2f} MiB. {idle} {comings}

## Replicas

{many}

## Requests a second

{requests}
"""
HEADER: Final = "| sessions | answers | p50 | p95 | p99 | processor time an answer | in units | memory | errors |"

Row = Mapping[str, Any]


def load(path: Path = RESULT) -> Row:
    """Return what was measured last.

    Raises:
        DataError: nothing was.
    """
    if not path.is_file():
        raise DataError(f"There is no {path.name}. Make it with `make load`.")
    found: Row = json.loads(path.read_text(encoding="utf-8"))
    return found


def table(rows: Sequence[Row], unit_ms: float) -> Iterator[str]:
    """Yield the lines of a table of steps."""
    yield HEADER
    yield "|" + "---:|" * 9
    for row in rows:
        waits = " | ".join(f"{row[name] * 1000:,.0f} ms" for name in ("p50", "p95", "p99"))
        yield (
            f"| {row['sessions']:,} | {row['answers']:,} | {waits} | {row['cpu_ms']:.1f} ms | {row['cpu_ms'] / unit_ms:.2f} | "
            f"{row['mib']:,.0f} MiB | {sum(row['errors'].values()):,} |"
        )


def a_session(rows: Sequence[Row]) -> float:
    """Return the MiB that one more session held, between the fewest and the most readers."""
    first, last = rows[0], rows[-1]
    return float((last["mib"] - first["mib"]) / max(last["sessions"] - first["sessions"], 1))


def breaking(rows: Sequence[Row]) -> str:
    """Return where the site broke, as a sentence: the last number carried within a second, and what came after."""
    carried = [row for row in rows if not row["errors"] and row["p95"] <= 1]
    broken = [row for row in rows if row not in carried]
    most = f"{carried[-1]['sessions']:,} sessions were answered within a second, 95 in 100." if carried else ""
    if not broken:
        return f"{most} It did not break."
    first = broken[0]
    return f"{most} At {first['sessions']:,} it took {first['p95']:.1f} s, with {sum(first['errors'].values())} errors."


def _idle(row: Row) -> str:
    return f"While {row['idle']:,} idle sockets were open, one reader's p95 was {row['p95'] * 1000:,.0f} ms."


def _comings(row: Row) -> str:
    first, last = row["mib_after_a_fifth"], row["mib_after_all"]
    return (
        f"After {row['visits'] // 5:,} visits the process held {first:,.0f} MiB, after {row['visits']:,} {last:,.0f} MiB "
        f"({(last - first) / first:+.1%})."
    )


def _requests(rates: Mapping[str, float | None]) -> Iterator[str]:
    for name, rate in rates.items():
        yield f"- {name}: {f'{rate:,.0f} a second' if rate else 'not served'}"


def page(found: Row) -> str:
    """Return the page, in Markdown."""
    rows, unit = found["steps"], found["unit_ms"]
    return PAGE.format(
        **{name: found[name] for name in ("cores", "load", "unit_ms")},
        title=TITLE,
        every=EVERY,
        one="\n".join(table(rows, unit)),
        breaks=breaking(rows),
        session=a_session(rows),
        idle=_idle(found["idle"]),
        comings=_comings(found["comings"]),
        many="\n".join(table(found["replicas"], unit)),
        requests="\n".join(_requests(found["requests"])),
    )


def picture(found: Row) -> str:
    """Return the two charts: how long readers wait, and what an answer costs."""
    rows = found["steps"]
    waits = {name: [(row["sessions"], row[name]) for row in rows] for name in ("p50", "p95", "p99")}
    costs = {"processor": [(row["sessions"], row["cpu_ms"] / 1000) for row in rows]}
    panels = [Panel("Until the page is drawn", "sessions", waits), Panel("Processor time an answer", "sessions", costs)]
    return svg(panels, title=TITLE, words=breaking(rows), what="Seconds")


def main(folder: Path = DOCS) -> None:
    """Write the page and its picture."""
    found = load()
    (folder / "load.svg").write_text(picture(found), encoding="utf-8")
    (folder / "load.md").write_text(page(found), encoding="utf-8")


if __name__ == "__main__":
    main()
