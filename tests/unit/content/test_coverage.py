"""Coverage of the assessment: each of its sections has a page, and each row leads to a place."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest

from referrals.cards.html import relations as relations_html
from referrals.content import outline, sitemap
from referrals.content import pages as content_pages
from referrals.paths import CONTENT, ROOT
from referrals.query.document.statements import text_figures
from referrals.reference import table_schema
from referrals.release.release import Release

ROWS = table_schema.read(CONTENT / "coverage.csv")
SOURCE = ROOT.parent / "shared" / "source" / "ecia.txt"
UNNUMBERED = {"About this document", "Data", "Terminology"}
WITHOUT_TEXT = {
    "2",
    "3",
    "4",
    "4.1",
    "4.3",
    "3.3",
    "3.5",
    "3.6",
    "3.7",
    "3.8",
    "3.9",
    "3.10",
    "3.11",
}
"""Headings of the assessment with nothing between them and the next heading."""


@pytest.fixture(scope="module")
def places(release: Release) -> Mapping[str, set[str]]:
    """The anchors on each page of the site."""
    figures = text_figures(release)
    html = {
        page.path: "".join(
            content_pages.page(block.name, figures).body
            for block in outline.PAGES[page.key]
            if isinstance(block, outline.Text)
        )
        for page in sitemap.every_page()
    }
    html["/figures-check"] += relations_html.relations_and_worked_out(release)
    return {path: set(re.findall(r'\bid="([\w-]+)"', text)) for path, text in html.items()}


def test_every_section_of_the_assessment_is_in_the_table_and_nothing_else() -> None:
    if not SOURCE.is_file():
        pytest.skip("the text of the assessment (shared/source) is not beside the repository")
    headings = re.findall(
        r"^#+ \**(\d[\dA-C]*(?:\.\d+)*)\.? ", SOURCE.read_text(encoding="utf-8"), re.MULTILINE
    )
    sections = set(headings) | {"3A", "3B", "3C"} | UNNUMBERED
    assert {row["section"] for row in ROWS} == sections - WITHOUT_TEXT


def test_every_point_of_every_section_has_a_page() -> None:
    assert [row for row in ROWS if not row["page"]] == []


def test_every_row_leads_to_a_place_on_a_page(places: Mapping[str, set[str]]) -> None:
    lost = [
        row
        for row in ROWS
        if row["page"] not in places or (row["anchor"] and row["anchor"] not in places[row["page"]])
    ]
    assert lost == []


def test_no_point_is_in_the_table_twice() -> None:
    points = [(row["section"], row["point"]) for row in ROWS]
    assert len(points) == len(set(points))
