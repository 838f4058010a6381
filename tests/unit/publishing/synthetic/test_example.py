"""The worked example's records: countries and years that do not exist, in unequal numbers."""

from __future__ import annotations

import csv
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from referrals.errors import DataError
from referrals.publishing.extract import validate
from referrals.publishing.synthetic import example
from referrals.publishing.synthetic.extract import synthesise
from referrals.reference.codelists import NOT_RECORDED, codelist

Row = dict[str, str]


def by_country(year: str) -> Counter[str]:
    counts: Counter[str] = Counter()
    for cell in example.plan(year=year, seed=7):
        counts[cell.nationality] += cell.referrals
    return counts


@pytest.fixture(scope="module")
def extract(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("example") / "EY2.csv"
    synthesise(path, year="EY2", seed=7)
    return path


@pytest.fixture(scope="module")
def rows(extract: Path) -> list[Row]:
    with extract.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_every_record_names_a_country_and_a_day_that_do_not_exist(rows: list[Row]) -> None:
    countries = {
        country.label for country in codelist("nationality", is_example=True).codes.values()
    }
    assert {row["nationality"] for row in rows} <= countries
    assert {row["referred_on"][:5] for row in rows} == {"0002-"}
    assert {row["channel"] for row in rows} == {"example"}


def test_the_extract_passes_its_checks_as_the_worked_example(extract: Path) -> None:
    report = validate.check(extract, period="EY2", today=date(2026, 11, 29))
    assert report.ok
    assert report.status == "example"
    outside = validate.check(extract, period="EY2-Q1", today=date(2026, 11, 29))
    assert {finding.rule for finding in outside.errors} == {"date_outside_period"}


def test_one_country_falls_one_rises_and_one_does_neither() -> None:
    years = [by_country(year) for year in example.YEARS]
    falling, rising, steady = ([year[code] for year in years] for code in ("XAA", "XAB", "XAC"))
    assert falling == sorted(falling, reverse=True)
    assert falling[-1] < 0.7 * falling[0]
    assert rising == sorted(rising)
    assert rising[-1] > 3 * rising[0]
    assert max(steady) < 1.1 * min(steady)


@pytest.mark.parametrize("year", example.YEARS)
def test_ten_countries_are_large_enough_to_be_published_separately(year: str) -> None:
    counts = by_country(year)
    named = {code for code, referrals in counts.items() if referrals >= 20} - {NOT_RECORDED}
    assert named == {f"XA{letter}" for letter in "ABCDEFGHIJ"}


def test_the_same_seed_makes_the_same_plan_and_another_does_not() -> None:
    assert example.plan(year="EY1", seed=7) == example.plan(year="EY1", seed=7)
    assert example.plan(year="EY1", seed=7) != example.plan(year="EY1", seed=8)


def test_the_plan_has_the_requested_number_of_records() -> None:
    assert sum(cell.referrals for cell in example.plan(year="EY1", seed=7, records=500)) == 500


@pytest.mark.parametrize("year", ["EY0", "EY5", "EY9"])
def test_a_year_that_the_example_does_not_have_is_refused(tmp_path: Path, year: str) -> None:
    with pytest.raises(DataError, match=f"'{year}' is not"):
        synthesise(tmp_path / "x.csv", year=year, seed=7)
    assert list(tmp_path.iterdir()) == []
