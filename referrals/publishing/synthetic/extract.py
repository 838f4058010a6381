"""Synthetic extracts: invented people in the form of a record-level extract, every row marked.

Called by the command `synthesise` and by the benchmarks. An extract of 2020-21 agrees with every
published figure at once, except the one that contradicts the others (sex not recorded). `model`
explains why. Everything else is invented. The file is read back and counted before it gets its
name, and refused if a figure fails. Extracts of later years, or with a chosen number of records,
keep the proportions and promise no figure. A release made from these is never served, because it
has real nationalities. An extract of an example year (`example`) has neither real nationalities nor
real dates: the worked example is made from it.

The same seed, year and number of records give the same bytes. DuckDB does everything that grows
with the number of records, row by row, so memory does not grow with it.
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
from referrals.publishing.ledger.statements import Ledger
from referrals.publishing.synthetic import agreement, example, invented_shares, model
from referrals.publishing.synthetic.fitting import apportion
from referrals.publishing.synthetic.model import PlannedCell
from referrals.reference import periods
from referrals.reference.codelists import codelist
from referrals.release.release import EXAMPLE, SYNTHETIC

STREAMING: Final[dict[str, str | bool | int | float | list[str]]] = {
    "memory_limit": "1GB",
    "threads": 1,
    "preserve_insertion_order": False,
}
"""One thread writes rows as they come, in order. More would buffer whole batches to sort them."""

MAX_RECORDS: Final = 50_000_000

PHASES: Final = 1024
"""The referrals of a cell start at one of this many phases of the year.

