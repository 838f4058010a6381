"""Sheets as files: one tagged page, the same bytes each time, or a clear refusal."""

from __future__ import annotations

import io
import itertools
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import outloud
import pdfua
import pikepdf
import pypdfium2
import pytest
import zxingcpp

from referrals.errors import DataError
from referrals.handouts import typesetting
from referrals.handouts.briefing import sheet_content, sheet_files, sheet_request
from referrals.handouts.briefing.sheet_request import PAPERS, Audience, SheetRequest
from referrals.language import ISOLATE, POP_ISOLATE
from referrals.reference import helplines
from referrals.release.catalogue import Served
from tests.unit.handouts.briefing.conftest import SITE, Finished

KINDS = ["printed", "everyone", "unprinted", "invented"]
POINTS_PER_MM = 72 / 25.4
ROUNDING = 0.01
LONG_WORD = "Opferverweisungsmeldungenstatistik" * 3
LONG_ROW = (LONG_WORD, "1", "1%", "1%")


@pytest.fixture(params=KINDS)
def sheet(request: pytest.FixtureRequest, finished: dict[str, Finished]) -> Finished:
    return finished[request.param]


def test_a_sheet_is_one_page_of_its_paper(sheet: Finished) -> None:
    assert sheet.pages == 1
    paper = PAPERS[sheet.request.paper]
    size = pypdfium2.PdfDocument(sheet.body)[0].get_size()
    expected = (paper.width * POINTS_PER_MM, paper.height * POINTS_PER_MM)
    assert size == pytest.approx(expected, abs=ROUNDING)


def test_the_text_of_the_file_has_every_sentence_number_and_help_line(
    sheet: Finished, served: Served
) -> None:
    content = sheet_content.sheet(served, sheet.request, SITE)
    for sentence in content.sentences:
        assert " ".join(sentence.split()) in sheet.text
    for bar in content.chart.bars:
        assert bar.shown in sheet.text
    for row in content.table.rows if content.table else ():
        assert " ".join(row[1:]) in sheet.text
    for nation in content.help.nations:
        assert all(line.number in sheet.text for line in nation.lines)
    assert "Call 999, the police" in sheet.text
    assert content.foot[0] in sheet.text


def test_invented_figures_are_marked_above_by_and_below_the_figures(
    finished: dict[str, Finished],
) -> None:
    mark = "Worked example: invented figures, do not quote"
    assert finished["invented"].text.count(mark) >= 4
    assert all(mark not in finished[name].text for name in KINDS if name != "invented")


def test_the_file_has_title_language_date_and_its_own_fonts(sheet: Finished) -> None:
    with pikepdf.open(io.BytesIO(sheet.body)) as pdf:
        assert str(pdf.Root.Lang) == "en-GB"
        assert bool(pdf.Root.MarkInfo.Marked)
        dated = "20261129" if sheet.request.release else "20211215"
        assert str(pdf.docinfo.CreationDate).startswith(f"D:{dated}")
        fonts = pdf.pages[0].Resources.Font
        described = [
            fonts[name]["/DescendantFonts"][0]["/FontDescriptor"] for name in map(str, fonts)
        ]
        assert described
        assert all(any(str(key).startswith("/FontFile") for key in font) for font in described)
        names = {str(font["/FontName"]) for font in described}
        assert {name.partition("+")[2].partition("-")[0] for name in names} == {"Roboto"}


def test_the_chart_is_a_figure_with_its_alternative_text(sheet: Finished, served: Served) -> None:
    content = sheet_content.sheet(served, sheet.request, SITE)
    with pikepdf.open(io.BytesIO(sheet.body)) as pdf:
        found = {
            str(each.Alt)
            for each in pdf.objects
            if isinstance(each, pikepdf.Dictionary) and each.get("/S") == "/Figure"
        }
    assert content.link is not None
    assert found == {content.chart.alternative, content.link.alternative}


