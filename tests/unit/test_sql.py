"""Statements in `sql/`: one a file, its grain first, and nothing in them but named parameters."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import pytest

from referrals import sql
from referrals.paths import SQL

NAMES = sorted(str(path.relative_to(SQL).with_suffix("")) for path in SQL.rglob("*.sql"))
GRAIN = re.compile(r"-- One row( per .+|: .+)\.")


def faults(text: str) -> list[str]:
    """Return what is wrong with the text of a statement file."""
    statements = duckdb.extract_statements(text)
    parameters = sorted(name for statement in statements for name in statement.named_parameters)
    return [
        *(
            []
            if GRAIN.fullmatch(text.split("\n", 1)[0])
            else ["the first line does not say the grain"]
        ),
        *([] if len(statements) == 1 else [f"{len(statements)} statements"]),
        *(
            f"${name} is not a name"
            for name in parameters
            if not re.fullmatch(r"[a-z][a-z_]*", name)
        ),
    ]


def test_there_are_statements_for_each_part_that_asks_a_database() -> None:
    parts = {
        "release_builder",
        "query",
        "extract",
        "synthetic",
        "tabulation",
        "audit",
        "spreadsheets",
        "api",
    }
    assert {name.split("/")[0] for name in NAMES} == parts


@pytest.mark.parametrize("name", NAMES)
def test_a_statement_file_says_its_grain_and_holds_one_statement_with_named_parameters(
    name: str,
) -> None:
    assert faults(sql.statement(name)) == []


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("select 1", "the first line does not say the grain"),
        ("\n-- One row: it.\nselect 1", "the first line does not say the grain"),
        ("-- One row: it\nselect 1", "the first line does not say the grain"),
        ("-- One row: it.\nselect 1; select 2", "2 statements"),
        ("-- One row: it.\n", "0 statements"),
        ("-- One row: it.\nselect ?", "$1 is not a name"),
        ("-- One row: it.\nselect $1", "$1 is not a name"),
    ],
)
def test_a_planted_fault_in_a_statement_file_is_found(text: str, fault: str) -> None:
    assert faults(text) == [fault]


def test_a_statement_is_the_text_of_its_file() -> None:
    assert sql.statement("query/release") == (SQL / "query" / "release.sql").read_text(
        encoding="utf-8"
    )


def test_rows_are_keyed_by_column_name_in_column_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "sums.sql").write_text("select $low as b, 2 as a union all select 3, 4")
    monkeypatch.setattr(sql, "SQL", tmp_path)
    with duckdb.connect() as connection:
        rows = sql.rows(connection, "sums", {"low": 1})
    assert rows == [{"b": 1, "a": 2}, {"b": 3, "a": 4}]
    assert list(rows[0]) == ["b", "a"]


def test_a_statement_that_does_not_exist_is_a_mistake_of_ours() -> None:
    with pytest.raises(FileNotFoundError):
        sql.statement("queries/nothing")


def test_every_statement_file_is_used_by_name_in_our_code() -> None:
    # Names of release tables are put together from lists in `transcribe`, so their last part alone is looked for.
    code = "\n".join(
        path.read_text(encoding="utf-8") for path in Path(sql.__file__).parent.rglob("*.py")
    )
    assert [
        name for name in NAMES if f'"{name}"' not in code and f'"{Path(name).name}"' not in code
    ] == []
