"""The message catalogue: plural forms, placeholders, escaping, and what is refused."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from markupsafe import Markup

from referrals.errors import DataError
from referrals.i18n import messages, translations
from referrals.language import ENGLISH, ISOLATE, POP_ISOLATE, using

ENGLISH_FILE = """
title = "About <us>"
range = "{lower} to {upper}"

[shown]
count = "n"
one = "{n} referral of {where}"
other = "{n} referrals of {where}"
"""

SHOWN = ("{n} referral of {where}", "{n} referrals of {where}")

# Arabic has every CLDR plural form: zero, one, two, few (3 to 10), many (11 to 99) and other.
EVERY_FORM = ("Z{n}", "O{n}", "T{n}", "F{n}", "M{n}", "X{n}")


@pytest.fixture
def locale(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of messages with English, beside which a test writes other languages."""
    (tmp_path / "en").mkdir()
    (tmp_path / "en" / "words.toml").write_text(ENGLISH_FILE, encoding="utf-8")
    for module in (messages, translations):
        monkeypatch.setattr(module, "LOCALE", tmp_path)
    forget()
    yield tmp_path
    forget()


def forget() -> None:
    messages.of.cache_clear()
    translations.catalogue.cache_clear()


def write(locale: Path, language: str, *entries: str) -> None:
    """Write the file of a language."""
    header = f'msgid ""\nmsgstr ""\n"Language: {language}\\n"\n'
    (locale / f"{language}.po").write_text("\n".join([header, *entries]), encoding="utf-8")


def entry(key: str, english: str | tuple[str, str], *forms: str, flag: str = "") -> str:
    """An entry of such a file."""
    one, other = (english, "") if isinstance(english, str) else english
    plural = [f"msgid_plural {json.dumps(other)}"] if other else []
    strings = [f"msgstr {json.dumps(forms[0])}"]
    if other:
        strings = [f"msgstr[{place}] {json.dumps(form)}" for place, form in enumerate(forms)]
    lines = ["# draft by machine, 2026-11-30", *([f"#, {flag}"] if flag else [])]
    lines += [f"msgctxt {json.dumps(key)}", f"msgid {json.dumps(one)}", *plural, *strings, ""]
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (0, "0 referrals of all"),
        (1, "1 referral of all"),
        (2, "2 referrals of all"),
        (3, "3 referrals of all"),
        (5, "5 referrals of all"),
        (11, "11 referrals of all"),
        (100, "100 referrals of all"),
        (1336, "1,336 referrals of all"),
    ],
)
@pytest.mark.usefixtures("locale")
def test_english_has_a_singular_and_a_plural(number: int, expected: str) -> None:
    assert messages.text("words.shown", n=number, where="all") == expected


@pytest.mark.parametrize(
    ("number", "expected"),
    [(0, "Z0"), (1, "O1"), (2, "T2"), (3, "F3"), (5, "F5"), (11, "M11"), (100, "X100")],
)
def test_a_language_with_six_plural_forms_gets_each_for_its_numbers(
    locale: Path, number: int, expected: str
) -> None:
    write(locale, "ar", entry("words.shown", SHOWN, *EVERY_FORM))
    assert messages.of("ar").text("words.shown", n=number) == expected


@pytest.mark.parametrize("number", [0, 1, 2, 3, 5, 11, 100])
def test_a_language_without_plurals_has_one_form_for_every_number(
    locale: Path, number: int
) -> None:
    write(locale, "vi", entry("words.shown", SHOWN, "X{n}"))
    assert messages.of("vi").text("words.shown", n=number) == f"X{number}"


@pytest.mark.parametrize(("number", "noun"), [(1, "referral"), (2, "referrals"), (11, "referrals")])
def test_a_plural_that_a_language_lacks_follows_the_rules_of_english(
    locale: Path, number: int, noun: str
) -> None:
    write(locale, "ar", entry("words.title", "About <us>", "A"))
    assert messages.of("ar").text("words.shown", n=number, where="all") == f"{number} {noun} of all"


def test_messages_and_their_numbers_follow_the_current_language(locale: Path) -> None:
    write(locale, "vi", entry("words.shown", SHOWN, "{n} V"))
    with using("vi"):
        assert messages.text("words.shown", n=1336) == "1.336 V"
    assert messages.text("words.shown", n=1336, where="all") == "1,336 referrals of all"


def test_threads_of_two_languages_never_get_each_others_messages(locale: Path) -> None:
    write(locale, "vi", entry("words.title", "About <us>", "V"))
    write(locale, "cy", entry("words.title", "About <us>", "C"))

    def read(code: str) -> set[str]:
        with using(code):
            return {messages.text("words.title") for _ in range(200)}

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(read, ["vi", "cy", "en"] * 8))
    assert found == [{"V"}, {"C"}, {"About <us>"}] * 8


