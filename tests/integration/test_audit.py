"""The audit command: it passes a sound release, and names the cell that was tampered with."""

from __future__ import annotations

import csv
import gzip
import itertools
import re
import shutil
import zipfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import duckdb
import pytest

from referrals.publishing.audit.consistency import workbook_reader
from referrals.publishing.cli import main
from tests.fixtures import published_releases
from tests.fixtures.published_releases import Row, Rows

Tamper = Callable[[Path], None]

ADDS_UP: Final = "everything adds up"
AGREES: Final = "every witness agrees with all that is published"
WIDE: Final = "has a range at least 4 wide"
SIGNED: Final = "the files are those of the manifest"


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.getbasetemp()


@pytest.fixture
def folder(tmp_path: Path, base: Path) -> Path:
    return published_releases.copied(published_releases.small(base), tmp_path)


def failing(capfd: pytest.CaptureFixture[str], *paths: Path) -> str:
    """Run the audit, and return the lines of the checks that fail."""
    code = main(["audit", *map(str, paths)])
    lines = [line for line in capfd.readouterr().out.splitlines() if line.startswith("FAILS")]
    assert code == (1 if lines else 0)
    return "\n".join(lines)


def in_words(row: Row) -> str:
    """Return a cell of a quarter, or a sum of a year, as messages describe it."""
    period = f"{'quarter' if 'Q' in row['period'] else 'year'} {row['period']}"
    named = [
        f"{name.replace('_', ' ')} {row[name]}" for name in list(row)[1:6] if row[name] != "_T"
    ]
    return ", ".join([period, *named])


def ambiguous_cell(rows: Rows) -> Row:
    return next(
        row for row in rows if published_releases.is_finest(row) and row["value"] in {"5", "6", "7"}
    )


def large_sum(rows: Rows) -> Row:
    return next(
        row
        for row in rows
        if not published_releases.is_finest(row) and row["sex"] != "_T" and int(row["value"]) > 20
    )


def change_value(folder: Path, choose: Callable[[Rows], Row], value: Callable[[int], int]) -> Row:
    """Change the value of a published number, and return its row as it was before."""
    before = dict(choose(published_releases.cells(folder)))

    def change(rows: Rows) -> Rows:
        row = choose(rows)
        row["value"] = str(value(int(row["value"])))
        return rows

    published_releases.change_cells(folder, change)
    return before


