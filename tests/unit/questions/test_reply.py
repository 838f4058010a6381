"""Questions: the figures of those that can be answered, and none for any other."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referrals.questions import parse, vocabulary
from referrals.questions import reply as replies
from referrals.questions.reply import ANSWERED, Verdict
from referrals.questions.vocabulary import Role
from referrals.release.release import Release

FIGURES = {
    "how many victims of crime were referred between April 2020 and March 2021?": "1,336",
    "female victims": "425",
    "How many women were victims of domestic abuse?": "147",
    "how many males were referred for modern slavery": "447",
    "How many Vietnamese?": "237",
    "victims from Viet Nam, 2020-21": "237",
    "how many under-18s were referred": "145",
    "how many people aged 20 to 39 were referred": "at least 669",
    "how many victims of modern slavery were there": "778 to 786",
    "how many victims had no sex recorded": "194 to 205",
    "how many from Vietnam, Albania and China together": "514",
    "how many different nationalities were there": "95",
    "what share are children": "11%",
    "what percentage of victims were male": "62%",
    "what share of modern slavery victims were women": "32%",
    "what share of women were victims of modern slavery": "49%",
    "are most victims of domestic abuse women?": "77%",
    "what proportion of all police referrals were about victims": "1.1%",
    "two thirds of victims are women?": "38%",
    "how many vicitms of domestc abuse": "210 to 212",
    "which nationality had the most victims": "237",
    "were more men than women referred": "706",
}

IN_TWO_PARTS = {
    "How many women were referred, and has it grown?": "425",
    "How many women were referred? Has the number grown?": "425",
    "has it grown, and how many women were referred?": "425",
    "what share were women and did it go up": "38%",
    "how many women from Albania were referred for modern slavery, and has it grown?": "",
}

WITHOUT_FIGURE = [
    "how many women from Albania were referred for modern slavery?",
    "victims 2022",
    "has it grown",
    "how many victims were referred since 2020",
    "how many witnesses were referred",
    "how many offenders from Vietnam",
    "how many victims in London",
    "how many victims did the Met Police refer",
    "how many women in Vietnam",
    "how many Vietnamese from China",
    "how many victims of men",
    "how many were not women",
    "how many non-Vietnamese victims",
    "how many victims excluding modern slavery",
    "how many women and children",
    "how many girls",
    "how many victims under 16",
    "how many adults",
    "how many trafficking victims",
    "how many were deported",
    "how many Nigerians",
    "how many from Congo",
    "how many Vietnamese women",
    "how many police officers are women",
    "how many police were victims",
    "how many victims were referred to the police",
    "who refers victims?",
    "what share of women were referred",
    "share of female modern slavery victims",
    "average age of victims",
    "how many deferred victims",
    "how many Vietnamese restaurants",
    "what is the weather",
]


@pytest.mark.parametrize("question", FIGURES)
def test_a_question_gets_its_published_figure(warm: Release, question: str) -> None:
    found = replies.reply(warm, question)
    assert found.kind in ANSWERED
    assert FIGURES[question] == found.figures[0]
    assert found.lines[0].number_id


@pytest.mark.parametrize("question", WITHOUT_FIGURE)
def test_a_question_beyond_the_published_figures_gets_none(warm: Release, question: str) -> None:
    found = replies.reply(warm, question)
    assert found.kind not in ANSWERED
    assert found.figures == ()
    assert found.reasons or found.number_ids


def test_the_nearest_figures_are_those_of_the_smallest_groups_that_hold_the_whole_group(
    warm: Release,
) -> None:
    found = replies.reply(warm, "how many women from Albania were referred for modern slavery?")
    assert [line.figure for line in found.nearest] == ["210", "430 to 434", "168"]


@pytest.mark.parametrize("typed", ["Nigeri", "Austrlia", "Irann", "womn", "mail", "deferred"])
def test_a_word_that_could_be_misspelt_in_two_ways_or_is_short_is_left_alone(typed: str) -> None:
    assert parse.question(f"how many {typed}").corrections == ()


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz", min_size=4, max_size=12))
def test_a_question_with_an_unknown_word_never_gets_a_figure(warm: Release, word: str) -> None:
    found = replies.reply(warm, f"how many women {word} were referred")
    is_unknown = any(piece.role is Role.UNKNOWN for piece in found.question.pieces)
    assert not (is_unknown and found.figures)


def test_a_question_with_any_restricting_phrase_gets_no_figure(warm: Release) -> None:
    phrases = [
        " ".join(words)
        for words, meaning in vocabulary.of().phrases.items()
        if meaning.role in {Role.RESTRICTION, Role.NEGATION}
    ]
    answered = [
        phrase
        for phrase in phrases
        if replies.reply(warm, f"how many women {phrase} were referred").figures
    ]
    assert len(phrases) > 500
    assert answered == []


def test_every_reason_has_a_sentence_and_every_topic_a_statement(warm: Release) -> None:
    reasons = {
        meaning.value
        for meaning in vocabulary.of().phrases.values()
        if meaning.role is Role.RESTRICTION
    }
    for reason in reasons:
        assert replies._reason(warm, parse.Restriction("word", reason))


def test_a_reply_takes_less_than_50_ms_of_processor_in_95_of_100_questions(warm: Release) -> None:
    taken = []
    for question in [*FIGURES, *WITHOUT_FIGURE]:
        started = time.thread_time()
        replies.reply(warm, question)
        taken.append(time.thread_time() - started)
    assert sorted(taken)[int(0.95 * len(taken))] < 0.05


def test_a_question_is_off_subject_only_if_no_word_of_it_is_on_it(warm: Release) -> None:
    assert replies.reply(warm, "how do I bake bread").kind is Verdict.OFF_SUBJECT
    assert replies.reply(warm, "how many bakers were referred").kind is Verdict.NOT_UNDERSTOOD


@pytest.mark.parametrize(("question", "figure"), IN_TWO_PARTS.items())
def test_each_part_of_a_question_in_two_parts_has_its_own_reply(
    warm: Release, question: str, figure: str
) -> None:
    found = replies.reply(warm, question)
    assert found.figures[:1] == ((figure,) if figure else ())
    assert found.lines or found.nearest, "a figure, or the nearest published ones"
    assert found.second is not None
    assert found.second.kind is Verdict.NOT_PUBLISHED
    assert found.second.number_ids == ("E010",)


def test_a_question_on_two_groups_is_one_question(warm: Release) -> None:
    assert replies.reply(warm, "how many men and women were referred").second is None
