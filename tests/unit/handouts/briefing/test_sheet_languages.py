"""Sheets in other scripts: their letters, their direction, and numbers in their order."""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import outloud
import pdfua
import pikepdf
import pypdfium2
import pytest

from referrals.handouts.briefing import sheet_content, sheet_files, sheet_request
from referrals.handouts.briefing.sheet_request import Audience, SheetRequest
from referrals.i18n import languages
from referrals.release.catalogue import Served
from tests.unit.handouts.briefing.conftest import SITE

URDU, BENGALI, CHINESE = "ur", "bn", "zh-Hans"
OWN_FONT = {URDU: "NotoNaskhArabic", BENGALI: "NotoSansBengali", CHINESE: "NotoSansCJKsc"}
SPOKEN = {URDU: "ur", BENGALI: "bn", CHINESE: "zh-CN"}

MISTAKEN = {"TXT-004", "FIG-012"}
"""Rules of `outloud` made for Latin: a letter has one glyph, and language is written in Latin."""

in_each_script = pytest.mark.parametrize("language", [*OWN_FONT])


@pytest.fixture(scope="module")
def sheets(served: Served) -> dict[str, bytes]:
    """The sheet about one nationality in each language with a script of its own."""
    return {
        language: sheet_files.pdf(served, SheetRequest("VNM", language=language), SITE)
        for language in OWN_FONT
    }


class Letters:
    """The letters of a page where they are printed, whatever their order in the file."""

    def __init__(self, body: bytes) -> None:
        text = pypdfium2.PdfDocument(body)[0].get_textpage()
        rows: dict[int, list[tuple[float, str]]] = defaultdict(list)
        for place in range(text.count_chars()):
            left, bottom, _right, top = text.get_charbox(place, loose=True)
            letter = text.get_text_range(place, 1)
            middle = round((bottom + top) / 2)
            for near in range(middle - 2, middle + 3) if letter.strip() else ():
                rows[near].append((left, letter))
        self._rows = [sorted(row) for row in rows.values()]

    def left_of(self, text: str) -> float:
        """Return the left edge of a text that is printed from left to right, without its spaces."""
        wanted = text.replace(" ", "")
        for row in self._rows:
            place = "".join(letter for _, letter in row).find(wanted)
            if place >= 0:
                return row[place][0]
        raise AssertionError(f"{text} is on no line of the page")


def test_every_language_that_is_offered_has_sheets() -> None:
    assert sheet_request.offered_languages() == languages.languages()


@in_each_script
def test_a_sheet_is_one_page_with_the_font_of_its_script(
    language: str, sheets: dict[str, bytes]
) -> None:
    with pikepdf.open(io.BytesIO(sheets[language])) as pdf:
        (page,) = pdf.pages
        names = {
            str(font["/DescendantFonts"][0]["/FontDescriptor"]["/FontName"]).partition("+")[2]
            for font in page.Resources.Font.values()
        }
        assert str(pdf.Root.Lang) == SPOKEN[language]
    families = {name.partition("-")[0] for name in names}
    assert families == {OWN_FONT[language], "Roboto"}


@in_each_script
def test_no_letter_of_a_sheet_is_an_empty_box(language: str, sheets: dict[str, bytes]) -> None:
    """Glyph 0 of a font is the box of a letter that it lacks. A glyph has two bytes."""
    with pikepdf.open(io.BytesIO(sheets[language])) as pdf:
        drawn = list(shown(pdf.pages[0]))
    assert drawn
    for glyphs in drawn:
        assert b"\0\0" not in {glyphs[place : place + 2] for place in range(0, len(glyphs), 2)}


def shown(page: pikepdf.Page) -> Iterator[bytes]:
    """Yield each string that a page shows."""
    for instruction in pikepdf.parse_content_stream(page):
        if str(instruction.operator) not in {"Tj", "TJ"}:
            continue
        found: Any = instruction.operands[0]
        for part in found if isinstance(found, pikepdf.Array) else [found]:
            if isinstance(part, pikepdf.String):
                yield bytes(part)


@in_each_script
def test_checkers_of_accessibility_find_nothing(
    language: str, sheets: dict[str, bytes], tmp_path: Path
) -> None:
    path = tmp_path / "sheet.pdf"
    path.write_bytes(sheets[language])
    result = outloud.check(str(path))
    assert result.errors == 0
    assert {finding.rule for finding in result.findings} <= MISTAKEN
    assert [finding.message for finding in pdfua.validate(str(path)).findings] == []


def test_telephone_numbers_ranges_and_codes_stand_in_order_from_right_to_left(
    sheets: dict[str, bytes], served: Served
) -> None:
    letters = Letters(sheets[URDU])
    content = sheet_content.sheet(served, SheetRequest("VNM", language=URDU), SITE)
    for nation in content.help.nations:
        for line in nation.lines:
            assert letters.left_of(line.number) > 0
    for text in ("999", "2020-21", "1,336", "84%", "figures.example/ur/for-me"):
        assert letters.left_of(text) > 0
    # A range reads from right to left, as its words do: "42% to 43%".
    assert letters.left_of("43%") < letters.left_of("42%")


def test_an_urdu_sheet_is_mirrored_and_its_chart_is_not(sheets: dict[str, bytes]) -> None:
    urdu, bengali = Letters(sheets[URDU]), Letters(sheets[BENGALI])
    middle = 210 / 25.4 * 72 / 2
    assert urdu.left_of("168") > middle > bengali.left_of("168"), "the chart is at the start"
    assert urdu.left_of("109") < urdu.left_of("168"), "a longer bar ends further right"
    assert urdu.left_of("1,336") > middle
    assert urdu.left_of("84%") < urdu.left_of("38%"), "the last column is at the left"
    assert bengali.left_of("84%") > 0


@pytest.mark.slow
@in_each_script
def test_sheets_of_every_kind_are_set(language: str, served: Served) -> None:
    for code in ("", "VNM", "ERI"):
        for audience in Audience:
            for paper in sheet_request.papers(language):
                asked = SheetRequest(code, audience, language, paper=paper)
                assert sheet_files.pdf(served, asked, SITE)
