"""The worked example that ships: no invented number has a real nationality or a real period.

Every file, card, static page and API answer of the example is searched for real nationalities and
periods, and everything of the published year for codes of the example.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
import shutil
from collections.abc import Iterator, Mapping
from html import unescape
from pathlib import Path
from typing import Final

import duckdb
import pandas as pd
import pytest
from starlette.applications import Starlette

from referrals import api
from referrals.cards import registry
from referrals.cards.card import Card
from referrals.cards.charts.base import LIGHT
from referrals.cards.exports import citations
from referrals.cards.exports import csv as csv_export
from referrals.cards.exports import text as text_export
from referrals.cards.exports.pictures import svg
from referrals.errors import ReleaseError
from referrals.paths import RELEASES
from referrals.query import kinds
from referrals.query.selection import SHARE, Selection
from referrals.reference.codelists import codelist
from referrals.release import catalogue
from referrals.release.catalogue import Catalogue, Served
from referrals.release.release import EXAMPLE, MARKS, Release, latest_published, open_release
from referrals.static_site import pages as static_pages
from referrals.static_site import site
from tests.fixtures import real_words, rounded_release, spreadsheet_reader
from tests.fixtures.asgi_client import HttpClient

BASE: Final = "https://dashboard.example.org"
MARK: Final = MARKS[EXAMPLE]
EXAMPLE_CODES: Final = re.compile(r"\bXA[A-Z]\b|\bEY[1-9]|\bCountry [A-P]\b|\bExample year \d")
CARD: Final = re.compile(r'<section class="card".*?</section>', re.DOTALL)
EXPLAINED_ON: Final = frozenset({"about", "dictionary", "glossary", "mistakes", "releases"})
"""The pages whose texts explain the example by its names."""

SELECTIONS: Final = (
    Selection(release=EXAMPLE),
    Selection(release=EXAMPLE, measure=SHARE),
    Selection(release=EXAMPLE, nationality="XAB", period="EY3"),
    Selection(release=EXAMPLE, sex="F", crime_type="DA", period="EY2-Q4"),
)


@pytest.fixture(scope="module")
def example() -> Release:
    return open_release(RELEASES / EXAMPLE)


@pytest.fixture(scope="module")
def published() -> Release:
    return open_release(latest_published())


@pytest.fixture(scope="module")
def get(published: Release, example: Release) -> Iterator[HttpClient]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(catalogue, "served", lambda: Served("both", published, (example,)))
        yield HttpClient(Starlette(routes=api.routes()))


@pytest.fixture(scope="module")
def static(published: Release, example: Release) -> dict[str, str]:
    files = site.files(Served("both", published, (example,)))
    return {
        name: content.decode() for name, content in files.items() if not name.endswith(".woff2")
    }


def real(text: str, example: Release) -> list[str]:
    return real_words.find(text, published_on=example.about.published_on)


def words(html: str) -> str:
    """Return HTML without its tags."""
    return unescape(re.sub(r"<[^>]+>", " ", html))


# Files


def test_no_file_of_the_example_has_a_real_nationality_or_period(example: Release) -> None:
    for name in ("cells.csv", "datapackage.json", "certificate.md", "certificate.json"):
        assert real(example.files[name].decode(), example) == [], name
    witnesses = gzip.decompress(example.files["witnesses.csv.gz"]).decode()
    different = set(witnesses.replace("\n", ",").split(","))  # of 20 MB of the same few
    assert real("\n".join(different), example) == []
    assert real(example.files["statements.csv"].decode(), example) == []


@pytest.mark.parametrize("suffix", [".xlsx", ".ods"])
def test_no_sheet_of_the_example_has_a_real_nationality_or_period(
    example: Release, suffix: str
) -> None:
    parts = spreadsheet_reader.parts(example.folder / f"referrals-example{suffix}")
    assert MARK in "".join(parts.values())
    for name, content in parts.items():
        assert real(words(content), example) == [], name


def test_no_text_of_the_database_is_a_real_nationality_or_period(example: Release) -> None:
    with duckdb.connect(example.folder / "release.duckdb", read_only=True) as connection:
        for (table,) in connection.sql("select table_name from duckdb_tables()").fetchall():
            rows = connection.table(table).fetchall()
            text = "\n".join(str(cell) for row in rows for cell in row if isinstance(cell, str))
            assert real(text, example) == [], table


def test_the_cells_have_the_codes_of_the_example_and_no_others(example: Release) -> None:
    rows = list(csv.DictReader(io.StringIO(example.files["cells.csv"].decode())))
    named = {f"XA{letter}" for letter in "ABCDEFGHIJ"}
    assert {row["nationality"] for row in rows} == named | {"_T", "_OTH", "_NK"}
    years = {f"EY{year}" for year in range(1, 5)}
    quarters = {f"{year}-Q{quarter}" for year in years for quarter in range(1, 5)}
    assert {row["period"] for row in rows} == years | quarters


# Cards


def cards(example: Release) -> Iterator[Card]:
    """Yield every card of the example in several selections."""
    for name, entry in registry.CARDS.items():
        for selection in SELECTIONS:
            if entry.is_of_release:
                yield registry.card(name, example, selection)


def parts_of(card: Card) -> Mapping[str, str]:
    """Return everything that readers see or take away of a card."""
    return {
        "finding": card.finding,
        "table": words(card.table),
        "alternative": card.alternative,
        "notes": " ".join(card.notes),
        "chart": str(card.draw(LIGHT)) if card.draw else "",
        "csv": csv_export.write(card),
        "svg": svg.write(card, BASE) if card.bars else "",
        "text": text_export.write(card, BASE),
        "citation": citations.apa(card, BASE),
    }


def test_no_card_of_the_example_has_a_real_nationality_or_period(example: Release) -> None:
    made = list(cards(example))
    assert len(made) > len(SELECTIONS)
    for card in made:
        for part, text in parts_of(card).items():
            assert real(text, example) == [], (card.name, card.address, part)


def test_everything_that_leaves_a_card_says_that_it_must_not_be_quoted(example: Release) -> None:
    for card in cards(example):
        parts = parts_of(card)
        for part in ("csv", "text", "citation"):
            assert MARK in parts[part], (card.name, part)
        assert not card.bars or MARK in parts["svg"], card.name


# Pages


@pytest.mark.slow
def test_no_card_of_a_static_page_of_the_example_has_a_real_nationality_or_period(
    static: dict[str, str], example: Release
) -> None:
    pages = {name: html for name, html in static.items() if name.startswith("example/")}
    assert len(pages) == len(static_pages.TOPIC_PATHS)
    for name, html in pages.items():
        found = CARD.findall(html)
        assert found
        for card in found:
            assert MARK in card
            assert real(words(card), example) == [], name


@pytest.mark.slow
def test_no_other_static_page_or_table_has_a_code_of_the_example(static: dict[str, str]) -> None:
    others = {
        name: text
        for name, text in static.items()
        if not name.startswith("example/") and "-example-" not in name
    }
    assert len(others) > len(static_pages.TOPIC_PATHS)
    for name, text in others.items():
        # The choice of figures names the period of the example, the list of releases too.
        without_choice = re.sub(r'<nav class="figures".*?</nav>', "", text, flags=re.DOTALL)
        found = EXAMPLE_CODES.findall(without_choice)
        assert found == [] or name in EXPLAINED_ON, (name, found)


@pytest.mark.slow
def test_the_tables_of_the_static_site_keep_real_and_invented_apart(
    static: dict[str, str], example: Release
) -> None:
    tables = {name: text for name, text in static.items() if name.startswith("data/")}
    invented = {name: text for name, text in tables.items() if "-example-" in name}
    assert invented
    assert len(invented) < len(tables)
    for name, text in invented.items():
        assert real(text, example) == [], name
        if name.endswith(".csv"):
            assert all(MARK in line for line in text.splitlines()[1:]), name
        else:
            assert MARK in json.loads(text)["dc:description"], name


# The API


ANSWERS: Final = (
    "/api/v1/releases/example",
    "/api/v1/releases/example/codelists",
    "/api/v1/releases/example/certificate",
    "/api/v1/releases/example/context",
    "/api/v1/releases/example/statements",
    *(
        f"/api/v1/releases/example/cells?sex=F&period=EY1&format={form}"
        for form in ("json", "csv", "json-stat")
    ),
    "/releases/example/cells-example.csv",
    "/releases/example/datapackage-example.json",
    "/releases/example/SHA256SUMS",
)


@pytest.mark.parametrize("address", ANSWERS)
def test_no_answer_about_the_example_has_a_real_nationality_or_period(
    get: HttpClient, example: Release, address: str
) -> None:
    answer = get(address)
    assert answer.status_code == 200
    assert real(answer.text, example) == []


def test_the_published_release_offers_no_code_of_the_example(get: HttpClient) -> None:
    for rest in ("", "/codelists", "/cells?sex=F", "/statements"):
        answer = get(f"/api/v1/releases/latest{rest}")
        assert answer.status_code == 200
        assert EXAMPLE_CODES.findall(answer.text) == []


@pytest.mark.parametrize("rest", ["", "/codelists", "/cells?sex=F", "/certificate"])
def test_the_address_of_the_series_that_was_replaced_names_the_example(
    get: HttpClient, rest: str
) -> None:
    answer = get(f"/api/v1/releases/illustrative{rest}")
    assert answer.status_code == 410
    assert answer.json()["replaced_by"] == "example"
    assert answer.json()["address"] == "/api/v1/releases/example"


def test_a_download_of_the_series_that_was_replaced_is_gone(get: HttpClient) -> None:
    answer = get("/releases/illustrative/cells.csv")
    assert answer.status_code == 410
    assert answer.json()["replaced_by"] == "example"


def test_a_replaced_release_is_unknown_if_the_example_was_removed(
    published: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catalogue, "served", lambda: Served("alone", published, ()))
    get = HttpClient(Starlette(routes=api.routes()))
    assert get("/api/v1/releases/illustrative").status_code == 404


# Guards


@pytest.mark.parametrize(
    "planted",
    ["Vietnam", "VNM", "Albanian", "2020-21", "2021-Q3", "April 2020 to March 2021", "Jul 2020"],
)
def test_the_search_finds_a_planted_nationality_or_period(example: Release, planted: str) -> None:
    assert real(f"XAA,Country A,{planted},EY1-Q1", example)


def test_the_totals_are_unlike_the_published_one(example: Release, published: Release) -> None:
    printed = kinds.of(published).answer("sex", Selection()).total.value or 0
    years = [f"EY{year}" for year in range(1, 5)]
    for year in years:
        total = kinds.of(example).answer("sex", Selection(period=year)).total.value or 0
        assert total > 1.5 * printed


@pytest.fixture(scope="module")
def finest() -> pd.DataFrame:
    return rounded_release.finest_cells(cells=20)


@pytest.mark.parametrize(
    ("codes", "fault"),
    [
        (("VNM", "EY1-Q1"), "is a worked example, but has real codes: VNM"),
        (("XAA", "2020-Q2"), "is a worked example, but has real codes: 2020-Q2"),
    ],
)
def test_a_worked_example_with_a_real_code_is_refused(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    finest: pd.DataFrame,
    codes: tuple[str, str],
    fault: str,
) -> None:
    planted = [
        {"dimension": name, "code": code, "label": code, "kind": "category", "members": ""}
        for name, code in zip(("nationality", "period"), codes, strict=True)
    ]
    written = rounded_release.period_codes()
    rows = [row | {"position": place} for place, row in enumerate(planted, start=len(written))]
    monkeypatch.setattr(rounded_release, "period_codes", lambda: [*written, *rows])
    folder = rounded_release.write(tmp_path, finest=finest)
    with pytest.raises(ReleaseError, match=fault):
        open_release(folder)


def test_a_real_release_with_a_code_of_the_example_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, finest: pd.DataFrame
) -> None:
    monkeypatch.setattr(rounded_release, "EXAMPLE", "official")
    folder = rounded_release.write(tmp_path, release_id="mixed", finest=finest)
    with pytest.raises(ReleaseError, match="has example codes: XAA"):
        open_release(folder)


@pytest.mark.slow  # the tests of the static site have the pages of one release
def test_the_site_works_without_the_example(tmp_path: Path) -> None:
    for folder in (latest_published(), RELEASES / EXAMPLE):
        shutil.copytree(folder, tmp_path / folder.name)
    releases = Catalogue(tmp_path, refresh_seconds=0)
    assert list(releases.served().by_id()) == ["2020-21", EXAMPLE]
    shutil.rmtree(tmp_path / EXAMPLE)
    alone = releases.served()
    assert list(alone.by_id()) == ["2020-21"]
    pages = site.files(alone)
    assert not [name for name in pages if "example" in name]
    assert b"Worked example" not in pages["age"]


def test_the_code_lists_keep_real_and_invented_countries_apart() -> None:
    real_codes = codelist("nationality").codes
    invented = codelist("nationality", is_example=True).codes
    shared = real_codes.keys() & invented.keys()
    assert shared == {"_T", "_NK", "_OTH"}
