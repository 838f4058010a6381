"""Other people's tools read our files to the same cells. `make clients` installs the tools."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from starlette.applications import Starlette

from referrals import api
from referrals.paths import RELEASES, ROOT
from referrals.release import catalogue
from referrals.release.catalogue import Served
from referrals.release.release import open_release
from tests.fixtures.asgi_client import HttpClient

pytestmark = pytest.mark.slow

TOOLS: Final = ROOT / "build" / "clients"
WOMEN: Final = "/api/v1/releases/2020-21/cells?sex=F&crime_type=DA,MS,_T&nationality=_T&age_band=_T"
FORMATS: Final = {
    "csv": "csv",
    "csv-metadata.json": "csv-metadata.json",
    "json-stat": "json-stat.json",
    "sdmx-csv": "sdmx.csv",
}


@pytest.fixture(scope="module")
def get() -> Iterator[HttpClient]:
    served = Served("one", open_release(RELEASES / "2020-21"), ())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(catalogue, "served", lambda: served)
        yield HttpClient(Starlette(routes=api.routes()))


@pytest.fixture(scope="module")
def folder(get: HttpClient, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the files of a release and some answers of the API."""
    home = tmp_path_factory.mktemp("files")
    for name, ending in FORMATS.items():
        (home / f"cells-of-women.{ending}").write_bytes(get(f"{WOMEN}&format={name}").content)
    # The metadata name the address of the file, which has no server here.
    path = home / "cells-of-women.csv-metadata.json"
    metadata = json.loads(path.read_bytes()) | {"url": "cells-of-women.csv"}
    path.write_text(json.dumps(metadata), encoding="utf-8")
    (home / "release.duckdb").write_bytes(get("/releases/2020-21/release.duckdb").content)
    with zipfile.ZipFile(io.BytesIO(get("/releases/2020-21/release.zip").content)) as packed:
        packed.extractall(home)
    (home / "victim-referrals-2020-21").rename(home / "archive")
    return home


def read(tool: str, folder: Path) -> list[list[Any]]:
    """Return what a tool finds in the folder, in a process that imports the tools first."""
    if not TOOLS.is_dir():
        pytest.skip("needs the tools that `make clients` installs")
    ran = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("read_files.py")), tool, str(folder)],
        env={**os.environ, "PYTHONPATH": str(TOOLS)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    found: list[list[Any]] = json.loads(ran.stdout.splitlines()[-1])
    return found


@pytest.fixture(scope="module")
def women(get: HttpClient) -> list[dict[str, Any]]:
    cells: list[dict[str, Any]] = get(WOMEN).json()["cells"]
    assert len([cell for cell in cells if cell["value"] is not None]) == 3
    return cells


def test_an_old_duckdb_opens_the_database_and_finds_every_cell(
    get: HttpClient, folder: Path
) -> None:
    cells = get("/api/v1/releases/2020-21/cells").json()["cells"]
    names = ("nationality", "age_band", "sex", "crime_type", "outcome", "value", "status")
    expected = [[cell[name] for name in names] for cell in cells]
    assert sorted(map(str, read("duckdb", folder))) == sorted(map(str, expected))


@pytest.mark.parametrize("tool", ["csvw", "polars"])
def test_a_csv_answer_is_read_with_its_types(
    folder: Path, women: list[dict[str, Any]], tool: str
) -> None:
    assert read(tool, folder) == [["FEMALE", cell["value"], cell["status"]] for cell in women]


def test_pyjstat_reads_the_same_numbers(folder: Path, women: list[dict[str, Any]]) -> None:
    numbers = [["F", cell["value"]] for cell in women if cell["value"] is not None]
    assert sorted(read("pyjstat", folder)) == sorted(numbers)


def test_sdmx1_reads_the_same_numbers(folder: Path, women: list[dict[str, Any]]) -> None:
    found = [row for row in read("sdmx", folder) if row[1] not in {"", "None", "nan"}]
    numbers = [["F", str(cell["value"])] for cell in women if cell["value"] is not None]
    assert sorted(found) == sorted(numbers)


def test_rocrate_reads_the_description_of_an_archive(folder: Path) -> None:
    sizes = {name: int(size) for name, size in read("rocrate", folder)}
    files = {
        f"2020-21/{path.name}": path.stat().st_size
        for path in (folder / "archive" / "2020-21").iterdir()
    }
    assert sizes == files
