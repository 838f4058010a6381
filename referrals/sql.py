"""Read SQL statements from `sql/`, one statement a file. SQL is never built from strings."""

from __future__ import annotations

from functools import cache

from referrals.paths import SQL


@cache
def statement(name: str) -> str:
    """Return the text of `sql/<name>.sql`.

    Raises:
        FileNotFoundError: there is no such statement, which is a mistake in our code and not in any input.
    """
    return (SQL / f"{name}.sql").read_text(encoding="utf-8")
