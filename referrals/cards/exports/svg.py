"""A card as a picture in SVG: finding, bars with their numbers, source, release and link."""

from __future__ import annotations

import textwrap
from html import escape
from typing import Final

from referrals.cards.bars import Bar
from referrals.cards.card import Card
from referrals.cards.charts.base import LIGHT, WATERMARK_EVERY
from referrals.cards.exports.notes import joined, plain, release, source, symbols
from referrals.cards.wording import kinds
from referrals.i18n import messages

WIDTH: Final = 900
BARS_FROM: Final = 350
LONGEST: Final = 330
"""The left end of the bars and the length of the longest, in pixels."""

SHADES: Final = {
    "main": LIGHT.main,
    "second": LIGHT.second,
    "grey": LIGHT.unknown,
    "missing": LIGHT.unknown,
}


def write(card: Card, base: str) -> str:
    """Return a card as an SVG document whose links begin with `base`."""
    head = _wrapped(card.finding, 62)
    first_note = plain(card.notes[0]) if card.notes else ""
    paragraphs = [
        card.about.mark,
        card.about.lay_sentence,
        f"{_key(card)} {first_note}",
        joined(symbols(card)),
        messages.text("sources.line", names=source(card)),
        release(card, base),
    ]
    foot = [line for paragraph in paragraphs for line in _wrapped(paragraph, 104)]
    unit = _wrapped(messages.text("exports.caption", title=card.title, unit=card.unit), 92)
    top = 40 + len(head) * 32 + len(unit) * 24 + 10
    below = top + len(card.bars) * 44 + 30
    height = below + len(foot) * 20 + 16
    lines: list[str] = []
    for place, line in enumerate(head):
        lines.append(_text(24, 46 + place * 32, line, size=26, font_weight=700))
    for place, line in enumerate(unit):
        lines.append(_text(24, 46 + len(head) * 32 + place * 24, line, size=17))
    for place, bar in enumerate(card.bars):
        lines += _bar(bar, top + place * 44)
    for place, line in enumerate(foot):
        lines.append(_text(24, below + place * 20, line, size=14, fill="#484949"))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
        f'width="{WIDTH}" height="{height}" role="img" font-family="Arial, Helvetica, sans-serif">'
        f"<title>{escape(card.finding)}</title>"
        f"<desc>{escape(card.alternative)}</desc>"
        f"<defs>{''.join(map(_hatching, SHADES))}</defs>"
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>{"".join(lines)}'
        f"{_watermark(card, height)}</svg>"
    )


def _wrapped(line: str, width: int) -> list[str]:
    return textwrap.wrap(line.strip(), width)


def _bar(bar: Bar, y: float) -> list[str]:
    sure, end = BARS_FROM + bar.solid * LONGEST, BARS_FROM + bar.upper * LONGEST
    label = textwrap.shorten(bar.label, 44, placeholder="…")
    solid = f'x="{BARS_FROM}" y="{y}" width="{sure - BARS_FROM:.1f}" height="28"'
    return [
        _text(BARS_FROM - 12, y + 20, label, size=16, text_anchor="end"),
        f'<rect {solid} fill="{SHADES[bar.style]}"/>',
        _range(bar, y, sure, end),
        _text(end + 10, y + 20, bar.text, size=17, font_weight=700),
    ]


def _range(bar: Bar, y: float, sure: float, end: float) -> str:
    """Return the range of a bar: a line if it begins below the solid part's end, else hatching."""
    if end <= sure:
        return ""
    if bar.lower is None:
        shade = f'fill="url(#{bar.style})" stroke="{SHADES[bar.style]}"'
        return f'<rect x="{sure:.1f}" y="{y}" width="{end - sure:.1f}" height="28" {shade}/>'
    path = f"M{BARS_FROM + bar.lower * LONGEST:.1f} {y + 14}H{end:.1f}"
    return f'<path d="{path}" stroke="#0b0c0c" stroke-width="3"/>'


def _hatching(style: str) -> str:
    return (
        f'<pattern id="{style}" width="8" height="8" patternUnits="userSpaceOnUse" '
        'patternTransform="rotate(45)">'
        f'<rect width="3" height="8" fill="{SHADES[style]}"/></pattern>'
    )


def _text(x: float, y: float, line: str, *, size: int, **attributes: str | int) -> str:
    more = "".join(f' {name.replace("_", "-")}="{value}"' for name, value in attributes.items())
    return f'<text x="{x}" y="{y}" font-size="{size}"{more}>{escape(line)}</text>'


def _watermark(card: Card, height: int) -> str:
    """Return the watermarks of a picture of invented figures, '' for others."""
    if not card.about.is_invented:
        return ""
    times = max(round(height / WATERMARK_EVERY), 1)
    middles = [(WIDTH / 2, height * (place + 0.5) / times) for place in range(times)]
    word = escape(messages.text("charts.watermark"))
    words = "".join(
        f'<text x="{x:.0f}" y="{y:.0f}" transform="rotate(-12 {x:.0f} {y:.0f})">{word}</text>'
        for x, y in middles
    )
    font = 'font-size="80" font-weight="700" text-anchor="middle"'
    return f'<g {font} fill="#4a5058" fill-opacity="0.22">{words}</g>'


def _key(card: Card) -> str:
    """Return the meaning of the lines or the hatching of a picture, '' if it has neither."""
    if any(bar.lower is not None for bar in card.bars):
        return messages.text("exports.line", meaning=kinds.of(card.about.kind).line())
    if any(bar.upper > bar.solid for bar in card.bars):
        return messages.text("exports.hatched")
    return ""
