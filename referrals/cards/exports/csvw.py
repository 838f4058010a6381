"""The metadata of a card's CSV file (CSV on the Web): all that is true of every row.

https://www.w3.org/TR/tabular-metadata/
"""

from __future__ import annotations

import json
from typing import Any, Final

from referrals.cards.exports import csv
from referrals.cards.exports.export import Export, file_address, fixed_link, latest_link
from referrals.cards.exports.notes import notes, source, symbols
from referrals.csv_safety import WRITTEN_OUT
from referrals.reference import licences
from referrals.release import metadata

CONTEXT: Final = ["http://www.w3.org/ns/csvw", {"@language": "en"}]
ENDING: Final = "csv-metadata.json"


def write(export: Export, address: str = "") -> str:
    """Return the metadata of a card's CSV file: title, unit, notes, symbols, source and links.

    `address` is that of the CSV file, '' for the one that pages link to.
    """
    card, base = export.card, export.base
    links = (latest_link(card, base), fixed_link(card, base))
    document: dict[str, Any] = {
        "@context": CONTEXT,
        "url": address or f"{base}{file_address(card, 'csv')}",
        "dc:title": card.title,
        "dc:description": " ".join([f"{card.unit}.", *notes(card), *symbols(card)]),
        "dc:abstract": card.finding,
        "dc:temporal": card.period,
        "dc:source": source(card),
        "dc:issued": {"@value": card.about.published_on, "@type": "xsd:date"},
        "dc:license": licences.licence(metadata.licence(export.release)).json_ld,
        "dc:isVersionOf": {"@id": f"{base}{metadata.path(export.release)}"},
        "dc:references": [{"@id": link} for link in links if link],
        "dialect": {"encoding": "utf-8", "header": True},
        "tableSchema": {"columns": _columns(export)},
    }
    if card.about.is_invented:
        del document["dc:license"]
    return f"{json.dumps(document, ensure_ascii=False, indent=2)}\n"


def _columns(export: Export) -> list[dict[str, Any]]:
    rows = csv.rows(export.card)
    columns = zip(*(row.values() for row in rows), strict=True)
    return [_column(name, list(values)) for name, values in zip(rows[0], columns, strict=True)]


def _column(name: str, values: list[object]) -> dict[str, Any]:
    column: dict[str, Any] = {"name": name, "titles": name, "datatype": _datatype(values)}
    if written := WRITTEN_OUT.get(name):
        codes = ", ".join(f"{text} for the code {code}" for code, text in written.items())
        column["dc:description"] = f"CSV files have {codes}."
    return column


def _datatype(values: list[object]) -> str:
    kinds = {type(value) for value in values if value is not None}
    if kinds == {int}:
        return "integer"
    if kinds == {bool}:
        return "boolean"
    return "number" if kinds and kinds <= {int, float} else "string"
