"""Spreadsheets have the numbers of `cells.csv`, in a form that screen readers and programs read."""

from __future__ import annotations

import csv
import json
import re
import shutil
import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from referrals.publishing.spreadsheets import tables
from referrals.reference.codelists import DIMENSIONS
from referrals.release.release import MARKS, SYNTHETIC, Release, open_release
from referrals.spreadsheets import formats, opendocument, workbook
from referrals.spreadsheets.workbook import Link, Sheet, Workbook
from tests.fixtures import published_releases, spreadsheet_reader

SUFFIXES = (".xlsx", ".ods")
KINDS = ("published", "synthetic")
MARK = MARKS[SYNTHETIC]
CODE_COLUMNS = {f"{name} code": dimension for dimension, name in tables.NAMES.items()}
DELETE_CELL = """
delete from cells
where
    period = $period and nationality = $nationality and age_band = $age_band and sex = $sex
    and crime_type = $crime_type and outcome = $outcome
returning value
"""
FORMULAS = ["=1+1", "+44 20", "-1", "@SUM(A1)", "=HYPERLINK(“x”)", '<b>&"', "{=1}"]


@pytest.fixture(scope="module")
def folders(built: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The folders of the published release and of one made from invented records."""
    return {
        "published": built,
        "synthetic": published_releases.small(tmp_path_factory.getbasetemp()),
    }


@pytest.fixture(
    scope="module", params=[(kind, suffix) for kind in KINDS for suffix in SUFFIXES], ids="".join
)
def path(request: pytest.FixtureRequest, folders: dict[str, Path]) -> Path:
    """Each spreadsheet of each release."""
    kind, suffix = request.param
    (found,) = folders[kind].glob(f"*{suffix}")
    return Path(found)


@pytest.fixture(scope="module")
def sheets(path: Path) -> dict[str, spreadsheet_reader.Read]:
    return spreadsheet_reader.sheets(path)


@pytest.fixture(scope="module")
def release(path: Path) -> Release:
    return open_release(path.parent)


def cells(folder: Path) -> dict[tuple[str, ...], dict[str, str]]:
    with (folder / "cells.csv").open(encoding="utf-8", newline="") as stream:
        return {
            tuple(row[name] for name in ("period", *DIMENSIONS)): row
            for row in csv.DictReader(stream)
        }


def number_rows(sheets: dict[str, spreadsheet_reader.Read]) -> list[dict[str, str | int | float]]:
    """Return the rows of all tables with numbers, keyed by header."""
    return [row for sheet in sheets.values() for row in sheet.table if "Victim referrals" in row]


def codes_of(row: dict[str, str | int | float]) -> tuple[str, ...]:
    codes = {CODE_COLUMNS[name]: str(code) for name, code in row.items() if name in CODE_COLUMNS}
    return str(row["Period code"]), *(codes.get(dimension, "_T") for dimension in DIMENSIONS)


def small_workbook(label: str = "Vietnam") -> Workbook:
    sheet = Sheet(
        name="Sex",
        title=label,
        lines=[label, Link("Elsewhere", "Sex")],
        header=[f"{label} ", "Count"],
        rows=[[label, 1336], ["x", "[x]"]],
    )
    return Workbook(label, "Nobody", label, date(2026, 11, 1), [sheet])


def write(folder: Path, book: Workbook) -> list[Path]:
    paths = [folder / f"book{suffix}" for suffix in SUFFIXES]
    for path in paths:
        path.write_bytes(tables.WRITERS[path.suffix](book))
    return paths


def test_every_number_is_that_of_its_cell(
    path: Path, sheets: dict[str, spreadsheet_reader.Read]
) -> None:
    every, seen = cells(path.parent), 0
    for row in number_rows(sheets):
        if cell := every.get(codes_of(row)):
            seen += 1
            symbol = f"[{cell['status']}]"
            shown = [cell["value"] or symbol, cell["lower"] or symbol, cell["upper"] or symbol]
            assert [str(row[name]) for name in ("Victim referrals", "Lowest", "Highest")] == shown
            if cell["status"]:
                assert str(row["Status"]).startswith(symbol)
            else:
                assert row["Status"] in {"exact", "as printed"}
        else:
            assert row["Victim referrals"] == 0, "a cell that is not listed is published as 0"
    assert seen > 30


def test_every_one_way_cell_is_in_a_table(
    path: Path, sheets: dict[str, spreadsheet_reader.Read]
) -> None:
    shown = {codes_of(row) for row in number_rows(sheets)}
    single = {codes for codes in cells(path.parent) if sum(code != "_T" for code in codes[1:]) == 1}
    assert single <= shown


@pytest.mark.parametrize(
    ("kind", "unlisted", "shown"),
    [
        ("synthetic", {"crime_type": "MS"}, (0, 0, 0, "exact")),
        ("synthetic", {"crime_type": "MS", "sex": "F"}, (0, 0, "announced", "[e] estimated")),
        ("synthetic", {"period": "2021-Q2", "sex": "F"}, (0, 0, "announced", "[e] estimated")),
        ("published", {"sex": "F"}, ("[x]", "[x]", "[x]", "[x] not available")),
    ],
)
def test_an_unlisted_sum_is_0_in_an_additive_release_and_otherwise_not_available(
    folders: dict[str, Path],
    tmp_path: Path,
    kind: str,
    unlisted: dict[str, str],
    shown: tuple[object, ...],
) -> None:
    shutil.copy(folders[kind] / "release.duckdb", tmp_path)
    codes = (
        dict.fromkeys(DIMENSIONS, "_T")
        | {"period": open_release(folders[kind]).about.period}
        | unlisted
    )
    with duckdb.connect(tmp_path / "release.duckdb") as connection:
        ((deleted,),) = connection.execute(DELETE_CELL, codes).fetchall()
        assert deleted > 0
        if kind == "synthetic":
            (announced,) = connection.execute(
                'select max_error from precision where "order" = 2'
            ).fetchall()
            shown = tuple(announced[0] if value == "announced" else value for value in shown)
    tables.write(tmp_path)
    (book,) = tmp_path.glob("*.ods")
    (row,) = (
        row
        for row in number_rows(spreadsheet_reader.sheets(book))
        if codes_of(row) == tuple(codes[n] for n in ("period", *DIMENSIONS))
    )
    assert tuple(row[name] for name in ("Victim referrals", "Lowest", "Highest", "Status")) == shown


def test_a_suppressed_number_is_a_symbol_in_every_column_and_explained_in_the_notes(
    folders: dict[str, Path], tmp_path: Path
) -> None:
    shutil.copy(folders["synthetic"] / "release.duckdb", tmp_path)
    with duckdb.connect(tmp_path / "release.duckdb") as connection:
        connection.execute("update release set additive = false, status = 'official'")
        connection.execute("delete from cells where sex = 'F'")
        connection.execute(
            "update cells set value = null, lower = null, upper = null, status = 'c' "
            "where sex = 'M'"
        )
    tables.write(tmp_path)
    sheets = spreadsheet_reader.sheets(tmp_path / "referrals-small.xlsx")
    shown = {str(row["Sex code"]): row for row in sheets["Sex"].table}
    assert list(shown["M"].values())[4:] == ["[c]", "[c]", "[c]", "[c] withheld"]
    assert list(shown["F"].values())[4:] == ["[x]", "[x]", "[x]", "[x] not available"]
    assert shown["_T"]["Status"] == "exact"
    assert {"Symbol [c]", "Symbol [x]"} <= {str(row["Subject"]) for row in sheets["Notes"].table}


def test_each_sheet_has_a_title_first_and_one_named_table_to_its_end(
    sheets: dict[str, spreadsheet_reader.Read],
) -> None:
    for name, sheet in sheets.items():
        ((table, where),) = sheet.tables
        assert table == f"{name}_table"
        assert all(len(row) == 1 for row in sheet.rows[: sheet.header_row])
        assert len({len(row) for row in sheet.rows[sheet.header_row :]}) == 1
        last = chr(ord("A") + len(sheet.rows[-1]) - 1)
        assert where == f"A{sheet.header_row + 1}:{last}{len(sheet.rows)}"
        assert sheet.rows[0][0]
    assert len({str(sheet.rows[0][0]) for sheet in sheets.values()}) == len(sheets)


def test_no_cell_is_empty_or_merged_and_no_header_is_repeated(
    path: Path, sheets: dict[str, spreadsheet_reader.Read]
) -> None:
    for sheet in sheets.values():
        assert all(value != "" for row in sheet.rows for value in row)
        header = sheet.rows[sheet.header_row]
        assert len(set(header)) == len(header)
    assert not re.search(
        "mergeCell|spanned|covered|repeated", "".join(spreadsheet_reader.parts(path).values())
    )


def test_nothing_is_hidden_frozen_or_filtered(path: Path) -> None:
    assert not re.search(
        'hidden="|<pane|autoFilter|display-filter|visibility',
        "".join(spreadsheet_reader.parts(path).values()),
    )


def test_sheet_names_are_short_and_have_letters_only(
    sheets: dict[str, spreadsheet_reader.Read],
) -> None:
    assert [name for name in sheets if not re.fullmatch("[A-Za-z][A-Za-z_]{0,30}", name)] == []
    assert len(sheets) <= 12


def test_the_cover_links_to_every_other_sheet_and_each_links_back(
    sheets: dict[str, spreadsheet_reader.Read],
) -> None:
    first, *others = sheets
    assert first == "Cover"
    assert sheets["Cover"].links == others
    assert all(sheets[name].links == ["Cover"] for name in others)
    assert any(
        f"This book has {len(sheets)} sheets." in str(row[0]) for row in sheets["Cover"].rows
    )


def test_the_cover_names_the_release_its_period_and_licence(
    release: Release, sheets: dict[str, spreadsheet_reader.Read]
) -> None:
    text = "\n".join(str(row[0]) for row in sheets["Cover"].rows)
    for part in (
        release.about.title,
        release.about.period_label,
        release.about.release_id,
        "Open Government Licence v3.0",
    ):
        assert part in text
    assert release.about.attribution in text


def test_the_notes_explain_the_symbols_in_use_and_no_others(
    sheets: dict[str, spreadsheet_reader.Read],
) -> None:
    explained = {
        found
        for row in sheets["Notes"].table
        for found in re.findall(r"^Symbol (\[\w+\])$", str(row["Subject"]))
    }
    used = {
        found
        for row in number_rows(sheets)
        for value in row.values()
        for found in re.findall(r"^\[\w+\]", str(value))
    }
    assert used == explained != set()


def test_every_table_of_rounded_counts_says_its_own_largest_error(
    release: Release, sheets: dict[str, spreadsheet_reader.Read]
) -> None:
    if not release.about.is_additive:
        return
    for sheet in sheets.values():
        if "Victim referrals" in sheet.rows[sheet.header_row]:
            error = 0
            for row in sheet.table:
                value, lowest, highest = (
                    int(row[name]) for name in ("Victim referrals", "Lowest", "Highest")
                )
                error = max(error, value - lowest, highest - value)
            sentence = tables.ADJUSTED.format(error=error) if error else tables.ALL_EXACT
            assert [sentence] in sheet.rows


def test_the_notes_say_how_exact_the_numbers_are(
    release: Release, sheets: dict[str, spreadsheet_reader.Read]
) -> None:
    if sentence := release.about.lay_sentence:
        assert any(row["Note"] == sentence for row in sheets["Notes"].table)


def test_both_formats_have_the_same_cells(folders: dict[str, Path]) -> None:
    for folder in folders.values():
        excel, ods = (next(folder.glob(f"*{suffix}")) for suffix in SUFFIXES)
        assert spreadsheet_reader.sheets(excel) == spreadsheet_reader.sheets(ods)


def test_invented_figures_are_marked_on_every_sheet_in_the_properties_and_the_file_name(
    folders: dict[str, Path],
) -> None:
    for suffix in SUFFIXES:
        (path,) = folders["synthetic"].glob(f"*{suffix}")
        assert path.name == f"referrals-small-synthetic{suffix}"
        assert all([MARK] in sheet.rows for sheet in spreadsheet_reader.sheets(path).values())
        properties = spreadsheet_reader.parts(path)[
            "docProps/core.xml" if suffix == ".xlsx" else "meta.xml"
        ]
        assert f"<dc:title>{MARK}" in properties


def test_invented_figures_are_marked_in_the_footer_of_printed_pages(
    folders: dict[str, Path],
) -> None:
    excel, ods = (
        spreadsheet_reader.parts(next(folders["synthetic"].glob(f"*{suffix}")))
        for suffix in SUFFIXES
    )
    printed = [text for name, text in excel.items() if name.startswith("xl/worksheets/sheet")]
    assert all(f"<oddFooter>&amp;C{MARK}" in text for text in printed)
    assert f"<style:footer><text:p>{MARK}" in ods["styles.xml"]
    assert ods["content.xml"].count('table:style-name="sheet"') == len(printed)


def test_published_figures_are_not_called_invented_and_name_their_publisher(
    folders: dict[str, Path],
) -> None:
    for suffix in SUFFIXES:
        path = folders["published"] / f"referrals-2020-21{suffix}"
        assert "nvented" not in "".join(spreadsheet_reader.parts(path).values())
        assert any(
            "Source: Home Office" in str(row[0])
            for row in spreadsheet_reader.sheets(path)["Cover"].rows
        )


@pytest.mark.parametrize(
    ("status", "release_id", "name"),
    [
        ("published", "2020-21", "referrals-2020-21"),
        ("official", "2024-25", "referrals-2024-25"),
        ("example", "example", "referrals-example"),
        ("example", "demo", "referrals-demo-example"),
        ("synthetic", "test", "referrals-test-synthetic"),
    ],
)
def test_the_file_name_marks_invented_figures(
    folders: dict[str, Path], status: str, release_id: str, name: str
) -> None:
    about = open_release(folders["published"]).about
    assert tables.file_name(replace(about, status=status, release_id=release_id)) == name


def test_a_pair_of_dimensions_without_published_cells_has_no_sheet(
    folders: dict[str, Path],
) -> None:
    names = list(spreadsheet_reader.sheets(folders["published"] / "referrals-2020-21.xlsx"))
    assert "Crime_type_by_Sex" in names
    assert "Crime_type_by_Outcome" not in names


def test_the_manifest_lists_both_formats_with_title_and_size(folders: dict[str, Path]) -> None:
    for folder in folders.values():
        manifest = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
        listed = {
            resource["path"]: resource
            for resource in manifest["resources"]
            if resource["path"].endswith(SUFFIXES)
        }
        assert [name.rpartition(".")[2] for name in listed] == ["xlsx", "ods"]
        for name, resource in listed.items():
            assert resource["bytes"] == (folder / name).stat().st_size
            assert resource["title"].startswith("Accessible spreadsheet")
            assert open_release(folder).about.release_id in name


def test_the_same_release_makes_the_same_bytes(path: Path, tmp_path: Path) -> None:
    shutil.copy(path.parent / "release.duckdb", tmp_path)
    tables.write(tmp_path)
    assert (tmp_path / path.name).read_bytes() == path.read_bytes()


def test_writing_does_not_change_or_lock_the_database(
    folders: dict[str, Path], tmp_path: Path
) -> None:
    before = (folders["published"] / "release.duckdb").read_bytes()
    (tmp_path / "release.duckdb").write_bytes(before)
    tables.write(tmp_path)
    assert (tmp_path / "release.duckdb").read_bytes() == before
    duckdb.connect(tmp_path / "release.duckdb").close()


@pytest.mark.parametrize("label", FORMULAS)
def test_text_that_looks_like_a_formula_or_a_tag_stays_text(tmp_path: Path, label: str) -> None:
    for path in write(tmp_path, small_workbook(label)):
        read = spreadsheet_reader.sheets(path)["Sex"]
        assert read.rows == [
            [label],
            [label],
            ["Elsewhere"],
            [f"{label} ", "Count"],
            [label, 1336],
            ["x", "[x]"],
        ]
        assert not re.search(r"<f>|<f |:formula", "".join(spreadsheet_reader.parts(path).values()))


def test_text_that_looks_like_an_address_is_not_a_link(tmp_path: Path) -> None:
    for path in write(tmp_path, small_workbook("https://example.org")):
        assert spreadsheet_reader.sheets(path)["Sex"].links == ["Sex"]


def test_the_search_for_formulas_finds_one(tmp_path: Path) -> None:
    (tmp_path / "content.xml").write_text(
        '<c><f>1+1</f></c><d table:formula="of:=1+1"/>', encoding="utf-8"
    )
    assert (
        len(re.findall(r"<f>|<f |:formula", (tmp_path / "content.xml").read_text(encoding="utf-8")))
        == 2
    )


def test_both_formats_declare_british_english(tmp_path: Path) -> None:
    excel, ods = (spreadsheet_reader.parts(path) for path in write(tmp_path, small_workbook()))
    assert "<dc:language>en-GB</dc:language>" in excel["docProps/core.xml"]
    assert "<dc:language>en-GB</dc:language>" in ods["meta.xml"]
    assert 'fo:language="en" fo:country="GB"' in " ".join(ods["styles.xml"].split())


def test_archives_have_no_times_and_dates_are_those_of_the_release(tmp_path: Path) -> None:
    for path in write(tmp_path, small_workbook()):
        with zipfile.ZipFile(path) as packed:
            assert {entry.date_time for entry in packed.infolist()} == {workbook.EPOCH}
        text = "".join(spreadsheet_reader.parts(path).values())
        assert set(re.findall(r"\d{4}-\d\d-\d\dT[\d:]+", text)) == {"2026-11-01T00:00:00"}


def test_an_opendocument_archive_begins_with_its_uncompressed_media_type(
    tmp_path: Path,
) -> None:
    _, path = write(tmp_path, small_workbook())
    assert path.read_bytes()[30:].startswith(b"mimetype" + opendocument.MEDIA_TYPE.encode())


def test_the_header_of_a_table_is_marked_in_an_opendocument(tmp_path: Path) -> None:
    _, path = write(tmp_path, small_workbook())
    assert spreadsheet_reader.parts(path)["content.xml"].count("<table:table-header-rows>") == 1


def test_a_column_header_is_aligned_like_the_values_below_it() -> None:
    sheet = Sheet(
        "Sex",
        "Sex",
        [],
        ["Sex", "Count", "Lowest", "Status"],
        [["Male", 7, "[x]", "[x] not available"]],
    )
    assert sheet.header_styles == ["header", "number_header", "number_header", "header"]


def test_column_widths_fit_their_content_within_bounds() -> None:
    sheet = Sheet(
        "Sex",
        "Sex",
        [],
        ["Sex", "Note", "Count"],
        [["Male", "y" * 200, 1336], ["Sex not recorded", "No note", 5]],
    )
    assert sheet.widths == [18, workbook.WIDEST_COLUMN, workbook.NARROWEST_COLUMN]


@pytest.mark.parametrize(("columns", "is_wide"), [(8, False), (23, True)])
def test_a_sheet_too_wide_to_be_read_on_one_page_is_printed_on_several(
    tmp_path: Path, columns: int, *, is_wide: bool
) -> None:
    header = [f"column {number}" for number in range(columns)]
    sheet = Sheet("Wide", "Wide", [], header, [["a" * 12] * columns])
    xlsx, ods = write(tmp_path, replace(small_workbook(), sheets=[sheet]))
    excel_parts = spreadsheet_reader.parts(xlsx)
    printed = excel_parts["xl/worksheets/sheet1.xml"]
    assert 'orientation="landscape"' in printed
    assert (f'scale="{workbook.SMALLEST_SCALE}"' in printed) == is_wide
    assert ('fitToHeight="0"' in printed) != is_wide
    titles = "Wide!$A:$A,Wide!$2:$2" if is_wide else "Wide!$2:$2"
    assert f">{titles}</definedName>" in excel_parts["xl/workbook.xml"]
    opened = spreadsheet_reader.parts(ods)
    name = "wide_sheet" if is_wide else "sheet"
    assert f'table:style-name="{name}">' in opened["content.xml"]
    assert "<table:table-header-columns>" in opened["content.xml"]
    assert f'style:scale-to="{workbook.SMALLEST_SCALE}%"' in opened["styles.xml"]


def test_every_spreadsheet_format_of_the_manifest_has_a_writer() -> None:
    assert tuple(formats.SPREADSHEETS) == tuple(tables.WRITERS) == SUFFIXES


@pytest.mark.parametrize("code", ["F", "F_NK"])
def test_the_note_on_what_was_not_recorded_is_true_if_it_is_part_of_a_group(
    folders: dict[str, Path], monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    release = open_release(folders["synthetic"])
    rows = release.rows

    def with_code(name: str) -> list[dict[str, Any]]:
        return [{**row, "code": code} if row.get("code") == "F" else row for row in rows(name)]

    monkeypatch.setattr(release, "rows", with_code)
    (_, notes, *_) = tables.workbook(release).sheets
    (note,) = (text for subject, text in notes.rows if subject == "Not recorded")
    assert ("or part of a group whose name says so" in str(note)) == (code == "F_NK")
