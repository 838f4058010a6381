"""What leaves the page: a card as a CSV file, as plain text, as a picture and as a citation.

Each carries title, period, unit, notes, symbols, the release and its status, and the link, so that a figure found alone can be
traced to where it came from.
"""

from __future__ import annotations

import re
import textwrap
from html import escape
from typing import Final

from referrals.cards.card import Bar, Card
from referrals.cards.charts.bars import LIGHT, WATERMARK, WATERMARK_EVERY
from referrals.cards.html import sources
from referrals.cards.wording import transcribed
from referrals.csv_safety import escape_formula

WIDTH: Final = 900
PLOT: Final = (350, 330)
"""Where the bars of a picture begin, and how long the longest is, in pixels."""

LINE: Final = 24
SHADES: Final = {
    "main": LIGHT.main,
    "second": LIGHT.second,
    "grey": LIGHT.unknown,
    "missing": LIGHT.unknown,
}


def csv(card: Card, base: str) -> str:
    """Return a card as a CSV file (RFC 4180): tidy rows, each with what is needed to read it alone.

    A cell that a spreadsheet would take for a formula begins with an apostrophe instead.
    """
    frame = card.data.assign(
        title=card.title,
        period=card.period,
        release=card.about.release_id,
        release_status=card.about.status,
        notes=" ".join(map(plain, _said(card))),
        source="; ".join(sources.names(card)),
        link=f"{base}{card.link}",
    )
    texts = frame.select_dtypes(include=["object", "str"]).columns
    frame[texts] = frame[texts].map(escape_formula)
    return str(frame.to_csv(index=False, lineterminator="\r\n"))


def text(card: Card, base: str) -> str:
    """Return a card as plain text, for a message or a document."""
    rows = [f"- {bar.label}: {bar.text}" for bar in card.bars]
    return "\n".join(
        [
            card.finding,
            "",
            f"{card.title}. {card.unit}.",
            *rows,
            "",
            *(f"Note: {plain(note)}" for note in _said(card)),
            *(f"{letter}." for letter in symbols(card)),
            f"Source: {'; '.join(sources.names(card))}.",
            f"Release {card.about.release_id} ({card.about.status}). {base}{card.link}",
        ]
    )


def citation(card: Card, base: str) -> str:
    """Return how to cite a card: the source first, then where it was presented."""
    release = f"release {card.about.release_id} ({card.about.status})"
    return f"{'; '.join(sources.names(card))}. Presented by Victim referrals, {release}, “{card.title}”, {base}{card.link}."


def picture(card: Card, base: str) -> str:
    """Return a card as a picture in SVG: finding, bars with their numbers, notes on symbols, source, release and link."""
    head = _wrapped(card.finding, 62)
    foot = [
        *_wrapped(card.about.lay_sentence, 104),
        *_wrapped(f"{_key(card)}{plain(card.notes[0]) if card.notes else ''}", 104),
        *_wrapped("; ".join(symbols(card)), 104),
        *_wrapped(f"Source: {'; '.join(sources.names(card))}.", 104),
        *_wrapped(f"Release {card.about.release_id} ({card.about.status}). {base}{card.link}", 104),
    ]
    unit = _wrapped(f"{card.title}. {card.unit}", 92)
    top = 40 + len(head) * 32 + len(unit) * 24 + 10
    bars = [line for place, bar in enumerate(card.bars) for line in _svg_bar(bar, top + place * 44)]
    below = top + len(card.bars) * 44 + 30
    height = below + len(foot) * 20 + 16
    lines = [
        *(
            _svg_text(24, 46 + place * 32, line, size=26, font_weight=700)
            for place, line in enumerate(head)
        ),
        *(
            _svg_text(24, 46 + len(head) * 32 + place * 24, line, size=17)
            for place, line in enumerate(unit)
        ),
        *bars,
        *(
            _svg_text(24, below + place * 20, line, size=14, fill="#484949")
            for place, line in enumerate(foot)
        ),
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
        f'role="img" font-family="Arial, Helvetica, sans-serif"><title>{escape(card.finding)}</title>'
        f"<desc>{escape(card.alternative)}</desc>"
        f"<defs>{''.join(map(_hatching, SHADES))}</defs>"
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>{"".join(lines)}{_watermark(card, height)}</svg>'
    )


