"""Do the figures add up? Every relation with its result, its working and its explanations."""

from __future__ import annotations

import csv
import re
from html import unescape
from typing import Any

import pytest

from referrals.cards.html import relations as relations_html
from referrals.paths import PUBLISHED
from referrals.release.release import Release


@pytest.fixture(scope="module")
def rows(release: Release) -> dict[str, dict[str, Any]]:
    return {row["relation_id"]: row for row in release.rows("query/relations")}


@pytest.fixture(scope="module")
def page(release: Release) -> str:
    return relations_html.relations(release)


def text(html: str) -> str:
    return unescape(re.sub(r"<[^>]+>", " ", html))


def test_every_relation_of_the_ledger_is_on_the_page_in_full(
    rows: dict[str, dict[str, Any]], page: str
) -> None:
    with (PUBLISHED / "relations.csv").open(encoding="utf-8", newline="") as stream:
        listed = [row["relation_id"] for row in csv.DictReader(stream)]
    assert sorted(rows) == listed
    page_text = text(page)
    for row in rows.values():
        assert [
            part for part in ("title", "says", "working", "shown") if row[part] not in page_text
        ] == [], row["relation_id"]
        assert f'id="{row["relation_id"]}"' in page


def test_every_relation_is_listed_under_its_result(
    rows: dict[str, dict[str, Any]], page: str
) -> None:
    for result in relations_html.RESULTS:
        name = relations_html.result_name(result)
        _, _, after = page.partition(f'<h2 id="{result}">{name}</h2>')
        under = re.findall(r'<h3 id="(R\d\d)">', after.partition("<h2")[0])
        assert under == [row["relation_id"] for row in rows.values() if row["result"] == result]
        assert under


def test_the_page_counts_the_relations_it_lists(rows: dict[str, dict[str, Any]], page: str) -> None:
    counts = [int(number) for number in re.findall(r"<b>(\d+)</b>", page.partition("</p>")[0])]
    assert sum(counts) == len(rows) == page.count("<h3")
    assert page.startswith(f"<p>{len(rows)} checks")
    assert counts == [
        sum(row["result"] == result for row in rows.values()) for result in relations_html.RESULTS
    ]


def test_every_result_has_a_name(rows: dict[str, dict[str, Any]]) -> None:
    assert {row["result"] for row in rows.values()} == set(relations_html.RESULTS)


@pytest.mark.parametrize(
    ("relation_id", "result", "numbers"),
    [
        ("R01", "gap", ["706 + 425 + 194 = 1,325", "1,336", "11"]),
        ("R02", "consistent", ["1.06%", "1.1%"]),
        ("R03", "consistent", ["514 ÷ 1,336", "38.47%"]),
        ("R06", "gap", ["45 ÷ 192", "23.4%"]),
        ("R10", "ambiguous", ["1,336 referrals", "1,336 people"]),
        ("R11", "bound", ["822", "92", "9 to 109"]),
        ("R12", "bound", ["125,117"]),
        ("R19", "gap", ["53,898 to 56,404", "24,821"]),
    ],
)
def test_the_arithmetic_is_that_of_the_printed_figures(
    rows: dict[str, dict[str, Any]], relation_id: str, result: str, numbers: list[str]
) -> None:
    assert rows[relation_id]["result"] == result
    assert [number for number in numbers if number not in rows[relation_id]["working"]] == []


def test_the_page_begins_with_the_counts_by_sex(
    page: str,
) -> None:
    assert re.findall(r'id="([^"]+)"', page)[:2] == ["gap", "R01"]


def test_each_reading_of_the_gap_names_the_percentages_it_would_break(release: Release) -> None:
    html = relations_html.relation(release, "R01")
    readings = [text(item) for item in re.findall(r"<li>(.*?)</li>", html)]
    assert len(readings) == 6
    misprint, apart, group, earlier, *_ = readings
    assert "194 is a misprint for 205" in misprint
    assert "agree with every printed percentage" in misprint
    assert "kept out of the percentages" in apart
    assert "agree with every printed percentage" in apart
    assert "1,142" in group
    assert "38% (section 3.8.2)" in group
    assert "1,325" in earlier
    assert {"1.1% (section 2.1)", "38% (section 3.6.2)"} <= set(
        re.findall(r"[\d.]+% \(section [\d.]+\)", earlier)
    )


def test_every_reading_is_on_the_page(release: Release, page: str) -> None:
    readings = release.rows("query/explanations")
    assert len(readings) >= 5
    assert all(reading["reading"] in text(page) for reading in readings)


def test_a_single_relation_carries_the_name_of_its_result(release: Release) -> None:
    assert "Does not agree" in relations_html.relation(release, "R01")
    assert "Can be worked out" in relations_html.relation(release, "R11")


def test_a_relation_that_agrees_has_no_readings(release: Release) -> None:
    assert "readings" not in relations_html.relation(release, "R02")


def test_every_number_that_is_worked_out_is_in_the_table_with_its_working(release: Release) -> None:
    with (PUBLISHED / "derivations.csv").open(encoding="utf-8", newline="") as stream:
        derived = len(list(csv.DictReader(stream)))
    table = relations_html.worked_out(release)
    cells = [
        [text(cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)]
        for row in re.findall(r"<tr>(.*?)</tr>", table)
    ]
    assert len(cells) - 1 == derived
    assert all(len(row) == 4 and all(cell.strip() for cell in row) for row in cells)
    found = {row[0].strip(): row[1].strip() for row in cells}
    assert found["Domestic abuse"] == "210 to 212"
    assert found["Domestic abuse, sex not recorded"] == "18 to 20"
    assert found["Vietnam, Albania and China together, modern slavery"] == "430 to 434"
    assert found["All other or unrecorded nationalities"] == "822"


def test_no_date_is_left_as_a_machine_writes_it(page: str) -> None:
    assert re.findall(r"\b\d{4}-\d\d-\d\d\b", text(page)) == []


def test_the_texts_of_the_ledger_are_escaped(rows: dict[str, dict[str, Any]]) -> None:
    planted = {
        **rows["R01"],
        "says": "<script>alert(1)</script>",
        "working": "a < b & c",
        "shown": '"quoted"',
    }
    html = relations_html.relation_body(
        planted, [{"reading": "<img src=x>", "breaks": ["<b>1%</b>"], "is_usual": True}]
    )
    assert "<script" not in html
    assert "<img" not in html
    assert "<b>" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
