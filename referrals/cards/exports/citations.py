"""Citations of a card's view in the styles that readers are asked for.

The publisher is that of the source behind the figures, and the site is where they were shown. The
link stays with the release, so that it leads to the figures that were cited.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Final

from babel.dates import format_date

from referrals.cards.card import Card
from referrals.cards.exports.export import lasting_link
from referrals.cards.html import sources
from referrals.i18n import messages

Cite = Callable[[Card, str], str]

LOCALE: Final = "en_GB"
"""These styles are conventions of English texts, whatever the language of the page."""

TEX: Final = {
    **{letter: f"\\{letter}" for letter in "&%$#_{}"},
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
}
"""The TeX escapes of characters that it takes for commands."""


def apa(card: Card, base: str) -> str:
    """Return a citation in the style of the American Psychological Association (7th edition)."""
    return messages.text("exports.apa", **_parts(card, base, "y, MMMM d"))


def harvard(card: Card, base: str) -> str:
    """Return a citation in the Harvard style (Cite Them Right)."""
    return messages.text("exports.harvard", **_parts(card, base, "y"))


def bibtex(card: Card, base: str) -> str:
    """Return an entry of a BibTeX file."""
    parts = _parts(card, base, "y")
    fields = {
        "author": f"{{{_tex(parts['publisher'])}}}",
        "title": f"{{{_tex(parts['title'])}}}",
        "year": _tex(parts["date"]),
        "howpublished": _tex(parts["site"]),
        "version": _tex(parts["release"]),
        "note": _tex(f"{card.finding} {messages.text('exports.release_of', **parts)}"),
        "url": parts["address"],
    }
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items()]
    return "\n".join([f"@misc{{{card.file_name},", *lines, "}\n"])


STYLES: Final[Mapping[str, Cite]] = {"apa": apa, "harvard": harvard}
"""The styles that are shown on a page, by the names of their messages."""


def _parts(card: Card, base: str, pattern: str) -> dict[str, str]:
    about = card.about
    cited = sources.cited(card)
    site = messages.text("exports.site")
    return {
        "publisher": " & ".join(dict.fromkeys(source.publisher for source in cited)) or site,
        "date": _date(max((source.published_on for source in cited), default=""), pattern)
        or _date(about.published_on, pattern),
        "title": card.title.removesuffix("."),
        "unit": card.unit,
        "site": site,
        "release": about.release_id,
        "status": about.mark or about.status,
        "address": lasting_link(card, base),
    }


def _date(text: str, pattern: str) -> str:
    """Return a date by a pattern. A text that is no whole date gives its year, if it has one."""
    try:
        return str(format_date(date.fromisoformat(text), pattern, locale=LOCALE))
    except ValueError:
        return text[:4]


def _tex(text: str) -> str:
    r"""Return text as TeX writes it.

    >>> _tex("62% of A & B")
    '62\\% of A \\& B'
    """
    return "".join(TEX.get(letter, letter) for letter in text)
