"""The help lines of `data/reference/helplines.csv`, for every place that lists them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import cache
from typing import Final

from referrals.paths import REFERENCE
from referrals.reference import table_schema
from referrals.reference.table_schema import Row

NOT_READ: Final = "not read"
"""In place of something about a help line that no source states."""


def helplines() -> list[Row]:
    """Return every help line in the order of the file.

    Raises:
        DataError: the file is missing or breaks its schema.
    """
    return table_schema.read(REFERENCE / "helplines.csv")


def needs(row: Row) -> list[str]:
    """Return the needs that a help line serves. The first is its place in the list."""
    return row["need"].split()


def today() -> date:
    """Return the day by which help lines are judged."""
    return datetime.now(UTC).date()


def overdue() -> tuple[str, ...]:
    """Return the ids of the help lines that should have been checked again before today.

    Pages warn of them, so every cache of a page with help lines has this in its key.
    """
    day = today()
    return tuple(line_id for line_id, check_by in _check_by() if check_by < day)


@cache
def _check_by() -> tuple[tuple[str, date], ...]:
    return tuple((row["id"], date.fromisoformat(row["check_by"])) for row in helplines())
