"""The report on risk and utility of a draft."""

from __future__ import annotations

from pathlib import Path

from referrals.publishing import risk_report
from referrals.publishing.disclosure.group_disclosure import NearCertain


def test_groups_of_the_worked_example_have_its_labels(tmp_path: Path) -> None:
    draft = tmp_path / "example"
    draft.mkdir()
    (draft / "cells.csv").write_text("period,lower,upper\n", encoding="utf-8")
    group = NearCertain("EY1", {"nationality": "XAA"}, "crime_type", "MS", 12, 12)
    report = risk_report.write(
        tmp_path / "private",
        draft,
        [],
        [group],
        {"group-disclosure": "Ms Example of the board agreed"},
        is_example=True,
    )
    text = report.read_text(encoding="utf-8")
    assert "EY1, Country A" in text
    assert "12 of 12 referrals have the crime type Modern slavery" in text
    assert "Accepted, group-disclosure: Ms Example of the board agreed" in text
