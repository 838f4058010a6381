"""The help lines of `data/reference/helplines.csv`, for every place that lists them."""

from __future__ import annotations

from referrals.paths import REFERENCE
from referrals.reference import table_schema
from referrals.reference.table_schema import Row


def helplines() -> list[Row]:
    """Return every help line in the order of the file.

    Raises:
        DataError: the file is missing or breaks its schema.
    """
    return table_schema.read(REFERENCE / "helplines.csv")
