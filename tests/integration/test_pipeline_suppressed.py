"""Releases with suppressed cells, from extract to audit: all or nothing, verified by strangers."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Final

import duckdb
import pytest

from referrals.errors import ReleaseError
from referrals.publishing import compare as comparison
from referrals.publishing.audit import audit, public_release
from referrals.publishing.audit.suppressed import checks, public_tables
from referrals.publishing.cli import main
from referrals.publishing.disclosure.suppression import protect as suppression
from referrals.publishing.disclosure.suppression.feasible_tables import Cell, marginal_sums
from referrals.publishing.disclosure.suppression.protect import SuppressedTables
from referrals.publishing.release_builder import suppressed
from referrals.release.release import Kind, open_release
from tests.fixtures import published_releases, suppressed_release
from tests.fixtures.published_releases import Row, Rows
from tests.fixtures.stranger import Stranger
from tests.fixtures.suppressed_release import SUPPRESSION

Tamper = Callable[[Path], None]
HIDDEN: Final = "nationality XAA, crime type MS"
"""One of the four suppressed cells of the small release."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return suppressed_release.small(tmp_path_factory.getbasetemp())


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    return published_releases.copied(made, tmp_path)


def home_of(made: Path) -> Path:
    """Return the folder with the extract, the releases and the private folder."""
    return made.parent.parent


def faults(*paths: Path) -> str:
    return "\n".join(check.fault for check in audit.audit(paths) if not check.holds)


def changed(choose: Callable[[Rows], Row], **cells: str) -> Tamper:
    """Return a tamperer that changes one row of the cells."""

    def change(rows: Rows) -> Rows:
        choose(rows).update(cells)
        return rows

    return lambda folder: published_releases.change_cells(folder, change)


def without(choose: Callable[[Rows], Row]) -> Tamper:
    return lambda folder: published_releases.change_cells(
        folder, lambda rows: [row for row in rows if row != choose(rows)]
    )


def added(rows: Rows) -> Rows:
    """Add a cell of three dimensions."""
    return [*rows, suppressed_release.two_way(rows) | {"age_band": "0-17", "value": "7"}]


def one_more(folder: Path) -> None:
    """Increase a two-way cell by 1."""

    def change(rows: Rows) -> Rows:
        row = suppressed_release.two_way(rows)
        row["value"] = str(int(row["value"]) + 1)
        return rows

    published_releases.change_cells(folder, change)


def total(rows: Rows) -> Row:
    """Return the total of a year."""
    return next(row for row in rows if list(row.values())[1:6] == ["_T"] * 5)


def first_larger(rows: Rows) -> Rows:
    rows[0]["value"] = str(int(rows[0]["value"]) + 1)
    return rows


def add_broken_fact(folder: Path) -> None:
    """Announce a fact that the witnesses break."""
    fact = {
        "name": "X001",
        "year": suppressed_release.YEAR,
        "where": {"nationality": ["XAA"], "sex": ["F"]},
        "low": 1,
        "high": 1,
    }
    published_releases.change_manifest(
        folder, lambda manifest: manifest["disclosure_control"]["facts"].append(fact)
    )


TAMPERED: Final[dict[str, tuple[Tamper, str]]] = {
    "a number is one more": (one_more, "nationality XAA, sex F"),
    "a suppressed cell is printed": (
        changed(suppressed_release.suppressed, value="7", status=""),
        HIDDEN,
    ),
    "a suppressed cell is printed as 0": (
        changed(suppressed_release.suppressed, value="0", status=""),
        HIDDEN,
    ),
    "a total is suppressed": (changed(total, value="", status="c"), "is a total of no number"),
    "a cell is left out": (
        without(suppressed_release.two_way),
        "nationality XAA, sex F is missing",
    ),
    "a cell of three dimensions is added": (
        lambda folder: published_releases.change_cells(folder, added),
        "nationality XAA, age band 0-17, sex F is not a cell of these tables",
    ),
    "a witness is left out": (
        lambda folder: published_releases.change_witnesses(
            folder, lambda rows: [row for row in rows if row["witness"] != "0"]
        ),
        HIDDEN,
    ),
    "no witness": (
        lambda folder: published_releases.change_witnesses(folder, lambda _: []),
        "there is no witness",
    ),
    "a count of a witness is one more": (
        lambda folder: published_releases.change_witnesses(folder, first_larger),
        "witness 0 has",
    ),
    "a fact that the witnesses break": (add_broken_fact, "breaks X001"),
}


