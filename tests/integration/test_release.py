"""Releases that cannot be opened, and the statements that an open release refuses."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext as does_not_raise
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from referrals import sql
from referrals.errors import ReleaseError
from referrals.reference.codelists import DIMENSIONS
from referrals.release import contract
from referrals.release import release as releases
from referrals.release.release import (
    About,
    Kind,
    Release,
    built_from,
    latest_published,
    open_release,
)
from tests.fixtures import rounded_release
from tests.fixtures.examples import examples

SmallRelease = Callable[..., Path]
FILES = ("release.duckdb", "cells.csv", "cells.parquet", "statements.csv")


def refusal(folder: Path) -> str:
    """Return the message with which a release is refused, which always names the remedy."""
    with pytest.raises(ReleaseError) as refused:
        open_release(folder)
    assert "make data" in str(refused.value)
    return str(refused.value)


def relist(folder: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """Change the manifest of a release."""
    path = folder / "datapackage.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    change(manifest)
    path.write_text(json.dumps(manifest), encoding="utf-8")


def test_a_valid_release_describes_itself(release: Release) -> None:
    assert release.about == About(
        release_id="2020-21",
        title="Victims of crime referred by police to Immigration Enforcement, "
        "April 2020 to March 2021",
        period="2020-21",
        period_label="April 2020 to March 2021",
        status="published",
        kind=Kind.TRANSCRIBED,
        source_id="ecia-2021",
        published_on="2021-12-15",
        attribution="Contains public sector information licensed under the "
        "Open Government Licence v3.0.",
        lay_sentence="",
        edition=release.digest,
    )


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize(
    "spoil", [lambda content: content[:-1], lambda content: content[:-4096], lambda _: b""]
)
def test_a_truncated_file_is_refused_by_name(
    small: SmallRelease, name: str, spoil: Callable[[bytes], bytes]
) -> None:
    folder = small()
    (folder / name).write_bytes(spoil((folder / name).read_bytes()))
    assert refusal(folder).startswith(
        f"{name} of the release 2020-21 is not the file its manifest lists."
    )


@pytest.mark.parametrize("name", FILES)
def test_a_file_altered_in_one_bit_is_refused_by_name(small: SmallRelease, name: str) -> None:
    folder = small()
    content = bytearray((folder / name).read_bytes())
    content[len(content) // 2] ^= 1
    (folder / name).write_bytes(content)
    assert refusal(folder).startswith(
        f"{name} of the release 2020-21 is not the file its manifest lists."
    )


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_refused_by_name(small: SmallRelease, name: str) -> None:
    folder = small()
    (folder / name).unlink()
    assert refusal(folder).startswith(f"The release 2020-21 lacks {name}.")


def test_a_file_that_only_the_manifest_has_is_refused_by_name(small: SmallRelease) -> None:
    folder = small()
    relist(
        folder,
        lambda manifest: manifest["resources"].append({"path": "more.csv", "hash": "sha256:0"}),
    )
    assert refusal(folder).startswith("The release 2020-21 lacks more.csv.")


def test_a_file_that_the_manifest_does_not_list_is_refused_by_name(small: SmallRelease) -> None:
    folder = small()
    (folder / "more.csv").write_text("value\n1\n", encoding="utf-8")
    assert "more.csv" in refusal(folder)


def test_a_manifest_that_leaves_out_the_database_is_refused(small: SmallRelease) -> None:
    # Otherwise a database that nobody has verified would be opened.
    folder = small()
    relist(folder, lambda manifest: manifest["resources"].pop(0))
    assert "release.duckdb" in refusal(folder)


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "{}",
        "[]",
        "null",
        '{"resources": []}',
        '{"resources": 3}',
        '{"resources": [3]}',
        '{"resources": [{"path": "cells.csv"}]}',
        '{"resources": [{"hash": "sha256:0"}]}',
    ],
)
def test_an_invalid_manifest_is_refused(small: SmallRelease, content: str) -> None:
    folder = small()
    (folder / "datapackage.json").write_text(content, encoding="utf-8")
    assert "2020-21" in refusal(folder)


@pytest.mark.parametrize("missing", ["the manifest", "the folder"])
def test_a_release_without_a_manifest_is_refused(
    small: SmallRelease, tmp_path: Path, missing: str
) -> None:
    folder = small()
    (folder / "datapackage.json").unlink()
    path = folder if missing == "the manifest" else tmp_path / "2020-21"
    assert refusal(path).startswith("The release 2020-21 has no manifest.")


def test_a_file_that_is_not_a_database_is_refused_even_if_the_manifest_lists_it(
    small: SmallRelease,
) -> None:
    folder = small()
    (folder / "release.duckdb").write_bytes(b"no database")
    listed = f"sha256:{hashlib.sha256(b'no database').hexdigest()}"
    relist(folder, lambda manifest: manifest["resources"][0].update(hash=listed))
    assert refusal(folder).startswith("The release 2020-21 cannot be opened")


def test_a_release_of_another_version_of_the_contract_is_refused_and_both_are_named(
    small: SmallRelease,
) -> None:
    folder = small()
    relist(folder, lambda manifest: manifest.update(contract=contract.VERSION))
    assert open_release(folder).about.release_id == "2020-21"
    relist(folder, lambda manifest: manifest.update(contract=2))
    with pytest.raises(
        ReleaseError,
        match=r"^The release 2020-21 follows version 2 of the contract; this site reads 1\.",
    ):
        open_release(folder)


@pytest.mark.parametrize(
    "revision",
    [
        {"revision": -1},
        {"revision": "1"},
        {"revision": 1.5},
        {"revised_on": "2021-13-01"},
        {"revised_on": 20211215},
    ],
)
def test_a_release_whose_revision_cannot_be_read_is_refused(
    small: SmallRelease, revision: dict[str, Any]
) -> None:
    folder = small()
    relist(folder, lambda manifest: manifest.update(revision))
    assert "does not give its revision as a whole number and a day" in refusal(folder)


@pytest.mark.parametrize("column", ["cells.status", "statements.quotation", "series.note"])
def test_a_release_that_lacks_a_column_is_refused_by_its_name(
    small: SmallRelease, column: str
) -> None:
    assert refusal(small(without=column)).endswith(f"it lacks {column}. {contract.REBUILD}")


@pytest.fixture(scope="module")
def additive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small additive release. Copy it before changing it."""
    return rounded_release.write(tmp_path_factory.mktemp("additive"))


