"""The part of a text that belongs to each of its numbers: words, groups, period and whole."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from referrals.questions import parse, vocabulary
from referrals.questions.facts import SEX_RECORDED
from referrals.questions.numbers import Mention
from referrals.questions.parse import Piece
from referrals.questions.vocabulary import Role, Vocabulary

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
    from the beginning of its sentence, `other_period` the words for a period that is not published.
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

    @property
    def pieces(self) -> tuple[Piece, ...]:
        """Every phrase of the part."""
        return (*self.around[0], *self.around[1])

    @property
    def is_about_topic(self) -> bool:
        """Whether the part names a subject that a statement of its own is about."""
        return bool(self.topics)

    @property
    def unknown_in_group(self) -> list[str]:
        """The unknown words that can narrow the group: those right after the number, or a place."""
        found = []
        for piece in self.around[1]:
            if piece.role in _GROUP_ENDS:
                break
            if piece.role is Role.UNKNOWN:
                found.append(piece.text)
        places = zip(self.pieces, self.pieces[1:], strict=False)
        found += [
            second.text
            for first, second in places
            if first.role is Role.INTO and second.role is Role.UNKNOWN
        ]
        return list(dict.fromkeys(found))


def parts(text: str, mentions: Sequence[Mention], language: str) -> Iterator[Part]:
    """Yield the part of each number of a text, in order."""
    known = vocabulary.of(language)
    about_victims = any(piece.role in _ABOUT for piece in parse.pieces(text, language))
    is_short = len(text.split()) <= SHORT
    earlier: Codes = {}
    for start, end in _sentences(text, known):
        inside = [mention for mention in mentions if start <= mention.start < end]
        sentence = _Sentence(text, start, end, tuple(inside), language)
        if inside:
            names_subject = any(piece.role in _NAMES for piece in sentence.pieces)
            is_bare = is_short and all(piece.role in _PLAIN for piece in sentence.pieces)
            yield from _in_sentence(
                sentence,
                earlier if known.matches("of_these", sentence.words) else {},
                on_subject=is_bare or (names_subject and (about_victims or is_short)),
                bare=is_bare,
            )
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

    @property
    def words(self) -> str:
        """The sentence in lower case, its numbers replaced by spaces."""
        return self.between(self.start, self.end)

    @property
    def pieces(self) -> tuple[Piece, ...]:
        """The phrases of the sentence without its numbers."""
        return parse.pieces(self.words, self.language)

    def between(self, start: int, end: int) -> str:
        """Return the text between two places in lower case, its numbers replaced by spaces."""
        letters = list(self.text.lower()[start:end])
        for mention in self.inside:
            first, last = max(mention.start, start) - start, min(mention.end, end) - start
            if first < last:
                letters[first:last] = " " * (last - first)
        return "".join(letters)


def _sentences(text: str, known: Vocabulary) -> Iterator[tuple[int, int]]:
    start = 0
    for pattern in known.patterns["end_of_sentence"]:
        for match in pattern.finditer(text):
            yield start, match.end()
            start = match.end()
    yield start, len(text)


def _in_sentence(
    sentence: _Sentence, earlier: Codes, *, on_subject: bool, bare: bool
) -> Iterator[Part]:
    """Yield the parts of one sentence."""
    known = vocabulary.of(sentence.language)
    inside = sentence.inside
    before_all = sentence.between(sentence.start, inside[0].start)
    lead = {**earlier, **_codes(parse.pieces(before_all, sentence.language))}
    topics = [piece.meaning.value for piece in sentence.pieces if piece.role is Role.TOPIC]
    for mention, (start, end) in zip(inside, _spans(sentence, known), strict=True):
        before = parse.pieces(sentence.between(start, mention.start), sentence.language)
        after = parse.pieces(sentence.between(mention.end, end), sentence.language)
        own = _without_recorded(_codes([*before, *after]))
        taken = {name: codes for name, codes in _without_recorded(lead).items() if name not in own}
        yield Part(
            mention=mention,
            around=(before, after),
            codes={**taken, **own},
            lead=frozenset(taken),
            is_on_subject=on_subject,
            is_bare=bare,
            other_period=_other_period(sentence.pieces),
            says_recorded=known.matches("says_recorded", sentence.words),
            has_other_numbers=len(inside) > 1,
            topics=frozenset(topics),
        )


def _spans(sentence: _Sentence, known: Vocabulary) -> list[tuple[int, int]]:
    """Return where the words of each number begin and end.

    Numbers without a comma, "and" or the like between them share their words: "62% (706)".
    """
    inside = sentence.inside
    borders: list[int | None] = []
    for first, second in zip(inside, inside[1:], strict=False):
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
    found: dict[str, tuple[str, ...]] = {}
    for piece in pieces:
        if piece.role is Role.CODE:
            name = piece.meaning.dimension
            found[name] = tuple(dict.fromkeys((*found.get(name, ()), piece.meaning.value)))
    return found


def _without_recorded(codes: Codes) -> dict[str, tuple[str, ...]]:
    """Return codes without "sex recorded" beside a sex: it says what a share is of."""
    found = dict(codes)
    sexes = tuple(code for code in found.get("sex", ()) if code != SEX_RECORDED)
    if sexes and "sex" in found:
        found["sex"] = sexes
    return found


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
