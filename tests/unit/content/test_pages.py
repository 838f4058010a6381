"""The texts of the site: true to their source, without typed figures or broken links."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from html import unescape
from itertools import pairwise
from pathlib import Path

import pytest

from referrals.cards.exports.export import OEMBED
from referrals.cards.html import relations as relations_html
from referrals.content import (
    cited_sources,
    outline,
    sitemap,
    standalone_pages,
)
from referrals.content import pages as content_pages
from referrals.content.pages import Section, Text
from referrals.errors import DataError
from referrals.i18n import text_files
from referrals.paths import CONTENT, PUBLISHED, ROOT
from referrals.query.document.statements import text_figures
from referrals.reference import statuses
from referrals.release.release import Release
from tests.fixtures.texts import telephones, text_file

ENGLISH = CONTENT / "en"
TEXTS = {path.stem: text_files.read(path.stem).body for path in sorted(ENGLISH.glob("*.md"))}
FOR_PROGRAMS = re.compile(r"/(api/v1|releases/.|feed\.atom$|releases\.ics$|present/.)")
"""Addresses that are not pages. `tests/pages/test_downloads.py` requests each."""
SOURCE = ROOT.parent / "shared" / "source" / "ecia.txt"


QUOTED_WORDS = 4
LONGEST_AVERAGE = 20


@pytest.fixture(scope="module")
def figures(release: Release) -> Mapping[str, str]:
    return text_figures(release)


@pytest.fixture(scope="module")
def pages(figures: Mapping[str, str]) -> Mapping[str, str]:
    """Every text as HTML, with its title."""
    return {name: html_of(content_pages.page(name, figures)) for name in TEXTS}


@pytest.fixture(scope="module")
def places(pages: Mapping[str, str], release: Release) -> Mapping[str, set[str]]:
    """The places on each page of the site that a link can lead to."""
    html = texts_by_path(pages)
    html["/figures-check"] += relations_html.relations_and_worked_out(release)
    return {path: set(re.findall(r'\bid="([\w-]+)"', text)) for path, text in html.items()}


@pytest.fixture
def planted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file that stands in for a page named `planted`."""
    monkeypatch.setattr(text_files, "CONTENT", tmp_path)
    (tmp_path / "en").mkdir()
    return tmp_path / "en" / "planted.md"


@pytest.fixture(scope="session")
def source() -> str:
    """The assessment, spaces and quotation marks made alike."""
    if not SOURCE.is_file():
        pytest.skip("the text of the assessment (shared/source) is not beside the repository")
    return alike(SOURCE.read_text(encoding="utf-8"))


# Figures


@pytest.mark.parametrize("name", TEXTS)
def test_every_figure_that_a_page_names_is_in_the_release(
    name: str, figures: Mapping[str, str]
) -> None:
    html = html_of(content_pages.page(name, figures))
    assert not re.search(r"\{[^}]*\}", html)


@pytest.mark.parametrize(
    "reference",
    ["E999", "E017", "cell:sex=X", "cell:outcome=ICE", "e002", "E002 ", "cell", "helpline"],
)
def test_a_figure_that_the_release_does_not_hold_is_refused_by_name(
    planted: Path, figures: Mapping[str, str], reference: str
) -> None:
    planted.write_text(text_file(f"There were {{{reference}}}.\n"), encoding="utf-8")
    with pytest.raises(
        DataError,
        match=re.escape(
            f"planted.md names a figure that the release does not hold: {{{reference}}}"
        ),
    ):
        content_pages.page("planted", figures)


def test_the_dimensions_of_a_cell_may_be_named_in_any_order(
    planted: Path, figures: Mapping[str, str]
) -> None:
    planted.write_text(
        text_file("{cell:crime_type=DA,sex=M} and {cell:crime_type=DA;sex=F}\n"), encoding="utf-8"
    )
    assert "<p>45 and 147</p>" in content_pages.page("planted", figures).body


