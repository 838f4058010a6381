"""The slides for PowerPoint, read back with python-pptx: values, texts, notes and properties."""

from __future__ import annotations

import io
import itertools
import time
import zipfile
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from markupsafe import Markup
from pptx import Presentation
from pptx.enum.lang import MSO_LANGUAGE_ID
from pptx.enum.shapes import MSO_SHAPE_TYPE, PP_PLACEHOLDER
from pptx.presentation import Presentation as Deck

from referrals.handouts.presentation import story
from referrals.handouts.presentation.slide import CardChart, Chart, Slide
from referrals.handouts.slides import deck, figures, texts
from referrals.handouts.slides.texts import Box
from referrals.i18n import languages
from referrals.language import ISOLATE, POP_ISOLATE, using
from referrals.release.release import Release

BASE = "https://example.org"
ENGLISH_UK = MSO_LANGUAGE_ID.ENGLISH_UK
PICTURE = MSO_SHAPE_TYPE.PICTURE
LEAST_SIZE = 24
EXCEL = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
POINT = 12_700
"""English metric units, in which PowerPoint measures."""


@pytest.fixture(scope="module")
def slides(release: Release) -> tuple[Slide, ...]:
    return story.slides(release)


@pytest.fixture(scope="module")
def content(release: Release, slides: tuple[Slide, ...]) -> bytes:
    return deck.write(slides, base=BASE, about=release.about)


@pytest.fixture(scope="module")
def opened(content: bytes) -> Deck:
    return Presentation(io.BytesIO(content))


def shapes(opened: Deck) -> Iterator[Any]:
    """Every shape of every slide, those of groups after their group."""
    for slide in opened.slides:
        for shape in slide.shapes:
            yield shape
            yield from getattr(shape, "shapes", ())


def charts(opened: Deck) -> Iterator[tuple[int, Any]]:
    for place, slide in enumerate(opened.slides):
        for shape in slide.shapes:
            if shape.has_chart:
                yield place, shape.chart


def cells(workbook: bytes) -> dict[str, str]:
    """The texts and numbers of the only sheet of a workbook by the name of their cell."""
    with zipfile.ZipFile(io.BytesIO(workbook)) as packed:
        strings = ET.fromstring(packed.read("xl/sharedStrings.xml"))
        sheet = ET.fromstring(packed.read("xl/worksheets/sheet1.xml"))
    texts = ["".join(item.itertext()) for item in strings]
    found = {}
    for cell in sheet.iter(f"{{{EXCEL}}}c"):
        value = cell.findtext(f"{{{EXCEL}}}v", "")
        found[cell.get("r", "")] = texts[int(value)] if cell.get("t") == "s" else value
    return found


def alternative(shape: Any) -> str:
    return str(shape.element.xpath(".//p:cNvPr")[0].get("descr", ""))


def test_every_slide_of_the_story_has_its_title_in_the_placeholder_of_titles(
    opened: Deck, slides: tuple[Slide, ...]
) -> None:
    titles = [slide.shapes.title for slide in opened.slides]
    assert [title.text_frame.text.replace("\n", " ") for title in titles] == [
        slide.title for slide in slides
    ]
    assert {title.placeholder_format.type for title in titles} == {PP_PLACEHOLDER.TITLE}


def test_the_title_is_read_out_first_and_the_code_last(opened: Deck) -> None:
    for slide in opened.slides:
        order = list(slide.shapes)
        assert order[0] == slide.shapes.title
        assert alternative(order[-1]).startswith("A code to scan")


def test_charts_hold_the_published_bounds(opened: Deck, slides: tuple[Slide, ...]) -> None:
    drawn = dict(charts(opened))
    assert [slides[place].name for place in drawn] == [
        slide.name for slide in slides if isinstance(slide.figure, Chart)
    ]
    for place, shown in drawn.items():
        figure = slides[place].figure
        assert isinstance(figure, Chart)
        with_number = [(n, bar) for n, bar in enumerate(figure.bars) if not bar.is_absent]
        at_most, at_least = (list(series.values) for series in shown.plots[0].series)
        assert list(shown.plots[0].categories) == [bar.label for _, bar in with_number]
        assert at_least == [bar.solid for _, bar in with_number]
        assert at_most == [None if n in figure.open_ended else bar.upper for n, bar in with_number]


