"""The show as HTML: complete in one file, the same each time, and readable without its script."""

from __future__ import annotations

import json
import re
from html import unescape
from html.parser import HTMLParser

import pytest

from referrals import language
from referrals.handouts.presentation import choice, show, story
from referrals.handouts.presentation.choice import Choice
from referrals.handouts.presentation.show import Show
from referrals.handouts.presentation.slide import Slide
from referrals.reference import helplines
from referrals.release.release import Release
from referrals.web.http import security_headers

BASE = "https://example.org"
LARGEST_FILE = 1_500_000
REAL_FILE = 120_000
"""Bytes: what the file is, and what it may never be."""

LOADING = {"src", "srcset", "poster", "data", "background", "action", "ping"}
"""The attributes with which a page makes a browser ask for something, or sends something."""


class Elements(HTMLParser):
    """The elements of a page, each with its attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, {name: value or "" for name, value in attrs}))


@pytest.fixture(scope="module")
def slides(release: Release) -> tuple[Slide, ...]:
    return story.slides(release)


@pytest.fixture(scope="module")
def file(slides: tuple[Slide, ...]) -> str:
    return show.offline(Show(Choice(slides), BASE))


def test_the_page_loads_the_font_of_its_language_and_the_file_names_those_of_the_device(
    release: Release,
) -> None:
    assert "font-src 'self'" in show.policy()
    with language.using("ur"):
        chosen = Show(Choice(story.slides(release)), BASE)
        page, file = show.page(chosen), show.offline(chosen)
    assert '<html lang="ur" dir="rtl">' in page
    assert "url(/lite/fonts/NotoNaskhArabic-Regular." in page
    assert "--vr-font: 'Urdu'" in file
    assert "woff2" not in file
    assert "<b>999</b>،" in page
    assert '<p class="problem" id="problem"><span>' in page, "nothing says that it is a draft"
    assert '<span class="of">ویتنام</span>' in page
    assert '<bdi lang="en-GB" dir="ltr">Vietnam (237); Albania (168); and China (109)</bdi>' in page


def test_the_file_refers_to_nothing_outside_itself(file: str) -> None:
    for tag, attributes in Elements(file).found:
        for name in LOADING & attributes.keys():
            assert attributes[name].startswith("data:"), (tag, name)
        if tag == "link":
            assert attributes["href"].startswith("data:")
        assert tag not in {"iframe", "object", "embed", "base", "audio", "video"}
    style = file.partition("<style>")[2].partition("</style>")[0]
    assert re.findall(r"@import|url\((?!['\"]?data:)", style) == []
    script = file.rpartition("<script")[2]
    words = r"fetch|XMLHttpRequest|WebSocket|EventSource|sendBeacon|import"
    assert re.findall(rf"\b(?:{words})\b *\(", script) == []


def test_a_reference_to_another_file_would_be_noticed() -> None:
    page = '<img src="chart.png"><style>p{background:url(https://example.org/x.png)}</style>'
    assert Elements(page).found[0][1]["src"] == "chart.png"
    assert re.findall(r"url\((?!['\"]?data:)", page)


def test_the_browser_is_told_to_load_nothing_and_to_run_this_script_alone(file: str) -> None:
    policy = unescape(re.findall(r'Content-Security-Policy" content="([^"]+)"', file)[0])
    script = re.findall(r"<script[^>]*>(.*?)</script>", file, re.DOTALL)
    assert len(script) == 1
    assert policy == (
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
        f"script-src {security_headers.script_hash(script[0])}"
    )


def test_the_file_is_small(file: str) -> None:
    assert len(file.encode()) < REAL_FILE < LARGEST_FILE


def test_the_same_release_makes_the_same_file_on_any_day(
    file: str, slides: tuple[Slide, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(helplines, "overdue", lambda: ("nda",))
    assert show.offline(Show(choice.read((), slides), BASE)) == file


def test_the_exit_of_the_file_needs_no_connection(file: str) -> None:
    exits = [named for tag, named in Elements(file).found if tag == "a" and "data-vr-exit" in named]
    assert [named["href"] for named in exits] == ["about:blank", "about:blank"]
    assert 'data-exit="about:blank"' in file
    assert "bbc.co.uk" not in file
    assert "Opens an empty page in place of this one." in file


def test_help_is_a_slide_of_the_file(file: str) -> None:
    assert re.findall(r'class="vr-help" href="([^"]+)"', file) == ["#help"]
    assert 'id="help"' in file
    assert all(row["number"] in file for row in helplines.helplines() if row["card"])


def test_every_slide_has_its_words_its_notes_and_a_code(
    file: str, slides: tuple[Slide, ...]
) -> None:
    text = unescape(re.sub(r"<[^>]+>", "", file))
    for slide in slides:
        for words in (*slide.lead, slide.note, slide.source, *slide.notes):
            assert words in text, slide.name
        assert slide.title in text.replace("\n", " ") or slide.emphasis in text
        assert f"A code to scan with a phone. It opens {BASE}{slide.page}" in unescape(file)


def test_a_chart_on_a_slide_has_its_numbers_as_text(file: str) -> None:
    for shown in ("126,453", "778 to 786", "194 to 205", "at least 669", "not published"):
        assert f">{shown}</bdi>" in file


def test_without_an_address_codes_lead_to_the_document(slides: tuple[Slide, ...]) -> None:
    html = show.offline(Show(Choice(slides), ""))
    assert "It opens https://www.gov.uk/government/publications/" in html
    assert ">www.gov.uk</a>" in html


def test_slides_that_were_not_chosen_are_in_the_page_but_hidden(slides: tuple[Slide, ...]) -> None:
    html = show.page(Show(choice.read([("slides", "sex,total")], slides), BASE))
    sections = re.findall(r'<section class="slide[^"]*" id="([^"]+)"[^>]*?( hidden)?>', html)
    assert sections[:2] == [("sex", ""), ("total", "")]
    assert {hidden for _, hidden in sections[2:]} == {" hidden"}
    assert "/present/slides.pptx?slides=sex,total" in html


def test_a_message_on_wrong_names_is_shown(slides: tuple[Slide, ...]) -> None:
    html = show.page(Show(choice.read([("slides", "<b>")], slides), BASE))
    assert "There is no slide called &lt;b&gt;." in html
    assert '<p class="problem" id="problem">' in html
    assert '<p class="problem" id="problem" hidden>' in show.page(Show(Choice(slides), BASE))


def test_the_script_has_every_message_that_it_writes(file: str) -> None:
    messages = json.loads(unescape(re.findall(r'data-messages="([^"]*)"', file)[0]))
    script = file.rpartition("<script")[2]
    own = set(re.findall(r"\bmessages\.(\w+)", script))
    assert own == messages.keys()
    assert messages["leavingTitle"] == "New page"


def test_ids_are_unique_and_every_id_of_the_script_is_on_the_page(file: str) -> None:
    ids = [named["id"] for _, named in Elements(file).found if "id" in named]
    assert len(ids) == len(set(ids))
    script = file.rpartition("<script")[2]
    assert set(re.findall(r"byId\('([\w-]+)'\)", script)) <= set(ids)


def test_the_page_of_the_site_leads_on_to_the_files_and_to_the_site(
    slides: tuple[Slide, ...],
) -> None:
    html = show.page(Show(Choice(slides), BASE, canonical=f"{BASE}/present"))
    for address in ("/present/slides.pptx", "/present/offline.html", "/safeguarding"):
        assert f'href="{address}"' in html
    assert f'<link rel="canonical" href="{BASE}/present">' in html
    assert "https://www.bbc.co.uk/weather" in html


def test_a_saved_file_leads_to_the_site_in_its_language(release: Release) -> None:
    with language.using("vi"):
        html = show.offline(Show(Choice(story.slides(release)), BASE))
    assert f'href="{BASE}/vi/"' in html
    assert f'href="{BASE}/"' not in html


def test_in_another_language_the_page_says_so_and_marks_what_is_english(release: Release) -> None:
    with language.using("vi"):
        html = show.page(Show(Choice(story.slides(release)), BASE))
    assert '<html lang="vi" dir="ltr">' in html
    assert ">1.336<" in html or "1.336 lượt" in html
    assert '<bdi lang="en-GB" dir="ltr">' in html, "printed sentences are quoted in English"
    assert "April 2020 to March" not in html
    assert 'href="/vi/present/slides.pptx"' in html
    assert f"{BASE}/vi/sex" in html
    assert 'href="/vi/"' in html
