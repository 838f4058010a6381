"""The slides of the show as a presentation: 16 to 9, real titles, text of at least 24 points.

They are in the current language.

A slide is laid out from above and from below, and its figure has the space between. Its shapes are
in the order in which they are read out: title, lead, figure, note and source, code.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any, Final

from pptx import Presentation
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.presentation import Presentation as Deck
from pptx.slide import Slide as DeckSlide
from pptx.util import Pt

from referrals.handouts.presentation import qr
from referrals.handouts.presentation.slide import Points, Slide
from referrals.handouts.slides import figures, package, texts
from referrals.handouts.slides.texts import (
    ACCENT,
    BOLD,
    LEADING,
    QUIET,
    USUAL,
    WIDTH,
    Box,
    Style,
    add_run,
)
from referrals.i18n import languages, messages
from referrals.language import current
from referrals.release.release import About

HEIGHT: Final = 540
EDGE: Final = 34
TOP: Final = 22
INSIDE: Final = WIDTH - 2 * EDGE
"""The size of a slide, its margins and the width inside them, in points."""

CODE: Final = 104
"""The side of a code to scan, in points."""

SPACE: Final = 8
"""The space between the parts of a slide, in points."""

TITLE_ONLY, TITLE_AND_LIST = "Title Only", "Title and Content"


def write(slides: Sequence[Slide], *, base: str, about: About) -> bytes:
    """Return slides as a PowerPoint file. The same slides and origin always make the same bytes.

    `base` is the origin of the site, '' if it is unknown: then codes lead to the document.
    """
    published_on = datetime.combine(date.fromisoformat(about.published_on), time(), UTC)
    deck = _empty_deck()
    _describe(deck, published_on.replace(tzinfo=None))
    for slide in slides:
        is_list = isinstance(slide.figure, Points)
        layout = deck.slide_layouts.get_by_name(TITLE_AND_LIST if is_list else TITLE_ONLY)
        _Page(deck.slides.add_slide(layout), slide, base, published_on).write()
    return package.to_bytes(deck)


def _empty_deck() -> Deck:
    """Return a presentation in our size with the two layouts that slides use."""
    deck = Presentation()
    deck.slide_width, deck.slide_height = Pt(WIDTH), Pt(HEIGHT)
    for layout in list(deck.slide_layouts):
        if layout.name not in {TITLE_ONLY, TITLE_AND_LIST}:
            deck.slide_layouts.remove(layout)
    for page in (deck.slide_master, *deck.slide_layouts):
        for shape in list(page.placeholders):
            if shape.placeholder_format.idx == 0:
                texts.move(shape, Box(EDGE, TOP, INSIDE, 2 * texts.TITLE * LEADING))
            elif shape.placeholder_format.idx == figures.LIST:
                texts.move(shape, Box(EDGE, HEIGHT / 4, INSIDE, HEIGHT / 2))
            else:  # date, footer and number, which no slide has
                shape.element.getparent().remove(shape.element)
    return deck


def _describe(deck: Deck, published_on: datetime) -> None:
    """Set the properties of the document. None of them is the time of writing."""
    properties = deck.core_properties
    properties.title = texts.plain(messages.text("present.heading"))
    properties.author = properties.last_modified_by = texts.plain(messages.text("layout.site"))
    properties.subject = texts.plain(messages.text("present.description"))
    properties.language = languages.tag(current())
    properties.created = properties.modified = published_on
    properties.revision = 1


@dataclass(frozen=True)
class _Page:
    """One slide of the deck, to be filled from one of the story."""

    drawn: DeckSlide
    slide: Slide
    base: str
    published_on: datetime

    def write(self) -> None:
        """Write everything on the slide, and the notes for the speaker."""
        address, short = self.slide.link(self.base)
        top = self._lead(self._title())
        foot = [
            (self.slide.note, USUAL),
            (self.slide.source, Style(colour=QUIET)),
            (short, Style(link=address)),
        ]
        written = [(text, style) for text, style in foot if text]
        beside = INSIDE - CODE - 2 * SPACE
        high = texts.height([text for text, _ in written], beside)
        bottom = HEIGHT - EDGE / 2
        space = Box(EDGE, top + SPACE, INSIDE, bottom - max(high, CODE) - top - 2 * SPACE)
        figures.add(self.drawn, self.slide.figure, space, self.published_on)
        box = Box(EDGE, bottom - high, beside, high)
        texts.write(self.drawn, written, box, anchor=MSO_ANCHOR.BOTTOM)
        if address:
            self._code(address, Box(WIDTH - EDGE - CODE, bottom - CODE, CODE, CODE))
        self._notes(address)

    def _title(self) -> float:
        """Write the title, its beginning very large, and return the place of its lower edge."""
        large = self.slide.emphasis
        rest = self.slide.title.removeprefix(large).strip()
        high = texts.height([rest], INSIDE, size=texts.TITLE, letter=BOLD)
        if large:
            high += texts.EMPHASIS * LEADING
        title: Any = self.drawn.shapes.title  # each of our layouts has one
        box = Box(EDGE, TOP, INSIDE, high)
        texts.move(title, box)
        frame = title.text_frame
        texts.prepare(frame)
        if large:
            add_run(frame, large, Style(texts.EMPHASIS, ACCENT, is_bold=True))
            frame.add_paragraph()
        add_run(frame, rest, Style(texts.TITLE, is_bold=True))
        for paragraph in frame.paragraphs:
            paragraph.alignment = PP_ALIGN.LEFT
        return box.top + box.height

    def _lead(self, top: float) -> float:
        """Write the sentences below the title, and return the place of their lower edge."""
        if not self.slide.lead:
            return top
        box = Box(EDGE, top + SPACE / 2, INSIDE, texts.height(self.slide.lead, INSIDE))
        texts.write(self.drawn, [(text, USUAL) for text in self.slide.lead], box)
        return box.top + box.height

    def _code(self, address: str, box: Box) -> None:
        picture = self.drawn.shapes.add_picture(io.BytesIO(qr.png(address)), *box.lengths)
        texts.describe(picture, messages.text("phone.alternative", address=address))

    def _notes(self, address: str) -> None:
        frame: Any = self.drawn.notes_slide.notes_text_frame  # as does the layout of notes
        for place, text in enumerate(filter(None, [*self.slide.notes, address])):
            paragraph = frame.add_paragraph() if place else frame.paragraphs[0]
            for part, language in texts.parts(text):
                run = paragraph.add_run()
                run.text, run.font.language_id = part, language
