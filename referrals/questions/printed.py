"""The printed statements that a number in a text can be, whatever it counts."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Final

from referrals.i18n import messages
from referrals.language import ENGLISH
from referrals.query.document import published_numbers
from referrals.query.document.published_numbers import Origin, PublishedNumber
from referrals.questions import comparison, facts, mentions, vocabulary
from referrals.questions.comparison import Match
from referrals.questions.facts import FRACTION, PERCENT, Fact
from referrals.questions.mentions import HUNDRED, Form, Mention
from referrals.questions.pieces import Piece
from referrals.questions.sentences import Part
from referrals.questions.vocabulary import Role
from referrals.release.release import Release

ALL_REFERRALS: Final = "all_referrals"
NATIONALITIES: Final = "nationalities"
COUNTED: Final = frozenset({"leads", "svm", "services", "characteristics", NATIONALITIES})
"""The topics whose name follows a number that counts them."""

NRM_SUBJECT, NRM_UNIT = "nrm_referrals", "potential_victims"
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
    if "nrm" in part.topics:
        sex = next(iter(part.codes.get("sex", ("",))), "")
        return nrm(release, sex, is_share=part.mention.is_share)
    topic = _topic_counted(part)
    return found[vocabulary.statement_id(topic)] if topic else None


def nrm(release: Release, sex: str, *, is_share: bool = False) -> PublishedNumber | None:
    """Return the statement on the National Referral Mechanism for a sex ('' for all), if any.

    It gives a number of people, or their share in words.
    """
    codes = {"sex": sex} if sex else {}
    unit = FRACTION if is_share else NRM_UNIT
    for number in published_numbers.numbers(release).values():
        is_on_nrm = number.origin is Origin.STATEMENT and number.subject == NRM_SUBJECT
        if is_on_nrm and number.unit == unit and dict(number.codes) == codes:
            return number
    return None


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
    """Return the place of a number in the assessment: 'section 3.8.2', or that it is worked out."""
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


def _topic_counted(part: Part) -> str:
    """Return the topic that a number counts, or is a share of; '' if it counts victim referrals."""
    if part.codes:
        return ""
    if part.mention.is_share:
        return "share_of_referrals" if _is_of_all_referrals(part) else ""
    near = part.around[1][:NEAR]
    for piece in near:
        if piece.role is Role.TOPIC and piece.meaning.value in COUNTED:
            return piece.meaning.value
    if any(_is_nationality(piece) for piece in near):
        return NATIONALITIES
    has_victims = any(piece.role is Role.SUBJECT for piece in part.pieces)
    is_of_all = ALL_REFERRALS in part.topics or part.mention.low > HUNDRED * HUNDRED
    return ALL_REFERRALS if is_of_all and not has_victims else ""


def _is_of_all_referrals(part: Part) -> bool:
    names_police = any(piece.text == "police referrals" for piece in part.pieces)
    return names_police or ALL_REFERRALS in part.topics


def _is_nationality(piece: Piece) -> bool:
    return piece.role is Role.DIMENSION and piece.meaning.value == "nationality"


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
