"""SQL statements, read from `sql/`, one statement a file. No SQL is ever built from strings."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import duckdb

from referrals.paths import SQL


@cache
def statement(name: str) -> str:
    """Return the text of `sql/<name>.sql`.

    Raises:
        FileNotFoundError: there is no such statement (a mistake in our code, never in any input).
    """
    return (SQL / f"{name}.sql").read_text(encoding="utf-8")


def rows(
    connection: duckdb.DuckDBPyConnection, name: str, parameters: Mapping[str, Any] | None = None
) -> list[dict[str, Any]]:
    """Return the result of `sql/<name>.sql` as one dictionary a row, keyed by column name.

    It runs on a cursor of its own, so that threads can share a connection.
    """
    cursor = connection.cursor().execute(statement(name), dict(parameters or {}))
    columns = [column[0] for column in cursor.description or ()]
    return [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
