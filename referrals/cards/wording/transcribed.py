"""The wording of the published year: printed numbers, ranges that follow, and unpublished ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Final

from referrals.cards.wording import phrases
from referrals.formatting import count, percent, percent_span
from referrals.query.answer import Answer
from referrals.query.observation import Observation
from referrals.reference import statuses
from referrals.reference.codelists import NOT_RECORDED

SYMBOLS: Final[Mapping[str, str]] = statuses.meanings()
"""The meaning of each status letter in a transcribed release."""

NO_SYMBOL: Final = "as printed"
"""The meaning of a number without a letter."""

LINE: Final = "what a share could be among all"
"""The meaning of a line on a bar."""

SEX_NOTE: Final = (
    "The three printed counts by sex fall short of the total. "
    "[Do the figures add up?](/figures-check) shows why the number with no sex recorded is a range."
)


def finding(answer: Answer) -> str:
    """Return the headline of an answer: one sentence with its numbers."""
    if not answer.is_published:
        name = phrases.DIMENSION_NAMES[answer.dimension]
        return f"The assessment does not publish the {name} of {phrases.what(answer)}."
    return _FINDINGS[answer.dimension](answer)


def quarters_finding(answer: Answer, _quarters: Sequence[Observation], _period: str) -> str:
    """Return a sentence that there are no quarters: the source covers one year."""
    return f"The assessment does not publish the quarters of {phrases.what(answer)}."


def cross_finding(dimension: str, answers: Sequence[Answer]) -> str:
    """Return the headline of a dimension within each of several groups: one clause a group."""
    clause = _CLAUSES.get(dimension, _largest_clause)
    clauses = tuple(clause(answer) for answer in answers)
    head = "Where sex was recorded, " if dimension == "sex" else ""
    return f"{phrases.capital(head + phrases.listed(clauses))}."


def notes(answer: Answer) -> list[str]:
    """Return the notes that apply to an answer, as Markdown sentences."""
    found = [_NOTES[answer.dimension]]
    if answer.dimension == "sex" and any(one.status == "u" for one in answer.observations):
        found.append(SEX_NOTE)
    if "crime_type" in answer.labels and answer.dimension != "crime_type":
        found.append(_NOTES["crime_type"])
    if answer.unpublished:
        labels = tuple(phrases.in_sentence(label) for label in answer.unpublished)
        found.append(f"Not published for this choice: {phrases.listed(labels)}.")
    return found


def numbers_notes(_statuses: Sequence[str]) -> list[str]:
    """Return no notes: no status of a printed number needs one."""
    return []


def total(answer: Answer) -> str:
    """Return the total of an answer: '1,336', '210 to 212', 'not published'."""
    return phrases.number(answer.total)


def reach(_: Observation) -> str:
    """Return '': the range of a number is the number itself."""
    return ""


def denominator(observation: Observation) -> str:
    """Return the words after a share that say what it is of, '' if that is plain."""
    return " of all" if observation.code == NOT_RECORDED else ""


def share_reach(_answer: Answer, _observation: Observation) -> str:
    """Return '': the range of a share is the share itself."""
    return ""


def share_status(_answer: Answer, _observation: Observation) -> str:
    """Return '': a share has the letter of its number."""
    return ""


def _nationality(answer: Answer) -> str:
    named = [
        one for one in _published(answer) if not one.code.startswith("_") or one.code == "_TOP3"
    ]
    least, most = answer.total.bounds
    low = Fraction(sum(one.bounds[0] for one in named), most)
    high = Fraction(sum(one.bounds[1] for one in named), least)
    names = phrases.listed(tuple(phrases.in_sentence(phrases.label(one)) for one in named))
    return f"{names} made up {percent_span(low, high)} of {phrases.whole(answer)}."


def _sex_clause(answer: Answer) -> str:
    larger, _ = _by_recorded(answer)
    share = percent(_of_recorded(larger))
    return f"{larger.label.lower()}s were {share} of {phrases.what(answer)}"


def _largest_clause(answer: Answer) -> str:
    first = _published(answer)[0]
    what = phrases.what(answer).replace("victim ", "")
    return f"{phrases.label(first).lower()} was {phrases.share(first)} of {what}"


def _age(answer: Answer) -> str:
    child = answer.observation("0-17")
    if not child.has_number:
        return _largest(answer)
    of_all = f"{phrases.number(child)} of {phrases.whole(answer)}"
    return f"{of_all} were of people who said they were under 18 ({phrases.share(child)})."


def _sex(answer: Answer) -> str:
    larger, smaller = _by_recorded(answer)
    unknown = answer.observation(NOT_RECORDED)
    recorded = "" if answer.recorded is None else count(answer.recorded)
    return (
        f"Of the {recorded} {phrases.what(answer)} with sex recorded, "
        f"{percent(_of_recorded(larger))} were {larger.label.lower()} and "
        f"{percent(_of_recorded(smaller))} {smaller.label.lower()}. "
        f"Sex was not recorded in {phrases.number(unknown)} more."
    )


def _by_recorded(answer: Answer) -> tuple[Observation, Observation]:
    """Return males and females, the larger number first."""
    male, female = answer.observation("M"), answer.observation("F")
    return (female, male) if _of_recorded(female) > _of_recorded(male) else (male, female)


def _of_recorded(observation: Observation) -> Fraction:
    """Return the share of those recorded, 0 if it is not known."""
    share = observation.share
    return share.of_recorded or Fraction(0) if share else Fraction(0)


def _largest(answer: Answer) -> str:
    """Return a sentence on the largest category; there is none if its range overlaps another's."""
    first, *others = _published(answer)
    of_all = f"{phrases.number(first)} of {phrases.whole(answer)} ({phrases.share(first)})"
    if not others:
        return f"{phrases.label(first)} made up {of_all}."
    if first.bounds[0] <= max(one.bounds[1] for one in others):
        return f"No one group is plainly the largest among {phrases.whole(answer)}."
    return f"{phrases.label(first)} was the largest group: {of_all}."


def _published(answer: Answer) -> list[Observation]:
    """Return the observations that have a number, the largest first."""
    found = [one for one in answer.observations if one.has_number]
    return sorted(found, key=lambda one: -one.bounds[0])


_FINDINGS: Final[Mapping[str, Callable[[Answer], str]]] = {
    "nationality": _nationality,
    "age_band": _age,
    "sex": _sex,
    "crime_type": _largest,
    "outcome": _largest,
}

_CLAUSES: Final[Mapping[str, Callable[[Answer], str]]] = {"sex": _sex_clause}

_NOTES: Final[Mapping[str, str]] = {
    "nationality": (
        "Three of the nationalities are published one by one. The rest are one group: "
        "no count of ours singles out a small group."
    ),
    "age_band": (
        "Age is as the person stated it. The assessment says it may be changed after checks."
    ),
    "sex": (
        "Sex as recorded. The assessment uses “sex” and “gender” for the same field. "
        "A share is of those whose sex was recorded; the range is what it could be among everyone, "
        "if those not recorded were all of one sex or the other."
    ),
    "crime_type": (
        "Modern slavery includes human trafficking. “Other or unstated crime” is everything else: "
        "the assessment does not name or count other types."
    ),
    "outcome": "The assessment publishes no outcome of any referral.",
}
