"""Citations of a card's view in the styles that readers are asked for.

Printed figures are credited to the publisher of their source, with the site as the place where they
were found. Figures that we worked out are credited to the site, with the source that they were
derived from. The link names the release, so that it leads to the figures that were cited.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Final

from babel.dates import format_date

from referrals.cards.card import Card
from referrals.cards.exports.export import lasting_link
from referrals.cards.exports.notes import joined
from referrals.cards.html import sources
from referrals.cards.wording import kinds
from referrals.i18n import code_labels, messages

Cite = Callable[[Card, str], str]

LOCALE: Final = "en_GB"
"""These styles are conventions of English texts, whatever the language of the page."""

TEX: Final = {
    **{letter: f"\\{letter}" for letter in "&%$#_{}"},
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
}
"""The escapes of the characters that have a meaning in TeX."""


def apa(card: Card, base: str) -> str:
    """Return a citation in the style of the American Psychological Association (7th edition)."""
    return _cited("apa", card, base, "y, MMMM d")


def harvard(card: Card, base: str) -> str:
    """Return a citation in the Harvard style (Cite Them Right)."""
    return _cited("harvard", card, base, "y")


def bibtex(card: Card, base: str) -> str:
    """Return an entry of a BibTeX file."""
    parts = _parts(card, base, "y")
    status = code_labels.status(card.about.mark, card.about.status)
    release = messages.text("exports.release_of", release=parts["release"], status=status)
    note = f"{card.finding} {release}"
    if is_derived(card):
        note = f"{note} {messages.text('exports.derived_from', **parts)}"
    fields = {
        "author": f"{{{tex(parts['publisher'])}}}",
        "title": f"{{{tex(parts['title'])}}}",
        "year": tex(parts["date"]),
        "howpublished": tex(parts["site"]),
        "version": tex(parts["release"]),
        "note": tex(note),
        "url": parts["address"],
    }
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items()]
    return "\n".join([f"@misc{{{card.file_name},", *lines, "}\n"])


STYLES: Final[Mapping[str, Cite]] = {"apa": apa, "harvard": harvard}
"""The styles that are shown on a page, by the names of their messages."""


def is_derived(card: Card) -> bool:
    """Return whether we worked out any number of a card from printed ones."""
    return not card.is_context and kinds.of(card.about.kind).is_derived(card.data)


def _cited(style: str, card: Card, base: str, pattern: str) -> str:
    form = f"{style}_derived" if is_derived(card) else style
    return messages.text(f"exports.{form}", **_parts(card, base, pattern))


def _parts(card: Card, base: str, pattern: str) -> dict[str, str]:
    about = card.about
    cited = sources.cited(card)
    site = messages.text("exports.site")
    publishers = " & ".join(dict.fromkeys(source.publisher for source in cited)) or site
    printed = max((source.published_on for source in cited), default="") or about.published_on
    is_ours = is_derived(card)
    return {
        "publisher": site if is_ours else publishers,
        # A release of printed figures has the date of its source, which is not that of our work.
        "date": messages.text("numbers.undated") if is_ours else _date(printed, pattern),
        "origin": messages.text(
            "exports.origin",
            publisher=publishers,
            year=_date(printed, "y"),
            titles=joined(dict.fromkeys(source.title for source in cited)),
        ),
        "title": card.title.removesuffix("."),
        "unit": card.unit,
        "site": site,
        "release": about.release_id,
        "status": about.mark or about.status,
        "address": lasting_link(card, base),
    }


def _date(text: str, pattern: str) -> str:
    """Return an ISO date in a pattern of CLDR; only the year of a month or a year, '' if empty."""
    try:
        return str(format_date(date.fromisoformat(text), pattern, locale=LOCALE))
    except ValueError:
        return text[:4]


def tex(text: str) -> str:
    r"""Return text escaped for TeX.

    >>> tex("62% of A & B")
    '62\\% of A \\& B'
    """
    return "".join(TEX.get(letter, letter) for letter in text)
