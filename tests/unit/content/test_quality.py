"""The quality page: each point has a test or an honest no, and a failing test turns its point."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from referrals.content import quality
from referrals.content.quality import State
from referrals.paths import ROOT
from referrals.reference import table_schema
from tests.fixtures import quality_results

POINTS = quality.points()
TESTS = sorted({test for row in POINTS for test in quality.tests_of(row)})
POINT = {"point": "A", "met": "yes", "says": "B", "tests": "tests/a.py::test_a tests/b.py::test_b"}
NAME = re.compile(r"tests/[\w/]+\.py::test_\w+")


def outcome(test: str, result: str) -> dict[str, str]:
    return {"test": test, "outcome": result, "run_on": "2026-11-28"}


def outcomes(first: str, second: str) -> dict[str, dict[str, str]]:
    found = {"tests/a.py::test_a": first, "tests/b.py::test_b": second}
    return {test: outcome(test, result) for test, result in found.items() if result}


@pytest.mark.parametrize("test", TESTS)
def test_every_test_that_a_point_names_exists(test: str) -> None:
    file, _, name = test.partition("::")
    assert NAME.fullmatch(test)
    assert f"\ndef {name}(" in (ROOT / file).read_text(encoding="utf-8")


@pytest.mark.parametrize("row", POINTS, ids=lambda row: row["point"])
def test_a_point_is_held_by_a_test_or_is_an_honest_no(row: dict[str, str]) -> None:
    assert bool(row["tests"]) is (row["met"] != "no")


def test_both_guides_are_there_in_full() -> None:
    listed = [row["standard"] for row in POINTS]
    assert (listed.count("code"), listed.count("dashboards")) == (10, 9)


@pytest.mark.parametrize(
    ("first", "second", "state"),
    [
        ("passed", "passed", State.YES),
        ("passed", "failed", State.FAILING),
        ("failed", "", State.FAILING),
        ("passed", "", State.UNCHECKED),
        ("", "", State.UNCHECKED),
    ],
)
def test_a_point_is_met_only_if_all_its_tests_passed(first: str, second: str, state: State) -> None:
    assert quality.state(POINT, outcomes(first, second)) is state


@pytest.mark.parametrize("met", ["partly", "no"])
def test_passing_tests_make_no_point_better_than_it_claims(met: str) -> None:
    point = POINT | {"met": met}
    assert quality.state(point, outcomes("passed", "passed")) is State(met)


def test_a_failing_test_turns_its_point_and_no_other() -> None:
    other = POINT | {"point": "C", "tests": "tests/a.py::test_a"}
    html = quality.listed([POINT, other], outcomes("passed", "failed"))
    rows = html.split("<li><p>")[1:]
    assert "Not now: a test failed on 28 November 2026" in rows[0]
    assert "Yes. Tested on 28 November 2026" in rows[1]


def test_the_recorded_outcomes_are_those_of_the_tests_that_points_name() -> None:
    assert set(quality.results()) <= set(TESTS)


def test_a_run_records_a_pass_a_failure_and_no_skipped_test(tmp_path: Path) -> None:
    file = tmp_path / "test_planted.py"
    file.write_text(
        "import pytest\n"
        "def test_good(): pass\n"
        "@pytest.mark.parametrize('n', [0, 1, 0])\n"
        "def test_bad_once(n): assert n == 0\n"
        "def test_skipped(): pytest.skip('no')\n"
        "@pytest.fixture\n"
        "def broken(): raise ValueError\n"
        "def test_without_its_fixture(broken): pass\n",
        encoding="utf-8",
    )
    program = (
        "import sys\n"
        "from pathlib import Path\n"
        "from tests.fixtures import quality_results as q\n"
        "folder = sys.argv[1]\n"
        "code, found = q.run([folder + '/test_planted.py'], ['-q', '-c', '/dev/null', '--rootdir', "
        "folder, '-p', 'no:cacheprovider'])\n"
        "q.write(found, Path(folder) / 'found.csv', '2026-11-29')\n"
        "sys.exit(code)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)], cwd=ROOT, capture_output=True, check=False
    )
    assert done.returncode == 1, done.stderr
    assert (tmp_path / "found.csv").read_text(encoding="utf-8").splitlines() == [
        "test,outcome,run_on",
        "test_planted.py::test_bad_once,failed,2026-11-29",
        "test_planted.py::test_good,passed,2026-11-29",
        "test_planted.py::test_without_its_fixture,failed,2026-11-29",
    ]


def test_written_outcomes_meet_the_schema(tmp_path: Path) -> None:
    path = tmp_path / quality.RESULTS.name
    schema = quality.RESULTS.with_suffix(".schema.json")
    path.with_suffix(".schema.json").write_bytes(schema.read_bytes())
    quality_results.write({"tests/a.py::test_a": "failed"}, path, "2026-11-28")
    assert table_schema.read(path) == [outcome("tests/a.py::test_a", "failed")]
