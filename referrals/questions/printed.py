"""The printed statements that a number in a text can be, whatever it counts."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Final

from referrals.i18n import messages
from referrals.i18n.languages import ENGLISH
from referrals.query import published_numbers
from referrals.query.published_numbers import Origin, PublishedNumber
from referrals.questions import comparison, facts, mentions
from referrals.questions.comparison import Match
from referrals.questions.facts import FRACTION, PERCENT, Fact
from referrals.questions.mentions import HUNDRED, Form, Mention
from referrals.questions.sentences import Part
from referrals.questions.vocabulary import Role
from referrals.release.release import Release

ALL_REFERRALS, SHARE_OF_REFERRALS, NATIONALITIES = "E001", "E003", "E022"
NRM_STATEMENTS: Final = {"": ("E048", ""), "F": ("E049", "E051"), "M": ("E050", "E052")}
TOPICS: Final = {
    "leads": "E065",
    "svm": "E064",
    "services": "E066",
    "characteristics": "E067",
    "nationalities": NATIONALITIES,
}
FORMS: Final = {PERCENT: Form.PERCENT, FRACTION: Form.FRACTION}
NEAR: Final = 3
"""Phrases after a number among which "nationalities" is what it counts."""

DATES: Final = frozenset({"month", "year"})


def matching(release: Release, mention: Mention) -> list[PublishedNumber]:
    """Return the statements and derived numbers that are exactly a number, the statements first."""
    found = published_numbers.numbers(release).values()
    return [
        number
        for number in found
        if number.origin in {Origin.STATEMENT, Origin.DERIVED}
        and _form(number) is mention.form
        and _value(number) is not None
        and compare(mention, number) is Match.EXACT
    ]


def about(release: Release, part: Part) -> PublishedNumber | None:
    """Return the statement that a number is about if it does not count victim referrals."""
    found = published_numbers.numbers(release)
    number_id = _id_about(part)
    return found[number_id] if number_id else None


def compare(mention: Mention, number: PublishedNumber) -> Match:
    """Return how a number agrees with a printed one."""
    value = _value(number)
    if value is None:
        return Match.NONE
    return comparison.compare_bounds(mention, value, value)


def uses_words(release: Release, mention: Mention, fact: Fact) -> bool:
    """Return whether the assessment itself calls a share by a fraction: "four fifths"."""
    if mention.form is not Form.FRACTION or fact.base is None:
        return False
    found = published_numbers.numbers(release)
    number_id = facts.printed_share(found.values(), fact.codes, fact.base, (FRACTION,))
    return bool(number_id) and _value(found[number_id]) == mention.low


def source(number: PublishedNumber) -> str:
    """Return where a number stands: 'section 3.8.2', or that it is worked out."""
    if number.origin is Origin.DERIVED:
        return messages.text("claims.source_derived")
    return messages.text("claims.source_section", section=number.document.section)


def quoted(number: PublishedNumber) -> str:
    """Return the sentence of a statement with its section."""
    return messages.text(
        "claims.quoted",
        sentence=number.sentence.rstrip("."),
        section=number.document.section,
    )


def _id_about(part: Part) -> str:
    mention = part.mention
    has_victims = any(piece.role is Role.SUBJECT for piece in part.pieces)
    if "nrm" in part.topics:
        sex = next(iter(part.codes.get("sex", ("",))), "")
        count_id, share_id = NRM_STATEMENTS.get(sex, ("", ""))
        return share_id if mention.is_share else count_id
    near = [piece.meaning.value for piece in part.around[1][:NEAR] if piece.role is Role.TOPIC]
    for topic in near:
        if topic in TOPICS and not mention.is_share and not part.codes:
            return TOPICS[topic]
    names_nationality = any(
        piece.role is Role.DIMENSION and piece.meaning.value == "nationality"
        for piece in part.around[1][:NEAR]
    )
    if names_nationality and not mention.is_share and not part.codes:
        return NATIONALITIES
    if part.codes:
        return ""
    if mention.is_share:
        is_of_referrals = "all_referrals" in part.topics or any(
            piece.text == "police referrals" for piece in part.pieces
        )
        return SHARE_OF_REFERRALS if is_of_referrals else ""
    is_of_all = "all_referrals" in part.topics or mention.low > HUNDRED * HUNDRED
    return ALL_REFERRALS if is_of_all and not has_victims else ""


def _form(number: PublishedNumber) -> Form:
    return FORMS.get(number.unit, Form.COUNT)


def _value(number: PublishedNumber) -> Fraction | None:
    """Return a printed number, a share as a share of 1; None if it is not one exact number."""
    if number.origin is Origin.DERIVED:
        is_exact = number.lower == number.upper and not number.open_ended
        return Fraction(number.lower) if is_exact and number.lower is not None else None
    if number.unit in DATES or number.precision == "statement":
        return None
    if number.unit == FRACTION:
        return next(_fractions(number.value), None)
    try:
        value = Fraction(number.value)
    except ValueError:
        return None
    return value / HUNDRED if number.unit == PERCENT else value


def _fractions(words: str) -> Iterator[Fraction]:
    """Yield the fraction in words such as "approximately two thirds"."""
    for mention in mentions.mentions(words, ENGLISH):
        if mention.form is Form.FRACTION:
            yield mention.low
