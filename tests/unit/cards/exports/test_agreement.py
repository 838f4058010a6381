"""Whatever leaves a page has the numbers of the page, to the digit."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from referrals.cards import built_table, registry
from referrals.cards.card import Card
from referrals.cards.exports import csv as csv_export
from referrals.cards.exports import snippets, spreadsheet
from referrals.cards.exports.export import Export
from referrals.csv_safety import safe_cell
from referrals.formatting import count
from referrals.paths import RELEASES
from referrals.query.answer import Answer
from referrals.query.labels import quarters_of
from referrals.query.selection import SHARE, Selection
from referrals.release import files
from referrals.release.release import Kind, Release, open_release
from referrals.spreadsheets import excel, opendocument
from tests.fixtures import spreadsheet_reader
from tests.fixtures.drawn_cards import drawn
from tests.fixtures.examples import examples

BASE = "https://figures.example"
KEYS = ("value", "lower", "upper")


@pytest.fixture(scope="module")
def example() -> Release:
    return open_release(RELEASES / "example")


@pytest.fixture(scope="module", params=["release", "example"])
def shown(request: pytest.FixtureRequest) -> Release:
    found: Release = request.getfixturevalue(request.param)
    return found


def local(program: str, release: Release) -> str:
    """A program that reads the files of the release's folder instead of its address."""
    address = f"{BASE}/releases/{release.about.release_id}/{files.version(release)}"
    for file in files.listed(release).values():
        path = release.folder / file.own_name
        program = program.replace(f"{address}/{file.name}", str(path))
    assert "/releases/" not in program.replace(str(release.folder), "")
    return program


def numbers(rows: Sequence[Mapping[str, Any]], keys: Sequence[str]) -> list[tuple[Any, ...]]:
    return [tuple(row[key] for key in keys) for row in rows]


def run_sql(export: Export) -> list[dict[str, Any]]:
    result = duckdb.connect().execute(local(snippets.duckdb_sql(export), export.release))
    columns = [column[0] for column in result.description or ()]
    return [dict(zip(columns, row, strict=True)) for row in result.fetchall()]


def without_open_ends(found: Sequence[Mapping[str, Any]], card: Card) -> list[dict[str, Any]]:
    """The rows of a program without the upper ends that the source and the page leave open."""
    return [
        {**row, "upper": None} if kept["lower"] is not None and kept["upper"] is None else {**row}
        for row, kept in zip(found, card.data, strict=True)
    ]


def keys_of(release: Release) -> Sequence[str]:
    """The numbers that a program returns: a sum of an additive release comes without its range."""
    return ("value",) if release.about.is_additive else KEYS


def drawn_numbers(card: Card) -> list[tuple[Any, ...]]:
    """The numbers of a chart's lines, none without lines."""
    points = [point for series in card.lines for point in series.points]
    return [(point.value, point.lower, point.upper) for point in points]


def check_bars(card: Card) -> None:
    """Assert that bars of numbers name the numbers of the rows, and are as long as they are."""
    rows: list[Any] = list(card.data)
    largest = max(row["upper"] or row["lower"] or 0 for row in rows)
    for bar, row in zip(card.bars, rows, strict=True):
        if row["value"] is not None and row["lower"] == row["upper"]:
            assert bar.shown == count(row["value"])
            assert bar.upper * largest == pytest.approx(row["value"])


def check_total(answer: Answer) -> None:
    """Assert that no row of an answer reaches beyond its total."""
    if not answer.total.has_number:
        return
    least, most = answer.total.bounds
    rows = [row.bounds for row in answer.observations if row.has_number]
    assert all(lower <= upper <= most for lower, upper in rows)
    if answer.kind is Kind.ROUNDED:
        assert sum(lower for lower, _ in rows) <= least