@pytest.mark.parametrize("table", contract.TABLES_OF_RECORDS)
def test_an_additive_release_that_lacks_a_table_is_refused(
    additive: Path, tmp_path: Path, table: str
) -> None:
    folder = shutil.copytree(additive, tmp_path / additive.name)
    rewrite(folder, f"drop table {table}")
    assert f"it lacks {table}." in refusal(folder)


def test_the_contract_names_every_table_and_column_of_the_real_release(release: Release) -> None:
    present: dict[str, list[str]] = {}
    for row in release.rows("query/table_columns"):
        present.setdefault(row["table_name"], []).append(row["column_name"])
    listed = contract.tables(additive=False, shown_first=True)
    assert {name: set(columns) for name, columns in present.items()} == {
        name: set(listed[name].split()) for name in listed
    }


def rewrite(folder: Path, statement: str) -> None:
    """Change the database of a release and list its new hash, as its builder would have done."""
    with duckdb.connect(folder / "release.duckdb") as connection:
        connection.execute(statement)
    listed = f"sha256:{hashlib.sha256((folder / 'release.duckdb').read_bytes()).hexdigest()}"
    relist(folder, lambda manifest: manifest["resources"][0].update(hash=listed))


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("delete from release", "does not describe itself completely"),
        ("insert into release select * from release", "does not describe itself completely"),
        ("update release set title = null", "does not describe itself completely"),
        ("update release set status = 'official'", "do not give it one known status"),
        ("drop table release", "cannot be opened"),
        ("alter table release drop lay_sentence", "cannot be opened"),
    ],
)
def test_a_database_that_contradicts_the_manifest_is_refused(
    small: SmallRelease, statement: str, message: str
) -> None:
    folder = small()
    rewrite(folder, statement)
    assert message in refusal(folder)


def test_an_unknown_status_is_refused(small: SmallRelease) -> None:
    assert "one known status" in refusal(small(status="secret"))


@pytest.mark.parametrize("name", [*FILES, "datapackage.json"])
@pytest.mark.parametrize("kind", ["a link", "a pipe", "a folder", "a huge file"])
def test_only_a_regular_file_is_read_and_a_pipe_is_not_waited_for(
    small: SmallRelease, tmp_path: Path, name: str, kind: str
) -> None:
    folder = small()
    path = (folder / name).rename(tmp_path / name)
    if kind == "a link":
        (folder / name).symlink_to(path)
    elif kind == "a pipe":
        os.mkfifo(folder / name)
    elif kind == "a folder":
        (folder / name).mkdir()
    else:
        with (folder / name).open("wb") as stream:
            stream.truncate(contract.MAX_FILE_BYTES + 1)
    assert refusal(folder).startswith(f"{name} of the release 2020-21 ")


