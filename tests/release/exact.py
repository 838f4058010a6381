"""A small release of exact tables to test with: invented records, few enough of some kinds that cells are withheld."""

from __future__ import annotations

import csv
import functools
import gzip
import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from referrals.publishing.cli import main
from tests.release import published
from tests.release.published import DAYS, HEADER, Row, Rows

RECORDS: Final = 300
SUPPRESSION: Final = ("--method", "suppression")


def record(number: int, chance: random.Random, days: Sequence[str]) -> str:
    """Return one invented record. Crime type and outcome hang on the nationality, so that some of their cells are small."""
    nationality = chance.choices(("VNM", "ALB", "IND"), (5, 3, 2))[0]
    cells = (
        f"SECRET-{number:05d}",
        chance.choice(days),
        "kent",
        nationality,
        chance.choice(("16", "25", "33")),
        chance.choices("FM", (2, 1))[0],
        chance.choices(("MS", "DA", "OTH"), {"VNM": (8, 1, 6), "ALB": (1, 12, 12), "IND": (1, 12, 12)}[nationality])[0],
        chance.choices(("NFA", "ICE"), (3, 1))[0],
        "illustrative",
    )
    return ",".join(cells)


def extract(path: Path, *, records: int = RECORDS, first: int = 0, days: Sequence[str] = DAYS) -> Path:
    """Write an extract of invented records, numbered from `first`, and return where it is. Fewer are the first of more."""
    chance = random.Random(3)  # noqa: S311 - nothing secret rests on it
    lines = [HEADER, *(record(first + number, chance, days) for number in range(records))]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@functools.cache
def small(base: Path) -> Path:
    """Return the folder of a small release of exact tables, published once for a folder of the session.

    The extract stands beside the folder of releases as `exact.csv`, and the publisher's folder as `private`.
    """
    folder = base / "exact"
    folder.mkdir()
    path = extract(folder / "exact.csv")
    assert main([*published.command(path, folder / "out", folder / "private", release="exact"), *SUPPRESSION]) == 0
    return folder / "out" / "exact"


def change_witnesses(folder: Path, change: Callable[[Rows], Rows]) -> None:
    """Write the witnesses anew, changed."""
    published.change_witnesses(folder, change)


def withheld(rows: Rows) -> Row:
    """Return the first cell that is not printed."""
    return next(row for row in rows if row["status"] == "c")


def two_way(rows: Rows) -> Row:
    """Return a printed cell of nationality by sex."""
    return next(row for row in rows if row["value"] and row["nationality"] != "_T" != row["sex"])


def witness_rows(folder: Path) -> list[dict[str, str]]:
    """Return the rows of the witnesses."""
    with gzip.open(folder / "witnesses.csv.gz", "rt", encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))
