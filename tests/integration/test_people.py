"""Counts are of referrals, protection is of people: repeat referrals must not pass as several."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest

from referrals.publishing import protected_counts
from referrals.publishing.cli import main
from referrals.publishing.extract import validate
from referrals.publishing.options import ENGINES
from referrals.publishing.tabulation import counts
from tests.fixtures import published_releases

HEADER = f"{published_releases.HEADER},person_id"
WOMAN = "ONE-WOMAN"


def extract(path: Path, more: Sequence[str] = (), *, persons: bool = True) -> Path:
    """Write an extract with a person for each record, or with none, and `more` lines."""
    lines = published_releases.extract(path).read_text(encoding="utf-8").splitlines()[1:]
    rows = [f"{line},P{number}" if persons else f"{line}," for number, line in enumerate(lines)]
    path.write_text("\n".join([HEADER, *rows, *more]) + "\n", encoding="utf-8")
    return path


def unused_cells(path: Path) -> str:
    """Return the cells of a record (a woman, domestic abuse) that no record of an extract has."""
    text = path.read_text(encoding="utf-8")
    every = itertools.product(
        published_releases.DAYS, ("IND", "ALB"), ("16", "45", "33"), ("NFA", "_NK")
    )
    kinds = (
        f"{day},kent,{nationality},{age},F,DA,{outcome},synthetic"
        for day, nationality, age, outcome in every
    )
    return next(kind for kind in kinds if kind not in text)


def varied(number: int, nationality: str, sex: str) -> str:
    """Return the cells of a record of this nationality and sex, the rest varying with `number`."""
    crime, outcome = ("MS", "DA")[number % 2], ("NFA", "_NK")[number // 2 % 2]
    day, age = published_releases.DAYS[number % 4], (16, 25, 33)[number % 3]
    return f"{day},kent,{nationality},{age},{sex},{crime},{outcome},synthetic"


def refused(path: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str], *options: str) -> str:
    """Publish an extract that must be refused, without a trace, and return the message."""
    assert (
        main([*published_releases.command(path, tmp_path / "out", tmp_path / "private"), *options])
        == 1
    )
    assert not (tmp_path / "private" / "staging").exists()
    message = capfd.readouterr().err
    assert WOMAN not in message
    return message


@pytest.mark.parametrize("engine", ENGINES)
def test_a_finest_cell_of_eight_referrals_of_one_person_is_refused_by_every_engine(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protected_counts, "ENGINES", dict.fromkeys(ENGINES, counts.count))
    path = extract(tmp_path / "x.csv")
    hers = [f"W{number},{unused_cells(path)},{WOMAN}" for number in range(8)]
    message = refused(extract(path, hers), tmp_path, capfd, "--engine", engine)
    assert (
        "1 of the smallest groups of 5 or more referrals describe fewer than 5 people, "
        "and 0 categories" in message
    )


@pytest.mark.parametrize(
    "known_as",
    [
        ("{n}", "unknown"),
        pytest.param(("{n}", "not recorded"), marks=pytest.mark.slow),
        pytest.param(("{n}", ""), marks=pytest.mark.slow),
        ("a-{n}", "A-{n}"),
    ],
)
def test_person_ids_ignore_case_and_words_for_unknown_are_not_persons(
    tmp_path: Path, known_as: tuple[str, str]
) -> None:
    lines = (
        published_releases.extract(tmp_path / "x.csv").read_text(encoding="utf-8").splitlines()[1:]
    )
    rows = [
        f"{line},{known_as[number % 2].format(n=number // 2)}" for number, line in enumerate(lines)
    ]
    (tmp_path / "x.csv").write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8")
    with counts.workspace() as connection:
        validate.load([tmp_path / "x.csv"], connection, today=date(2026, 11, 1))
        found = connection.sql(
            "select count(distinct person_id), count(*) - count(person_id) from records"
        ).fetchall()
    half = published_releases.RECORDS // 2
    assert found == [(half, 0 if "{n}" in known_as[1] else half)]


def test_an_exact_table_with_a_cell_of_one_repeat_person_is_refused(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    men = [f"M{n},{varied(n, 'CHN', 'M')},M{n}" for n in range(24)]
    hers = [f"W{n},2021-05-11,kent,CHN,25,F,MS,NFA,synthetic,{WOMAN}" for n in range(6)]
    path = extract(tmp_path / "x.csv", [*men, *hers])
    message = refused(path, tmp_path, capfd, "--method", "suppression")
    assert "describe fewer than 5 people" in message
    assert "group more nationalities (a lower --nationalities)" in message


def test_a_refused_revision_does_not_advise_to_change_the_nationalities(
    small_place: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = extract(small_place / "x.csv")
    hers = [f"W{number},{unused_cells(path)},{WOMAN}" for number in range(8)]
    to, private = small_place / "out", small_place / "private"
    assert main(published_releases.command(extract(path, hers), to, private)) == 1
    message = capfd.readouterr().err
    assert message.endswith("To publish, keep one referral of each person. Nothing was written.\n")


@pytest.mark.slow
def test_a_nationality_with_few_people_is_grouped(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    few = [f"F{n},{varied(n, 'CHN', 'F')},F{n % 8}" for n in range(24)]
    others = [f"G{n},{varied(n, 'NGA', 'M')},G{n}" for n in range(8)]
    folder = published_releases.publish(
        extract(tmp_path / "x.csv", [*few, *others]), tmp_path / "out", tmp_path / "private"
    )
    assert {row["nationality"] for row in published_releases.cells(folder)} == {
        "VNM",
        "ALB",
        "IND",
        "_OTH",
        "_T",
    }
    assert "person_id" not in capfd.readouterr().out


@pytest.mark.slow
def test_records_without_persons_are_published_with_a_warning(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    published_releases.publish(
        extract(tmp_path / "x.csv", persons=False), tmp_path / "out", tmp_path / "private"
    )
    assert (
        "300 of the records have no person_id: whether some are of the same person"
        in capfd.readouterr().out
    )
