"""The rows of a Parquet file as text."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import duckdb

from referrals import sql
from referrals.errors import ExtractError
from referrals.publishing.extract.formats.rows import Row, Rows

BATCH_ROWS: Final = 10_000
MIDNIGHT: Final = " 00:00:00"


def read(
    path: Path, name: str, *, settings: dict[str, str | bool | int | float | list[str]]
) -> Rows:
    """Yield the column names as row 1, then each row as text, '' for null.

    A timestamp at midnight is a date.

    Raises:
        ExtractError: the file is damaged.
    """
    try:
        with duckdb.connect(config=settings) as connection:
            parameters = {"path": str(path)}
            columns = sql.rows(connection, "extract/sources/parquet_types", parameters)
            yield Row(1, [column["column_name"] for column in columns])
            is_time = [column["column_type"].startswith("TIMESTAMP") for column in columns]
            connection.execute(sql.statement("extract/sources/parquet_rows"), parameters)
            first = 2
            while batch := connection.fetchmany(BATCH_ROWS):
                for number, values in enumerate(batch, start=first):
                    yield Row(number, _texts(values, is_time))
                first += len(batch)
    except duckdb.Error as error:
        raise ExtractError(f"{name} is a damaged Parquet file. Export or copy it again.") from error


def _texts(values: Sequence[str | None], is_time: Sequence[bool]) -> list[str]:
    """Return the values of a row, with timestamps at midnight as dates."""
    return [
        (value or "").removesuffix(MIDNIGHT) if timed else value or ""
        for value, timed in zip(values, is_time, strict=True)
    ]
