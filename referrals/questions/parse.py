"""The reader of questions: from text to codes, a measure, and everything that stands in the way.

Every word has a role in the vocabulary or is unknown. Nothing is guessed from word order, except
what a share is a share of, and that "in", "by" or "to" before a country or a group is not "from".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from referrals.i18n.languages import ENGLISH
from referrals.questions import spelling, vocabulary
from referrals.questions.vocabulary import Meaning, Role, Vocabulary
from referrals.reference.codelists import codelist

LONGEST_QUESTION: Final = 300
"""Characters of a question that are read."""

ADULT, ADULTS = 18, "18+_NK"
UNDER_18: Final = "0-17"
OTHER_AGE: Final = "age"

_AGE_CODE: Final = re.compile(r"(\d+)-(\d+)|(\d+)\+")
_PEOPLE_DIMENSIONS: Final = frozenset({"nationality", "sex", "age_band"})
_IGNORED: Final = frozenset({Role.FILLER, Role.LINK, Role.INTO, Role.VERB})
_BETWEEN_CODES: Final = frozenset(
    {Role.FILLER, Role.LINK, Role.SUBJECT, Role.REFERRAL, Role.PEOPLE, Role.VERB}
)
NARROWING: Final = frozenset(
    {
        "age",
        "channel",
        "continent",
        "crime",
        "disability",
        "family",
        "force",
        "offender",
        "outcome",
        "place",
        "rate",
        "status",
        "witness",
    }
)
"""Reasons of restrictions that narrow a group. In running text, words of others are harmless."""

_ON_SUBJECT: Final = frozenset(
    {Role.CODE, Role.SUBJECT, Role.REFERRAL, Role.DIMENSION, Role.TOPIC, Role.TREND}
)


@dataclass(frozen=True)
class Piece:
    """A phrase of a question with its meaning. `typed` is set if it was corrected."""

    text: str
    meaning: Meaning
    typed: str = ""

    @property
    def role(self) -> Role:
        """What the phrase does."""
        return self.meaning.role


@dataclass(frozen=True)
class Restriction:
    """Words that narrow or turn a question in a way that no published figure follows."""

    text: str
    reason: str


@dataclass(frozen=True)
class Question:
    """A question as it was understood.

    `codes` has the codes of each dimension in the order of the text. For a share, `base` has the
    codes of the group that it is a share of. `breakdown` is the dimension whose groups are asked
    for. A question with restrictions, or with unknown words, has no answer.
    """

    text: str
    pieces: tuple[Piece, ...]
    codes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    base: Mapping[str, str] = field(default_factory=dict)
    is_share: bool = False
    is_trend: bool = False
    breakdown: str = ""
    topic: str = ""
    restrictions: tuple[Restriction, ...] = ()

    @property
    def unknown(self) -> tuple[str, ...]:
        """The words that are not in the vocabulary."""
        return tuple(piece.text for piece in self.pieces if piece.role is Role.UNKNOWN)

    @property
    def ignored(self) -> tuple[str, ...]:
        """The words that do not change the answer, each once."""
        texts = [piece.text for piece in self.pieces if piece.role in _IGNORED]
        return tuple(dict.fromkeys(texts))

    @property
    def corrections(self) -> tuple[tuple[str, str], ...]:
        """The words that were read as misspelt, each with the word that was read."""
        return tuple((piece.typed, piece.text) for piece in self.pieces if piece.typed)

    @property
    def is_on_subject(self) -> bool:
        """Whether any word belongs to the subject of this site."""
        return any(
            piece.role in _ON_SUBJECT
            or (piece.role is Role.RESTRICTION and piece.meaning.value in NARROWING)
            for piece in self.pieces
        )

    @property
    def is_understood(self) -> bool:
        """Whether every word is understood, and none stands in the way of an answer."""
        return not self.restrictions and not self.unknown

    def has(self, role: Role) -> bool:
        """Return whether some phrase has a role."""
        return any(piece.role is role for piece in self.pieces)


@lru_cache(maxsize=256)
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


def question(text: str, language: str = ENGLISH) -> Question:
    """Return a question as far as it can be understood."""
    found = pieces(text.strip()[:LONGEST_QUESTION], language)
    codes: dict[str, tuple[str, ...]] = {}
    for piece in found:
        if piece.role is Role.CODE:
            name = piece.meaning.dimension
            codes[name] = tuple(dict.fromkeys((*codes.get(name, ()), piece.meaning.value)))
    topic = next((piece.meaning.value for piece in found if piece.role is Role.TOPIC), "")
    asked = [piece.meaning.value for piece in found if piece.role is Role.DIMENSION]
    breakdown = next((name for name in asked if name not in codes), "")
    has_rank = any(piece.role is Role.RANK for piece in found)
    is_share = any(piece.role is Role.SHARE for piece in found) or (
        has_rank and bool(codes) and not breakdown
    )
    base, is_clear = base_of(found) if is_share else ({}, True)
    restrictions = [*_restrictions(found, codes)]
    if not is_clear:
        restrictions.append(Restriction(_text_of(found, Role.SHARE), "share"))
    if has_rank and not codes and not breakdown and not topic:
        restrictions.append(Restriction(_text_of(found, Role.RANK), "rank"))
    if len(set(asked)) > 1:
        restrictions.append(Restriction(_text_of(found, Role.DIMENSION), "breakdown"))
    return Question(
        text=text,
        pieces=found,
        codes=codes,
        base=base,
        is_share=is_share,
        is_trend=any(piece.role is Role.TREND for piece in found),
        breakdown=breakdown,
        topic=topic,
        restrictions=tuple(restrictions),
    )


def _parts(text: str, known: Vocabulary) -> Iterator[str | Piece]:
    """Yield a text in order: periods and ages as pieces, the rest as it is."""
    position = 0
    while position < len(text):
        found = [
            (match.start(), -match.end(), order, name, match)
            for order, name in enumerate(("period", "time", "age"))
            for pattern in known.patterns[name]
            if (match := pattern.search(text, position))
        ]
        if not found:
            break
        *_, name, match = min(found, key=lambda one: one[:3])
        yield text[position : match.start()]
        yield Piece(match[0].strip(), _meaning_of(name, match))
        position = match.end()
    yield text[position:]


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

    >>> _age_code({"low": "20", "high": "39"}), _age_code({"below": "18"}), _age_code({"below": "16"})
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


def _restrictions(
    found: Sequence[Piece], codes: Mapping[str, Sequence[str]]
) -> Iterator[Restriction]:
    """Yield everything in a question that no published figure follows."""
    has_pair = any(len(listed) > 1 for listed in codes.values())
    has_breakdown = any(piece.role is Role.DIMENSION for piece in found)
    for place, piece in enumerate(found):
        if piece.role is Role.RESTRICTION:
            yield Restriction(piece.text, piece.meaning.value)
        elif piece.role is Role.NEGATION:
            yield Restriction(piece.text, "negation")
        elif piece.role in {Role.COMPARE, Role.OR} and not (has_pair or has_breakdown):
            yield Restriction(piece.text, "compare")
        elif piece.role is Role.CODE:
            yield from _wrong_place(found, place)
        elif piece.role in {Role.AND, Role.OR} and _joins_two_dimensions(found, place):
            yield Restriction(piece.text, "union")


def _wrong_place(found: Sequence[Piece], place: int) -> Iterator[Restriction]:
    """Yield a restriction if a group of people follows "in", "by", "to" and the like."""
    piece = found[place]
    if piece.meaning.dimension not in _PEOPLE_DIMENSIONS:
        return
    before = [other for other in found[:place] if other.role is not Role.FILLER]
    if before and before[-1].role is Role.INTO:
        is_change = len(before) > 1 and before[-2].role is Role.TREND
        if not is_change:
            yield Restriction(f"{before[-1].text} {piece.text}", "place")


def _joins_two_dimensions(found: Sequence[Piece], place: int) -> bool:
    """Return whether a word such as "and" stands between codes of two different dimensions."""
    before = _next_code(reversed(found[:place]))
    after = _next_code(iter(found[place + 1 :]))
    return before is not None and after is not None and before != after


def _next_code(found: Iterator[Piece]) -> str | None:
    """Return the dimension of the next code, None if something else than small words is next."""
    for piece in found:
        if piece.role is Role.CODE:
            return piece.meaning.dimension
        if piece.role not in _BETWEEN_CODES:
            return None
    return None


def base_of(found: Sequence[Piece]) -> tuple[dict[str, str], bool]:
    """Return the codes of the group that a share is a share of, and whether that is clear.

    The group stands between "share of" and the next verb, after "in" or "among", or before the
    word for the share. Codes of one group alone are the part, not the group: "the share of women".
    """
    place = next(
        (index for index, piece in enumerate(found) if piece.role in {Role.SHARE, Role.RANK}), 0
    )
    before = _codes_in(found[:place])
    after = list(found[place + 1 :])
    verb = _verb_after_group(after)
    group, part = after[:verb], after[verb:]
    in_group, in_part = _codes_in(group), _codes_in(part)
    if before and (in_group or in_part):
        return before, not _shares_dimension(before, {**in_group, **in_part})
    if verb < len(after):
        if in_group and not in_part:
            return {}, False
        if in_group:
            return in_group, not _shares_dimension(in_group, in_part)
        return _split_part(part)
    return _split_part(group)


def _verb_after_group(after: Sequence[Piece]) -> int:
    """Return the place of the verb that ends the group of a share, the end if there is none."""
    is_of_group = bool(after) and after[0].role is Role.LINK
    for index, piece in enumerate(after):
        if piece.role is Role.VERB and (is_of_group or index == 0):
            return index
    return len(after)


def _split_part(part: Sequence[Piece]) -> tuple[dict[str, str], bool]:
    """Return the group of a share among the codes of its part: those after "in" or "among"."""
    places = [index for index, piece in enumerate(part) if piece.role is Role.CODE]
    dimensions = {part[index].meaning.dimension for index in places}
    if len(dimensions) <= 1:
        return {}, True
    if len(dimensions) > 2:  # noqa: PLR2004 - a part and a group
        return {}, False
    first = part[places[0]].meaning.dimension
    later = next(index for index in places if part[index].meaning.dimension != first)
    words = [piece for piece in part[places[0] + 1 : later] if piece.role is not Role.FILLER]
    has_preposition = any(piece.role in {Role.INTO, Role.LINK} for piece in words)
    return _codes_in(part[later:]), has_preposition


def _codes_in(found: Sequence[Piece]) -> dict[str, str]:
    return {
        piece.meaning.dimension: piece.meaning.value for piece in found if piece.role is Role.CODE
    }


def _shares_dimension(one: Mapping[str, str], other: Mapping[str, str]) -> bool:
    return not one.keys().isdisjoint(other)


def _text_of(found: Sequence[Piece], role: Role) -> str:
    return " ".join(piece.text for piece in found if piece.role is role)
