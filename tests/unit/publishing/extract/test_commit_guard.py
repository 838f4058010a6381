"""The commit guard: the hook that keeps records about people out of the repository."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from referrals.paths import ROOT
from referrals.publishing.extract import commit_guard


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("victims.csv", "referral_id,referred_on,police_force,nationality\n1,2020-04-01,A,B\n"),
        ("victims.tsv", "\ufeffReferral ID\tDate of birth\tSex\n"),
        ("victims.txt", "Surname;Forename;Postcode\n"),
        ("victims.json", '[{"person_id": 1, "dob": "2000-01-01"}]'),
        ("extract-2020.csv", "a,b\n"),
        ("record_level.csv", "a,b\n"),
        ("victims.xlsx", "not really"),
        ("victims.parquet", "not really"),
        ("victims.csv.gz", "not really"),
        ("victims.zip", "not really"),
        ("anything.toml", '[columns]\nreferral_id = "URN"\n'),
    ],
)
def test_a_file_that_may_hold_records_is_refused(tmp_path: Path, name: str, text: str) -> None:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    assert commit_guard.refusal(path) is not None
    assert commit_guard.main([str(path)]) == 1


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_a_header_in_another_encoding_is_recognised(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "victims.csv"
    path.write_text("surname,postcode\nGößmann,AB1 2CD\n", encoding=encoding)
    assert "(postcode, surname)" in (commit_guard.refusal(path) or "")


def test_a_refusal_names_columns_but_no_value(tmp_path: Path) -> None:
    path = tmp_path / "victims.csv"
    path.write_text("surname,postcode\nSmith,AB1 2CD\n", encoding="utf-8")
    message = commit_guard.refusal(path) or ""
    assert "postcode" in message
    assert "Smith" not in message
    assert "AB1" not in message


def test_counts_and_released_cells_may_be_committed(tmp_path: Path) -> None:
    counts = tmp_path / "counts.csv"
    counts.write_text("nationality,age_band,sex,value\nVNM,_T,_T,237\n", encoding="utf-8")
    released = tmp_path / "data" / "releases" / "2030-31" / "cells.parquet"
    released.parent.mkdir(parents=True)
    released.write_bytes(b"PAR1")
    assert commit_guard.main([str(counts), str(released), str(tmp_path / "gone.csv")]) == 0


def test_no_record_level_file_is_in_the_repository() -> None:
    listing = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    tracked = [ROOT / name for name in listing.stdout.split("\0") if name]
    # A copy without git, such as an unpacked archive, is checked as a whole.
    files = tracked or [
        path
        for folder in ("data", "tests", "docs", "deploy")
        for path in (ROOT / folder).rglob("*.*")
    ]
    assert [path for path in files if path.is_file() and commit_guard.refusal(path)] == []
