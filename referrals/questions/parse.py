"""The reader of questions: from text to codes, a measure, and the obstacles to an answer.

Every word has a role in the vocabulary or is unknown. Nothing is guessed from word order, except
the whole that a share is of, and that "in", "by" or "to" before a country or a group is not "from".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from referrals.language import ENGLISH
from referrals.questions.pieces import Piece, codes_of, pieces
from referrals.questions.share_base import WIDER, base_of, without_wider
from referrals.questions.vocabulary import ASKING, OWNER, Role

LONGEST_QUESTION: Final = 300
"""Characters of a question that are read."""

_PEOPLE_DIMENSIONS: Final = frozenset({"nationality", "sex", "age_band"})
_IGNORED: Final = frozenset({Role.FILLER, Role.LINK, Role.INTO, Role.VERB, Role.INSTITUTION})
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
"""Reasons of restrictions that narrow a group. In running text, the others are harmless."""

_MEASURES: Final = frozenset(
    {Role.COUNT, Role.SHARE, Role.TREND, Role.RANK, Role.DIMENSION, Role.COMPARE, Role.TOPIC}
)

_ON_SUBJECT: Final = frozenset(
    {Role.CODE, Role.SUBJECT, Role.REFERRAL, Role.DIMENSION, Role.TOPIC, Role.TREND}
)


@dataclass(frozen=True)
class Restriction:
    """Words that narrow or change a question so that no published figure answers it."""

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
        """Return whether any word belongs to the subject of this site."""
        return any(
            piece.role in _ON_SUBJECT
            or (piece.role is Role.RESTRICTION and piece.meaning.value in NARROWING)
            for piece in self.pieces
        )

    @property
    def is_understood(self) -> bool:
        """Return whether every word is understood, and none prevents an answer."""
        return not self.restrictions and not self.unknown

    def has(self, role: Role) -> bool:
        """Return whether some phrase has a role."""
        return any(piece.role is role for piece in self.pieces)


def question(text: str, language: str = ENGLISH) -> Question:
    """Return a question as far as it can be understood."""
    found = pieces(text.strip()[:LONGEST_QUESTION], language)
    codes = without_wider(codes_of(found))
    topic = next((piece.meaning.value for piece in found if piece.role is Role.TOPIC), "")
    asked = [piece.meaning.value for piece in found if piece.role is Role.DIMENSION]
    breakdown = next((name for name in asked if name not in codes), "")
    has_rank = any(piece.role is Role.RANK for piece in found)
    is_share = any(piece.role is Role.SHARE for piece in found) or (
        has_rank and bool(codes) and not breakdown
    )
    base, is_clear = base_of(found) if is_share else ({}, True)
    base = {name: code for name, code in base.items() if code in codes.get(name, ())}
    restrictions = [*_restrictions(found, codes)]
    if not is_clear:
        restrictions.append(Restriction(_text_of(found, Role.SHARE), "share"))
    if has_rank and not codes and not breakdown and not topic:
        restrictions.append(Restriction(_text_of(found, Role.RANK), "rank"))
    if _asks_for_no_figure(found):
        restrictions.append(Restriction(found[0].text, "measure"))
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


def _restrictions(
    found: Sequence[Piece], codes: Mapping[str, Sequence[str]]
) -> Iterator[Restriction]:
    """Yield each part of a question that prevents an answer."""
    has_pair = any(len(listed) > 1 for listed in codes.values())
    has_breakdown = any(piece.role is Role.DIMENSION for piece in found)
    for place, piece in enumerate(found):
        if piece.role is Role.RESTRICTION:
            yield Restriction(piece.text, piece.meaning.value)
        elif piece.role is Role.NEGATION:
            yield Restriction(piece.text, "negation")
        elif piece.role in {Role.COMPARE, Role.OR} and not (has_pair or has_breakdown):
            yield Restriction(piece.text, "compare")
        elif piece.role is Role.INSTITUTION and _is_counted(found, place):
            yield Restriction(piece.text, "wording")
        elif piece.role is Role.CODE:
            yield from _wrong_place(found, place)
            if _is_second_of_unjoined(found, place):
                yield Restriction(piece.text, "union")
        elif piece.role in {Role.AND, Role.OR} and _joins_two_dimensions(found, place):
            yield Restriction(piece.text, "union")


def _is_counted(found: Sequence[Piece], place: int) -> bool:
    """Return whether an institution is what is counted: "how many police", "Vietnamese police"."""
    if place and found[place - 1].role is Role.CODE:
        return True
    before = [other for other in found[:place] if other.role not in {Role.FILLER, Role.LINK}]
    after = found[place + 1].role if place + 1 < len(found) else Role.UNKNOWN
    is_first = bool(before) and before[-1].role in {Role.COUNT, Role.SHARE}
    return is_first and after not in {Role.REFERRAL, Role.SUBJECT}


def _wrong_place(found: Sequence[Piece], place: int) -> Iterator[Restriction]:
    """Yield a restriction if a group of people follows "in", "by", "to" and the like."""
    piece = found[place]
    if piece.meaning.dimension not in _PEOPLE_DIMENSIONS:
        return
    before = [other for other in found[:place] if other.role is not Role.FILLER]
    after = found[place + 1].role if place + 1 < len(found) else Role.UNKNOWN
    is_owned = len(before) > 1 and before[-1].meaning.value == OWNER
    if is_owned and before[-2].role is Role.SUBJECT and after is not Role.FILLER:
        # "Victims of men" are not men; "victims of Vietnamese nationality" are Vietnamese.
        yield Restriction(f"{before[-2].text} of {piece.text}", "wording")
    if before and before[-1].role is Role.INTO:
        is_change = len(before) > 1 and before[-2].role is Role.TREND
        if not is_change:
            yield Restriction(f"{before[-1].text} {piece.text}", "place")


def _is_second_of_unjoined(found: Sequence[Piece], place: int) -> bool:
    """Return whether a code follows another of its dimension without "and", "or" or "than".

    Names of countries may follow each other, as after a comma.
    """
    dimension = found[place].meaning.dimension
    earlier = [
        index
        for index, piece in enumerate(found[:place])
        if piece.role is Role.CODE and piece.meaning.dimension == dimension
    ]
    if not earlier or found[earlier[-1]].meaning == found[place].meaning:
        return False
    if WIDER.get(dimension) in {found[earlier[-1]].meaning.value, found[place].meaning.value}:
        return False
    between = found[earlier[-1] + 1 : place]
    if not between:
        return dimension != "nationality"
    return not any(piece.role in {Role.AND, Role.OR, Role.COMPARE} for piece in between)


def _asks_for_no_figure(found: Sequence[Piece]) -> bool:
    """Return whether a question asks for something other than a figure: "who refers victims?"."""
    is_question = bool(found) and found[0].meaning.value == ASKING
    return is_question and not any(piece.role in _MEASURES for piece in found)


def _joins_two_dimensions(found: Sequence[Piece], place: int) -> bool:
    """Return whether a word such as "and" is between codes of two different dimensions."""
    before = _next_code(reversed(found[:place]))
    after = _next_code(iter(found[place + 1 :]))
    return before is not None and after is not None and before != after


def _next_code(found: Iterator[Piece]) -> str | None:
    """Return the dimension of the next code, None if any but small words come before it."""
    for piece in found:
        if piece.role is Role.CODE:
            return piece.meaning.dimension
        if piece.role not in _BETWEEN_CODES:
            return None
    return None


def _text_of(found: Sequence[Piece], role: Role) -> str:
    return " ".join(piece.text for piece in found if piece.role is role)