@pytest.mark.usefixtures("locale")
def test_a_key_that_english_lacks_is_an_error() -> None:
    with pytest.raises(KeyError, match=r"words\.nothing"):
        messages.text("words.nothing")


@pytest.mark.usefixtures("locale")
def test_a_placeholder_without_a_value_is_an_error() -> None:
    with pytest.raises(KeyError, match="upper"):
        messages.text("words.range", lower=1)


@pytest.mark.parametrize(
    ("key", "english", "forms"),
    [
        ("words.range", "{lower} to {upper}", ("{lower} i {high}",)),
        ("words.shown", SHOWN, ("{number}", *EVERY_FORM[1:])),
    ],
    ids=["message", "plural"],
)
def test_a_placeholder_that_english_lacks_is_refused_with_file_and_key(
    locale: Path, key: str, english: str | tuple[str, str], forms: tuple[str, ...]
) -> None:
    write(locale, "ar", entry(key, english, *forms))
    with pytest.raises(DataError, match=rf"data/locale/ar\.po: {key} uses (high|number)"):
        messages.of("ar")


def test_a_plural_that_lacks_a_form_is_refused_with_file_and_key(locale: Path) -> None:
    write(locale, "ar", entry("words.shown", SHOWN, "a", "b"))
    with pytest.raises(DataError, match=r"data/locale/ar\.po: words\.shown does not have 6 forms"):
        messages.of("ar")


@pytest.mark.parametrize(
    "text",
    [
        '[shown]\ncount = "n"\none = "x"\n',
        '[shown]\ncount = "n"\nother = "x"\nseveral = "y"\n',
        '[shown]\ncount = "n"\nother = 1\n',
    ],
    ids=["no other form", "unknown form", "not text"],
)
def test_a_plural_that_cannot_be_used_is_refused_by_name(locale: Path, text: str) -> None:
    (locale / "en" / "words.toml").write_text(text, encoding="utf-8")
    with pytest.raises(
        DataError, match=r"words\.toml has a plural that cannot be used: words\.shown"
    ):
        messages.of(ENGLISH)


def test_a_message_that_falls_back_to_english_is_marked_as_english(locale: Path) -> None:
    write(locale, "cy", entry("words.range", "{lower} to {upper}", "{lower} i {upper}"))
    with using("cy"):
        assert messages.html("words.title") == f"{ISOLATE}About &lt;us&gt;{POP_ISOLATE}"
        assert messages.text("words.title") == f"{ISOLATE}About <us>{POP_ISOLATE}"
        assert messages.html("words.range", lower=1, upper=2) == "1 i 2"


@pytest.mark.parametrize(
    "written",
    [
        entry("words.title", "About <them>", "C"),
        entry("words.title", "About <us>", "C", flag="fuzzy"),
    ],
    ids=["of another English", "marked as outdated"],
)
def test_a_translation_of_an_older_english_is_not_shown(locale: Path, written: str) -> None:
    write(locale, "cy", written)
    with using("cy"):
        assert messages.text("words.title") == f"{ISOLATE}About <us>{POP_ISOLATE}"


def test_an_entry_without_its_translator_is_refused_by_name(locale: Path) -> None:
    anonymous = entry("words.title", "About <us>", "C").partition("\n")[2]
    write(locale, "cy", anonymous)
    with pytest.raises(DataError, match=r"cy\.po: the entry 'words\.title' .* does not say who"):
        messages.of("cy")


@pytest.mark.usefixtures("locale")
def test_values_are_escaped_in_html_unless_they_are_markup() -> None:
    html = messages.html("words.range", lower="<b>", upper=Markup("<b>9</b>"))
    assert html == "&lt;b&gt; to <b>9</b>"
    assert isinstance(html, Markup)


@pytest.mark.usefixtures("locale")
def test_a_language_without_a_file_is_in_english() -> None:
    assert messages.of("cy").text("words.title") == "About <us>"


def test_every_english_message_can_be_read() -> None:
    english = messages.of(ENGLISH)
    assert len(english.own) > 80
    assert english.own is english.english


def test_numbers_and_codes_keep_their_order_in_a_message_from_right_to_left(locale: Path) -> None:
    write(locale, "ar", entry("words.range", "{lower} to {upper}", "{lower}: {upper}"))
    words = "إلى 3"
    with using("ar"):
        numbers = messages.text("words.range", lower="42%", upper="2020-21")
        others = messages.text("words.range", lower=words, upper=Markup("<b>1</b>"))
    assert numbers == f"{ISOLATE}42%{POP_ISOLATE}: {ISOLATE}2020-21{POP_ISOLATE}"
    assert others == f"{words}: <b>1</b>", "words from right to left need no isolate"


def test_a_number_in_a_message_from_left_to_right_has_no_isolate(locale: Path) -> None:
    write(locale, "cy", entry("words.range", "{lower} to {upper}", "{lower} i {upper}"))
    with using("cy"):
        assert messages.text("words.range", lower="42%", upper="43%") == "42% i 43%"
