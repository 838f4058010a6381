"""The verification script and SQL statement of a release, run by a stranger without our code."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest

from referrals.release import files
from tests.fixtures import published_releases
from tests.fixtures.published_releases import Rows

Tamper = Callable[[Path], None]


@pytest.fixture
def folder(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return published_releases.copied(
        published_releases.small(tmp_path_factory.getbasetemp()), tmp_path
    )


def verify(folder: Path) -> tuple[int, str]:
    """Run the script of a release on its folder; return its exit code and its output."""
    command = [sys.executable, "-I", str(folder / "verify.py"), str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/", timeout=60)
    return done.returncode, done.stdout + done.stderr


def query(folder: Path) -> list[tuple[str, str]]:
    """Run the SQL statement of a release in its folder and return the faults it finds."""
    script = (
        "import duckdb, json\n"
        # A slow machine would print a progress bar into the answer.
        "duckdb.sql('set enable_progress_bar = false')\n"
        "print(json.dumps(duckdb.sql(open('verify.sql').read()).fetchall()))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
        timeout=60,
    )
    if done.returncode:
        return [("cannot be read", done.stderr)]
    return [(fault, what) for fault, what in json.loads(done.stdout)]


def a_finest(rows: Rows) -> dict[str, str]:
    return next(
        row for row in rows if published_releases.is_finest(row) and row["value"] in {"5", "6", "7"}
    )


def a_sum(rows: Rows) -> dict[str, str]:
    return next(
        row
        for row in rows
        if not published_releases.is_finest(row) and row["sex"] != "_T" and int(row["value"]) > 20
    )


def with_value(choose: Callable[[Rows], dict[str, str]], value: Callable[[int], int]) -> Tamper:
    """Return a tamperer that changes the value of one row of the cells."""

    def change(rows: Rows) -> Rows:
        row = choose(rows)
        row["value"] = str(value(int(row["value"])))
        return rows

    return lambda folder: published_releases.change_cells(folder, change)


def without(choose: Callable[[Rows], dict[str, str]]) -> Tamper:
    """Return a tamperer that removes one row of the cells."""

    def change(rows: Rows) -> Rows:
        removed = choose(rows)
        return [row for row in rows if row is not removed]

    return lambda folder: published_releases.change_cells(folder, change)


def with_witnesses(change: Callable[[Rows], Rows]) -> Tamper:
    """Return a tamperer that changes the witnesses."""
    return lambda folder: published_releases.change_witnesses(folder, change)


def with_rules(**rules: Any) -> Tamper:
    """Return a tamperer that changes the rules in the manifest."""
    return lambda folder: published_releases.change_manifest(
        folder, lambda manifest: manifest["disclosure_control"].update(rules)
    )


def larger_by_one(rows: Rows) -> Rows:
    rows[0]["change"] = str(int(rows[0]["change"]) + 1)
    return rows


def by_one(rows: Rows) -> Rows:
    return [{**row, "change": str(int(row["change"]) // 4)} for row in rows]


def of_a_sum(rows: Rows) -> Rows:
    return [{**rows[0], "nationality": "_T", "change": "4"}, *rows]


def twice(folder: Path) -> None:
    published_releases.change_cells(folder, lambda rows: [*rows, rows[-1]])


def part(times: int, **where: str) -> dict[str, Any]:
    return {"times": times, "where": {name: [code] for name, code in where.items()}}


def claimed_known(**proof: Any) -> Tamper:
    """Return a tamperer that removes the witnesses and claims that every sum is known to be 5."""

    def tamper(folder: Path) -> None:
        rows = published_releases.cells(folder)
        quarters = sorted({row["period"] for row in rows if "-Q" in row["period"]})
        names = ("nationality", "age_band", "sex", "crime_type", "outcome")
        codes = [[*quarters, "_T"], *(sorted({row[name] for row in rows}) for name in names)]
        published_releases.change_witnesses(folder, lambda _: [])
        known = [
            {"sum": [published_releases.YEAR, *cell], "value": 5, **proof}
            for cell in itertools.product(*codes)
        ]
        with_rules(known=known)(folder)

    return tamper


TAMPERED: Final[dict[str, Tamper]] = {
    "a cell is one more": with_value(a_finest, lambda value: value + 1),
    "a cell is a true small count": with_value(a_finest, lambda _: 3),
    "a sum is one more": with_value(a_sum, lambda value: value + 1),
    "a sum is one less": with_value(a_sum, lambda value: value - 1),
    "a cell is left out": without(a_finest),
    "no witness": with_witnesses(lambda _: []),
    "a change of a witness is one more": with_witnesses(larger_by_one),
    "a change of a witness is left out": with_witnesses(lambda rows: rows[1:]),
    "only one witness": with_witnesses(lambda rows: [row for row in rows if row["witness"] == "0"]),
    "errors announced smaller": with_rules(largest_error={str(order): 0 for order in range(2, 6)}),
    "a fact that the witnesses break": with_rules(
        facts=[
            {
                "name": "X001",
                "year": published_releases.YEAR,
                "where": {"nationality": ["VNM"], "age_band": ["20-29"], "sex": ["F"]},
                "low": 5,
                "high": 5,
                "published": 5,
            }
        ]
    ),
    "a sum is left out": without(a_sum),
    "a line is there twice": twice,
    "every sum is claimed to be known": claimed_known(),
    "known for nothing": claimed_known(parts=[]),
    "known for a sum that is not exact": claimed_known(parts=[part(1, sex="F", crime_type="MS")]),
    "known for a total that holds more": claimed_known(parts=[part(1, sex="F")]),
    "known for a total of nothing": claimed_known(parts=[part(1, sex="_T")]),
    "a change of a witness is less than four": with_witnesses(by_one),
    "a witness changes a sum and no cell": with_witnesses(of_a_sum),
    "a witness changes a cell twice": with_witnesses(lambda rows: [*rows[:1], *rows]),
    "a witness changes a cell that there is not": with_witnesses(
        lambda rows: [{**rows[0], "nationality": "XXX"}, *rows]
    ),
}


def test_the_script_confirms_a_sound_release(folder: Path) -> None:
    code, output = verify(folder)
    assert code == 0
    assert output.startswith("True: ")


def test_the_script_is_short_and_without_our_code(folder: Path) -> None:
    text = (folder / "verify.py").read_text(encoding="utf-8")
    assert "referrals" not in text
    assert len(text.splitlines()) < 140


def test_the_script_accepts_the_file_names_of_example_downloads(
    folder: Path,
) -> None:
    for path in list(folder.iterdir()):
        path.rename(
            folder / files.marked(path.name, "example")
            if path.suffix not in {".py", ".sql"}
            else path
        )
    assert (folder / "cells-example.csv").exists()
    code, output = verify(folder)
    assert (code, output[:5]) == (0, "True:")


@pytest.mark.parametrize("tamper", TAMPERED.values(), ids=TAMPERED.keys())
def test_the_script_finds_a_tampered_release(folder: Path, tamper: Tamper) -> None:
    tamper(folder)
    published_releases.sign(folder)
    code, output = verify(folder)
    assert code == 1
    assert output.startswith("WRONG: ")


def test_the_script_checks_the_proof_of_a_known_sum(folder: Path) -> None:
    rows = [
        row for row in published_releases.cells(folder) if row["period"] == published_releases.YEAR
    ]
    fixed = {
        row["sex"]: int(row["value"])
        for row in rows
        if [*row.values()][1:6].count("_T") == 4 and row["sex"] != "_T"
    }
    claim = {
        "sum": [published_releases.YEAR, "_T", "_T", "_T", "F", "_T", "_T"],
        "value": 5,
        "parts": [part(1, sex="F")],
    }
    with_rules(known=[claim])(folder)
    assert fixed["F"] > 4
    assert "Known to be over 4, by exact totals" in verify(folder)[1]


def test_the_statement_finds_no_fault_in_a_sound_release(folder: Path) -> None:
    assert query(folder) == []


@pytest.mark.parametrize("tamper", TAMPERED.values(), ids=TAMPERED.keys())
def test_the_statement_finds_a_tampered_release(folder: Path, tamper: Tamper) -> None:
    tamper(folder)
    assert query(folder) != []


def test_the_statement_names_the_cell(folder: Path) -> None:
    row = a_finest(published_releases.cells(folder))
    TAMPERED["a cell is a true small count"](folder)
    (what,) = [what for fault, what in query(folder) if fault.startswith("shows 1 to 4")]
    assert {**json.loads(what), "value": None} == {name: row[name] for name in list(row)[:6]} | {
        "value": None
    }


@pytest.mark.parametrize("name", ["cells.csv", "witnesses.csv.gz", "datapackage.json"])
@pytest.mark.parametrize(
    "content",
    [None, b"", b"\xff\xfe{", b"{}"],
    ids=["missing", "empty", "garbled", "something else"],
)
def test_the_script_reports_a_missing_or_damaged_file_in_one_line(
    folder: Path, name: str, content: bytes | None
) -> None:
    (folder / name).unlink() if content is None else (folder / name).write_bytes(content)
    code, output = verify(folder)
    assert code == 1
    assert output.startswith("WRONG: ")
    assert len(output.splitlines()) == 1


def test_the_script_reports_truncated_witnesses_in_one_line(folder: Path) -> None:
    path = folder / "witnesses.csv.gz"
    path.write_bytes(path.read_bytes()[:-30])
    code, output = verify(folder)
    assert (code, len(output.splitlines())) == (1, 1)
    assert output.startswith("WRONG: ")
