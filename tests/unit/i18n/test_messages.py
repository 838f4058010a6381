"""The message catalogue: plural forms, placeholders, escaping, and what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from markupsafe import Markup

from referrals.errors import DataError
from referrals.i18n import messages
from referrals.i18n.languages import ENGLISH

ENGLISH_FILE = """
title = "About <us>"
range = "{lower} to {upper}"

[shown]
count = "n"
one = "{n} referral of {where}"
other = "{n} referrals of {where}"
"""

# Arabic has every CLDR plural form: zero, one, two, few (3 to 10), many (11 to 99) and other.
EVERY_FORM = """
[shown]
count = "n"
zero = "Z{n}"
one = "O{n}"
two = "T{n}"
few = "F{n}"
many = "M{n}"
other = "X{n}"
"""


@pytest.fixture
def locale(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of messages with English, beside which a test writes other languages."""
    (tmp_path / "en").mkdir()
    (tmp_path / "en" / "words.toml").write_text(ENGLISH_FILE, encoding="utf-8")
    monkeypatch.setattr(messages, "LOCALE", tmp_path)
    messages.of.cache_clear()
    yield tmp_path
    messages.of.cache_clear()


def write(locale: Path, language: str, text: str) -> None:
    (locale / language).mkdir()
    (locale / language / "words.toml").write_text(text, encoding="utf-8")


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
    write(locale, "ar", EVERY_FORM)
    assert messages.of("ar").text("words.shown", n=number) == expected


@pytest.mark.parametrize("number", [0, 1, 2, 3, 5, 11, 100])
def test_a_plural_form_that_a_language_leaves_out_is_the_other_form(
    locale: Path, number: int
) -> None:
    write(locale, "ar", '[shown]\ncount = "n"\nother = "X{n}"\n')
    assert messages.of("ar").text("words.shown", n=number) == f"X{number}"


@pytest.mark.parametrize(("number", "noun"), [(1, "referral"), (2, "referrals"), (11, "referrals")])
def test_a_plural_that_a_language_lacks_follows_the_rules_of_english(
    locale: Path, number: int, noun: str
) -> None:
    write(locale, "ar", 'title = "A"\n')
    assert messages.of("ar").text("words.shown", n=number, where="all") == f"{number} {noun} of all"


@pytest.mark.usefixtures("locale")
def test_a_key_that_english_lacks_is_an_error() -> None:
    with pytest.raises(KeyError, match=r"words\.nothing"):
        messages.text("words.nothing")


@pytest.mark.usefixtures("locale")
def test_a_placeholder_without_a_value_is_an_error() -> None:
    with pytest.raises(KeyError, match="upper"):
        messages.text("words.range", lower=1)


def test_a_key_that_only_another_language_has_is_refused_by_name(locale: Path) -> None:
    write(locale, "cy", 'teitl = "x"\n')
    with pytest.raises(DataError, match=r"data/locale/cy has messages .*: words\.teitl\."):
        messages.of("cy")


@pytest.mark.parametrize(
    "text",
    ['range = "{lower} i {high}"\n', '[shown]\ncount = "n"\nother = "{number}"\n'],
    ids=["message", "plural"],
)
def test_a_placeholder_that_english_lacks_is_refused(locale: Path, text: str) -> None:
    write(locale, "cy", text)
    with pytest.raises(DataError, match=r"placeholders that English does not have, in: words\."):
        messages.of("cy")


def test_a_language_may_leave_a_placeholder_out(locale: Path) -> None:
    write(locale, "cy", 'range = "hyd at {upper}"\n')
    assert messages.of("cy").text("words.range", lower=1, upper=2) == "hyd at 2"


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
    write(locale, "cy", text)
    with pytest.raises(
        DataError, match=r"words\.toml has a plural that cannot be used: words\.shown"
    ):
        messages.of("cy")


def test_a_message_that_falls_back_to_english_is_marked_as_english_in_html(locale: Path) -> None:
    write(locale, "cy", 'range = "{lower} i {upper}"\n')
    welsh = messages.of("cy")
    assert welsh.html("words.title") == '<span lang="en-GB" dir="ltr">About &lt;us&gt;</span>'
    assert welsh.html("words.range", lower=1, upper=2) == "1 i 2"
    assert welsh.text("words.title") == "About <us>"


@pytest.mark.usefixtures("locale")
def test_values_are_escaped_in_html_unless_they_are_markup() -> None:
    html = messages.html("words.range", lower="<b>", upper=Markup("<b>9</b>"))
    assert html == "&lt;b&gt; to <b>9</b>"
    assert isinstance(html, Markup)


def test_a_language_without_a_folder_is_in_english(locale: Path) -> None:
    assert locale.is_dir()
    assert messages.of("cy").text("words.title") == "About <us>"


def test_every_english_message_can_be_read() -> None:
    english = messages.of(ENGLISH)
    assert len(english.own) > 80
    assert english.own is english.english
