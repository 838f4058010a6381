"""The fonts of languages: named wherever letters of the language are drawn."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from deploy import font_subsets
from referrals import language_fonts
from referrals.i18n import languages, translations
from referrals.language import script_of
from referrals.paths import ROOT

PUNCTUATION = "–—‘’“”…\u2066\u2069"
"""The signs that Roboto has."""

FAMILY = re.compile(r"@font-face \{\s*font-family: '([^']+)'")


def families() -> set[str]:
    """The families that the stylesheets of languages have."""
    return {
        name
        for path in language_fonts.FOLDER.glob("*.css")
        for name in FAMILY.findall(path.read_text(encoding="utf-8"))
    }


@pytest.mark.parametrize("option", ["font", "headingFont"])
def test_buttons_and_lists_of_streamlit_have_the_fonts_of_every_language(option: str) -> None:
    config = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    named = {name.strip(" '") for name in config["theme"][option].split(",")}
    assert families() == {"Urdu", "Bengali"}
    assert families() <= named


def test_the_name_of_a_language_has_the_font_of_its_letters_on_every_page() -> None:
    rules = language_fonts.names_stylesheet("/lite/fonts/", ("vi", "ur", "bn"))
    assert rules.count("@font-face") == 2
    assert "url(/lite/fonts/NotoSansBengali-Regular." in rules
    assert ".vr-languages [lang='bn'] { font-family: 'Bengali', var(--vr-font); }" in rules
    assert "unicode-range: U+0600-06FF" in rules
    assert ":root" not in rules


FONTS = language_fonts.drawn_files()


@pytest.mark.parametrize("path", FONTS, ids=lambda path: path.stem)
def test_a_font_has_every_letter_that_it_is_made_for(path: Path) -> None:
    (wanted,) = [each for each in font_subsets.subsets() if each.name == path.stem]
    with TTFont(path, lazy=True) as font:
        missing = set(map(ord, wanted.characters)) - font.getBestCmap().keys()
    assigned = {code for code in missing if unicodedata.category(chr(code)) != "Cn"}
    assert not assigned, "make fonts"


def test_the_fonts_have_every_letter_of_our_translations() -> None:
    letters = {wanted.name: set(wanted.characters) for wanted in font_subsets.subsets()}
    of_script = {"Arab": "NotoNaskhArabic", "Beng": "NotoSansBengali", "Hans": "NotoSansSC"}
    for language in languages.languages():
        script = script_of(language)
        if script == "Latn":
            continue
        entries = translations.catalogue(language).values()
        used = {letter for entry in entries for form in entry.forms for letter in form}
        beyond_latin = {letter for letter in used if letter > "\u0500"} - set(PUNCTUATION)
        assert beyond_latin <= letters[f"{of_script[script]}-Regular"]


def test_the_folder_has_the_licence_of_its_fonts() -> None:
    licence = (language_fonts.FOLDER / "OFL.txt").read_text(encoding="utf-8")
    assert "SIL OPEN FONT LICENSE Version 1.1" in licence
    assert all(family in licence for family in language_fonts.FAMILIES.values())