def test_a_link_to_a_release_is_refused(small: SmallRelease, tmp_path: Path) -> None:
    (tmp_path / "current").symlink_to(small())
    with pytest.raises(
        ReleaseError,
        match=r"^The release current is a link\. Put the folder itself in its place\.$",
    ):
        open_release(tmp_path / "current")


@pytest.mark.parametrize("denied", [*FILES, "datapackage.json", "2020-21"])
def test_an_unreadable_file_is_refused_by_name(
    small: SmallRelease, monkeypatch: pytest.MonkeyPatch, denied: str
) -> None:
    # The tests may run as root, which can read everything, so the error of the system is simulated.
    folder = small()

    def refuse(work: Callable[..., Any]) -> Callable[..., Any]:
        def refusing(path: Path, *more: Any) -> Any:
            if Path(path).name == denied:
                raise PermissionError(13, "Permission denied", str(path))
            return work(path, *more)

        return refusing

    for name in ("open", "listdir"):
        monkeypatch.setattr(os, name, refuse(getattr(os, name)))
    message = refusal(folder)
    assert "cannot be read: Permission denied." in message
    assert denied in message
    assert str(folder.parent) not in message


@pytest.mark.parametrize(
    "name", ["../cells.csv", "/etc/passwd", "a/b", "", ".", "..", "a\0b", "\ud800", "\n", "x" * 300]
)
def test_a_manifest_that_lists_an_invalid_file_name_is_refused(
    small: SmallRelease, name: str
) -> None:
    folder = small()
    relist(
        folder, lambda manifest: manifest["resources"].append({"path": name, "hash": "sha256:0"})
    )
    assert "lists an invalid file name" in refusal(folder)


