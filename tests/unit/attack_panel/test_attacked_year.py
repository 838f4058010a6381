"""The ranges and errors of the attack panel."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pytest

from referrals.attack_panel.attacked_year import AttackedYear, narrow, utility
from referrals.paths import RELEASES
from referrals.publishing.audit import public_release
from referrals.publishing.audit.public_release import PublicRelease
from referrals.publishing.history import true_counts

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def release() -> PublicRelease:
    return public_release.read(RELEASES / "example")


@pytest.fixture(scope="module")
def year(release: PublicRelease) -> AttackedYear:
    return AttackedYear(release, release.years["EY1"])


@pytest.mark.parametrize(
    "dimensions", [["sex"], ["nationality", "sex"], ["quarter", "age_band", "crime_type"]]
)
def test_each_published_number_is_within_the_range_left_to_an_attacker(
    year: AttackedYear, dimensions: Sequence[str]
) -> None:
    table = year.table(dimensions)
    assert (table["low"] <= table["shown"]).all()
    assert (table["shown"] <= table["high"]).all()
    assert (table["low"] >= 0).all()


def test_the_numbers_of_a_table_are_those_of_the_release(
    year: AttackedYear, release: PublicRelease
) -> None:
    for row in year.table(["nationality", "sex"]).itertuples():
        codes = ("EY1", str(row.nationality), "_T", str(row.sex), "_T", "_T")
        assert release.published.get(codes, 0) == row.shown


def test_one_way_totals_leave_no_range_because_they_are_exact(year: AttackedYear) -> None:
    assert (year.table(["sex"])["width"] == 0).all()


def test_no_small_sum_of_the_example_has_a_narrow_range(year: AttackedYear) -> None:
    assert narrow(year.table(["nationality", "sex"])).empty


def row(**changes: int) -> dict[str, int]:
    return {"shown": 5, "least": 1, "low": 1, "high": 5, "width": 4} | changes


def test_a_small_sum_with_a_narrow_range_is_found_and_a_large_or_empty_one_is_not() -> None:
    table = pd.DataFrame(
        [
            row(),
            row(low=3, width=2),
            row(shown=9, least=9, low=9, high=9, width=0),
            row(shown=0, least=0, low=0, high=0, width=0),
        ]
    )
    assert list(narrow(table).index) == [1]


def test_errors_are_those_of_the_true_counts(year: AttackedYear, release: PublicRelease) -> None:
    cells = dict(release.years["EY1"].cells)
    changed = next(codes for codes, value in cells.items() if value == 5)
    table = year.table(["nationality", "sex"], {**cells, changed: 2})
    assert sorted(table["error"].unique()) == [0, 3]
    errors = utility(table)
    assert errors.largest == 3
    assert errors.mean == pytest.approx(3 / (table["shown"] > 0).sum())
    assert errors.exact_share < 1


def test_a_table_without_true_counts_has_no_errors(year: AttackedYear) -> None:
    assert not {"true", "error"} & set(year.table(["sex"]).columns)


def test_a_folder_that_is_not_a_private_one_stays_as_it_is(tmp_path: Path) -> None:
    folder = tmp_path / "documents"
    folder.mkdir(mode=0o755)
    assert true_counts.of_release(folder, RELEASES / "example", "EY1") is None
    assert list(folder.iterdir()) == []
    assert folder.stat().st_mode & 0o777 == 0o755
