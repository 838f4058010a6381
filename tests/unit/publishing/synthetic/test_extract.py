"""Synthetic extracts: they meet every published figure, and every row is marked."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Final

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from referrals.errors import DataError
from referrals.publishing.ledger import statements as ledgers
from referrals.publishing.ledger.statements import Ledger
from referrals.publishing.synthetic import agreement, invented_shares, model
from referrals.publishing.synthetic.extract import Summary, fill, synthesise
from referrals.publishing.synthetic.model import PlannedCell, plan
from referrals.reference.codelists import codelist
from tests.fixtures.examples import examples

pytestmark = pytest.mark.publishing

YEAR: Final = "2020-21"
QUICK: Final = "EY1"
"""A year that is not fitted to published figures, for the tests of the file that is written."""

COLUMNS: Final = [
    "referral_id",
    "referred_on",
    "police_force",
    "nationality",
    "age",
    "sex",
    "crime_type",
    "outcome",
    "channel",
]
NK: Final = "not recorded"
TOP3: Final = ("Vietnam", "Albania", "China")
Row = dict[str, str]


def read(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def share(rows: Iterable[Row], of: Iterable[Row]) -> float:
    return 100 * len(list(rows)) / len(list(of))


def tally(planned: Iterable[PlannedCell], attribute: str) -> Counter[str]:
    """Return the referrals of a plan by code of an attribute."""
    counts = Counter[str]()
    for cell in planned:
        counts[getattr(cell, attribute)] += cell.referrals
    return counts


@pytest.fixture(scope="module")
def ledger() -> Ledger:
    return ledgers.load()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Summary:
    return synthesise(tmp_path_factory.mktemp("made") / "x.csv", year=YEAR, seed=7)


@pytest.fixture(scope="module")
def rows(made: Summary) -> list[Row]:
    return read(made.path)


@pytest.mark.parametrize(
    ("chosen", "published"),
    [
        ({}, 1336),
        ({"nationality": "Vietnam"}, 237),
        ({"nationality": "Albania"}, 168),
        ({"nationality": "China"}, 109),
        ({"sex": "M"}, 706),
        ({"sex": "F"}, 425),
        ({"sex": NK}, 205),
        ({"sex": "M", "crime_type": "DA"}, 45),
        ({"sex": "F", "crime_type": "DA"}, 147),
        ({"sex": "M", "crime_type": "MS"}, 447),
        ({"sex": "F", "crime_type": "MS"}, 210),
    ],
)
def test_each_published_count_is_met(rows: list[Row], chosen: Row, published: int) -> None:
    assert sum(chosen.items() <= row.items() for row in rows) == published


@pytest.mark.parametrize(
    ("part", "base", "printed"),
    [
        (lambda row: row["nationality"] in TOP3, lambda _row: True, 38),
        (lambda row: row["crime_type"] == "MS", lambda row: row["nationality"] in TOP3, 84),
        (lambda row: row["sex"] == "M", lambda row: row["sex"] != NK, 62),
        (lambda row: row["sex"] == "F", lambda row: row["sex"] != NK, 38),
        (lambda row: row["sex"] == NK, lambda row: row["crime_type"] == "DA", 9),
        (lambda row: row["sex"] == NK, lambda row: row["crime_type"] == "MS", 16),
    ],
)
def test_each_published_percentage_is_met(
    rows: list[Row], part: Callable[[Row], bool], base: Callable[[Row], bool], printed: int
) -> None:
    of = [row for row in rows if base(row)]
    assert abs(share(filter(part, of), of) - printed) < 0.5


def test_there_are_145_under_18_and_just_over_half_are_20_to_39(rows: list[Row]) -> None:
    ages = [int(row["age"]) for row in rows if row["age"] != NK]
    assert sum(age < 18 for age in ages) == 145
    assert 0.50 < sum(20 <= age <= 39 for age in ages) / len(rows) < 0.51


def test_ages_run_from_2_to_70_and_reach_both(rows: list[Row]) -> None:
    ages = [int(row["age"]) for row in rows if row["age"] != NK]
    assert (min(ages), max(ages)) == (2, 70)


def test_there_are_95_nationalities_none_of_them_unrecorded_and_the_fourth_has_fewer_than_china(
    rows: list[Row],
) -> None:
    sizes = Counter(row["nationality"] for row in rows)
    assert len(sizes) == 95
    assert NK not in sizes
    assert [name for name, _ in sizes.most_common(3)] == list(TOP3)
    assert sizes.most_common(4)[3][1] < 109


def test_most_nationalities_are_under_ten_and_some_share_one_crime_type(rows: list[Row]) -> None:
    sizes = Counter(row["nationality"] for row in rows)
    crime_types = defaultdict(set)
    for row in rows:
        crime_types[row["nationality"]].add(row["crime_type"])
    assert sum(size < 10 for size in sizes.values()) > 95 / 2
    assert any(len(crime_types[name]) == 1 and sizes[name] >= 5 for name in sizes)


def test_the_summary_names_the_figures_met_and_the_contradictory_one(
    made: Summary, ledger: Ledger
) -> None:
    core = {
        statement.statement_id
        for statement in ledger.about("victim_referrals", "victim_ages", "police_referrals")
    }
    assert (made.rows, made.year, made.seed, made.unmet) == (1336, YEAR, 7, ("E036",))
    assert core - set(made.met) == {
        "E036",
        "E039",
        "E040",
        "E044",
        "E045",
    }  # the remainder, and fractions in words


def test_every_row_is_marked_and_numbered_by_date(rows: list[Row]) -> None:
    assert list(rows[0]) == COLUMNS
    assert {row["channel"] for row in rows} == {"synthetic"}
    assert [row["referral_id"] for row in rows] == [
        f"SYNTHETIC-2020-21-{number:08}" for number in range(1, 1337)
    ]
    days = [date.fromisoformat(row["referred_on"]) for row in rows]
    assert all(before <= after for before, after in pairwise(days))
    assert date(2020, 4, 1) <= days[0] <= days[-1] <= date(2021, 3, 31)


@pytest.mark.parametrize("column", ["sex", "crime_type", "outcome"])
def test_every_code_of_a_dimension_occurs_and_nothing_else(rows: list[Row], column: str) -> None:
    listed = codelist(column).codes
    codes = {code for code in listed if listed[code].kind == "category"}
    assert {row[column] for row in rows} == {*codes, NK}


def test_nationalities_are_labels_of_the_code_list(rows: list[Row]) -> None:
    assert {row["nationality"] for row in rows} <= {
        code.label for code in codelist("nationality").codes.values()
    }


def test_invented_shares_add_up_to_100() -> None:
    shares = [*invented_shares.OUTCOME_SHARES.values(), invented_shares.FORCE_SHARES]
    hundreds = [
        *invented_shares.CRIME_SHARES.values(),
        *invented_shares.SEX_SHARES.values(),
        *invented_shares.AGE_SHARES.values(),
        invented_shares.QUARTER_SHARES,
    ]
    assert {sum(by_code.values()) for by_code in shares} == {100}
    assert {sum(row) for row in hundreds} == {100}
    assert len(set(invented_shares.OTHER_NATIONALITIES) - set(model.PARTITION["nationality"])) == 92


def test_the_same_seed_gives_the_same_bytes_and_another_seed_different_ones(
    tmp_path: Path, made: Summary
) -> None:
    again, other = tmp_path / "again.csv", tmp_path / "other.csv"
    synthesise(again, year=YEAR, seed=7)
    synthesise(other, year=YEAR, seed=8)
    assert again.read_bytes() == made.path.read_bytes() != other.read_bytes()


@settings(max_examples=examples(4))
@given(st.integers(0, 2**40))
def test_a_plan_of_any_seed_has_1336_referrals_of_95_nationalities_and_the_published_sexes(
    seed: int,
) -> None:
    planned = plan(ledgers.load(), year=YEAR, seed=seed)
    sizes = tally(planned, "nationality")
    assert (sizes.total(), len(sizes), sizes["VNM"], sizes["ALB"], sizes["CHN"]) == (
        1336,
        95,
        237,
        168,
        109,
    )
    assert sizes.most_common(4)[3][1] < 109
    assert tally(planned, "sex") == {"M": 706, "F": 425, "_NK": 205}
    assert tally(planned, "age_band")["0-17"] == 145


@pytest.mark.parametrize(("year", "steps"), [("2021-22", 1), ("2022-23", 2), ("2023-24", 3)])
def test_a_later_year_drifts_from_the_first_within_documented_bounds(
    ledger: Ledger, year: str, steps: int
) -> None:
    planned = plan(ledger, year=year, seed=7)
    sizes = tally(planned, "nationality")
    assert 1336 * 0.94**steps < sizes.total() < 1336 * 1.11**steps
    assert sizes.total() != 1336
    assert len(sizes) == 95
    assert [code for code, _ in sizes.most_common(2)] == ["VNM", "ALB"]


def test_a_later_year_has_its_own_dates_and_promises_no_figure(tmp_path: Path) -> None:
    summary = synthesise(tmp_path / "x.csv", year="2023-24", seed=7)
    days = {row["referred_on"] for row in read(summary.path)}
    assert "2023-04-01" <= min(days) <= max(days) <= "2024-03-31"
    assert (summary.met, summary.unmet) == ((), ())


@pytest.mark.parametrize("year", ["2019-20", "2020-22", "2020", "", "2020-Q2"])
def test_a_year_that_is_not_from_2020_21_on_is_refused(ledger: Ledger, year: str) -> None:
    with pytest.raises(DataError, match="is not a year to March"):
        plan(ledger, year=year, seed=1)


@pytest.mark.parametrize("records", [0, -1, 50_000_001])
@pytest.mark.parametrize("year", [YEAR, "EY1"])
def test_too_few_or_too_many_records_are_refused(tmp_path: Path, year: str, records: int) -> None:
    with pytest.raises(DataError, match="Ask for 1 to 50,000,000"):
        synthesise(tmp_path / "x.csv", year=year, seed=1, records=records)


@pytest.mark.parametrize(
    "records",
    [1, pytest.param(2, marks=pytest.mark.slow), pytest.param(999, marks=pytest.mark.slow), 20_000],
)
def test_the_extract_has_the_requested_number_of_records(tmp_path: Path, records: int) -> None:
    summary = synthesise(tmp_path / "x.csv", year=YEAR, seed=7, records=records)
    made = read(summary.path)
    assert summary.rows == len(made) == len({row["referral_id"] for row in made}) == records
    assert {row["channel"] for row in made} == {"synthetic"}


def test_proportions_hold_for_another_number_of_records(ledger: Ledger) -> None:
    sizes = tally(plan(ledger, year=YEAR, seed=7, records=1_336_000), "nationality")
    assert len(sizes) == 95
    for nationality, size in {"VNM": 237_000, "ALB": 168_000, "CHN": 109_000}.items():
        assert sizes[nationality] == pytest.approx(size, rel=1e-4)


def test_a_larger_year_has_rare_combinations_and_a_smaller_one_no_new_ones(ledger: Ledger) -> None:
    def combinations(records: int | None) -> set[tuple[str, ...]]:
        cells = plan(ledger, year=YEAR, seed=7, records=records)
        return {(cell.nationality, cell.age_band, cell.sex, cell.crime_type) for cell in cells}

    planned = combinations(None)
    assert combinations(600) <= planned
    assert combinations(1_336) == planned
    assert planned < combinations(100_000)


def test_no_group_of_thousands_of_a_large_year_shares_one_crime_type(ledger: Ledger) -> None:
    crimes: dict[tuple[str, str, str], dict[str, int]] = {}
    for cell in plan(ledger, year=YEAR, seed=7, records=1_000_000):
        of_group = crimes.setdefault((cell.nationality, cell.age_band, cell.sex), {})
        of_group[cell.crime_type] = of_group.get(cell.crime_type, 0) + cell.referrals
    large = [of_group for of_group in crimes.values() if sum(of_group.values()) >= 5_000]
    assert large
    assert [of_group for of_group in large if len(of_group) == 1] == []


def test_an_existing_file_is_replaced_only_with_force(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("mine", encoding="utf-8")
    with pytest.raises(DataError, match=r"x\.csv already exists"):
        synthesise(path, year=QUICK, seed=1, records=5)
    assert path.read_text(encoding="utf-8") == "mine"
    assert synthesise(path, year=QUICK, seed=1, records=5, force=True).rows == len(read(path)) == 5


def test_a_missing_folder_is_an_error_and_nothing_is_written(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"x\.csv cannot be written"):
        synthesise(tmp_path / "none" / "x.csv", year=QUICK, seed=1, records=5)
    assert list(tmp_path.iterdir()) == []


def test_records_that_miss_a_figure_are_refused_with_its_id_and_nothing_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ledger: Ledger
) -> None:
    short = [
        replace(cell, crime_type="OTH") if (cell.sex, cell.crime_type) == ("M", "DA") else cell
        for cell in plan(ledger, year=YEAR, seed=7)
    ]
    monkeypatch.setattr(model, "plan", lambda *_arguments, **_options: short)
    with pytest.raises(DataError, match=r"The fit does not meet E037"):
        synthesise(tmp_path / "x.csv", year=YEAR, seed=7)
    assert list(tmp_path.iterdir()) == []


def written(path: Path, rows: Iterable[Row]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
    return path


@pytest.mark.parametrize(
    ("statement_id", "end", "inside"), [("E017", "2", "3"), ("E018", "70", "69")]
)
def test_a_file_without_the_youngest_or_oldest_published_age_is_refused(
    tmp_path: Path, rows: list[Row], statement_id: str, end: str, inside: str
) -> None:
    altered = [{**row, "age": inside if row["age"] == end else row["age"]} for row in rows]
    with pytest.raises(DataError, match=f"does not meet {statement_id}"):
        agreement.check_figures(written(tmp_path / "altered.csv", altered), ledgers.load())


@pytest.mark.parametrize("nationality", ["Vatican City", NK])
def test_a_file_with_another_number_of_nationalities_is_refused(
    tmp_path: Path, rows: list[Row], nationality: str
) -> None:
    spare = next(row for row in rows if row["nationality"] not in TOP3)
    altered = [{**row, "nationality": nationality} if row is spare else row for row in rows]
    with pytest.raises(DataError, match="does not meet E022"):
        agreement.check_figures(written(tmp_path / "altered.csv", altered), ledgers.load())


def test_a_ledger_that_no_count_can_meet_is_refused(ledger: Ledger) -> None:
    wrong = dict(ledger.statements) | {"E019": replace(ledger.statements["E019"], value="51")}
    with pytest.raises(DataError, match="meets every published figure"):
        plan(replace(ledger, statements=wrong), year=YEAR, seed=7)


def test_the_filled_table_has_the_referrals_of_the_extract_in_codes(
    rows: list[Row],
) -> None:
    with duckdb.connect() as connection:
        assert fill(connection, year=YEAR, seed=7) == 1336
        filled = connection.table("records")
        assert filled.columns == [
            "referral_id",
            "referred_on",
            "year",
            "quarter",
            "police_force",
            "nationality",
            "age_band",
            "sex",
            "crime_type",
            "outcome",
            "person_id",
        ]
        found = filled.fetchall()
        temporary = connection.execute(
            "select count(*) from duckdb_tables() where temporary"
        ).fetchone()
    assert temporary == (0,)
    assert [record[0] for record in found] == [row["referral_id"] for row in rows]
    assert {record[2] for record in found} == {YEAR}
    assert {record[3] for record in found} == {"2020-Q2", "2020-Q3", "2020-Q4", "2021-Q1"}
    assert Counter(record[7] for record in found) == {"M": 706, "F": 425, "_NK": 205}
    assert Counter(record[6] for record in found)["0-17"] == 145
    assert {record[5] for record in found} <= codelist("nationality").codes.keys()


def test_the_quarters_of_the_year_have_the_invented_shares(rows: list[Row]) -> None:
    quarters = Counter((int(row["referred_on"][5:7]) - 4) % 12 // 3 for row in rows)
    assert all(
        abs(100 * quarters[quarter] / 1336 - share) < 4
        for quarter, share in enumerate(invented_shares.QUARTER_SHARES)
    )


def test_progress_is_reported(tmp_path: Path) -> None:
    reports: list[str] = []
    synthesise(tmp_path / "x.csv", year=YEAR, seed=1, records=1000, progress=reports.append)
    assert reports == ["Fitting the counts of 2020-21", "Writing 1,000 synthetic records"]


def test_a_failed_write_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_args: object) -> None:
        raise OSError

    monkeypatch.setattr(Path, "replace", fails)
    with pytest.raises(DataError, match="cannot be written"):
        synthesise(tmp_path / "x.csv", year=QUICK, seed=1, records=5)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("force", [False, True])
def test_a_folder_in_place_of_a_file_is_refused(
    force: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for folder in (tmp_path, Path(), Path("/")):
        with pytest.raises(DataError, match="is a folder"):
            synthesise(folder, year="EY1", seed=1, force=force)
