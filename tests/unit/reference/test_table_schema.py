"""Every rule of a schema, each with a cell that breaks it and the message that locates it."""

from __future__ import annotations

import csv
import json
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referrals.errors import DataError
from referrals.reference import table_schema

FIELDS: tuple[dict[str, Any], ...] = (
    {
        "name": "id",
        "type": "string",
        "constraints": {"required": True, "unique": True, "pattern": "[A-Z][0-9]{2}"},
    },
    {"name": "colour", "type": "string", "constraints": {"enum": ["red", "blue"]}},
    {"name": "size", "type": "integer", "constraints": {"minimum": 0}},
    {"name": "day", "type": "date"},
)
VALID = ("A01,red,3,2020-04-01", "A02,,,", "A03,blue,0,2021-03-31")


def table(folder: Path, lines: Sequence[str], *, header: str = "id,colour,size,day") -> Path:
    """Write a table and its schema, and return the path of the table."""
    (folder / "things.schema.json").write_text(json.dumps({"fields": FIELDS}), encoding="utf-8")
    path = folder / "things.csv"
    path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    return path


def refusal(path: Path) -> str:
    """Return the message with which a table is refused."""
    with pytest.raises(DataError) as refused:
        table_schema.read(path)
    return str(refused.value)


def test_a_valid_table_is_read_as_text_in_the_order_of_the_file(tmp_path: Path) -> None:
    rows = table_schema.read(table(tmp_path, VALID))
    assert [row["id"] for row in rows] == ["A01", "A02", "A03"]
    assert rows[1] == {"id": "A02", "colour": "", "size": "", "day": ""}


def test_a_table_with_a_header_and_no_rows_is_empty(tmp_path: Path) -> None:
    assert table_schema.read(table(tmp_path, [])) == []


@pytest.mark.parametrize(
    ("line", "column", "fault"),
    [
        (",red,3,2020-04-01", "id", "is required"),
        ("A01,red,3,2020-04-01", "id", "'A01' is in row 2 already"),
        ("a04,red,3,2020-04-01", "id", "'a04' does not have the form [A-Z][0-9]{2}"),
        ("A044,red,3,2020-04-01", "id", "'A044' does not have the form [A-Z][0-9]{2}"),
        (" A04,red,3,2020-04-01", "id", "' A04' does not have the form [A-Z][0-9]{2}"),
        ("A04,green,3,2020-04-01", "colour", "'green' is not one of red, blue"),
        ("A04,Red,3,2020-04-01", "colour", "'Red' is not one of red, blue"),
        ("A04,red,three,2020-04-01", "size", "'three' is not of type integer"),
        ("A04,red,3.5,2020-04-01", "size", "'3.5' is not of type integer"),
        ("A04,red,-1,2020-04-01", "size", "-1 is less than 0"),
        ("A04,red,3,1 April 2020", "day", "'1 April 2020' is not of type date"),
        ("A04,red,3,2020-02-30", "day", "'2020-02-30' is not of type date"),
    ],
)
def test_each_broken_rule_is_reported_with_its_file_row_and_column(
    tmp_path: Path, line: str, column: str, fault: str
) -> None:
    message = refusal(table(tmp_path, [*VALID, line]))
    assert message.startswith("things.csv does not meet things.schema.json.")
    assert message.splitlines()[1:] == [f"  things.csv row 5, {column}: {fault}"]


@pytest.mark.parametrize(
    ("line", "column"),
    [
        # Python accepts these; the Table Schema standard and the database that reads the files do
        # not.
        ("A04,red,1_000,2020-04-01", "size"),
        ("A04,red,٣,2020-04-01", "size"),
        ("A04,red,3,20200401", "day"),
        ("A04,red,3,2020-W14-3", "day"),
    ],
)
def test_a_notation_that_only_python_accepts_is_refused(
    tmp_path: Path, line: str, column: str
) -> None:
    assert f"row 5, {column}:" in refusal(table(tmp_path, [*VALID, line]))


def test_one_message_lists_every_invalid_cell_in_the_order_of_the_rows(
    tmp_path: Path,
) -> None:
    message = refusal(table(tmp_path, ["A01,green,-1,2020-04-01", *VALID[1:], "A02,red,x,never"]))
    assert [line.split(":")[0] for line in message.splitlines()[1:]] == [
        "  things.csv row 2, colour",
        "  things.csv row 2, size",
        "  things.csv row 5, id",
        "  things.csv row 5, size",
        "  things.csv row 5, day",
    ]


@pytest.mark.parametrize(
    "header",
    [
        "id,colour,size",
        "id,colour,size,day,more",
        "colour,id,size,day",
        "id,colour,size,Day",
        "\ufeffid,colour,size,day",
    ],
)
def test_a_header_that_differs_from_the_schema_is_refused(tmp_path: Path, header: str) -> None:
    message = refusal(table(tmp_path, VALID, header=header))
    assert message.startswith("things.csv line 1: the columns are")
    assert "['id', 'colour', 'size', 'day']" in message


def test_a_file_without_even_a_header_is_refused(tmp_path: Path) -> None:
    path = table(tmp_path, [])
    path.write_text("", encoding="utf-8")
    assert refusal(path).startswith("things.csv line 1: the columns are []")


@pytest.mark.parametrize(
    ("line", "cells"),
    [("A04,red,3", 3), ("A04,red,3,2020-04-01,", 5), ("", 0)],
    ids=["short", "long", "blank"],
)
def test_a_row_with_too_few_or_too_many_cells_is_refused(
    tmp_path: Path, line: str, cells: int
) -> None:
    path = table(tmp_path, [VALID[0], line, VALID[2]])
    assert refusal(path) == f"things.csv row 3: {cells} cells, but the header has 4."


@pytest.mark.parametrize("missing", ["things.csv", "things.schema.json"])
def test_a_missing_file_is_named(tmp_path: Path, missing: str) -> None:
    path = table(tmp_path, VALID)
    (tmp_path / missing).unlink()
    assert refusal(path) == f"{tmp_path / missing} is missing. Restore it from the repository."


@pytest.mark.parametrize(
    "content",
    [
        b'id,colour,size,day\nA01,"red,3,2020-04-01\n',
        b"id,colour,size,day\nA01,r\xe9d,3,2020-04-01\n",
    ],
    ids=["a quote that is never closed", "not UTF-8"],
)
def test_a_file_that_is_not_csv_in_utf_8_is_a_data_error(tmp_path: Path, content: bytes) -> None:
    path = table(tmp_path, VALID)
    path.write_bytes(content)
    assert refusal(path).startswith("things.csv")


CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=12)


@given(rows=st.lists(st.fixed_dictionaries({"first": CELLS, "second": CELLS}), max_size=6))
def test_any_text_is_read_back_unchanged(rows: list[Mapping[str, str]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "any.csv"
        schema = {"fields": [{"name": name, "type": "string"} for name in ("first", "second")]}
        path.with_suffix(".schema.json").write_text(json.dumps(schema), encoding="utf-8")
        with path.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, ["first", "second"])
            writer.writeheader()
            writer.writerows(rows)
        assert table_schema.read(path) == rows
