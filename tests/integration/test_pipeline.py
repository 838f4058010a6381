"""The pipeline from extract to release: reproducible, all or nothing, verified by strangers."""

from __future__ import annotations

import csv
import random
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from referrals.errors import DisclosureError
from referrals.publishing import approval, cli, pipeline
from referrals.publishing import compare as comparison
from referrals.publishing.approval import Places
from referrals.publishing.audit import audit, prove
from referrals.publishing.history.private_store import KEY
from referrals.publishing.options import Options
from referrals.release.release import open_release
from tests.fixtures.published_releases import STEPS

HEADER = [
    "referral_id",
    "referred_on",
    "police_force",
    "nationality",
    "age",
    "sex",
    "crime_type",
    "outcome",
]
FIRST = date(2022, 4, 1)
SEED = 11


def rows(count: int = 360) -> list[list[str]]:
    chance = random.Random(SEED)
    return [
        [
            f"R{number:05}",
            (FIRST + timedelta(days=chance.randrange(365))).isoformat(),
            "kent",
            chance.choices(("VNM", "ALB", "CHN"), (5, 3, 2))[0],
            str(chance.choices((12, 25, 35), (2, 5, 3))[0]),
            chance.choice(("M", "F")),
            chance.choices(("MS", "DA"), (3, 2))[0],
            chance.choice(("CASEWORK", "NFA")),
        ]
        for number in range(count)
    ]


