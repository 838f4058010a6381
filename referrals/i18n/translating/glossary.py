"""The fixed terms of a language, which every translation must use: `data/vocabulary/<language>`.

`data/vocabulary/en/glossary.csv` lists the English terms with their meaning. The `glossary.csv` of
another language gives each of them one or more words, separated by ` | `. A word may be cut short,
so that every inflection of it begins with the same letters.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from typing import Final

from referrals.errors import DataError
from referrals.language import ENGLISH
from referrals.paths import VOCABULARY
from referrals.reference import table_schema

FILE: Final = "glossary.csv"
SEPARATOR: Final = " | "

_NOT_WORDS: Final = re.compile(r"\[@[^\]]*\]|\]\([^)]*\)|\{[^}]*\}")
"""Citations, targets of links and placeholders, whose names are not words of the sentence."""

Glossary = Mapping[str, tuple[str, ...]]
"""The words of a language for each English term. A translation must use one of them."""


@cache
def terms() -> Mapping[str, str]:
    """Return the English terms, each with its note for translators."""
    return {row["term"]: row["note"] for row in table_schema.read(VOCABULARY / ENGLISH / FILE)}


@cache
def glossary(language: str) -> Glossary:
    """Return the fixed terms of a language.

    Raises:
        DataError: the file is missing, or a term is missing from it or unknown.
    """
    path = VOCABULARY / language / FILE
    if not path.is_file():
        raise DataError(
            f"data/vocabulary/{language}/{FILE} is missing. Give each term of "
            f"data/vocabulary/{ENGLISH}/{FILE} its words in this language first."
        )
    found = {row["term"]: tuple(row["words"].split(SEPARATOR)) for row in table_schema.read(path)}
    if wrong := sorted(terms().keys() ^ found.keys()):
        raise DataError(
            f"data/vocabulary/{language}/{FILE} and data/vocabulary/{ENGLISH}/{FILE} do not have "
            f"the same terms: {', '.join(wrong)}."
        )
    return found


def missing(english: str, translation: str, words: Glossary) -> list[str]:
    """Return the terms of the English for which a translation uses none of their fixed words.

    >>> missing("The police may ask.", "Cảnh sát có thể hỏi.", {"police": ("cảnh sát",)})
    []
    >>> missing("[Help](/police) {police} [@police]", "Trợ giúp", {"police": ("cảnh sát",)})
    []
    """
    rest, folded = _NOT_WORDS.sub(" ", english), _folded(translation)
    found = []
    for term in sorted(words, key=len, reverse=True):
        pattern = _pattern(term)
        if not pattern.search(rest):
            continue
        rest = pattern.sub(" ", rest)  # "police" inside "police force" is not another term
        if not any(_folded(word) in folded for word in words[term]):
            found.append(term)
    return found


@cache
def _pattern(term: str) -> re.Pattern[str]:
    return re.compile(rf"\b{re.escape(term)}(?:s|es)?\b", re.IGNORECASE)


def _folded(text: str) -> str:
    return unicodedata.normalize("NFC", text).casefold()
