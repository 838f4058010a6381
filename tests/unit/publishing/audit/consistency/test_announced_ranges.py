"""The announced ranges: a cell that shows another range, status or period is named."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from referrals.publishing.audit.consistency import announced_ranges
from referrals.publishing.audit.consistency.release_description import COLUMNS
from referrals.publishing.audit.public_release import PublicRelease
from referrals.publishing.cell_codes import Codes, Year
from tests.fixtures.small_counts import TINY, YEAR, T, grid

EVERYBODY: Codes = (YEAR, T, T, T, T, T)
OF_ANOTHER_YEAR: Codes = ("1999-00", T, T, T, T, T)


def wrong(folder: Path, codes: Codes, *numbers: str, revises: str = "") -> list[str]:
    """Return the faults of a release of 80 people whose cells.csv has one row."""
    with (folder / "cells.csv").open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([COLUMNS, [*codes, *numbers]])
    first, second, *_ = grid()
    release = PublicRelease(
        folder=folder,
        release_id="test",
        status="official",
        method="rounding",
        years={YEAR: Year(YEAR, TINY, {first: 40, second: 40}, ())},
        published={codes: int(numbers[0])},
        largest_error={2: 8},
        revises=revises,
        problems=(),
    )
    return list(announced_ranges.wrong_ranges(release))


def test_a_total_shows_itself_as_its_range(tmp_path: Path) -> None:
    assert wrong(tmp_path, EVERYBODY, "80", "80", "80", "") == []
    (found,) = wrong(tmp_path, EVERYBODY, "80", "72", "80", "e")
    assert found.endswith("shows 80 with the range 72 to 80 [e]")


@pytest.mark.parametrize(("revises", "is_wrong"), [("", True), ("first", False)])
def test_only_a_release_that_revises_another_may_call_a_number_revised(
    tmp_path: Path, revises: str, is_wrong: bool
) -> None:
    found = wrong(tmp_path, EVERYBODY, "80", "80", "80", "r", revises=revises)
    assert bool(found) == is_wrong


def test_a_cell_of_a_period_that_the_manifest_does_not_list_is_named(tmp_path: Path) -> None:
    (found,) = wrong(tmp_path, OF_ANOTHER_YEAR, "80", "80", "80", "")
    assert found.endswith("is of a period that the manifest does not list")
