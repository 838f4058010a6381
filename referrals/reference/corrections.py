"""The log of corrections, `data/reference/corrections.csv`: lines are added, never changed.

The releases page shows it. The checksum of each line covers the line and the checksum before it, so
a line that is changed or removed in the middle breaks every later one. Lines removed at the end
would leave no trace in the file: the page shows the last checksum for readers to keep, and a test
holds the checksums of all lines that were ever published.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from referrals.errors import DataError
from referrals.paths import REFERENCE
from referrals.reference import table_schema

LOG: Final = REFERENCE / "corrections.csv"
CHECKSUM: Final = "sha256"
RESTORE: Final = "Lines are added and never changed: restore the file from the repository."


@dataclass(frozen=True)
class Correction:
    """One correction. `release_id` is '' if it is of every release."""

    number: int
    corrected_on: date
    release_id: str
    kind: str
    before: str
    after: str
    reason: str
    sha256: str


def read(path: Path = LOG) -> Sequence[Correction]:
    """Return every correction, oldest first, after checking that none was changed or removed.

    Raises:
        DataError: the file breaks its schema, a line is missing, or a checksum is wrong. For a new
            line without a checksum, the message has it.
    """
    corrections = list(_checked(path, table_schema.read(path)))
    days = [correction.corrected_on for correction in corrections]
    if days != sorted(days):
        raise DataError(f"{path.name}: the days of corrections are not in order. {RESTORE}")
    return corrections


def _checked(path: Path, rows: Sequence[Mapping[str, str]]) -> Iterator[Correction]:
    previous = ""
    for number, row in enumerate(rows, start=1):
        line = f"{path.name} line {number + 1}"
        if row["number"] != str(number):
            raise DataError(f"{line}: correction {number} is missing. {RESTORE}")
        expected = checksum(previous, row)
        if not row[CHECKSUM] and number == len(rows):
            raise DataError(f"{line}: the new line needs its checksum, {expected}.")
        if row[CHECKSUM] != expected:
            raise DataError(f"{line}: its text, or a line before it, was changed. {RESTORE}")
        previous = expected
        yield Correction(
            number=number,
            corrected_on=date.fromisoformat(row["corrected_on"]),
            release_id=row["release_id"],
            kind=row["kind"],
            before=row["before"],
            after=row["after"],
            reason=row["reason"],
            sha256=expected,
        )


def checksum(previous: str, row: Mapping[str, str]) -> str:
    """Return the checksum of a line from that of the line before ('' for the first)."""
    cells = [cell for name, cell in row.items() if name != CHECKSUM]
    return hashlib.sha256("\n".join([previous, *cells]).encode()).hexdigest()