A power of two, so that sums of them are exact in floating point.
"""

DRAW_TABLE_SIZE: Final = 100
"""The equally likely entries from which a force, or the outcome of a crime type, is drawn."""

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Summary:
    """The extract that was written. `met` and `unmet` are ids of published figures, if promised."""

    path: Path
    rows: int
    year: str
    seed: int
    met: tuple[str, ...] = ()
    unmet: tuple[str, ...] = ()


def _no_progress(_text: str) -> None:
    """Ignore a report of progress."""


def synthesise(  # noqa: PLR0913  each is an option of the command
    to: Path,
    *,
    year: str,
    seed: int,
    records: int | None = None,
    force: bool = False,
    progress: Progress = _no_progress,
) -> Summary:
    """Write an extract of invented records. A kill at any moment leaves no half-written extract.

    Args:
        to: the CSV file to write, in a folder that exists.
        year: the year to March of the referrals, from `2020-21` on, or an example year (`EY1`).
        seed: a whole number; another seed makes other records.
        records: the number of records, from 1 to 50 million; by default as many as the model has.
        force: whether an existing file may be replaced.
        progress: called with a line of text at each step.

    Raises:
        DataError: the file exists, is a folder or cannot be written, the year or number of records
            is not valid, or the records do not meet a published figure.
    """
    if to.is_dir():
        raise DataError(f"{to} is a folder. Name the file to write in it.")
    if to.exists() and not force:
        raise DataError(f"{to.name} already exists. Choose another name, or use --force.")
    ledger = ledgers.load()
    partial = to.with_name(f".{to.name}.partial")
    try:
        with duckdb.connect(config=STREAMING) as connection:
            progress(f"Fitting the counts of {year}")
            cells = _plan(ledger, year, seed, records)
            rows = _draw(connection, cells, year, seed)
            progress(f"Writing {rows:,} {_channel(year)} records")
            connection.execute(sql.statement("synthetic/extract"))
            connection.view("extract").to_csv(str(partial), header=True)
        is_promised = year == model.PUBLISHED_YEAR and records is None
        met, unmet = agreement.check_figures(partial, ledger) if is_promised else ((), ())
        partial.replace(to)
    except (OSError, duckdb.IOException):
        raise DataError(
            f"{to.name} cannot be written. Check that its folder exists and has room for it."
        ) from None
    finally:
        partial.unlink(missing_ok=True)
    return Summary(to, rows, year, seed, met, unmet)


def fill(
    connection: duckdb.DuckDBPyConnection, *, year: str, seed: int, records: int | None = None
) -> int:
    """Create the table `records` with invented referrals in codes, and return its row count.

    Raises:
        DataError: the year or the number of records is not valid.
    """
    cells = _plan(ledgers.load(), year, seed, records)
    # Temporary tables end with this cursor.
    with connection.cursor() as cursor:
        rows = _draw(cursor, cells, year, seed)
        cursor.execute(sql.statement("synthetic/records"))
    return rows


def _plan(ledger: Ledger, year: str, seed: int, records: int | None) -> list[PlannedCell]:
    if records is not None and not 1 <= records <= MAX_RECORDS:
        raise DataError(f"{records:,} records cannot be made. Ask for 1 to {MAX_RECORDS:,}.")
    if periods.is_example(year):
        return example.plan(year=year, seed=seed, records=records)
    return model.plan(ledger, year=year, seed=seed, records=records)


def _channel(year: str) -> str:
    """Return the channel of every record, which marks it as invented."""
    return EXAMPLE if periods.is_example(year) else SYNTHETIC


def _draw(
    connection: duckdb.DuckDBPyConnection, cells: Sequence[PlannedCell], year: str, seed: int
) -> int:
    """Create the view `drawn_referrals`, one row per referral, and return its row count."""
    random = Random(f"{seed}/{year}/days")
    label = codelist("nationality", is_example=periods.is_example(year)).label
    crime_types = list(invented_shares.OUTCOME_SHARES)
    rows = [
        {
            **asdict(cell),
            "nationality_label": label(cell.nationality),
            "phase": random.randrange(PHASES) / PHASES,
            "outcome_offset": DRAW_TABLE_SIZE * crime_types.index(cell.crime_type),
        }
        for cell in cells
    ]
    connection.execute(sql.statement("synthetic/planned_cells"), {"rows": rows})
    connection.execute(sql.statement("synthetic/draw_tables"), _draw_tables(year, seed))
    connection.execute(sql.statement("synthetic/daily_counts"), {"days": list(_days(year, seed))})
    connection.execute(sql.statement("synthetic/drawn_referrals"))
    return sum(cell.referrals for cell in cells)


def _draw_tables(year: str, seed: int) -> dict[str, Any]:
    """Return the parameters of `synthetic/draw_tables`, with shares drifted to the year."""

    def draw_table(shares: Mapping[str, int]) -> list[str]:
        drifted = {
            code: share * model.drift(code, year=year, seed=seed) for code, share in shares.items()
        }
        entries = apportion(drifted, DRAW_TABLE_SIZE)
        return [code for code, count in entries.items() for _ in range(count)]

    outcomes: list[str] = []
    for shares in invented_shares.OUTCOME_SHARES.values():
        outcomes += draw_table(shares)
    salt = Random(f"{seed}/{year}/draws").getrandbits(32)
    forces = draw_table(invented_shares.FORCE_SHARES)
    return {
        "salt": salt,
        "year": year,
        "channel": _channel(year),
        "forces": forces,
        "outcomes": outcomes,
    }


def _days(year: str, seed: int) -> Iterator[dict[str, Any]]:
    """Yield each day of a year, with the shares before the day and up to its end."""
    is_example = periods.is_example(year)
    first = example.first_day(year) if is_example else date(model.start_year(year), 4, 1)
    quarter_shares = example.QUARTER_SHARES if is_example else invented_shares.QUARTER_SHARES
    length = (first.replace(year=first.year + 1) - first).days
    days = [first + timedelta(days=number) for number in range(length)]
    days_in_quarter = Counter(_quarter(day, first) for day in days)
    shares = [
        share * model.drift(f"Q{quarter}", year=year, seed=seed)
        for quarter, share in enumerate(quarter_shares)
    ]
    after = 0.0
    for day in days:
        before = after
        quarter = _quarter(day, first)
        after += shares[quarter] / days_in_quarter[quarter] / sum(shares)
        # Rounding must not lose the last referral of the year.
        end = 1.0 if day == days[-1] else after
        yield {"day": day, "share_before": before, "share_after": end}


def _quarter(day: date, first: date) -> int:
    """Return which quarter of the year that starts on the first day a day is in, from 0."""
    return (day.month - first.month) % 12 // 3
