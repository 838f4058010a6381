"""The part of a text that belongs to each of its numbers: words, groups, period and whole."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from referrals.questions import vocabulary
from referrals.questions.mentions import Mention
from referrals.questions.pieces import Piece, codes_of
from referrals.questions.pieces import pieces as pieces_of
from referrals.questions.share_base import without_wider
from referrals.questions.vocabulary import Role, Vocabulary

LONGEST_SENTENCE: Final = 500
"""Characters: a longer sentence is cut, as every number of it would be read with all its words."""

WORDS_OF_GROUP: Final = 5
"""Phrases after a number among which an unknown word is part of the group that it counts."""

SMALLEST_OF_NAMED: Final = 20
"""A smaller number before "nationalities" or "ages" and no other word is hardly a count of them."""

NRM: Final = "nrm"
CONTRAST: Final = "contrast"
"""The reason of "rather than": groups after it are not those of the number."""

SHORT: Final = 16
"""A text of so few words is on the subject if it names a group; a longer one must name victims."""

_GROUP_ENDS: Final = frozenset({Role.VERB, Role.REFERRAL})
_ABOUT: Final = frozenset({Role.SUBJECT, Role.REFERRAL})
_NAMES: Final = frozenset({Role.CODE, Role.SUBJECT, Role.REFERRAL, Role.TOPIC, Role.DIMENSION})
_PLAIN: Final = frozenset({Role.FILLER, Role.LINK, Role.COUNT, Role.SHARE, Role.VERB, Role.PERIOD})

Codes = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Part:
    """The words of one number.

    `around` are the phrases before and after it, `lead` the dimensions of the groups that it takes
    from the beginning of its sentence, `earlier` the groups of the sentence before,
    `other_period` the words for a period that is not published.
    """

    mention: Mention
    around: tuple[tuple[Piece, ...], tuple[Piece, ...]]
    codes: Codes = field(default_factory=dict)
    lead: frozenset[str] = frozenset()
    is_on_subject: bool = False
    is_bare: bool = False
    other_period: str = ""
    says_recorded: bool = False
    has_other_numbers: bool = False
    topics: frozenset[str] = frozenset()
    earlier: Codes = field(default_factory=dict)

    @property
    def pieces(self) -> tuple[Piece, ...]:
        """Every phrase of the part."""
        return (*self.around[0], *self.around[1])

    @property
    def is_about_topic(self) -> bool:
        """Return whether the part names a subject that a statement of its own is about."""
        return bool(self.topics)

    @property
    def unknown_in_group(self) -> list[str]:
        """The unknown words that can narrow the group: those right after the number, or a place."""
        found = []
        for piece in self.around[1][:WORDS_OF_GROUP]:
            if piece.role in _GROUP_ENDS:
                break
            if piece.role is Role.UNKNOWN:
                found.append(piece.text)
        places = itertools.pairwise(self.pieces)
        found += [
            second.text
            for first, second in places
            if first.role is Role.INTO and second.role is Role.UNKNOWN
        ]
        return list(dict.fromkeys(found))


def parts(text: str, mentions: Sequence[Mention], language: str) -> Iterator[Part]:
    """Yield the part of each number of a text, in order."""
    known = vocabulary.of(language)
    sentences = []
    for start, end in _sentences(text, known):
        inside = [mention for mention in mentions if start <= mention.start < end]
        sentences.append(_Sentence(text, start, end, tuple(inside), language))
    every_piece = itertools.chain.from_iterable(sentence.pieces for sentence in sentences)
    about_victims = any(piece.role in _ABOUT for piece in every_piece)
    is_short = len(text.split()) <= SHORT
    earlier: Codes = {}
    for sentence in sentences:
        if sentence.inside:
            names_subject = any(piece.role in _NAMES for piece in sentence.pieces)
            is_bare = is_short and all(piece.role in _PLAIN for piece in sentence.pieces)
            on_subject = names_subject and (about_victims or is_short)
            yield from _in_sentence(sentence, earlier, on_subject=on_subject, bare=is_bare)
        if own := _codes(sentence.pieces):
            earlier = {name: codes[:1] for name, codes in own.items()}


@dataclass(frozen=True)
class _Sentence:
    """A sentence from `start` to `end` of a text, with its numbers."""

    text: str
    start: int
    end: int
    inside: tuple[Mention, ...]
    language: str

    @cached_property
    def words(self) -> str:
        """The sentence in lower case, its numbers replaced by spaces."""
        return self.between(self.start, self.end)

    @cached_property
    def pieces(self) -> tuple[Piece, ...]:
        """The phrases of the sentence without its numbers."""
        return pieces_of(self.words, self.language)

    def between(self, start: int, end: int) -> str:
        """Return the text between two places in lower case, its numbers replaced by spaces."""
        letters = list(vocabulary.in_lower_case(self.text[start:end]))
        for mention in self.inside:
            first, last = max(mention.start, start) - start, min(mention.end, end) - start
            if first < last:
                letters[first:last] = " " * (last - first)
        return "".join(letters)


def _sentences(text: str, known: Vocabulary) -> Iterator[tuple[int, int]]:
    """Yield the start and the end of each sentence; a long one is cut at a space."""
    ends = [
        match.end()
        for pattern in known.patterns["end_of_sentence"]
        for match in pattern.finditer(text)
    ]
    start = 0
    for end in [*ends, len(text)]:
        while end - start > LONGEST_SENTENCE:
            space = text.rfind(" ", start + 1, start + LONGEST_SENTENCE)
            cut = space if space > start else start + LONGEST_SENTENCE
            yield start, cut
            start = cut
        yield start, end
        start = end


def _in_sentence(
    sentence: _Sentence, earlier: Codes, *, on_subject: bool, bare: bool
) -> Iterator[Part]:
    """Yield the parts of one sentence."""
    known = vocabulary.of(sentence.language)
    inside = sentence.inside
    before_all = sentence.between(sentence.start, inside[0].start)
    of_these = earlier if known.matches("of_these", sentence.words) else {}
    lead = {**of_these, **_codes(pieces_of(before_all, sentence.language))}
    is_nrm = any(piece.meaning.value == NRM for piece in sentence.pieces)
    for mention, (start, end) in zip(inside, _spans(sentence, known), strict=True):
        before = pieces_of(sentence.between(start, mention.start), sentence.language)
        after = pieces_of(sentence.between(mention.end, end), sentence.language)
        own = without_wider(_codes([*before, *after]))
        taken = {name: codes for name, codes in without_wider(lead).items() if name not in own}
        words = (*before, *after)
        topics = {piece.meaning.value for piece in words if piece.role is Role.TOPIC}
        if is_nrm:
            topics.add(NRM)
        is_large = mention.low > SMALLEST_OF_NAMED
        counts_kinds = is_large and _names_dimension(after[:WORDS_OF_GROUP])
        names_victims = any(piece.role in _ABOUT for piece in words)
        names_own = bool(own or topics) or names_victims or counts_kinds
        yield Part(
            mention=mention,
            around=(before, after),
            codes={**taken, **own},
            lead=frozenset(taken),
            is_on_subject=bare or (on_subject and (names_own or bool(taken))),
            is_bare=bare,
            other_period=_other_period(sentence.pieces),
            says_recorded=known.matches("says_recorded", sentence.words),
            has_other_numbers=len(inside) > 1,
            topics=frozenset(topics),
            earlier=earlier,
        )


def _names_dimension(pieces: Sequence[Piece]) -> bool:
    return any(piece.role is Role.DIMENSION for piece in pieces)


def _spans(sentence: _Sentence, known: Vocabulary) -> list[tuple[int, int]]:
    """Return the start and the end of the words of each number.

    Numbers without a comma, "and" or the like between them share their words: "62% (706)".
    """
    inside = sentence.inside
    borders: list[int | None] = []
    for first, second in itertools.pairwise(inside):
        between = sentence.between(first.end, second.start)
        ends = [
            match.start()
            for pattern in known.patterns["end_of_part"]
            for match in pattern.finditer(between)
        ]
        borders.append(first.end + ends[-1] if ends else None)
    spans = []
    for index in range(len(inside)):
        earlier = [border for border in borders[:index] if border is not None]
        later = [border for border in borders[index:] if border is not None]
        spans.append(
            (earlier[-1] if earlier else sentence.start, later[0] if later else sentence.end)
        )
    return spans


def _codes(pieces: Sequence[Piece]) -> dict[str, tuple[str, ...]]:
    """Return the codes among phrases up to "rather than"."""
    return codes_of(itertools.takewhile(lambda piece: piece.meaning.value != CONTRAST, pieces))


def _other_period(pieces: Sequence[Piece]) -> str:
    """Return the years of a sentence that are not the published one; '' if it names that too."""
    if any(piece.role is Role.PERIOD for piece in pieces):
        return ""
    years = [
        piece.text
        for piece in pieces
        if piece.role is Role.RESTRICTION
        and piece.meaning.value == "period"
        and re.search(r"\d{4}", piece.text)
    ]
    return ", ".join(dict.fromkeys(years))
