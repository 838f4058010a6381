"""The tables of the API: their columns, and their rows as JSON, CSV or Parquet."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pyarrow as pa
from pyarrow import parquet

from referrals.csv_safety import safe_cell
from referrals.reference.codelists import DIMENSIONS

TEXT, COUNT, FLAG = "string", "integer", "boolean"
"""The types of a column, as JSON Schema names them. A missing count is null, a missing text is
''."""

Row = Mapping[str, Any]
Columns = Mapping[str, str]

CELLS: Final[Columns] = {
    **dict.fromkeys(("period", *DIMENSIONS), TEXT),
    **dict.fromkeys(("value", "lower", "upper"), COUNT),
    "status": TEXT,
}
STATEMENTS: Final[Columns] = dict.fromkeys(
    (
        "statement_id", "section", "kind", "subject", "measure", "period_start", "period_end",
        "nationality", "age_band", "sex", "crime_type", "share_of", "value", "printed", "unit",
        "precision", "role", "quotation", "note", "source_id", "source_title", "publisher",
        "published_on", "address",
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
            "series_id", "title", "unit", "geography", "why_not_comparable", "observation_id",
            "period_start", "period_end", "period_label", "dimension", "category", "scope",
        ),
        TEXT,
    ),
    **dict.fromkeys(("value", "lower", "upper"), COUNT),
    **dict.fromkeys(("status", "vintage"), TEXT),
    "break_before": FLAG,
    **dict.fromkeys(
        (
            "note", "quotation", "source_id", "source_title", "publisher", "published_on",
            "address",
        ),
        TEXT,
    ),
}  # fmt: skip
CODES: Final[Columns] = dict.fromkeys(("code", "label", "kind"), TEXT)

EVERY_ROW: Final[Columns] = dict.fromkeys(("release_id", "release_status", "notes"), TEXT)
"""Columns added to every row of a CSV or Parquet table, because a row may be read alone."""

_ARROW: Final = {TEXT: pa.string(), COUNT: pa.int64(), FLAG: pa.bool_()}


@dataclass(frozen=True)
class Table:
    """Rows with their columns.

    `header` holds the members of a JSON document before the rows. `notes` is the text that each
    row carries in formats that have no header. `part` describes the part of the table that the rows
    are, '' if they are the whole.
    """

    name: str
    columns: Columns
    rows: Sequence[Row]
    header: Mapping[str, Any]
    notes: str
    part: str = ""

    def self_describing(self) -> tuple[Columns, list[Row]]:
        """Return the columns and rows with those of `EVERY_ROW` added."""
        release = self.header["release"]
        description = {
            "release_id": release["id"],
            "release_status": release["status"],
            "notes": self.notes,
        }
        return {**self.columns, **EVERY_ROW}, [{**row, **description} for row in self.rows]


def with_labels(
    columns: Columns, rows: Sequence[Row], labels: Mapping[str, Mapping[str, str]]
) -> tuple[Columns, list[Row]]:
    """Return columns and rows with a column of labels after each column of codes.

    `labels` has the label of each code, by column.

    >>> with_labels({"sex": TEXT}, [{"sex": "F"}], {"sex": {"F": "Female"}})
    ({'sex': 'string', 'sex_label': 'string'}, [{'sex': 'F', 'sex_label': 'Female'}])
    """
    wider: dict[str, str] = {}
    for name, kind in columns.items():
        wider[name] = kind
        if name in labels:
            wider[f"{name}_label"] = TEXT
    labelled: list[Row] = []
    for row in rows:
        texts = {f"{name}_label": codes[row[name]] for name, codes in labels.items()}
        labelled.append({**row, **texts})
    return wider, labelled


def as_json(table: Table) -> bytes:
    """Return a table as a JSON document: the header, then the rows."""
    rows = [_chosen(row, table.columns) for row in table.rows]
    return json.dumps({**table.header, table.name: rows}, ensure_ascii=False).encode()


def as_csv(table: Table) -> bytes:
    """Return a table as CSV (RFC 4180) in UTF-8, with cells that no program can misread."""
    columns, rows = table.self_describing()
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([safe_cell(name, row[name]) for name in columns])
    return text.getvalue().encode()


def as_parquet(table: Table) -> bytes:
    """Return a table as Parquet. The header is JSON in the key-value metadata of the file."""
    columns, rows = table.self_describing()
    header = {"referrals": json.dumps(table.header, ensure_ascii=False)}
    schema = pa.schema([(name, _ARROW[kind]) for name, kind in columns.items()], metadata=header)
    arrow = pa.Table.from_pylist([dict(row) for row in rows], schema=schema)
    stream = io.BytesIO()
    parquet.write_table(arrow, stream, compression="zstd")
    return stream.getvalue()


def _chosen(row: Row, columns: Columns) -> Row:
    return {name: row[name] for name in columns}