@pytest.mark.parametrize("kind", ["printed", "invented"])
def test_accessibility_checkers_find_nothing(
    kind: str, finished: dict[str, Finished], tmp_path: Path
) -> None:
    path = tmp_path / "sheet.pdf"
    path.write_bytes(finished[kind].body)
    result = outloud.check(str(path))
    assert (result.verdict, result.errors, result.warnings) == ("pass", 0, 0)
    assert [finding.message for finding in pdfua.validate(str(path)).findings] == []


def test_a_checker_would_find_a_file_without_tags(tmp_path: Path) -> None:
    path = tmp_path / "bare.pdf"
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.save(path)
    assert outloud.check(str(path)).errors > 0
    assert pdfua.validate(str(path)).findings


def test_the_code_reads_as_the_address_that_is_printed_beside_it(
    sheet: Finished, served: Served
) -> None:
    page = pypdfium2.PdfDocument(sheet.body)[0]
    (code,) = zxingcpp.read_barcodes(page.render(scale=2).to_pil())
    link = sheet_content.sheet(served, sheet.request, SITE).link
    assert link is not None
    assert code.text == link.address
    assert code.text.startswith(f"{SITE}/")
    assert link.shown in sheet.text


def test_the_code_of_the_source_is_large_enough_to_read(served: Served) -> None:
    """Its address has 187 letters. 200 dots an inch are those of a poor printer."""
    body = sheet_files.pdf(served, SheetRequest("VNM"))
    (code,) = zxingcpp.read_barcodes(pypdfium2.PdfDocument(body)[0].render(scale=200 / 72).to_pil())
    assert code.text.startswith("https://www.gov.uk/government/publications/review-of-data-sharing")


def test_the_same_sheet_has_the_same_bytes(sheet: Finished, served: Served) -> None:
    typesetting._compiler.cache_clear()
    assert sheet_files.pdf(served, sheet.request, SITE) == sheet.body
    assert sheet_files.pdf(served, sheet.request, "https://other.example") != sheet.body


def test_the_picture_is_of_the_same_page(served: Served) -> None:
    from PIL import Image

    picture = Image.open(io.BytesIO(sheet_files.png(served, SheetRequest("VNM"), SITE)))
    assert picture.width == sheet_files.PREVIEW_WIDTH
    assert picture.height == pytest.approx(picture.width * 297 / 210, abs=2)
    assert [code.text for code in zxingcpp.read_barcodes(picture)] == [f"{SITE}/for-me"]


@pytest.mark.slow
@pytest.mark.parametrize("paper", [*PAPERS])
def test_every_sheet_fits_its_page_with_a_long_address_and_a_warning(
    served: Served, monkeypatch: pytest.MonkeyPatch, paper: str
) -> None:
    monkeypatch.setattr(helplines, "overdue", lambda: ("nda", "lff"))
    site = "https://victim-referrals.council.example.org"
    for release in (served.published, *served.others):
        codes = ("", *sheet_request.nationalities(release))
        release_id = "" if release is served.published else release.about.release_id
        kinds = itertools.product(codes, Audience, sheet_request.offered_languages(), (site, ""))
        for code, audience, language, address in kinds:
            if paper in sheet_request.papers(language):
                asked = SheetRequest(code, audience, language, release_id, paper)
                assert sheet_files.pdf(served, asked, address)


# Refusals.


@pytest.fixture
def content(served: Served) -> dict[str, Any]:
    """The content of a sheet as the template reads it, to be spoiled."""
    sheet = sheet_content.sheet(served, SheetRequest("VNM"), SITE)
    return sheet_files.values(sheet, PAPERS["A4"])


def typeset(content: dict[str, Any]) -> bytes:
    return typesetting.pdf(sheet_files.TEMPLATE, content, date=content["date"])


