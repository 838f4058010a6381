"""The recoding of a year that was published before: its groups take in what their labels name."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from referrals.publishing.history import published_recoding
from referrals.publishing.history.private_store import StoredYear
from referrals.publishing.options import Options
from referrals.publishing.tabulation.counts import Category

YEAR = "2021-22"
OPTIONS = Options("late", Path("out"), Path("private"), date(2026, 11, 1))
PUBLISHED = {
    "quarter": ("2021-Q2",),
    "nationality": ("VNM", "_OTH_AFR"),
    "age_band": ("0-17", "40+"),
    "sex": ("M", "F"),
    "crime_type": ("DA", "MS_OTH_NK"),
    "outcome": ("NFA",),
}


@pytest.mark.parametrize(
    ("dimension", "code", "group"),
    [
        ("age_band", "50-59", "40+"),
        ("crime_type", "_NK", "MS_OTH_NK"),
        ("nationality", "GHA", "_OTH_AFR"),
        ("nationality", "ALB", ""),
        ("sex", "_NK", ""),
        ("quarter", "2021-Q3", ""),
    ],
)
def test_a_late_code_joins_the_published_group_whose_label_includes_it(
    dimension: str, code: str, group: str
) -> None:
    stored = StoredYear("first", OPTIONS.shape, PUBLISHED, {}, {}, {})
    found = [Category(YEAR, dimension, code, 1)]
    recoded, _ = published_recoding.of_series(found, {YEAR: stored}, OPTIONS, is_example=False)
    assert recoded[YEAR].recoding.get((dimension, code), "") == group
    is_held_back = dimension != "quarter" and not group
    new = published_recoding.new_codes(found, recoded, {YEAR: stored})
    assert new == ([(YEAR, dimension, code)] if is_held_back else [])
    sentences = published_recoding.sentences(new, {YEAR: stored}, is_example=False)
    assert len([*sentences]) == len(new)
