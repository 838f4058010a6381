"""Answers to questions: a published figure with its sentence, or that there is none.

A figure is given only if every word was understood and the figure is published for exactly the
group that was asked for. Otherwise the nearest published figures are named, and called that.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from referrals.cards.wording import phrases
from referrals.i18n import messages
from referrals.language import ENGLISH
from referrals.query.document import published_numbers
from referrals.query.document.published_numbers import PublishedNumber
from referrals.questions import claims, facts, parse, printed, two_parts, vocabulary
from referrals.questions.facts import Fact
from referrals.questions.parse import Question, Restriction
from referrals.questions.vocabulary import AMBIGUOUS, Role
from referrals.release.release import Release

FIGURE_TOPIC: Final = "figure"
MOST_GROUPS: Final = 6
"""The most groups that one question is answered for: men and women, for three types of crime."""

ALL_REFERRALS: Final = "all_referrals"
SHARE_OF_REFERRALS: Final = "share_of_referrals"
YEARS_BEFORE: Final = "years_before"
NRM: Final = "nrm"
"""Topics that need more than their statement."""


class Verdict(StrEnum):
    """The kind of a reply."""

    FIGURE = "figure"
    RANGE = "range"
    SHARE = "share"
    NOT_PUBLISHED = "not_published"
    NOT_UNDERSTOOD = "not_understood"
    OFF_SUBJECT = "off_subject"


ANSWERED: Final = frozenset({Verdict.FIGURE, Verdict.RANGE, Verdict.SHARE})


@dataclass(frozen=True)
class Line:
    """One sentence with a figure, the page of its number and the page that shows it."""

    sentence: str
    figure: str
    number_id: str
    view: str = ""
    note: str = ""


@dataclass(frozen=True)
class Reply:
    """The reply to a question.

    `lines` answer it, and there are none if it has no answer. `reasons` say why, and `nearest` are
    published figures of larger groups. `number_ids` are statements that say that there is no
    figure. `second` is the reply to the second part of a question that has two.
    """

    question: Question
    kind: Verdict
    lines: tuple[Line, ...] = ()
    reasons: tuple[str, ...] = ()
    nearest: tuple[Line, ...] = ()
    number_ids: tuple[str, ...] = ()
    checked: tuple[claims.Checked, ...] = ()
    second: Reply | None = None

    @property
    def figures(self) -> tuple[str, ...]:
        """The figures that answer the question, the main one first."""
        return tuple(line.figure for line in self.lines)


def warm(release: Release, language: str = ENGLISH) -> None:
    """Read the vocabulary and every published figure once, so that no reader waits for them."""
    facts.warm(release)
    # A misspelt word makes the index of words by first letter.
    reply(release, "vicitms", language)


def reply(release: Release, text: str, language: str = ENGLISH) -> Reply:
    """Return the reply to a question about the published release.

    A question with a number in it is checked as a claim. Each part of a question in two parts has
    its own reply.
    """
    first, *others = two_parts.split(text, language)
    found = _reply(release, first, language)
    for other in others:
        # The nearest figures are those of the group, which the first part names.
        second = replace(_reply(release, other, language), nearest=())
        found = replace(found, second=second)
    return found


def _reply(release: Release, text: str, language: str) -> Reply:
    question = parse.question(text, language)
    if not question.has(Role.COUNT):
        checked = claims.check(release, text[: parse.LONGEST_QUESTION], language).on_subject
        if checked:
            return _checked(question, checked)
    if not question.is_on_subject:
        reasons = (messages.text("ask.reply.off_subject"), *_reasons(release, question))
        return Reply(question, Verdict.OFF_SUBJECT, reasons=reasons)
    topic = _topic(release, question, language)
    if topic is not None:
        return topic
    if not question.is_understood:
        return _not_understood(release, question, language)
    return _on_victims(release, question)


def _checked(question: Question, checked: Sequence[claims.Checked]) -> Reply:
    """Return the verdict on the numbers of a question: are two thirds of the victims women?"""
    lines = [
        Line(claim.sentence, claim.published, claim.number_id, claim.view)
        for claim in checked
        if claim.published
    ]
    if not lines:
        reasons = tuple(claim.sentence for claim in checked)
        return Reply(question, Verdict.NOT_PUBLISHED, reasons=reasons, checked=tuple(checked))
    return Reply(question, Verdict.SHARE, lines=tuple(lines), checked=tuple(checked))


def _topic(release: Release, question: Question, language: str) -> Reply | None:
    """Return the reply to a question that one statement answers, None for other questions."""
    if question.topic == ALL_REFERRALS or _is_share_of_referrals(question):
        return _all_referrals(release, question)
    if question.topic == NRM:
        return _nrm(release, question)
    if not question.topic:
        return None
    found = vocabulary.of(language).topics[question.topic]
    statement = published_numbers.numbers(release)[found.statement_id]
    if found.answer != FIGURE_TOPIC:
        reasons = (messages.text("ask.reply.no_figure"), *_reasons(release, question))
        ids = (found.statement_id,)
        return Reply(question, Verdict.NOT_PUBLISHED, reasons=reasons, number_ids=ids)
    is_whole = question.is_understood and not question.codes and not question.is_trend
    if not is_whole:
        reasons = (messages.text("ask.reply.topic_narrowed"), *_reasons(release, question))
        line = _statement_line(release, found.statement_id)
        return Reply(question, Verdict.NOT_PUBLISHED, reasons=reasons, nearest=(line,))
    line = _statement_line(release, statement.number_id)
    return Reply(question, Verdict.FIGURE, lines=(line,))


def _is_share_of_referrals(question: Question) -> bool:
    """Return whether a question asks which share of referrals is of victims, in that order."""
    roles = [piece.role for piece in question.pieces]
    if not question.is_share or question.codes or Role.SUBJECT not in roles:
        return False
    return Role.REFERRAL in roles[: roles.index(Role.SUBJECT)]


def _all_referrals(release: Release, question: Question) -> Reply | None:
    """Return the reply to a question on every police referral, of victims and others."""
    has_victims = question.has(Role.SUBJECT)
    if question.codes and has_victims:
        return None
    is_whole = question.is_understood and not question.codes and not question.is_trend
    topic = SHARE_OF_REFERRALS if question.is_share else ALL_REFERRALS
    if not is_whole or (question.is_share and not has_victims):
        reasons = (messages.text("ask.reply.topic_narrowed"), *_reasons(release, question))
        nearest = (_topic_line(release, ALL_REFERRALS),)
        return Reply(question, Verdict.NOT_PUBLISHED, reasons=reasons, nearest=nearest)
    if has_victims and not question.is_share:
        return None
    kind = Verdict.SHARE if question.is_share else Verdict.FIGURE
    return Reply(question, kind, lines=(_topic_line(release, topic),))


def _nrm(release: Release, question: Question) -> Reply:
    """Return the reply to a question on the National Referral Mechanism: one year, as printed."""
    sexes = question.codes.get("sex", ("",))
    statement = printed.nrm(release, sexes[0]) if len(sexes) == 1 else None
    has_other_groups = bool(question.codes.keys() - {"sex", "crime_type"})
    is_clear = not question.unknown and not has_other_groups and not question.is_share
    if statement and is_clear and _is_on_year(question, statement):
        line = _statement_line(release, statement.number_id)
        return Reply(question, Verdict.FIGURE, lines=(line,))
    reasons = (messages.text("ask.reply.nrm"),)
    return Reply(question, Verdict.NOT_PUBLISHED, reasons=reasons)


def _is_on_year(question: Question, statement: PublishedNumber) -> bool:
    """Return whether the year of a statement is all that restricts a question."""
    year, _, _ = statement.period[0].partition("-")
    asked = [(restriction.text, restriction.reason) for restriction in question.restrictions]
    return asked == [(year, "period")]


def _not_understood(release: Release, question: Question, language: str) -> Reply:
    """Return the reason why a question has no answer, and the figures nearest to it."""
    topics = vocabulary.of(language).topics
    reasons = {restriction.reason for restriction in question.restrictions}
    ids = tuple(topics[name].statement_id for name in topics if name in reasons)
    kind = Verdict.NOT_UNDERSTOOD if question.unknown else Verdict.NOT_PUBLISHED
    return Reply(
        question,
        kind,
        reasons=tuple(_reasons(release, question)),
        nearest=_nearest(release, _first_codes(question)),
        number_ids=ids,
    )


def _reasons(release: Release, question: Question) -> list[str]:
    """Return a sentence for each unknown word and each restriction, the unknown words first."""
    found = []
    if question.unknown:
        words = phrases.listed([f"“{word}”" for word in question.unknown])
        found.append(messages.text("ask.reply.not_understood", words=words))
    found += [_reason(release, restriction) for restriction in question.restrictions]
    return list(dict.fromkeys(found))


def _reason(release: Release, restriction: Restriction) -> str:
    return messages.text(
        f"ask.reason.{restriction.reason}",
        words=restriction.text,
        period=release.about.period_label,
    )


def _on_victims(release: Release, question: Question) -> Reply:
    """Return the reply to a question that was understood."""
    codes = question.codes
    groups = _groups(codes)
    if question.is_trend:
        reason = messages.text("ask.reply.trend", period=release.about.period_label)
        return _unanswered(release, question, reason, (vocabulary.statement_id(YEARS_BEFORE),))
    if AMBIGUOUS in codes.get("nationality", ()):
        return _unanswered(release, question, messages.text("ask.reply.ambiguous"))
    if not groups or (question.is_share and not codes):
        reason = "share" if question.is_share else "breakdown"
        return _unanswered(release, question, messages.text(f"ask.reason.{reason}"))
    if facts.ADULTS in codes.get("age_band", ()):
        return _unanswered(release, question, messages.text("ask.reply.adults"))
    if question.breakdown:
        found = facts.breakdown(release, question.breakdown, groups[0]) if len(groups) == 1 else []
    elif question.is_share:
        found = _shares(release, question, groups)
    else:
        found = _counts(release, groups)
    return _listed(release, question, found, groups[0])


def _unanswered(
    release: Release, question: Question, reason: str, number_ids: tuple[str, ...] = ()
) -> Reply:
    """Return that no figure is published, why, and the nearest ones."""
    return Reply(
        question,
        Verdict.NOT_PUBLISHED,
        reasons=(reason,),
        nearest=_nearest(release, _first_codes(question)),
        number_ids=number_ids,
    )


def _counts(release: Release, groups: Sequence[Mapping[str, str]]) -> list[Fact]:
    """Return the counts of groups, none if one of them is not published."""
    counted = [facts.count(release, group) for group in groups]
    found = [fact for fact in counted if fact is not None]
    return found if len(found) == len(groups) else []


def _shares(
    release: Release, question: Question, groups: Sequence[Mapping[str, str]]
) -> list[Fact]:
    """Return the shares that were asked for, none if one of them is not published."""
    base = question.base
    found: list[Fact] = []
    for group in groups:
        parts = [(name, code) for name, code in group.items() if name not in base]
        if len(parts) != 1:
            return []
        fact = facts.share(release, parts[0], {name: group[name] for name in base})
        if fact is None:
            return []
        found.append(fact)
    return found


def _listed(
    release: Release, question: Question, found: Sequence[Fact], group: Mapping[str, str]
) -> Reply:
    """Return the facts as the reply, or the nearest ones if there are none."""
    if not found:
        reason = messages.text(
            f"ask.reply.not_published{'_share' if question.is_share else ''}",
            group=facts.group(release, group),
            period=release.about.period_label,
        )
        nearest = _nearest(release, group)
        return Reply(question, Verdict.NOT_PUBLISHED, reasons=(reason,), nearest=nearest)
    lines = [_line(fact) for fact in found]
    is_about_all = not question.codes and not question.breakdown
    if is_about_all and not question.has(Role.SUBJECT):
        lines.append(_also_all_referrals(release))
    return Reply(question, _kind(question, found[0]), lines=tuple(lines))


def _kind(question: Question, fact: Fact) -> Verdict:
    if question.is_share:
        return Verdict.SHARE
    return Verdict.RANGE if fact.is_range else Verdict.FIGURE


def _groups(codes: Mapping[str, Sequence[str]]) -> list[dict[str, str]]:
    """Return every group that the codes make, none if they are too many.

    >>> _groups({"sex": ("M", "F"), "crime_type": ("DA",)})
    [{'sex': 'M', 'crime_type': 'DA'}, {'sex': 'F', 'crime_type': 'DA'}]
    >>> _groups({"sex": ("M",) * 1000, "crime_type": ("DA",) * 1000, "age_band": ("0-17",) * 1000})
    []
    """
    if math.prod(map(len, codes.values())) > MOST_GROUPS:
        return []
    return [dict(zip(codes, group, strict=True)) for group in itertools.product(*codes.values())]


def _first_codes(question: Question) -> dict[str, str]:
    single = {name: codes[0] for name, codes in question.codes.items() if len(codes) == 1}
    return {name: code for name, code in single.items() if code != AMBIGUOUS}


def _nearest(release: Release, codes: Mapping[str, str]) -> tuple[Line, ...]:
    return tuple(_line(fact) for fact in facts.nearest(release, codes))


def _line(fact: Fact) -> Line:
    return Line(fact.sentence, fact.figure, fact.number_id, fact.view, fact.note)


def _statement_line(release: Release, statement_id: str) -> Line:
    """Return a statement as a line: its figure and its own words."""
    statement = published_numbers.numbers(release)[statement_id]
    sentence = messages.text(
        "ask.reply.statement",
        figure=statement.shown,
        sentence=statement.sentence.rstrip("."),
        section=statement.document.section,
    )
    return Line(sentence, statement.shown, statement_id)


def _topic_line(release: Release, topic: str) -> Line:
    return _statement_line(release, vocabulary.statement_id(topic))


def _also_all_referrals(release: Release) -> Line:
    line = _topic_line(release, ALL_REFERRALS)
    sentence = messages.text("ask.also.all_referrals", number=line.figure)
    return replace(line, sentence=sentence)
