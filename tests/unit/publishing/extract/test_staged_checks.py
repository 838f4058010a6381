"""Warnings about an extract as a whole, and values that a mapping explains."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb
import pytest

from referrals.publishing.extract import validate
from referrals.publishing.extract.mappings import mapping
from referrals.publishing.extract.report import Report
from tests.fixtures.extracts import HEADER, TODAY, line, write

pytestmark = pytest.mark.publishing

COLUMNS = "[columns]\n" + "".join(f'{name} = "{name}"\n' for name in HEADER.split(","))


def checked(
    folder: Path, rows: Sequence[str], *, header: str = HEADER, words: str | None = None
) -> Report:
    chosen = None
    if words is not None:
        path = folder / "mapping.toml"
        path.write_text(COLUMNS + words, encoding="utf-8")
        chosen = mapping.load(path)
    report = validate.check(write(folder, rows, header=header), mapping=chosen, today=TODAY)
    assert report.loaded + report.rejected + report.skipped == report.lines
    return report


def warnings(report: Report) -> list[tuple[str, int]]:
    assert report.ok, report.as_text()
    return [(finding.rule, finding.count) for finding in report.warnings]


def test_a_day_that_systems_write_without_one_is_warned_of(tmp_path: Path) -> None:
    days = ["1900-01-01", "1900-01-02", "1901-01-01", "1970-01-01", "1980-01-01", "2000-01-01"]
    rows = [line(1), *(line(n, referred_on=day) for n, day in enumerate(days, start=2))]
    report = checked(tmp_path, rows)
    assert warnings(report) == [("date_sentinel", 6)]
    assert 'referred_on "1900-01-01" (and 5 other values)' in report.warnings[0].message


@pytest.mark.parametrize("day", ["9999-12-31", "1753-01-01", "1899-12-30"])
def test_a_day_that_cannot_be_right_is_an_error(tmp_path: Path, day: str) -> None:
    report = checked(tmp_path, [line(1), line(2, referred_on=day)])
    assert [finding.count for finding in report.errors] == [1]


@pytest.mark.parametrize(("lines", "expected"), [(199, []), (200, [("date_stray_year", 1)])])
def test_a_year_with_few_lines_of_many_is_warned_of(
    tmp_path: Path, lines: int, expected: list[tuple[str, int]]
) -> None:
    rows = [line(n, police_force=("kent", "essex")[n % 2]) for n in range(1, lines)]
    report = checked(tmp_path, [*rows, line(999, referred_on="2012-04-01")])
    found = [pair for pair in warnings(report) if pair[0] != "duplicate_row"]
    assert found == expected


def test_a_year_with_a_hundredth_of_the_lines_is_not_warned_of(tmp_path: Path) -> None:
    rows = [line(n, police_force=("kent", "essex")[n % 2]) for n in range(1, 199)]
    strays = [line(n, referred_on="2012-04-01") for n in (998, 999)]
    assert "date_stray_year" not in dict(warnings(checked(tmp_path, [*rows, *strays])))


def many(number: int = 20, **cells: str) -> list[str]:
    return [line(n, **cells) for n in range(1, number + 1)]


def test_half_of_all_ages_at_0_is_warned_of(tmp_path: Path) -> None:
    rows = [*many(9), *(line(n, age="0") for n in range(30, 41))]
    assert ("age_mostly_zero", 11) in warnings(checked(tmp_path, rows))


def test_ages_of_0_that_a_mapping_explains_are_not_warned_of(tmp_path: Path) -> None:
    rows = [*many(18), line(30, age="0"), line(31, age="0")]
    report = checked(tmp_path, rows, words='[words.age]\n"0" = "_NK"\n')
    assert report.ok
    assert "age_mostly_zero" not in dict(warnings(report))


@pytest.mark.parametrize(("number", "expected"), [(10, []), (11, [("person_repeated", 11)])])
def test_one_person_on_most_lines_is_warned_of(
    tmp_path: Path, number: int, expected: list[tuple[str, int]]
) -> None:
    rows = [f"{row},P1" for row in many(number)] + [f"{line(n)},P{n}" for n in range(50, 60)]
    report = checked(tmp_path, rows, header=f"{HEADER},person_id")
    assert warnings(report) == expected


@pytest.mark.parametrize("word", ["", "NK", "not recorded"])
def test_persons_that_are_not_recorded_are_not_one_person(tmp_path: Path, word: str) -> None:
    rows = [f"{row},{word}" for row in many(21)]
    assert warnings(checked(tmp_path, rows, header=f"{HEADER},person_id")) == []


@pytest.mark.parametrize(("number", "expected"), [(4, []), (5, [("often_not_recorded", 5)])])
def test_more_than_a_fifth_not_recorded_is_warned_of(
    tmp_path: Path, number: int, expected: list[tuple[str, int]]
) -> None:
    rows = [*many(20 - number), *(line(n, sex="NK") for n in range(30, 30 + number))]
    assert warnings(checked(tmp_path, rows)) == expected


def test_shares_of_a_few_lines_are_not_warned_of(tmp_path: Path) -> None:
    rows = [f"{line(n, age='0', sex='NK', referred_on=f'2020-04-0{n}')},P1" for n in range(1, 9)]
    assert warnings(checked(tmp_path, rows, header=f"{HEADER},person_id")) == []


def test_words_of_a_mapping_are_codes_in_any_case(tmp_path: Path) -> None:
    rows = [line(1, sex="w", outcome="None"), line(2, sex="W ", outcome="")]
    words = '[words]\nnot_recorded = ["none", ""]\n[words.sex]\nW = "F"\n'
    assert checked(tmp_path, rows, words=words).loaded == 2


def test_blank_is_an_error_unless_a_mapping_says_what_it_means(tmp_path: Path) -> None:
    report = checked(tmp_path, [line(1, outcome="")], words="")
    assert "under [words.outcome] of the mapping which code blank means" in report.as_text()


BIRTHS = '[dates]\nform = "dd/mm/yyyy"\n[ages]\nform = "date of birth"\n'


@pytest.mark.parametrize(
    ("birth", "day", "code"),
    [
        ("01/04/2003", "2021-03-31", "0-17"),
        ("01/04/2003", "2021-04-01", "18-19"),
        ("29/02/2000", "2018-02-28", "0-17"),
        ("29/02/2000", "2018-03-01", "18-19"),
        ("2001-01-01", "2021-01-01", "20-29"),
    ],
)
def test_a_date_of_birth_gives_the_age_on_the_day(
    tmp_path: Path, birth: str, day: str, code: str
) -> None:
    path = tmp_path / "mapping.toml"
    path.write_text(COLUMNS + BIRTHS, encoding="utf-8")
    extract = write(tmp_path, [line(1, age=birth, referred_on=day)])
    with duckdb.connect() as connection:
        validate.load([extract], connection, mapping=mapping.load(path), today=TODAY)
        assert connection.sql("select age_band from records").fetchall() == [(code,)]


def test_a_date_of_birth_that_a_mapping_calls_not_recorded_is_not_read_as_one(
    tmp_path: Path,
) -> None:
    words = f'{BIRTHS}[words.age]\n"01/01/1890" = "_NK"\n'
    report = checked(tmp_path, [line(1, age="01/01/1890")], words=words)
    assert (report.ok, report.loaded) == (True, 1)


@pytest.mark.parametrize("birth", ["2001-01-01", "2001-01-01 00:00:00"])
def test_dates_of_birth_in_iso_form_need_no_stated_form(tmp_path: Path, birth: str) -> None:
    rows = [line(1, age=birth, referred_on="2021-01-01")]
    report = checked(tmp_path, rows, words='[ages]\nform = "date of birth"\n')
    assert warnings(report) == []
    assert report.loaded == 1


def test_an_iso_date_at_midnight_is_a_date_in_a_mapping_but_not_in_our_own_layout(
    tmp_path: Path,
) -> None:
    rows = [line(1, referred_on="2021-01-01 00:00:00")]
    assert checked(tmp_path, rows, words="").loaded == 1
    assert [finding.rule for finding in checked(tmp_path, rows).errors] == ["date_not_iso"]


@pytest.mark.parametrize("birth", ["02/04/2020", "01/01/1890", "soon", "Quillfeather"])
def test_an_impossible_date_of_birth_is_an_error_that_does_not_show_it(
    tmp_path: Path, birth: str
) -> None:
    report = checked(tmp_path, [line(1, age=birth)], words=BIRTHS)
    assert [finding.rule for finding in report.errors] == ["age_invalid"]
    assert birth not in report.as_text()


def test_a_line_without_a_day_is_one_error_and_not_two(tmp_path: Path) -> None:
    report = checked(tmp_path, [line(1, age="01/01/2000", referred_on="soon")], words=BIRTHS)
    assert [finding.rule for finding in report.errors] == ["date_not_iso"]
