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
"""The shortest beginning of a word that finds it."""

SHORTEST_BESIDE_WORD: Final = 4
"""The same for a beginning that is a word itself."""

PREFIX_FACTOR, PREFIX_BESIDE_WORD = 0.8, 0.4
"""The weight of a word found by its beginning, as a share, and if that is a word itself."""

MOST_PREFIXED: Final = 30
"""The most words that one beginning finds."""

SHORTEST_CORRECTED: Final = 4
"""A shorter word is not corrected, unless to a word of danger."""

SHORTEST_OF_DANGER: Final = 3
"""The length from which a word may lack a letter of a word of danger."""

SHORTEST_FAR_FROM_DANGER: Final = 6
"""The length from which a word may differ from a word of danger by two letters."""

LONGEST_CORRECTED: Final = 30
"""A longer word is not corrected."""

LONG: Final = 8
"""From this length on, two letters may be wrong; below it, one."""

FARTHEST: Final = 0.5
"""The largest distance of a word that is suggested if nothing is found, as a share of its length.
"""

Weights = Mapping[int, float]


@dataclass(frozen=True)
class Index:
    """The documents, and for each word its weight in each of them, by their places.

    `titles` are the words of each title, and of each other name. `exact_titles` are those of each
    title alone, with and without what is in brackets, `title_words` all its words. `forms` maps
    each word, as it is written, to its singular. `sounds` maps a sound to the word that is meant.
    """

    documents: Sequence[Document]
    postings: Mapping[str, Weights]
    titles: Sequence[frozenset[frozenset[str]]]
    exact_titles: Sequence[frozenset[frozenset[str]]]
    title_words: Sequence[frozenset[str]]
    rarity: Mapping[str, float]
    sorted_words: Sequence[str]
    forms: Mapping[str, str]
    sounds: Mapping[str, str]

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

    def sounding_like(self, word: str) -> str:
        """Return the word that sounds the same and is spelt otherwise, '' if there is none."""
        if len(word) < SHORTEST_CORRECTED or not word.isalpha():
            return ""
        return self.sounds.get(search_words.sound(word), "")

    def corrected(self, word: str) -> str:
        """Return the word that is meant by a misspelt one, '' if none is near enough.

        The distance is that of optimal string alignment: a letter wrong, missing, added, or two
        neighbours swapped. Of several words one of danger comes first, then the commonest. A word
        of three letters is corrected only to one of danger that has a letter more.
        """
        if word.isdigit() or len(word) > LONGEST_CORRECTED:
            return ""
        if len(word) == SHORTEST_OF_DANGER:
            longer = [each for each in search_words.of().of_danger if len(each) > len(word)]
            return self._nearest(word, [each for each in longer if each[0] == word[0]], 1)
        if len(word) < SHORTEST_CORRECTED:
            return ""
        targets = self.forms.keys() - search_words.of().ignored
        allowed = 1 if len(word) < LONG else 2
        return (
            self._nearest(word, targets, allowed)
            or self._nearest_of_danger(word)
            or self._longest_beginning(word)
        )

    def _nearest_of_danger(self, word: str) -> str:
        """Return a word of danger that a misspelt one differs from by up to two letters.

        The first letter must be right.
        """
        if len(word) < SHORTEST_FAR_FROM_DANGER:
            return ""
        same_first = [each for each in search_words.of().of_danger if each[0] == word[0]]
        return self._nearest(word, [each for each in same_first if len(each) >= len(word)], 2)

    def _longest_beginning(self, word: str) -> str:
        """Return the longest word of the index that a longer one begins with: "methodology"."""
        beginnings = [word[:end] for end in range(len(word) - 1, SHORTEST_CORRECTED, -1)]
        return next((each for each in beginnings if each in self.postings), "")

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
        return min((distance, *self._rank(form)) for form, distance, _ in found)[-1]

    def _rank(self, form: str) -> tuple[bool, int, str]:
        """Return the place of a word among those that are equally near, the first the lowest."""
        return _rank(form, self.forms, self.postings)

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
    forms = {**dict(zip(known.every, known.every, strict=True)), **by_form}
    return Index(
        documents=documents,
        postings=postings,
        titles=[field.names for field in fields],
        exact_titles=[_exact_titles(document.title) for document in documents],
        title_words=[frozenset(field.title) for field in fields],
        rarity=rarity,
        sorted_words=sorted(postings),
        forms=forms,
        sounds=_sounds(forms, postings),
    )


def _sounds(forms: Mapping[str, str], postings: Mapping[str, Weights]) -> dict[str, str]:
    """Return the word that is meant by each sound: of danger, or else the commonest."""
    ranked = sorted(forms, key=lambda form: _rank(form, forms, postings), reverse=True)
    return {search_words.sound(form): form for form in ranked if form.isalpha()}


def _rank(
    form: str, forms: Mapping[str, str], postings: Mapping[str, Weights]
) -> tuple[bool, int, str]:
    is_of_danger = form in search_words.of().of_danger
    return not is_of_danger, -len(postings.get(forms[form], ())), form


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


def _exact_titles(title: str) -> frozenset[frozenset[str]]:
    texts = (title, search_words.without_brackets(title))
    return frozenset(
        frozenset(search_words.singulars(text)) - search_words.of().ignored for text in texts
    )


def _weights(field: _Fields, usual_length: float) -> dict[str, float]:
    found = dict.fromkeys(field.page, PAGE_WEIGHT)
    length = 1 - LENGTH_NORMALISATION + LENGTH_NORMALISATION * len(field.text) / (usual_length or 1)
    for word, times in Counter(field.text).items():
        weight = times * (SATURATION + 1) / (times + SATURATION * length)
        found[word] = found.get(word, 0) + weight
    for word in set(field.also):
        found[word] = found.get(word, 0) + NAME_WEIGHT
    subject = [word for word in field.title if word not in search_words.of().ignored]
    for word in set(field.title):
        found[word] = found.get(word, 0) + TITLE_WEIGHT / math.sqrt(len(subject or field.title))
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