NAMES = st.sampled_from(["resources", "path", "hash", "status", "contract", "more"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda part: st.lists(part, max_size=3) | st.dictionaries(NAMES, part, max_size=3),
)


@settings(
    max_examples=examples(30),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    manifest=st.binary(max_size=40)
    | JSON.map(lambda value: json.dumps(value).encode())
    | st.just(b"[" * 100_000)
)
def test_any_other_content_of_a_manifest_is_a_release_error(
    tmp_path: Path, manifest: bytes
) -> None:
    (tmp_path / "datapackage.json").write_bytes(manifest)
    with pytest.raises(ReleaseError):
        open_release(tmp_path)


@pytest.mark.parametrize("about", ["create table release as select 1 as one", "select 1"])
def test_a_database_that_does_not_describe_the_release_is_refused(
    small: SmallRelease, about: str
) -> None:
    assert refusal(small(about=about)).startswith("The release 2020-21 cannot be opened")


WRITES = [
    "create table more as select 1",
    "insert into release select * from release",
    "update cells set value = 0",
    "delete from cells",
    "drop table cells",
    "alter table cells rename to numbers",
]
OUTSIDE = [
    "select * from read_csv('{file}')",
    "select * from read_text('{file}')",
    "select * from read_blob('{file}')",
    "select * from '{file}'",
    "select * from glob('{folder}/*')",
    "attach '{folder}/other.duckdb'",
    "copy cells to '{folder}/copy.csv'",
    "copy cells (value) from '{file}'",
    "export database '{folder}/export'",
]
SETTINGS = [
    "set enable_external_access = false",
    "set memory_limit = '1TB'",
    "set threads = 8",
    "set lock_configuration = false",
    "set max_execution_time = 0",
    "reset memory_limit",
]


@pytest.fixture(scope="module")
def opened(written: Path) -> Release:
    return open_release(written)


@pytest.fixture
def outside(tmp_path: Path) -> dict[str, str]:
    """Return a file and a folder that exist, so that only a lock can refuse them."""
    (tmp_path / "values.csv").write_text("value\n1\n", encoding="utf-8")
    return {"file": str(tmp_path / "values.csv"), "folder": str(tmp_path)}


@pytest.mark.parametrize("statement", [*WRITES, *OUTSIDE, *SETTINGS])
def test_an_ordinary_connection_runs_each_of_these_statements(
    small: SmallRelease, outside: dict[str, str], statement: str
) -> None:
    # The planted fault of the three tests below: without the locks, each statement runs.
    with duckdb.connect(small() / "release.duckdb") as connection, does_not_raise():
        connection.execute(statement.format(**outside))


@pytest.mark.parametrize("statement", WRITES)
def test_an_open_release_cannot_be_written(opened: Release, statement: str) -> None:
    with pytest.raises(duckdb.InvalidInputException, match="read-only"):
        opened._connection.execute(statement)
    assert opened._connection.execute("select value from cells").fetchall() == [(1,)]


@pytest.mark.parametrize("statement", OUTSIDE)
def test_an_open_release_reaches_nothing_outside_itself(
    opened: Release, outside: dict[str, str], statement: str
) -> None:
    before = sorted(Path(outside["folder"]).rglob("*"))
    with pytest.raises(duckdb.Error, match=r"disabled|read-only"):
        opened._connection.execute(statement.format(**outside))
    assert sorted(Path(outside["folder"]).rglob("*")) == before


@pytest.mark.parametrize("statement", SETTINGS)
def test_the_locks_of_an_open_release_cannot_be_undone(opened: Release, statement: str) -> None:
    with pytest.raises(duckdb.InvalidInputException, match="configuration has been locked"):
        opened._connection.execute(statement)


@pytest.mark.parametrize(
    "statement", ["install httpfs", "install httpfs from community", "load httpfs"]
)
def test_an_open_release_installs_and_loads_no_extension(opened: Release, statement: str) -> None:
    with pytest.raises(duckdb.PermissionException, match=r"disabled (through|by) configuration"):
        opened._connection.execute(statement)


def test_an_open_release_cannot_query_variables_of_the_program(opened: Release) -> None:
    people = pd.DataFrame({"value": [1336]})
    with duckdb.connect() as ordinary:
        assert ordinary.execute("select * from people").fetchall() == [(1336,)]
    with pytest.raises(duckdb.CatalogException, match="people does not exist"):
        opened._connection.execute("select * from people")
    assert len(people) == 1


LOCKS = {
    "enable_external_access": False,
    "autoload_known_extensions": False,
    "autoinstall_known_extensions": False,
    "allow_community_extensions": False,
    "python_enable_replacements": False,
    "threads": 1,
    "temp_directory": "",
    "max_execution_time": 10_000,
    "lock_configuration": True,
}


# An open release is the verified one


@pytest.mark.parametrize("change", ["replaced", "overwritten in place", "cut", "taken away"])
def test_an_open_release_does_not_change_whatever_happens_to_its_folder(
    small: SmallRelease, change: str
) -> None:
    folder = small(value=1)
    opened = open_release(folder)
    files = dict(opened.files)
    database = folder / "release.duckdb"
    if change == "replaced":
        small(value=2)
    elif change == "overwritten in place":
        with database.open("r+b") as stream:
            stream.write(b"garbage!" * 100_000)
    elif change == "cut":
        os.truncate(database, 4096)
    else:
        shutil.rmtree(folder)
    assert opened._connection.cursor().execute("select value from cells").fetchall() == [(1,)]
    assert opened.files == files
    assert (
        hashlib.sha256(opened.files["datapackage.json"]).hexdigest()
        == opened.digest
        == opened.about.edition
    )


def test_a_release_that_replaces_an_open_one_answers_with_its_own_data(small: SmallRelease) -> None:
    # DuckDB keeps one instance for each path: by path, the second answers with the first's data.
    folder = small(value=1)
    with duckdb.connect(folder / "release.duckdb", read_only=True) as by_path:
        small(value=2)
        with duckdb.connect(folder / "release.duckdb", read_only=True) as again:
            assert by_path.table("cells").fetchall() == again.table("cells").fetchall()
    first = open_release(small(value=1))
    second = open_release(small(value=2))
    assert [
        release._connection.execute("select value from cells").fetchall()
        for release in (first, second)
    ] == [[(1,)], [(2,)]]
    assert first.digest != second.digest


def test_releases_opened_one_after_another_leave_no_file_open(small: SmallRelease) -> None:
    folders = [small("2020-21", value=1), small("2021-22", value=2)]
    opened = [open_release(folders[0])]
    before = open_files()
    for turn in range(6):
        opened[0] = open_release(folders[turn % 2])
        assert opened[0]._connection.execute("select value from cells").fetchall() == [
            (1 + turn % 2,)
        ]
    assert open_files() == before
    opened.clear()
    assert open_files() < before


def open_files() -> int:
    return len(list(Path("/proc/self/fd" if sys.platform == "linux" else "/dev/fd").iterdir()))


def test_a_refused_release_leaves_no_file_open(tmp_path: Path) -> None:
    folder = rounded_release.write(tmp_path, errors=(0, 0, 8))
    before = open_files()
    refusal(folder)
    assert open_files() == before


# Locks and limits


def test_a_query_that_takes_too_long_is_a_release_error(
    small: SmallRelease, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = small()
    monkeypatch.setattr(releases, "QUERY_SECONDS", 0.1)
    opened = open_release(folder)
    monkeypatch.setattr(sql, "statement", {"endless": ENDLESS}.get)
    with pytest.raises(
        ReleaseError, match=r"^The release 2020-21 could not answer in 0\.1 seconds\. Try again"
    ):
        opened.rows("endless")


ENDLESS = (
    "select count(*) from range(100000000) as one, range(100000000) as other "
    "where one.range * other.range % 7 = 3"
)


def test_a_query_that_takes_too_much_memory_is_a_release_error(
    opened: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    greedy = "select list(repeat('x', 1000) || range) from range(1000000)"
    monkeypatch.setattr(sql, "statement", {"greedy": greedy}.get)
    with pytest.raises(ReleaseError, match="ask for less"):
        opened.rows("greedy")


@pytest.mark.parametrize(("name", "value"), LOCKS.items())
def test_every_lock_is_set(opened: Release, name: str, value: bool | int | str) -> None:
    # Some locks make others redundant today. Each is set all the same.
    assert opened._connection.execute(
        "select current_setting($name)", {"name": name}
    ).fetchall() == [(value,)]


def test_concurrent_threads_each_get_the_result_of_their_own_query(release: Release) -> None:
    def answer(dimension: str) -> list[dict[str, object]]:
        return release.rows("query/available_filters", {"dimension": dimension})

    alone = {dimension: answer(dimension) for dimension in DIMENSIONS}
    assert len({str(rows) for rows in alone.values()}) > 2  # so that a mix-up would be seen
    asked = [*DIMENSIONS] * 24
    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(answer, asked)) == [alone[dimension] for dimension in asked]


def test_a_query_without_parameters_returns_rows_by_column_name(release: Release) -> None:
    rows = release.rows("query/relations")
    assert [row["relation_id"] for row in rows] == [f"R{number:02}" for number in range(1, 21)]
    assert set(rows[0]) == {
        "relation_id",
        "kind",
        "statement_ids",
        "title",
        "says",
        "result",
        "working",
        "shown",
    }


def test_latest_published_returns_the_newest_published_folder(small: SmallRelease) -> None:
    small("2019-20")
    newest = small("2020-21")
    small("2021-22", status="official")
    small("2022-23", status="official")
    small(".2023-24.building")
    small(".2023-24.replaced")
    (newest.parent / "2024-25").mkdir()
    (newest.parent / "2025-26").write_text("no folder", encoding="utf-8")
    assert latest_published(newest.parent) == newest


@pytest.mark.parametrize(
    ("name", "status"), [(".2020-21.building", "published"), ("2020-21", "official")]
)
def test_latest_published_raises_if_no_release_is_published(
    small: SmallRelease, name: str, status: str
) -> None:
    with pytest.raises(
        ReleaseError, match=r"^There is no published release in releases/\. Run `make data`"
    ):
        latest_published(small(name, status=status).parent)


def test_latest_published_raises_if_there_is_no_folder_of_releases(tmp_path: Path) -> None:
    with pytest.raises(ReleaseError, match="There is no published release"):
        latest_published(tmp_path / "releases")


def test_built_from_returns_the_digest_of_the_inputs(small: SmallRelease) -> None:
    assert built_from(small(value=7)) == "inputs of 7"


@pytest.mark.parametrize("name", [*FILES, "datapackage.json"])
def test_built_from_is_none_for_an_incomplete_release(small: SmallRelease, name: str) -> None:
    folder = small()
    (folder / name).unlink()
    assert built_from(folder) is None


# Releases of records


def test_an_additive_release_without_its_precision_is_refused(
    additive: Path, tmp_path: Path
) -> None:
    assert open_release(additive).about.is_invented
    folder = rounded_release.write(tmp_path, errors=(0, 0, 8))
    assert "does not announce the precision" in refusal(folder)


@pytest.mark.parametrize(
    "column",
    [
        "nationality",
        pytest.param("outcome", marks=pytest.mark.slow),
        pytest.param("period", marks=pytest.mark.slow),
    ],
)
def test_an_additive_release_with_unlisted_codes_is_refused(tmp_path: Path, column: str) -> None:
    cells = rounded_release.finest_cells(cells=10)
    cells.loc[0, column] = "XXX"
    assert "codes that it does not list" in refusal(rounded_release.write(tmp_path, finest=cells))


def test_latest_published_never_returns_an_official_release(tmp_path: Path) -> None:
    rounded_release.write(tmp_path, release_id="2099-00")
    with pytest.raises(ReleaseError, match="There is no published release"):
        latest_published(tmp_path)
