"""What is made once and kept: for how long, for how many, and how often it is made."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from referrals.caching import kept


@dataclass
class Book:
    """Something that cannot be looked up by itself: it has an id that can."""

    number: int


def test_the_same_question_is_answered_once() -> None:
    made: list[str] = []

    @kept(4, {})
    def answer(question: str) -> str:
        made.append(question)
        return question.upper()

    assert [answer("a"), answer("b"), answer("a")] == ["A", "B", "A"]
    assert made == ["a", "b"]


def test_what_tells_arguments_apart_is_what_is_said() -> None:
    @kept(4, {Book: lambda book: book.number})
    def answer(book: Book) -> Book:
        return book

    first = Book(1)
    assert answer(first) is answer(Book(1)) is first
    assert answer(Book(2)) is not first


def test_what_was_asked_for_longest_ago_is_forgotten_first() -> None:
    made: list[int] = []

    @kept(2, {})
    def answer(question: int) -> int:
        made.append(question)
        return question

    for question in (1, 2, 1, 3, 1, 2):
        answer(question)
    assert made == [1, 2, 3, 2]


def test_two_who_ask_at_once_wait_for_one_making() -> None:
    made: list[int] = []
    begun = threading.Event()

    @kept(2, {})
    def answer(question: int) -> int:
        made.append(question)
        begun.wait(0.05)
        return question

    readers = [threading.Thread(target=answer, args=(7,)) for _ in range(8)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    assert made == [7]


def test_what_cannot_be_made_is_tried_again() -> None:
    tries: list[int] = []

    @kept(2, {})
    def answer(question: int) -> int:
        tries.append(question)
        return 1 // (len(tries) - 1)

    for _ in range(2):
        try:
            told = answer(0)
        except ZeroDivisionError:
            told = -1
    assert (tries, told) == ([0, 0], 1)


@given(questions=st.lists(st.integers(0, 9)), room=st.integers(1, 4))
def test_no_more_is_kept_than_there_is_room_for_and_every_answer_is_right(
    questions: list[int], room: int
) -> None:
    kept_now: set[int] = set()

    class Answer:
        def __init__(self, question: int) -> None:
            self.question = question
            kept_now.add(id(self))

        def __del__(self) -> None:
            kept_now.discard(id(self))

    answer = kept(room, {})(Answer)
    assert [answer(question).question for question in questions] == questions
    assert len(kept_now) <= room


def test_what_is_set_apart_is_never_forgotten_for_anything_else() -> None:
    made: list[int] = []

    @kept(2, {}, apart=lambda question: question < 2)
    def answer(question: int) -> int:
        made.append(question)
        return question

    for question in (0, 1, *range(10, 30), 0, 1, 28, 29):
        answer(question)
    assert made == [0, 1, *range(10, 30)]


def test_one_thing_is_made_at_a_time_and_what_is_kept_waits_for_nobody() -> None:
    at_work, most = 0, 0
    begun, finish = threading.Event(), threading.Event()

    @kept(8, {})
    def slow(question: int) -> int:
        nonlocal at_work, most
        at_work += 1
        most = max(most, at_work)
        begun.set()
        finish.wait(30)
        at_work -= 1
        return question

    @kept(8, {})
    def quick(question: int) -> int:
        return question

    quick(0)
    readers = [threading.Thread(target=slow, args=(number,)) for number in range(4)]
    for reader in readers:
        reader.start()
    begun.wait(30)
    assert quick(0) == 0, "looked up, while four others wait for one another"
    finish.set()
    for reader in readers:
        reader.join(30)
    assert most == 1


def test_what_is_made_can_ask_for_more_that_is_made() -> None:
    @kept(2, {})
    def part(question: int) -> int:
        return question + 1

    @kept(2, {})
    def whole(question: int) -> int:
        return part(question) * 2

    assert whole(3) == 8
