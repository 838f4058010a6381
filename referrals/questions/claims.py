"""Claims: every number of a text about victim referrals, marked against what is published.

Deterministic: the same text has the same marks until the release changes. Nothing is stored.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from referrals.i18n import messages
from referrals.language import ENGLISH
from referrals.questions import facts, mentions, parse, printed, sentences, share_base
from referrals.questions.comparison import Match, compare
from referrals.questions.facts import Fact
from referrals.questions.mentions import Mention
from referrals.questions.pieces import Piece
from referrals.questions.sentences import Part
from referrals.questions.vocabulary import AMBIGUOUS, Meaning, Role
from referrals.release.release import Release

LONGEST_TEXT: Final = 20_000
"""Characters of a text that are checked."""

MOST_NUMBERS: Final = 300
"""Numbers of a text that are checked: each takes about a millisecond."""

SHARE_PIECE: Final = Piece("%", Meaning(Role.SHARE))


class Mark(StrEnum):
    """The verdict on a number."""

    SUPPORTED = "supported"
    ROUNDED = "rounded"
    WRONG_SHARE = "wrong_share"
    WRONG_PERIOD = "wrong_period"
    CONTRADICTED = "contradicted"
    NOT_PUBLISHED = "not_published"
    OFF_SUBJECT = "off_subject"


@dataclass(frozen=True)
class Checked:
    """A number with its mark and the sentence that explains it.

    `published` is the published figure that it was compared with, '' if none; `number_id` its page,
    and `view` the page that shows it.
    """

    mention: Mention
    mark: Mark
    sentence: str = ""
    published: str = ""
    number_id: str = ""
    view: str = ""


@dataclass(frozen=True)
class Result:
    """The numbers of a text in order. `has_more` if only the first of them were checked."""

    checked: tuple[Checked, ...]
    has_more: bool = False

    @property
    def on_subject(self) -> tuple[Checked, ...]:
        """The numbers that are about the subject of this site."""
        return tuple(number for number in self.checked if number.mark is not Mark.OFF_SUBJECT)


def check(release: Release, text: str, language: str = ENGLISH) -> Result:
    """Return every number of a text with its mark."""
    text = text[:LONGEST_TEXT]
    found = mentions.mentions(text, language)
    checked = found[:MOST_NUMBERS]
    parts = sentences.parts(text, checked, language)
    marks = tuple(_check(release, part) for part in parts)
    return Result(marks, has_more=len(found) > MOST_NUMBERS)


def _check(release: Release, part: Part) -> Checked:
    mention = part.mention
    if not part.is_on_subject:
        return Checked(mention, Mark.OFF_SUBJECT)
    if part.is_bare:
        return _bare(release, mention)
    found = _cannot_tell(part) or _special(release, part) or _on_victims(release, part)
    if found.mark is Mark.CONTRADICTED and part.earlier:
        return _with_sentence_before(release, part) or found
    return found


def _with_sentence_before(release: Release, part: Part) -> Checked | None:
    """Return the verdict if the sentence before names the rest of the group, and the number fits.

    "In modern slavery cases ... . Gender was not recorded in 16% of cases."
    """
    earlier = {name: codes for name, codes in part.earlier.items() if name not in part.codes}
    if not earlier:
        return None
    lead = part.lead | earlier.keys()
    wider = replace(part, codes={**earlier, **part.codes}, lead=frozenset(lead), earlier={})
    found = _cannot_tell(wider) or _on_victims(release, wider)
    return found if found.mark is Mark.SUPPORTED else None


def _cannot_tell(part: Part) -> Checked | None:
    """Return the verdict on a number of a group that nothing published is about, if it is one."""
    if (narrowing := _narrowing(part)) and not part.is_about_topic:
        return _not_published(part.mention, messages.text("claims.narrowed", words=narrowing))
    groups = part.codes
    if any(len(codes) > 1 for codes in groups.values()) or AMBIGUOUS in _flat(groups).values():
        return _not_published(part.mention, messages.text("claims.several"))
    return None


def _on_victims(release: Release, part: Part) -> Checked:
    """Return the verdict on a number of victim referrals, or on a share of them."""
    if part.other_period:
        return _of_other_period(release, part)
    if part.mention.is_share:
        return _share(release, part)
    if part.mention.of_whole and part.has_other_numbers:
        return _whole(release, part)
    return _compared(release, part, facts.count(release, _flat(part.codes)))


def _narrowing(part: Part) -> str:
    """Return the words that narrow a number beyond what is published; '' if there are none."""
    words = [
        piece.text
        for piece in part.pieces
        if piece.role is Role.RESTRICTION and piece.meaning.value in parse.NARROWING
    ]
    words += [piece.text for piece in part.pieces if piece.role is Role.NEGATION]
    words += part.unknown_in_group
    return ", ".join(f"“{word}”" for word in dict.fromkeys(words))


def _bare(release: Release, mention: Mention) -> Checked:
    """Return the verdict on a number without words: supported if any statement prints it."""
    found = printed.matching(release, mention)
    if not found:
        return _not_published(mention, messages.text("claims.bare_unknown", number=mention.text))
    first = found[0]
    others = len(found) - 1
    key = "claims.bare_and_others" if others else "claims.bare"
    sentence = messages.text(
        key, number=first.shown, title=first.title, source=printed.source(first), n=others
    )
    return Checked(mention, Mark.SUPPORTED, sentence, first.shown, first.number_id)


def _special(release: Release, part: Part) -> Checked | None:
    """Return the verdict on a number that is not a count of victim referrals, None if it is one."""
    statement = printed.about(release, part)
    if statement is None:
        return None
    match = printed.compare(part.mention, statement)
    key = "claims.statement" if match is Match.EXACT else f"claims.statement_{match}"
    marks = {Match.EXACT: Mark.SUPPORTED, Match.ROUNDED: Mark.ROUNDED}
    return Checked(
        part.mention,
        marks.get(match, Mark.CONTRADICTED),
        messages.text(key, sentence=printed.quoted(statement)),
        statement.shown,
        statement.number_id,
    )


def _of_other_period(release: Release, part: Part) -> Checked:
    """Return the verdict on a number of another year: wrong if it is that of the published one."""
    period = release.about.period_label
    for fact in _candidates(release, part):
        if compare(part.mention, fact) in {Match.EXACT, Match.ROUNDED}:
            sentence = messages.text(
                "claims.wrong_period",
                words=part.other_period,
                sentence=fact.sentence,
                period=period,
            )
            return _verdict(part.mention, Mark.WRONG_PERIOD, sentence, fact)
    text = messages.text("claims.other_period", words=part.other_period, period=period)
    return _not_published(part.mention, text)


def _candidates(release: Release, part: Part) -> Iterator[Fact]:
    """Yield the facts that a number can be about: its count, or its shares of some group."""
    codes = _flat(part.codes)
    if not part.mention.is_share:
        if fact := facts.count(release, codes):
            yield fact
        return
    for dimension, code in codes.items():
        base = {name: other for name, other in codes.items() if name != dimension}
        if fact := facts.share(release, (dimension, code), base):
            yield fact


def _whole(release: Release, part: Part) -> Checked:
    """Return the verdict on "of the 1,336": the number of a whole that another is part of."""
    codes = {name: code for name, code in _flat(part.codes).items() if name in part.lead}
    for candidate in (codes, {}, {"sex": facts.SEX_RECORDED}):
        fact = facts.count(release, candidate)
        if fact and compare(part.mention, fact) is Match.EXACT:
            return _verdict(part.mention, Mark.SUPPORTED, _supported(fact), fact)
    return _compared(release, part, facts.count(release, codes))


def _share(release: Release, part: Part) -> Checked:
    """Return the verdict on a percentage or a fraction."""
    codes = _flat(part.codes)
    if not codes:
        return _bare(release, part.mention)
    base, is_clear = _base(part, codes)
    dimensions = [name for name in codes if name not in base]
    if not is_clear or len(dimensions) != 1:
        return _unclear_share(release, part)
    fact = facts.share(release, (dimensions[0], codes[dimensions[0]]), base)
    match = compare(part.mention, fact) if fact else Match.NONE
    if match is Match.NONE:
        special = _unlike_share(release, part, codes, fact)
    else:
        special = _share_of_recorded(part, fact, match)
    return special or _compared(release, part, fact)


def _share_of_recorded(part: Part, fact: Fact | None, match: Match) -> Checked | None:
    """Return the verdict on a right share whose text leaves out that it is of those recorded."""
    if fact is None or fact.of_recorded is None or part.says_recorded or match is not Match.EXACT:
        return None
    sentence = messages.text("claims.of_recorded", sentence=fact.sentence)
    return _verdict(part.mention, Mark.WRONG_SHARE, sentence, fact)


def _unlike_share(
    release: Release, part: Part, codes: Mapping[str, str], fact: Fact | None
) -> Checked | None:
    """Return the verdict on a share unlike the published one: words, another group, or a range."""
    if fact is not None and printed.uses_words(release, part.mention, fact):
        sentence = messages.text("claims.printed_words", sentence=fact.sentence)
        return _verdict(part.mention, Mark.ROUNDED, sentence, fact)
    if other := _other_share(release, part, codes, fact):
        return other
    is_known_in_part = fact is not None and fact.of_recorded is not None
    if fact is not None and is_known_in_part and fact.lower <= part.mention.low <= fact.upper:
        sentence = messages.text("claims.possible", sentence=fact.sentence)
        return _verdict(part.mention, Mark.NOT_PUBLISHED, sentence, fact)
    return None


def _base(part: Part, codes: Mapping[str, str]) -> tuple[dict[str, str], bool]:
    """Return the group that a share is a share of: as in a question, or the one that begins it."""
    before, after = part.around
    base, is_clear = share_base.base_of([*before, SHARE_PIECE, *after])
    base = {name: code for name, code in base.items() if name in codes}
    rest = {name: code for name, code in codes.items() if name not in base}
    leading = {name: code for name, code in rest.items() if name in part.lead}
    if len(leading) < len(rest):
        base |= leading
    elif len(rest) > 1 and "crime_type" in leading:
        base["crime_type"] = leading["crime_type"]
    return base, is_clear


def _unclear_share(release: Release, part: Part) -> Checked:
    """Return the verdict on a share that can be read in several ways: supported if one fits."""
    for fact in _candidates(release, part):
        if compare(part.mention, fact) is Match.EXACT:
            return _verdict(part.mention, Mark.SUPPORTED, _supported(fact), fact)
        if printed.uses_words(release, part.mention, fact):
            sentence = messages.text("claims.printed_words", sentence=fact.sentence)
            return _verdict(part.mention, Mark.ROUNDED, sentence, fact)
    return _not_published(part.mention, messages.text("claims.unclear_share"))


def _other_share(
    release: Release, part: Part, codes: Mapping[str, str], fact: Fact | None
) -> Checked | None:
    """Return the verdict "wrong share of" if a number is the share of another group."""
    for other in _shares_of_other_groups(release, codes):
        if fact is not None and dict(other.base or {}) == dict(fact.base or {}):
            continue
        if compare(part.mention, other) is Match.EXACT:
            sentence = messages.text("claims.wrong_share", sentence=other.sentence)
            if fact is not None:
                sentence = messages.text(
                    "claims.wrong_share_and_right", sentence=other.sentence, right=fact.sentence
                )
            return _verdict(part.mention, Mark.WRONG_SHARE, sentence, other)
    return None


def _shares_of_other_groups(release: Release, codes: Mapping[str, str]) -> Iterator[Fact]:
    """Yield the shares that are easily mistaken: of all, of a larger group, or turned round."""
    for dimension, code in codes.items():
        others = {name: other for name, other in codes.items() if name != dimension}
        bases = [{}, others, *({name: other} for name, other in others.items())]
        if "nationality" in others or (dimension != "nationality" and not others):
            bases.append({**others, "nationality": "_TOP3"})
        for base in bases:
            if fact := facts.share(release, (dimension, code), base):
                yield fact


def _compared(release: Release, part: Part, fact: Fact | None) -> Checked:
    mention = part.mention
    if fact is None:
        near = facts.nearest(release, _flat(part.codes))
        sentence = messages.text("claims.not_published")
        if near:
            sentence = messages.text("claims.not_published_near", sentence=near[0].sentence)
        return _not_published(mention, sentence, near[0] if near else None)
    match compare(mention, fact):
        case Match.EXACT:
            return _verdict(mention, Mark.SUPPORTED, _supported(fact), fact)
        case Match.ROUNDED:
            sentence = messages.text("claims.rounded", sentence=fact.sentence)
            return _verdict(mention, Mark.ROUNDED, sentence, fact)
        case Match.POSSIBLE:
            sentence = messages.text("claims.possible", sentence=fact.sentence)
            return _verdict(mention, Mark.NOT_PUBLISHED, sentence, fact)
    sentence = messages.text("claims.contradicted", sentence=fact.sentence)
    return _verdict(mention, Mark.CONTRADICTED, sentence, fact)


def _supported(fact: Fact) -> str:
    return messages.text("claims.supported", sentence=fact.sentence)


def _verdict(mention: Mention, mark: Mark, sentence: str, fact: Fact) -> Checked:
    return Checked(mention, mark, sentence, fact.figure, fact.number_id, fact.view)


def _not_published(mention: Mention, sentence: str, near: Fact | None = None) -> Checked:
    number_id, view = (near.number_id, near.view) if near else ("", "")
    return Checked(mention, Mark.NOT_PUBLISHED, sentence, "", number_id, view)


def _flat(codes: Mapping[str, Sequence[str]]) -> dict[str, str]:
    return {name: listed[0] for name, listed in codes.items() if listed}
