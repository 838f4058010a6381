"""What stands above and below a card's chart on the screen, as two pieces of HTML that are made once and kept."""

from __future__ import annotations

from html import escape

from referrals import templates
from referrals.caching import kept
from referrals.cards.card import Card
from referrals.cards.exports import text
from referrals.cards.exports.formats import FORMATS, address, endings
from referrals.cards.html import notices, parts, sources
from referrals.cards.registry import KEPT, is_whole
from referrals.content import pages


@kept(512, KEPT, apart=is_whole)
def above(card: Card, quick: bool) -> str:
    """Return what stands above a card's chart, and the chart itself where it needs nothing to load."""
    warning = notices.box(f"<p>{pages.inline(card.warning)}</p>") if card.warning else ""
    if not card.bars:
        return parts.head(card) + warning
    bars = parts.bars(card)
    # A chart made by Plotly does not print: the table of bars stands in for it on paper.
    chart = (
        bars if quick or card.draw is None else f'<div class="on-paper{_mark(card)}">{bars}</div>'
    )
    return parts.head(card) + warning + chart


@kept(512, KEPT, apart=is_whole)
def below(card: Card, quick: bool, more: str, base: str) -> str:
    """Return what stands below a card's chart; addresses that are taken elsewhere begin with `base`."""
    way_on = f"<p>{pages.inline(more)}</p>" if more else ""
    table = "" if quick else card.table
    return (
        table
        + parts.notes(card, folded=quick)
        + sources.html(card)
        + way_on
        + _take_away(card, base)
    )


@kept(512, KEPT, apart=is_whole)
def whole(card: Card, quick: bool, more: str, base: str) -> str:
    """Return a card that has no chart to load, in one piece."""
    return f'<div class="card">{above(card, quick)}{below(card, quick, more, base)}</div>'


def _mark(card: Card) -> str:
    return " watermarked" if card.about.is_illustrative else ""


def _take_away(card: Card, base: str) -> str:
    """Return what can be taken away, folded: files, the card as text, how to cite it, and its link.

    Streamlit's own buttons would be five messages a card in every run, and its box to copy from 1.6 MB of script.
    """
    return (
        '<details class="take-away"><summary>Download, copy, cite or link</summary>'
        f'<p class="files">{"".join(_file(card, ending) for ending in endings(card))}</p>'
        f"{templates.to_copy('Copy as text', text.write(card, base))}"
        f"{templates.to_copy('Cite', text.citation(card, base))}"
        f"<p><b>Link to this view</b><br>{templates.link(card.link, base + card.link)}</p></details>"
    )


def _file(card: Card, ending: str) -> str:
    return f'<a href="{escape(address(card, ending))}" download>{FORMATS[ending].label}</a>'
