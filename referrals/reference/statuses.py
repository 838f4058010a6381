"""The status letters of published numbers and their meanings (`data/reference/statuses.csv`).

One table for pages, API, manifests and spreadsheets. A letter can mean something else in a
release of rounded counts: there, `e` is a sum of rounded counts; elsewhere, a number worked out
from others.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Final, NamedTuple

from referrals.paths import REFERENCE
from referrals.reference import table_schema
from referrals.reference.table_schema import Row

EXACT: Final = "exact"
"""The meaning of an empty status in a release made from records."""


class Symbol(NamedTuple):
    """A status letter in a spreadsheet: its name beside a number, and the note explaining it."""

    name: str
    note: str


def meanings(kind: str = "") -> Mapping[str, str]:
    """Return the meaning of each letter on pages and in the API, in the order of explanation.

    `kind` is a kind of release. A letter can have another text for one of them, in a
    column such as `meaning_rounded`.

    >>> meanings()["r"]
    'revised'
    """
    return {row["letter"]: _text(row, "meaning", kind) for row in _rows()}


def manifest_meanings(method: str) -> Mapping[str, str]:
    """Return the letters, '' included, that a manifest lists.

    `method` is `rounded` or `suppressed`.

    >>> list(manifest_meanings("suppressed"))
    ['', 'c']
    """
    listed = {row["letter"]: row[f"manifest_{method}"] for row in _rows()}
    return {"": EXACT} | {letter: meaning for letter, meaning in listed.items() if meaning}


def symbols(kind: str = "") -> Mapping[str, Symbol]:
    """Return the name and the note of each letter in spreadsheets, in the order of explanation.

    `kind` is as in `meanings`.

    >>> symbols()["x"].name
    'not available'
    """
    return {
        row["letter"]: Symbol(_text(row, "name", kind), _text(row, "note", kind)) for row in _rows()
    }


def _text(row: Row, column: str, kind: str) -> str:
    return row.get(f"{column}_{kind}") or row[column]


@cache
def _rows() -> tuple[Row, ...]:
    return tuple(table_schema.read(REFERENCE / "statuses.csv"))
