"""Make illustrative extracts: records of nobody, in the form of a record-level extract, every row marked as illustrative.

An extract of 2020-21 agrees with every figure that the assessment published at once, but for the one that contradicts the
others (sex not recorded: `referrals.publishing.synthetic.model` says why, and what is invented, which is all the rest). The file is
read back and counted before it gets its name, and is refused where a figure fails. Extracts of later years, and of any
number of records that is asked for, keep the shape and promise no figure.

The same seed, year and number of records give the same bytes. Everything that grows with the number of records is done by
DuckDB, row by row, so that memory does not grow with it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any, Final

import duckdb

from referrals import sql
from referrals.errors import DataError
from referrals.publishing.ledger import statements as ledgers
from referrals.publishing.synthetic import agreement, model
from referrals.publishing.synthetic.fitting import apportion
from referrals.publishing.synthetic.model import Planned
from referrals.reference.codelists import codelist

STREAMING: Final[dict[str, str | bool | int | float | list[str]]] = {
    "memory_limit": "1GB",
    "threads": 1,
    "preserve_insertion_order": False,
}
"""One thread writes rows as they come, in order. More would hold back whole batches in memory to put them in order."""

STEPS: Final = 1024
"""A combination's referrals start at one of so many places in the year: a power of two, so that no sum is rounded."""

LOTS: Final = 100
"""How many lots there are to draw a police force from, and for each crime type an outcome."""

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Summary:
    """What was made: `met` and `unmet` are the ids of published figures, both empty where no figure is promised."""

    path: Path
    rows: int
    year: str
    seed: int
    met: tuple[str, ...] = ()
    unmet: tuple[str, ...] = ()


def _silent(_said: str) -> None:
    """Report no progress."""


def synthesise(
    to: Path,
    *,
    year: str,
    seed: int,
    records: int | None = None,
    force: bool = False,
    progress: Progress = _silent,
) -> Summary:
    """Write an illustrative extract and return what was made. A kill at any moment leaves no half-written extract.

    Args:
        to: the CSV file to write, in a folder that exists.
        year: the year to March of the referrals, from `2020-21` on.
        seed: a whole number; another seed makes other records.
        records: how many, from 1 to 50 million; as many as the year has when it is left out.
        force: whether a file that is there already may be replaced.
        progress: takes a line of words as the work goes on.

    Raises:
        DataError: the file is there already or cannot be written, the year or the number is none that can be made, or the
            records do not meet a published figure.
    """
    if to.exists() and not force:
        raise DataError(
            f"{to.name} is there already. Write to another name, or ask for it to be replaced."
        )
    ledger = ledgers.load()
    partial = to.with_name(f".{to.name}.partial")
    try:
        with duckdb.connect(config=STREAMING) as connection:
            progress(f"Fitting the counts of {year}")
            rows = _draw(
                connection, model.plan(ledger, year=year, seed=seed, records=records), year, seed
            )
            progress(f"Writing {rows:,} illustrative records")
            connection.execute(sql.statement("synthetic/extract"))
            connection.view("extract").to_csv(str(partial), header=True)
        promised = model.starts(year) == model.FIRST and records is None
        met, unmet = agreement.figures(partial, ledger) if promised else ((), ())
        partial.replace(to)
    except (OSError, duckdb.IOException):
        raise DataError(
            f"{to.name} cannot be written. See that its folder exists, and has room for it."
        ) from None
    finally:
        partial.unlink(missing_ok=True)
    return Summary(to, rows, year, seed, met, unmet)


def fill(
    connection: duckdb.DuckDBPyConnection, *, year: str, seed: int, records: int | None = None
) -> int:
    """Create the table `records` of illustrative referrals in the codes of our codelists, and return how many it has.

    Raises:
        DataError: the year or the number is none that can be made.
    """
    with connection.cursor() as work:  # its temporary tables end with it
        rows = _draw(
            work, model.plan(ledgers.load(), year=year, seed=seed, records=records), year, seed
        )
        work.execute(sql.statement("synthetic/records"))
    return rows


def _draw(
    connection: duckdb.DuckDBPyConnection, planned: Sequence[Planned], year: str, seed: int
) -> int:
    """Leave the view `drawn` in a connection, one row per referral, and return how many it has."""
    random, label = Random(f"{seed}/{year}/days"), codelist("nationality").label
    rows = [
        {
            **asdict(one),
            "nationality_label": label(one.nationality),
            "phase": random.randrange(STEPS) / STEPS,
            "lots_before": LOTS * list(model.OUTCOMES).index(one.crime_type),
        }
        for one in planned
    ]
    connection.execute(sql.statement("synthetic/planned_cells"), {"rows": rows})
    connection.execute(sql.statement("synthetic/draw_tables"), _lots(year, seed))
    connection.execute(sql.statement("synthetic/daily_counts"), {"days": list(_days(year, seed))})
    connection.execute(sql.statement("synthetic/drawn_referrals"))
    return sum(one.referrals for one in planned)


def _lots(year: str, seed: int) -> dict[str, Any]:
    """Return the salt, the year, and the lots for police forces and for the outcomes of each crime type, drifted."""

    def hundred(shares: Mapping[str, int]) -> list[str]:
        drifted = {
            code: share * model.walk(code, year=year, seed=seed) for code, share in shares.items()
        }
        return [code for code, many in apportion(drifted, LOTS).items() for _ in range(many)]

    outcomes = [outcome for shares in model.OUTCOMES.values() for outcome in hundred(shares)]
    salt = Random(f"{seed}/{year}/draws").getrandbits(32)
    return {"salt": salt, "year": year, "forces": hundred(model.FORCES), "outcomes": outcomes}


def _days(year: str, seed: int) -> Iterator[dict[str, Any]]:
    """Yield each day of a year to March with the shares of the year's referrals before it and up to its end."""
    first = date(model.starts(year), 4, 1)
    days = [
        first + timedelta(days=one)
        for one in range((first.replace(year=first.year + 1) - first).days)
    ]
    lengths = Counter(_quarter(day) for day in days)
    shares = [
        share * model.walk(f"Q{one}", year=year, seed=seed)
        for one, share in enumerate(model.QUARTERS)
    ]
    until = 0.0
    for day in days:
        since = until
        until += shares[_quarter(day)] / lengths[_quarter(day)] / sum(shares)
        yield {"day": day, "since": since, "until": 1.0 if day == days[-1] else until}


def _quarter(day: date) -> int:
    """Return which quarter of its year to March a day is in: 0 for April to June."""
    return (day.month - 4) % 12 // 3
