"""Queries: the terms of a text, the documents that match them, and how words were read.

The time that a query takes is bounded by the number of words that are read of it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import repeat
from typing import Final

from referrals.language import ENGLISH
from referrals.questions import spelling
from referrals.search import concerns, search_words
from referrals.search.concerns import Concern
from referrals.search.documents import Document, DocumentKind
from referrals.search.search_index import Index
from referrals.search.search_words import Phrase

LONGEST_QUERY: Final = 300
"""Characters of a query that are read."""

MOST_WORDS: Final = 12
"""Words of a query that are read."""

SYNONYM_FACTOR: Final = 0.75
"""The weight of a synonym beside that of a word as typed."""

EXACT_TITLE, EXACT_NAME, WHOLE_IN_TITLE = 2.0, 1.6, 1.3
"""The factors of a document whose title, or other name, is the query, or has all of its words."""


NO_CONCERN: Final = Concern()


@dataclass(frozen=True)
class Found:
    """The documents that match a query, the best first.

    `concern` is that of somebody in need, if its words are. `corrections` are the words
    that were read as misspelt, each with the word that was read. `words` are all that count as
    matches, in the singular. `suggestion` is a query to try if nothing was found.
    """

    documents: Sequence[Document] = ()
    concern: Concern = NO_CONCERN
    corrections: Sequence[tuple[str, str]] = ()
    words: frozenset[str] = frozenset()
    suggestion: str = ""

    def of_kind(self, kind: DocumentKind) -> list[Document]:
        """Return the documents of a kind, the best first."""
        return [document for document in self.documents if document.kind is kind]


@dataclass
class _Scores:
    """The score of each document and the terms that it matches, by its place."""

    scores: dict[int, float] = field(default_factory=dict)
    matched: dict[int, int] = field(default_factory=dict)
    words: set[str] = field(default_factory=set)


def find(index: Index, text: str) -> Found:
    """Return the documents that match a text. None do if it has no word."""
    typed = search_words.words(text[:LONGEST_QUERY])[:MOST_WORDS]
    read = [_read(index, word) for word in typed]
    if search_words.of().ignored.issuperset(read):
        read = typed  # "weather" is not "whether", which finds every page
    corrections = [pair for pair in zip(typed, read, strict=True) if pair[0] != pair[1]]
    words = [search_words.singular(word) for word in read]
    scores = _scored(index, words)
    documents = _ranked(index, scores, words)
    suggestion = "" if documents else _suggestion(index, typed)
    return Found(
        documents=documents,
        concern=concerns.read(search_words.of(), words),
        corrections=corrections,
        words=frozenset(scores.words),
        suggestion=suggestion,
    )


def _read(index: Index, word: str) -> str:
    """Return a word as it is if anything is known of it, otherwise the nearest one, if any."""
    singular = search_words.singular(word)
    if {word, singular} & (index.forms.keys() | spelling.known_words(ENGLISH)):
        return word
    if twin := index.sounding_like(word):
        return twin
    return word if index.is_known(singular) else index.corrected(word) or word


def _scored(index: Index, words: Sequence[str]) -> _Scores:
    found = _Scores()
    terms = list(_terms(words))
    for phrases in terms:
        best: dict[int, float] = {}
        for phrase, factor in phrases:
            for place, score in _weights(index, phrase, found.words).items():
                best[place] = max(best.get(place, 0), score * factor)
        for place, score in best.items():
            found.scores[place] = found.scores.get(place, 0) + score
            found.matched[place] = found.matched.get(place, 0) + 1
    for place, count in found.matched.items():
        found.scores[place] *= (count / len(terms)) ** 2
    return found


def _terms(words: Sequence[str]) -> Iterator[list[tuple[Phrase, float]]]:
    """Yield each term of a query: the phrases that count for it, each with its factor.

    A run of words with a synonym is one term. Words that say nothing are left out, unless the query
    has no other.
    """
    known = search_words.of()
    has_subject = any(word not in known.ignored for word in words)
    start = 0
    while start < len(words):
        phrase = _longest_with_synonym(words[start:])
        start += len(phrase)
        if has_subject and set(phrase) <= known.ignored:
            continue
        meanings = known.synonyms.get(phrase, ())
        yield [(phrase, 1.0), *zip(meanings, repeat(SYNONYM_FACTOR))]


def _longest_with_synonym(words: Sequence[str]) -> Phrase:
    known = search_words.of()
    for length in range(min(known.longest, len(words)), 1, -1):
        if tuple(words[:length]) in known.synonyms:
            return tuple(words[:length])
    return (words[0],)


def _weights(index: Index, phrase: Phrase, counted: set[str]) -> dict[int, float]:
    """Return the mean weight of a phrase in each document that has all its words."""
    total: dict[int, float] = {}
    having: Counter[int] = Counter()
    for word in phrase:
        weights, words = index.weights(word)
        counted |= words
        having.update(weights.keys())
        for place, weight in weights.items():
            total[place] = total.get(place, 0) + weight / len(phrase)
    return {place: total[place] for place, count in having.items() if count == len(phrase)}


def _ranked(index: Index, scores: _Scores, words: Sequence[str]) -> list[Document]:
    subject = frozenset(words) - search_words.of().ignored
    final = {
        place: score * index.documents[place].weight * _title_factor(index, place, subject)
        for place, score in scores.scores.items()
    }
    places = sorted(final, key=lambda place: (-final[place], place))
    return [index.documents[place] for place in places]


def _title_factor(index: Index, place: int, subject: frozenset[str]) -> float:
    if not subject:
        return 1.0
    if subject in index.exact_titles[place]:
        return EXACT_TITLE
    if subject in index.titles[place]:
        return EXACT_NAME
    return WHOLE_IN_TITLE if subject <= index.title_words[place] else 1.0


def _suggestion(index: Index, words: Sequence[str]) -> str:
    """Return the nearest words of the index, '' if there are none."""
    near = [index.suggested(word) for word in words]
    return " ".join(word for word in near if word)
