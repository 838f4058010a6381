"""The pages of questions and of claims."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from referrals import templates
from referrals.cards.html import site_frame
from referrals.cards.wording import phrases
from referrals.content import standalone_pages as pages
from referrals.i18n import messages
from referrals.questions import claims, facts, parse
from referrals.questions import reply as replies
from referrals.questions.claims import Checked, Mark
from referrals.questions.reply import Reply
from referrals.questions.vocabulary import AMBIGUOUS
from referrals.release.catalogue import Served
from referrals.release.release import Release

EXAMPLES: Final = ("a", "b", "c", "d")
SHOWN_MARKS: Final = tuple(mark for mark in Mark if mark is not Mark.OFF_SUBJECT)


@dataclass(frozen=True)
class Passage:
    """A piece of a checked text. `place` is that of a checked number in the list, from 1."""

    text: str
    mark: str = ""
    place: int = 0


def ask(served: Served, question: str, canonical: str) -> str:
    """Return the page of a question: its form alone if the question is empty."""
    reply = replies.reply(served.published, question) if question.strip() else None
    main = templates.render(
        "questions/ask.html",
        words=messages.text,
        question=question[: parse.LONGEST_QUESTION],
        reply=reply,
        verdict=messages.text(f"claims.name.{reply.checked[0].mark}")
        if reply and reply.checked
        else "",
        understood=[*_understood(served, reply)] if reply else [],
        remarks=[*_remarks(reply)] if reply else [],
        examples=[messages.text(f"ask.example.{name}") for name in EXAMPLES],
    )
    query = urlencode({"q": question}) if question else ""
    return site_frame.framed(pages.head(pages.ASK), main, canonical=canonical, query=query)


def check(served: Served, text: str | None, canonical: str) -> str:
    """Return the page of a claim: its form alone if there is no text."""
    result = None if text is None else claims.check(served.published, text)
    checked = None if result is None else result.on_subject
    shown = (text or "")[: claims.LONGEST_TEXT]
    main = templates.render(
        "questions/claims.html",
        words=messages.text,
        text=shown,
        limit=claims.LONGEST_TEXT,
        checked=checked,
        marked=[*_marked(shown, checked or ())],
        marks=SHOWN_MARKS,
        remarks=[*_claim_remarks(text or "", result)] if result else [],
    )
    return site_frame.framed(pages.head(pages.CLAIMS), main, canonical=canonical)


def _understood(served: Served, reply: Reply) -> Iterator[tuple[str, str]]:
    """Yield a question as it was understood: its groups, measure and period, each with its name."""
    question, release = reply.question, served.published
    for dimension, codes in question.codes.items():
        labels = [_label(reply, release, dimension, code) for code in codes]
        yield phrases.column(dimension), phrases.listed(labels)
    if not question.codes:
        yield messages.text("ask.group"), messages.text("ask.everyone")
    yield messages.text("ask.measure"), messages.text(f"ask.measure_{_measure(reply)}")
    if question.base:
        base = [_label(reply, release, name, code) for name, code in question.base.items()]
        yield messages.text("ask.share_of"), phrases.listed(base)
    yield messages.text("ask.period"), release.about.period_label


def _measure(reply: Reply) -> str:
    question = reply.question
    if question.is_trend:
        return "trend"
    if question.is_share or any(claim.mention.is_share for claim in reply.checked):
        return "share"
    return "list" if question.breakdown else "count"


def _label(reply: Reply, release: Release, dimension: str, code: str) -> str:
    """Return the label of a code; for an ambiguous name, the words of the question."""
    if code != AMBIGUOUS:
        return facts.named(release, {dimension: code})[dimension]
    found = [
        piece.text
        for piece in reply.question.pieces
        if (piece.meaning.dimension, piece.meaning.value) == (dimension, code)
    ]
    return found[0]


def _remarks(reply: Reply) -> Iterator[str]:
    """Yield remarks on the words of a question: corrected ones, ignored ones, and too many."""
    question = reply.question
    for typed, read in question.corrections:
        yield messages.text("ask.corrected", typed=typed, read=read)
    if question.ignored:
        yield messages.text("ask.ignored", words=", ".join(question.ignored))
    if len(question.text) > parse.LONGEST_QUESTION:
        yield messages.text("ask.too_long", n=parse.LONGEST_QUESTION)


def _claim_remarks(text: str, result: claims.Result) -> Iterator[str]:
    if not result.checked:
        yield messages.text("claims.none")
    others = [claim.mention.text for claim in result.checked if claim.mark is Mark.OFF_SUBJECT]
    if others:
        listed = ", ".join(others)
        yield messages.text("claims.off_subject", n=len(others), numbers=listed)
    if result.has_more:
        yield messages.text("claims.too_many", n=claims.MOST_NUMBERS)
    if len(text) > claims.LONGEST_TEXT:
        yield messages.text("claims.too_long", n=claims.LONGEST_TEXT)


def _marked(text: str, checked: Sequence[Checked]) -> Iterator[Passage]:
    """Yield a text in pieces, with the place of each checked number in the list."""
    end = 0
    for place, claim in enumerate(checked, start=1):
        yield Passage(text[end : claim.mention.start])
        yield Passage(text[claim.mention.start : claim.mention.end], claim.mark, place)
        end = claim.mention.end
    yield Passage(text[end:])