@pytest.mark.slow
def test_every_cell_is_an_exact_number_above_4_or_suppressed(
    made: Path,
) -> None:
    rows = published_releases.cells(made)
    assert list(rows[0]) == [
        "period", "nationality", "age_band", "sex", "crime_type", "outcome",
        "value", "lower", "upper", "status",
    ]  # fmt: skip
    for row in rows:
        assert row["lower"] == row["value"] == row["upper"]
        assert row["status"] == ("" if row["value"] else "c")
    assert {row["status"] for row in rows} == {"", "c"}
    assert not {row["value"] for row in rows} & {"0", "1", "2", "3", "4"}


def test_printed_numbers_are_exact(made: Path) -> None:
    lines = [
        line.split(",")
        for line in (home_of(made) / "exact.csv").read_text(encoding="utf-8").splitlines()[1:]
    ]
    columns = {"nationality": 3, "sex": 5, "crime_type": 6, "outcome": 7}
    for row in published_releases.cells(made):
        codes = {column: row[name] for name, column in columns.items() if row[name] != "_T"}
        if row["value"] and row["period"] == suppressed_release.YEAR and row["age_band"] == "_T":
            assert int(row["value"]) == sum(
                all(line[column] == code for column, code in codes.items()) for line in lines
            )


def test_the_release_opens_with_its_method_and_lay_sentence(made: Path) -> None:
    about = open_release(made).about
    assert (about.status, about.kind, about.lay_sentence) == (
        "example",
        Kind.SUPPRESSED,
        suppressed.LAY_SENTENCE,
    )
    assert public_release.read(made).method == public_tables.METHOD
    certificate = (made / "certificate.md").read_text(encoding="utf-8")
    assert "133 numbers are printed, and 4 are withheld" in certificate
    assert "rounding" not in certificate.partition("## Settings")[0]


def test_an_untouched_release_passes_its_audit_on_the_command_line(
    made: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["audit", str(made)]) == 0
    assert "All 10 checks hold." in capsys.readouterr().out


def test_a_short_script_without_our_code_confirms_the_proof(made: Path, stranger: Stranger) -> None:
    text = (made / "verify.py").read_text(encoding="utf-8")
    assert "import referrals" not in text
    assert "from referrals" not in text
    assert len(text.splitlines()) < 320
    code, output = stranger.verify(made)
    assert (code, output[:5]) == (0, "True:")


@pytest.mark.parametrize(("tamper", "fault"), TAMPERED.values(), ids=TAMPERED.keys())
def test_a_tampered_release_fails_its_audit_by_name_and_the_script(
    folder: Path, tamper: Tamper, fault: str, stranger: Stranger
) -> None:
    tamper(folder)
    published_releases.sign(folder)
    assert fault in faults(folder)
    code, output = stranger.verify(folder)
    assert (code, output[:7]) == (1, "WRONG: ")


def test_a_changed_file_with_an_old_hash_fails_the_audit(folder: Path) -> None:
    one_more(folder)
    assert "cells.csv is not the file that the manifest lists" in faults(folder)


PRINT_HIDDEN = (
    "update cells set value = 7, status = '' where nationality = 'XAA' and crime_type = 'MS'"
)


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        (PRINT_HIDDEN, HIDDEN),
        ("delete from cells where nationality = 'XAA' and sex = 'F'", "nationality XAA, sex F"),
        ("create table finest as select 3 as value", "has the table finest, which does not"),
        ("drop table cells", "has no table cells"),
    ],
)
def test_a_database_that_differs_from_the_cells_fails_the_audit(
    folder: Path, statement: str, fault: str
) -> None:
    with duckdb.connect(folder / "release.duckdb") as connection:
        connection.execute(statement)
    published_releases.sign(folder)
    assert fault in faults(folder)


def test_an_unreadable_parquet_file_fails_the_audit(folder: Path) -> None:
    (folder / "cells.parquet").write_bytes(b"PAR1")
    published_releases.sign(folder)
    assert "cells.parquet cannot be read" in faults(folder)


def test_a_spreadsheet_with_a_suppressed_number_fails_the_audit(folder: Path) -> None:
    suppressed, shown = (
        f"office:value-type={kind}><text:p>{text}</text:p>"
        for kind, text in (('"string"', "[c]"), ('"float" office:value="3"', "3"))
    )
    published_releases.change_book(
        folder, ".ods", "content.xml", lambda text: text.replace(suppressed, shown, 1)
    )
    published_releases.sign(folder)
    assert f".ods has 3,  to  [c] for year EY1, {HIDDEN}, and cells.csv has ,  to  [c]" in faults(
        folder
    )