def test_the_numbers_behind_a_chart_can_be_edited(opened: Deck) -> None:
    for _, shown in charts(opened):
        plot = shown.plots[0]
        expected = {"B1": "At most", "C1": "At least"}
        for row, name in enumerate(plot.categories, start=2):
            expected[f"A{row}"] = name
            for column, series in zip("BC", plot.series, strict=True):
                value = series.values[row - 2]
                expected[f"{column}{row}"] = "" if value is None else f"{value:.0f}"
        read = cells(shown.part.chart_workbook.xlsx_part.blob)
        read = {cell: text for cell, text in read.items() if text}
        assert read == {cell: text for cell, text in expected.items() if text}


def test_a_range_is_written_as_a_range_and_an_unpublished_number_as_no_number(
    opened: Deck,
) -> None:
    by_place = dict(charts(opened))
    crime = by_place[2]
    labels = [crime.plots[0].series[0].points[place].data_label for place in range(3)]
    assert [label.text_frame.text for label in labels] == [
        "778 to 786",
        "210 to 212",
        "338 to 348",
    ]
    texts = {s.text_frame.text for s in opened.slides[2].shapes if s.has_text_frame}
    assert "Crime type not recorded: not published" in texts
    age = by_place[4].plots[0].series
    assert age[1].points[2].data_label.text_frame.text == "at least 669"


def test_every_chart_picture_table_and_group_has_an_alternative_text(opened: Deck) -> None:
    described = [
        shape
        for slide in opened.slides
        for shape in slide.shapes
        if not shape.has_text_frame or shape.shape_type == 13
    ]
    assert len(described) >= 5 + 8 + 2
    assert [shape.name for shape in described if len(alternative(shape)) < 20] == []


def test_no_text_is_smaller_than_24_points(opened: Deck) -> None:
    sizes = set()
    for shape in shapes(opened):
        frames = [shape.text_frame] if shape.has_text_frame else []
        if getattr(shape, "has_table", False):
            frames += [cell.text_frame for row in shape.table.rows for cell in row.cells]
        runs = [run for frame in frames for part in frame.paragraphs for run in part.runs]
        sizes |= {run.font.size.pt for run in runs}
    sizes |= {shown.font.size.pt for _, shown in charts(opened)}
    assert min(sizes) == LEAST_SIZE


def test_nothing_is_outside_its_slide_or_under_another_thing(opened: Deck) -> None:
    assert misplaced(opened) == []


def misplaced(opened: Deck) -> list[str]:
    """The titles of slides on which something is outside, or under another thing."""
    found = []
    for slide in opened.slides:
        boxes = [(s.top, s.top + s.height, s.left, s.left + s.width) for s in slide.shapes]
        is_inside = all(
            top >= 0 <= left and bottom <= opened.slide_height and right <= opened.slide_width
            for top, bottom, left, right in boxes
        )
        if not is_inside or any(map(overlap, *zip(*itertools.combinations(boxes, 2), strict=True))):
            found.append(slide.shapes.title.text_frame.text)
    return found


def overlap(one: Sequence[int], other: Sequence[int]) -> bool:
    is_above = one[1] <= other[0] + POINT or other[1] <= one[0] + POINT
    is_beside = one[3] <= other[2] + POINT or other[3] <= one[2] + POINT
    return not is_above and not is_beside


RIGHT_TO_LEFT = "ur"


@pytest.fixture(scope="module")
def translated(release: Release) -> Callable[[str], bytes]:
    """A function that returns the slides in a language, written once."""

    @cache
    def written(language: str) -> bytes:
        with using(language):
            return deck.write(story.slides(release), base=BASE, about=release.about)

    return written


