"""The audit, from public files alone: it holds for a sound release, and names the cell where anything was tampered with."""

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

from referrals.publishing.audit import workbook_reader
from referrals.publishing.cli import main
from tests.fixtures import published_releases
from tests.fixtures.published_releases import Row, Rows

Tamper = Callable[[Path], None]

ADDS_UP: Final = "everything adds up"
WITNESSED: Final = "every witness agrees with all that is published"
WIDE: Final = "has a range at least 4 wide"
SIGNED: Final = "the files are those of the manifest"


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.getbasetemp()


@pytest.fixture
def folder(tmp_path: Path, base: Path) -> Path:
    return published_releases.copied(published_releases.small(base), tmp_path)


def failing(capfd: pytest.CaptureFixture[str], *paths: Path) -> str:
    """Audit, and return the lines of what fails; '' where all holds."""
    code = main(["audit", *map(str, paths)])
    lines = [line for line in capfd.readouterr().out.splitlines() if line.startswith("FAILS")]
    assert code == (1 if lines else 0)
    return "\n".join(lines)


def words(row: Row) -> str:
    """Return how a message calls a cell of one quarter, or a sum of a year."""
    period = f"{'quarter' if 'Q' in row['period'] else 'year'} {row['period']}"
    named = [
        f"{name.replace('_', ' ')} {row[name]}" for name in list(row)[1:6] if row[name] != "_T"
    ]
    return ", ".join([period, *named])


def a_finest(rows: Rows) -> Row:
    return next(
        row for row in rows if published_releases.is_finest(row) and row["value"] in {"5", "6", "7"}
    )


def a_sum(rows: Rows) -> Row:
    return next(
        row
        for row in rows
        if not published_releases.is_finest(row) and row["sex"] != "_T" and int(row["value"]) > 20
    )


def revalue(folder: Path, choose: Callable[[Rows], Row], value: Callable[[int], int]) -> Row:
    """Change the value of one published number, and return its row as it was."""
    was = dict(choose(published_releases.cells(folder)))

    def change(rows: Rows) -> Rows:
        row = choose(rows)
        row["value"] = str(value(int(row["value"])))
        return rows

    published_releases.change_cells(folder, change)
    return was


