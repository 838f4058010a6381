"""Requests for information: one for each gap, under the law that binds the body."""

from __future__ import annotations

import re
from html import unescape

import pytest

from referrals.content import pages as content_pages
from referrals.content import requests
from referrals.errors import DataError
from referrals.i18n import text_files
from referrals.paths import CONTENT
from referrals.reference import table_schema

EVERY = requests.requests()
GAPS = tuple(dict.fromkeys(each.gap for each in EVERY))
ABOUT_A_PERSON = "your-own-records"
SCOTTISH, BRITISH = "Freedom of Information (Scotland) Act 2002", "Freedom of Information Act 2000"
LETTERS = [each for each in EVERY if each.form == requests.FREEDOM_OF_INFORMATION]


def headings_with_a_gap() -> list[str]:
    """Return the third-level headings of the page that name something missing."""
    parts = re.split(r"(?m)^#{2,3} (.+)$", text_files.read("gaps").body)
    return [
        heading
        for heading, text in zip(parts[1::2], parts[2::2], strict=True)
        if "**Missing:**" in text
    ]


def test_every_gap_of_the_page_has_its_requests_and_every_request_its_gap() -> None:
    body = text_files.read("gaps").body
    named = re.findall(r"(?m)^\{requests:([\w-]+)\}$", body)
    anchors = [re.sub(r"[^\w ]", "", each).lower().replace(" ", "-") for each in _headings(body)]
    assert sorted(named) == sorted(GAPS)
    assert set(GAPS) <= set(anchors)
    assert len(headings_with_a_gap()) == len(set(GAPS) - {ABOUT_A_PERSON})


def _headings(body: str) -> list[str]:
    return re.findall(r"(?m)^#{2,3} (.+)$", body)


@pytest.mark.parametrize("gap", [gap for gap in GAPS if gap != ABOUT_A_PERSON])
def test_a_gap_has_a_letter_and_a_question_to_parliament(gap: str) -> None:
    forms = {each.form for each in EVERY if each.gap == gap}
    assert forms == {"freedom_of_information", "question"}


@pytest.mark.parametrize("request_", LETTERS, ids=lambda each: f"{each.gap}-{each.body}")
def test_a_letter_names_the_law_of_its_body_and_no_other(request_: requests.Request) -> None:
    is_scottish = request_.body == "police-scotland"
    assert (SCOTTISH in request_.text) is is_scottish
    assert (BRITISH in request_.text) is not is_scottish


def test_whatever_police_forces_are_asked_police_scotland_can_be_asked_too() -> None:
    asked = {(each.gap, each.body) for each in EVERY}
    forces = {gap for gap, body in asked if body == "police-force"}
    assert forces == {gap for gap, body in asked if body == "police-scotland"} != set()


def test_every_row_for_freedom_of_information_has_a_smaller_request() -> None:
    forms = {row["body"]: row["form"] for row in table_schema.read(CONTENT / "en" / "bodies.csv")}
    for row in table_schema.read(CONTENT / "en" / "requests.csv"):
        is_letter = "freedom_of_information" in {forms[body] for body in row["bodies"].split()}
        assert bool(row["narrower"]) is is_letter, row["words"]


@pytest.mark.parametrize("request_", EVERY, ids=lambda each: f"{each.gap}-{each.body}")
def test_only_a_request_for_ones_own_records_is_about_a_person(request_: requests.Request) -> None:
    assert ("about me" in request_.text or "my details" in request_.text) is (
        request_.form == "subject_access"
    )


def test_a_request_is_whole_in_the_page_and_can_be_copied_by_a_button() -> None:
    html = unescape(requests.html("witnesses"))
    found = [each for each in EVERY if each.gap == "witnesses"]
    assert html.count("<pre>") == html.count("copy-button") == len(found) == 3
    assert all(each.text in html for each in found)


def test_requests_for_an_unknown_gap_are_refused_by_name() -> None:
    with pytest.raises(DataError, match="names requests for 'nothing'"):
        requests.html("nothing")


def test_the_page_on_gaps_holds_every_request() -> None:
    names = dict.fromkeys(re.findall(r"\{([\w:=+,-]+)\}", text_files.read("gaps").body), "1")
    html = content_pages.page("gaps", names).body
    assert html.count("<pre>") == len(EVERY)