def test_a_page_that_is_missing_is_named(figures: Mapping[str, str]) -> None:
    with pytest.raises(DataError, match=r"nowhere\.md is missing from data/content/en"):
        content_pages.page("nowhere", figures)


@pytest.mark.parametrize("name", TEXTS)
def test_no_figure_of_the_release_is_typed_into_a_page(
    name: str, figures: Mapping[str, str]
) -> None:
    assert typed(TEXTS[name], figures) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("There were 1,336 of them.", ["1,336"]),
        ("There were 1336 of them.", ["1,336"]),
        ("It was **1.1%**.", ["1.1%"]),
        ("Vietnam (237), Albania", ["237"]),
        ("of 126,453.", ["126,453"]),
        ("706 male", ["706"]),
        ("between 210 to 212 referrals", ["210", "210 to 212"]),
        ("section 3.8.2 of 15 December 2021, in the Act of 1999", []),
        ("[link](/somewhere?237)", []),
    ],
)
def test_a_typed_figure_is_noticed(figures: Mapping[str, str], text: str, found: list[str]) -> None:
    assert typed(text, figures) == found


# Telephone numbers


@pytest.mark.parametrize("name", TEXTS)
def test_no_telephone_number_is_typed_into_a_page(name: str) -> None:
    assert telephones(TEXTS[name]) == []


@pytest.mark.parametrize(
    "number",
    ["0808 2000 247", "08000121700", "+44 7860 077333", "999", "116 123", "101", "020 7946 0000"],
)
def test_a_typed_telephone_number_is_noticed(number: str) -> None:
    assert telephones(f"Call {number}, or ask a friend to call {number}.") != []


# Markup


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "text <b onclick=x>bold</b>",
        "<!-- hidden -->",
    ],
)
def test_raw_html_in_a_page_is_text(
    planted: Path, figures: Mapping[str, str], hostile: str
) -> None:
    planted.write_text(text_file(f"{hostile}\n"), encoding="utf-8")
    html = content_pages.page("planted", figures).body
    assert not re.search(r"<(script|img|b|!--)", html)
    assert "&lt;" in html


@pytest.mark.parametrize("address", ["javascript:alert(1)", "data:text/html,<b>", "vbscript:x"])
def test_a_link_that_would_run_a_script_is_not_a_link(
    planted: Path, figures: Mapping[str, str], address: str
) -> None:
    planted.write_text(text_file(f"[click]({address})\n"), encoding="utf-8")
    assert "href" not in content_pages.page("planted", figures).body


@pytest.mark.parametrize("box", ["key", "help", "note"])
def test_a_container_becomes_a_box(planted: Path, figures: Mapping[str, str], box: str) -> None:
    planted.write_text(text_file(f"::: {box}\n\nInside.\n\n:::\n\nOutside.\n"), encoding="utf-8")
    html = content_pages.page("planted", figures).body
    assert re.search(
        rf'<div class="box-{box}">\s*<p>Inside\.</p>\s*</div>\s*<p>Outside\.</p>', html
    )


def test_a_dated_box_shows_its_date_in_words(planted: Path, figures: Mapping[str, str]) -> None:
    planted.write_text(
        text_file("::: since-2021 9 <b>November</b> 2023\n\nInside.\n\n:::\n"), encoding="utf-8"
    )
    html = content_pages.page("planted", figures).body
    assert 'class="box-since"' in html
    assert "9 &lt;b&gt;November&lt;/b&gt; 2023</p>" in html


def test_steps_become_an_ordered_list_of_steps(planted: Path, figures: Mapping[str, str]) -> None:
    planted.write_text(
        text_file("::: steps\n\n1. One\n2. Two\n\n:::\n\n1. Not a step\n"), encoding="utf-8"
    )
    html = content_pages.page("planted", figures).body
    assert re.search(r'<ol class="steps">\s*<li>\s*(<p>)?One', html)
    assert html.count("steps") == 1
    assert "<div" not in html


