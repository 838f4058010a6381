"""Questions and pairs of questions that were written apart from the vocabulary, as data.

`tests/data/questions.csv` has question, expected_kind (figure, range, share, not_published or
off_subject), expected_value (`|` between alternatives), expected_statement and note.
`tests/data/question_pairs.csv` has the question, kind and value twice, ending in `_a` and `_b`:
two questions that differ in one word.
"""

from __future__ import annotations

import csv
import time
from collections.abc import Callable
from pathlib import Path
from statistics import quantiles

import pytest

from referrals.questions import claims
from referrals.questions import reply as replies
from referrals.questions.reply import ANSWERED, Reply
from referrals.release.release import Release

DATA = Path(__file__).parents[2] / "data"
FIGURE_KINDS = {"figure", "range", "share"}
LEAST_ANSWERED = 0.9
MOST_SECONDS = 0.05
"""The processor time in which 95 of 100 questions, or claims of one sentence, are answered."""

Row = dict[str, str]


def rows(name: str) -> list[Row]:
    """Return the rows of a file. A missing file fails the test."""
    with (DATA / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def is_wrong(row: Row, reply: Reply) -> bool:
    """Return whether a reply gives a figure that is not the expected one."""
    if not reply.figures:
        return False
    if row["expected_kind"] not in FIGURE_KINDS:
        return True
    shown = plain(" ".join(reply.figures))
    return not any(plain(value) in shown for value in row["expected_value"].split("|"))


def plain(text: str) -> str:
    return text.replace(",", "").replace("–", " to ").replace("-", " to ").lower()


def sides(pair: Row) -> tuple[Row, Row]:
    """Return both questions of a pair, each with the columns of a single one."""
    both = [
        {name.removesuffix(end): value for name, value in pair.items() if name.endswith(end)}
        for end in ("_a", "_b")
    ]
    return both[0], both[1]


def test_no_question_gets_a_wrong_figure(warm: Release) -> None:
    wrong = [
        (row["question"], reply.figures)
        for row in rows("questions.csv")
        if is_wrong(row, reply := replies.reply(warm, row["question"]))
    ]
    assert wrong == []


def test_at_least_nine_of_ten_answerable_questions_are_answered(warm: Release) -> None:
    answerable = [row for row in rows("questions.csv") if row["expected_kind"] in FIGURE_KINDS]
    missed = [
        row["question"]
        for row in answerable
        if replies.reply(warm, row["question"]).kind not in ANSWERED
    ]
    assert len(missed) <= (1 - LEAST_ANSWERED) * len(answerable), missed


def test_every_unanswerable_question_is_told_so(warm: Release) -> None:
    unanswerable = [
        row for row in rows("questions.csv") if row["expected_kind"] not in FIGURE_KINDS
    ]
    answers = [replies.reply(warm, row["question"]) for row in unanswerable]
    assert [answer.question.text for answer in answers if not answer.reasons] == []


def test_neither_question_of_a_pair_gets_the_answer_of_the_other(warm: Release) -> None:
    wrong = [
        (row["question"], reply.figures)
        for pair in rows("question_pairs.csv")
        for row in sides(pair)
        if is_wrong(row, reply := replies.reply(warm, row["question"]))
    ]
    assert wrong == []


@pytest.mark.parametrize("answer", [replies.reply, claims.check])
def test_a_question_or_claim_is_answered_in_a_twentieth_of_a_second(
    warm: Release, answer: Callable[[Release, str], object]
) -> None:
    """In processor time, so that other work on the machine does not count."""
    seconds = []
    for row in rows("questions.csv"):
        start = time.thread_time()
        answer(warm, row["question"])
        seconds.append(time.thread_time() - start)
    assert quantiles(seconds, n=100, method="inclusive")[94] < MOST_SECONDS
