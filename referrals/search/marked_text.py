"""Passages of a document, in pieces, with the words that match marked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from referrals.search import search_words

PASSAGE: Final = 150
"""Characters of a passage, about two lines on a wide screen."""

BEFORE: Final = 50
"""Characters before the first match, so that a reader sees what it is about."""

ELLIPSIS: Final = "…"
_WORD: Final = re.compile(r"\d[\d,]*|[^\W_]+")


@dataclass(frozen=True)
class Fragment:
    """A part of a text; it is marked if it matches."""

    text: str
    is_match: bool = False


def marked(text: str, words: frozenset[str]) -> list[Fragment]:
    """Return a text in parts. `words`, in the singular, are those to mark.

    >>> [fragment.text for fragment in marked("All referrals.", frozenset({"referral"}))]
    ['All ', 'referrals', '.']
    """
    return list(_fragments(text, words))


def passage(text: str, words: frozenset[str], *, from_start: bool = False) -> list[Fragment]:
    """Return a passage of a text round its first match, or its beginning."""
    matches = (found.start() for found in _WORD.finditer(text) if _matches(found, words))
    first = 0 if from_start else next(matches, 0)
    start = 0
    if first > BEFORE:
        start = text.find(" ", first - BEFORE) + 1
    end = len(text)
    if end - start > PASSAGE:
        end = max(text.rfind(" ", start, start + PASSAGE), first + 1)
    shown = text[start:end]
    opening = [Fragment(f"{ELLIPSIS} ")] if start else []
    closing = [Fragment(f" {ELLIPSIS}")] if end < len(text) else []
    return [*opening, *_fragments(shown, words), *closing]


def _fragments(text: str, words: frozenset[str]) -> Iterator[Fragment]:
    end = 0
    for found in _WORD.finditer(text):
        if _matches(found, words):
            if found.start() > end:
                yield Fragment(text[end : found.start()])
            yield Fragment(found[0], is_match=True)
            end = found.end()
    if end < len(text):
        yield Fragment(text[end:])


def _matches(found: re.Match[str], words: frozenset[str]) -> bool:
    singulars = search_words.singulars(found[0])
    return bool(singulars) and all(word in words for word in singulars)
