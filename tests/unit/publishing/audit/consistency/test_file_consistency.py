"""Files of a release agree: a cell that only a spreadsheet lists is 0, or within its totals."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from referrals.publishing.audit.consistency import file_consistency
from referrals.publishing.audit.public_release import PublicRelease
from referrals.publishing.cell_codes import Codes, Year
from tests.fixtures.small_counts import TINY, YEAR, T

EVERYBODY: Codes = (YEAR, T, T, T, T, T)
FEMALES: Codes = (YEAR, T, T, "F", T, T)
FIRST_QUARTER: Codes = ("2020-Q2", T, T, T, T, T)
VIETNAMESE_FEMALES: Codes = (YEAR, "VNM", T, "F", T, T)
FEMALES_OF_A_QUARTER: Codes = ("2020-Q2", T, T, "F", T, T)
LARGE: Mapping[Codes, int] = dict.fromkeys(
    [EVERYBODY, FEMALES, FIRST_QUARTER, (YEAR, "VNM", T, T, T, T)], 90
)


@pytest.mark.parametrize(
    ("codes", "totals", "inexact", "numbers"),
    [
        (VIETNAMESE_FEMALES, {}, {}, ("0", "0", "8", "e")),
        (VIETNAMESE_FEMALES, {FEMALES: 3}, {}, ("0", "0", "3", "e")),
        (VIETNAMESE_FEMALES, {FEMALES: 0}, {}, ("0", "0", "0", "")),
        (VIETNAMESE_FEMALES, {FEMALES: 0}, {FEMALES: 5}, ("0", "0", "5", "e")),
        (VIETNAMESE_FEMALES, {EVERYBODY: 2}, {}, ("0", "0", "2", "e")),
        (FEMALES_OF_A_QUARTER, {FEMALES: 3}, {}, ("0", "0", "3", "e")),
        (FEMALES_OF_A_QUARTER, {FIRST_QUARTER: 4}, {}, ("0", "0", "4", "e")),
        ((YEAR, "IND", T, "F", T, T), {}, {}, ("", "", "", "x")),
    ],
)
def test_a_cell_that_is_not_listed_is_at_most_its_announced_error_and_each_of_its_totals(
    codes: Codes,
    totals: Mapping[Codes, int],
    inexact: Mapping[Codes, int],
    numbers: tuple[str, ...],
) -> None:
    release = PublicRelease(
        folder=Path("test"),
        release_id="test",
        status="official",
        method="rounding",
        years={YEAR: Year(YEAR, TINY, {}, ())},
        published={**LARGE, **totals},
        largest_error={2: 8},
        inexact_totals=inexact,
        revises="",
        problems=(),
    )
    assert file_consistency._unlisted(codes, release) == numbers
