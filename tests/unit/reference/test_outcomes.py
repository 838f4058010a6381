"""Outcomes: the four that the assessment names, and safeguarding is not one of them."""

from __future__ import annotations

from referrals.paths import REFERENCE
from referrals.reference import table_schema


def test_outcomes_are_the_four_of_section_1_and_safeguarding_runs_across_them() -> None:
    rows = table_schema.read(REFERENCE / "outcome.csv")
    categories = {row["code"] for row in rows if row["kind"] == "category"}
    assert categories == {"ICE", "CASEWORK", "INTELLIGENCE", "NFA"}