def plain(note: str) -> str:
    """Return a note without its Markdown.

    >>> plain("See [the glossary](/glossary#range).")
    'See the glossary.'
    """
    return re.sub(r"\[([^\]]+)\]\([^)]*\)", r"\1", note).replace("**", "")


def _said(card: Card) -> list[str]:
    return [said for said in (card.about.lay_sentence, card.warning, *card.notes) if said]


def _wrapped(line: str, width: int) -> list[str]:
    return textwrap.wrap(line.strip(), width)


def _svg_bar(bar: Bar, y: float) -> list[str]:
    start, longest = PLOT
    sure, end = start + bar.sure * longest, start + bar.to * longest
    shade = SHADES[bar.look]
    return [
        _svg_text(
            start - 12,
            y + 20,
            textwrap.shorten(bar.label, 44, placeholder="…"),
            size=16,
            text_anchor="end",
        ),
        f'<rect x="{start}" y="{y}" width="{sure - start:.1f}" height="28" fill="{shade}"/>',
        _svg_reach(bar, y, sure, end),
        _svg_text(end + 10, y + 20, bar.text, size=17, font_weight=700),
    ]


def _svg_reach(bar: Bar, y: float, sure: float, end: float) -> str:
    """Return how far a bar's number could reach: a line where it could also be less, and hatching where it could not."""
    if end <= sure:
        return ""
    if bar.low is None:
        shade = f'fill="url(#{bar.look})" stroke="{SHADES[bar.look]}"'
        return f'<rect x="{sure:.1f}" y="{y}" width="{end - sure:.1f}" height="28" {shade}/>'
    start, longest = PLOT
    return f'<path d="M{start + bar.low * longest:.1f} {y + 14}H{end:.1f}" stroke="#0b0c0c" stroke-width="3"/>'


def _hatching(look: str) -> str:
    return (
        f'<pattern id="{look}" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
        f'<rect width="3" height="8" fill="{SHADES[look]}"/></pattern>'
    )


def _svg_text(x: float, y: float, line: str, *, size: int, **attributes: str | int) -> str:
    more = "".join(f' {name.replace("_", "-")}="{value}"' for name, value in attributes.items())
    return f'<text x="{x}" y="{y}" font-size="{size}"{more}>{escape(line)}</text>'


def _watermark(card: Card, height: int) -> str:
    """Return the word that stands across a picture of invented figures, as often as its height needs."""
    if not card.about.is_illustrative:
        return ""
    times = max(round(height / WATERMARK_EVERY), 1)
    middles = [(WIDTH / 2, height * (place + 0.5) / times) for place in range(times)]
    words = "".join(
        f'<text x="{x:.0f}" y="{y:.0f}" transform="rotate(-12 {x:.0f} {y:.0f})">{WATERMARK}</text>'
        for x, y in middles
    )
    return f'<g font-size="80" font-weight="700" text-anchor="middle" fill="#4a5058" fill-opacity="0.22">{words}</g>'


def _key(card: Card) -> str:
    """Return what the hatching or the lines of a picture mean, where it has any."""
    if any(bar.low is not None for bar in card.bars):
        what = (
            "number could have been before it was adjusted"
            if card.about.additive
            else "share could be among all"
        )
        return f"Line: what a {what}. "
    return (
        "Hatched: the range a number could have. "
        if any(bar.to > bar.sure for bar in card.bars)
        else ""
    )


def symbols(card: Card) -> list[str]:
    """Return an explanation of each status letter that stands in a card's table."""
    used = {
        letter
        for name in ("status", "share_status")
        if name in card.data
        for letter in card.data[name]
    }
    meanings = transcribed.meanings(is_additive=card.about.additive)
    return [f"[{letter}] {meaning}" for letter, meaning in meanings.items() if letter in used]
