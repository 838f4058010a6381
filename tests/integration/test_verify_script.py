"""The verification script and SQL statement of a release, run by a stranger without our code."""

from __future__ import annotations

import csv
import hashlib
import itertools
import json
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, Final

import pytest

from referrals.publishing import cli, pipeline
from referrals.publishing.options import Options
from referrals.release import files
from tests.fixtures import published_releases
from tests.fixtures.published_releases import Rows
from tests.fixtures.stranger import Stranger

Tamper = Callable[[Path], None]
TODAY: Final = date(2026, 12, 1)


@pytest.fixture
def folder(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return published_releases.copied(
        published_releases.small(tmp_path_factory.getbasetemp()), tmp_path
    )


def verify_alone(folder: Path, *options: str, bare: bool = False) -> tuple[int, str]:
    """Run the script of a release on its folder as its certificate says, in a new process.

    A `bare` Python has no libraries installed.
    """
    python = [sys.executable, "-I", *(["-S"] if bare else [])]
    command = [*python, str(folder / "verify.py"), str(folder), *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/", timeout=60)
    return done.returncode, done.stdout + done.stderr


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


UNREADABLE: Final = "a witness changes a cell that there is not"
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
    UNREADABLE: with_witnesses(lambda rows: [{**rows[0], "nationality": "XXX"}, *rows]),
}

KINDS: Final = (
    "a cell is a true small count",
    "a sum is one more",
    "a cell is left out",
    "no witness",
    "a change of a witness is one more",
    "errors announced smaller",
    "a fact that the witnesses break",
    "known for a sum that is not exact",
)
"""A change of each kind: to cells, sums, witnesses, rules, facts and known sums."""

ONE_OF_A_KIND: Final = tuple(
    pytest.param(name, marks=() if name in KINDS else pytest.mark.slow) for name in TAMPERED
)
"""Every change, of which `make test` plants one of each kind."""


def test_the_script_confirms_a_sound_release(folder: Path, stranger: Stranger) -> None:
    code, output = verify_alone(folder)
    assert code == 0
    assert output.startswith("True: ")
    assert stranger.verify(folder) == (code, output)


def test_a_new_process_finds_a_tampered_release_as_a_fork_does(
    folder: Path, stranger: Stranger
) -> None:
    TAMPERED["a sum is one more"](folder)
    assert verify_alone(folder) == stranger.verify(folder)
    (folder / "cells.csv").unlink()
    assert verify_alone(folder) == stranger.verify(folder)


def test_the_script_is_short_and_without_our_code(folder: Path) -> None:
    text = (folder / "verify.py").read_text(encoding="utf-8")
    assert "import referrals" not in text
    assert "from referrals" not in text
    assert len(text.splitlines()) < 420


@pytest.mark.parametrize(
    "renamed",
    [
        lambda name: name if name.endswith((".py", ".sql")) else files.marked(name, "example"),
        lambda name: f"victim-referrals-2020-21-example-{name}",
        lambda name: f"victim-referrals-2020-21-example-{name.replace('.', ' (1).', 1)}",
    ],
    ids=["as served", "as a browser saves it", "as a browser saves it again"],
)
def test_the_script_accepts_the_file_names_of_downloads(
    folder: Path, renamed: Callable[[str], str], stranger: Stranger
) -> None:
    for path in list(folder.iterdir()):
        path.rename(folder / renamed(path.name))
    script = next(folder.glob("*verify*.py"))
    code, output = stranger.verify(folder, script)
    assert (code, "True: " in output) == (0, True)


def test_the_script_takes_the_file_that_the_manifest_lists_of_two_with_one_name(
    folder: Path, stranger: Stranger
) -> None:
    (folder / "datapackage.json").rename(folder / "example-datapackage.json")
    (folder / "a-cells.csv").write_text("not the cells\n", encoding="utf-8")
    code, output = stranger.verify(folder)
    assert (code, output.partition("\n")[0]) == (
        0,
        "Not part of the release, and not looked at: 1 more in the folder.",
    )


def test_the_script_refuses_a_folder_of_two_releases(folder: Path, stranger: Stranger) -> None:
    (folder / "other-datapackage.json").write_text("{}", encoding="utf-8")
    code, output = stranger.verify(folder)
    assert (code, len(output.splitlines())) == (1, 1)
    assert "needs one manifest" in output


@pytest.mark.parametrize("name", ONE_OF_A_KIND)
def test_the_script_finds_a_tampered_release(folder: Path, name: str, stranger: Stranger) -> None:
    TAMPERED[name](folder)
    published_releases.sign(folder)
    code, output = stranger.verify(folder)
    assert code == 1
    assert output.startswith("WRONG: ")


def test_the_script_checks_the_proof_of_a_known_sum(folder: Path, stranger: Stranger) -> None:
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
    assert "Known to be over 4, by exact totals" in stranger.verify(folder)[1]


def test_a_year_of_one_quarter_is_verified_by_sums_of_the_quarter_that_are_known(
    tmp_path: Path, stranger: Stranger
) -> None:
    path = published_releases.extract(tmp_path / "quarter.csv", seed=2, records=50)
    text = path.read_text(encoding="utf-8")
    for day in published_releases.DAYS:
        text = text.replace(day, published_releases.DAYS[0])
    path.write_text(text, encoding="utf-8")
    folder = published_releases.publish(path, tmp_path / "out", tmp_path / "private")
    manifest = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    known = [claim["sum"] for claim in manifest["disclosure_control"]["known"]]
    assert any(quarter != "_T" for _, quarter, *_ in known), "the test needs such a sum"
    assert stranger.verify(folder)[0] == 0
    assert stranger.query(folder) == []


def test_a_year_without_small_numbers_is_verified(tmp_path: Path, stranger: Stranger) -> None:
    cells = itertools.product(published_releases.DAYS, "FM", ("MS", "DA"), ("NFA", "ICE"))
    rows = [
        f"{number}-{copy},{day},kent,VNM,25,{sex},{crime_type},{outcome},synthetic"
        for number, (day, sex, crime_type, outcome) in enumerate(cells)
        for copy in range(10)
    ]
    path = published_releases.extract(tmp_path / "large.csv", records=0, more=rows)
    folder = published_releases.publish(path, tmp_path / "out", tmp_path / "private")
    assert min(int(row["value"]) for row in published_releases.cells(folder)) == 10
    assert stranger.verify(folder)[0] == 0
    assert stranger.query(folder) == []


def test_the_statement_finds_no_fault_in_a_sound_release(folder: Path, stranger: Stranger) -> None:
    assert stranger.query(folder) == []


@pytest.mark.parametrize("name", ONE_OF_A_KIND)
def test_the_statement_finds_a_tampered_release(
    folder: Path, name: str, stranger: Stranger
) -> None:
    TAMPERED[name](folder)
    assert stranger.query(folder) != []


@pytest.mark.parametrize(
    "marked", ["victim-referrals-small-{}", pytest.param("{} (2)", marks=pytest.mark.slow)]
)
def test_the_statement_accepts_the_file_names_of_downloads(
    folder: Path, marked: str, stranger: Stranger
) -> None:
    for name in ("datapackage.json", "cells.csv", "witnesses.csv.gz"):
        first, dot, rest = name.partition(".")
        (folder / name).rename(folder / f"{marked.format(first)}{dot}{rest}")
    assert stranger.query(folder) == []
    path = next(folder.glob("*cells*.csv"))
    path.write_text(path.read_text(encoding="utf-8").replace(",5,1,", ",3,1,", 1), encoding="utf-8")
    assert stranger.query(folder) != []


def test_the_statement_names_the_cell(folder: Path, stranger: Stranger) -> None:
    row = a_finest(published_releases.cells(folder))
    TAMPERED["a cell is a true small count"](folder)
    (what,) = [what for fault, what in stranger.query(folder) if fault.startswith("shows 1 to 4")]
    assert {**json.loads(what), "value": None} == {name: row[name] for name in list(row)[:6]} | {
        "value": None
    }


DAMAGED: Final = {
    "missing": None,
    "empty": b"",
    "garbled": b"\xff\xfe{",
    "something else": b"{}",
}


DAMAGED_FILES: Final = {
    "cells.csv": "missing",
    "witnesses.csv.gz": "something else",
    "datapackage.json": "garbled",
}
"""The files that a script needs, each with the damage that `make test` does to it."""


@pytest.mark.parametrize(
    ("damage", "name"),
    [
        pytest.param(damage, name, marks=() if damage == first else pytest.mark.slow)
        for name, first in DAMAGED_FILES.items()
        for damage in DAMAGED
    ],
)
def test_the_script_reports_a_missing_or_damaged_file_in_one_line(
    folder: Path, damage: str, name: str, stranger: Stranger
) -> None:
    content = DAMAGED[damage]
    (folder / name).unlink() if content is None else (folder / name).write_bytes(content)
    code, output = stranger.verify(folder)
    assert code == 1
    assert output.startswith("WRONG: ")
    assert len(output.splitlines()) == 1


def test_the_script_reports_truncated_witnesses_in_one_line(
    folder: Path, stranger: Stranger
) -> None:
    path = folder / "witnesses.csv.gz"
    path.write_bytes(path.read_bytes()[:-30])
    code, output = stranger.verify(folder)
    assert (code, len(output.splitlines())) == (1, 1)
    assert output.startswith("WRONG: ")


# Files and what they say of themselves.


def test_a_bare_python_says_which_files_it_could_not_read(folder: Path) -> None:
    code, output = verify_alone(folder, bare=True)
    assert code == 0
    assert "Compared by its SHA-256 alone: cells.parquet (Python has no pyarrow)." in output
    assert "Compared by its SHA-256 alone: release.duckdb (Python has no duckdb)." in output


def test_the_script_expects_the_digest_that_was_announced(folder: Path) -> None:
    digest = hashlib.sha256((folder / "datapackage.json").read_bytes()).hexdigest()
    assert verify_alone(folder, "--expect", digest.upper(), bare=True)[0] == 0
    published_releases.change_manifest(folder, lambda manifest: manifest.update(title="Another"))
    assert verify_alone(folder, bare=True)[0] == 0
    code, output = verify_alone(folder, "--expect", digest, bare=True)
    assert (code, output[:30]) == (1, "WRONG: datapackage.json has th")


def wider(column: str, by: int) -> Tamper:
    """Return a tamperer that widens the range of a sum of three dimensions in cells.csv."""

    def change(rows: Rows) -> Rows:
        row = next(row for row in rows if [*row.values()].count("_T") == 2 and row["value"] > "5")
        row[column] = str(int(row[column]) + by)
        return rows

    return lambda folder: published_releases.change_cells(folder, change)


@pytest.mark.parametrize(
    ("column", "by", "fault"),
    [("upper", 1, "wider than"), ("lower", -1, "wider than"), ("upper", -99, "outside its range")],
)
def test_the_script_finds_a_range_that_does_not_follow_from_public_numbers(
    folder: Path, column: str, by: int, fault: str
) -> None:
    wider(column, by)(folder)
    published_releases.sign(folder)
    code, output = verify_alone(folder, bare=True)
    assert code == 1
    assert fault in output


@pytest.fixture(scope="module")
def with_facts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release whose records agree with published facts. Copy it before changing it."""
    home = tmp_path_factory.mktemp("facts")
    extract = home / "extract.csv"
    arguments = ["synthesise", "--seed", "7", "--year", "2020-21", "--to", str(extract)]
    assert cli.main(arguments) == 0
    to = home / "to"
    options = Options("one", home / "releases", home / "private", TODAY, to=to, steps=10)
    pipeline.publish([extract], options)
    return to / "one"


@pytest.mark.slow
def test_a_sum_that_is_exact_by_its_neighbours_does_not_narrow_them_again(with_facts: Path) -> None:
    rows = csv.DictReader((with_facts / "cells.csv").read_text(encoding="utf-8").splitlines())
    sums = {(row["sex"], row["crime_type"]): row for row in rows if is_of_sex_and_crime(row)}
    no_fact = sums["_NK", "DA"]
    assert no_fact["lower"] == no_fact["upper"], "what the other sexes leave of all"
    assert sums["_NK", "OTH"]["lower"] < sums["_NK", "OTH"]["upper"]
    code, printed = verify_alone(with_facts)
    assert (code, printed[:4]) == (0, "True"), printed


@pytest.mark.slow
def test_a_claim_that_rests_on_a_total_that_is_not_exact_is_refused(
    with_facts: Path, tmp_path: Path
) -> None:
    folder = published_releases.copied(with_facts, tmp_path)
    with Stranger(tmp_path) as stranger:
        assert stranger.query(folder) == []
        total = {
            "period": "2020-21",
            **dict.fromkeys(("nationality", "age_band", "sex", "outcome"), "_T"),
            "crime_type": "DA",
        }
        with_rules(inexact_totals=[{**total, "largest_error": 30}])(folder)
        assert "_NK" in str(stranger.query(folder))
    code, printed = verify_alone(folder)
    assert code == 1
    assert "is only known to be at least" in printed


def is_of_sex_and_crime(row: dict[str, str]) -> bool:
    others = ("nationality", "age_band", "outcome")
    return row["period"] == "2020-21" and all(row[name] == "_T" for name in others)
