"""The cost of making a release by number of records: `make bench`, `make bench-full`.

Printed and written to `build/bench`; nothing is asserted. Each task runs in its own process
(`bench.measured_work`). `--full` adds the sizes that the method is meant for: a million records
checked, fifty million counted, 126,000 protected and proved. Named tasks
(`python -m bench.growth protect`) are measured alone.
"""

from __future__ import annotations

import csv
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import version
from typing import Any, Final

from referrals.paths import ROOT

RESULTS: Final = ROOT / "build" / "bench"
SIZES: Final[Mapping[str, tuple[str, Sequence[int]]]] = {
    "check": ("extract", (1_000, 10_000, 100_000, 300_000)),
    "tabulate": ("database", (10_000, 100_000, 1_000_000, 5_000_000)),
    "protect": ("database", (1_336, 4_000, 12_600, 40_000)),
}
"""The input that each task needs, and the numbers of records at which it is measured."""

FULL: Final[Mapping[str, int]] = {"check": 1_000_000, "tabulate": 50_000_000, "protect": 126_000}
FINER: Final = (3, 30)
"""Numbers of separate nationalities for repeated runs with fewer and more cells."""

FINER_RECORDS: Final = 12_600
ASSESSED: Final = 1_336
"""The records of the published assessment."""

ENGINES: Final = ("duckdb", "numpy", "highspy")

Row = Mapping[str, Any]


def measured(work: str, *, full: bool) -> Iterator[Row]:
    """Yield the cost of one task at each of its sizes."""
    source, sizes = SIZES[work]
    for records in (*sizes, FULL[work]) if full else sizes:
        yield from _measured(work, source, records)
    if full and work == "protect":
        for nationalities in FINER:
            yield from _measured(work, source, FINER_RECORDS, nationalities)


def utility() -> list[Row]:
    """Return the errors of sums of protected counts, for ASSESSED records."""
    return _measured("utility", "database", ASSESSED)


def _measured(work: str, source: str, records: int, *more: int) -> list[Row]:
    with tempfile.TemporaryDirectory(dir=RESULTS) as scratch:
        _child(source, records, scratch)
        return _child(work, records, scratch, *more)


def _child(work: str, records: int, folder: str, *more: int) -> list[Row]:
    command = [
        sys.executable,
        "-m",
        "bench.measured_work",
        work,
        str(records),
        folder,
        *map(str, more),
    ]
    ran = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    rows: list[Row] = json.loads(ran.stdout.splitlines()[-1])
    return rows


def machine() -> list[Row]:
    """Return a general description of the machine."""
    memory = 0
    if hasattr(os, "sysconf"):
        memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    facts = {
        "cores": os.cpu_count(),
        "memory": f"{memory / 2**30:.0f} GiB",
        "system": f"{platform.system()} on {platform.machine()}",
        "Python": platform.python_version(),
        **{name: version(name) for name in ENGINES},
    }
    return [{"what": what, "is": value} for what, value in facts.items()]


def line(row: Row) -> str:
    """Return a result as a table row."""
    cells = f"{row['cells']:,}" if row["cells"] else ""
    return (
        f"{row['work']:10}{row['records']:>12,}{cells:>9}{row['seconds']:>10.2f} s"
        f"{row['processor_seconds']:>10.2f} s{row['processor_seconds'] / row['unit']:>10,.0f}x"
        f"{row['peak_mib']:>9,} MiB  {row['note']}"
    )


def write(name: str, rows: Sequence[Row]) -> None:
    """Write rows to a CSV file of the results."""
    with (RESULTS / f"{name}.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def main(works: Sequence[str], *, full: bool) -> None:
    """Measure, print each result, and write them all."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    print(
        f"\n{'':10}{'records':>12}{'cells':>9}{'clock':>12}{'processors':>12}"
        f"{'of a unit':>11}{'peak memory':>13}"
    )
    for work in works or SIZES:
        rows: list[Row] = []
        for row in measured(work, full=full):
            print(line(row), flush=True)
            rows.append(row)
            write(work, rows)
    errors = utility()
    write("utility", errors)
    write("machine", machine())
    print("\nmean error of", ", ".join(f"{row['measure']}: {row['error']:.2f}" for row in errors))
    print(
        "A unit is the processor time of adding up a million squares in plain Python, "
        "in the same process."
    )


if __name__ == "__main__":
    main([name for name in sys.argv[1:] if name in SIZES], full="--full" in sys.argv[1:])
