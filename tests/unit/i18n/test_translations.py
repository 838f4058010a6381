"""The translations of the repository: no fault, complete if offered, in the right language."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from referrals.errors import DataError
from referrals.i18n import languages, messages, translations
from referrals.i18n.messages import COUNT
from referrals.i18n.translating import commands, glossary
from referrals.language import ENGLISH, using

TRANSLATED = translations.languages()
OFFERED = [code for code in languages.languages() if code != ENGLISH]
PLURALS = sorted(
    key for key, message in messages.of(ENGLISH).own.items() if not isinstance(message, str)
)
FOR_LINGUA = {"zh-Hans": "zh"}
"""The code by which lingua knows a language, if that is another."""

LONG = 150
"""The characters from which a text is long enough to tell its language."""


@pytest.mark.parametrize("code", TRANSLATED)
def test_a_translation_has_no_fault(code: str) -> None:
    assert list(commands.faults(code)) == []


@pytest.mark.parametrize("code", OFFERED)
def test_a_language_that_readers_can_choose_has_the_whole_path(code: str) -> None:
    lacking = [f"{source.context}: {source.text[:60]}" for source in commands.incomplete(code)]
    assert lacking == []


@pytest.mark.parametrize("code", TRANSLATED)
def test_every_fixed_term_has_its_words(code: str) -> None:
    assert glossary.glossary(code).keys() == glossary.terms().keys()


@pytest.mark.parametrize("number", [0, 1, 2, 3, 5, 11, 100])
@pytest.mark.parametrize("code", TRANSLATED)
def test_every_message_that_counts_has_a_form_for_a_number(code: str, number: int) -> None:
    for key in PLURALS:
        message = messages.of(ENGLISH).own[key]
        assert not isinstance(message, str)
        names = set(re.findall(r"\{(\w+)\}", " ".join(message.values())))
        values = {**dict.fromkeys(names, "x"), message[COUNT]: number}
        with using(code):
            assert messages.text(key, **values)


@pytest.mark.slow
@pytest.mark.parametrize("code", TRANSLATED)
def test_a_detector_of_languages_recognises_every_page_and_all_messages(code: str) -> None:
    lingua = pytest.importorskip("lingua")
    detector = lingua.LanguageDetectorBuilder.from_all_languages().build()
    pages: dict[str, list[str]] = {}
    for entry in translations.catalogue(code).values():
        page = entry.context if entry.context.endswith(".md") else entry.context.partition(".")[0]
        pages.setdefault(page, []).append(plain(entry.forms[-1]))
    found = {
        page: detector.detect_language_of(" ".join(words)).iso_code_639_1.name.lower()
        for page, words in pages.items()
        if len(" ".join(words)) > LONG
    }
    assert len(found) > 10
    assert found == dict.fromkeys(found, FOR_LINGUA.get(code, code))


def plain(text: str) -> str:
    """Return a translation without links, citations and placeholders."""
    without_pieces = re.sub(r"\]\([^)]*\)|\[@[^\]]*\]|\{[^}]*\}", " ", text)
    return re.sub(r"[*\[\]“”\"()\d]", " ", without_pieces).strip()


@pytest.mark.parametrize("comment", ["draft by machine, 2026-02-30", "by machine", ""])
def test_an_entry_without_a_real_date_of_its_translation_is_refused(
    tmp_path: Path, comment: str
) -> None:
    path = tmp_path / "vi.po"
    path.write_text(
        f'# {comment}\nmsgctxt "layout.menu"\nmsgid "Menu"\nmsgstr "Thực đơn"\n', encoding="utf-8"
    )
    with pytest.raises(DataError, match="does not say who translated it and when"):
        translations.read(path)
