"""The words round every static page, from `data/locale/<language>/messages.toml`: a new language is a new file."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Final

from referrals.errors import DataError
from referrals.i18n.languages import ENGLISH, tag
from referrals.paths import LOCALE

FILE: Final = "messages.toml"


@dataclass(frozen=True)
class Words:
    """The words of a language by their names, and those of English for what it has no words for."""

    own: Mapping[str, str]
    english: Mapping[str, str]

    def text(self, name: str) -> str:
        """Return the words of a name, for a place that cannot say in which language they are."""
        return self.own.get(name, self.english[name])

    def html(self, name: str) -> str:
        """Return the words of a name as HTML, marked as English where they are English for want of others."""
        return (
            escape(self.own[name], quote=False)
            if name in self.own
            else in_english(escape(self.english[name], quote=False))
        )


def of(language: str) -> Words:
    """Return the words of a language; those of one that has no file are all English.

    Raises:
        DataError: the file cannot be read, or names words that English does not have.
    """
    english = _read(ENGLISH)
    own = _read(language) if (LOCALE / language / FILE).is_file() else {}
    if unknown := sorted(own.keys() - english.keys()):
        raise DataError(
            f"data/locale/{language}/{FILE} has names that {ENGLISH}/{FILE} does not have: {', '.join(unknown)}."
        )
    return Words(own, english)


def in_english(html: str, *, element: str = "span") -> str:
    """Return HTML that is English, marked so that a page in another language shows it and reads it aloud as that.

    >>> in_english("Menu")
    '<span lang="en-GB" dir="ltr">Menu</span>'
    """
    return f'<{element} lang="{tag(ENGLISH)}" dir="ltr">{html}</{element}>'


def _read(language: str) -> dict[str, str]:
    path = LOCALE / language / FILE
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DataError(
            f"data/locale/{language}/{FILE} cannot be read ({type(error).__name__})."
        ) from None
    if wrong := [name for name, words in found.items() if not isinstance(words, str)]:
        raise DataError(
            f"data/locale/{language}/{FILE} has names without words in quotation marks: {', '.join(wrong)}."
        )
    return found
