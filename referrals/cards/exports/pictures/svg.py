"""A card as a picture in SVG: finding, chart, and every caveat that the page shows with it.

A picture can be seen outside its page, so it has the warning, the notes, the meaning of letters and
lines, the source, the release and the link. Texts are wrapped, never cut. In a right-to-left
language paragraphs begin at the right, and charts stay as they are.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from referrals import templates
from referrals.cards.card import Card
from referrals.cards.charts import colours
from referrals.cards.charts.bars import Bar
from referrals.cards.exports.notes import joined, notes, release, source, symbols
from referrals.cards.exports.pictures import svg_lines
from referrals.cards.exports.pictures.svg_shapes import Path, Rect, Shape, Text
from referrals.cards.wording import kinds
from referrals.i18n import messages
from referrals.language import ISOLATE, POP_ISOLATE, current, is_right_to_left, script_of

WIDTH: Final = 900
EDGE: Final = 24
"""The width of the picture and its margin, in pixels."""

LETTER: Final = 0.53
"""The width of a letter of running text, in em."""

WIDER: Final[Mapping[str, float]] = {"Hans": 1.9, "Beng": 1.1}
"""The width of a letter of a script, relative to a Latin one."""

HANS: Final = "Hans"
FIRST_WIDE: Final = "\u2e80"
_CONTROLS: Final = re.compile(f"[{ISOLATE}{POP_ISOLATE}]")
_CHINESE_PARTS: Final = re.compile(
    r"[!-~]+[，。；：、？！）》”]*|\s+|[（《“]*.[，。；：、？！）》”]*"
)
"""Numbers and words of Latin letters, or one character, with the punctuation beside it."""

FROM_RIGHT, END = "\N{RIGHT-TO-LEFT EMBEDDING}", "\N{POP DIRECTIONAL FORMATTING}"
"""The controls around a line of right-to-left text, for programs that ignore `direction`."""

LEADING: Final = 1.3
"""The distance between lines of text, in em."""


@dataclass(frozen=True, kw_only=True)
class Rows:
    """The measures of bars, in pixels: their left end, and the length of the longest.

    `bar` is the height of a bar, `row` that of a row with one line of label, and `line` that of
    each further line, of up to `letters`. `label` and `number` are sizes of text.
    """

    left: float = 350
    longest: float = 290
    bar: float = 24
    row: float = 44
    line: float = 20
    letters: int = 34
    label: int = 16
    number: int = 17


ROWS: Final = Rows()


@dataclass
class Page:
    """The shapes of a picture, and the height at which the next one begins."""

    width: float = WIDTH
    y: float = 24
    shapes: list[Shape] = field(default_factory=list)

    def write(self, text: str, *, size: int, weight: int = 400, letter: float = LETTER) -> None:
        """Add a paragraph, as many lines as it needs."""
        for line in lines(text, size=size, width=self.width - 2 * EDGE, letter=letter):
            self.write_line(line, size=size, weight=weight)

    def write_line(self, text: str, *, size: int, weight: int = 400) -> None:
        """Add a line of text."""
        self.y += size * LEADING
        if is_right_to_left():
            right, shown = self.width - EDGE, directed(text)
            self.shapes.append(Text(right, self.y, shown, size, weight=weight, anchor="end"))
        else:
            self.shapes.append(Text(EDGE, self.y, directed(text), size, weight=weight))


def lines(text: str, *, size: float, width: float, letter: float = LETTER) -> list[str]:
    """Return a text in lines no wider than `width`, in letters of a size; both are in pixels."""
    return _wrapped(text.strip(), width / (size * letter))


def _wrapped(text: str, letters: float) -> list[str]:
    """Return a text in lines of up to `letters` Latin letters. Isolates are closed in each line."""
    script = script_of(current())
    if script == HANS:
        return _chinese_lines(text, letters)
    found, is_open = [], False
    for line in textwrap.wrap(text, int(letters / WIDER.get(script, 1))):
        begun = f"{ISOLATE}{line}" if is_open else line
        is_open = begun.count(ISOLATE) > begun.count(POP_ISOLATE)
        found.append(f"{begun}{POP_ISOLATE}" if is_open else begun)
    return found


def _chinese_lines(text: str, letters: float) -> list[str]:
    """Return a text in lines that end after any character, but not in a number or a word."""
    found, room = [""], letters
    for part in _CHINESE_PARTS.findall(text):
        wide = sum(WIDER[HANS] if letter >= FIRST_WIDE else 1 for letter in part)
        if wide > room and found[-1]:
            found.append("")
            room = letters
        found[-1] += part if found[-1] else part.lstrip()
        room -= wide
    return [line.rstrip() for line in found if line.strip()]


def directed(text: str) -> str:
    """Return a line of text that a program draws in the direction of the current language.

    Isolates matter only in right-to-left text, and some programs draw them as boxes.
    """
    return f"{FROM_RIGHT}{text}{END}" if is_right_to_left() else _CONTROLS.sub("", text)


def write(card: Card, base: str) -> str:
    """Return a card as an SVG document whose links begin with `base`."""
    page = Page()
    page.write(card.finding, size=26, weight=700, letter=0.545)
    caption = messages.text("exports.caption", title=card.title, unit=card.unit)
    page.y += 6
    page.write(caption, size=17)
    page.y += 16
    if card.lines:
        box = svg_lines.Box(EDGE, page.y, WIDTH - 2 * EDGE)
        page.shapes += svg_lines.shapes(card.lines, box, card.events)
        page.y += svg_lines.HEIGHT
    for bar in card.bars:
        draw_bar(page, bar, ROWS)
    draw_mark(page, card)
    page.y += 12
    for paragraph in foot(card, base):
        page.write(paragraph, size=15)
        page.y += 5
    return document(card, page, round(page.y + 16))


def document(card: Card, page: Page, height: int) -> str:
    """Return the shapes of a picture as an SVG document."""
    drawn = templates.render(
        "charts/picture.svg",
        width=page.width,
        height=height,
        finding=card.finding,
        alternative=card.alternative,
        shapes=page.shapes,
    )
    return str(drawn)


def foot(card: Card, base: str) -> Iterable[str]:
    """Return the paragraphs below a chart: all that the page shows with it."""
    return [
        *notes(card),
        _key(card),
        joined(symbols(card)),
        messages.text("sources.line", names=source(card)),
        release(card, base),
    ]


def draw_bar(page: Page, bar: Bar, rows: Rows) -> None:
    """Add a row: a label, its bar, the number at the end of it, and the range below it."""
    label = _wrapped(bar.label, rows.letters) if rows.line else [bar.label]
    middle = page.y + rows.bar / 2
    for place, line in enumerate(label):
        y = middle + rows.label * 0.375 + place * rows.line
        page.shapes.append(Text(rows.left - 12, y, directed(line), rows.label, anchor="end"))
    shade, page_colour = colours.LIGHT[bar.colour], "#ffffff"
    solid = bar.solid * rows.longest
    if not bar.is_absent:
        is_striped = bar.colour is colours.Meaning.NOT_RECORDED
        fill = "url(#stripes)" if is_striped else shade
        page.shapes.append(Rect(rows.left, page.y, max(solid, 2), rows.bar, fill, shade))
    if bar.has_pale_end:
        wide = (bar.upper - bar.solid) * rows.longest
        page.shapes.append(
            Rect(rows.left + solid, page.y, wide, rows.bar, page_colour, shade, tint=shade)
        )
    if bar.has_line and bar.lower is not None:
        ends = bar.lower * rows.longest, bar.upper * rows.longest
        page.shapes += _range(rows.left, page.y + rows.bar + 7, solid, ends)
    weight, style = (400, "italic") if bar.is_absent else (700, "normal")
    text_from, y = rows.left + bar.end * rows.longest + 8, middle + rows.number * 0.375
    shown = directed(bar.text)
    page.shapes.append(Text(text_from, y, shown, rows.number, weight=weight, style=style))
    page.y += rows.row + (len(label) - 1) * rows.line


def _range(left: float, y: float, at: float, ends: tuple[float, float]) -> list[Shape]:
    """Return the line of a range with a dot at the number, below its bar."""
    low, high = ends
    line = f"M{left + low:.1f} {y - 4}v8m0 -4H{left + high:.1f}m0 -4v8"
    dot = f"M{left + at:.1f} {y}h0"
    return [Path(line, "#0b0c0c", 2), Path(dot, "#0b0c0c", 8)]


def draw_mark(page: Page, card: Card) -> None:
    """Add the mark of invented figures in a strip of its own, so that it covers no number."""
    if not card.mark:
        return
    page.y += 12
    wide = page.width - 2 * EDGE
    page.shapes.append(Rect(EDGE, page.y, wide, 30, "#ffffff", "#0b0c0c", dash="6 4"))
    place = page.width / 2, page.y + 21
    page.shapes.append(Text(*place, card.mark, 17, weight=700, anchor="middle"))
    page.y += 42


def _key(card: Card) -> str:
    """Return the meaning of the lines or the pale ends of a picture, '' if it has neither."""
    if any(bar.has_line for bar in card.bars):
        return messages.text("exports.line", meaning=kinds.of(card.about.kind).line())
    if any(bar.has_pale_end for bar in card.bars):
        return messages.text("exports.pale")
    if any(point.has_range for series in card.lines for point in series.points):
        return messages.text("exports.band")
    return ""
