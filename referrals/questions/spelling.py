"""Typing errors: the word of the vocabulary that was meant, if only one can be.

A correction never crosses a meaning. If two words of different meaning are about as near, such as
Niger and Nigeria, nothing is corrected and the question is not answered.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Final

from rapidfuzz import process
from rapidfuzz.distance import OSA

from referrals.questions import vocabulary
from referrals.questions.vocabulary import Vocabulary

SHORTEST: Final = 5
"""Shorter words are never corrected, nor others to them: male and mail, Iran and Iraq."""

LONG: Final = 8
"""From this length on, two letters may be wrong; below it, one."""


def corrected(word: str, language: str) -> str | None:
    """Return the word of the vocabulary that is meant by a misspelt one, or None.

    The distance is that of optimal string alignment: a letter wrong, missing, added, or two
    neighbours swapped. The first letter must be right.
    """
    known = vocabulary.of(language)
    if len(word) < SHORTEST or word in known.not_misspellings or not word.isalpha():
        return None
    allowed = 1 if len(word) < LONG else 2
    candidates = _by_first_letter(language).get(word[0], {})
    found = process.extract(
        word, list(candidates), scorer=OSA.distance, score_cutoff=allowed + 1, limit=None
    )
    near = [(name, int(distance)) for name, distance, _ in found]
    if not near or (best := min(distance for _, distance in near)) > allowed:
        return None
    # A second letter is enough for a rival, so that a near miss of two meanings is left alone.
    rivals = {candidates[name] for name, distance in near if distance <= best + (best > 1)}
    nearest = [name for name, distance in near if distance == best]
    return nearest[0] if len(rivals) == 1 and len(nearest[0]) >= SHORTEST else None


@cache
def known_words(language: str) -> frozenset[str]:
    """Return every word of every phrase of a vocabulary."""
    phrases = vocabulary.of(language).phrases
    return frozenset(word for phrase in phrases for word in phrase)


@cache
def _by_first_letter(language: str) -> Mapping[str, Mapping[str, object]]:
    """Return the words of a vocabulary with a key of their meaning, by their first letter."""
    known = vocabulary.of(language)
    found: dict[str, dict[str, object]] = {}
    for word in known_words(language):
        if len(word) >= SHORTEST - 1 and word.isalpha():
            found.setdefault(word[0], {})[word] = _meaning(known, word)
    return found


def _meaning(known: Vocabulary, word: str) -> object:
    """Return a key that two words share only if mistaking one for the other changes nothing.

    A word that has a meaning only as part of a phrase is its own key, in the singular.
    """
    meaning = known.meaning((word,))
    return word.removesuffix("s") if meaning is None else meaning
