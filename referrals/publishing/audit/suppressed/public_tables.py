"""What the public has of a release of exact tables with cells withheld: its cells and witnesses, read as a stranger does.

Such a release holds of each year the total, the tables of one dimension and those of two, and nothing finer. What is printed
is exact, and what is withheld is marked. Nothing in this module knows how cells were chosen.
"""

from __future__ import annotations

import csv
import gzip
import itertools
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

from referrals.errors import ReleaseError
from referrals.publishing.audit.public_release import Codes, Fact, PublicRelease, describe
from referrals.reference.codelists import DIMENSIONS, FINEST, TOTAL

METHOD: Final = "witness-proved suppression"
WITNESSES: Final = "witnesses.csv.gz"
WITHHELD: Final = "c"
"""The status of a cell that is not printed."""

MOST_FIXED: Final = 2
TABLES: Final = tuple(
    kept
    for size in range(MOST_FIXED + 1)
    for kept in itertools.combinations(range(len(FINEST)), size)
)
"""The tables of a year, each by the places of its dimensions."""

Witness = Mapping[Codes, int]


@dataclass(frozen=True)
class ExactYear:
    """The tables of one year: each cell with its number, or None where it is withheld, and the witnesses of the year."""

    year: str
    categories: Mapping[str, Sequence[str]]
    cells: Mapping[Codes, int | None]
    facts: Sequence[Fact]
    witnesses: Sequence[Witness]

    @property
    def withheld(self) -> list[Codes]:
        """The cells that are not printed."""
        return [cell for cell, value in self.cells.items() if value is None]

    @cached_property
    def expected(self) -> set[Codes]:
        """Every cell that tables of up to two dimensions have."""
        codes = [self.categories[name] for name in FINEST]
        axes = (
            [codes[at] if at in kept else [TOTAL] for at in range(len(FINEST))] for kept in TABLES
        )
        return {cell for every in axes for cell in itertools.product(*every)}

    @cached_property
    def sums(self) -> list[Counter[Codes]]:
        """What each witness has in each cell."""
        return [added(witness) for witness in self.witnesses]

    def range_of(self, cell: Codes) -> tuple[int, int]:
        """Return the smallest and the largest number that the witnesses have in a cell."""
        counts = [sums[cell] for sums in self.sums]
        return min(counts, default=0), max(counts, default=0)


def years(release: PublicRelease) -> list[ExactYear]:
    """Return the years of a release of exact tables, read from its cells and witnesses.

    Raises:
        ReleaseError: the cells or the witnesses cannot be read, or a cell is neither a number nor withheld.
    """
    cells, witnesses = _cells(release), _witnesses(release)
    found = []
    for name, year in release.years.items():
        own = {name: TOTAL} | {quarter: quarter for quarter in year.categories["quarter"]}
        found.append(
            ExactYear(
                name,
                year.categories,
                {
                    (own[codes[0]], *codes[1:]): value
                    for codes, value in cells.items()
                    if codes[0] in own
                },
                year.facts,
                [witness for witness in witnesses if any(codes[0] in own for codes in witness)],
            )
        )
    return found


def _cells(release: PublicRelease) -> dict[Codes, int | None]:
    cells: dict[Codes, int | None] = {}
    for row in _rows(release, "cells.csv"):
        codes = (row["period"], *(row[name] for name in DIMENSIONS))
        if (row["status"] == WITHHELD) == bool(row["value"]) or codes in cells:
            raise ReleaseError(
                f"{release.name}: {describe(codes)} must have a number, or be withheld, once. Publish it again."
            )
        cells[codes] = int(row["value"]) if row["value"] else None
    return cells


def _witnesses(release: PublicRelease) -> list[Witness]:
    found: dict[str, dict[Codes, int]] = defaultdict(dict)
    for row in _rows(release, WITNESSES):
        found[row["witness"]][tuple(row[name] for name in FINEST)] = int(row["value"])
    return list(found.values())


def _rows(release: PublicRelease, name: str) -> list[dict[str, str]]:
    """Return the rows of a file whose columns are those of the release contract, with whole numbers as its values."""
    path: Path = release.folder / name
    wanted = {*FINEST, "witness"} if name == WITNESSES else {"period", *DIMENSIONS, "status"}
    try:
        opened = gzip.open if path.suffix == ".gz" else open
        with opened(path, "rt", encoding="utf-8", newline="") as stream:
            rows = list(csv.DictReader(stream))
        is_whole = all(
            wanted <= row.keys() and None not in row and int(row["value"] or 0) >= 0 for row in rows
        )
    except (OSError, EOFError, KeyError, TypeError, ValueError, csv.Error, zlib.error) as error:
        raise ReleaseError(
            f"{release.name}: {name} cannot be read ({type(error).__name__}). Publish it again."
        ) from error
    if not is_whole:
        raise ReleaseError(
            f"{release.name}: {name} has a column too few, or a number below nought. Publish it again."
        )
    return rows


def added(witness: Witness) -> Counter[Codes]:
    """Return what a data set adds up to in every cell of the tables."""
    sums: Counter[Codes] = Counter()
    for cell, count in witness.items():
        for kept in TABLES:
            sums[at(cell, kept)] += count
    return sums


def at(cell: Codes, kept: Iterable[int]) -> Codes:
    """Return the sum that keeps some dimensions of a cell."""
    chosen = set(kept)
    return tuple(code if at in chosen else TOTAL for at, code in enumerate(cell))
