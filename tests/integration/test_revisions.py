"""A release that revises another: attacked together with all that stand, its changed numbers marked, the rest held back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from referrals.cards.wording import transcribed
from referrals.publishing import compare as comparison
from referrals.publishing.cli import main
from referrals.query import answer as answers_module
from referrals.query.selection import Selection
from referrals.release.release import open_release
from tests.fixtures import published_releases


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("revisions")


@pytest.fixture(scope="module")
def first(place: Path) -> Path:
    return published_releases.publish(
        published_releases.extract(place / "x.csv"),
        place / "out",
        place / "private",
        release="first",
    )


@pytest.fixture(scope="module")
def second(first: Path, place: Path) -> Path:
    more = published_releases.extract(place / "more.csv", records=published_releases.RECORDS + 200)
    return published_releases.publish(more, first.parent, place / "private", release="second")


def total(folder: Path) -> int:
    return sum(
        int(row["value"])
        for row in published_releases.cells(folder)
        if published_releases.is_finest(row)
    )


def numbers(folder: Path) -> dict[tuple[str, ...], tuple[int, str]]:
    return {
        tuple(list(row.values())[:6]): (int(row["value"]), row["status"])
        for row in published_releases.cells(folder)
    }


def test_a_batch_is_published_but_for_a_few_records_and_the_two_tell_nothing_more(
    first: Path, second: Path
) -> None:
    assert published_releases.RECORDS + 150 < total(second) <= published_releases.RECORDS + 200
    assert comparison.compare(first, second).disclosures == []
    assert main(["audit", str(first), str(second)]) == 0


def test_each_number_that_changed_has_the_status_r_and_no_other_has(
    first: Path, second: Path
) -> None:
    before, after = numbers(first), numbers(second)
    changed = {
        codes for codes, (value, _) in after.items() if value != before.get(codes, (0, ""))[0]
    }
    assert 0 < len(changed) < len(after)
    assert {codes for codes, (_, status) in after.items() if status == "r"} == changed
    assert not [codes for codes, (_, status) in before.items() if status == "r"]


def test_the_dashboard_marks_the_numbers_that_a_revision_changed(second: Path) -> None:
    opened = open_release(second)
    whole = Selection(release="second")
    written = {codes: status for codes, (_, status) in numbers(second).items()}
    period = opened.about.period
    for dimension, chosen in (
        ("sex", whole),
        ("sex", whole.choosing("crime_type", "DA")),
        ("age_band", whole),
    ):
        told = answers_module.answer(opened, dimension, chosen).rows
        places = [(period, *(chosen.codes() | {dimension: code}).values()) for code in told["code"]]
        assert [status == "r" for status in told["status"]] == [
            written.get(codes) == "r" for codes in places
        ]
        assert "r" in set(told["status"])
        assert "revised" in transcribed.meanings(is_additive=True)["r"]


def test_the_manifest_says_what_r_means_and_how_changes_are_held_back_and_counts_none(
    second: Path,
) -> None:
    manifest = json.loads((second / "datapackage.json").read_text(encoding="utf-8"))
    assert manifest["status_letters"]["r"].startswith("revised")
    assert manifest["disclosure_control"]["revises"] == "first"
    assert "would describe a few people" in manifest["disclosure_control"]["held_back_rule"]
    assert not [
        character
        for character in manifest["disclosure_control"]["held_back_rule"]
        if character.isdigit()
    ]


def test_a_revision_that_is_published_again_is_the_same_numbers_and_statuses(
    second: Path, place: Path
) -> None:
    before = numbers(second)
    published_releases.publish(
        place / "more.csv", place / "out", place / "private", release="second"
    )
    assert numbers(second) == before
    assert open_release(second).about.release_id == "second"


def test_a_release_that_replaces_another_is_attacked_together_with_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = published_releases.publish(
        published_releases.extract(tmp_path / "x.csv"), tmp_path / "out", tmp_path / "private"
    )
    before = published_releases.contents(folder)
    more = published_releases.extract(tmp_path / "more.csv", records=published_releases.RECORDS + 2)
    (tmp_path / "another").mkdir(mode=0o700)
    assert main(published_releases.command(more, tmp_path / "out", tmp_path / "another")) == 1
    said = capsys.readouterr().err
    assert "small and small, 2021-22: read together they tell nothing more: NO" in said
    assert published_releases.contents(folder) == before


def test_a_release_that_stands_beside_and_cannot_be_read_is_no_reason_to_leave_it_out_of_the_attack(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = published_releases.extract(tmp_path / "x.csv")
    folder = published_releases.publish(path, tmp_path / "out", tmp_path / "private")
    manifest = folder / "datapackage.json"
    manifest.write_text(
        manifest.read_text(encoding="utf-8").replace('"quarters"', '"quarter"'), encoding="utf-8"
    )
    assert (
        main(
            published_releases.command(
                path, tmp_path / "out", tmp_path / "private", release="other"
            )
        )
        == 1
    )
    assert "readers may have copies of it" in capsys.readouterr().err
    assert [one.name for one in folder.parent.iterdir()] == [folder.name]


def test_a_batch_that_only_one_cell_can_have_grown_by_is_held_back(tmp_path: Path) -> None:
    new = [f"NEW-{number},2021-05-11,kent,VNM,16,M,MS,NFA,illustrative" for number in range(12)]
    folder = published_releases.publish(
        published_releases.extract(tmp_path / "x.csv"),
        tmp_path / "out",
        tmp_path / "private",
        release="first",
    )
    more = published_releases.extract(tmp_path / "more.csv", more=new)
    later = published_releases.publish(more, folder.parent, tmp_path / "private", release="second")
    assert numbers(later) == numbers(folder)
    assert main(["audit", str(folder), str(later)]) == 0
