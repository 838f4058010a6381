"""Comparing two releases: the cells that differ, why, and the disclosures of both together."""

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
    """Return a copy of a release with one changed sum, and the row of that sum before."""
    copy = published_releases.copied(folder, to)
    total = {
        "nationality": "VNM",
        "age_band": "_T",
        "sex": "_T",
        "crime_type": "_T",
        "outcome": "_T",
    }

    def is_the_total(row: published_releases.Row) -> bool:
        return row["period"] == published_releases.YEAR and all(
            row[name] == code for name, code in total.items()
        )

    was = next(dict(row) for row in published_releases.cells(copy) if is_the_total(row))
    published_releases.change_cells(
        copy,
        lambda rows: [
            {**row, "value": str(int(row["value"]) + by)} if is_the_total(row) else row
            for row in rows
        ],
    )
    return copy, was


def test_a_release_does_not_differ_from_itself(
    base: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    folder = str(published_releases.small(base))
    assert main(["diff", folder, folder]) == 0
    text = capfd.readouterr().out
    assert "0 numbers differ (none)." in text
    assert "Read together, the two disclose nothing more." in text


def test_a_revised_total_is_listed_with_both_numbers_and_the_reason(
    base: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    old = published_releases.small(base)
    new, was = changed(old, tmp_path, by=10)
    assert main(["diff", str(old), str(new)]) == 0
    text = capfd.readouterr().out
    assert "1 numbers differ (1 by revision)." in text
    assert f"nationality VNM: {was['value']} to {int(was['value']) + 10} (revision)" in text


def test_releases_with_one_key_disclose_nothing_if_the_change_is_held_back(
    base: Path,
) -> None:
    found = comparison.compare(
        published_releases.small(base), published_releases.revised(base, private="private")
    )
    assert (found.cells, found.disclosures) == ([], [])


@pytest.mark.slow
def test_releases_with_two_keys_disclose_the_two_people_between_them(base: Path) -> None:
    old, new = published_releases.small(base), published_releases.revised(base, private="another")
    found = comparison.compare(old, new)
    reasons = {cell.reason for cell in found.cells}
    assert reasons == {comparison.REVISION, comparison.PROTECTION}
    small = ("differs by 1", "differs by 2")
    assert any(text in disclosure for disclosure in found.disclosures for text in small)
    totals = (published_releases.YEAR, *["_T"] * 5)
    total = next(cell for cell in found.cells if cell.codes == totals)
    assert (total.old, total.new, total.reason) == (
        published_releases.RECORDS,
        published_releases.RECORDS + 2,
        comparison.REVISION,
    )


def values_of(release: Path) -> dict[tuple[str, ...], int]:
    """Return the value of every cell of a release by its codes."""
    rows = published_releases.cells(release)
    return {tuple(list(row.values())[:6]): int(row["value"]) for row in rows}


@pytest.mark.slow
def test_every_cell_that_differs_is_listed_once_with_the_numbers_of_both_files(
    base: Path,
) -> None:
    old, new = published_releases.small(base), published_releases.revised(base, private="another")
    before, after = (
        {tuple(list(row.values())[:6]): int(row["value"]) for row in rows}
        for rows in (published_releases.cells(old), published_releases.cells(new))
    )
    differ = {codes: (before.get(codes, 0), after.get(codes, 0)) for codes in {**before, **after}}
    expected = {codes: pair for codes, pair in differ.items() if pair[0] != pair[1]}
    found = comparison.compare(old, new).cells
    assert len(found) == len(expected)
    assert {cell.codes: (cell.old, cell.new) for cell in found} == expected


def test_the_order_of_releases_changes_neither_cells_nor_disclosures(base: Path) -> None:
    old, new = published_releases.small(base), published_releases.revised(base, private="another")
    forwards, backwards = comparison.compare(old, new), comparison.compare(new, old)
    assert {(cell.codes, cell.old, cell.new) for cell in forwards.cells} == {
        (cell.codes, cell.new, cell.old) for cell in backwards.cells
    }
    assert set(forwards.disclosures) == set(backwards.disclosures)


def test_diff_fails_if_a_pair_discloses_more_than_either_release(
    base: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    old, new = (
        str(published_releases.small(base)),
        str(published_releases.revised(base, private="another")),
    )
    assert main(["diff", old, new]) == 1
    assert "Read together, the two disclose more than either alone:" in capfd.readouterr().out


def test_a_code_that_only_one_release_has_is_a_recode_and_the_pair_cannot_be_proved_safe(
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
    assert {cell.reason for cell in found.cells} == {comparison.RECODE}
    assert found.disclosures == [
        "they group codes differently, and such a pair cannot be proved safe"
    ]


def test_a_period_that_only_one_release_has_is_not_a_revision(base: Path, tmp_path: Path) -> None:
    old = published_releases.small(base)
    new = published_releases.copied(old, tmp_path)
    last = "2022-Q1"
    published_releases.change_cells(
        new, lambda rows: [row for row in rows if row["period"] != last]
    )

    def shorter(manifest: dict[str, dict[str, dict[str, list[str]]]]) -> None:
        manifest["disclosure_control"]["quarters"][published_releases.YEAR].remove(last)

    published_releases.change_manifest(new, shorter)
    assert {cell.reason for cell in comparison.compare(old, new).cells} == {comparison.NOT_REVISED}
    assert {cell.reason for cell in comparison.compare(new, old).cells} == {comparison.NEW_PERIOD}