def test_a_list_of_dates_becomes_a_timeline(planted: Path, figures: Mapping[str, str]) -> None:
    planted.write_text(
        text_file("::: timeline\n\n- **May.** One\n- **June.** Two\n\n:::\n\n- Not a date\n"),
        encoding="utf-8",
    )
    html = content_pages.page("planted", figures).body
    assert re.search(r'<ul class="timeline">\s*<li><strong>May\.</strong> One', html)
    assert html.count("timeline") == 1


@pytest.mark.parametrize("name", TEXTS)
def test_no_container_is_left_open_or_misspelt(name: str, pages: Mapping[str, str]) -> None:
    assert ":::" not in pages[name]
    assert pages[name].count("<div") == pages[name].count("</div>")
    assert pages[name].count('class="box-since"') == pages[name].count("Since 2021: reported on")


@pytest.mark.parametrize("name", TEXTS)
def test_headings_begin_at_one_and_skip_no_level(name: str, pages: Mapping[str, str]) -> None:
    levels = [int(level) for level in re.findall(r"<h(\d)", pages[name])]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_the_sections_of_a_text_are_its_second_level_headings(
    planted: Path, figures: Mapping[str, str]
) -> None:
    planted.write_text(text_file("## B *c* & d\n\n### D\n\n## E\n", title="A"), encoding="utf-8")
    text = content_pages.page("planted", figures)
    assert text.sections == (Section("b-c--d", "B c & d"), Section("e", "E"))
    assert (text.title, text.anchor) == ("A", "a")
    assert "<h1" not in text.body


@pytest.mark.parametrize(("sections", "has_contents"), [(5, False), (6, True)])
def test_a_text_of_more_than_five_sections_begins_with_the_list_of_them(
    planted: Path, figures: Mapping[str, str], sections: int, *, has_contents: bool
) -> None:
    headings = "".join(f"## Section <{number}>\n\n" for number in range(sections))
    planted.write_text(text_file(headings, title="Title"), encoding="utf-8")
    html = content_pages.with_title(content_pages.page("planted", figures), "/planted")
    assert ("<summary>On this page</summary>" in html) == has_contents
    assert ('<a href="#section-1">Section &lt;1&gt;</a>' in html) == has_contents
    assert html.startswith('<h1 id="title">Title</h1>')


def test_a_block_inside_a_sentence_is_not_replaced(
    planted: Path, figures: Mapping[str, str]
) -> None:
    planted.write_text(
        text_file("See {helplines} here.\n\n{symbols}\n", title="A"), encoding="utf-8"
    )
    html = content_pages.page("planted", figures).body
    assert "<p>See {helplines} here.</p>" in html
    assert "<p><div" not in html
    assert html.count("<table") == 1


def test_one_line_has_its_links_and_no_paragraph() -> None:
    assert (
        content_pages.inline("See **[this](/about)** <b>")
        == 'See <strong><a href="/about">this</a></strong> &lt;b&gt;'
    )


# Links


def test_every_text_is_on_a_page_and_every_page_has_its_text() -> None:
    named = [name for page in sitemap.every_page() for name in texts_of(page.key)]
    assert sorted(named) == sorted(TEXTS)


def test_every_link_inside_the_site_leads_to_a_page_and_to_a_place_on_it(
    pages: Mapping[str, str], places: Mapping[str, set[str]], figures: Mapping[str, str]
) -> None:
    assert len(places) >= 13
    numbers = [standalone_pages.number_address(name) for name in figures]
    without_places = [*(page.path for page in standalone_pages.heads()), *numbers, OEMBED]
    places = {**places, **{path: set() for path in without_places}}
    for path, html in texts_by_path(pages).items():
        links = [
            link for link in re.findall(r'href="([^"]+)"', html) if not FOR_PROGRAMS.match(link)
        ]
        assert broken(links, path, places) == []
    for file, text in code().items():
        assert (
            broken(re.findall(r"""["'(](/(?:[a-z][a-z-]*)?(?:#[\w-]+)?)["')]""", text), "/", places)
            == []
        ), file


