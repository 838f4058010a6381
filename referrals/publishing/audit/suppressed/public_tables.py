"""A suppressed release as an attacker reads it: its tables of each year, and its witnesses.

Such a release holds the total of each year, its one-way tables and its two-way tables, and nothing
finer. Printed numbers are exact, and suppressed cells are marked. Nothing in this module knows how
cells were chosen.
"""

from __future__ import annotations

import csv
import gzip
import itertools
import zlib
from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

from referrals.errors import ReleaseError
from referrals.publishing.audit.public_release import PublicRelease
from referrals.publishing.cell_codes import Codes, Fact, Year, describe
from referrals.reference.codelists import DIMENSIONS, FINEST, TOTAL

METHOD: Final = "witness-proved suppression"
WITNESSES: Final = "witnesses.csv.gz"
SUPPRESSED: Final = "c"
"""The status of a suppressed cell."""

HIGHEST_ORDER: Final = 2
"""The tables of a release cross at most two dimensions."""

TABLES: Final = tuple(
    fixed
    for order in range(HIGHEST_ORDER + 1)
    for fixed in itertools.combinations(range(len(FINEST)), order)
)
"""The tables of a year, each by the places of the dimensions that it fixes."""

Witness = Mapping[Codes, int]
"""A feasible table: the count of each finest cell that isn't 0."""


@dataclass(frozen=True)
class PublicYear:
    """The tables of one year, with None for a suppressed cell, and the witnesses of the year."""

    year: str
    categories: Mapping[str, Sequence[str]]
    cells: Mapping[Codes, int | None]
    facts: Sequence[Fact]
    witnesses: Sequence[Witness]

    @property
    def suppressed(self) -> list[Codes]:
        """The suppressed cells."""
        return [codes for codes, value in self.cells.items() if value is None]

    @cached_property
    def expected(self) -> set[Codes]:
        """Every cell that the tables of up to two dimensions must have."""
        expected: set[Codes] = set()
        for fixed in TABLES:
            axes = [
                self.categories[name] if place in fixed else [TOTAL]
                for place, name in enumerate(FINEST)
            ]
            expected.update(itertools.product(*axes))
        return expected

    @cached_property
    def sums(self) -> list[Counter[Codes]]:
        """The value of every cell of the tables in each witness."""
        return [table_sums(witness) for witness in self.witnesses]

    def interval(self, codes: Codes) -> tuple[int, int]:
        """Return the smallest and the largest value that the witnesses give a cell."""
        counts = [sums[codes] for sums in self.sums]
        return min(counts, default=0), max(counts, default=0)


def years(release: PublicRelease) -> list[PublicYear]:
    """Return the years of a suppressed release, read from its cells and witnesses.

    Raises:
        ReleaseError: the cells or witnesses can't be read, or a cell is neither printed nor
        suppressed.
    """
    cells, witnesses = _read_cells(release), _read_witnesses(release)
    return [_year(year, cells, witnesses) for year in release.years.values()]


def _year(
    year: Year, cells: Mapping[Codes, int | None], witnesses: Sequence[Witness]
) -> PublicYear:
    """Return one year, with the total in place of the year in the codes of its cells."""
    quarter_of = {year.year: TOTAL}
    quarter_of.update({quarter: quarter for quarter in year.categories["quarter"]})
    own_cells = {
        (quarter_of[period], *codes): value
        for (period, *codes), value in cells.items()
        if period in quarter_of
    }
    own_witnesses = [witness for witness in witnesses if _is_in(witness, quarter_of)]
    return PublicYear(year.year, year.categories, own_cells, year.facts, own_witnesses)


def _is_in(witness: Witness, periods: Container[str]) -> bool:
    return any(codes[0] in periods for codes in witness)


def _read_cells(release: PublicRelease) -> dict[Codes, int | None]:
    cells: dict[Codes, int | None] = {}
    for row in _read_rows(release, "cells.csv"):
        codes = (row["period"], *(row[name] for name in DIMENSIONS))
        is_suppressed, is_printed = row["status"] == SUPPRESSED, bool(row["value"])
        if is_suppressed == is_printed or codes in cells:
            raise ReleaseError(
                f"{release.name}: {describe(codes)} must have a number, or be withheld, once. "
                "Publish it again."
            )
        cells[codes] = int(row["value"]) if is_printed else None
    return cells


def _read_witnesses(release: PublicRelease) -> list[Witness]:
    witnesses: dict[str, dict[Codes, int]] = defaultdict(dict)
    for row in _read_rows(release, WITNESSES):
        witnesses[row["witness"]][tuple(row[name] for name in FINEST)] = int(row["value"])
    return list(witnesses.values())


def _read_rows(release: PublicRelease, name: str) -> list[dict[str, str]]:
    """Return the rows of a file, whose values must be whole numbers. A cell's may be empty."""
    path: Path = release.folder / name
    is_of_witnesses = name == WITNESSES
    columns = {*FINEST, "witness"} if is_of_witnesses else {"period", *DIMENSIONS, "status"}
    try:
        opened = gzip.open if path.suffix == ".gz" else open
        with opened(path, "rt", encoding="utf-8", newline="") as stream:
            rows = list(csv.DictReader(stream))
        are_complete = all(columns <= row.keys() and None not in row for row in rows)
        values = [row["value"] for row in rows if row["value"] or is_of_witnesses]
        are_counts = all(int(value) >= 0 for value in values)
    except (OSError, EOFError, KeyError, TypeError, ValueError, csv.Error, zlib.error) as error:
        raise ReleaseError(
            f"{release.name}: {name} cannot be read ({type(error).__name__}). Publish it again."
        ) from error
    if not (are_complete and are_counts):
        raise ReleaseError(
            f"{release.name}: {name} lacks a column, or has a negative number. Publish it again."
        )
    return rows


def table_sums(witness: Witness) -> Counter[Codes]:
    """Return the value of every cell of the tables in a witness."""
    sums: Counter[Codes] = Counter()
    for codes, count in witness.items():
        for fixed in TABLES:
            sums[marginal(codes, fixed)] += count
    return sums


def marginal(codes: Codes, fixed: Iterable[int]) -> Codes:
    """Return the sum that has a finest cell's codes in some dimensions, given by place."""
    chosen = set(fixed)
    return tuple(code if place in chosen else TOTAL for place, code in enumerate(codes))
