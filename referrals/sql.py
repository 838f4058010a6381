"""Read SQL statements from `sql/`, one statement a file. SQL is never built from strings."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from referrals.paths import SQL

if TYPE_CHECKING:
    import duckdb


@cache
def statement(name: str) -> str:
    """Return the text of `sql/<name>.sql`.

    Raises:
        FileNotFoundError: the file does not exist: a mistake in our code, not in any input.
    """
    return (SQL / f"{name}.sql").read_text(encoding="utf-8")


def rows(
    connection: duckdb.DuckDBPyConnection, name: str, parameters: Mapping[str, Any] | None = None
) -> list[dict[str, Any]]:
    """Run `sql/<name>.sql` and return its rows, each keyed by column name in column order.

    Raises:
        FileNotFoundError: the file does not exist.
        duckdb.Error: the statement failed.
    """
    result = connection.execute(statement(name), dict(parameters or {}))
    columns = [str(column[0]) for column in result.description or ()]
    return [dict(zip(columns, row, strict=True)) for row in result.fetchall()]
