"""The wording of a suppressed release: exact numbers, withheld ones, and unpublished ones.

Such a release has a number for one or two things at once, the quarter counted as one. A withheld
number can be larger than one that is shown, so nothing is called the largest of all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from referrals.cards.wording import phrases
from referrals.i18n import messages
from referrals.query.answer import Answer
from referrals.query.observation import NOT_PUBLISHED, WITHHELD, Observation
from referrals.reference import statuses
from referrals.reference.codelists import NOT_RECORDED
from referrals.reference.disclosure_rule import SMALLEST_SHARE_BASE

SYMBOLS: Final[Mapping[str, str]] = statuses.meanings()
"""The meaning of each status letter in a suppressed release."""


def no_symbol() -> str:
    """Return the meaning of a number without a letter."""
    return messages.text("wording.suppressed.no_symbol")


def line() -> str:
    """Return the meaning of a line on a bar."""
    return messages.text("wording.suppressed.line")


def finding(answer: Answer) -> str:
    """Return the headline of an answer, one that is true of any selection."""
    return phrases.headed(_finding(answer), is_invented=answer.is_invented)


def quarters_finding(answer: Answer, quarters: Sequence[Observation], period: str) -> str:
    """Return the headline of the quarters: how many are shown, their least and their most."""
    text = _quarters(answer, quarters, period)
    return phrases.headed(text, is_invented=answer.is_invented)


def notes(answer: Answer) -> list[str]:
    """Return the notes that apply to an answer, as Markdown sentences."""
    return numbers_notes(answer.statuses)


def numbers_notes(statuses: Sequence[str]) -> list[str]:
    """Return the notes that go with numbers of these statuses."""
    found = []
    if WITHHELD in statuses:
        found.append(messages.text("wording.suppressed.note.withheld"))
    if NOT_PUBLISHED in statuses:
        found.append(messages.text("wording.suppressed.note.finer"))
    return found


def total(answer: Answer) -> str:
    """Return the total of an answer, 'withheld' or 'not published'."""
    return phrases.number(answer.total)


def possible_range(_: Observation) -> str:
    """Return '': a number that is shown is exact."""
    return ""


def is_share_of_all(observation: Observation) -> bool:
    """Return whether a share is of all, while the others are of those recorded."""
    return observation.code == NOT_RECORDED


def possible_share(_answer: Answer, _observation: Observation) -> str:
    """Return '': a share that is shown is exact."""
    return ""


def share_status(_answer: Answer, _observation: Observation) -> str:
    """Return '': there are no shares of few referrals."""
    return ""


def _finding(answer: Answer) -> str:
    if not answer.is_published:
        return messages.text(
            "wording.suppressed.unpublished",
            dimension=phrases.dimension(answer.dimension),
            referrals=phrases.subject(answer),
        )
    shown = [row for row in answer.observations if row.kind == "category" and row.has_number]
    values = [row.value or 0 for row in shown]
    most = max(values, default=0)
    if most < SMALLEST_SHARE_BASE or values.count(most) > 1:
        return messages.text("wording.finding.no_largest", counted=phrases.counted(answer))
    is_all_shown = len(shown) == len(answer.observations)
    key = "wording.finding.largest" if is_all_shown else "wording.suppressed.largest_shown"
    return phrases.largest(key, answer, shown[values.index(most)])


def _quarters(answer: Answer, quarters: Sequence[Observation], period: str) -> str:
    referrals = phrases.subject(answer)
    if all(quarter.status == NOT_PUBLISHED for quarter in quarters):
        return messages.text("wording.suppressed.quarters_unpublished", referrals=referrals)
    shown = [quarter.value for quarter in quarters if quarter.value is not None]
    if not shown:
        return messages.text(
            "wording.suppressed.quarters_withheld", referrals=referrals, period=period
        )
    return messages.text(
        "wording.suppressed.quarters",
        n=len(quarters),
        shown=len(shown),
        period=period,
        range=phrases.count_range(min(shown), max(shown)),
        referrals=referrals,
    )
