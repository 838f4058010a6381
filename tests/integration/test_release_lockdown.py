"""Each lock of an open release: the statements that it alone blocks."""

from __future__ import annotations

import ast
from contextlib import nullcontext as does_not_raise
from pathlib import Path

import duckdb
import pytest

from referrals.paths import ROOT
from referrals.release.release import LOCKDOWN

HOLES = [
    ("enable_external_access", "select * from read_csv('{folder}/values.csv')"),
    ("enable_external_access", "select * from read_text('{folder}/values.csv')"),
    ("enable_external_access", "select * from read_blob('{folder}/values.csv')"),
    ("enable_external_access", "select * from '{folder}/values.csv'"),
    ("enable_external_access", "select * from glob('{folder}/*')"),
    ("enable_external_access", "attach '{folder}/other.duckdb' as other (read_only)"),
    ("enable_external_access", "copy cells to '{folder}/copy.csv'"),
    ("enable_external_access", "export database '{folder}/export'"),
    (
        "enable_external_access",
        "create temp macro reading() as table select * from read_text('{folder}/values.csv')",
    ),
    ("lock_configuration", "set threads = 8"),
    ("lock_configuration", "set memory_limit = '1TB'"),
    ("lock_configuration", "pragma enable_profiling = 'json'"),
]
"""Statements that one lock alone blocks. Found by trying each statement against every lock."""

COVERED = sorted(LOCKDOWN.keys() - {lock for lock, _ in HOLES} - {"threads"})
"""Locks that another makes redundant today. Their defaults are open, so each must be set. The
default of threads depends on the machine."""

SORT = (
    "select count(*) from (select range, hash(range) as mixed from range(4000000) order by mixed)"
)


def connect(folder: Path, **config: str | bool | float | list[str]) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(folder / "release.duckdb", read_only=True, config=config)


@pytest.fixture
def folder(written: Path, tmp_path: Path) -> Path:
    """A folder with the database of a release, another database and a file to reach for."""
    for name in ("release.duckdb", "other.duckdb"):
        (tmp_path / name).write_bytes((written / "release.duckdb").read_bytes())
    (tmp_path / "values.csv").write_text("value\n1\n", encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(("lock", "statement"), HOLES)
def test_a_statement_runs_without_its_lock_and_fails_with_it(
    folder: Path, lock: str, statement: str
) -> None:
    hole = statement.format(folder=folder)
    with connect(
        folder, **{name: value for name, value in LOCKDOWN.items() if name != lock}
    ) as unlocked:
        unlocked.execute(hole)
    with (
        connect(folder, **LOCKDOWN) as locked,
        pytest.raises(duckdb.Error, match=r"disabled|cannot change|locked"),
    ):
        locked.execute(hole)


@pytest.mark.parametrize("lock", COVERED)
def test_a_redundant_lock_differs_from_its_default(folder: Path, lock: str) -> None:
    query = ("select current_setting($name)", {"name": lock})
    with connect(folder) as ordinary:
        by_default = ordinary.execute(*query).fetchall()
    with connect(folder, **LOCKDOWN) as locked:
        assert locked.execute(*query).fetchall() != by_default


def test_the_lock_on_the_settings_comes_last() -> None:
    # Later settings would be refused, or silently not set.
    assert list(LOCKDOWN)[-1] == "lock_configuration"


def test_a_query_that_exceeds_the_memory_limit_fails_and_writes_nothing_to_disk(
    folder: Path,
) -> None:
    small = {**LOCKDOWN, "memory_limit": "64MB"}
    before = sorted(folder.rglob("*"))
    with connect(folder, **small) as bounded, pytest.raises(duckdb.OutOfMemoryException):
        bounded.execute(SORT)
    assert sorted(folder.rglob("*")) == before


def test_with_a_temporary_folder_the_same_query_spills_to_disk(folder: Path) -> None:
    small = {**LOCKDOWN, "memory_limit": "64MB", "temp_directory": str(folder / "spilt")}
    with connect(folder, **small) as spilling:
        assert spilling.execute(SORT).fetchone() == (4_000_000,)


STILL_ALLOWED = [
    "create temp table more as select 1",
    "pragma database_list",
    "select 1; select 2",
    "from query('select 1')",
]


@pytest.mark.parametrize("statement", STILL_ALLOWED)
def test_some_statements_pass_every_lock(folder: Path, statement: str) -> None:
    # Hence no reader may ever write SQL. The tests below guard that; the locks are the second
    # defence.
    with connect(folder, **LOCKDOWN) as locked, does_not_raise():
        locked.execute(statement)


PUBLIC = [
    path
    for part in ("referrals", "pages")
    for path in sorted((ROOT / part).rglob("*.py"))
    if "publishing" not in path.parts
]  # fmt: skip


def sql_calls(source: str) -> list[str]:
    """Return the first argument of each call that could run SQL."""
    calls = (
        node
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    )
    return [
        ast.unparse(call.args[0]) if call.args else ""
        for call in calls
        if isinstance(call.func, ast.Attribute)
        and call.func.attr in {"execute", "executemany", "sql"}
    ]


def test_the_public_side_runs_only_statements_from_our_own_files() -> None:
    ran = {
        path.relative_to(ROOT).as_posix(): calls
        for path in PUBLIC
        if (calls := sql_calls(path.read_text(encoding="utf-8")))
    }
    assert ran == {"referrals/sql.py": ["statement(name)"]}


@pytest.mark.parametrize("line", ["cursor.execute(f'select {column}')", "connection.sql(text)"])
def test_a_statement_built_from_text_is_found(line: str) -> None:
    assert sql_calls(f"def f():\n    {line}\n") != []
