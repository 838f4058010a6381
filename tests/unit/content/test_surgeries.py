"""The surgery kit: what is first, what a sheet says, and that it promises no more than the site."""

from __future__ import annotations

import re
from html import unescape

import pytest

from referrals.content import helpline_lists
from referrals.content import pages as content_pages
from referrals.content.pages import Text
from referrals.i18n import messages, text_files
from referrals.query.document import context_series
from referrals.query.document.statements import text_figures
from referrals.release.release import Release
from tests.fixtures import prose

KIT = text_files.read("surgeries").body
TAKEN_HOME = "Before you talk to anyone official"
EASIEST_GRADE = 5.0
"""The highest grade of the sheet that frightened people take home, as of `/for-me`."""

FACT = re.compile(r"\(section [^)]+\)|\[@[^\]]+\]|^We cannot ")
"""The marks of a sentence that says what happens, or what cannot be promised."""


@pytest.fixture(scope="module")
def text(release: Release) -> Text:
    return content_pages.page("surgeries", text_figures(release))


def sheet(title: str) -> str:
    """Return the Markdown of a sheet."""
    found = re.search(rf"^::: sheet\n\n## {title}\n(.*?)^:::$", KIT, re.MULTILINE | re.DOTALL)
    assert found, title
    return found[1]


def sentences(body: str) -> set[str]:
    """Return the sentences of a text without list marks, links and emphasis."""
    plain = re.sub(r"\[([^\]@]+)\]\([^)]*\)|\*\*|^- ", r"\1", body, flags=re.MULTILINE)
    return {each.strip() for each in re.split(r"(?<=[.?!])\s+|\n+", plain) if each.strip()}


def test_the_page_opens_with_who_runs_surgeries_and_what_was_said_to_be_kept(text: Text) -> None:
    first, second = re.findall(r"<p>(.*?)</p>", text.body, re.DOTALL)[:2]
    assert re.sub("<[^>]+>", "", first).startswith("Surgeries are run by Immigration Enforcement.")
    assert "personal information of those attending surgeries" in second
    assert "November 2019" in second
    assert "We do not know whether that still holds." in second


def test_a_frightened_reader_finds_their_part_before_the_part_of_a_host(text: Text) -> None:
    links = re.findall(r'<ul class="ways">(.*?)</ul>', text.body, re.DOTALL)[0]
    assert re.findall(r'href="([^"]+)"', links) == [
        "#before-you-talk-to-anyone-official",
        "/safeguarding#get-help",
        "#slides-and-sheets-for-tonight",
    ]
    assert text.sections[0].text == TAKEN_HOME


def test_the_sheet_to_take_home_is_as_easy_as_the_page_on_details() -> None:
    assert prose.grade(sheet(TAKEN_HOME)) <= EASIEST_GRADE


def test_the_sheet_to_take_home_says_of_the_law_and_of_promises_what_other_pages_say() -> None:
    known = sentences(text_files.read("for-me").body)
    known |= sentences(text_files.read("safeguarding").body)
    said = {each for each in sentences(sheet(TAKEN_HOME)) if FACT.search(each)}
    assert len(said) > 5
    assert said - known == set()


def test_the_sheet_to_take_home_has_every_question_of_the_card() -> None:
    asked = sheet(TAKEN_HOME)
    card = [messages.text(f"for_me.question.{name}") for name in helpline_lists.QUESTIONS]
    assert [question for question in card if question not in asked] == []


def test_help_on_the_sheet_is_independent_after_one_line_for_the_emergency(text: Text) -> None:
    own = text.body.partition('<div class="box-sheet">')[2].partition("</div>")[0]
    numbers = re.findall(r'href="tel:(\w+)"', own)
    assert numbers[0] == "999"
    assert numbers.count("999") == 1
    assert len(numbers) > 5
    assert own.index("tel:999") < own.index("helplines") < own.index("Ask before you give")


def test_the_sheets_say_until_when_their_numbers_are_good(text: Text) -> None:
    assert re.search(r"Check the numbers by \d+ \w+ \d{4}\.", text.body)


def test_the_feedback_sheet_asks_for_nothing_that_tells_who_wrote_it(text: Text) -> None:
    own = unescape(text.body.rpartition('<div class="box-sheet">')[2])
    assert "Do not write your name" in own
    assert "<input" not in own, "it is for paper: a site that takes answers would have to keep them"
    assert own.count('<ul class="ticks">') == 5


def test_slides_and_sheets_for_vietnam_are_one_step_from_the_page(text: Text) -> None:
    steps = re.findall(r'<ol class="steps">(.*?)</ol>', text.body, re.DOTALL)[0]
    assert re.findall(r'href="([^"]+)"', steps) == [
        "/briefing?nationality=VNM",
        "/present/slides.pptx",
        "/present",
    ]


def test_there_is_a_sheet_for_each_nationality_with_a_printed_number(
    text: Text, release: Release
) -> None:
    profiles = context_series.profiled(release).items()
    printed = {code for code, profile in profiles if profile.is_printed}
    assert set(re.findall(r"/briefing\?nationality=(\w+)", text.body)) == printed
    assert 'href="/briefing"' in text.body, "for every other nationality"
