"""The data dictionary: tables of columns, codes and files, generated from the schemas of the data.

`pages` puts them into the text of that page. They are generated so that no column or code of the
data can be missing from the dictionary.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Final

from markupsafe import Markup

from referrals import templates
from referrals.i18n import messages
from referrals.paths import PUBLISHED, REFERENCE
from referrals.reference import table_schema
from referrals.reference.codelists import codelist
from referrals.release import contract, files

CELL_COLUMNS: Final = REFERENCE / "cell_columns.csv"


def columns(table: str) -> Markup:
    """Return the columns of `cells.csv` or `statements.csv` with their meaning."""
    return _COLUMNS[table]()


def codes(dimension: str) -> Markup:
    """Return the codes of a dimension with their labels; of nationality, the groups alone."""
    listed = list(codelist(dimension).codes.values())
    if dimension == "nationality":
        listed = [code for code in listed if code.code.startswith("_")]
    rows = [[code.code, code.label, " ".join(code.members) or "–"] for code in listed]
    return _table("codes", rows, name=_names()[dimension])


def release_files() -> Markup:
    """Return the files that a release can have, each with its content."""
    return _table("files", [[name, title] for name, title in files.TITLES.items()])


def _cell_columns() -> Markup:
    rows = [
        [row["column"], row["description"], row["type"], row["unit"] or "–"]
        for row in table_schema.read(CELL_COLUMNS)
    ]
    return _table("columns", rows, name="cells.csv")


def _statement_columns() -> Markup:
    schema = json.loads((PUBLISHED / "statements.schema.json").read_text(encoding="utf-8"))
    described = {field["name"]: field["description"] for field in schema["fields"]}
    described["printed"] = messages.text("dictionary.printed")
    rows = [[name, described[name]] for name in contract.TABLES["statements"].split()]
    return _table("statements", rows, name="statements.csv")


_COLUMNS: Final[Mapping[str, Callable[[], Markup]]] = {
    "cells": _cell_columns,
    "statements": _statement_columns,
}


def _names() -> dict[str, str]:
    return {row["column"]: row["title"] for row in table_schema.read(CELL_COLUMNS)}


def _table(kind: str, rows: list[list[str]], *, name: str = "") -> Markup:
    """Return a table of the dictionary. All its columns are text."""
    header = messages.text(f"dictionary.{kind}.header").split(" | ")
    caption = messages.text(f"dictionary.{kind}.caption", name=name)
    return templates.table(caption, header, rows, text_columns=range(1, len(header)))
