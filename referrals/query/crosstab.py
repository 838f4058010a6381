"""Crosstabs: one dimension within each code of another. A topic page shows one with one column.

Every kind of release reads its numbers here, so that a page and a table of many columns cannot
disagree.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from referrals.query.answer import Answer
from referrals.query.observation import Observation
from referrals.query.selection import Selection
from referrals.reference.codelists import DIMENSIONS, TOTAL
from referrals.release.release import Release

ONE_COLUMN: Final = ""
"""In place of a dimension of columns: the only column is the margin."""

LISTED: Final = "query/listed_observations"
"""The statement for the kinds of release whose cells are never added up."""

Record = Mapping[str, Any]
"""A row of a `query/*_observations` statement: a row's code within a column's code."""


@dataclass(frozen=True)
class Crosstab:
    """An answer about `rows` for each code of `columns`, and `whole` for the margin (all codes).

    The columns are in the order of the codelist. They add up to the margin in a rounded release
    only: in other kinds a cell can be suppressed, or not published.
    """

    rows: str
    columns: str
    whole: Answer
    by_column: Mapping[str, Answer]


def read(
    release: Release,
    statement: str,
    dimensions: tuple[str, str],
    selection: Selection,
    answer: Callable[[Sequence[Record], Selection], Answer],
    **parameters: str | int,
) -> Crosstab:
    """Return the crosstab of two dimensions (rows, columns); `answer` makes each column.

    The selection's own choice of either dimension is ignored. `parameters` are passed to the
    statement.

    Raises:
        ValueError: a dimension is unknown, or the two are the same.
    """
    rows, columns = dimensions
    if rows == columns or rows not in DIMENSIONS or columns not in {ONE_COLUMN, *DIMENSIONS}:
        raise ValueError(f"There is no crosstab of {rows!r} by {columns!r}.")
    within = selection.choosing(rows, TOTAL)
    if columns != ONE_COLUMN:
        within = within.choosing(columns, TOTAL)
    bound = {"rows": rows, "columns": columns, **within.codes(), **parameters}
    records: dict[str, list[Record]] = {}
    for record in release.rows(statement, bound):
        records.setdefault(record["column_code"], []).append(record)
    whole = answer(records.pop(TOTAL), within)
    by_column = {
        code: answer(column, within.choosing(columns, code)) for code, column in records.items()
    }
    return Crosstab(rows, columns, whole, by_column)


def observation(record: Record) -> Observation:
    """Return the observation in a row of a statement, without its share."""
    return Observation(
        code=record["code"],
        label=record["label"],
        kind=record["kind"],
        value=record["value"],
        lower=record["lower"],
        upper=record["upper"],
        status=record["status"],
        open_ended=record.get("open_ended", False),
        working=record.get("working", ""),
        assumes=record.get("assumes", ""),
        statement_ids=tuple(record.get("statement_ids", ())),
    )
