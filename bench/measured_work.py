"""One piece of work, measured in a process of its own, whose peak of memory is then that of the work.

    python -m bench.measured_work check 10000 build/bench/scratch

What a piece of work needs is made by another (`extract`, `database`) in the folder given. The last line of what is printed
is a JSON list of what was measured.
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
from referrals.publishing.release_builder.manifest import Imprint
from referrals.publishing.synthetic import extract
from referrals.publishing.tabulation import counts as tabulation
from referrals.publishing.tabulation.counts import Counts

YEAR: Final = "2020-21"
SEED: Final = 7
TODAY: Final = date(2026, 11, 23)
ASSESSED: Final = 1_336
"""So many records are made to agree with the published figures; other numbers of records promise none."""

NATIONALITIES: Final = 10
KEYS: Final = 5
"""How many secret seeds the errors are averaged over."""


@dataclass(frozen=True)
class Measured:
    """What a piece of work cost: seconds by the clock and of the processors, and the peak of the process's memory in MiB.

    `unit` is what a fixed piece of work took of the processor in the same process: machines differ, and are shared. `cells`
    are the smallest groups that occur; 0 where nothing was counted. `note` says what was refused.
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
    """Times one piece of work after another."""

    def __init__(self, records_: int, nationalities: int) -> None:
        self._records, self._nationalities, self._unit = records_, nationalities, unit()

    def measured(self, work: str, cells: Callable[[], int]) -> Measured:
        """Return what a piece of work cost, which returns how many cells there were."""
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
    """Return the processor seconds that adding up a million squares in plain Python takes: the least of five times."""
    return min(_seconds(lambda: sum(one * one for one in range(1_000_000))) for _ in range(5))


def _seconds(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def prepare(what: str, count: int, folder: Path) -> None:
    """Make what other work needs: an extract, or a database of records."""
    many = None if count == ASSESSED else count
    if what == "extract":
        extract.synthesise(folder / "extract.csv", year=YEAR, seed=SEED, records=many, force=True)
        return
    with tabulation.opened(folder) as connection:
        extract.fill(connection, year=YEAR, seed=SEED, records=many)


def check(count: int, folder: Path) -> Iterator[Measured]:
    """Hold an extract against every rule."""
    watch = Stopwatch(count, 0)
    yield watch.measured(
        "check", lambda: 0 * validate.check(folder / "extract.csv", today=TODAY).loaded
    )


def tabulate(count: int, folder: Path) -> Iterator[Measured]:
    """Count the records of a database."""
    watch = Stopwatch(count, NATIONALITIES)
    yield watch.measured("tabulate", lambda: len(counted(folder, NATIONALITIES).values))


def protect(count: int, folder: Path, nationalities: int = NATIONALITIES) -> Iterator[Measured]:
    """Protect the counts of a database; then write their release, build its proof, attack it and certify it."""
    counts, tables = counted(folder, nationalities), list[ProtectedTable]()
    watch, cells = Stopwatch(count, nationalities), len(counts.values)

    def protected() -> int:
        tables.append(rounding.protect(counts, agreed_facts.find(counts).facts, seed=SEED))
        return cells

    yield watch.measured("protect", protected)
    with tempfile.TemporaryDirectory() as out:

        def proved() -> int:
            imprint = Imprint(
                "bench",
                "illustrative",
                TODAY.isoformat(),
                {"nationalities": nationalities},
                inputs="",
            )
            rounded.write(Path(out) / "bench", tables, imprint)
            return cells

        yield watch.measured("prove", proved)


def counted(folder: Path, nationalities: int) -> Counts:
    """Return the counts of a database of records of one year, in the codes that would be published."""
    with tabulation.opened(folder) as connection:
        found = tabulation.categories(connection)
        recodes = recoding.recode(found, nationalities=nationalities, by_region=False)
        return tabulation.finest(connection, recodes, recoding.published_codes(found, recodes))[0]


def utility(folder: Path) -> list[dict[str, object]]:
    """Return how far the sums of protected counts are from the true ones, on average over several secret seeds."""
    counts = counted(folder, NATIONALITIES)
    facts = agreed_facts.find(counts).facts
    found = [errors_of(counts, rounding.protect(counts, facts, seed=seed)) for seed in range(KEYS)]
    return [
        {"measure": name, "error": statistics.mean(one[name] for one in found)} for name in found[0]
    ]


def main(what: str, count: int, folder: Path, nationalities: int) -> list[dict[str, object]]:
    """Do one piece of work, and return what was measured."""
    match what:
        case "extract" | "database":
            prepare(what, count, folder)
            return []
        case "check":
            return [asdict(one) for one in check(count, folder)]
        case "tabulate":
            return [asdict(one) for one in tabulate(count, folder)]
        case "protect":
            return [asdict(one) for one in protect(count, folder, nationalities)]
        case _:
            return utility(folder)


if __name__ == "__main__":
    asked, records_, to, *more = sys.argv[1:]
    print(json.dumps(main(asked, int(records_), Path(to), int(more[0]) if more else NATIONALITIES)))
