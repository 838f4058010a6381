"""Where the figures of a card are printed: each source once, with its sections and sentences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

from referrals import templates
from referrals.cards.card import Card
from referrals.formatting import day
from referrals.release.release import Kind

FEW: Final = 2
"""A card with more sources than this counts them in its source line, and lists them below."""


@dataclass(frozen=True)
class Cited:
    """One source of a card and the sentences that are taken from it, each with its section ('' where there is none)."""

    publisher: str
    title: str
    published_on: str
    address: str
    sentences: Sequence[tuple[str, str]]

    @property
    def name(self) -> str:
        """The source in one line: publisher, title, date, and the sections used."""
        sections = sorted({section for section, _ in self.sentences if section})
        when = day(self.published_on)
        dated = f" ({when})" if when and when not in self.title else ""
        where = (
            f", section{'s' if len(sections) > 1 else ''} {', '.join(sections)}" if sections else ""
        )
        return f"{self.publisher}, {self.title}{dated}{where}"


def cited(*cards: Card) -> list[Cited]:
    """Return the sources of cards in the order of their figures, each once, with each of its sentences once."""
    found: dict[tuple[str, str, str, str], dict[tuple[str, str], None]] = {}
    for quote in (quote for card in cards for quote in card.quotes):
        key = (quote["publisher"], quote["source_title"], quote["published_on"], quote["address"])
        found.setdefault(key, {})[quote.get("section", ""), quote["quotation"]] = None
    return [Cited(*key, list(sentences)) for key, sentences in found.items()]


def names(card: Card) -> list[str]:
    """Return the sources of a card in words; the release itself where it has no printed sentence."""
    return [one.name for one in cited(card)] or [card.about.title]


def html(card: Card) -> str:
    """Return the source line of a card, and below it, folded, each source with its sentences and its address."""
    return line(card) + sentences(card)


def line(card: Card) -> str:
    """Return the source line of a card.

    A release built from records is its own source; a card of printed figures that has none has no line.
    """
    sources = cited(card)
    if not sources and card.about.kind is Kind.TRANSCRIBED:
        return ""
    said = (
        f"Source: {'; '.join(names(card))}."
        if len(sources) <= FEW
        else f"Sources: {len(sources)} publications, listed below."
    )
    return f'<p class="source">{escape(said)}</p>'


def sentences(*cards: Card) -> str:
    """Return each source of cards with its sentences and its address, folded; '' where they have none."""
    listed = "".join(_one(source) for source in cited(*cards))
    if not listed:
        return ""
    return f'<details class="source"><summary>The printed sentences behind this, and where they stand</summary>{listed}</details>'


def _one(source: Cited) -> str:
    items = "".join(
        f"<li>“{escape(sentence)}”{f' <cite>(section {escape(section)})</cite>' if section else ''}</li>"
        for section, sentence in source.sentences
        if sentence
    )
    read = f" {templates.link(source.address, 'Read it')}" if source.address else ""
    listed = (
        f"<ul>{items}</ul>"
        if items
        else "<p>These numbers come from a data table, and not from a sentence.</p>"
    )
    return f"<p>{escape(source.name)}.{read}</p>{listed}"
