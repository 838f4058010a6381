"""Workbooks of the API: cover, notes and the rows of the JSON answer, in Excel and OpenDocument."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette

from referrals import api
from referrals.api.formats import table_workbook
from referrals.api.formats.tabular import CELLS, Table
from referrals.api.request import Request
from referrals.reference.codelists import DIMENSIONS
from referrals.release import catalogue, metadata
from referrals.release.catalogue import Served
from referrals.release.release import MARKS, Release
from referrals.spreadsheets import excel, opendocument
from referrals.spreadsheets.formats import SPREADSHEETS
from tests.fixtures import spreadsheet_reader
from tests.fixtures.asgi_client import HttpClient
from tests.fixtures.spreadsheet_reader import Read

PUBLISHED = "/api/v1/releases/2020-21"
BY_SEX = f"{PUBLISHED}/cells?crime_type=DA&nationality=_T&age_band=_T&outcome=_T"
ADDRESSES = (
    (BY_SEX, "cells"),
    (f"{BY_SEX}&labels=true", "cells"),
    (f"{PUBLISHED}/statements", "statements"),
    (f"{PUBLISHED}/context", "observations"),
)
SUFFIXES = (".xlsx", ".ods")


@pytest.fixture(scope="module")
def get(release: Release, series: Release) -> Iterator[HttpClient]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(catalogue, "served", lambda: Served("both", release, (series,)))
        yield HttpClient(Starlette(routes=api.routes("https://figures.example")))


def read(content: bytes, folder: Path, suffix: str = ".xlsx") -> dict[str, Read]:
    path = folder / f"answer{suffix}"
    path.write_bytes(content)
    return spreadsheet_reader.sheets(path)


def sheets_at(
    get: HttpClient, address: str, folder: Path, suffix: str = ".xlsx"
) -> dict[str, Read]:
    """The sheets of the workbook at an address."""
    separator = "&" if "?" in address else "?"
    answer = get(f"{address}{separator}format={suffix[1:]}")
    assert answer.headers["content-type"] == SPREADSHEETS[suffix][0]
    assert answer.headers["content-disposition"].endswith(f'{suffix}"')
    return read(answer.content, folder, suffix)


def without_symbols(row: dict[str, Any]) -> dict[str, Any]:
    """A row of a sheet without its status, and with nothing in place of a symbol."""
    return {
        name: None if str(value).startswith("[") else value
        for name, value in row.items()
        if name != "status"
    }


def as_cells(row: dict[str, Any]) -> dict[str, Any]:
    """A row of a JSON answer without its status, as a sheet shows it."""
    texts = {True: "true", False: "false", "": None}
    return {
        name: texts.get(value, value) if isinstance(value, bool | str) else value
        for name, value in row.items()
        if name != "status"
    }


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize(("address", "table"), ADDRESSES)
def test_a_sheet_has_the_rows_of_the_json_answer(
    get: HttpClient, tmp_path: Path, address: str, table: str, suffix: str
) -> None:
    expected = get(address).json()[table]
    sheets = sheets_at(get, address, tmp_path, suffix)
    assert list(sheets) == ["Cover", "Notes", table.capitalize()]
    rows = sheets[table.capitalize()].table
    assert [without_symbols(row) for row in rows] == [as_cells(row) for row in expected]


def test_a_missing_number_shows_its_status_and_the_notes_explain_it(
    get: HttpClient, tmp_path: Path
) -> None:
    sheets = sheets_at(get, BY_SEX, tmp_path)
    rows = {row["sex"]: row for row in sheets["Cells"].table}
    assert (rows["_T"]["value"], rows["_T"]["lower"]) == ("[e]", 210)
    assert (rows["F"]["value"], rows["F"]["status"]) == (147, "as printed")
    notes = [str(row["Text"]) for row in sheets["Notes"].table]
    assert any(note.startswith("Status [e]: ") for note in notes)
    assert set(get(BY_SEX).json()["notes"]) <= set(notes)


def test_the_cover_names_release_source_part_and_address(get: HttpClient, tmp_path: Path) -> None:
    cover = {row["Item"]: row["Content"] for row in sheets_at(get, BY_SEX, tmp_path)["Cover"].table}
    assert cover["Release code"] == "2020-21"
    assert str(cover["Part"]).startswith("A part of the table: the ")
    assert cover["Publisher"] == "Home Office"
    address = "https://figures.example/api/v1/releases/2020-21/cells?"
    assert str(cover["Address of this file"]).startswith(address)


def test_figures_of_other_publishers_are_not_called_victim_referrals(
    get: HttpClient, tmp_path: Path
) -> None:
    sheets = sheets_at(get, f"{PUBLISHED}/context", tmp_path)
    assert sheets["Cover"].rows[0] == ["Context series of other publishers"]
    cover = {row["Item"]: row["Content"] for row in sheets["Cover"].table}
    assert cover["Source"] == cover["Publisher"] == cover["Period"] == "Each row names its own"


def test_every_sheet_of_invented_figures_says_so(
    get: HttpClient, series: Release, tmp_path: Path
) -> None:
    mark = MARKS[series.about.status]
    for table in ("cells?limit=2", "changes", "context"):
        address = f"{metadata.path(series)}/{table}"
        for name, sheet in sheets_at(get, address, tmp_path).items():
            assert [mark] in sheet.rows[:2], (table, name)


def test_an_answer_without_rows_has_a_row_of_symbols_and_says_so(
    get: HttpClient, tmp_path: Path
) -> None:
    sheet = sheets_at(get, f"{PUBLISHED}/changes", tmp_path)["Changes"]
    assert [set(row.values()) for row in sheet.table] == [{"[z]"}]
    assert [table_workbook.NO_ROWS] in sheet.rows


def test_the_accept_header_asks_for_a_workbook(get: HttpClient) -> None:
    for suffix in SUFFIXES:
        answer = get(BY_SEX, headers={"accept": SPREADSHEETS[suffix][0]})
        assert answer.content == get(f"{BY_SEX}&format={suffix[1:]}").content
        assert answer.headers["vary"] == "accept, accept-encoding"


def test_the_same_table_makes_the_same_bytes_and_never_a_formula(
    release: Release, tmp_path: Path
) -> None:
    formula = '=HYPERLINK("https://elsewhere.example")'
    row: dict[str, Any] = {**dict.fromkeys(DIMENSIONS, formula), "period": "2020-21"}
    row |= {"value": 3, "lower": None, "upper": None, "status": "x"}
    table = Table("cells", CELLS, [row], metadata.cells_header(release), "")
    request = Request("/cells", Served("one", release, ()), release, format="xlsx")
    book = table_workbook.workbook(request, table)
    for suffix, write in ((".xlsx", excel.write), (".ods", opendocument.write)):
        content = write(book)
        assert content == write(book)
        sheet = read(content, tmp_path, suffix)["Cells"]
        assert [sheet.table[0][name] for name in DIMENSIONS] == [formula] * len(DIMENSIONS)
        parts = spreadsheet_reader.parts(tmp_path / f"answer{suffix}")
        assert not any("<f>" in part or "table:formula" in part for part in parts.values())
