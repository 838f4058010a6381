"""The wording of a suppressed release: exact numbers, withheld ones, and unpublished ones.

Such a release has a number for one or two things at once, the quarter counted as one. A withheld
number can be larger than one that is shown, so nothing is called the largest of all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from referrals.cards.wording import phrases
from referrals.formatting import count
from referrals.query.answer import Answer
from referrals.query.observation import NOT_PUBLISHED, Observation
from referrals.reference import statuses
from referrals.reference.codelists import NOT_RECORDED
from referrals.reference.disclosure_rule import SMALLEST_SHARE_BASE

SYMBOLS: Final[Mapping[str, str]] = statuses.meanings()
"""The meaning of each status letter in a suppressed release."""

NO_SYMBOL: Final = "exact"
"""The meaning of a number without a letter."""

LINE: Final = "what a share could be among all"
"""The meaning of a line on a bar."""

WITHHELD_NOTE: Final = (
    "A number marked [c] is withheld to protect people. "
    "It can be 0, small, or larger than one that is shown. "
    "[How we protect people](/disclosure) says more."
)
FINER_NOTE: Final = (
    "This release has tables of one or two things at once, a quarter counted as one, and nothing "
    "finer. Choose fewer things to see numbers."
)


def finding(answer: Answer) -> str:
    """Return the headline of an answer, one that is true of any selection."""
    return phrases.headed(_finding(answer), is_illustrative=answer.is_illustrative)


def quarters_finding(answer: Answer, quarters: Sequence[Observation], period: str) -> str:
    """Return the headline of the quarters: how many are shown, their least and their most."""
    return phrases.headed(
        _quarters(answer, quarters, period), is_illustrative=answer.is_illustrative
    )


def notes(answer: Answer) -> list[str]:
    """Return the notes that apply to an answer, as Markdown sentences."""
    return numbers_notes(answer.statuses)


def numbers_notes(statuses: Sequence[str]) -> list[str]:
    """Return the notes that go with numbers of these statuses."""
    return [
        note for status, note in (("c", WITHHELD_NOTE), ("x", FINER_NOTE)) if status in statuses
    ]


def total(answer: Answer) -> str:
    """Return the total of an answer, 'withheld' or 'not published'."""
    return phrases.number(answer.total)


def reach(_: Observation) -> str:
    """Return '': a number that is shown is exact."""
    return ""


def denominator(observation: Observation) -> str:
    """Return the words after a share that say what it is of, '' if that is plain."""
    return " of all" if observation.code == NOT_RECORDED else ""


def share_reach(_answer: Answer, _observation: Observation) -> str:
    """Return '': a share that is shown is exact."""
    return ""


def share_status(_answer: Answer, _observation: Observation) -> str:
    """Return '': there are no shares of few referrals."""
    return ""


def _finding(answer: Answer) -> str:
    name = phrases.DIMENSION_NAMES[answer.dimension]
    if not answer.is_published:
        return f"The {name} of {phrases.what(answer)} is not published."
    shown = [one for one in answer.observations if one.kind == "category" and one.has_number]
    values = [one.value or 0 for one in shown]
    most = max(values, default=0)
    if most < SMALLEST_SHARE_BASE or values.count(most) > 1:
        return f"No one group is plainly the largest among {phrases.whole(answer)}."
    first = shown[values.index(most)]
    which = "largest group" if len(shown) == len(answer.observations) else "largest group shown"
    subject = f"{first.label}s were" if answer.dimension == "sex" else f"{first.label} was"
    of_all = f"{phrases.number(first)} of {phrases.whole(answer)} ({phrases.share(first)})"
    return f"{subject} the {which}, with {of_all}."


def _quarters(answer: Answer, quarters: Sequence[Observation], period: str) -> str:
    what = phrases.what(answer)
    if all(one.status == NOT_PUBLISHED for one in quarters):
        return f"The quarters of {what} are not published."
    shown = [one.value for one in quarters if one.value is not None]
    if not shown:
        return f"The quarters of {what} are all withheld, {period}."
    least, most = min(shown), max(shown)
    span = f"{count(least)} to {count(most)}" if least < most else count(most)
    each = f"Each of those has {span} {what}."
    return f"{len(shown)} of the {len(quarters)} quarters are shown, {period}. {each}"