def test_a_text_that_is_too_long_is_refused_with_its_part(content: dict[str, Any]) -> None:
    spoiled = deepcopy(content)
    spoiled["sections"][0]["items"] = ["word " * 900]
    with pytest.raises(DataError) as raised:
        typeset(spoiled)
    assert "does not fit on one page of A4 from its part “means”" in str(raised.value)
    assert "Shorten the messages" in str(raised.value)
    with pytest.raises(DataError, match="from its part “foot”"):
        typeset({**content, "foot": ["word " * 900]})


def test_the_last_statements_are_left_out_only_if_the_smallest_text_is_too_large(
    content: dict[str, Any],
) -> None:
    sections = deepcopy(content["sections"])
    sections[0]["items"] = ["First of all.", "word " * 900]
    text = text_of(typeset({**content, "sections": sections}))
    assert "First of all." in text
    assert "word word" not in text
    sections[0]["is_whole"] = True
    with pytest.raises(DataError, match="does not fit on one page"):
        typeset({**content, "sections": sections})


def test_a_column_of_a_table_is_as_wide_as_its_longest_word(content: dict[str, Any]) -> None:
    table = deepcopy(content["table"])
    table["header"] = [table["header"][0], "Atgyfeiriadaudioddefwyr", *table["header"][2:]]
    assert "Atgyfeiriadaudioddefwyr" in text_of(typeset({**content, "table": table}))


def text_of(body: bytes) -> str:
    return " ".join(pypdfium2.PdfDocument(body)[0].get_textpage().get_text_bounded().split())


def test_a_text_that_just_fits_is_smaller_and_never_cut(content: dict[str, Any]) -> None:
    def height_of_text(body: bytes) -> float:
        page = pypdfium2.PdfDocument(body)[0].get_textpage()
        place, _length = page.search("That is 18% of all").get_next()
        _, bottom, _, top = page.get_charbox(place)
        return float(top - bottom)

    longer = {**content, "foot": [*content["foot"], "word " * 110 + "end."]}
    body = typeset(longer)
    document = pypdfium2.PdfDocument(body)
    assert len(document) == 1
    assert "word end." in " ".join(document[0].get_textpage().get_text_bounded().split())
    assert height_of_text(body) < height_of_text(typeset(content))


@pytest.mark.parametrize(("part", "spoil"), [
    ("table", lambda content: content["table"]["rows"].__setitem__(0, LONG_ROW)),
    ("chart", lambda content: content["chart"]["bars"][0].__setitem__("label", LONG_WORD)),
])  # fmt: skip
def test_a_word_that_is_too_wide_is_refused(
    content: dict[str, Any], part: str, spoil: Callable[[dict[str, Any]], None]
) -> None:
    content["table"]["rows"] = [*content["table"]["rows"]]
    spoil(content)
    with pytest.raises(DataError) as raised:
        typeset(content)
    assert f"“{LONG_WORD}” is too wide for its place in the part “{part}”" in str(raised.value)


def test_a_letter_that_the_fonts_lack_is_refused(content: dict[str, Any]) -> None:
    with pytest.raises(DataError, match="letters that the fonts of the sheets lack"):
        typeset({**content, "heading": "இது என்ன"})


def test_no_text_is_markup(content: dict[str, Any]) -> None:
    written = '#panic("x") *not bold* <tag> $x$ \\ @ref'
    body = typeset({**content, "sentences": [written, "Two.", "Three."]})
    text = pypdfium2.PdfDocument(body)[0].get_textpage().get_text_bounded()
    assert written in text


def test_english_words_in_another_language_are_marked_as_english(content: dict[str, Any]) -> None:
    marked = f"{ISOLATE}Only in English{POP_ISOLATE}"
    body = typeset({**content, "language": "cy", "sentences": [marked, "Dau.", "Tri."]})
    with pikepdf.open(io.BytesIO(body)) as pdf:
        spoken = {
            str(each.Lang)
            for each in pdf.objects
            if isinstance(each, pikepdf.Dictionary) and each.get("/Lang") is not None
        }
    assert {"cy", "en-GB"} <= spoken
