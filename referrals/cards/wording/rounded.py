"""The wording of a rounded release: sentences that claim no more than its sums can support.

Every number is a sum of protected cells. No group is called the largest if ranges overlap, and
nothing is ranked or made into a share if there are fewer than `SMALLEST_SHARE_BASE`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from referrals.cards.wording import phrases
from referrals.formatting import count, percent
from referrals.i18n import messages
from referrals.query.answer import Answer
from referrals.query.observation import Observation
from referrals.reference import statuses
from referrals.reference.disclosure_rule import SMALLEST_SHARE_BASE

SYMBOLS: Final[Mapping[str, str]] = statuses.meanings(is_rounded=True)
"""The meaning of each status letter in a rounded release."""


def no_symbol() -> str:
    """Return the meaning of a number without a letter."""
    return messages.text("wording.rounded.no_symbol")


def line() -> str:
    """Return the meaning of a line on a bar."""
    return messages.text("wording.rounded.line")


def finding(answer: Answer) -> str:
    """Return the headline of an answer, one that is true of any selection."""
    return phrases.headed(_finding(answer), is_invented=answer.is_invented)


def quarters_finding(answer: Answer, quarters: Sequence[Observation], period: str) -> str:
    """Return the headline of the quarters: their least and their most, and no trend."""
    text = _quarters(answer, quarters, period)
    return phrases.headed(text, is_invented=answer.is_invented)


def notes(answer: Answer) -> list[str]:
    """Return the notes that apply to an answer, as Markdown sentences."""
    return numbers_notes(answer.statuses)


def numbers_notes(statuses: Sequence[str]) -> list[str]:
    """Return the notes that go with numbers of these statuses."""
    return [messages.text("wording.rounded.note")] if "e" in statuses else []


def total(answer: Answer) -> str:
    """Return the total of an answer with its range: '65 [e], possible: 57 to 73'."""
    number, possible = phrases.number(answer.total), possible_range(answer.total)
    if not possible:
        return number
    return messages.text("wording.rounded.total", number=number, range=possible)


def possible_range(observation: Observation) -> str:
    """Return the range of a sum before rounding, '' if it is exact: '52 to 68'."""
    if observation.status != "e":
        return ""
    lower, upper = observation.bounds
    return phrases.between(count(lower), count(upper))


def is_share_of_all(_: Observation) -> bool:
    """Return False: every share is of the same total, and need not say so."""
    return False


def possible_share(answer: Answer, observation: Observation) -> str:
    """Return the range of a share, '' if it is exact or of too few referrals: '12% to 31%'."""
    found = observation.share
    if found is None or found.lower == found.upper or answer.is_unreliable:
        return ""
    return phrases.between(percent(found.lower), percent(found.upper))


def share_status(answer: Answer, observation: Observation) -> str:
    """Return the status letter of a share: 'u' if it is of too few referrals."""
    return "u" if answer.is_unreliable and observation.share is not None else ""


def _finding(answer: Answer) -> str:
    total = answer.total.value or 0
    if total == 0:
        return _none(answer.total.bounds[1])
    if total < SMALLEST_SHARE_BASE:
        return messages.text(
            "wording.rounded.few",
            counted=phrases.counted(answer),
            dimension=phrases.dimension(answer.dimension),
        )
    return _largest(answer)


def _none(upper: int) -> str:
    if upper:
        return messages.text("wording.rounded.none_rounded", upper=upper)
    return messages.text("wording.rounded.none")


def _largest(answer: Answer) -> str:
    """Return a sentence on the largest named group, unless its range overlaps another's."""
    rows = sorted(answer.observations, key=lambda row: -(row.value or 0))
    first, *others = (row for row in rows if row.kind == "category")
    lower, value = first.bounds[0], first.value or 0
    highest = max((row.bounds[1] for row in others), default=-1)
    if lower <= highest or value < SMALLEST_SHARE_BASE:
        return messages.text("wording.finding.no_largest", counted=phrases.counted(answer))
    rest = max((row.bounds[1] for row in rows if row.code != first.code), default=-1)
    key = "wording.finding.largest" if lower > rest else "wording.rounded.largest_named"
    return phrases.largest(key, answer, first)


def _quarters(answer: Answer, quarters: Sequence[Observation], period: str) -> str:
    values = [quarter.value or 0 for quarter in quarters]
    least, most = min(values), max(values)
    if most == 0:
        upper = max(quarter.bounds[1] for quarter in quarters)
        key = "quarters_none_rounded" if upper else "quarters_none"
        return messages.text(f"wording.rounded.{key}", n=len(quarters), period=period, upper=upper)
    key = "quarters_few" if least < SMALLEST_SHARE_BASE else "quarters"
    return messages.text(
        f"wording.rounded.{key}",
        n=len(quarters),
        period=period,
        range=phrases.count_range(least, most),
        referrals=phrases.subject(answer),
    )
