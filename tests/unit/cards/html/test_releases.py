"""The page of releases: calendar, files, certificate, versions, differences and corrections."""

from __future__ import annotations

import json
import re
from html import unescape
from pathlib import Path

import duckdb
import pytest

from referrals import sql
from referrals.cards.html import certificate_checks, release_history, releases
from referrals.i18n import messages
from referrals.reference import corrections
from referrals.release import files
from referrals.release.release import DATABASE, Release, open_release
from tests.fixtures import rounded_release, suppressed_release


def text(html: str) -> str:
    return unescape(re.sub(r"<[^>]+>", " ", html))


@pytest.fixture(scope="module")
def page(release: Release, series: Release) -> str:
    return releases.html([release, series])


def test_the_calendar_has_each_day_and_no_day_to_come(page: str) -> None:
    calendar = text(page.partition('<h2 id="calendar">')[2].partition("<h2")[0])
    assert re.findall(r"\d+ \w+ 20\d\d", calendar) == [
        "15 December 2021",  # the day of the assessment that is quoted
        "15 December 2021",
        "29 November 2026",  # the worked example is no news
    ]
    assert "No date has been announced" in calendar


def test_what_is_known_of_coming_figures_is_the_printed_sentence(
    page: str, release: Release
) -> None:
    (sentence,) = [
        row["quotation"]
        for row in release.rows("api/statements")
        if row["statement_id"] == release_history.INTENTION
    ]
    assert f"“{sentence}”" in text(page)


def test_every_file_has_its_format(page: str, series: Release) -> None:
    for file in files.listed(series).values():
        assert re.search(rf"<small>{re.escape(file.name)} · \w[^<]+</small>", page), file.name


@pytest.mark.parametrize("storage", ["v1.0.0", "v1.4.0"])
def test_a_database_names_the_oldest_duckdb_that_opens_it(
    release: Release, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, storage: str
) -> None:
    path = tmp_path / DATABASE
    with duckdb.connect(path, config={"storage_compatibility_version": storage}) as connection:
        connection.execute("create table cells as select 1 as value")
    with duckdb.connect(path, read_only=True) as connection:
        found = sql.rows(connection, "query/storage_version")
        monkeypatch.setattr(Release, "rows", lambda *_: found)
        file = files.listed(release)[DATABASE]
        expected = f"DuckDB database, for DuckDB {storage.removeprefix('v')} and later"
        assert releases.format_of(release, file) == expected


def test_each_release_is_listed_with_its_version_and_contract(page: str, series: Release) -> None:
    assert f"<code>{files.version(series)}</code><br><small>contract 1</small>" in page


def test_without_two_releases_of_a_kind_the_page_says_so(page: str) -> None:
    assert messages.text("release_history.no_changes") in text(page)


def test_two_releases_of_a_kind_are_compared_cell_by_cell(
    invented: Release, tmp_path: Path
) -> None:
    cells = rounded_release.finest_cells()
    before = int(cells["value"].iloc[0])
    cells["value"] += 3 * (cells.index == 0)
    revised = rounded_release.write(tmp_path, release_id="example-2", finest=cells)
    html = releases.html([open_release(revised), invented])
    assert messages.text("release_history.no_changes") not in html
    assert "From example to example-2" in html
    assert f"<td>{before}</td><td>{before + 3}</td>" in html
    assert '<a href="/api/v1/releases/example-2/changes?format=csv">' in html


def test_every_correction_is_on_the_page_with_its_checksum(page: str) -> None:
    for correction in corrections.read():
        for part in (correction.before, correction.after, correction.reason, correction.sha256):
            assert part in text(page)


def test_a_damaged_log_is_named_and_the_files_are_still_listed(
    release: Release, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = corrections.LOG
    (tmp_path / "corrections.schema.json").write_bytes(log.with_suffix(".schema.json").read_bytes())
    damaged = tmp_path / "corrections.csv"
    damaged.write_text(log.read_text("utf-8").replace("invented", "real", 1), "utf-8")
    original = corrections.read
    monkeypatch.setattr(corrections, "read", lambda: original(damaged))
    html = release_history.corrected()
    assert "cannot be shown" in html
    assert "line 2" in html
    assert "<h3>" not in html


# The certificate


def test_a_transcribed_release_says_why_it_has_no_certificate(release: Release) -> None:
    assert messages.text("certificate.none") in certificate_checks.html(release)


def test_every_check_of_a_certificate_is_explained_with_its_limit(series: Release) -> None:
    found = certificate_checks.checks(json.loads(series.files["certificate.json"]))
    assert [check.name for check in found if not check.key] == []
    html = text(certificate_checks.html(series))
    for check in found:
        for part in ("name", "tried", "means", "limit"):
            assert messages.text(f"certificate.check.{check.key}.{part}") in html


def test_every_check_of_suppressed_tables_is_explained(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = suppressed_release.small(tmp_path_factory.getbasetemp())
    document = json.loads((folder / "certificate.json").read_text(encoding="utf-8"))
    assert [check.name for check in certificate_checks.checks(document) if not check.key] == []
    assert "verification" not in certificate_checks.html(open_release(folder))


def test_the_checks_of_several_years_are_one_with_all_that_they_looked_at() -> None:
    document = {
        "checks": [
            {"name": "x, EY1: everything adds up", "holds": True, "looked_at": 2},
            {"name": "x, EY2: everything adds up", "holds": False, "looked_at": 3},
            {"name": "something else", "holds": True, "looked_at": 1},
        ]
    }
    sums, other = certificate_checks.checks(document)
    assert (sums.key, sums.holds, sums.looked_at) == ("sums", False, 5)
    assert (other.name, other.key) == ("something else", "")


def test_every_limit_that_a_certificate_admits_is_on_the_page(series: Release) -> None:
    html = text(certificate_checks.html(series))
    for limit in json.loads(series.files["certificate.json"])["limits"]:
        assert limit in html


def test_the_button_is_a_link_that_needs_no_script(series: Release) -> None:
    html = certificate_checks.html(series)
    assert re.search(r'<a class="button" href="/releases/example/verification"', html)
    assert "<script" not in html
