"""Texts on a slide: boxes of paragraphs, as high as their lines, in the language of the deck.

All measures are in points. In a language from right to left, slides are mirrored: boxes, alignment
and the order of steps, but no chart.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from pptx.dml.color import RGBColor
from pptx.enum.lang import MSO_LANGUAGE_ID
from pptx.enum.text import MSO_ANCHOR, MSO_AUTO_SIZE
from pptx.shapes.base import BaseShape
from pptx.slide import Slide
from pptx.text.text import TextFrame
from pptx.util import Length, Pt

from referrals.cards.charts import colours
from referrals.cards.charts.colours import Meaning
from referrals.cards.exports.pictures.svg import lines
from referrals.language import (
    ENGLISH,
    ISOLATE,
    POP_ISOLATE,
    current,
    is_right_to_left,
)

WIDTH: Final = 960
"""The width of a slide."""

TITLE, TEXT, EMPHASIS = 30, 24, 80
"""Sizes of text."""

LEADING: Final = 1.2
"""The distance between lines of text, in its own size."""

PLAIN, BOLD = 0.49, 0.54
"""The width of a Latin letter, in its own size, with some to spare."""

LANGUAGES: Final[Mapping[str, MSO_LANGUAGE_ID]] = {
    ENGLISH: MSO_LANGUAGE_ID.ENGLISH_UK,
    "bn": MSO_LANGUAGE_ID.BENGALI,
    "cy": MSO_LANGUAGE_ID.WELSH,
    "sq": MSO_LANGUAGE_ID.ALBANIAN,
    "ur": MSO_LANGUAGE_ID.URDU,
    "vi": MSO_LANGUAGE_ID.VIETNAMESE,
    "zh-Hans": MSO_LANGUAGE_ID.SIMPLIFIED_CHINESE,
}
"""Languages as PowerPoint knows them, for its voices and its spelling."""

LEFT_TO_RIGHT: Final = "\N{LEFT-TO-RIGHT MARK}"
"""Beside a number in right-to-left text: programs for slides know it, and not all know isolates."""

_ISOLATED: Final = re.compile(f"({ISOLATE}[^{ISOLATE}{POP_ISOLATE}]*{POP_ISOLATE})")
_CONTROL: Final = re.compile(f"[{ISOLATE}{POP_ISOLATE}]")
_LETTER: Final = re.compile(r"[A-Za-z]")

NONE: Final = Pt(0)
INK: Final = RGBColor.from_string("0B0C0C")
QUIET: Final = RGBColor.from_string("4A5058")
ACCENT: Final = RGBColor.from_string(colours.LIGHT[Meaning.NUMBER].removeprefix("#").upper())


@dataclass(frozen=True)
class Box:
    """A rectangle on a slide; `left` is at its other side if the language is from right to left."""

    left: float
    top: float
    width: float
    height: float

    @property
    def lengths(self) -> tuple[Length, Length, Length, Length]:
        """The rectangle as python-pptx takes it."""
        left = WIDTH - self.left - self.width if is_right_to_left() else self.left
        return Pt(left), Pt(self.top), Pt(self.width), Pt(self.height)


@dataclass(frozen=True)
class Style:
    """The look of a text. A text with a `link` is in PowerPoint's own colour of links."""

    size: float = TEXT
    colour: RGBColor = INK
    is_bold: bool = False
    link: str = ""


USUAL: Final = Style()


def height(
    paragraphs: Iterable[str], width: float, *, size: float = TEXT, letter: float = PLAIN
) -> float:
    """Return the height of paragraphs in a box of a width."""
    found = (lines(plain(text), size=size, width=width, letter=letter) for text in paragraphs)
    return sum(map(len, found)) * size * LEADING


def move(shape: BaseShape, box: Box) -> None:
    """Move a shape to a box."""
    left, top, width, height = box.lengths
    shape.left, shape.top, shape.width, shape.height = left, top, width, height


def describe(shape: BaseShape, alternative: str) -> None:
    """Set the alternative text of a shape."""
    shape.element.xpath(".//p:cNvPr")[0].set("descr", plain(alternative))


def plain(text: str) -> str:
    """Return a text whose isolated parts have marks beside them instead, or nothing."""
    return _CONTROL.sub(LEFT_TO_RIGHT if is_right_to_left() else "", text)


def parts(text: str) -> Iterator[tuple[str, MSO_LANGUAGE_ID]]:
    """Yield the parts of a text with their languages: isolated words are English."""
    own = LANGUAGES.get(current(), MSO_LANGUAGE_ID.NONE)
    for part in filter(None, _ISOLATED.split(text)):
        is_english = part.startswith(ISOLATE) and _LETTER.search(part)
        yield plain(part), LANGUAGES[ENGLISH] if is_english else own


def write(
    slide: Slide,
    paragraphs: Iterable[tuple[str, Style]],
    box: Box,
    *,
    anchor: MSO_ANCHOR = MSO_ANCHOR.TOP,
) -> None:
    """Add a box of paragraphs to a slide, at its top or at its foot."""
    frame = slide.shapes.add_textbox(*box.lengths).text_frame
    prepare(frame, anchor=anchor)
    for place, (text, style) in enumerate(paragraphs):
        if place:
            frame.add_paragraph()
        add_run(frame, text, style)


def prepare(frame: TextFrame, *, anchor: MSO_ANCHOR = MSO_ANCHOR.TOP) -> None:
    """Let the text of a frame begin at its edges, wrap, and keep its size."""
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = NONE
    frame.word_wrap, frame.auto_size, frame.vertical_anchor = True, MSO_AUTO_SIZE.NONE, anchor


def add_run(frame: TextFrame, text: str, style: Style = USUAL) -> None:
    """Add text to the last paragraph of a frame."""
    for part, language in parts(text):
        run = frame.paragraphs[-1].add_run()
        run.text = part
        run.font.size, run.font.bold = Pt(style.size), style.is_bold
        run.font.language_id = language
        if style.link:
            run.hyperlink.address = style.link
        else:
            run.font.color.rgb = style.colour
