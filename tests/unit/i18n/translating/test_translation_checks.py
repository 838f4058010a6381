"""The checks of a translation, each of which has a fault that it finds."""

from __future__ import annotations

import pytest

from referrals.i18n.translating.translatable import Place, Source
from referrals.i18n.translating.translation_checks import problems

WORDS = {"police": ("cảnh sát",), "victim referral": ("lượt chuyển",), "victim": ("nạn nhân",)}


def message(english: str, plural: str = "", *, may_equal: bool = False) -> Source:
    forms = (english, plural) if plural else (english,)
    count = "n" if plural else ""
    return Source(
        Place.MESSAGE, "words.key", forms, "messages.toml", count=count, may_equal=may_equal
    )


@pytest.mark.parametrize(
    ("english", "translation", "says"),
    [
        ("{lower} to {upper}", "{lower} đến {uper}", "The placeholder {upper} of the English"),
        ("{lower} to {upper}", "{lower} đến {uper}", "The placeholder {uper} is not in the"),
        ("Read [this](/age)", "Đọc [trang này](/sex)", "The link /age of the English is missing"),
        ("It holds [@sbs-2025]", "Có giữ", "The citation [@sbs-2025] of the English is missing"),
        ("In 2021 it was 43%", "Khi đó là 43%", "The number 2021 of the English is missing"),
        ("**One** year", "Một năm", "The English has 2 marks ** and this has 0"),
        ("Two lines\nhere", "Hai dòng ở đây", "It does not have as many lines"),
        ("and more ", "và nữa", "A space at the end was added or lost"),
        ("One year", "<b>Một</b> năm", "It has an HTML tag"),
        ("One year", "Một \u200fnăm", "It has a control character for the direction of text"),
        ("One year", "One year", "It is the same as the English"),
        ("One year", " ", "It is empty"),
        (
            "The police may say no.",
            "Công an có thể từ chối.",
            "“police” must be translated as “cảnh",
        ),
        ("A victim referral", "Một nạn nhân", "“victim referral” must be translated"),
        (
            "This sentence is long enough to have a usual length.",
            "Câu này.",
            "times as long as the English",
        ),
    ],
)
def test_a_fault_is_found_and_named(english: str, translation: str, says: str) -> None:
    found = problems(message(english), [translation], "vi", WORDS)
    assert any(says in problem for problem in found), found


@pytest.mark.parametrize(
    ("english", "translation"),
    [
        ("{lower} to {upper}", "từ {lower} đến {upper}"),
        ("It was 126,453 in 2021", "Năm 2021 là 126.453"),
        ("A victim referral by the police", "Một lượt chuyển của Cảnh sát"),
        ("Several victims", "Nhiều nạn nhân"),
        ("{n}: {m}", "{n}: {m}"),
    ],
)
def test_a_right_translation_has_no_fault(english: str, translation: str) -> None:
    assert problems(message(english), [translation], "vi", WORDS) == []


def test_a_message_that_may_equal_english_can_be_the_same() -> None:
    assert problems(message("XLSX and ODS", may_equal=True), ["XLSX and ODS"], "vi", {}) == []


@pytest.mark.parametrize(
    ("language", "forms", "says"),
    [
        ("vi", ["{n} số", "{n} số"], "It has 2 forms, and needs 1: other."),
        ("sq", ["një numër", "disa numra"], "The form 'other': The placeholder {n}"),
        ("cy", ["{n}"] * 5, "It has 5 forms, and needs 6: zero, one, two, few, many, other."),
    ],
)
def test_the_plural_forms_of_a_language_are_counted_and_checked(
    language: str, forms: list[str], says: str
) -> None:
    source = message("{n} number", "{n} numbers")
    assert any(says in problem for problem in problems(source, forms, language, {}))


def test_a_form_for_one_may_leave_its_number_out() -> None:
    source = message("{n} number", "{n} numbers")
    assert problems(source, ["një numër", "{n} numra"], "sq", {}) == []


def test_a_translation_into_another_script_has_its_letters() -> None:
    source = message("This sentence is long enough to check.")
    found = problems(source, ["Yeh jumla kaafi lamba hai."], "ur", {})
    assert found == ["It has no letter of the language's script."]