@pytest.mark.parametrize(
    "link",
    ["/nowhere", "/glossary#nobody", "#nobody", "glossary", "/about/", "http:/x", "/Glossary"],
)
def test_a_link_that_leads_nowhere_is_noticed(places: Mapping[str, set[str]], link: str) -> None:
    assert broken([link, "/glossary#nccu", "https://example.org/"], "/", places) == [link]


def test_other_sites_are_linked_only_if_the_data_name_them(pages: Mapping[str, str]) -> None:
    with (PUBLISHED / "sources.csv").open(encoding="utf-8", newline="") as stream:
        known = {row["address"] for row in csv.DictReader(stream)}
    known |= {source.address for source in cited_sources.sources().values()}
    linked = {unescape(link) for link in re.findall(r'href="(https?://[^"]+)"', str(pages))}
    assert len(linked) >= 3
    assert linked <= known


# Quotations


@pytest.mark.parametrize("name", TEXTS)
def test_every_quotation_is_in_the_assessment_or_in_another_source(name: str, source: str) -> None:
    files = [*PUBLISHED.glob("*.csv"), cited_sources.FILE]
    published = alike(" ".join(path.read_text(encoding="utf-8") for path in files))
    assert misquoted(TEXTS[name], source, published) == []


def test_a_changed_quotation_is_noticed(source: str) -> None:
    right = "not all crimes are reported"
    assert right in source
    assert misquoted(f'It says "{right}".', source, "") == []
    assert misquoted('It says "not all of the crimes are reported".', source, "") == [
        "not all of the crimes are reported"
    ]


@pytest.mark.parametrize("name", TEXTS)
def test_every_section_that_a_page_names_is_a_section_of_the_assessment(
    name: str, source: str
) -> None:
    assert sections_of(TEXTS[name]) <= sections_in(source)


def test_a_section_that_does_not_exist_is_noticed(source: str) -> None:
    assert sections_of("It says so (sections 3.8.2, 3.12.9 and 9).") - sections_in(source) == {
        "3.12.9",
        "9",
    }


# Reading ease


@pytest.mark.parametrize("name", TEXTS)
def test_sentences_are_short(name: str) -> None:
    assert average_length(TEXTS[name]) < LONGEST_AVERAGE


def test_long_sentences_are_noticed() -> None:
    long = " ".join(["word"] * 30)
    assert average_length(f"# Planted\n\n{long}. {long}.\n\n- Short\n- Shorter\n") == 30


# Symbols


def test_the_glossary_explains_every_letter_that_a_table_can_show(
    pages: Mapping[str, str], release: Release
) -> None:
    explained = set(re.findall(r"<th scope=\"row\">\[(\w+)\]</th>", pages["glossary"]))
    with (release.folder / "cells.csv").open(encoding="utf-8", newline="") as stream:
        used = {row["status"] for row in csv.DictReader(stream)} - {""}
    assert used >= {"d", "e", "u", "x"}
    assert used <= explained
    assert explained <= set(statuses.meanings())


def test_u_means_the_same_in_the_glossary_as_under_a_table(pages: Mapping[str, str]) -> None:
    """The one number marked [u] is printed and contradicted (sex not recorded); it is not small."""
    assert "disagree" in statuses.meanings()["u"]
    meaning = re.findall(
        r"<th scope=\"row\">\[u\]</th>\s*<td class=\"text\">(.*?)</td>", pages["glossary"]
    )
    assert len(meaning) == 1
    assert re.search("disagree|does not agree|do not agree", meaning[0])


# What the tests above look with


def alike(text: str) -> str:
    """Text with its quotation marks, apostrophes, dashes and spaces made alike."""
    table = str.maketrans({"“": '"', "”": '"', "‘": "'", "’": "'", "–": "-"})
    return re.sub(r"[^\S\n]+", " ", text.translate(table))


