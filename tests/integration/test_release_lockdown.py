"""Each lock of an open release, taken away on its own: what it alone keeps shut comes open, and is shut again with it."""

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
"""What one lock alone keeps shut. Found by trying each against every lock."""

COVERED = sorted(LOCKDOWN.keys() - {lock for lock, _ in HOLES} - {"threads"})
"""Locks behind which another stands today. Their defaults are open, so that each must be set; of threads it depends."""

SORT = (
    "select count(*) from (select range, hash(range) as mixed from range(4000000) order by mixed)"
)


def connect(folder: Path, **config: str | bool | float | list[str]) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(folder / "release.duckdb", read_only=True, config=config)


@pytest.fixture
def folder(written: Path, tmp_path: Path) -> Path:
    """A folder with a release's database, another database, and a file: all that could be reached."""
    for name in ("release.duckdb", "other.duckdb"):
        (tmp_path / name).write_bytes((written / "release.duckdb").read_bytes())
    (tmp_path / "values.csv").write_text("value\n1\n", encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(("lock", "statement"), HOLES)
def test_a_hole_is_open_without_its_lock_and_shut_with_it(
    folder: Path, lock: str, statement: str
) -> None:
    asked = statement.format(folder=folder)
    with connect(
        folder, **{name: value for name, value in LOCKDOWN.items() if name != lock}
    ) as unlocked:
        unlocked.execute(asked)
    with (
        connect(folder, **LOCKDOWN) as locked,
        pytest.raises(duckdb.Error, match=r"disabled|cannot change|locked"),
    ):
        locked.execute(asked)


@pytest.mark.parametrize("lock", COVERED)
def test_a_lock_that_another_covers_is_open_by_default_and_set_here(
    folder: Path, lock: str
) -> None:
    asked = ("select current_setting($name)", {"name": lock})
    with connect(folder) as ordinary:
        by_default = ordinary.execute(*asked).fetchall()
    with connect(folder, **LOCKDOWN) as locked:
        assert locked.execute(*asked).fetchall() != by_default


def test_the_lock_on_the_settings_comes_last() -> None:
    # Those after it would be refused, or silently not set.
    assert list(LOCKDOWN)[-1] == "lock_configuration"


def test_a_query_that_needs_more_memory_than_there_is_ends_and_writes_nothing_to_disk(
    folder: Path,
) -> None:
    small = {**LOCKDOWN, "memory_limit": "64MB"}
    before = sorted(folder.rglob("*"))
    with connect(folder, **small) as bounded, pytest.raises(duckdb.OutOfMemoryException):
        bounded.execute(SORT)
    assert sorted(folder.rglob("*")) == before


def test_with_a_folder_for_it_the_same_query_would_fill_the_disk(folder: Path) -> None:
    small = {**LOCKDOWN, "memory_limit": "64MB", "temp_directory": str(folder / "spilt")}
    with connect(folder, **small) as spilling:
        assert spilling.execute(SORT).fetchone() == (4_000_000,)


ALLOWED_STILL = [
    "create temp table more as select 1",
    "pragma database_list",
    "select 1; select 2",
    "from query('select 1')",
]


@pytest.mark.parametrize("statement", ALLOWED_STILL)
def test_some_statements_go_through_all_locks(folder: Path, statement: str) -> None:
    # Why no reader may ever write SQL: the two tests below hold that wall, and the locks are the second.
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


def test_the_public_side_runs_statements_of_our_own_files_and_no_others() -> None:
    ran = {
        path.relative_to(ROOT).as_posix(): calls
        for path in PUBLIC
        if (calls := sql_calls(path.read_text(encoding="utf-8")))
    }
    assert set(ran) == {"referrals/release/release.py"}
    assert "sql.statement(name)" in ran["referrals/release/release.py"]


@pytest.mark.parametrize("line", ["cursor.execute(f'select {column}')", "connection.sql(text)"])
def test_a_statement_made_of_text_is_noticed(line: str) -> None:
    assert sql_calls(f"def f():\n    {line}\n") != []
