"""The script that is shipped with each release, run as a stranger runs it: alone, with nothing of ours."""

from __future__ import annotations

import itertools
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest

from tests.release import published
from tests.release.published import Rows

Tamper = Callable[[Path], None]


@pytest.fixture
def folder(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return published.copied(published.small(tmp_path_factory.getbasetemp()), tmp_path)


def verified(folder: Path) -> tuple[int, str]:
    """Run the script of a release on its folder, and return its exit code and what it said."""
    command = [sys.executable, "-I", str(folder / "verify.py"), str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/", timeout=60)
    return done.returncode, done.stdout + done.stderr


def a_finest(rows: Rows) -> dict[str, str]:
    return next(row for row in rows if published.is_finest(row) and row["value"] in {"5", "6", "7"})


def a_sum(rows: Rows) -> dict[str, str]:
    return next(row for row in rows if not published.is_finest(row) and row["sex"] != "_T" and int(row["value"]) > 20)


def valued(choose: Callable[[Rows], dict[str, str]], value: Callable[[int], int]) -> Tamper:
    """Return what changes the value of one row of the cells."""

    def change(rows: Rows) -> Rows:
        row = choose(rows)
        row["value"] = str(value(int(row["value"])))
        return rows

    return lambda folder: published.change_cells(folder, change)


def left_out(choose: Callable[[Rows], dict[str, str]]) -> Tamper:
    """Return what takes one row out of the cells."""

    def change(rows: Rows) -> Rows:
        gone = choose(rows)
        return [row for row in rows if row is not gone]

    return lambda folder: published.change_cells(folder, change)


def witnessed(change: Callable[[Rows], Rows]) -> Tamper:
    """Return what changes the witnesses."""
    return lambda folder: published.change_witnesses(folder, change)


def ruled(**rules: Any) -> Tamper:
    """Return what changes the announced rules."""
    return lambda folder: published.change_manifest(folder, lambda manifest: manifest["disclosure_control"].update(rules))


def larger_by_one(rows: Rows) -> Rows:
    rows[0]["change"] = str(int(rows[0]["change"]) + 1)
    return rows


def claimed_known(folder: Path) -> None:
    """Take the witnesses away, and claim of every sum that it is known to be 5."""
    rows = published.cells(folder)
    quarters = sorted({row["period"] for row in rows if "-Q" in row["period"]})
    names = ("nationality", "age_band", "sex", "crime_type", "outcome")
    codes = [[*quarters, "_T"], *(sorted({row[name] for row in rows}) for name in names)]
    published.change_witnesses(folder, lambda _: [])
    ruled(known=[{"sum": [published.YEAR, *one], "value": 5} for one in itertools.product(*codes)])(folder)


TAMPERED: Final[dict[str, Tamper]] = {
    "a cell is one more": valued(a_finest, lambda value: value + 1),
    "a cell is a true small count": valued(a_finest, lambda _: 3),
    "a sum is one more": valued(a_sum, lambda value: value + 1),
    "a sum is one less": valued(a_sum, lambda value: value - 1),
    "a cell is left out": left_out(a_finest),
    "no witness": witnessed(lambda _: []),
    "a change of a witness is one more": witnessed(larger_by_one),
    "a change of a witness is left out": witnessed(lambda rows: rows[1:]),
    "only one witness": witnessed(lambda rows: [row for row in rows if row["witness"] == "0"]),
    "errors announced smaller": ruled(largest_error={str(order): 0 for order in range(2, 6)}),
    "a fact that the witnesses break": ruled(
        facts=[
            {
                "name": "X001",
                "year": published.YEAR,
                "where": {"nationality": ["VNM"], "age_band": ["20-29"], "sex": ["F"]},
                "low": 5,
                "high": 5,
                "published": 5,
            }
        ]
    ),
}

MISSED: Final[dict[str, Tamper]] = {
    "a sum is left out": left_out(a_sum),
    "every sum is claimed to be known": claimed_known,
}


def test_the_script_says_that_a_release_is_true(folder: Path) -> None:
    code, said = verified(folder)
    assert code == 0
    assert said.startswith("True: ")


def test_the_script_uses_nothing_of_ours_and_is_short(folder: Path) -> None:
    text = (folder / "verify.py").read_text(encoding="utf-8")
    assert "referrals" not in text
    assert len(text.splitlines()) < 80


@pytest.mark.parametrize("tamper", TAMPERED.values(), ids=TAMPERED.keys())
def test_the_script_finds_what_was_tampered_with(folder: Path, tamper: Tamper) -> None:
    tamper(folder)
    published.sign(folder)
    code, said = verified(folder)
    assert code == 1
    assert said.startswith("WRONG: ")


@pytest.mark.xfail(raises=AssertionError, reason="the script takes these on trust")
@pytest.mark.parametrize("tamper", MISSED.values(), ids=MISSED.keys())
def test_the_script_takes_nothing_on_trust(folder: Path, tamper: Tamper) -> None:
    tamper(folder)
    published.sign(folder)
    assert verified(folder)[0] == 1


@pytest.mark.parametrize("name", ["cells.csv", "witnesses.csv.gz", "datapackage.json"])
def test_the_script_never_says_true_of_a_release_with_a_file_missing(folder: Path, name: str) -> None:
    (folder / name).unlink()
    code, said = verified(folder)
    assert code != 0
    assert "True" not in said
