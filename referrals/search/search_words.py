"""The words of texts and queries in the form that they are compared in, and the data about them.

`data/vocabulary/<language>/search_words.csv` has the synonyms, the words that call for help lines,
and the words that say nothing about a subject.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from referrals.language import ENGLISH
from referrals.paths import VOCABULARY
from referrals.questions.vocabulary import normalised
from referrals.reference import table_schema

Phrase = tuple[str, ...]

SHORTEST_PLURAL: Final = 4
"""A shorter word is never taken for a plural: gas, bus, his."""

_WORD: Final = re.compile(r"\d{1,3}(?:,\d{3})+|[a-z0-9]+")
_ES: Final = ("ches", "shes", "sses", "xes", "zes")
_NO_PLURAL: Final = ("ss", "us", "is")


@dataclass(frozen=True)
class SearchWords:
    """The data about words in a language. Phrases are in the singular.

    `urgent_alone` are urgent if no other word of a query has a subject of its own.
    """

    synonyms: Mapping[Phrase, Sequence[Phrase]]
    urgent: frozenset[Phrase]
    urgent_alone: frozenset[Phrase]
    ignored: frozenset[str]
    longest: int

    def is_urgent(self, words: Sequence[str]) -> bool:
        """Return whether the words of a query, in the singular, call for help lines first."""
        if any(phrase in self.urgent for phrase in spans(words, self.longest)):
            return True
        rest = [word for word in words if word not in self.ignored]
        return bool(rest) and all((word,) in self.urgent_alone for word in rest)


@cache
def of(language: str = ENGLISH) -> SearchWords:
    """Return the data about the words of a language.

    Raises:
        DataError: the file is missing or breaks its schema.
    """
    rows = table_schema.read(VOCABULARY / language / "search_words.csv")
    by_role: dict[str, set[Phrase]] = {}
    synonyms: dict[Phrase, list[Phrase]] = {}
    for row in rows:
        phrase = tuple(singulars(row["words"]))
        by_role.setdefault(row["role"], set()).add(phrase)
        if row["means"]:
            synonyms.setdefault(phrase, []).append(tuple(singulars(row["means"])))
    return SearchWords(
        synonyms=synonyms,
        urgent=frozenset(by_role["urgent"]),
        urgent_alone=frozenset(by_role["urgent_alone"]),
        ignored=frozenset(word for phrase in by_role["ignored"] for word in phrase),
        longest=max(len(phrase) for phrases in by_role.values() for phrase in phrases),
    )


def words(text: str) -> list[str]:
    """Return the words and numbers of a text, in lower case and without accents.

    >>> words("Côte d’Ivoire: 1,336 super-complaints (E024)")
    ['cote', 'd', 'ivoire', '1336', 'super', 'complaints', 'e024']
    """
    return [word.replace(",", "") for word in _WORD.findall(normalised(text))]


def singular(word: str) -> str:
    """Return a word without the ending of a regular plural. Nothing else is cut off.

    >>> [singular(word) for word in ("referrals", "nationalities", "witnesses", "status", "bus")]
    ['referral', 'nationality', 'witness', 'status', 'bus']
    """
    if len(word) < SHORTEST_PLURAL or word.endswith(_NO_PLURAL):
        return word
    if word.endswith("ies"):
        return f"{word[:-3]}y"
    return word[:-2] if word.endswith(_ES) else word.removesuffix("s")


def singulars(text: str) -> list[str]:
    """Return the words of a text in the singular.

    >>> singulars("Help lines")
    ['help', 'line']
    """
    return [singular(word) for word in words(text)]


def spans(found: Sequence[str], longest: int) -> Iterator[Phrase]:
    """Yield every run of neighbouring words.

    >>> list(spans(["a", "b", "c"], 2))
    [('a',), ('a', 'b'), ('b',), ('b', 'c'), ('c',)]
    """
    for start in range(len(found)):
        for end in range(start + 1, min(start + longest, len(found)) + 1):
            yield tuple(found[start:end])
