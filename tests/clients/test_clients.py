"""Other people's tools read our files to the same cells. `make clients` installs the tools."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from starlette.applications import Starlette

from referrals import api
from referrals.api import docs_page
from referrals.cards import registry
from referrals.cards.exports import snippets
from referrals.cards.exports.export import Export
from referrals.cards.exports.formats import FORMATS as FORMATS_OF_CARDS
from referrals.csv_safety import CODES
from referrals.paths import RELEASES, ROOT
from referrals.query.selection import Selection
from referrals.release import catalogue
from referrals.release.catalogue import Served
from referrals.release.release import Release, open_release
from tests.fixtures.asgi_client import HttpClient

pytestmark = pytest.mark.slow

TOOLS: Final = ROOT / "build" / "clients"
WOMEN: Final = "/api/v1/releases/2020-21/cells?sex=F&crime_type=DA,MS,_T&nationality=_T&age_band=_T"
ALL: Final = "/api/v1/releases/2020-21/cells"
BASE: Final = "https://figures.example"
NUMBERS: Final = ("value", "lower", "upper")
COLUMNS: Final = ("nationality", "age_band", "sex", "crime_type", "outcome", *NUMBERS)
TABLES: Final = ("csv", "ods", "parquet", "xlsx")
"""The formats that pandas and polars read."""

RSCRIPT: Final = shutil.which("Rscript")
LIBREOFFICE: Final = shutil.which("localc")
"""The command of Calc: `soffice` may be there for another part of LibreOffice, such as Impress."""
AS_CSV: Final = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1"
"""LibreOffice's options for one CSV file in UTF-8 for each sheet."""

FORMATS: Final = {
    "csv": "csv",
    "csv-metadata.json": "csv-metadata.json",
    "json-stat": "json-stat.json",
    "sdmx-csv": "sdmx.csv",
}


def text_of(cell: object) -> str:
    return "" if cell is None else str(cell)


@pytest.fixture(scope="module")
def release() -> Release:
    return open_release(RELEASES / "2020-21")


@pytest.fixture(scope="module")
def get(release: Release) -> Iterator[HttpClient]:
    served = Served("one", release, ())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(catalogue, "served", lambda: served)
        yield HttpClient(Starlette(routes=api.routes()))


@pytest.fixture(scope="module")
def folder(get: HttpClient, release: Release, tmp_path_factory: pytest.TempPathFactory) -> Path:
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
    tables = home / "tables"
    tables.mkdir()
    for name in TABLES:
        (tables / f"api.{name}").write_bytes(get(f"{WOMEN}&format={name}").content)
    for name in ("cells.csv", "cells.parquet"):
        shutil.copy(home / "archive" / "2020-21" / name, tables)
    opened = home / "opened"
    opened.mkdir()
    export = Export(registry.card("sex", release, Selection(crime_type="DA")), release, BASE)
    for ending in ("csv", "xlsx", "ods"):
        (opened / f"card.{ending}").write_bytes(FORMATS_OF_CARDS[ending].write(export))
    for ending in ("xlsx", "ods"):
        shutil.copy(tables / f"api.{ending}", opened)
    return home


def read(tool: str, folder: Path, tools: Path = TOOLS) -> list[list[Any]]:
    """Return what a tool finds in the folder, in a process that imports the tools first."""
    if not tools.is_dir():
        pytest.skip("needs the tools that `make clients` installs")
    ran = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("read_files.py")), tool, str(folder)],
        env={**os.environ, "PYTHONPATH": str(tools)},
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


@pytest.mark.parametrize(("version", "tools"), [("1.1.", TOOLS), ("1.4.", TOOLS / "duckdb-1-4")])
def test_an_old_duckdb_opens_the_database_and_finds_every_cell(
    get: HttpClient, folder: Path, version: str, tools: Path
) -> None:
    cells = get("/api/v1/releases/2020-21/cells").json()["cells"]
    names = ("nationality", "age_band", "sex", "crime_type", "outcome", "value", "status")
    expected = [[cell[name] for name in names] for cell in cells]
    (used,), *found = read("duckdb", folder, tools)
    assert used.startswith(version)
    assert sorted(map(str, found)) == sorted(map(str, expected))


