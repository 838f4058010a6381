"""The sources of a card, each once, with the sections and sentences that its figures come from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from markupsafe import Markup

from referrals import templates
from referrals.cards.card import Card
from referrals.cards.wording.phrases import comma_separated
from referrals.content.standalone_pages import number_address
from referrals.formatting import day
from referrals.i18n import messages
from referrals.language import in_english

TEMPLATE: Final = "cards/sources.html"

MOST_NAMED_SOURCES: Final = 2
"""The most sources that a source line names. It gives the number of more."""


@dataclass(frozen=True)
class Source:
    """One source of a card and its sentences, each with its section ('' if it has none).

    `numbers` has the ids of the statements that print a sentence, by section and sentence.
    """

    publisher: str
    title: str
    published_on: str
    address: str
    sentences: Sequence[tuple[str, str]]
    numbers: Mapping[tuple[str, str], Sequence[str]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The source in one line: publisher, title, date, and the sections used."""
        name = self._name_without_sections()
        sections = sorted({section for section, _ in self.sentences if section})
        if not sections:
            return name
        return messages.text(
            "sources.name_with_sections",
            n=len(sections),
            name=name,
            sections=comma_separated(sections),
        )

    def _name_without_sections(self) -> str:
        date = day(self.published_on)
        if not date or date in self.title:
            return messages.text("sources.name", publisher=self.publisher, title=self.title)
        return messages.text(
            "sources.name_dated", publisher=self.publisher, title=self.title, date=date
        )


def cited(*cards: Card) -> list[Source]:
    """Return the sources of cards in the order of their figures, each with its sentences once."""
    found: dict[tuple[str, str, str, str], dict[tuple[str, str], list[str]]] = {}
    for card in cards:
        for quote in card.quotes:
            key = (
                in_english(quote["publisher"]),
                in_english(quote["source_title"]),
                quote["published_on"],
                quote["address"],
            )
            sentences = found.setdefault(key, {})
            ids = sentences.setdefault(
                (quote.get("section", ""), in_english(quote["quotation"])), []
            )
            if (number_id := quote.get("statement_id", "")) and number_id not in ids:
                ids.append(number_id)
    return [Source(*key, list(sentences), sentences) for key, sentences in found.items()]


def names(card: Card) -> list[str]:
    """Return the names of a card's sources; the release itself if it cites no printed source."""
    return [source.name for source in cited(card)] or [in_english(card.about.title)]


def html(card: Card) -> Markup:
    """Return the source line of a card, then, folded, each source with its sentences."""
    return line(card) + sentences(card)


def line(card: Card) -> Markup:
    """Return the source line of a card.

    A release built from records is its own source. A card of printed figures without a source has
    no source line.
    """
    number = len(cited(card))
    if not number and not card.about.is_from_records:
        return Markup()
    if number > MOST_NAMED_SOURCES:
        return templates.macro(TEMPLATE, "line", messages.text("sources.many", n=number))
    return templates.macro(TEMPLATE, "line", named_line(card))


def named_line(card: Card) -> str:
    """Return the source line that names every source, as text: 'Source: Home Office, ….'."""
    return messages.text("sources.line", names=messages.text("exports.separator").join(names(card)))


def sentences(*cards: Card, has_links: bool = True) -> Markup:
    """Return each source of the cards with its sentences and its address, folded; empty if none.

    Each sentence links to its page, unless the page has to stay small.
    """
    sources = [_listed(source, has_links=has_links) for source in cited(*cards)]
    if not sources:
        return Markup()
    return templates.macro(TEMPLATE, "sentences", messages.text("sources.sentences"), sources)


def _is_printed(sentence: tuple[str, str]) -> bool:
    """Return whether a sentence, which is given with its section, has any words."""
    return bool(sentence[1])


def _page_of(numbers: Sequence[str]) -> str:
    """Return the page of the first number that a sentence prints, '' if it has none."""
    return number_address(numbers[0]) if numbers else ""


def _listed(source: Source, *, has_links: bool) -> dict[str, object]:
    quoted = []
    for section, sentence in filter(_is_printed, source.sentences):
        numbers = source.numbers[section, sentence] if has_links else ()
        name = messages.text("sources.section", section=section) if section else ""
        # Other publications have no sections, so the link of a sentence has the id of its number.
        quoted.append((name or "".join(numbers[:1]), sentence, _page_of(numbers)))
    return {
        "name": source.name,
        "address": source.address,
        "read": messages.text("sources.read"),
        "sentences": quoted,
        "no_sentence": messages.text("sources.no_sentence"),
    }
