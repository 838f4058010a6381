"""The inverted index: for each word, the documents that have it and its weight in each.

Words are in the singular. A word weighs more in a title than in a text, more in a short field than
in a long one, and more if few documents have it (as in BM25).
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from rapidfuzz import process
from rapidfuzz.distance import OSA

from referrals.search import search_words
from referrals.search.documents import Document

TITLE_WEIGHT, NAME_WEIGHT, PAGE_WEIGHT = 6.0, 4.0, 1.0
"""The weights of a word of a title, of another name and of the title of the page round a section.

A word that a text has many times weighs little more than 2."""

SATURATION, LENGTH_NORMALISATION = 1.2, 0.75
"""The constants k1 and b of BM25, as usual."""

SHORTEST_PREFIX: Final = 3
SHORTEST_BESIDE_WORD: Final = 4
"""The shortest beginning of a word that finds it, and if it is a word itself."""

PREFIX_FACTOR, PREFIX_BESIDE_WORD = 0.8, 0.4
MOST_PREFIXED: Final = 30
"""The most words that one beginning finds."""

SHORTEST_CORRECTED: Final = 4
LONGEST_CORRECTED: Final = 30
"""Words of other lengths are not taken for misspelt."""

LONG: Final = 8
"""From this length on, two letters may be wrong; below it, one."""

FARTHEST: Final = 0.5
"""The largest distance of a word that is suggested if nothing is found, as a share of its length.
"""

Weights = Mapping[int, float]


@dataclass(frozen=True)
class Index:
    """The documents, and for each word its weight in each of them, by their places.

    `titles` are the words of each title, and of each other name. `forms` maps each word, as it is
    written, to its singular.
    """

    documents: Sequence[Document]
    postings: Mapping[str, Weights]
    titles: Sequence[frozenset[frozenset[str]]]
    rarity: Mapping[str, float]
    sorted_words: Sequence[str]
    forms: Mapping[str, str]

    def weights(self, word: str) -> tuple[Weights, frozenset[str]]:
        """Return the weight of a word in each document, and the words that count for it.

        These are the word itself and those that begin with it.
        """
        found: dict[int, float] = {}
        counted = set()
        for other, factor in self._matching(word):
            counted.add(other)
            for place, weight in self.postings[other].items():
                scored = weight * factor * self.rarity[other]
                found[place] = max(found.get(place, 0), scored)
        return found, frozenset(counted)

    def is_known(self, word: str) -> bool:
        """Return whether a word, in the singular, finds something as it is."""
        return any(True for _ in self._matching(word))

    def corrected(self, word: str) -> str:
        """Return the word that a misspelt one stands for, '' if none is near enough.

        The distance is that of optimal string alignment: a letter wrong, missing, added, or two
        neighbours swapped. Of several words the commonest is taken.
        """
        if not (SHORTEST_CORRECTED <= len(word) <= LONGEST_CORRECTED) or word.isdigit():
            return ""
        allowed = 1 if len(word) < LONG else 2
        return self._nearest(word, self.forms, allowed)

    def suggested(self, word: str) -> str:
        """Return the nearest word if nothing was found, '' if none is like it."""
        if len(word) > LONGEST_CORRECTED:
            return ""
        indexed = [form for form, singular in self.forms.items() if singular in self.postings]
        return self._nearest(word, indexed, int(len(word) * FARTHEST))

    def _nearest(self, word: str, forms: Iterable[str], allowed: int) -> str:
        found = process.extract(
            word, list(forms), scorer=OSA.distance, score_cutoff=allowed, limit=None
        )
        if not found:
            return ""
        return min(found, key=lambda match: (match[1], -self._frequency(match[0]), match[0]))[0]

    def _frequency(self, form: str) -> int:
        return len(self.postings.get(self.forms[form], ()))

    def _matching(self, word: str) -> Iterator[tuple[str, float]]:
        """Yield the words of the index that a word finds, each with its factor."""
        is_word = word in self.postings
        if is_word:
            yield word, 1.0
        if len(word) < (SHORTEST_BESIDE_WORD if is_word else SHORTEST_PREFIX):
            return
        factor = PREFIX_BESIDE_WORD if is_word else PREFIX_FACTOR
        start = bisect_left(self.sorted_words, word)
        for other in self.sorted_words[start : start + MOST_PREFIXED]:
            if not other.startswith(word):
                return
            if other != word:
                yield other, factor * len(word) / len(other)


def build(documents: Sequence[Document]) -> Index:
    """Return the index of documents."""
    fields = [_fields(document) for document in documents]
    usual_length = sum(len(field.text) for field in fields) / max(1, len(fields))
    postings: dict[str, dict[int, float]] = {}
    for place, field in enumerate(fields):
        for word, weight in _weights(field, usual_length).items():
            postings.setdefault(word, {})[place] = weight
    rarity = _rarity(documents, postings)
    known = search_words.of()
    by_form = {
        form: search_words.singular(form)
        for document in documents
        for form in search_words.words(_everything(document))
    }
    synonyms = {word: word for phrase in known.synonyms for word in phrase}
    urgent = {word: word for phrase in known.urgent | known.urgent_alone for word in phrase}
    ignored = {word: word for word in known.ignored}
    return Index(
        documents=documents,
        postings=postings,
        titles=[field.names for field in fields],
        rarity=rarity,
        sorted_words=sorted(postings),
        forms={**synonyms, **urgent, **ignored, **by_form},
    )


@dataclass(frozen=True)
class _Fields:
    """The words of a document by field, in the singular."""

    title: Sequence[str]
    also: Sequence[str]
    page: Sequence[str]
    text: Sequence[str]
    names: frozenset[frozenset[str]]


def _fields(document: Document) -> _Fields:
    ignored = search_words.of().ignored
    title = search_words.singulars(document.title)
    also = [search_words.singulars(name) for name in document.also]
    return _Fields(
        title=title,
        also=[word for name in also for word in name],
        page=search_words.singulars(document.page),
        text=search_words.singulars(document.text),
        names=frozenset(frozenset(name) - ignored for name in (title, *also)),
    )


def _weights(field: _Fields, usual_length: float) -> dict[str, float]:
    found = dict.fromkeys(field.page, PAGE_WEIGHT)
    length = 1 - LENGTH_NORMALISATION + LENGTH_NORMALISATION * len(field.text) / (usual_length or 1)
    for word, times in Counter(field.text).items():
        weight = times * (SATURATION + 1) / (times + SATURATION * length)
        found[word] = found.get(word, 0) + weight
    for word in set(field.also):
        found[word] = found.get(word, 0) + NAME_WEIGHT
    for word in set(field.title):
        found[word] = found.get(word, 0) + TITLE_WEIGHT / math.sqrt(len(field.title))
    return found


def _rarity(documents: Sequence[Document], postings: Mapping[str, Weights]) -> dict[str, float]:
    """Return the inverse document frequency of each word.

    Documents of one title count once: hundreds of figures belong to one series.
    """
    titles = [(document.kind, document.title) for document in documents]
    total = len(set(titles))
    found = {}
    for word, weights in postings.items():
        having = len({titles[place] for place in weights})
        found[word] = math.log(1 + (total - having + 0.5) / (having + 0.5))
    return found


def _everything(document: Document) -> str:
    return " ".join((document.title, document.page, document.text, *document.also))
