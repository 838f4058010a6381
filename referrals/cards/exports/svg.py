"""A card as a picture in SVG: finding, chart, and every caveat that the page shows with it.

A picture is found alone, so it carries the warning, the notes, the meaning of letters and lines,
the source, the release and the link. Texts are wrapped, never cut.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from referrals import templates
from referrals.cards.card import Card
from referrals.cards.charts import colours
from referrals.cards.charts.bars import Bar
from referrals.cards.exports import svg_lines
from referrals.cards.exports.notes import joined, notes, release, source, symbols
from referrals.cards.exports.svg_shapes import Path, Rect, Shape, Text
from referrals.cards.wording import kinds
from referrals.i18n import messages

WIDTH: Final = 900
EDGE: Final = 24
BARS_FROM: Final = 350
LONGEST: Final = 290
"""The picture, its margin, the left end of the bars and the length of the longest, in pixels."""

BAR: Final = 24
ROW: Final = 44
LINE: Final = 20
"""The heights of a bar, of a row with one line of label, and of each further line."""

LABEL_LETTERS: Final = 34
"""The most letters of a line of a label."""


@dataclass
class _Page:
    """The shapes of a picture, and the height at which the next one begins."""

    y: float = 24
    shapes: list[Shape] = field(default_factory=list)

    def write(self, text: str, *, size: int, letters: int, weight: int = 400) -> None:
        """Add a paragraph, as many lines as it needs."""
        for line in textwrap.wrap(text.strip(), letters):
            self.y += size * 1.3
            self.shapes.append(Text(EDGE, self.y, line, size, weight=weight))


def write(card: Card, base: str) -> str:
    """Return a card as an SVG document whose links begin with `base`."""
    page = _Page()
    page.write(card.finding, size=26, letters=60, weight=700)
    caption = messages.text("exports.caption", title=card.title, unit=card.unit)
    page.y += 6
    page.write(caption, size=17, letters=94)
    page.y += 16
    if card.lines:
        page.shapes += svg_lines.shapes(
            card.lines, left=EDGE, top=page.y, width=WIDTH - 2 * EDGE, events=card.events
        )
        page.y += svg_lines.HEIGHT
    for bar in card.bars:
        _bar(page, bar)
    _mark(page, card)
    page.y += 12
    for paragraph in _foot(card, base):
        page.write(paragraph, size=15, letters=108)
        page.y += 5
    drawn = templates.render(
        "charts/picture.svg",
        width=WIDTH,
        height=round(page.y + 16),
        finding=card.finding,
        alternative=card.alternative,
        shapes=page.shapes,
    )
    return str(drawn)


def _foot(card: Card, base: str) -> Iterable[str]:
    """Return the paragraphs below a chart: all that the page shows with it."""
    return [
        *notes(card),
        _key(card),
        joined(symbols(card)),
        messages.text("sources.line", names=source(card)),
        release(card, base),
    ]


def _bar(page: _Page, bar: Bar) -> None:
    """Add a row: a label, its bar, the number at the end of it, and the range below it."""
    label = textwrap.wrap(bar.label, LABEL_LETTERS)
    middle = page.y + BAR / 2
    for place, line in enumerate(label):
        page.shapes.append(Text(BARS_FROM - 12, middle + 6 + place * LINE, line, 16, anchor="end"))
    shade, page_colour = colours.LIGHT[bar.colour], "#ffffff"
    solid = bar.solid * LONGEST
    if not bar.is_absent:
        is_striped = bar.colour is colours.Meaning.NOT_RECORDED
        fill = "url(#stripes)" if is_striped else shade
        page.shapes.append(Rect(BARS_FROM, page.y, max(solid, 2), BAR, fill, shade))
    if bar.has_pale_end:
        wide = (bar.upper - bar.solid) * LONGEST
        page.shapes.append(
            Rect(BARS_FROM + solid, page.y, wide, BAR, page_colour, shade, tint=shade)
        )
    if bar.has_line and bar.lower is not None:
        page.shapes += _range(page.y + BAR + 7, bar.lower * LONGEST, solid, bar.upper * LONGEST)
    weight, style = (400, "italic") if bar.is_absent else (700, "normal")
    text_from = BARS_FROM + bar.end * LONGEST + 8
    page.shapes.append(Text(text_from, middle + 6, bar.text, 17, weight=weight, style=style))
    page.y += ROW + (len(label) - 1) * LINE


def _range(y: float, low: float, at: float, high: float) -> list[Shape]:
    """Return the line of a range with a dot at the number, below its bar."""
    line = f"M{BARS_FROM + low:.1f} {y - 4}v8m0 -4H{BARS_FROM + high:.1f}m0 -4v8"
    dot = f"M{BARS_FROM + at:.1f} {y}h0"
    return [Path(line, "#0b0c0c", 2), Path(dot, "#0b0c0c", 8)]


def _mark(page: _Page, card: Card) -> None:
    """Add the mark of invented figures in a strip of its own, so that it covers no number."""
    if not card.mark:
        return
    page.y += 12
    page.shapes.append(Rect(EDGE, page.y, WIDTH - 2 * EDGE, 30, "#ffffff", "#0b0c0c", dash="6 4"))
    page.shapes.append(Text(WIDTH / 2, page.y + 21, card.mark, 17, weight=700, anchor="middle"))
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