@pytest.mark.parametrize("name", ["cells.csv", "witnesses.csv.gz"])
def test_a_release_without_a_file_fails_its_audit_and_the_script(
    folder: Path, name: str, capsys: pytest.CaptureFixture[str], stranger: Stranger
) -> None:
    (folder / name).unlink()
    assert main(["audit", str(folder)]) == 1
    assert f"{name} " in capsys.readouterr().err.replace(":", " ")
    code, output = stranger.verify(folder)
    assert code
    assert "True" not in output


@pytest.mark.parametrize("status", ["", "c"])
def test_a_cell_that_is_neither_a_number_nor_suppressed_is_refused(
    folder: Path, status: str, capsys: pytest.CaptureFixture[str]
) -> None:
    changed(suppressed_release.suppressed, value="" if not status else "9", status=status)(folder)
    assert main(["audit", str(folder)]) == 1
    assert "must have a number, or be withheld" in capsys.readouterr().err


def test_a_negative_count_in_a_witness_is_refused(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    published_releases.change_witnesses(folder, lambda rows: [rows[0] | {"value": "-1"}, *rows[1:]])
    assert main(["audit", str(folder)]) == 1
    assert "a negative number" in capsys.readouterr().err


def test_a_witness_without_a_count_is_refused(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    published_releases.change_witnesses(folder, lambda rows: [rows[0] | {"value": ""}, *rows[1:]])
    assert main(["audit", str(folder)]) == 1
    assert "witnesses.csv.gz cannot be read (ValueError)" in capsys.readouterr().err


def test_the_attacker_recovers_a_cell_if_too_little_is_suppressed(folder: Path) -> None:
    others = changed(
        lambda rows: next(row for row in rows[::-1] if row["status"] == "c"), value="30", status=""
    )
    others(folder)
    year = next(iter(public_tables.years(public_release.read(folder))))
    check = next(
        found
        for name, found, _ in checks.check_release(public_release.read(folder))
        if "the attacker finds" in name
    )
    assert len(year.suppressed) == 3
    assert check


def test_a_group_with_one_crime_type_in_every_witness_is_named(folder: Path) -> None:
    alone = next(row["quarter"] for row in suppressed_release.witness_rows(folder))

    def all_alike(rows: Rows) -> Rows:
        return [row | {"crime_type": "DA"} if row["quarter"] == alone else row for row in rows]

    published_releases.change_witnesses(folder, all_alike)
    assert f"quarter {alone} in {suppressed_release.YEAR}: all are crime type DA" in faults(folder)


def test_exact_counts_beside_a_release_fail_the_audit_by_name(made: Path, tmp_path: Path) -> None:
    table = tmp_path / "table.csv"
    table.write_text(
        f"period,nationality,crime_type,value\n{suppressed_release.YEAR},XAA,MS,7\n",
        encoding="utf-8",
    )
    assert f"{HIDDEN} is withheld, and printed elsewhere" in faults(made, table)
    table.write_text(
        f"period,nationality,age_band,sex,value\n{suppressed_release.YEAR},XAA,0-17,F,3\n",
        encoding="utf-8",
    )
    assert "nationality XAA, age band 0-17, sex F is exactly 3" in faults(made, table)


@pytest.mark.slow
def test_the_same_records_make_the_same_bytes(made: Path) -> None:
    home = home_of(made)
    command = [
        *published_releases.command(
            home / "exact.csv", home / "out", home / "private", release="again"
        ),
        *SUPPRESSION,
    ]
    assert published_releases.run(command) == 0
    again = published_releases.draft(home / "private", release="again")
    for name in ("cells.csv", "witnesses.csv.gz", "verify.py"):
        assert (again / name).read_bytes() == (made / name).read_bytes()
    assert faults(made, again) == ""
    one_more(again)
    assert "nationality XAA, sex F shows" in faults(made, again)
    shutil.rmtree(again)


@pytest.mark.slow
def test_years_published_together_are_proved_separately(tmp_path: Path, stranger: Stranger) -> None:
    home = tmp_path / "private"
    first = suppressed_release.extract(tmp_path / "first.csv")
    second = suppressed_release.extract(
        tmp_path / "second.csv", first=5000, days=["0002-05-11", "0002-11-13"]
    )
    command = published_releases.command(first, tmp_path / "out", home, release="two")
    assert published_releases.run([command[0], str(second), *command[1:], *SUPPRESSION]) == 0
    two = published_releases.draft(home, release="two")
    assert {row["period"] for row in published_releases.cells(two) if row["status"]} >= {
        "EY1",
        "EY2",
    }
    assert faults(two) == ""
    assert stranger.verify(two)[0] == 0
    rows = published_releases.witnesses(two)
    published_releases.change_witnesses(
        two, lambda _: [row for row in rows if row["quarter"] < "EY2-Q1"]
    )
    assert "there is no witness" in faults(two)
    assert stranger.verify(two)[0] == 1


def test_exact_tables_of_changed_records_are_refused(
    made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = home_of(made)
    more = suppressed_release.extract(tmp_path / "more.csv", records=suppressed_release.RECORDS + 2)
    assert (
        main(
            [
                *published_releases.command(more, home / "out", home / "private", release="more"),
                *SUPPRESSION,
            ]
        )
        == 1
    )
    assert "its records have changed since" in capsys.readouterr().err
    assert not published_releases.draft(home / "private", release="more").exists()


def test_a_year_of_exact_tables_is_not_published_rounded_as_well(
    made: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = home_of(made)
    command = published_releases.command(
        place / "exact.csv", place / "out", place / "private", release="other"
    )
    assert main(command) == 1
    assert "exact numbers give adjusted ones away" in capsys.readouterr().err
    assert not published_releases.draft(place / "private", release="other").exists()


def test_a_rounded_year_is_not_published_as_exact_tables_as_well(
    tmp_path_factory: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str]
) -> None:
    place = home_of(published_releases.small(tmp_path_factory.getbasetemp()))
    command = published_releases.command(
        place / "small.csv", place / "out", place / "private", release="other"
    )
    assert main([*command, *SUPPRESSION]) == 1
    assert "exact numbers give adjusted ones away" in capsys.readouterr().err
    assert not published_releases.draft(place / "private", release="other").exists()


@pytest.fixture(scope="module")
def rounded(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release that rounds the same records."""
    place = tmp_path_factory.mktemp("rounded")
    return published_releases.publish(home_of(made) / "exact.csv", place / "out", place / "private")


@pytest.mark.parametrize(
    "names", [("made", "rounded"), pytest.param(("rounded", "made"), marks=pytest.mark.slow)]
)
@pytest.mark.slow
def test_exact_and_rounded_releases_of_the_same_records_fail_their_audit_together(
    request: pytest.FixtureRequest, names: tuple[str, str]
) -> None:
    pair = [request.getfixturevalue(name) for name in names]
    assert "one prints exact numbers of the records that the other adjusts" in faults(*pair)


def test_exact_tables_that_group_codes_differently_fail_their_audit_together(
    made: Path, folder: Path
) -> None:
    published_releases.change_manifest(
        folder, lambda manifest: manifest["codelists"]["sex"].update(X="X")
    )
    assert "they group codes differently" in faults(made, folder)


def test_releases_with_suppressed_cells_cannot_be_compared(
    made: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["diff", str(made), str(made)]) == 1
    assert "`audit` reports" in capsys.readouterr().err
    with pytest.raises(ReleaseError):
        comparison.compare(made, made)


def test_tables_with_a_recoverable_cell_are_refused_and_not_written(
    made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    careful = suppression.protect

    def careless(counts: dict[Cell, int], *given: object, **named: object) -> SuppressedTables:
        """Print every suppressed cell except the smallest."""
        tables, truth = careful(counts, *given, **named), marginal_sums(counts, given[0])  # type: ignore[arg-type]
        least = min(tables.suppressed, key=truth.__getitem__)
        values = {cell: None if cell == least else truth[cell] for cell in tables.values}
        forged = object.__new__(SuppressedTables)
        for field in fields(SuppressedTables):
            object.__setattr__(forged, field.name, getattr(tables, field.name))
        object.__setattr__(forged, "values", values)
        return forged

    monkeypatch.setattr(suppression, "protect", careless)
    command = published_releases.command(
        home_of(made) / "exact.csv", tmp_path / "out", tmp_path / "private", release="exact"
    )
    assert published_releases.run([*command, *SUPPRESSION]) == 1
    message = capsys.readouterr().err
    assert "is not safe" in message
    assert "is exactly" in message
    assert not published_releases.draft(tmp_path / "private", release="exact").exists()