@settings(max_examples=examples(500, dev=6))
@given(st.data())
def test_page_chart_csv_workbook_and_sql_agree_to_the_digit(
    shown: Release, data: st.DataObject
) -> None:
    card, answer = drawn(data, shown)
    check_total(answer)
    is_of_subject = card.name == registry.dimension_name(answer.dimension)
    if is_of_subject and card.bars and answer.selection.measure != SHARE:
        check_bars(card)
    # A total has rows, and need not have a line.
    assert not Counter(drawn_numbers(card)) - Counter(numbers(card.data, KEYS))
    text = csv_export.write(card).removeprefix("\ufeff")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    book = spreadsheet.workbook(card, BASE).sheets[-1]
    sheet = [dict(zip(book.header, row, strict=True)) for row in book.rows]
    for kept, row, cells in zip(card.data, rows, sheet, strict=True):
        for name, value in kept.items():
            assert row[name] == ("" if value is None else str(safe_cell(name, value)))
            if isinstance(value, int | float):
                assert cells[name] == value
        if isinstance(kept["value"], int) and kept["lower"] == kept["upper"] == kept["value"]:
            assert f">{count(kept['value'])}<" in card.table
    keys = keys_of(shown)
    found = without_open_ends(run_sql(Export(card, shown, BASE)), card)
    assert numbers(found, keys) == numbers(card.data, keys)


@pytest.mark.parametrize("query", ["rows=crime_type&columns=sex", "rows=age_band&columns=sex,year"])
def test_the_sql_of_a_built_table_has_its_referrals(shown: Release, query: str) -> None:
    if "year" in query and not quarters_of(shown):
        query = query.replace(",year", "")
    _, request, problems = built_table.read(parse_qsl(query), {shown.about.release_id: shown})
    assert problems == ()
    card = built_table.built(shown, request).card
    found = [row["value"] for row in run_sql(Export(card, shown, BASE))]
    assert found == [row["referrals"] for row in card.data]


def test_the_python_program_prints_the_numbers_of_the_page(shown: Release) -> None:
    release_id = shown.about.release_id
    chosen = Selection(crime_type="DA", release="" if release_id == "2020-21" else release_id)
    card = registry.card("sex", shown, chosen)
    namespace: dict[str, Any] = {}
    printed = io.StringIO()
    program = local(snippets.python(Export(card, shown, BASE)), shown)
    with redirect_stdout(printed):
        exec(compile(program, "query.py", "exec"), namespace)  # noqa: S102 - our own program
    found = namespace["found"].astype(object).where(namespace["found"].notna(), None)
    keys = keys_of(shown)
    assert numbers(found.to_dict("records"), keys) == numbers(card.data, keys)
    assert all(str(row["label"]) in printed.getvalue() for row in card.data)


@pytest.mark.parametrize("write", [snippets.python, snippets.r, snippets.duckdb_sql])
def test_a_program_for_a_context_series_reads_it_from_the_api(
    release: Release, write: Callable[[Export], str]
) -> None:
    card = registry.card("nrm-quarters-later", release, Selection())
    program = write(Export(card, release, BASE))
    assert f"{BASE}/api/v1/releases/2020-21/context?format=csv" in program
    named = re.findall(r"""["'](C\d{4})["']""", program)
    assert named == [row["observation_id"] for row in card.data]


@pytest.mark.parametrize("write", [snippets.python, snippets.r, snippets.duckdb_sql])
def test_a_program_names_finding_notes_release_and_link(
    shown: Release, write: Callable[[Export], str]
) -> None:
    card = registry.card("sex", shown, Selection())
    program = write(Export(card, shown, BASE))
    assert card.finding in program
    assert f"release={shown.about.release_id}" in program
    assert shown.about.mark in program


def test_both_spreadsheets_of_a_card_have_cover_notes_and_the_same_cells(
    shown: Release, tmp_path: Path
) -> None:
    card = registry.card("crime-type", shown, Selection())
    book = spreadsheet.workbook(card, BASE)
    read = {}
    for suffix, write in ((".xlsx", excel.write), (".ods", opendocument.write)):
        assert write(book) == write(book), "the same card makes the same bytes"
        path = tmp_path / f"card{suffix}"
        path.write_bytes(write(book))
        read[suffix] = spreadsheet_reader.sheets(path)
    assert read[".xlsx"] == read[".ods"]
    assert list(read[".xlsx"]) == ["Cover", "Notes", "Numbers"]
    cover = {row["Item"]: row["Content"] for row in read[".xlsx"]["Cover"].table}
    assert (cover["Title"], cover["Release"]) == (card.title, shown.about.release_id)
    for sheet in read[".xlsx"].values():
        assert shown.about.mark in str(sheet.rows[:2])
    assert len(read[".xlsx"]["Numbers"].table) == len(card.data)