@pytest.mark.parametrize(
    "language",
    [
        pytest.param(code, marks=() if code in {"bn", RIGHT_TO_LEFT} else pytest.mark.slow)
        for code in languages.languages()[1:]
    ],
)
def test_slides_in_another_language_have_their_places_and_say_their_language(
    language: str, translated: Callable[[str], bytes]
) -> None:
    opened = Presentation(io.BytesIO(translated(language)))
    assert misplaced(opened) == []
    assert opened.core_properties.language == language
    runs = [
        run
        for shape in shapes(opened)
        if shape.has_text_frame
        for paragraph in shape.text_frame.paragraphs
        for run in paragraph.runs
    ]
    spoken = {run.font.language_id for run in runs}
    assert texts.LANGUAGES[language] in spoken <= {texts.LANGUAGES[language], ENGLISH_UK}
    assert not [run.text for run in runs if ISOLATE in run.text or POP_ISOLATE in run.text]


def test_slides_from_right_to_left_are_mirrored_and_their_charts_are_not(
    translated: Callable[[str], bytes],
) -> None:
    content = translated(RIGHT_TO_LEFT)
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    for name, part in parts.items():
        if name.startswith("ppt/slides/slide"):
            assert part.count(b"<a:p>") == part.count(b'<a:p><a:pPr algn="r" rtl="1"')
        elif name.startswith("ppt/charts/"):
            assert b"rtl=" not in part
    opened = Presentation(io.BytesIO(content))
    codes = [s.left for slide in opened.slides for s in slide.shapes if s.shape_type == PICTURE]
    assert codes
    assert max(codes) < opened.slide_width / 2
    title = opened.slides[0].shapes.title.text_frame.text
    assert title.count("1,336") == 1
    assert "\N{LEFT-TO-RIGHT MARK}1,336\N{LEFT-TO-RIGHT MARK}" in title


def test_the_notes_hold_the_sentences_and_the_address(
    opened: Deck, slides: tuple[Slide, ...]
) -> None:
    for drawn, slide in zip(opened.slides, slides, strict=True):
        notes = drawn.notes_slide.notes_text_frame.text
        assert notes == "\n".join([*slide.notes, BASE + slide.page])


def test_the_document_names_its_title_and_language_and_no_time_of_writing(
    opened: Deck, content: bytes, release: Release
) -> None:
    properties = opened.core_properties
    assert properties.language == "en-GB"
    assert properties.title == "Victims of crime referred to Immigration Enforcement, as slides"
    published_on = datetime.fromisoformat(release.about.published_on)
    assert {properties.created, properties.modified} == {published_on}
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        parts = {name: packed.read(name) for name in packed.namelist() if name.endswith(".xml")}
        assert "docProps/thumbnail.jpeg" not in packed.namelist()
    assert [name for name, part in parts.items() if b"en-US" in part or b"Calibri" in part] == []
    assert (opened.slide_width, opened.slide_height) == (960 * POINT, 540 * POINT)


def test_the_same_slides_are_the_same_bytes(
    release: Release, slides: tuple[Slide, ...], content: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = time.localtime(time.time() + 86_400)
    monkeypatch.setattr(time, "localtime", lambda *_: later)
    assert deck.write(slides, base=BASE, about=release.about) == content


def test_a_chosen_order_is_that_of_the_file(release: Release, slides: tuple[Slide, ...]) -> None:
    chosen = [slides[3], slides[0]]
    opened = Presentation(io.BytesIO(deck.write(chosen, base="", about=release.about)))
    assert len(opened.slides) == 2
    assert "62% were male" in opened.slides[0].shapes.title.text_frame.text
    foot = [s.text_frame.text for s in opened.slides[0].shapes if s.has_text_frame][-1]
    assert foot.endswith("www.gov.uk")


def test_a_chart_that_exists_only_as_html_is_refused(opened: Deck) -> None:
    figure = CardChart("Referrals", Markup("<table></table>"))
    with pytest.raises(TypeError, match="CardChart cannot be drawn"):
        figures.add(opened.slides[0], figure, Box(0, 0, 1, 1), datetime.now(UTC))