@pytest.mark.parametrize("tool", ["pandas", "polars_tables"])
def test_every_table_is_read_to_the_same_cells(get: HttpClient, folder: Path, tool: str) -> None:
    found: dict[str, list[list[str]]] = {}
    for name, *row in read(tool, folder):
        found.setdefault(name, []).append([CODES.get(cell, cell) for cell in row])
    assert sorted(found) == [*(f"api.{name}" for name in TABLES), "cells.csv", "cells.parquet"]
    every, women = (get(address).json()["cells"] for address in (ALL, WOMEN))
    for name, rows in found.items():
        cells = women if name.startswith("api.") else every
        expected = [[text_of(cell[column]) for column in COLUMNS] for cell in cells]
        assert sorted(rows) == sorted(expected), name


@pytest.mark.parametrize("release_id", ["2020-21", "example"])
def test_frictionless_validates_a_release(release_id: str) -> None:
    manifest = RELEASES / release_id / "datapackage.json"
    command = Path(sys.executable).with_name("frictionless")
    ran = subprocess.run(
        [command, "validate", str(manifest)], capture_output=True, text=True, check=False
    )
    assert (ran.returncode, "INVALID" in ran.stdout) == (0, False), ran.stdout


def test_r_runs_the_programs_that_the_site_gives_out(
    get: HttpClient, folder: Path, tmp_path: Path
) -> None:
    """The addresses in them are those of files here: no site is served."""
    if not RSCRIPT:
        pytest.skip("needs R")
    release = open_release(RELEASES / "2020-21")
    card = registry.card("sex", release, Selection(crime_type="DA"))
    address = rf"{BASE}/releases/2020-21/\w+/cells\.csv"
    of_card = re.sub(
        address, str(folder / "tables" / "cells.csv"), snippets.r(Export(card, release, BASE))
    )
    answer = tmp_path / "cells.csv"
    answer.write_bytes(get(f"{ALL}?crime_type=DA&labels=true&format=csv").content)
    of_api = re.sub(r'"{site}[^"]+"', f'"{answer}"', docs_page.R)
    write = 'write.csv({}, "{}", row.names = FALSE, na = "")'
    for number, (program, name) in enumerate([(of_card, "found"), (of_api, "cells")]):
        script = tmp_path / f"{number}.R"
        script.write_text(f"{program}\n{write.format(name, tmp_path / f'{number}.csv')}\n")
        subprocess.run([RSCRIPT, script], check=True, capture_output=True)
    rows = rows_of(tmp_path / "0.csv")
    assert [[row[name] for name in NUMBERS] for row in rows] == [
        [text_of(row[name]) for name in NUMBERS] for row in card.data
    ]
    cells = get(f"{ALL}?crime_type=DA").json()["cells"]
    assert [
        [CODES.get(row[name], row[name]) for name in COLUMNS] for row in rows_of(tmp_path / "1.csv")
    ] == [[text_of(cell[name]) for name in COLUMNS] for cell in cells]


@pytest.mark.parametrize("name", ["api.xlsx", "api.ods", "card.xlsx", "card.ods", "card.csv"])
def test_libreoffice_opens_a_file_and_shows_its_numbers(
    folder: Path, tmp_path: Path, name: str
) -> None:
    if not LIBREOFFICE:
        pytest.skip("needs LibreOffice Calc")
    subprocess.run(
        [
            LIBREOFFICE, f"-env:UserInstallation=file://{tmp_path}/profile", "--headless",
            "--convert-to", AS_CSV,
            "--outdir", tmp_path, folder / "opened" / name,
        ],
        check=True, capture_output=True,
    )  # fmt: skip
    text = "".join(path.read_text(encoding="utf-8") for path in tmp_path.glob("*.csv"))
    assert "147" in text
    assert [wrong for wrong in ("Err:", "#NAME?", "â") if wrong in text] == []


def rows_of(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))


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
