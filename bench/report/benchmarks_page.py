"""The writer of `docs/measurements/benchmarks.md` and its chart: `make bench-page`.

It reads the results in `build/bench`.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from bench.growth import FINER_RECORDS, RESULTS, SIZES
from bench.report.chart import Panel, Points, svg
from referrals.errors import DataError
from referrals.paths import ROOT

MEASUREMENTS: Final = ROOT / "docs" / "measurements"
WORKS: Final = {
    "check": "Check every line of an extract against every rule",
    "tabulate": "Count the records of a database in published codes",
    "protect": "Round the small counts and make every exact total exact",
    "prove": "Write the release, build its witnesses, attack it and certify it",
}
COUNTED: Final[Sequence[str]] = ("protect", "prove")
"""Tasks that work on counts, not on records."""

STANDARD: Final = 10
TITLE: Final = "The cost of making a release"
HEADER: Final = "| | records | occupied cells | nationalities | by the clock | processors | in units | peak memory |"
PAGE: Final = """\
# Benchmarks

<!-- Written by `make bench-page` from build/bench/*.csv. Do not edit. -->

`make bench` measures and prints; `make bench-full` includes the largest sizes and takes a quarter of an hour. Nothing is
asserted. Each task ran in a separate process. A unit is the processor time that the same process took to add up a million
squares in plain Python: units compare better between machines than seconds. All records are invented.

Machine: {machine}. It was shared with other work: read processor time rather than the clock.

![{title}: processor time by records and by occupied cells. The table below has every number.](benchmarks.svg)

## Summary

{summary}
- **Cost follows occupied cells, not records**: {same}

## Measurements

{table}

An occupied cell is a combination of one quarter and five attributes that at least one record has. The peak of *prove*, if it
was measured, is that of a process that protected the counts first.

## The cost of protection to readers

Mean absolute error of sums of 1,336 records in ten nationalities and the rest, by age, sex, crime type, outcome and quarter,
over five secret seeds: for sums whose true value is not 0, and in brackets for all sums that the categories allow.

| | two-way sums | three-way sums | one-way totals | sums that add up, filters that are answered |
|---|---|---|---|---|
| ours | {two} | {three} | exact | everything adds up; every filter is answered |
| SmallCountRounding, base 5 | 2.49 | 2.28 | off by 1.9 | everything adds up |
| cell key | not measured | not measured | not measured | 18% of sums add up |
| each cell to the nearest 5 | not measured | not measured | not measured | 58% of sums add up; 4 counts could be worked out |
| suppression that is safe | exact where shown | exact where shown | exact | 45% to 48% of random filters are answered |

Of 2,000 random filters of one to four dimensions, ours answers {exact} exactly; the mean error over all is {filters}.

The target was at most 2.1 for two-way and 2.05 for three-way sums. Over all sums that the categories allow, both are met. Over
three-way sums whose true value is not 0, the target is missed: the table shows by how much, and compares SmallCountRounding.

We measured the other methods ourselves, on 1,336 invented records with the same published figures but without outcomes. The
tables differ, so the comparison is a rough one.
"""

Row = Mapping[str, str]


def results(name: str) -> list[Row]:
    """Return the rows of one file of results.

    Raises:
        DataError: the file does not exist.
    """
    path = RESULTS / f"{name}.csv"
    if not path.is_file():
        raise DataError(
            f"There is no {path.relative_to(ROOT)}. Make it with `make bench` or `make bench-full`."
        )
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def panels(rows: Sequence[Row]) -> list[Panel]:
    """Return the two charts: every task by records, and tasks on counts by cells."""
    standard = [row for row in rows if int(row["nationalities"]) in (0, STANDARD)]
    done = {row["work"] for row in rows if not row["note"]}
    by_records = {work: _points(standard, work, "records") for work in WORKS if work in done}
    by_cells = {work: _points(rows, work, "cells") for work in COUNTED if work in done}
    return [
        Panel("By records", "records", by_records),
        Panel("By occupied cells", "occupied cells", by_cells),
    ]


def _points(rows: Iterable[Row], work: str, across: str) -> Points:
    done = [row for row in rows if row["work"] == work and not row["note"]]
    return sorted((float(row[across]), float(row["processor_seconds"])) for row in done)


def sentences(rows: Sequence[Row]) -> Iterator[str]:
    """Yield one sentence per measured task."""
    for work, description in WORKS.items():
        own = [
            row
            for row in rows
            if row["work"] == work and int(row["nationalities"]) in (0, STANDARD)
        ]
        if len(own) <= 1:
            continue
        first, last = own[0], own[-1]
        times = float(last["processor_seconds"]) / float(first["processor_seconds"])
        more = int(last["records"]) / int(first["records"])
        cells = (
            f" and {int(last['cells']) / int(first['cells']):,.1f} times as many cells"
            if work in COUNTED
            else ""
        )
        yield (
            f"**{work}** ({description[0].lower()}{description[1:]}): {int(last['records']):,} records took {_seconds(last)} and "
            f"{int(last['peak_mib']):,} MiB at most; {more:,.0f} times as many records{cells} cost {times:,.1f} times as much."
        )


def _seconds(row: Row) -> str:
    return f"{float(row['processor_seconds']):,.1f} s of processor time"


def table(rows: Sequence[Row]) -> Iterator[str]:
    """Yield the lines of the table of results."""
    yield HEADER
    yield "|---|" + "---:|" * 7
    for row in rows:
        cells, groups = (
            f"{int(row[name]):,}" if row[name] != "0" else "" for name in ("cells", "nationalities")
        )
        spent = float(row["processor_seconds"])
        refused = " (refused: not published)" if row["note"] else ""
        yield (
            f"| {row['work']}{refused} | {int(row['records']):,} | {cells} | {groups} | {float(row['seconds']):,.1f} s | "
            f"{spent:,.1f} s | {spent / float(row['unit']):,.0f} | {int(row['peak_mib']):,} MiB |"
        )


def page(rows: Sequence[Row], errors: Mapping[str, float], machine: Iterable[Row]) -> str:
    """Return the page of benchmarks, in Markdown."""
    two, three = (
        f"{errors[name]:.2f} ({errors[f'{name}, with zeros']:.2f})"
        for name in ("two-way sums", "three-way sums")
    )
    return PAGE.format(
        machine=", ".join(f"{row['what']} {row['is']}" for row in machine),
        title=TITLE,
        summary="\n".join(f"- {sentence}" for sentence in sentences(rows)),
        same=_same_records(rows),
        table="\n".join(table(rows)),
        two=two,
        three=three,
        exact=f"{errors['random filters that are exact']:.0%}",
        filters=f"{errors['random filters']:.2f}",
    )


def _same_records(rows: Sequence[Row]) -> str:
    """Return the cost of the same records with fewer and with more cells, as a sentence."""
    same = [
        row for row in rows if row["work"] == "protect" and int(row["records"]) == FINER_RECORDS
    ]
    costs = [
        f"{_seconds(row)} for {int(row['cells']):,} cells"
        for row in sorted(same, key=lambda row: int(row["cells"]))
    ]
    return f"to protect the same {FINER_RECORDS:,} records in more and more nationalities takes {'; '.join(costs)}."


def main(folder: Path = MEASUREMENTS) -> None:
    """Write the page and its chart."""
    rows = [row for work in SIZES for row in results(work)]
    errors = {row["measure"]: float(row["error"]) for row in results("utility")}
    words = " ".join(sentence.replace("**", "") for sentence in sentences(rows))
    (folder / "benchmarks.svg").write_text(
        svg(panels(rows), title=TITLE, words=words), encoding="utf-8"
    )
    (folder / "benchmarks.md").write_text(page(rows, errors, results("machine")), encoding="utf-8")


if __name__ == "__main__":
    main()
