"""A series goes on when a category falls under ten: it is grouped in that year, and says so."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from referrals.publishing.cli import main
from referrals.query import kinds
from referrals.query.selection import Selection
from referrals.release import verification
from referrals.release.release import open_release
from tests.fixtures import published_releases, spreadsheet_reader, suppressed_release
from tests.fixtures.stranger import Stranger

NEXT = "2022-23"
FEW = 6


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a small release, and the extract `next.csv` of a year with fewer Indians."""
    folder = tmp_path_factory.mktemp("series")
    published = published_releases.small(tmp_path_factory.getbasetemp())
    published_releases.copy_place(published.parent.parent, folder)
    text = (folder / "small.csv").read_text(encoding="utf-8").replace("SECRET", "LATER")
    text = text.replace("2022-", "2023-").replace("2021-", "2022-")
    head, *tail = text.split(",IND,")
    kept = ",IND,".join([head, *tail[:FEW]])
    (folder / "next.csv").write_text(",NGA,".join([kept, *tail[FEW:]]), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def series(place: Path) -> Path:
    """The release of both years."""
    to, private = place / "out", place / "private"
    command = published_releases.command(place / "small.csv", to, private, release="series")
    assert published_releases.run([*command[:2], str(place / "next.csv"), *command[2:]]) == 0
    assert published_releases.run(published_releases.approval(to, private, release="series")) == 0
    return to / "series"


def totals(folder: Path, year: str) -> dict[str, tuple[str, str]]:
    others = ("age_band", "sex", "crime_type", "outcome")
    return {
        row["nationality"]: (row["value"], row["status"])
        for row in published_releases.cells(folder)
        if row["period"] == year and all(row[name] == "_T" for name in others)
    }


def test_the_category_is_not_available_in_that_year_and_unchanged_before(
    place: Path, series: Path
) -> None:
    first, second = (totals(series, year) for year in (published_releases.YEAR, NEXT))
    before = totals(place / "out" / "small", published_releases.YEAR)
    assert {code: first[code] for code in before} == before
    assert first["_OTH"] == ("", "x")
    assert second["IND"] == ("", "x")
    text = (place / "next.csv").read_text(encoding="utf-8")
    assert second["_OTH"] == (str(text.count(",IND,") + text.count(",NGA,")), "")


def test_the_change_is_announced_to_readers_without_a_count(series: Path) -> None:
    control = json.loads((series / "datapackage.json").read_text(encoding="utf-8"))
    control = control["disclosure_control"]
    (sentence,) = control["grouped"]
    assert sentence.startswith(f"From {NEXT} on, India is counted in “All other nationalities”")
    assert control["unavailable"][NEXT] == {"nationality": ["IND"]}
    assert sentence in open_release(series).about.lay_sentence
    assert str(FEW) not in sentence


def test_pages_and_spreadsheets_show_the_category_as_not_available_and_never_as_0(
    series: Path,
) -> None:
    release = kinds.of(open_release(series))
    for chosen in (Selection(period=NEXT), Selection(period=NEXT, sex="F")):
        shown = {row.code: row for row in release.answer("nationality", chosen).observations}
        assert (shown["IND"].status, shown["IND"].value) == ("x", None)
        assert shown["VNM"].has_number
    quarters = release.quarters(Selection(nationality="IND"))
    assert {row.code for row in quarters if row.status == "x"} == {
        f"2022-Q{number}" for number in (2, 3, 4)
    } | {"2023-Q1"}
    cube = release.cube(["nationality", "year"], Selection())
    assert cube.observations["IND", NEXT].status == "x"
    assert cube.observations["IND", published_releases.YEAR].has_number
    assert cube.observations["IND", "_T"].status == "x"
    assert cube.observations["VNM", "_T"].has_number


def test_the_release_passes_its_audit_and_the_script_of_strangers(
    place: Path, series: Path, stranger: Stranger
) -> None:
    assert main(["audit", str(place / "out" / "small"), str(series)]) == 0
    assert stranger.verify(series)[0] == 0
    assert stranger.query(series) == []


def test_the_tables_of_spreadsheets_mark_the_category_as_not_available(series: Path) -> None:
    for suffix in (".xlsx", ".ods"):
        texts = "".join(spreadsheet_reader.parts(published_releases.book(series, suffix)).values())
        assert "[x]" in texts


def test_the_api_answers_with_the_status_x_and_never_with_0(series: Path) -> None:
    release = open_release(series)
    rows = release.rows("query/unavailable_codes")
    assert {(row["period"], row["code"]) for row in rows if row["dimension"] == "nationality"} >= {
        (NEXT, "IND"),
        (published_releases.YEAR, "_OTH"),
    }
    codes = {"age_band": "_T", "sex": "F", "crime_type": "_T", "outcome": "_T"}
    sums = kinds.of(release).sums({"nationality": "IND", **codes})
    assert (sums[NEXT]["value"], sums[NEXT]["status"]) == (None, "x")
    assert sums[published_releases.YEAR]["value"] is not None


def test_the_proof_is_verified_again_while_the_release_is_served(series: Path) -> None:
    assert verification.verify(open_release(series), max_seconds=60).holds


def test_a_table_of_two_dimensions_never_shows_an_unavailable_category_as_0(series: Path) -> None:
    for suffix in (".xlsx", ".ods"):
        for sheet in spreadsheet_reader.sheets(published_releases.book(series, suffix)).values():
            for row in sheet.table:
                if row.get("Nationality code") == "IND" and row.get("Period code") == NEXT:
                    assert row["Status"] == "[x] not available"


@pytest.mark.slow
def test_exact_tables_of_a_series_are_whole_in_each_year(
    tmp_path: Path, stranger: Stranger
) -> None:
    to, private = tmp_path / "out", tmp_path / "private"
    first = suppressed_release.extract(tmp_path / "first.csv")
    days = ("0002-02-11", "0002-05-12", "0002-08-13", "0002-11-14")
    later = suppressed_release.extract(tmp_path / "later.csv", first=5000, days=days)
    head, *tail = later.read_text(encoding="utf-8").split(",XAB,")
    kept = ",XAB,".join([head, *tail[:FEW]])
    later.write_text(",XAD,".join([kept, *tail[FEW:]]), encoding="utf-8")
    options = suppressed_release.SUPPRESSION
    published_releases.publish(first, to, private, release="first", options=options)
    command = published_releases.command(later, to, private, release="both")
    assert published_releases.run([*command[:2], str(first), *command[2:], *options]) == 0
    folder = published_releases.draft(private, release="both")
    assert totals(folder, "EY2").keys() == {"XAC", "XAA", "_OTH", "_T"}
    assert stranger.verify(folder)[0] == 0
