"""Metadata of a CSV answer (CSV on the Web, https://www.w3.org/TR/tabular-metadata/).

They add to the rows: types, keys, source, licence, and the part of the table that the file has.
"""

from __future__ import annotations

import json
from typing import Any, Final

from referrals.api.formats.tabular import COUNT, FLAG, TEXT, Table
from referrals.csv_safety import WRITTEN_OUT
from referrals.reference import licences
from referrals.release import metadata

CONTEXT: Final = ["http://www.w3.org/ns/csvw", {"@language": "en"}]
DATATYPES: Final = {TEXT: "string", COUNT: "integer", FLAG: "boolean"}
KEYS: Final = {
    "cells": list(metadata.CELL_KEY),
    "statements": ["statement_id"],
    "observations": ["observation_id"],
}
"""The columns that identify a row of each table."""


def as_csvw(table: Table, address: str, site_url: str) -> bytes:
    """Return the metadata of a table whose CSV file is at an address of the site."""
    header = table.header
    columns, _ = table.self_describing()
    document: dict[str, Any] = {
        "@context": CONTEXT,
        "url": f"{site_url}{address}",
        "dc:title": f"{header['release']['title']}: {table.name}",
        "dc:description": " ".join([*filter(None, [table.part]), *header["notes"]]),
        "dc:publisher": header["source"]["publisher"],
        "dc:source": header["source"]["title"],
        "dc:issued": {"@value": header["release"]["published_on"], "@type": "xsd:date"},
        "dc:license": licences.licence(header["licence"]).json_ld,
        "dc:isVersionOf": {"@id": f"{site_url}{header['release']['address']}"},
        "dc:extent": _extent(table),
        "dialect": {"encoding": "utf-8", "header": True},
        "tableSchema": {
            "columns": [_column(name, kind) for name, kind in columns.items()],
            "primaryKey": KEYS[table.name],
        },
    }
    return json.dumps(document, ensure_ascii=False, indent=2).encode()


def _extent(table: Table) -> str:
    """Return the extent of a file: '12 of 340 rows that match'."""
    return f"{len(table.rows)} of {table.header.get('total', len(table.rows))} rows that match"


def _column(name: str, kind: str) -> dict[str, Any]:
    column: dict[str, Any] = {"name": name, "titles": name, "datatype": DATATYPES[kind]}
    if written := WRITTEN_OUT.get(name):
        codes = ", ".join(f"{text} for the code {code}" for code, text in written.items())
        column["dc:description"] = f"CSV files have {codes}."
    return column
