"""The process-wide cache: how often a result is computed, by whom, and how many are kept."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from referrals.caching import cached
from referrals.language import current, using


@dataclass
class Book:
    """An argument that cannot be hashed; its number can."""

    number: int


def test_a_result_is_computed_once_for_the_same_argument() -> None:
    computed: list[str] = []

    @cached(4, {})
    def answer(question: str) -> str:
        computed.append(question)
        return question.upper()

    assert [answer("a"), answer("b"), answer("a")] == ["A", "B", "A"]
    assert computed == ["a", "b"]


def test_an_argument_is_cached_by_the_key_of_its_type() -> None:
    @cached(4, {Book: lambda book: book.number})
    def answer(book: Book) -> Book:
        return book

    first = Book(1)
    assert answer(first) is answer(Book(1)) is first
    assert answer(Book(2)) is not first


def test_a_result_of_none_is_cached_too() -> None:
    computed: list[int] = []

    @cached(4, {})
    def answer(question: int) -> None:
        computed.append(question)

    answer(1)
    answer(1)
    assert computed == [1]


def test_the_least_recently_used_result_is_evicted_first() -> None:
    computed: list[int] = []

    @cached(2, {})
    def answer(question: int) -> int:
        computed.append(question)
        return question

    for question in (1, 2, 1, 3, 1, 2):
        answer(question)
    assert computed == [1, 2, 3, 2]


def test_threads_that_miss_the_same_entry_wait_for_one_computation() -> None:
    computed: list[int] = []
    begun = threading.Event()

    @cached(2, {})
    def answer(question: int) -> int:
        computed.append(question)
        begun.wait(0.05)
        return question

    readers = [threading.Thread(target=answer, args=(7,)) for _ in range(8)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    assert computed == [7]


def test_a_computation_that_failed_is_tried_again() -> None:
    attempts: list[int] = []

    @cached(2, {})
    def answer(question: int) -> int:
        attempts.append(question)
        return 1 // (len(attempts) - 1)

    for _ in range(2):
        try:
            result = answer(0)
        except ZeroDivisionError:
            result = -1
    assert (attempts, result) == ([0, 0], 1)


@given(questions=st.lists(st.integers(0, 9)), entries=st.integers(1, 4))
def test_a_cache_never_holds_more_than_its_entries_and_every_result_is_right(
    questions: list[int], entries: int
) -> None:
    alive: set[int] = set()

    class Answer:
        def __init__(self, question: int) -> None:
            self.question = question
            alive.add(id(self))

        def __del__(self) -> None:
            alive.discard(id(self))

    answer = cached(entries, {})(Answer)
    assert [answer(question).question for question in questions] == questions
    assert len(alive) <= entries


def test_a_result_with_separate_entries_is_never_evicted_by_the_others() -> None:
    computed: list[int] = []

    @cached(2, {}, separate=lambda question: question < 2)
    def answer(question: int) -> int:
        computed.append(question)
        return question

    for question in (0, 1, *range(10, 30), 0, 1, 28, 29):
        answer(question)
    assert computed == [0, 1, *range(10, 30)]


def test_one_entry_is_computed_at_a_time_and_a_cached_one_waits_for_nobody() -> None:
    running, most = 0, 0
    begun, finish = threading.Event(), threading.Event()

    @cached(8, {})
    def slow(question: int) -> int:
        nonlocal running, most
        running += 1
        most = max(most, running)
        begun.set()
        finish.wait(30)
        running -= 1
        return question

    @cached(8, {})
    def quick(question: int) -> int:
        return question

    quick(0)
    readers = [threading.Thread(target=slow, args=(number,)) for number in range(4)]
    for reader in readers:
        reader.start()
    begun.wait(30)
    assert quick(0) == 0, "found in the cache while four threads wait for one another"
    finish.set()
    for reader in readers:
        reader.join(30)
    assert most == 1


def test_a_cached_function_can_call_another() -> None:
    @cached(2, {})
    def part(question: int) -> int:
        return question + 1

    @cached(2, {})
    def whole(question: int) -> int:
        return part(question) * 2

    assert whole(3) == 8


def test_another_language_gets_its_own_result_and_evicts_no_english_one() -> None:
    computed: list[str] = []

    @cached(2, {})
    def answer(question: int) -> str:
        computed.append(f"{current()} {question}")
        return computed[-1]

    english = [answer(0), answer(1)]
    for code in ("vi", "ur", "cy"):
        with using(code):
            assert [answer(0), answer(1)] == [f"{code} 0", f"{code} 1"]
    assert [answer(0), answer(1)] == english == ["en 0", "en 1"]
    assert len(computed) == 8, "an English result was computed again"


def test_all_other_languages_share_as_many_entries_as_english_has() -> None:
    computed: list[str] = []

    @cached(2, {})
    def answer(question: int) -> str:
        computed.append(f"{current()} {question}")
        return computed[-1]

    for code in ("vi", "ur", "cy", "vi"):
        with using(code):
            answer(0)
    assert computed == ["vi 0", "ur 0", "cy 0", "vi 0"]
