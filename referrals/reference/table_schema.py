"""CSV files validated against their Table Schemas, with an error for every invalid cell.

The schema of `<name>.csv` is `<name>.schema.json` beside it, in the Frictionless Table Schema
standard. Only what our files use is supported: types string, integer and date; constraints
required, unique, enum, pattern and minimum. The frictionless library is a development dependency
alone, because the served site reads these files too.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from referrals.errors import DataError

Row = dict[str, str]

_TYPES: Mapping[str, Callable[[str], object]] = {
    "string": str,
    "integer": lambda cell: int(_matching(r"-?[0-9]+", cell)),
    "date": lambda cell: date.fromisoformat(_matching(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", cell)),
}


def read(path: Path) -> list[Row]:
    """Return the rows of a CSV file in order, keyed by field name, every cell as text.

    Raises:
        DataError: the file or its schema is missing, the header differs from the schema, or cells
            break it. One message lists every invalid cell.
    """
    fields = _schema(path)["fields"]
    names = [field["name"] for field in fields]
    rows = _rows(path, names)
    problems: list[str] = []
    for field in fields:
        problems += _column_problems(field, [row[field["name"]] for row in rows])
    if problems:
        listed = "\n".join(
            f"  {path.name} {problem}" for problem in sorted(problems, key=_row_number)
        )
        raise DataError(
            f"{path.name} does not meet {path.stem}.schema.json. Correct these cells:\n{listed}"
        )
    return rows


def _schema(path: Path) -> dict[str, Any]:
    schema_path = path.with_suffix(".schema.json")
    for required in (path, schema_path):
        if not required.is_file():
            raise DataError(f"{required} is missing. Restore it from the repository.")
    schema: dict[str, Any] = json.loads(schema_path.read_text(encoding="utf-8"))
    return schema


def _rows(path: Path, names: list[str]) -> list[Row]:
    try:
        with path.open(encoding="utf-8", newline="") as stream:
            header, *rows = list(csv.reader(stream, strict=True)) or [[]]
    except (csv.Error, UnicodeDecodeError) as error:
        raise DataError(
            f"{path.name} cannot be read as CSV in UTF-8 ({error}). Correct the file."
        ) from error
    if header != names:
        raise DataError(
            f"{path.name} line 1: the columns are {header}, but its schema has {names}."
        )
    for line, cells in enumerate(rows, start=2):
        if len(cells) != len(names):
            raise DataError(
                f"{path.name} row {line}: {len(cells)} cells, but the header has {len(names)}."
            )
    return [dict(zip(names, cells, strict=True)) for cells in rows]


def _column_problems(field: Mapping[str, Any], cells: list[str]) -> Iterator[str]:
    rules = field.get("constraints", {})
    # Codes repeat: each different text is checked once.
    faults = {cell: _cell_fault(cell, field["type"], rules) for cell in {*cells} - {""}}
    seen: dict[str, int] = {}
    for line, cell in enumerate(cells, start=2):
        location = f"row {line}, {field['name']}:"
        if not cell:
            if rules.get("required"):
                yield f"{location} is required"
            continue
        if (fault := faults[cell]) is not None:
            yield f"{location} {fault}"
        if rules.get("unique") and seen.setdefault(cell, line) != line:
            yield f"{location} '{cell}' is in row {seen[cell]} already"


def _cell_fault(cell: str, kind: str, rules: Mapping[str, Any]) -> str | None:
    try:
        value = _TYPES[kind](cell)
    except ValueError:
        return f"'{cell}' is not of type {kind}"
    if "enum" in rules and cell not in rules["enum"]:
        return f"'{cell}' is not one of {', '.join(rules['enum'])}"
    if "pattern" in rules and re.fullmatch(rules["pattern"], cell) is None:
        return f"'{cell}' does not have the form {rules['pattern']}"
    if "minimum" in rules and isinstance(value, int) and value < rules["minimum"]:
        return f"{cell} is less than {rules['minimum']}"
    return None


def _matching(pattern: str, cell: str) -> str:
    if re.fullmatch(pattern, cell) is None:
        raise ValueError(cell)
    return cell


def _row_number(problem: str) -> int:
    return int(problem.split()[1].rstrip(","))
