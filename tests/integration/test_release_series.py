"""Four releases of one year: every exact number is true, and all of them together disclose nothing.

Late records, a correction, records taken out, and a draft that was never approved.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from referrals.publishing.cli import main
from tests.fixtures import published_releases
from tests.fixtures.true_numbers import records_of, untrue_numbers

pytestmark = [pytest.mark.publishing, pytest.mark.slow]

LATE = 260


@dataclass(frozen=True)
class Series:
    """The folders of releases, the oldest first, and the extract behind each."""

    releases: Sequence[Path]
    extracts: Sequence[Path]


@pytest.fixture(scope="module")
def series(tmp_path_factory: pytest.TempPathFactory) -> Series:
    place = tmp_path_factory.mktemp("series")
    small = published_releases.small(tmp_path_factory.getbasetemp())
    published_releases.copy_place(small.parent.parent, place)
    late = published_releases.extract(place / "late.csv", records=published_releases.RECORDS + LATE)
    corrected = changed(late, place / "corrected.csv", exchanged_outcomes)
    fewer = changed(corrected, place / "fewer.csv", without_some)
    extracts = [place / "small.csv", late, corrected, fewer]
    releases = [place / "out" / "small"]
    draft_that_is_never_approved(late, place, "wrong")
    for name, extract in zip(("second", "third", "fourth"), extracts[1:], strict=True):
        releases.append(
            published_releases.publish(extract, place / "out", place / "private", release=name)
        )
    return Series(releases, extracts)


def draft_that_is_never_approved(extract: Path, place: Path, name: str) -> None:
    wrong = changed(extract, place / "wrong.csv", lambda rows: rows[: len(rows) // 2])
    command = published_releases.command(wrong, place / "out", place / "private", release=name)
    assert published_releases.run(command) == 0


Rows = list[dict[str, str]]


def changed(path: Path, to: Path, change: Callable[[Rows], Rows]) -> Path:
    """Write a changed copy of an extract, and return its path."""
    with path.open(encoding="utf-8", newline="") as stream:
        rows = change(list(csv.DictReader(stream)))
    with to.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, rows[0].keys(), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return to


def exchanged_outcomes(rows: Rows) -> Rows:
    """Return records of which those aged 25 have the other outcome."""
    other = {"NFA": "_NK", "_NK": "NFA"}
    return [
        {**row, "outcome": other[row["outcome"]]} if row["age"] == "25" else row for row in rows
    ]


def without_some(rows: Rows) -> Rows:
    """Return records without a quarter of them."""
    return random.Random(4).sample(rows, len(rows) * 3 // 4)


def outcomes(folder: Path) -> dict[str, int]:
    return {
        row["outcome"]: int(row["value"])
        for row in published_releases.cells(folder)
        if row["period"] == published_releases.YEAR
        and [row[name] for name in ("nationality", "age_band", "sex", "crime_type")] == ["_T"] * 4
    }


def test_every_number_called_exact_is_that_of_the_records_of_its_release(series: Series) -> None:
    for folder, extract in zip(series.releases, series.extracts, strict=True):
        assert untrue_numbers(folder, records_of(extract)) == []


def test_late_records_corrections_and_removals_show(series: Series) -> None:
    totals = [outcomes(folder) for folder in series.releases]
    assert totals[1]["_T"] > totals[0]["_T"] + LATE // 2
    assert totals[2]["NFA"] < totals[1]["NFA"] - 10
    assert totals[2]["_NK"] > totals[1]["_NK"] + 10
    assert totals[3]["_T"] < totals[2]["_T"] - 50


def test_an_attacker_with_all_releases_finds_no_narrow_range(
    series: Series, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["audit", *map(str, series.releases)]) == 0
    listed = capsys.readouterr().out
    assert "all read together leave every small sum open" in listed
