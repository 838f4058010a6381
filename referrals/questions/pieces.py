"""The phrases of a text, each with its meaning: the longest that the vocabulary has.

Periods and ages are found first, by pattern; then misspelt words are read as the words meant.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from referrals.language import ENGLISH
from referrals.questions import spelling, vocabulary
from referrals.questions.vocabulary import Meaning, Role, Vocabulary
from referrals.reference.codelists import codelist

ADULT, ADULTS = 18, "18+_NK"
"""The age from which somebody is an adult, and the code of adults with those of unknown age."""

UNDER_18: Final = "0-17"
OTHER_AGE: Final = "age"

_AGE_CODE: Final = re.compile(r"(\d+)-(\d+)|(\d+)\+")


@dataclass(frozen=True)
class Piece:
    """A phrase of a question with its meaning. `typed` is set if it was corrected."""

    text: str
    meaning: Meaning
    typed: str = ""

    @property
    def role(self) -> Role:
        """The role of the phrase in a question."""
        return self.meaning.role


def pieces(text: str, language: str = ENGLISH) -> tuple[Piece, ...]:
    """Return the phrases of a text in order, the longest possible ones, each with its meaning."""
    known = vocabulary.of(language)
    found: list[Piece] = []
    for part in _parts(vocabulary.normalised(text), known):
        if isinstance(part, Piece):
            found.append(part)
        else:
            found += _phrases(vocabulary.words(part), known, language)
    return tuple(found)


def codes_of(found: Iterable[Piece]) -> dict[str, tuple[str, ...]]:
    """Return the codes among phrases by dimension, each once, in order."""
    codes: dict[str, dict[str, None]] = {}
    for piece in found:
        if piece.role is Role.CODE:
            codes.setdefault(piece.meaning.dimension, {})[piece.meaning.value] = None
    return {name: tuple(listed) for name, listed in codes.items()}


def _parts(text: str, known: Vocabulary) -> Iterator[str | Piece]:
    """Yield a text in order: periods and ages as pieces, the rest as it is."""
    position = 0
    nearest = [
        _Nearest(order, name, pattern, pattern.search(text))
        for order, name in enumerate(("period", "time", "age"))
        for pattern in known.patterns[name]
    ]
    while found := [each for each in nearest if each.match]:
        first = min(found, key=_Nearest.rank)
        match = first.match
        if match is None:
            break
        yield text[position : match.start()]
        yield Piece(match[0].strip(), _meaning_of(first.name, match))
        position = match.end()
        for each in found:
            each.pass_by(text, position)
    yield text[position:]


@dataclass
class _Nearest:
    """The next match of a pattern in a text, None if there is none.

    It is kept until the text has been read beyond its start, so that a long text is searched once
    by each pattern and not again after every match of another.
    """

    order: int
    name: str
    pattern: re.Pattern[str]
    match: re.Match[str] | None

    def rank(self) -> tuple[int, int, int]:
        """Return the place of the match, to compare: the earliest, and of these the longest."""
        if self.match is None:
            return sys.maxsize, 0, self.order
        return self.match.start(), -self.match.end(), self.order

    def pass_by(self, text: str, position: int) -> None:
        """Search again if the match begins before a position."""
        if self.match and self.match.start() < position:
            self.match = self.pattern.search(text, position)


def _meaning_of(name: str, match: re.Match[str]) -> Meaning:
    if name == "period":
        return Meaning(Role.PERIOD)
    if name == "time":
        return Meaning(Role.RESTRICTION, "period")
    code = _age_code(match.groupdict())
    if code == OTHER_AGE:
        return Meaning(Role.RESTRICTION, OTHER_AGE)
    return Meaning(Role.CODE, code, "age_band")


def _age_code(found: Mapping[str, str | None]) -> str:
    """Return the code of an age in a pattern's groups, `OTHER_AGE` if no code is that age.

    >>> _age_code({"low": "20", "high": "39"}), _age_code({"below": "18"}), _age_code({"only": "9"})
    ('20-39', '0-17', 'age')
    """
    if found.get("only") or found.get("decade"):
        return OTHER_AGE
    low, high = found.get("low"), found.get("high")
    if below := found.get("below"):
        low, high = "0", str(int(below) - 1)
    elif above := found.get("above"):
        low = str(int(above) + 1)
    elif high and not low:
        low = "0"
    if low == str(ADULT) and not high:
        return ADULTS
    for code in codelist("age_band").codes:
        ends = _AGE_CODE.fullmatch(code)
        if ends and (low, high) in {(ends[1], ends[2]), (ends[3], None)}:
            return code
    return OTHER_AGE


def _phrases(words: Sequence[str], known: Vocabulary, language: str) -> Iterator[Piece]:
    """Yield the longest phrases of a list of words. Signs other than % and & end a phrase."""
    typed = [word for word in words if word.isalnum() or word[0].isdigit() or word in "%&"]
    read = [_read(word, known, language) for word in typed]
    place = 0
    while place < len(read):
        for length in range(min(known.longest, len(read) - place), 0, -1):
            phrase = tuple(read[place : place + length])
            meaning = known.meaning(phrase)
            if meaning is not None:
                break
        else:
            length, meaning = 1, _unknown(read[place])
            phrase = (read[place],)
        before = " ".join(typed[place : place + length])
        text = " ".join(phrase)
        yield Piece(text, meaning, "" if before == text else before)
        place += length


def _read(word: str, known: Vocabulary, language: str) -> str:
    """Return a word as it is read: itself, or the word of the vocabulary that was misspelt."""
    is_known = word in spelling.known_words(language) or known.meaning((word,)) is not None
    return word if is_known else spelling.corrected(word, language) or word


def _unknown(word: str) -> Meaning:
    if word[0].isdigit():
        return Meaning(Role.RESTRICTION, "number")
    return Meaning(Role.UNKNOWN)