def one_line(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def misquoted(text: str, *sources: str) -> list[str]:
    """The quotations of four words and more that stand in none of the sources."""
    found = [
        quotation
        for pair in re.findall(r'"([^"\n]+)"|“([^”\n]+)”', text)
        for quotation in pair
        if quotation
    ]
    flat = [one_line(source) for source in sources]
    return [
        quotation
        for quotation in found
        if len(quotation.split()) >= QUOTED_WORDS
        and not any(alike(quotation).rstrip(".,") in source for source in flat)
    ]


def sections_of(text: str) -> set[str]:
    """The numbers of the sections that a text cites: in brackets, or elsewhere with a point.

    "Section 55 of the Borders, Citizenship and Immigration Act" is a section of something else.
    """
    cited = "".join(re.findall(r"\(sections? [^)]*\)", text))
    return set(re.findall(r"\b\d[\dA-C]*(?:\.\d+)*", cited)) | set(
        re.findall(r"[Ss]ection (\d+[A-C]?(?:\.\d+)+)", text)
    )


def sections_in(source: str) -> set[str]:
    """The numbers of the headings of the assessment, and the limbs 3A to 3C, which have none."""
    return set(re.findall(r"^#+ \**(\d[\dA-C]*(?:\.\d+)*)\.? ", source, re.MULTILINE)) | {
        "3A",
        "3B",
        "3C",
    }


def typed(text: str, figures: Mapping[str, str]) -> list[str]:
    """The figures of the release that a text has as digits, except years and single digits."""
    plain = re.sub(r"\]\([^)]*\)|\{[^}]*\}", "", text)
    numbers = {
        value
        for value in figures.values()
        if re.search(r"\d\d|%", value) and not re.search(r"^\d{4}$|-|/|just", value)
    }
    forms = {
        value: f"{re.escape(value)}|{re.escape(value.replace(',', ''))}"
        for value in sorted(numbers)
    }
    return [
        value
        for value, form in forms.items()
        if re.search(rf"(?<![\w.,])(?:{form})(?![\w%]|[.,]\d)", plain)
    ]


def average_length(text: str) -> float:
    """The average number of words of the sentences, in paragraphs and lists, with a full stop."""
    prose = re.sub(r"^(?:#|:::|\||\{).*$", "", text, flags=re.MULTILINE)
    blocks = re.split(r"\n\s*\n|\n(?=\s*(?:[-*>]|\d+\.) )", re.sub(r"\]\([^)]*\)", "]", prose))
    sentences = [
        one
        for block in blocks
        for one in re.split(r"(?<=[.!?])[\"”)*]*\s+", block.strip())
        if re.search("[.!?]", one)
    ]
    return sum(len(sentence.split()) for sentence in sentences) / len(sentences)


def html_of(text: Text) -> str:
    """A text as HTML, with its title."""
    return content_pages.with_title(text, "/planted")


def code() -> dict[str, str]:
    """Everything that makes links in code, messages, templates or data."""
    package = ROOT / "referrals"
    files = [
        *(package / "cards").rglob("*.py"),
        *(package / "templates").rglob("*.html"),
        *(ROOT / "data" / "locale").rglob("*.toml"),
        *PUBLISHED.glob("*.csv"),
        package / "web" / "shell" / "html.py",
    ]
    return {str(file): file.read_text(encoding="utf-8") for file in files}


def texts_of(key: str) -> list[str]:
    """The names of the explanatory texts of a page."""
    return [block.name for block in outline.PAGES[key] if isinstance(block, outline.Text)]


def texts_by_path(pages: Mapping[str, str]) -> dict[str, str]:
    """The explanatory texts of each page, together, by the page's address."""
    return {
        page.path: "".join(pages[name] for name in texts_of(page.key))
        for page in sitemap.every_page()
    }


def broken(links: list[str], here: str, places: Mapping[str, set[str]]) -> list[str]:
    """The links to pages and anchors of the site that do not exist."""
    lost = []
    for link in links:
        address, _, anchor = link.partition("#")
        path = address.partition("?")[0]
        inside = not link.startswith(("https://", "http://", "tel:"))
        if inside and (
            (path or here) not in places or (anchor and anchor not in places[path or here])
        ):
            lost.append(link)
    return lost
