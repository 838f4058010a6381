"""Revisions, published: changed numbers are marked, and the releases are attacked together."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from referrals.cards.wording.rounded import Rounded
from referrals.publishing import compare as comparison
from referrals.publishing.cli import main
from referrals.query import kinds
from referrals.query.selection import Selection
from referrals.release.release import open_release
from tests.fixtures import published_releases
from tests.fixtures.true_numbers import records_of, untrue_numbers

BATCH = 260
"""The records that a revision adds. What can be shown of them is found in a third of the time
that it takes for 200.
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a small release and its private folder, in which it is revised."""
    folder = tmp_path_factory.mktemp("revisions")
    published = published_releases.small(tmp_path_factory.getbasetemp())
    published_releases.copy_place(published.parent.parent, folder)
    return folder


@pytest.fixture(scope="module")
def first(place: Path) -> Path:
    return place / "out" / "small"


@pytest.fixture(scope="module")
def second(first: Path, place: Path) -> Path:
    more = published_releases.extract(
        place / "more.csv", records=published_releases.RECORDS + BATCH
    )
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


def values(folder: Path) -> dict[tuple[str, ...], int]:
    return {codes: value for codes, (value, _) in numbers(folder).items()}


def inexact_totals(folder: Path) -> set[tuple[str, ...]]:
    """Return the totals that the manifest announces an error for."""
    manifest = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    return {
        tuple(list(total.values())[:6])
        for total in manifest["disclosure_control"]["inexact_totals"]
    }


def test_a_revision_publishes_a_batch_except_a_few_records_and_discloses_nothing(
    first: Path, second: Path
) -> None:
    assert (
        published_releases.RECORDS + BATCH - 20
        < total(second)
        <= published_releases.RECORDS + BATCH
    )
    assert comparison.compare(first, second).disclosures == []
    assert main(["audit", str(first), str(second)]) == 0


def test_the_numbers_that_a_revision_changed_and_no_others_have_the_status_r(
    first: Path, second: Path
) -> None:
    before, after = numbers(first), numbers(second)
    changed = {
        codes for codes, (value, _) in after.items() if value != before.get(codes, (0, ""))[0]
    }
    assert 0 < len(changed) < len(after)
    behind = inexact_totals(second)
    assert {codes for codes, (_, status) in after.items() if status == "r"} == changed | behind
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
        observations = kinds.of(opened).answer(dimension, chosen).observations
        places = [
            (period, *(chosen.codes() | {dimension: code}).values())
            for code in (observation.code for observation in observations)
        ]
        assert [observation.status == "r" for observation in observations] == [
            written.get(codes) == "r" for codes in places
        ]
        assert any(observation.status == "r" for observation in observations)
        assert "revised" in Rounded().symbols["r"]


def test_the_manifest_explains_r_and_the_held_back_rule_without_numbers(
    second: Path,
) -> None:
    manifest = json.loads((second / "datapackage.json").read_text(encoding="utf-8"))
    assert manifest["status_letters"]["r"].startswith("revised")
    assert manifest["disclosure_control"]["revises"] == "small"
    rule = manifest["disclosure_control"]["held_back_rule"]
    assert "would describe a few people" in rule
    assert not any(character.isdigit() for character in rule)


def test_a_revision_published_again_has_the_same_numbers_and_statuses(
    second: Path, place: Path
) -> None:
    before = numbers(second)
    published_releases.publish(
        place / "more.csv", place / "out", place / "private", release="second"
    )
    assert numbers(second) == before
    assert open_release(second).about.release_id == "second"


@pytest.mark.slow
def test_a_release_is_attacked_together_with_the_one_that_it_replaces(
    small_place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    to = small_place / "out"
    before = published_releases.contents(to / "small")
    more = published_releases.extract(
        small_place / "more.csv", records=published_releases.RECORDS + 2
    )
    (small_place / "another").mkdir(mode=0o700)
    command = published_releases.command(more, to, small_place / "another", release="small")
    assert published_releases.run(command) == 1
    errors = capsys.readouterr().err
    assert "small and small, 2021-22: read together they tell nothing more: NO" in errors
    assert "A published year keeps its groups." in errors
    assert "--nationalities" not in errors
    assert published_releases.contents(to / "small") == before


def test_publishing_is_refused_if_an_earlier_release_cannot_be_read(
    small_place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, to = small_place / "small.csv", small_place / "out"
    manifest = to / "small" / "datapackage.json"
    manifest.write_text(
        manifest.read_text(encoding="utf-8").replace('"quarters"', '"quarter"'), encoding="utf-8"
    )
    command = published_releases.command(path, to, small_place / "private", release="other")
    assert main(command) == 1
    assert "readers may have copies of it" in capsys.readouterr().err
    assert [path.name for path in to.iterdir()] == ["small"]


def test_late_records_with_a_code_that_the_first_release_lacks_are_held_back(
    small_place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # As published categories, six people would be too few and one would be all of a total.
    new = [
        f"NEW-{number},{published_releases.DAYS[0]},kent,VNM,16,_NK,MS,NFA,synthetic"
        for number in range(6)
    ]
    new.append(f"NEW-6,{published_releases.DAYS[3]},kent,VNM,16,F,OTH,NFA,synthetic")
    folder = small_place / "out" / "small"
    more = published_releases.extract(small_place / "more.csv", more=new)
    later = published_releases.publish(
        more, folder.parent, small_place / "private", release="second"
    )
    said = capsys.readouterr().out
    assert "2021-22: small has no category for the sex “Sex not recorded”." in said
    assert "2021-22: small has no category for the crime type “Other or unstated crime”." in said
    assert "7 of the records that were added or taken out" in said
    assert values(later) == values(folder)
    assert untrue_numbers(later, records_of(more)) == []
    sexes = {(published_releases.YEAR, "_T", "_T", sex, "_T", "_T") for sex in "FM"}
    assert sexes <= inexact_totals(later), "all exact, they would tell how many are not recorded"
    assert main(["audit", str(folder), str(later)]) == 0


def test_pages_do_not_add_up_codes_to_a_total_with_many_records_of_another_code(
    small_place: Path,
) -> None:
    days = published_releases.DAYS
    new = [
        f"A-{n},{days[n % 4]},kent,VNM,{16 + 9 * (n % 2)},_NK,MS,NFA,synthetic" for n in range(40)
    ]
    new += [f"B-{n},{days[n % 4]},kent,ALB,16,F,MS,ICE,synthetic" for n in range(7)]
    new += [f"C,{days[0]},kent,IND,16,M,OTH,NFA,synthetic"]
    more = published_releases.extract(small_place / "more.csv", more=new)
    later = published_releases.publish(
        more, small_place / "out", small_place / "private", release="second"
    )
    records, opened = records_of(more), open_release(later)
    every = (published_releases.YEAR, *["_T"] * 5)
    for dimension in ("sex", "outcome", "crime_type"):
        answer = kinds.of(opened).answer(dimension, Selection(release="second"))
        least, most = answer.total.bounds
        assert least <= records[every] <= most
        found = kinds.of(opened).cube((dimension, "age_band"), Selection(release="second"))
        least, most = found.observations["_T", "_T"].bounds
        assert least <= records[every] <= most


@pytest.mark.slow  # the tests of `revise` show the same of smaller tables
def test_a_revision_holds_back_a_batch_in_a_single_cell(small_place: Path) -> None:
    new = [f"NEW-{number},2021-05-11,kent,VNM,16,M,MS,NFA,synthetic" for number in range(12)]
    folder = small_place / "out" / "small"
    more = published_releases.extract(small_place / "more.csv", more=new)
    later = published_releases.publish(
        more, folder.parent, small_place / "private", release="second"
    )
    assert values(later) == values(folder)
    assert main(["audit", str(folder), str(later)]) == 0
    records = records_of(more)
    vietnamese = (published_releases.YEAR, "VNM", *["_T"] * 4)
    assert records[vietnamese] == values(folder)[vietnamese] + 12
    assert untrue_numbers(later, records) == []
    exact = {
        codes
        for codes, (_, status) in numbers(later).items()
        if status == "" and sum(code != "_T" for code in codes[1:]) <= 1
    }
    assert exact == set(), "twelve people who are held back would be seen to share every code"


@pytest.mark.slow  # 10 s: it publishes a revision
def test_every_number_of_a_revision_with_records_held_back_is_true_of_its_extract(
    small_place: Path,
) -> None:
    folder = small_place / "out" / "small"
    more = published_releases.extract(
        small_place / "more.csv", records=published_releases.RECORDS + 40
    )
    later = published_releases.publish(
        more, folder.parent, small_place / "private", release="second"
    )
    assert total(later) < published_releases.RECORDS + 40, "some are held back"
    assert untrue_numbers(later, records_of(more)) == []
    assert untrue_numbers(folder, records_of(more)) != []