def write(path: Path, lines: list[list[str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([HEADER, *lines])
    return path


def published(made: Path, to: Path, private: Path, *, name: str = "first") -> Path:
    options = Options(
        release_id=name, releases=to, private=private, published_on=date(2026, 11, 1), steps=STEPS
    )
    pipeline.publish([made], options)
    approval.approve(
        name, Places(private, to), by="A Statistician", reasons={}, today=options.published_on
    )
    return to / name


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("publishing")


@pytest.fixture(scope="module")
def made(place: Path) -> Path:
    return write(place / "x.csv", rows())


@pytest.fixture(scope="module")
def first(made: Path, place: Path) -> Path:
    return published(made, place / "out", place / "private")


@pytest.fixture
def copy(first: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(first, tmp_path / "first"))


def cells(folder: Path) -> list[dict[str, str]]:
    with (folder / "cells.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def rewritten(
    folder: Path, change: Callable[[dict[str, str]], None], codes: dict[str, str]
) -> None:
    every = cells(folder)
    change(next(row for row in every if all(row[name] == code for name, code in codes.items())))
    with (folder / "cells.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, every[0])
        writer.writeheader()
        writer.writerows(every)


def faults(*releases: Path) -> str:
    return "\n".join(check.fault for check in audit.audit(releases) if not check.holds)


def verified(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-I", str(folder / "verify.py"), str(folder)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_a_release_has_the_columns_of_the_contract_and_no_number_from_1_to_4(
    first: Path,
) -> None:
    assert open_release(first).about.status == "official"
    assert list(cells(first)[0]) == [
        "period", "nationality", "age_band", "sex", "crime_type", "outcome",
        "value", "lower", "upper", "status",
    ]  # fmt: skip
    assert not {row["value"] for row in cells(first)} & {"1", "2", "3", "4"}


def test_one_way_totals_are_those_of_the_extract(first: Path) -> None:
    others = ("age_band", "sex", "crime_type", "outcome")
    shown = {
        row["nationality"]: int(row["value"])
        for row in cells(first)
        if row["period"] == "2022-23" and all(row[name] == "_T" for name in others)
    }
    true = [line[3] for line in rows()]
    assert shown == {"_T": len(true), **{code: true.count(code) for code in ("VNM", "ALB", "CHN")}}


def test_the_same_input_gives_the_same_bytes(first: Path, made: Path, place: Path) -> None:
    same = place / "private of the same key"
    same.mkdir(mode=0o700)
    shutil.copy(place / "private" / KEY, same)
    again = published(made, place / "elsewhere", same)
    assert {path.name: path.read_bytes() for path in again.iterdir()} == {
        path.name: path.read_bytes() for path in first.iterdir()
    }


def test_an_untouched_release_passes_its_audit(first: Path) -> None:
    assert faults(first) == ""


def test_the_script_in_the_release_confirms_its_proof(first: Path) -> None:
    ran = verified(first)
    assert (ran.returncode, ran.stdout[:5], ran.stderr) == (0, "True:", "")


def test_the_audit_names_a_changed_number(copy: Path) -> None:
    codes = {
        "period": "2022-23",
        "nationality": "VNM",
        "age_band": "_T",
        "sex": "F",
        "crime_type": "_T",
        "outcome": "_T",
    }
    rewritten(copy, lambda row: row.update(value=str(int(row["value"]) + 1)), codes)
    assert "nationality VNM, sex F" in faults(copy)
    ran = verified(copy)
    assert ran.returncode == 1
    assert "WRONG" in ran.stderr


def test_the_audit_names_a_true_small_count(copy: Path) -> None:
    small = next(
        row for row in cells(copy) if "_T" not in row.values() and 5 <= int(row["value"]) <= 7
    )
    codes = {
        name: small[name]
        for name in ("period", "nationality", "age_band", "sex", "crime_type", "outcome")
    }
    rewritten(copy, lambda row: row.update(value="2"), codes)
    assert f"nationality {small['nationality']}" in faults(copy)
    assert "shows 2" in faults(copy)


def test_the_audit_names_the_disclosures_of_an_exact_table_beside_a_release(
    first: Path, tmp_path: Path
) -> None:
    table = tmp_path / "table.csv"
    table.write_text("period,nationality,age_band,value\n2022-23,CHN,0-17,3\n", encoding="utf-8")
    assert "nationality CHN, age band 0-17 is exactly 3" in faults(first, table)


def test_the_audit_fails_without_witnesses(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (copy / prove.WITNESSES).unlink()
    assert cli.main(["audit", str(copy)]) == 1
    assert prove.WITNESSES in capsys.readouterr().err


@pytest.mark.slow  # the tests of the audit show the same of another release
def test_a_revision_by_two_people_passes_only_with_the_history_of_the_first_release(
    first: Path, place: Path, tmp_path: Path
) -> None:
    more = write(
        tmp_path / "more.csv",
        [*rows(), *([f"R9{n}", "2022-05-01", "kent", "CHN", "12", "F", "DA", "NFA"] for n in "12")],
    )
    with_history = published(more, place / "out", place / "private", name="second")
    assert faults(first, with_history) == ""
    without_history = published(more, tmp_path / "out", tmp_path / "private", name="second")
    assert "nationality CHN differs by 2" in faults(first, without_history)
    assert "nationality CHN differs by 2" in comparison.compare(first, without_history).as_text()


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        (["R00000", "2022-05-01", "kent", "VNM", "20", "F", "MS", "NFA"], "referral_id"),
        pytest.param(
            ["R9", "2022-02-31", "kent", "VNM", "20", "F", "MS", "NFA"],
            "2022-02-31",
            marks=pytest.mark.slow,
        ),
        pytest.param(
            ["R9", "2022-05-01", "kent", "VNM", "212", "F", "MS", "NFA"],
            "212",
            marks=pytest.mark.slow,
        ),
        pytest.param(
            ["R9", "2022-05-01", "kent", "USSR", "20", "F", "MS", "NFA"],
            "USSR",
            marks=pytest.mark.slow,
        ),
        pytest.param(
            ["R9", "2022-05-01", "kent", "Korean", "20", "F", "MS", "NFA"],
            "Korean",
            marks=pytest.mark.slow,
        ),
        pytest.param(
            ["R9", "2022-05-01", "kent", "VNM", "20", "F", '=HYPERLINK("x")', "NFA"],
            "formula",
            marks=pytest.mark.slow,
        ),
        (["R9", "2022-05-01", "kent", "VNM", "20", "F", "MS"], "more or fewer cells"),
    ],
)
def test_a_bad_line_is_one_clear_message_and_nothing_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], line: list[str], fault: str
) -> None:
    bad = write(tmp_path / "bad.csv", [*rows(40), line])
    assert cli.main(["check", str(bad)]) == 1
    assert fault in capsys.readouterr().out
    to = tmp_path / "out"
    places = ["--releases", str(to), "--private", str(tmp_path / "p")]
    assert cli.main(["publish", str(bad), "--release", "x", *places]) == 1
    found = capsys.readouterr().err
    assert fault in found
    assert "Traceback" not in found
    assert "R00000" not in found
    assert not (tmp_path / "p" / "staging").exists()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PK\x03\x04rest of a spreadsheet",
        b"referral_id,referred_on\nR1,2022-05-01\n",
        b'a,"b\n',
    ],
)
def test_a_file_that_is_not_an_extract_is_one_clear_message(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes
) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(content)
    for given in (path, tmp_path, tmp_path / "missing.csv"):
        assert cli.main(["check", str(given)]) == 1
        streams = capsys.readouterr()
        assert streams.out + streams.err
        assert "Traceback" not in streams.out + streams.err


@pytest.mark.usefixtures("first")
def test_real_records_are_not_published_in_a_second_folder(made: Path, place: Path) -> None:
    with pytest.raises(DisclosureError, match=", not in "):
        published(made, place / "second folder", place / "private")
    assert not (place / "private" / "staging" / "first").exists()
