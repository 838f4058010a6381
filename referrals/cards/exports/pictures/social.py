"""A card as a picture in the size of a preview on social media (1200 by 630 pixels).

It has the same finding, mark and caveats as the larger picture. The chart gets the room that they
leave, and a line below it counts the bars that do not fit.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from referrals.cards.card import Card
from referrals.cards.charts.bars import Bar
from referrals.cards.exports.pictures import svg, svg_lines
from referrals.cards.exports.pictures.svg import EDGE, LEADING, Page, Rows
from referrals.i18n import messages

WIDTH: Final = 1200
HEIGHT: Final = 630
FOOT_SIZES: Final = (16, 15, 14, 13, 12)
"""The sizes of the caveats, in pixels. The first that leaves room for the chart is used."""

FINDING_SIZES: Final = (34, 30, 26)
MOST_FINDING_LINES: Final = 2
ENOUGH: Final = 220
"""The least height of a chart in pixels. The caveats are made smaller to leave it."""

ENDS: Final = (".", "?", "!", "。", "۔", "।", "؟")
"""The signs at the end of a sentence in our languages."""

LOWEST_ROW: Final = 22
HIGHEST_ROW: Final = 46
BARS_FROM: Final = 430
LARGEST_LABEL: Final = 19


def write(card: Card, base: str) -> str:
    """Return a card as an SVG document of this size, whose links begin with `base`."""
    page = Page(width=WIDTH, y=16)
    inside = WIDTH - 2 * EDGE
    finding_size = next(
        (
            size
            for size in FINDING_SIZES
            if len(svg.lines(card.finding, size=size, width=inside)) <= MOST_FINDING_LINES
        ),
        FINDING_SIZES[-1],
    )
    page.write(card.finding, size=finding_size, weight=700, letter=0.545)
    page.y += 4
    page.write(messages.text("exports.caption", title=card.title, unit=card.unit), size=18)
    svg.draw_mark(page, card)
    page.y += 14
    size, foot = _foot(card, base, HEIGHT - page.y)
    foot_top = HEIGHT - 14 - len(foot) * size * LEADING
    _chart(page, card, foot_top - page.y)
    page.y = foot_top
    for line in foot:
        page.write_line(line, size=size)
    return svg.document(card, page, HEIGHT)


def _foot(card: Card, base: str, room: float) -> tuple[int, list[str]]:
    """Return the size of the caveats and all of their lines."""
    text = " ".join(_parts(card, base))
    inside = WIDTH - 2 * EDGE
    for size in FOOT_SIZES:
        found = svg.lines(text, size=size, width=inside)
        if room - len(found) * size * LEADING >= ENOUGH:
            break
    return size, found


def _parts(card: Card, base: str) -> Iterator[str]:
    """Yield the caveats as sentences that can follow one another; the last ends in a link."""
    *parts, last = (part for part in svg.foot(card, base) if part)
    for part in parts:
        yield part if part.endswith(ENDS) else f"{part}."
    yield last


def _chart(page: Page, card: Card, room: float) -> None:
    if card.lines:
        box = svg_lines.Box(EDGE, page.y, WIDTH - 2 * EDGE, room - 12)
        page.shapes += svg_lines.shapes(card.lines, box, card.events)
        return
    rows = _rows(card.bars, room)
    fitting = int(room / rows.row)
    has_room = len(card.bars) <= fitting
    shown = card.bars if has_room else card.bars[: max(fitting - 1, 0)]
    for bar in shown:
        svg.draw_bar(page, bar, rows)
    if len(shown) < len(card.bars):
        more = messages.text("exports.more_bars", n=len(card.bars) - len(shown))
        page.write(more, size=15)


def _rows(bars: Sequence[Bar], room: float) -> Rows:
    """Return the measures of as many bars as possible, in one line each."""
    row = min(max(room / max(len(bars), 1), LOWEST_ROW), HIGHEST_ROW)
    has_lines = any(bar.has_line for bar in bars)
    letters = max((len(bar.label) for bar in bars), default=1)
    wide = (BARS_FROM - EDGE - 12) / (letters * svg.LETTER)
    label = int(min(LARGEST_LABEL, row * 0.68, wide))
    return Rows(
        left=BARS_FROM,
        longest=450,
        bar=row * (0.5 if has_lines else 0.68),
        row=row,
        line=0,
        letters=letters,
        label=label,
        number=int(min(LARGEST_LABEL, row * 0.68)),
    )