def test_the_audit_passes_a_sound_release(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert failing(capfd, folder) == ""


@pytest.mark.parametrize(
    "by", [-1, pytest.param(1, marks=pytest.mark.slow), pytest.param(10, marks=pytest.mark.slow)]
)
def test_the_audit_names_a_changed_sum(
    folder: Path, by: int, capfd: pytest.CaptureFixture[str]
) -> None:
    row = change_value(folder, large_sum, lambda value: value + by)
    published_releases.sign(folder)
    found = failing(capfd, folder)
    value = int(row["value"])
    shown = f"{in_words(row)} shows {value + by}, and its cells add up to {value}"
    assert f"{ADDS_UP}: {shown}" in found
    assert SIGNED not in found


def test_the_audit_names_a_changed_number_and_its_file_if_the_manifest_was_not_changed(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    row = change_value(folder, large_sum, lambda value: value + 1)
    found = failing(capfd, folder)
    assert f"{SIGNED}: cells.csv is not the file that the manifest lists" in found
    assert in_words(row) in found


def test_the_audit_names_the_sums_of_a_changed_cell(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    row = change_value(folder, ambiguous_cell, lambda value: value + 1)
    published_releases.sign(folder)
    found = failing(capfd, folder)
    assert ADDS_UP in found
    assert f"nationality {row['nationality']}, age band {row['age_band']}" in found


@pytest.mark.parametrize(
    "count",
    [1, pytest.param(2, marks=pytest.mark.slow), pytest.param(3, marks=pytest.mark.slow), 4],
)
def test_the_audit_names_a_true_small_count(
    folder: Path, count: int, capfd: pytest.CaptureFixture[str]
) -> None:
    row = change_value(folder, ambiguous_cell, lambda _: count)
    published_releases.sign(folder)
    assert f"no number is 1, 2, 3 or 4: {in_words(row)} shows {count}" in failing(capfd, folder)


def test_the_audit_names_a_missing_sum(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    row = large_sum(published_releases.cells(folder))
    published_releases.change_cells(folder, lambda rows: [other for other in rows if other != row])
    published_releases.sign(folder)
    assert f"{in_words(row)} shows 0, and its cells add up to {row['value']}" in failing(
        capfd, folder
    )


# Witnesses.


def first_decrease(rows: Rows) -> Row:
    return next(row for row in rows if row["change"] == "-4")


def with_a_smaller_decrease(rows: Rows) -> Rows:
    first_decrease(rows)["change"] = "-3"
    return rows


def with_a_change_of(rows: Rows, exact: Row) -> Rows:
    names = list(rows[0])
    codes = dict(zip(names[1:-1], (exact[name] for name in list(exact)[:6]), strict=True))
    return [{**rows[0], **codes, "change": "-4"}, *rows]


def test_the_audit_names_a_total_that_a_witness_moves(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    row = first_decrease(published_releases.witnesses(folder))
    published_releases.change_witnesses(folder, with_a_smaller_decrease)
    published_releases.sign(folder)
    [failure] = [line for line in failing(capfd, folder).splitlines() if f"{AGREES}: " in line]
    # Sums that the witness had moved as far as announced errors allow may be named before it.
    assert f"witness {row['witness']} moves quarter {row['quarter']} by 1" in failure


def test_the_audit_names_an_exact_cell_that_a_witness_changes(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    exact = next(
        row
        for row in published_releases.cells(folder)
        if published_releases.is_finest(row) and int(row["value"]) > 7
    )
    published_releases.change_witnesses(folder, lambda rows: with_a_change_of(rows, exact))
    published_releases.sign(folder)
    assert f"witness 0: {in_words(exact)} cannot be {int(exact['value']) - 4}" in failing(
        capfd, folder
    )


def test_the_audit_names_a_cell_that_a_witness_empties_though_it_shows_a_number(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    row = ambiguous_cell(published_releases.cells(folder))
    names = list(published_releases.witnesses(folder)[0])
    codes = dict(zip(names[1:-1], list(row.values())[:6], strict=True))
    published_releases.change_witnesses(
        folder, lambda rows: [*rows, {"witness": "none", **codes, "change": f"-{row['value']}"}]
    )
    published_releases.sign(folder)
    last = len({line["witness"] for line in published_releases.witnesses(folder)}) - 1
    assert f"{AGREES}: witness {last}: {in_words(row)} cannot be 0" in failing(capfd, folder)


@pytest.mark.slow
def test_the_audit_names_sums_that_no_witness_moves(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    published_releases.change_witnesses(folder, lambda _: [])
    published_releases.sign(folder)
    assert f"{WIDE}: quarter 2021-Q2, nationality" in failing(capfd, folder)


def quartered(rows: Rows) -> Rows:
    return [{**row, "change": str(int(row["change"]) // 4)} for row in rows]


@pytest.mark.slow
def test_the_audit_fails_if_witnesses_move_sums_by_less_than_four(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    published_releases.change_witnesses(folder, quartered)
    published_releases.sign(folder)
    assert WIDE in failing(capfd, folder)


def gzipped(text: str) -> bytes:
    return gzip.compress(text.encode())


HEADER: Final = "witness,quarter,nationality,age_band,sex,crime_type,outcome,change\n"
ONE: Final = "0,2021-Q2,VNM,20-29,F,MS,NFA,4\n"


@pytest.mark.parametrize(
    "content",
    [
        None,
        pytest.param(b"", marks=pytest.mark.slow),
        b"no gzip",
        pytest.param(gzipped(HEADER + ONE)[:-20], marks=pytest.mark.slow),
        gzipped(HEADER + ONE)[:20] + b"\xff" * 20,
        gzipped(""),
        pytest.param(gzipped(HEADER + ONE.replace(",4", ",four")), marks=pytest.mark.slow),
        pytest.param(gzipped(HEADER + ONE.replace(",F", "")), marks=pytest.mark.slow),
        pytest.param(gzipped(HEADER.replace("sex", "gender") + ONE), marks=pytest.mark.slow),
        gzipped(HEADER + ONE.replace("VNM", "XXX")),
        pytest.param(gzipped(HEADER + ONE.replace("2021-Q2", "1999-Q2")), marks=pytest.mark.slow),
        gzipped(HEADER + ONE + ONE),
    ],
    ids=[
        "missing",
        "empty",
        "not gzip",
        "truncated",
        "garbled",
        "no header",
        "not a number",
        "a code too few",
        "other columns",
        "unknown code",
        "other period",
        "a cell twice",
    ],
)
def test_the_audit_refuses_a_release_without_readable_witnesses(
    folder: Path, content: bytes | None, capfd: pytest.CaptureFixture[str]
) -> None:
    path = folder / "witnesses.csv.gz"
    path.unlink() if content is None else path.write_bytes(content)
    assert main(["audit", str(folder)]) == 1
    message = capfd.readouterr().err
    assert message.splitlines()[-1].startswith("small: witnesses.csv.gz")
    assert "Traceback" not in message


def removed(folder: Path) -> None:
    shutil.rmtree(folder)


def emptied(folder: Path) -> None:
    removed(folder)
    folder.mkdir()


def without_cells(folder: Path) -> None:
    (folder / "cells.csv").unlink()


def garbled(folder: Path) -> None:
    (folder / "cells.csv").write_bytes(b"\xff\xfe\x00")


@pytest.mark.parametrize("tamper", [removed, emptied, without_cells, garbled])
def test_the_audit_refuses_a_folder_without_a_release_in_one_message(
    folder: Path, tamper: Tamper, capfd: pytest.CaptureFixture[str]
) -> None:
    tamper(folder)
    assert main(["audit", str(folder)]) == 1
    output = capfd.readouterr()
    assert len(output.err.splitlines()) == 1
    assert output.err.startswith(str(folder))
    assert output.out == ""


def test_the_audit_names_missing_and_unlisted_files(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (folder / "true_counts.csv").touch()
    (folder / "certificate.md").unlink()
    found = failing(capfd, folder)
    assert (
        f"{SIGNED}: certificate.md is missing; true_counts.csv is not listed in the manifest"
        in found
    )


# Other files of a release.


CONSISTENT: Final = "every file says the same"


def in_database(statement: str) -> Tamper:
    """Return a function that runs a statement in the database of a release."""

    def tamper(folder: Path) -> None:
        with duckdb.connect(folder / "release.duckdb") as connection:
            connection.execute(statement)
            connection.execute("checkpoint")

    return tamper


def parquet_changed(folder: Path) -> None:
    with duckdb.connect() as connection:
        path = str(folder / "cells.parquet")
        cells = connection.read_parquet(path)
        connection.execute(
            "create table changed as select * replace "
            "(if(value = 5 and upper = 5, 3, value) as value) from cells"
        )
        del cells
        connection.table("changed").to_parquet(path)


def no_parquet(folder: Path) -> None:
    (folder / "cells.parquet").write_bytes(b"PAR1")


def no_database(folder: Path) -> None:
    (folder / "release.duckdb").write_bytes(b"PAR1")


@pytest.mark.parametrize(
    ("tamper", "fault"),
    [
        (
            in_database("update finest set value = 3 where value = 5"),
            "release.duckdb, table finest, has 3 for quarter",
        ),
        (
            in_database("update cells set value = 3 where value = 5 and upper = 5"),
            "release.duckdb has 3, 1 to 5 [e] for quarter",
        ),
        pytest.param(
            in_database("update cells set upper = 3 where value = 5 and upper = 5"),
            "release.duckdb has 5, 1 to 3 [e] for quarter",
            marks=pytest.mark.slow,
        ),
        (in_database("delete from cells where value = 5"), "release.duckdb has nothing for year"),
        (
            in_database("update precision set max_error = 1"),
            "announces an error of 1 for sums that fix 0 dimensions",
        ),
        (in_database("create table hidden as select 3"), "release.duckdb has the table hidden"),
        pytest.param(
            in_database("create view hidden as select 3"),
            "release.duckdb has the table hidden",
            marks=pytest.mark.slow,
        ),
        pytest.param(
            in_database("drop table finest"),
            "release.duckdb has no table finest",
            marks=pytest.mark.slow,
        ),
        (no_database, "release.duckdb cannot be read"),
        (parquet_changed, "cells.parquet has 3, 1 to 5 [e] for quarter"),
        pytest.param(no_parquet, "cells.parquet cannot be read", marks=pytest.mark.slow),
    ],
)
def test_the_audit_names_the_cell_on_which_a_database_or_parquet_file_disagrees(
    folder: Path, tamper: Tamper, fault: str, capfd: pytest.CaptureFixture[str]
) -> None:
    tamper(folder)
    published_releases.sign(folder)
    found = failing(capfd, folder)
    assert CONSISTENT in found
    assert fault in found


EXCEL: Final = (".xlsx", "xl/worksheets/sheet3.xml")
OPENDOCUMENT: Final = (".ods", "content.xml")
ROW_ENDS: Final = "</table:table-row>"
ROW_OF_300: Final = rf'<table:table-row(?:(?!{ROW_ENDS}).)*office:value="300".*?{ROW_ENDS}'
TEXT_CELL: Final = (
    '<table:table-cell office:value-type="string"><text:p>three</text:p></table:table-cell>'
)
ENTITY: Final = '<!DOCTYPE x [<!ENTITY a "3">]>'


def in_workbook(book: tuple[str, str], old: str, new: str) -> Tamper:
    """Return a function that replaces the first match of a pattern in a file of a workbook."""
    return lambda folder: published_releases.change_book(
        folder, *book, lambda text: re.sub(old, new, text, count=1)
    )


def compressed_with_lzma(folder: Path) -> None:
    """Compress a workbook in a way that other programs may not read, with a fault in it."""
    path = published_releases.book(folder, ".ods")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_LZMA) as packed:
        packed.writestr("content.xml", "<x/>")
    content = path.read_bytes()
    path.write_bytes(content.replace(content[45:50], b"\xff" * 5))


def with_a_sheet_twice(folder: Path) -> None:
    with (
        zipfile.ZipFile(published_releases.book(folder, ".xlsx"), "a") as packed,
        pytest.warns(UserWarning, match="Duplicate"),
    ):
        packed.writestr("xl/worksheets/sheet3.xml", "<x/>")


@pytest.mark.parametrize(
    ("tamper", "fault"),
    [
        (
            in_workbook(EXCEL, r'(<c r="[EFG]\d+" s="\d+"><v>)\d+', r"\g<1>3"),
            ".xlsx has 3, 300 to 300 [] for year 2021-22, and cells.csv has 300,",
        ),
        (
            in_workbook(
                OPENDOCUMENT, r'office:value="300"><text:p>300<', 'office:value="3"><text:p>3<'
            ),
            ".ods has 3, 300 to 300 [] for year 2021-22",
        ),
        (
            in_workbook(EXCEL, r'(<c r="D1\d" s="\d+") t="s"><v>\d+', r"\g<1>><v>3"),
            ".xlsx has the number 3, which belongs to no cell",
        ),
        pytest.param(
            in_workbook(EXCEL, r'(<c r="A1" s="\d+") t="s"><v>\d+', r"\g<1>><v>3"),
            ".xlsx has the number 3, which belongs to no cell",
            marks=pytest.mark.slow,
        ),
        (
            in_workbook(EXCEL, r"(<v>300</v></c>)(</row>|<c)", r'\g<1><c r="Z9"><v>3</v></c>\g<2>'),
            "not a plain spreadsheet",
        ),
        (
            in_workbook(EXCEL, r"<v>300</v>", "<f>1+2</f><v>300</v>"),
            "not a plain spreadsheet (ValueError)",
        ),
        pytest.param(
            in_workbook(EXCEL, r"<v>300</v>", "<v>3e2</v>"),
            "not a plain spreadsheet (ValueError)",
            marks=pytest.mark.slow,
        ),
        (
            in_workbook(EXCEL, r"(<worksheet)", rf"{ENTITY}\g<1>"),
            "not a plain spreadsheet (ValueError)",
        ),
        pytest.param(
            in_workbook(EXCEL, r"</worksheet>", ""),
            "not a plain spreadsheet (ParseError)",
            marks=pytest.mark.slow,
        ),
        pytest.param(
            in_workbook(OPENDOCUMENT, r"(<office:document)", rf"{ENTITY}\g<1>"),
            "not a plain spreadsheet (ValueError)",
            marks=pytest.mark.slow,
        ),
        (
            in_workbook(OPENDOCUMENT, r"<text:p>300<", "<text:p>3<"),
            "not a plain spreadsheet (ValueError)",
        ),
        (
            in_workbook(
                OPENDOCUMENT,
                r"<table:table-cell ",
                '<table:table-cell table:number-columns-repeated="2" ',
            ),
            "not a plain spreadsheet (ValueError)",
        ),
        pytest.param(
            in_workbook((".xlsx", "xl/sharedStrings.xml"), "Period code", "Period"),
            ".xlsx has the number ",
            marks=pytest.mark.slow,
        ),
        pytest.param(
            in_workbook((".xlsx", "xl/sharedStrings.xml"), ">Lowest<", ">Highest<"),
            ".xlsx has a table with a column twice",
            marks=pytest.mark.slow,
        ),
        (
            in_workbook(OPENDOCUMENT, '<table:table [^>]*table:name="Sex".*?</table:table>', ""),
            ".ods has nothing for ",
        ),
        pytest.param(
            in_workbook(OPENDOCUMENT, ROW_OF_300, ""),
            ".ods has a table that lacks a row which its other rows call for",
            marks=pytest.mark.slow,
        ),
        pytest.param(
            in_workbook(OPENDOCUMENT, ROW_OF_300, r"\g<0>\g<0>"),
            ".ods has a table with a row twice",
            marks=pytest.mark.slow,
        ),
        pytest.param(
            in_workbook(
                OPENDOCUMENT,
                f"({ROW_OF_300.removesuffix(ROW_ENDS)})({ROW_ENDS})",
                rf"\g<1>{TEXT_CELL}\g<2>",
            ),
            ".ods has a cell outside its table, or a row without a cell",
            marks=pytest.mark.slow,
        ),
        pytest.param(
            compressed_with_lzma, "not a plain spreadsheet (ValueError)", marks=pytest.mark.slow
        ),
        (with_a_sheet_twice, "not a plain spreadsheet (ValueError)"),
        (
            lambda folder: published_releases.book(folder, ".ods").write_bytes(b"PK"),
            "not a plain spreadsheet (BadZipFile)",
        ),
    ],
)
def test_the_audit_fails_a_spreadsheet_that_disagrees_or_is_not_plain(
    folder: Path, tamper: Tamper, fault: str, capfd: pytest.CaptureFixture[str]
) -> None:
    tamper(folder)
    published_releases.sign(folder)
    found = failing(capfd, folder)
    assert CONSISTENT in found
    assert fault in found


def test_the_audit_does_not_read_a_spreadsheet_that_is_too_large_unpacked(
    folder: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbook_reader, "MOST_BYTES", 100_000)
    assert "not a plain spreadsheet (ValueError)" in failing(capfd, folder)


@pytest.mark.parametrize("column", ["status", "lower", "value"])
def test_the_audit_refuses_cells_without_a_column_in_one_message(
    folder: Path, column: str, capfd: pytest.CaptureFixture[str]
) -> None:
    def without_column(row: dict[str, str]) -> dict[str, str]:
        return {name: value for name, value in row.items() if name != column}

    published_releases.change_cells(folder, lambda rows: list(map(without_column, rows)))
    assert main(["audit", str(folder)]) == 1
    message = capfd.readouterr().err
    assert message.splitlines()[-1].startswith(str(folder / "cells.csv"))
    assert "the cells cannot be read (KeyError)" in message


@pytest.mark.parametrize("column", ["lower", "upper"])
def test_the_audit_names_a_cell_whose_range_is_not_the_announced_one(
    folder: Path, column: str, capfd: pytest.CaptureFixture[str]
) -> None:
    def change(rows: Rows) -> Rows:
        ambiguous_cell(rows)[column] = "3"
        return rows

    row = ambiguous_cell(published_releases.cells(folder))
    published_releases.change_cells(folder, change)
    published_releases.sign(folder)
    assert (
        f"every range is the one announced: {in_words(row)} shows {row['value']} with the range"
        in failing(capfd, folder)
    )


@pytest.mark.parametrize("change", [{"quarters": None}, {"facts": [{}]}, {"largest_error": []}])
def test_the_audit_refuses_an_incomplete_manifest(
    folder: Path, change: dict[str, Any], capfd: pytest.CaptureFixture[str]
) -> None:
    published_releases.change_manifest(
        folder, lambda manifest: manifest["disclosure_control"].update(change)
    )
    assert main(["audit", str(folder)]) == 1
    assert "Traceback" not in capfd.readouterr().err


def test_the_audit_names_a_fact_that_is_not_in_the_ledger(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    fact = {
        "name": "E037",
        "year": published_releases.YEAR,
        "where": {"sex": ["M"]},
        "low": 0,
        "high": 900,
        "published": 5,
    }
    published_releases.change_manifest(
        folder, lambda manifest: manifest["disclosure_control"].update(facts=[fact])
    )
    found = failing(capfd, folder)
    assert (
        f"its facts are those of the ledger: E037 is not a statement on {published_releases.YEAR}"
        in found
    )


# Further tables and releases of the same records.


def exact_table(base: Path, path: Path, *columns: str) -> Counter[tuple[str, ...]]:
    """Write an exact table of the records behind the small release, and return its counts."""
    with (published_releases.small(base).parent.parent / "small.csv").open(
        encoding="utf-8", newline=""
    ) as stream:
        counts = Counter(tuple(row[name] for name in columns) for row in csv.DictReader(stream))
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["period", *columns, "value"])
        writer.writerows(
            [published_releases.YEAR, *codes, value] for codes, value in counts.items()
        )
    return counts


def test_the_audit_passes_a_table_of_exact_totals(
    base: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    exact_table(base, tmp_path / "totals.csv", "nationality")
    assert failing(capfd, published_releases.small(base), tmp_path / "totals.csv") == ""


def test_the_audit_names_the_cells_of_an_exact_table_that_disclose_something(
    base: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "exact.csv"
    header = ["period", "nationality", "sex", "crime_type", "value"]
    path.write_text(
        "\n".join([",".join(header), f"{published_releases.YEAR},ALB,F,MS,3"]) + "\n",
        encoding="utf-8",
    )
    found = failing(capfd, published_releases.small(base), path)
    assert "small beside exact.csv: the table tells nothing more" in found
    assert "nationality ALB, sex F, crime type MS is exactly 3" in found


def test_the_audit_fails_a_finer_exact_table_of_the_same_records(
    base: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    counts = exact_table(
        base, tmp_path / "exact.csv", "nationality", "sex", "crime_type", "outcome"
    )
    codes = min(counts, key=lambda codes: (counts[codes], codes))
    assert counts[codes] < 5  # otherwise there would be nothing to disclose
    assert f"is exactly {counts[codes]}" in failing(
        capfd, published_releases.small(base), tmp_path / "exact.csv"
    )


@pytest.mark.parametrize("shown", ["0", "5"])
def test_the_audit_fails_an_exact_count_that_is_equal_to_a_small_number(
    base: Path, shown: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    rows = published_releases.cells(published_releases.small(base))
    value_of = {
        tuple(list(row.values())[:6]): row["value"]
        for row in rows
        if published_releases.is_finest(row)
    }
    every_cell = itertools.product(*(sorted(set(codes)) for codes in zip(*value_of, strict=True)))
    codes = next(cell for cell in every_cell if value_of.get(cell, "0") == shown)
    header = [*list(rows[0])[:6], "value"]
    path = tmp_path / "same.csv"
    path.write_text(f"{','.join(header)}\n{','.join(codes)},{shown}\n", encoding="utf-8")
    assert failing(capfd, published_releases.small(base), path) != ""


def test_the_audit_of_a_table_without_any_release_is_refused(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "totals.csv").write_text("period,value\n2020-21,12\n", encoding="utf-8")
    assert main(["audit", str(tmp_path / "totals.csv")]) == 1
    assert "totals.csv: there is no release to attack" in capfd.readouterr().err


def test_the_audit_refuses_a_file_that_is_not_a_table_of_counts(
    base: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "notes.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    assert main(["audit", str(published_releases.small(base)), str(tmp_path / "notes.csv")]) == 1
    assert "notes.csv is not a table of counts" in capfd.readouterr().err


@pytest.mark.slow
def test_the_audit_passes_two_releases_that_differ_by_two_people_if_decisions_were_frozen(
    base: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    revised = published_releases.revised(base, private="private")
    assert failing(capfd, published_releases.small(base), revised) == ""


@pytest.mark.slow
def test_the_audit_fails_two_releases_that_differ_by_two_people_under_different_keys(
    base: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    other = published_releases.revised(base, private="another")
    assert failing(capfd, other) == ""
    found = failing(capfd, published_releases.small(base), other)
    assert "small and revised, 2021-22: read together they tell nothing more" in found
    assert "differs by" in found
