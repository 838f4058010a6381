"""Statements in `sql/`: one a file, its grain first, with named parameters only."""

from __future__ import annotations

import re
from itertools import takewhile
from pathlib import Path

import duckdb
import pytest

from referrals import sql
from referrals.paths import SQL

NAMES = sorted(str(path.relative_to(SQL).with_suffix("")) for path in SQL.rglob("*.sql"))
GRAIN = re.compile(r"One row( per .+|: .+)\.")


def faults(text: str) -> list[str]:
    """Return the faults in the text of a statement file."""
    statements = duckdb.extract_statements(text)
    parameters = sorted(name for statement in statements for name in statement.named_parameters)
    found = []
    comment = takewhile(lambda line: line.startswith("-- "), text.splitlines())
    if not GRAIN.fullmatch(" ".join(line.removeprefix("-- ") for line in comment)):
        found.append("the first comment does not state the grain")
    if len(statements) != 1:
        found.append(f"{len(statements)} statements")
    unnamed = [name for name in parameters if not re.fullmatch(r"[a-z][a-z_]*", name)]
    return found + [f"${name} is not a name" for name in unnamed]


def test_sql_has_one_folder_for_each_package_that_queries_a_database() -> None:
    parts = {
        "api",
        "audit",
        "extract",
        "query",
        "release_builder",
        "spreadsheets",
        "synthetic",
        "tabulation",
    }
    assert {name.split("/")[0] for name in NAMES} == parts


@pytest.mark.parametrize("name", NAMES)
def test_a_statement_file_states_its_grain_and_holds_one_statement(
    name: str,
) -> None:
    assert faults(sql.statement(name)) == []


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("select 1", "the first comment does not state the grain"),
        ("\n-- One row: it.\nselect 1", "the first comment does not state the grain"),
        ("-- One row: it\nselect 1", "the first comment does not state the grain"),
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


def test_a_missing_statement_raises_file_not_found() -> None:
    with pytest.raises(FileNotFoundError):
        sql.statement("query/nothing")


def test_every_statement_file_is_used_by_name_in_our_code() -> None:
    # `transcribe` builds the names of release tables from lists, so only the last part is searched
    # for.
    code = "\n".join(
        path.read_text(encoding="utf-8") for path in Path(sql.__file__).parent.rglob("*.py")
    )
    assert [
        name for name in NAMES if f'"{name}"' not in code and f'"{Path(name).name}"' not in code
    ] == []
