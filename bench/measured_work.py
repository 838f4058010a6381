"""One task, measured in its own process, so that the peak memory is that of the task.

    python -m bench.measured_work check 10000 build/bench/scratch

The inputs of a task are made by another (`extract`, `database`) in the given folder. The last line
of the output is a JSON list of results.
"""

from __future__ import annotations

import json
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Final

from bench.utility import errors_of
from referrals.errors import DisclosureError
from referrals.publishing.disclosure import agreed_facts, recoding
from referrals.publishing.disclosure.rounding import protect as rounding
from referrals.publishing.disclosure.rounding.protect import ProtectedTable
from referrals.publishing.extract import validate
from referrals.publishing.release_builder import rounded
from referrals.publishing.release_builder.manifest import ReleaseInfo
from referrals.publishing.synthetic import extract
from referrals.publishing.tabulation import counts as tabulation
from referrals.publishing.tabulation.counts import Counts

YEAR: Final = "2020-21"
SEED: Final = 7
TODAY: Final = date(2026, 11, 23)
ASSESSED: Final = 1_336
"""This number of records agrees with the published figures; other numbers do not."""

NATIONALITIES: Final = 10
SEEDS: Final = 5
"""Number of secret seeds over which errors are averaged."""


@dataclass(frozen=True)
class Measured:
    """The cost of a task: elapsed and processor seconds, and the peak memory of the process in MiB.

    `unit` is the processor time of a fixed task in the same process, to compare machines. `cells`
    is the number of occupied finest cells, 0 if nothing was counted. `note` is "refused" if
    disclosure control refused the data.
    """

    work: str
    records: int
    cells: int
    nationalities: int
    seconds: float
    processor_seconds: float
    unit: float
    peak_mib: int
    note: str = ""


class Stopwatch:
    """Measures one task after another."""

    def __init__(self, records: int, nationalities: int) -> None:
        self._records, self._nationalities, self._unit = records, nationalities, unit()

    def measured(self, work: str, cells: Callable[[], int]) -> Measured:
        """Return the cost of a task, a function that returns its number of cells."""
        clock, processor, note, found = time.perf_counter(), time.process_time(), "", 0
        try:
            found = cells()
        except DisclosureError:
            note = "refused"
        return Measured(
            work,
            self._records,
            found,
            self._nationalities,
            round(time.perf_counter() - clock, 3),
            round(time.process_time() - processor, 3),
            round(self._unit, 4),
            round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
            note,
        )


def unit() -> float:
    """Return the processor seconds of a million squares in plain Python, the best of five."""
    return min(_seconds(_squares) for _ in range(5))


def _squares() -> int:
    return sum(number * number for number in range(1_000_000))


def _seconds(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def prepare(task: str, count: int, folder: Path) -> None:
    """Make the input of other tasks: an extract, or a database of records."""
    records = None if count == ASSESSED else count
    if task == "extract":
        extract.synthesise(
            folder / "extract.csv", year=YEAR, seed=SEED, records=records, force=True
        )
        return
    with tabulation.open_database(folder) as connection:
        extract.fill(connection, year=YEAR, seed=SEED, records=records)


def check(count: int, folder: Path) -> Iterator[Measured]:
    """Validate an extract against every rule."""

    def checked() -> int:
        validate.check(folder / "extract.csv", today=TODAY)
        return 0  # nothing is counted

    yield Stopwatch(count, 0).measured("check", checked)


def tabulate(count: int, folder: Path) -> Iterator[Measured]:
    """Count the records of a database."""
    stopwatch = Stopwatch(count, NATIONALITIES)
    yield stopwatch.measured("tabulate", lambda: len(counted(folder, NATIONALITIES).values))


def protect(count: int, folder: Path, nationalities: int = NATIONALITIES) -> Iterator[Measured]:
    """Protect the counts of a database; then write, prove, attack and certify the release."""
    counts, tables = counted(folder, nationalities), list[ProtectedTable]()
    stopwatch, cells = Stopwatch(count, nationalities), len(counts.values)

    def protected() -> int:
        tables.append(rounding.protect(counts, agreed_facts.find(counts).facts, seed=SEED))
        return cells

    yield stopwatch.measured("protect", protected)
    with tempfile.TemporaryDirectory() as out:

        def proved() -> int:
            info = ReleaseInfo(
                "bench",
                "synthetic",
                TODAY.isoformat(),
                {"nationalities": nationalities},
                inputs="",
            )
            rounded.write(Path(out) / "bench", tables, info)
            return cells

        yield stopwatch.measured("prove", proved)


def counted(folder: Path, nationalities: int) -> Counts:
    """Return the counts of one year's records, in the codes that would be published."""
    with tabulation.open_database(folder) as connection:
        found = tabulation.categories(connection)
        recodes = recoding.recode(found, nationalities=nationalities, by_region=False)
        year, codes = found[0].year, recoding.published_codes(found, recodes)
        return tabulation.finest(connection, {year: recodes}, {year: codes})[0]


def utility(folder: Path) -> list[dict[str, object]]:
    """Return the mean errors of sums of protected counts over several secret seeds."""
    counts = counted(folder, NATIONALITIES)
    facts = agreed_facts.find(counts).facts
    found = [errors_of(counts, rounding.protect(counts, facts, seed=seed)) for seed in range(SEEDS)]
    means: list[dict[str, object]] = []
    for name in found[0]:
        mean = statistics.mean(errors[name] for errors in found)
        means.append({"measure": name, "error": mean})
    return means


def main(task: str, count: int, folder: Path, nationalities: int) -> list[dict[str, object]]:
    """Run one task and return its results."""
    match task:
        case "extract" | "database":
            prepare(task, count, folder)
            return []
        case "check":
            return [asdict(result) for result in check(count, folder)]
        case "tabulate":
            return [asdict(result) for result in tabulate(count, folder)]
        case "protect":
            return [asdict(result) for result in protect(count, folder, nationalities)]
        case _:
            return utility(folder)


if __name__ == "__main__":
    task_name, record_count, to, *more = sys.argv[1:]
    separate = int(more[0]) if more else NATIONALITIES
    print(json.dumps(main(task_name, int(record_count), Path(to), separate)))
