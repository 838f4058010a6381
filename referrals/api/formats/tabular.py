"""The tables that programs can have: their columns, and how their rows are written in each format."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pyarrow as pa
from pyarrow import parquet

from referrals.csv_safety import escape_formula
from referrals.reference.codelists import DIMENSIONS

TEXT, COUNT, FLAG = "string", "integer", "boolean"
"""The kinds of a column, as JSON Schema names them. A count can be missing; a text is '' then."""

Row = Mapping[str, Any]
Columns = Mapping[str, str]

CELLS: Final[Columns] = {
    **dict.fromkeys(("period", *DIMENSIONS), TEXT),
    **dict.fromkeys(("value", "lower", "upper"), COUNT),
    "status": TEXT,
}
STATEMENTS: Final[Columns] = dict.fromkeys(
    (
        "statement_id", "section", "kind", "subject", "measure", "period_start", "period_end", "nationality", "age_band",
        "sex", "crime_type", "share_of", "value", "printed", "unit", "precision", "role", "quotation", "note", "source_id",
        "source_title", "publisher", "published_on", "address",
    ),
    TEXT,
)  # fmt: skip
SERIES: Final[Columns] = dict.fromkeys(
    ("series_id", "title", "publisher", "unit", "geography", "scope", "why_not_comparable", "note"),
    TEXT,
)
OBSERVATIONS: Final[Columns] = {
    **dict.fromkeys(
        (
            "series_id", "title", "unit", "geography", "why_not_comparable", "observation_id", "period_start", "period_end",
            "period_label", "dimension", "category", "scope",
        ),
        TEXT,
    ),
    **dict.fromkeys(("value", "lower", "upper"), COUNT),
    **dict.fromkeys(("status", "vintage"), TEXT),
    "break_before": FLAG,
    **dict.fromkeys(("note", "quotation", "source_id", "source_title", "publisher", "published_on", "address"), TEXT),
}  # fmt: skip
CODES: Final[Columns] = dict.fromkeys(("code", "label", "kind"), TEXT)

EVERY_ROW: Final[Columns] = dict.fromkeys(("release_id", "release_status", "notes"), TEXT)
"""What a row carries that may be found alone: its release, the status of that, and what it must not be read without."""

_ARROW: Final = {TEXT: pa.string(), COUNT: pa.int64(), FLAG: pa.bool_()}


@dataclass(frozen=True)
class Table:
    """Rows with their columns, and `about`: what a document with them says first, its first member being the release.

    `notes` is what each row says where there is no such document.
    """

    name: str
    columns: Columns
    rows: Sequence[Row]
    about: Mapping[str, Any]
    notes: str

    def wide(self) -> tuple[Columns, list[Row]]:
        """Return the columns and the rows with what each row must carry to be read alone."""
        release = self.about["release"]
        same = {
            "release_id": release["id"],
            "release_status": release["status"],
            "notes": self.notes,
        }
        return {**self.columns, **EVERY_ROW}, [{**row, **same} for row in self.rows]


def as_json(table: Table) -> bytes:
    """Return a table as a JSON document: what it is about, and then its rows."""
    rows = [{name: row[name] for name in table.columns} for row in table.rows]
    return json.dumps({**table.about, table.name: rows}, ensure_ascii=False).encode()


def as_csv(table: Table) -> bytes:
    """Return a table as CSV (RFC 4180) in UTF-8; a cell that a spreadsheet would run begins with an apostrophe."""
    columns, rows = table.wide()
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([_written(row[name]) for name in columns] for row in rows)
    return text.getvalue().encode()


def as_parquet(table: Table) -> bytes:
    """Return a table as Parquet; what it is about stands in the file's key-value metadata as JSON."""
    columns, rows = table.wide()
    about = {"referrals": json.dumps(table.about, ensure_ascii=False)}
    schema = pa.schema([(name, _ARROW[kind]) for name, kind in columns.items()], metadata=about)
    stream = io.BytesIO()
    parquet.write_table(
        pa.Table.from_pylist([dict(row) for row in rows], schema=schema), stream, compression="zstd"
    )
    return stream.getvalue()


def _written(cell: object) -> object:
    return str(cell).lower() if isinstance(cell, bool) else escape_formula(cell)
