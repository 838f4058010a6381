"""The first use of each term on a page is a link to the glossary."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from referrals.content import helpline_lists
from referrals.content import pages as content_pages
from referrals.i18n import text_files
from referrals.paths import CONTENT
from referrals.query.document.statements import text_figures
from referrals.reference import table_schema
from referrals.release.release import Release
from tests.fixtures.texts import text_file

TERMS = table_schema.read(CONTENT / "en" / "terms.csv")
NOT_LINKED = re.compile(
    r'<h\d.*?</h\d>|<blockquote>.*?</blockquote>|<div class="(?:requests|scroll)".*?</div>'
    r'|<ul class="points">.*?\n</ul>',
    re.DOTALL,
)
"""Headings, words to copy, and blocks that are made from data."""
TEXTS = sorted(path.stem for path in (CONTENT / "en").glob("*.md") if path.stem != "glossary")


@pytest.fixture(scope="module")
def figures(release: Release) -> Mapping[str, str]:
    return text_figures(release)


def body_of(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    (tmp_path / "en").mkdir()
    (tmp_path / "en" / "planted.md").write_text(text_file(text), encoding="utf-8")
    monkeypatch.setattr(text_files, "CONTENT", tmp_path)
    return content_pages.page("planted", {}).body


@pytest.mark.parametrize(
    ("text", "html"),
    [
        (
            "NCCU replies. NCCU decides.",
            '<p><a href="/glossary#nccu">NCCU</a> replies. NCCU decides.</p>',
        ),
        (
            "Ask NCCU, and *ICE teams* too.",
            (
                '<p>Ask <a href="/glossary#nccu">NCCU</a>, and <em>'
                '<a href="/glossary#ice-team">ICE teams</a></em> too.</p>'
            ),
        ),
        (
            "[The unit](/glossary#nccu) is NCCU.",
            '<p><a href="/glossary#nccu">The unit</a> is NCCU.</p>',
        ),
        (
            "[Ask NCCU](/about), says NCCU.",
            '<p><a href="/about">Ask NCCU</a>, says <a href="/glossary#nccu">NCCU</a>.</p>',
        ),
        ("The NCCU's eyewitness.", '<p>The <a href="/glossary#nccu">NCCU</a>\'s eyewitness.</p>'),
        ("Leave this page.", "<p>Leave this page.</p>"),
    ],
)
def test_the_first_use_of_a_term_is_linked_outside_other_links(
    text: str, html: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert body_of(text, tmp_path, monkeypatch).strip().replace("&#x27;", "'") == html


@pytest.mark.parametrize("before", ["## What NCCU does", "> Ask NCCU."])
def test_headings_and_words_to_copy_are_not_linked(
    before: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    html = body_of(f"{before}\n\nNCCU replies.\n", tmp_path, monkeypatch)
    assert html.count("/glossary#") == 1
    assert '<a href="/glossary#nccu">NCCU</a> replies' in html


def test_every_term_has_its_place_in_the_glossary(figures: Mapping[str, str]) -> None:
    places = set(re.findall(r'\bid="([\w-]+)"', content_pages.page("glossary", figures).body))
    assert {row["anchor"] for row in TERMS} <= places


@pytest.mark.parametrize("name", TEXTS)
def test_no_text_uses_a_term_before_it_links_it(name: str, figures: Mapping[str, str]) -> None:
    html = content_pages.page(name, figures).body
    for block in (helpline_lists.html(), helpline_lists.short(), helpline_lists.card()):
        html = html.replace(block, "")
    outside = NOT_LINKED.sub("", html)
    early = []
    for row in TERMS:
        word = rf"(?<![\w-])(?i:{re.escape(row['words'])})(?![\w-])"
        linked = outside.find(f'href="/glossary#{row["anchor"]}"')
        unlinked = re.sub(r"<a [^>]*>.*?</a>", lambda found: "·" * len(found[0]), outside)
        use = re.search(word, re.sub(r"<[^>]*>", lambda found: "·" * len(found[0]), unlinked))
        if use and (linked == -1 or use.start() < linked):
            early.append(row["words"])
    assert early == []
