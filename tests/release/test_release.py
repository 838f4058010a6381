"""What a release refuses to be opened from, and what an open one refuses to do."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest

from referrals.errors import ReleaseError
from referrals.ledger import load
from referrals.release import About, Release, built_from, latest_published, open_release
from tests import additive

SmallRelease = Callable[..., Path]
FILES = ("release.duckdb", "cells.csv", "cells.parquet", "statements.csv")


def refusal(folder: Path) -> str:
    """Return the message with which a release is refused. It always says what to do."""
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


def test_a_whole_release_says_what_it_is(release: Release) -> None:
    assert release.about == About(
        release_id="2020-21",
        title="Victims of crime referred by police to Immigration Enforcement, April 2020 to March 2021",
        period="2020-21",
        period_label="April 2020 to March 2021",
        status="published",
        additive=False,
        source_id="ecia-2021",
        published_on="2021-12-15",
        attribution="Contains public sector information licensed under the Open Government Licence v3.0.",
        lay_sentence="",
        edition=release.digest,
    )


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("spoil", [lambda content: content[:-1], lambda content: content[:-4096], lambda _: b""])
def test_a_truncated_file_is_refused_by_name(small: SmallRelease, name: str, spoil: Callable[[bytes], bytes]) -> None:
    folder = small()
    (folder / name).write_bytes(spoil((folder / name).read_bytes()))
    assert refusal(folder).startswith(f"{name} of the release 2020-21 is not the file its manifest lists.")


@pytest.mark.parametrize("name", FILES)
def test_a_file_altered_in_one_bit_is_refused_by_name(small: SmallRelease, name: str) -> None:
    folder = small()
    content = bytearray((folder / name).read_bytes())
    content[len(content) // 2] ^= 1
    (folder / name).write_bytes(content)
    assert refusal(folder).startswith(f"{name} of the release 2020-21 is not the file its manifest lists.")


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_refused_by_name(small: SmallRelease, name: str) -> None:
    folder = small()
    (folder / name).unlink()
    assert refusal(folder).startswith(f"The release 2020-21 lacks {name}.")


def test_a_file_that_only_the_manifest_has_is_refused_by_name(small: SmallRelease) -> None:
    folder = small()
    relist(folder, lambda manifest: manifest["resources"].append({"path": "more.csv", "hash": "sha256:0"}))
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
def test_a_manifest_that_is_none_is_refused(small: SmallRelease, content: str) -> None:
    folder = small()
    (folder / "datapackage.json").write_text(content, encoding="utf-8")
    assert "2020-21" in refusal(folder)


@pytest.mark.parametrize("missing", ["the manifest", "the folder"])
def test_a_release_without_a_manifest_is_refused(small: SmallRelease, tmp_path: Path, missing: str) -> None:
    folder = small()
    (folder / "datapackage.json").unlink()
    asked = folder if missing == "the manifest" else tmp_path / "2020-21"
    assert refusal(asked).startswith("The release 2020-21 has no manifest.")


def test_a_database_that_is_none_is_refused_even_where_the_manifest_lists_it(small: SmallRelease) -> None:
    folder = small()
    (folder / "release.duckdb").write_bytes(b"no database")
    listed = f"sha256:{hashlib.sha256(b'no database').hexdigest()}"
    relist(folder, lambda manifest: manifest["resources"][0].update(hash=listed))
    assert refusal(folder).startswith("The release 2020-21 cannot be opened")


@pytest.mark.parametrize("about", ["create table release as select 1 as one", "select 1"])
def test_a_database_that_does_not_say_what_it_is_is_refused(small: SmallRelease, about: str) -> None:
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
    "copy cells from '{file}'",
    "export database '{folder}/export'",
]
SETTINGS = [
    "set enable_external_access = false",
    "set memory_limit = '1TB'",
    "set threads = 8",
    "set lock_configuration = false",
    "reset memory_limit",
]


@pytest.fixture(scope="module")
def opened(written: Path) -> Release:
    return open_release(written)


@pytest.fixture
def outside(tmp_path: Path) -> dict[str, str]:
    """Return a file and a folder that exist, so that only a lock can be what refuses them."""
    (tmp_path / "values.csv").write_text("value\n1\n", encoding="utf-8")
    return {"file": str(tmp_path / "values.csv"), "folder": str(tmp_path)}


@pytest.mark.parametrize("statement", [*WRITES, *OUTSIDE, *SETTINGS])
def test_an_ordinary_connection_would_do_it(small: SmallRelease, outside: dict[str, str], statement: str) -> None:
    # The planted fault of the three tests below: without the locks, each of these is done.
    with duckdb.connect(small() / "release.duckdb") as connection:
        connection.execute(statement.format(**outside))


@pytest.mark.parametrize("statement", WRITES)
def test_an_open_release_cannot_be_written(opened: Release, statement: str) -> None:
    with pytest.raises(duckdb.InvalidInputException, match="read-only"):
        opened._connection.execute(statement)
    assert opened._connection.execute("select value from cells").fetchall() == [(1,)]


@pytest.mark.parametrize("statement", OUTSIDE)
def test_an_open_release_reaches_nothing_outside_itself(opened: Release, outside: dict[str, str], statement: str) -> None:
    before = sorted(Path(outside["folder"]).rglob("*"))
    with pytest.raises(duckdb.Error, match=r"disabled|read-only"):
        opened._connection.execute(statement.format(**outside))
    assert sorted(Path(outside["folder"]).rglob("*")) == before


@pytest.mark.parametrize("statement", SETTINGS)
def test_the_locks_of_an_open_release_cannot_be_undone(opened: Release, statement: str) -> None:
    with pytest.raises(duckdb.InvalidInputException, match="configuration has been locked"):
        opened._connection.execute(statement)


@pytest.mark.parametrize("statement", ["install httpfs", "install httpfs from community", "load httpfs"])
def test_no_extension_is_fetched_or_loaded(opened: Release, statement: str) -> None:
    with pytest.raises(duckdb.PermissionException, match=r"disabled (through|by) configuration"):
        opened._connection.execute(statement)


def test_the_values_of_our_own_program_cannot_be_asked_for(opened: Release) -> None:
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
    "lock_configuration": True,
}


@pytest.mark.parametrize(("name", "value"), LOCKS.items())
def test_every_lock_is_set(opened: Release, name: str, value: bool | int | str) -> None:
    # Some locks cover for others today. Each is set, so that none has to.
    assert opened._connection.execute("select current_setting($name)", {"name": name}).fetchall() == [(value,)]


def test_many_threads_at_once_each_get_the_answer_to_their_own_question(release: Release) -> None:
    printed = {one.statement_id: one.printed for one in load().statements.values() if one.statement_id not in {"E017", "E018"}}
    asked = list(printed) * 3

    def answer(statement_id: str) -> list[tuple[str, str]]:
        rows = release.rows("queries/statements", {"ids": [statement_id]})
        return [(row["statement_id"], row["printed"]) for row in rows]

    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(answer, asked)) == [[(one, printed[one])] for one in asked]


def test_an_answer_has_the_columns_of_its_query_even_without_a_parameter(release: Release) -> None:
    rows = release.rows("queries/relations")
    assert [row["relation_id"] for row in rows] == [f"R{number:02}" for number in range(1, 21)]
    assert set(rows[0]) == {"relation_id", "kind", "statement_ids", "title", "says", "result", "working", "shown"}


def test_the_newest_published_release_is_the_one_shown(small: SmallRelease) -> None:
    small("2019-20")
    newest = small("2020-21")
    small("2021-22", status="illustrative")
    small("2022-23", status="official")
    small(".2023-24.building")
    small(".2023-24.replaced")
    (newest.parent / "2024-25").mkdir()
    (newest.parent / "2025-26").write_text("no folder", encoding="utf-8")
    assert latest_published(newest.parent) == newest


@pytest.mark.parametrize(("name", "status"), [(".2020-21.building", "published"), ("2020-21", "illustrative")])
def test_where_no_release_is_published_there_is_none_to_show(small: SmallRelease, name: str, status: str) -> None:
    with pytest.raises(ReleaseError, match=r"^There is no published release in releases/\. Run `make data`"):
        latest_published(small(name, status=status).parent)


def test_where_there_is_no_folder_of_releases_there_is_none_to_show(tmp_path: Path) -> None:
    with pytest.raises(ReleaseError, match="There is no published release"):
        latest_published(tmp_path / "releases")


def test_a_whole_release_knows_what_it_was_built_from(small: SmallRelease) -> None:
    assert built_from(small(value=7)) == "inputs of 7"


@pytest.mark.parametrize("name", [*FILES, "datapackage.json"])
def test_a_release_that_is_not_whole_counts_as_not_built(small: SmallRelease, name: str) -> None:
    folder = small()
    (folder / name).unlink()
    assert built_from(folder) is None


# What a release of records is refused for


def test_an_additive_release_that_does_not_announce_its_precision_is_refused(tmp_path: Path) -> None:
    whole = open_release(additive.write(tmp_path / "whole"))
    assert whole.about.is_illustrative
    folder = additive.write(tmp_path, errors=(0, 0, 8))
    assert "does not announce the precision" in refusal(folder)


@pytest.mark.parametrize("column", ["nationality", "outcome", "period"])
def test_an_additive_release_with_cells_that_no_sum_would_count_is_refused(tmp_path: Path, column: str) -> None:
    cells = additive.finest_cells(cells=10)
    cells.loc[0, column] = "XXX"
    assert "codes that it does not list" in refusal(additive.write(tmp_path, finest=cells))


def test_an_illustrative_release_is_never_taken_for_the_published_one(tmp_path: Path) -> None:
    additive.write(tmp_path, release_id="2099-00")
    with pytest.raises(ReleaseError, match="There is no published release"):
        latest_published(tmp_path)