def test_a_sound_release_passes(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert failing(capfd, folder) == ""


@pytest.mark.parametrize("by", [-1, 1, 10])
def test_a_changed_sum_fails_and_is_named(
    folder: Path, by: int, capfd: pytest.CaptureFixture[str]
) -> None:
    row = revalue(folder, a_sum, lambda value: value + by)
    published_releases.sign(folder)
    found = failing(capfd, folder)
    assert (
        f"{ADDS_UP}: {words(row)} shows {int(row['value']) + by}, and its cells add up to {row['value']}"
        in found
    )
    assert SIGNED not in found


def test_a_changed_number_of_an_unsigned_release_fails_twice(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    row = revalue(folder, a_sum, lambda value: value + 1)
    found = failing(capfd, folder)
    assert f"{SIGNED}: cells.csv is not the file that the manifest lists" in found
    assert words(row) in found


def test_a_changed_cell_fails_and_a_sum_that_it_is_part_of_is_named(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    row = revalue(folder, a_finest, lambda value: value + 1)
    published_releases.sign(folder)
    found = failing(capfd, folder)
    assert ADDS_UP in found
    assert f"nationality {row['nationality']}, age band {row['age_band']}" in found


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_a_true_small_count_fails_and_is_named(
    folder: Path, count: int, capfd: pytest.CaptureFixture[str]
) -> None:
    row = revalue(folder, a_finest, lambda _: count)
    published_releases.sign(folder)
    assert f"no number is 1, 2, 3 or 4: {words(row)} shows {count}" in failing(capfd, folder)


def test_a_sum_that_is_left_out_fails_and_is_named(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    row = a_sum(published_releases.cells(folder))
    published_releases.change_cells(folder, lambda rows: [one for one in rows if one != row])
    published_releases.sign(folder)
    assert f"{words(row)} shows 0, and its cells add up to {row['value']}" in failing(capfd, folder)


# Witnesses.


def lying(rows: Rows) -> Row:
    return next(row for row in rows if row["change"] == "-4")


def larger_by_one(rows: Rows) -> Rows:
    lying(rows)["change"] = "-3"
    return rows


def of_a_cell_that_is_exact(rows: Rows, exact: Row) -> Rows:
    names = list(rows[0])
    codes = dict(zip(names[1:-1], (exact[name] for name in list(exact)[:6]), strict=True))
    return [{**rows[0], **codes, "change": "-4"}, *rows]


def test_a_witness_that_lies_fails_and_what_it_moves_is_named(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    row = lying(published_releases.witnesses(folder))
    published_releases.change_witnesses(folder, larger_by_one)
    published_releases.sign(folder)
    assert f"{WITNESSED}: witness {row['witness']} moves quarter {row['quarter']} by 1" in failing(
        capfd, folder
    )


def test_a_witness_that_moves_a_cell_that_is_exact_fails_and_names_it(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    exact = next(
        row
        for row in published_releases.cells(folder)
        if published_releases.is_finest(row) and int(row["value"]) > 7
    )
    published_releases.change_witnesses(folder, lambda rows: of_a_cell_that_is_exact(rows, exact))
    published_releases.sign(folder)
    assert f"witness 0: {words(exact)} cannot be {int(exact['value']) - 4}" in failing(
        capfd, folder
    )


def test_a_witness_that_empties_a_group_that_shows_a_number_fails_and_names_it(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    row = a_finest(published_releases.cells(folder))
    names = list(published_releases.witnesses(folder)[0])
    codes = dict(zip(names[1:-1], list(row.values())[:6], strict=True))
    published_releases.change_witnesses(
        folder, lambda rows: [*rows, {"witness": "none", **codes, "change": f"-{row['value']}"}]
    )
    published_releases.sign(folder)
    last = len({one["witness"] for one in published_releases.witnesses(folder)}) - 1
    assert f"{WITNESSED}: witness {last}: {words(row)} cannot be 0" in failing(capfd, folder)


def test_sums_that_no_witness_moves_fail_and_are_named(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    published_releases.change_witnesses(folder, lambda _: [])
    published_releases.sign(folder)
    assert f"{WIDE}: quarter 2021-Q2, nationality" in failing(capfd, folder)


def by_one(rows: Rows) -> Rows:
    return [{**row, "change": str(int(row["change"]) // 4)} for row in rows]


def test_witnesses_that_move_sums_by_less_than_four_leave_their_ranges_too_narrow(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    published_releases.change_witnesses(folder, by_one)
    published_releases.sign(folder)
    assert WIDE in failing(capfd, folder)


def packed(text: str) -> bytes:
    return gzip.compress(text.encode())


HEADER: Final = "witness,quarter,nationality,age_band,sex,crime_type,outcome,change\n"
ONE: Final = "0,2021-Q2,VNM,20-29,F,MS,NFA,4\n"


@pytest.mark.parametrize(
    "content",
    [
        None,
        b"",
        b"no gzip",
        packed(HEADER + ONE)[:-20],
        packed(HEADER + ONE)[:20] + b"\xff" * 20,
        packed(""),
        packed(HEADER + ONE.replace(",4", ",four")),
        packed(HEADER + ONE.replace(",F", "")),
        packed(HEADER.replace("sex", "gender") + ONE),
        packed(HEADER + ONE.replace("VNM", "XXX")),
        packed(HEADER + ONE.replace("2021-Q2", "1999-Q2")),
        packed(HEADER + ONE + ONE),
    ],
    ids=[
        "missing", "empty", "no gzip", "cut short", "garbled", "no line", "no number", "a code too few", "other columns",
        "unknown code", "other period", "a cell twice",
    ],
)  # fmt: skip
def test_a_release_without_readable_witnesses_is_refused(
    folder: Path, content: bytes | None, capfd: pytest.CaptureFixture[str]
) -> None:
    path = folder / "witnesses.csv.gz"
    path.unlink() if content is None else path.write_bytes(content)
    assert main(["audit", str(folder)]) == 1
    said = capfd.readouterr().err
    assert said.splitlines()[-1].startswith("small: witnesses.csv.gz")
    assert "Traceback" not in said


def nowhere(folder: Path) -> None:
    shutil.rmtree(folder)


def emptied(folder: Path) -> None:
    nowhere(folder)
    folder.mkdir()


def without_cells(folder: Path) -> None:
    (folder / "cells.csv").unlink()


def garbled(folder: Path) -> None:
    (folder / "cells.csv").write_bytes(b"\xff\xfe\x00")


@pytest.mark.parametrize("tamper", [nowhere, emptied, without_cells, garbled])
def test_what_is_no_release_is_refused_in_one_message(
    folder: Path, tamper: Tamper, capfd: pytest.CaptureFixture[str]
) -> None:
    tamper(folder)
    assert main(["audit", str(folder)]) == 1
    said = capfd.readouterr()
    assert len(said.err.splitlines()) == 1
    assert said.err.startswith(str(folder))
    assert said.out == ""


def test_a_manifest_that_lists_other_files_fails_and_they_are_named(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (folder / "true_counts.csv").touch()
    (folder / "certificate.md").unlink()
    found = failing(capfd, folder)
    assert (
        f"{SIGNED}: certificate.md is missing; true_counts.csv is not listed in the manifest"
        in found
    )


# What the audit should not take on trust.


SAME: Final = "every file says the same"


def in_database(statement: str) -> Tamper:
    """Return what runs a statement in the database of a release."""

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
            "create table changed as select * replace (if(value = 5 and upper = 5, 3, value) as value) from cells"
        )
        del cells
        connection.table("changed").to_parquet(path)


def no_parquet(folder: Path) -> None:
    (folder / "cells.parquet").write_bytes(b"PAR1")


def no_database(folder: Path) -> None:
    (folder / "release.duckdb").write_bytes(b"PAR1")


@pytest.mark.parametrize(
    ("tamper", "said"),
    [
        (
            in_database("update finest set value = 3 where value = 5"),
            "release.duckdb, table finest, says 3 of quarter",
        ),
        (
            in_database("update cells set value = 3 where value = 5 and upper = 5"),
            "release.duckdb says 3, 1 to 5 [e] of quarter",
        ),
        (
            in_database("update cells set upper = 3 where value = 5 and upper = 5"),
            "release.duckdb says 5, 1 to 3 [e] of quarter",
        ),
        (in_database("delete from cells where value = 5"), "release.duckdb says nothing of year"),
        (
            in_database("update precision set max_error = 1"),
            "announces an error of 1 where 0 dimensions are fixed",
        ),
        (in_database("create table hidden as select 3"), "release.duckdb has the table hidden"),
        (in_database("create view hidden as select 3"), "release.duckdb has the table hidden"),
        (in_database("drop table finest"), "release.duckdb has no table finest"),
        (no_database, "release.duckdb cannot be read"),
        (parquet_changed, "cells.parquet says 3, 1 to 5 [e] of quarter"),
        (no_parquet, "cells.parquet cannot be read"),
    ],
)
def test_a_file_that_says_something_other_than_the_cells_fails_and_the_cell_is_named(
    folder: Path, tamper: Tamper, said: str, capfd: pytest.CaptureFixture[str]
) -> None:
    tamper(folder)
    published_releases.sign(folder)
    found = failing(capfd, folder)
    assert SAME in found
    assert said in found


EXCEL: Final = (".xlsx", "xl/worksheets/sheet3.xml")
OPENDOCUMENT: Final = (".ods", "content.xml")
ROW_ENDS: Final = "</table:table-row>"
A_TOTAL: Final = rf'<table:table-row(?:(?!{ROW_ENDS}).)*office:value="300".*?{ROW_ENDS}'
TEXT: Final = (
    '<table:table-cell office:value-type="string"><text:p>three</text:p></table:table-cell>'
)
ENTITY: Final = '<!DOCTYPE x [<!ENTITY a "3">]>'


def in_book(book: tuple[str, str], old: str, new: str) -> Tamper:
    """Return what replaces the first match of a pattern in a file within a spreadsheet."""
    return lambda folder: published_releases.change_book(
        folder, *book, lambda text: re.sub(old, new, text, count=1)
    )


def packed_otherwise(folder: Path) -> None:
    """Pack a spreadsheet in a way that others may not unpack, and with a fault in it."""
    path = published_releases.book(folder, ".ods")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_LZMA) as packed:
        packed.writestr("content.xml", "<x/>")
    content = path.read_bytes()
    path.write_bytes(content.replace(content[45:50], b"\xff" * 5))


def twice(folder: Path) -> None:
    with (
        zipfile.ZipFile(published_releases.book(folder, ".xlsx"), "a") as packed,
        pytest.warns(UserWarning, match="Duplicate"),
    ):
        packed.writestr("xl/worksheets/sheet3.xml", "<x/>")


@pytest.mark.parametrize(
    ("tamper", "said"),
    [
        (
            in_book(EXCEL, r'(<c r="[EFG]\d+" s="\d+"><v>)\d+', r"\g<1>3"),
            ".xlsx says 3, 300 to 300 [] of year 2021-22, and cells.csv 300,",
        ),
        (
            in_book(
                OPENDOCUMENT, r'office:value="300"><text:p>300<', 'office:value="3"><text:p>3<'
            ),
            ".ods says 3, 300 to 300 [] of year 2021-22",
        ),
        (
            in_book(EXCEL, r'(<c r="D1\d" s="\d+") t="s"><v>\d+', r"\g<1>><v>3"),
            ".xlsx has the number 3, which is of no cell",
        ),
        (
            in_book(EXCEL, r'(<c r="A1" s="\d+") t="s"><v>\d+', r"\g<1>><v>3"),
            ".xlsx has the number 3, which is of no cell",
        ),
        (
            in_book(EXCEL, r"(<v>300</v></c>)(</row>|<c)", r'\g<1><c r="Z9"><v>3</v></c>\g<2>'),
            "not a plain spreadsheet",
        ),
        (
            in_book(EXCEL, r"<v>300</v>", "<f>1+2</f><v>300</v>"),
            "not a plain spreadsheet (ValueError)",
        ),
        (in_book(EXCEL, r"<v>300</v>", "<v>3e2</v>"), "not a plain spreadsheet (ValueError)"),
        (in_book(EXCEL, r"(<worksheet)", rf"{ENTITY}\g<1>"), "not a plain spreadsheet (ValueError)"),
        (in_book(EXCEL, r"</worksheet>", ""), "not a plain spreadsheet (ParseError)"),
        (
            in_book(OPENDOCUMENT, r"(<office:document)", rf"{ENTITY}\g<1>"),
            "not a plain spreadsheet (ValueError)",
        ),
        (in_book(OPENDOCUMENT, r"<text:p>300<", "<text:p>3<"), "not a plain spreadsheet (ValueError)"),
        (
            in_book(
                OPENDOCUMENT,
                r"<table:table-cell ",
                '<table:table-cell table:number-columns-repeated="2" ',
            ),
            "not a plain spreadsheet (ValueError)",
        ),
        (
            in_book((".xlsx", "xl/sharedStrings.xml"), "Period code", "Period"),
            ".xlsx has the number ",
        ),
        (
            in_book((".xlsx", "xl/sharedStrings.xml"), ">Lowest<", ">Highest<"),
            ".xlsx has a table with a column twice",
        ),
        (
            in_book(OPENDOCUMENT, '<table:table [^>]*table:name="Sex".*?</table:table>', ""),
            ".ods says nothing of ",
        ),
        (
            in_book(OPENDOCUMENT, A_TOTAL, ""),
            ".ods has a table without a row that others of it call for",
        ),
        (in_book(OPENDOCUMENT, A_TOTAL, r"\g<0>\g<0>"), ".ods has a table with a row twice"),
        (
            in_book(
                OPENDOCUMENT,
                f"({A_TOTAL.removesuffix(ROW_ENDS)})({ROW_ENDS})",
                rf"\g<1>{TEXT}\g<2>",
            ),
            ".ods has a cell beside its table, or a row without one",
        ),
        (packed_otherwise, "not a plain spreadsheet (ValueError)"),
        (twice, "not a plain spreadsheet (ValueError)"),
        (
            lambda folder: published_releases.book(folder, ".ods").write_bytes(b"PK"),
            "not a plain spreadsheet (BadZipFile)",
        ),
    ],
)
def test_a_spreadsheet_that_says_something_other_than_the_cells_fails_although_it_was_signed(
    folder: Path, tamper: Tamper, said: str, capfd: pytest.CaptureFixture[str]
) -> None:
    tamper(folder)
    published_releases.sign(folder)
    found = failing(capfd, folder)
    assert SAME in found
    assert said in found


def test_a_spreadsheet_that_unpacks_to_very_much_is_not_read(
    folder: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbook_reader, "MOST_BYTES", 100_000)
    assert "not a plain spreadsheet (ValueError)" in failing(capfd, folder)


@pytest.mark.parametrize("column", ["status", "lower", "value"])
def test_cells_without_a_column_are_refused_in_one_message(
    folder: Path, column: str, capfd: pytest.CaptureFixture[str]
) -> None:
    published_releases.change_cells(
        folder, lambda rows: [{name: row[name] for name in row if name != column} for row in rows]
    )
    assert main(["audit", str(folder)]) == 1
    said = capfd.readouterr().err
    assert said.splitlines()[-1].startswith(str(folder / "cells.csv"))
    assert "the cells cannot be read (KeyError)" in said


@pytest.mark.parametrize("column", ["lower", "upper"])
def test_a_range_that_is_not_the_one_announced_fails_and_the_cell_is_named(
    folder: Path, column: str, capfd: pytest.CaptureFixture[str]
) -> None:
    def change(rows: Rows) -> Rows:
        a_finest(rows)[column] = "3"
        return rows

    row = a_finest(published_releases.cells(folder))
    published_releases.change_cells(folder, change)
    published_releases.sign(folder)
    assert (
        f"every range is the one announced: {words(row)} shows {row['value']} with the range"
        in failing(capfd, folder)
    )


@pytest.mark.parametrize("change", [{"quarters": None}, {"facts": [{}]}, {"largest_error": []}])
def test_a_manifest_that_is_not_whole_is_refused(
    folder: Path, change: dict[str, Any], capfd: pytest.CaptureFixture[str]
) -> None:
    published_releases.change_manifest(
        folder, lambda manifest: manifest["disclosure_control"].update(change)
    )
    assert main(["audit", str(folder)]) == 1
    assert "Traceback" not in capfd.readouterr().err


def test_a_fact_that_the_ledger_does_not_hold_fails_and_is_named(
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
        f"its facts are those of the ledger: E037 is no statement on {published_releases.YEAR}"
        in found
    )


# Tables and releases beside a release.


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


def test_exact_totals_beside_a_release_tell_nothing_more(
    base: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    exact_table(base, tmp_path / "totals.csv", "nationality")
    assert failing(capfd, published_releases.small(base), tmp_path / "totals.csv") == ""


def test_an_exact_table_beside_a_release_fails_and_its_cells_are_named(
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


def test_an_exact_finer_table_of_the_same_records_fails(
    base: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    counts = exact_table(
        base, tmp_path / "exact.csv", "nationality", "sex", "crime_type", "outcome"
    )
    codes = min(counts, key=lambda one: (counts[one], one))
    assert counts[codes] < 5  # else there is nothing to find in the invented records
    assert f"is exactly {counts[codes]}" in failing(
        capfd, published_releases.small(base), tmp_path / "exact.csv"
    )


@pytest.mark.parametrize("shown", ["0", "5"])
def test_an_exact_number_behind_a_small_one_tells_more_even_where_both_are_the_same(
    base: Path, shown: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    rows = [
        row
        for row in published_releases.cells(published_releases.small(base))
        if published_releases.is_finest(row)
    ]
    listed = {tuple(list(row.values())[:6]) for row in rows}
    every = itertools.product(*(sorted({one[place] for one in listed}) for place in range(6)))
    five = [tuple(list(row.values())[:6]) for row in rows if row["value"] == shown]
    codes = five[0] if five else next(one for one in every if one not in listed)
    header = [*list(rows[0])[:6], "value"]
    path = tmp_path / "same.csv"
    path.write_text(f"{','.join(header)}\n{','.join(codes)},{shown}\n", encoding="utf-8")
    assert failing(capfd, published_releases.small(base), path) != ""


def test_a_file_that_is_no_table_of_counts_is_refused(
    base: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "notes.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    assert main(["audit", str(published_releases.small(base)), str(tmp_path / "notes.csv")]) == 1
    assert "notes.csv is not a table of counts" in capfd.readouterr().err


def test_two_releases_that_differ_by_two_people_pass_because_decisions_were_frozen(
    base: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    revised = published_releases.revised(base, private="private")
    assert failing(capfd, published_releases.small(base), revised) == ""


def test_two_releases_that_differ_by_two_people_fail_with_another_key_and_name_the_cells(
    base: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    other = published_releases.revised(base, private="another")
    assert failing(capfd, other) == ""
    found = failing(capfd, published_releases.small(base), other)
    assert "small and revised, 2021-22: read together they tell nothing more" in found
    assert "differs by" in found
