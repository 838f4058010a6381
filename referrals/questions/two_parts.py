"""A question in two parts: a number, and whether it grew.

Called by `reply`. Other questions stay whole: "men and women" is one question.
"""

from __future__ import annotations

from referrals.language import ENGLISH
from referrals.questions import parse, vocabulary
from referrals.questions.parse import Question
from referrals.questions.vocabulary import Role


def split(text: str, language: str = ENGLISH) -> tuple[str, ...]:
    """Return the parts of a question: itself, or the number and the change that it asks for.

    >>> split("How many women were referred, and has it grown?")
    ('How many women were referred', 'has it grown?')
    >>> split("How many men and women were referred?")
    ('How many men and women were referred?',)
    """
    text = text.strip()[: parse.LONGEST_QUESTION]
    for pattern in vocabulary.of(language).patterns["second_question"]:
        for found in pattern.finditer(text.lower()):
            parts = (text[: found.start()], text[found.end() :])
            first, second = (parse.question(part, language) for part in parts)
            if _asks_for_a_number(first) and _asks_only_for_change(second):
                return parts
            if _asks_for_a_number(second) and _asks_only_for_change(first):
                return parts[::-1]
    return (text,)


def _asks_for_a_number(question: Question) -> bool:
    has_measure = question.has(Role.COUNT) or question.is_share
    return has_measure and question.is_on_subject and not question.is_trend


def _asks_only_for_change(question: Question) -> bool:
    return question.is_trend and question.is_understood and not question.codes
