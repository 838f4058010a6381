"""The words of texts and queries in the form that they are compared in, and the data about them.

`data/vocabulary/<language>/search_words.csv` has the synonyms, the words that call for help lines,
and the words that say nothing about a subject.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Final

from referrals.language import ENGLISH
from referrals.paths import VOCABULARY
from referrals.questions.vocabulary import normalised
from referrals.reference import table_schema

Phrase = tuple[str, ...]

SHORTEST_PLURAL: Final = 4
"""A shorter word is never taken for a plural: gas, bus, his."""

IGNORED, FORM, SYNONYM, NEED = "ignored", "form", "synonym", "need"
_ROLES: Final = (
    "urgent",
    "urgent_alone",
    "self",
    "person",
    "harm",
    "authority",
    "status",
    "of_man",
    "asking",
    "sharing",
    "figures",
)
"""The roles of phrases that have no other data."""

_OF_DANGER: Final = ("urgent", "urgent_alone", "harm")

SHORTEST_ROOT: Final = 3
"""A shorter beginning of a word is not read as a verb: the "be" of "bed"."""

_WORD: Final = re.compile(r"\d{1,3}(?:,\d{3})+|[a-z0-9]+")
_ES: Final = ("ches", "shes", "sses", "xes", "zes")
_NO_PLURAL: Final = ("ss", "us", "is")


@dataclass(frozen=True)
class SearchWords:
    """The data about words in a language. Phrases are in the singular.

    Attributes:
        phrases: the phrases of each role but `need`, in which forms count as the same word.
        needs: the needs of help lines that a phrase points to.
        forms: the word that another one counts as in these phrases: "took" as "take".
    """

    synonyms: Mapping[Phrase, Sequence[Phrase]]
    phrases: Mapping[str, frozenset[Phrase]]
    needs: Mapping[Phrase, Sequence[str]]
    forms: Mapping[str, str]
    ignored: frozenset[str]
    first_person: frozenset[str]

    @cached_property
    def longest(self) -> int:
        """The number of words of the longest phrase with a synonym."""
        return max(map(len, self.synonyms))

    @cached_property
    def by_first_word(self) -> Mapping[str, Mapping[str, Sequence[Phrase]]]:
        """The phrases of each role by their first word, so that a query is read in one pass."""
        found: dict[str, dict[str, list[Phrase]]] = {}
        for role, phrases in {**self.phrases, NEED: self.needs}.items():
            by_first = found.setdefault(role, {})
            for phrase in phrases:
                by_first.setdefault(phrase[0], []).append(phrase)
        return found

    @cached_property
    def every(self) -> frozenset[str]:
        """Every word of every phrase: none of them is misspelt."""
        phrases = {phrase for role in self.by_first_word for phrase in self._of(role)}
        return (
            frozenset(word for phrase in {*phrases, *self.synonyms} for word in phrase)
            | self.ignored
            | self.forms.keys()
        )

    @cached_property
    def of_danger(self) -> frozenset[str]:
        """The words that call for help, alone or with others."""
        phrases = [phrase for role in _OF_DANGER for phrase in self.phrases[role]]
        return frozenset(word for phrase in phrases for word in phrase) - self.ignored

    def _of(self, role: str) -> Iterable[Phrase]:
        return self.needs if role == NEED else self.phrases[role]


@cache
def of(language: str = ENGLISH) -> SearchWords:
    """Return the data about the words of a language.

    Raises:
        DataError: the file is missing or breaks its schema.
    """
    rows = table_schema.read(VOCABULARY / language / "search_words.csv")
    forms = {row["words"]: row["means"] for row in rows if row["role"] == FORM}
    by_role: dict[str, set[Phrase]] = {role: set() for role in _ROLES}
    synonyms: dict[Phrase, list[Phrase]] = {}
    needs: dict[Phrase, list[str]] = {}
    ignored = set()
    for row in rows:
        phrase = tuple(singulars(row["words"]))
        in_one_form = tuple(forms.get(word, word) for word in phrase)
        if row["role"] == IGNORED:
            ignored |= set(phrase)
        elif row["role"] == SYNONYM:
            synonyms.setdefault(phrase, []).append(tuple(singulars(row["means"])))
        elif row["role"] == NEED:
            needs.setdefault(in_one_form, []).append(row["means"].replace(" ", "_"))
        elif row["role"] != FORM:
            by_role[row["role"]].add(in_one_form)
    return SearchWords(
        synonyms=synonyms,
        phrases={role: frozenset(phrases) for role, phrases in by_role.items()},
        needs=needs,
        forms=forms,
        ignored=frozenset(ignored),
        first_person=frozenset(word for (word,) in by_role["self"]),
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


def without_brackets(title: str) -> str:
    """Return a title without the explanation in brackets at its end.

    >>> without_brackets("Rounding (disclosure control)")
    'Rounding'
    """
    return title.partition(" (")[0]


_SOUNDS: Final = (
    (re.compile(r"ph"), "f"),
    (re.compile(r"c(?=[eiy])|z"), "s"),
    (re.compile(r"ck|q|c(?!h)"), "k"),
    (re.compile(r"y"), "i"),
    (re.compile(r"(.)\1+"), r"\1"),
    (re.compile(r"(?<=..)e$"), ""),
)


def sound(word: str) -> str:
    """Return a key that words share if they are spelt differently and sound alike.

    >>> sound("police") == sound("polis"), sound("traficking") == sound("trafficking")
    (True, True)
    """
    for pattern, by in _SOUNDS:
        word = pattern.sub(by, word)
    return word


def bases(word: str, forms: Mapping[str, str]) -> frozenset[str]:
    """Return the word itself and those that it may be a form of, some of which do not exist.

    >>> sorted(bases("hitting", {}))
    ['hit', 'hitt', 'hitte', 'hitting']
    >>> sorted(bases("took", {"took": "take"}))
    ['take', 'took']
    """
    found = {word, singular(word)}
    for ending in ("ing", "ed"):
        root = word.removesuffix(ending)
        if root != word and len(root) >= SHORTEST_ROOT:
            found |= {root, f"{root}e"}
            if root[-1] == root[-2]:
                found.add(root[:-1])
    return frozenset(found | {forms[each] for each in found if each in forms})
