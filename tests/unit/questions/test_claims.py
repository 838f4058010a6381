"""Claims: the mark of each number of a text."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from typing import Any, cast

import pytest

from referrals.questions import claims, vocabulary
from referrals.questions.pieces import pieces
from referrals.release.release import Release

MARKS = {
    "237 Vietnamese victims were referred": ["supported"],
    "238 Vietnamese": ["contradicted"],
    "62%": ["supported"],
    "1,336": ["supported"],
    "1,337": ["not_published"],
    "one in three": ["supported"],
    "two thirds of victims are women": ["contradicted"],
    "62% of victims were men": ["wrong_share"],
    "62% of those whose sex was recorded were male": ["supported"],
    "84% of victims were modern slavery victims": ["wrong_share"],
    "32% of women were victims of modern slavery": ["wrong_share"],
    "about 800 modern slavery victims": ["rounded"],
    "780 modern slavery victims were referred": ["not_published"],
    "210 to 212 domestic abuse victims": ["supported"],
    "In 2022, 1,336 victims were referred": ["wrong_period"],
    "In 2022, about 800 modern slavery victims were referred": ["wrong_period"],
    "237 Vietnamese and Albanian victims were referred": ["not_published"],
    "1,336 witnesses were referred": ["not_published"],
    "237 Vietnamese victims in Leeds": ["not_published"],
    "more than half of victims were aged 20 to 39": ["supported"],
    "half of victims were aged 20 to 39": ["contradicted"],
    "At most 1,336 victims were referred": ["supported"],
    "Up to 1,335 victims were referred": ["contradicted"],
    "At least 1,336 victims were referred": ["supported"],
    "More than 1,336 victims were referred": ["contradicted"],
    "Fewer than 1,336 victims were referred": ["contradicted"],
    "More than 780 modern slavery victims were referred": ["not_published"],
    "More than 777 modern slavery victims were referred": ["supported"],
    "More than 786 modern slavery victims were referred": ["contradicted"],
    "İİİ 237 Vietnamese victims were referred": ["supported"],
    "425 of the 1,336 victims were women": ["supported", "supported"],
    "126,453 referrals by the police, of which 1.1% were victims": ["supported", "supported"],
    "95 nationalities": ["supported"],
    "The dog weighs 62 kg": ["off_subject"],
    "Victims were referred on 15 December 2021, see section 3.6.2, for £5 million.": [],
}


@pytest.mark.parametrize("text", MARKS)
def test_each_number_of_a_text_has_its_mark(warm: Release, text: str) -> None:
    assert [one.mark for one in claims.check(warm, text).checked] == MARKS[text]


QUOTATIONS = [
    (
        "Where the sex of the victim being referred was recorded, 62% (706) were male and 38% "
        "(425) were female."
    ),
    (
        "Three nationalities made up 38% of all victims of crime referred to NCCU by police: "
        "Vietnam (237); Albania (168); and China (109)."
    ),
    ("In modern slavery cases 210 were female and 447 male. Sex was not recorded in 16% of cases."),
]


@pytest.mark.parametrize("quotation", QUOTATIONS)
def test_the_words_of_the_source_are_supported(warm: Release, quotation: str) -> None:
    marks = [one.mark for one in claims.check(warm, quotation).on_subject]
    assert marks
    assert set(marks) == {"supported"}


def test_every_verdict_names_a_sentence(warm: Release) -> None:
    for text in MARKS:
        assert all(one.sentence for one in claims.check(warm, text).on_subject)


def test_a_number_that_fits_no_group_of_the_sentence_before_is_compared_with_its_own(
    warm: Release,
) -> None:
    text = "In domestic abuse cases 147 were female. 780 were male."
    _, males = claims.check(warm, text).checked
    assert males.mark == "contradicted"
    assert "706 victim referrals of males" in males.sentence


@pytest.mark.parametrize(("text", "has_more"), [("62% and 38%", False), ("62%, 38%, 16%", True)])
def test_a_text_has_more_numbers_if_one_was_not_checked(
    warm: Release, monkeypatch: pytest.MonkeyPatch, text: str, has_more: bool
) -> None:
    monkeypatch.setattr(claims, "MOST_NUMBERS", 2)
    found = claims.check(warm, text)
    assert (len(found.checked), found.has_more) == (2, has_more)


def test_only_the_first_characters_of_a_long_text_are_checked(
    warm: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(claims, "LONGEST_TEXT", 40)
    text = "237 Vietnamese victims were referred.   62%"
    assert [one.mention.text for one in claims.check(warm, text).checked] == ["237"]


@pytest.mark.parametrize(
    "text",
    [
        "1 2 3 4 5 6 7 8 9 ",
        pytest.param("62% ", marks=pytest.mark.slow),
        pytest.param("237 Vietnamese victims ", marks=pytest.mark.slow),
        "vicitms ",
    ],
)
def test_the_longest_text_takes_a_few_seconds_at_most(warm: Release, text: str) -> None:
    started = time.thread_time()
    found = claims.check(warm, text * claims.LONGEST_TEXT)
    assert time.thread_time() - started < 6
    assert len(found.checked) <= claims.MOST_NUMBERS


@pytest.mark.parametrize("number", ["9" * 5_000, "9" * 5_000 + " thirds", "1" + ",234" * 1_500])
def test_a_number_of_thousands_of_digits_is_left_out_and_the_others_are_checked(
    warm: Release, number: str
) -> None:
    text = f"{number} of victims were women. 237 Vietnamese victims were referred."
    assert [one.mark for one in claims.check(warm, text).checked] == ["supported"]


def test_a_number_after_a_letter_that_grows_in_lower_case_is_found_at_its_place(
    warm: Release,
) -> None:
    text = "İİİ 237 Vietnamese victims were referred"
    (checked,) = claims.check(warm, text).checked
    assert text[checked.mention.start : checked.mention.end] == "237"


def test_a_pattern_is_not_searched_again_after_every_match_of_another(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    searched: list[int] = []
    known = vocabulary.of("en")

    class Counted:
        def __init__(self, pattern: re.Pattern[str]) -> None:
            self.pattern = pattern

        def search(self, text: str, position: int = 0) -> re.Match[str] | None:
            searched.append(len(text) - position)
            return self.pattern.search(text, position)

    patterns = {name: [Counted(one) for one in each] for name, each in known.patterns.items()}
    monkeypatch.setattr(vocabulary, "of", lambda _: replace(known, patterns=cast("Any", patterns)))
    pieces("q1 " * 2_000)
    per_match = len(searched) / 2_000
    assert per_match < 3, "a pattern without a match is searched once, the matching one each time"


def test_nothing_that_a_reader_typed_is_kept() -> None:
    assert not hasattr(pieces, "cache_info")
