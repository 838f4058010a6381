"""Two releases compared cell by cell: what changed, why, and what the pair tells together."""

from __future__ import annotations

from pathlib import Path

import pytest

from referrals.publishing import compare as comparison
from referrals.publishing.cli import main
from tests.fixtures import published_releases


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.getbasetemp()


def changed(folder: Path, to: Path, *, by: int) -> tuple[Path, published_releases.Row]:
    """Return a copy of a release in which one sum is another, and the row of the sum as it was."""
    copy = published_releases.copied(folder, to)
    total = {
        "nationality": "VNM",
        "age_band": "_T",
        "sex": "_T",
        "crime_type": "_T",
        "outcome": "_T",
    }

    def is_it(row: published_releases.Row) -> bool:
        return row["period"] == published_releases.YEAR and all(
            row[name] == code for name, code in total.items()
        )

    was = next(dict(row) for row in published_releases.cells(copy) if is_it(row))
    published_releases.change_cells(
        copy,
        lambda rows: [
            {**row, "value": str(int(row["value"]) + by)} if is_it(row) else row for row in rows
        ],
    )
    return copy, was


def test_a_release_and_itself_do_not_differ(base: Path, capfd: pytest.CaptureFixture[str]) -> None:
    folder = str(published_releases.small(base))
    assert main(["diff", folder, folder]) == 0
    said = capfd.readouterr().out
    assert "0 numbers differ (none)." in said
    assert "Read together, the two tell nothing more." in said


def test_a_revised_total_is_named_with_both_numbers_and_why(
    base: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    old = published_releases.small(base)
    new, was = changed(old, tmp_path, by=10)
    assert main(["diff", str(old), str(new)]) == 0
    said = capfd.readouterr().out
    assert "1 numbers differ (1 by revision)." in said
    assert f"nationality VNM: {was['value']} to {int(was['value']) + 10} (revision)" in said


def test_two_releases_made_with_one_key_tell_nothing_more_where_the_change_is_held_back(
    base: Path,
) -> None:
    found = comparison.compare(
        published_releases.small(base), published_releases.revised(base, private="private")
    )
    assert (found.cells, found.disclosures) == ([], [])


def test_two_releases_made_with_two_keys_tell_of_the_two_people_between_them(base: Path) -> None:
    old, new = published_releases.small(base), published_releases.revised(base, private="another")
    found = comparison.compare(old, new)
    why = {one.reason for one in found.cells}
    assert why == {comparison.REVISION, comparison.PROTECTION}
    assert [one for one in found.disclosures if "differs by 1" in one or "differs by 2" in one] != []
    total = next(one for one in found.cells if one.codes == (published_releases.YEAR, *["_T"] * 5))
    assert (total.old, total.new, total.reason) == (
        published_releases.RECORDS,
        published_releases.RECORDS + 2,
        comparison.REVISION,
    )


def test_every_cell_that_differs_is_listed_once_with_the_numbers_of_the_two_files(
    base: Path,
) -> None:
    old, new = published_releases.small(base), published_releases.revised(base, private="another")
    before, after = (
        {tuple(list(row.values())[:6]): int(row["value"]) for row in published_releases.cells(one)}
        for one in (old, new)
    )
    differ = {codes: (before.get(codes, 0), after.get(codes, 0)) for codes in {**before, **after}}
    expected = {codes: pair for codes, pair in differ.items() if pair[0] != pair[1]}
    found = comparison.compare(old, new).cells
    assert len(found) == len(expected)
    assert {one.codes: (one.old, one.new) for one in found} == expected


def test_the_other_way_round_the_same_cells_differ_and_the_same_is_told(base: Path) -> None:
    old, new = published_releases.small(base), published_releases.revised(base, private="another")
    there, back = comparison.compare(old, new), comparison.compare(new, old)
    assert {(one.codes, one.old, one.new) for one in there.cells} == {
        (one.codes, one.new, one.old) for one in back.cells
    }
    assert set(there.disclosures) == set(back.disclosures)


def test_a_pair_that_tells_more_than_either_alone_is_a_failure(
    base: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    old, new = (
        str(published_releases.small(base)),
        str(published_releases.revised(base, private="another")),
    )
    assert main(["diff", old, new]) == 1
    assert "Read together, the two tell more than either alone:" in capfd.readouterr().out


def test_a_grouping_that_only_one_has_is_a_recode_and_the_pair_cannot_be_proved(
    base: Path, tmp_path: Path
) -> None:
    old = published_releases.small(base)
    new = published_releases.copied(old, tmp_path)
    published_releases.change_cells(
        new,
        lambda rows: [
            {**row, "nationality": row["nationality"].replace("IND", "_OTH")} for row in rows
        ],
    )

    def regrouped(manifest: dict[str, dict[str, dict[str, str]]]) -> None:
        names = manifest["codelists"]["nationality"]
        names["_OTH"] = names.pop("IND")

    published_releases.change_manifest(new, regrouped)
    found = comparison.compare(old, new)
    assert {one.reason for one in found.cells} == {comparison.RECODE}
    assert found.disclosures == ["they group codes differently, and such a pair cannot be proved safe"]


def test_a_period_that_only_one_has_is_told_apart_from_a_revision(
    base: Path, tmp_path: Path
) -> None:
    old = published_releases.small(base)
    new = published_releases.copied(old, tmp_path)
    last = "2022-Q1"
    published_releases.change_cells(
        new, lambda rows: [row for row in rows if row["period"] != last]
    )

    def shorter(manifest: dict[str, dict[str, dict[str, list[str]]]]) -> None:
        manifest["disclosure_control"]["quarters"][published_releases.YEAR].remove(last)

    published_releases.change_manifest(new, shorter)
    assert {one.reason for one in comparison.compare(old, new).cells} == {comparison.NOT_REVISED}
    assert {one.reason for one in comparison.compare(new, old).cells} == {comparison.NEW_PERIOD}
