"""The wording of a rounded release: sentences that claim no more than its sums can support.

Every number is a sum of protected cells. No group is called the largest where ranges overlap, and nothing is ranked or made
into a share where there are fewer than `SMALLEST_SHARE_BASE`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from referrals.cards.wording import phrases
from referrals.formatting import count, percent
from referrals.query.answer import Answer
from referrals.query.observation import Observation
from referrals.reference import statuses
from referrals.reference.disclosure_rule import SMALLEST_SHARE_BASE

TOO_FEW: Final = "too few to give a share reliably"

SYMBOLS: Final[Mapping[str, str]] = statuses.meanings(is_rounded=True)
"""The meaning of each status letter in a rounded release."""

NO_SYMBOL: Final = "exact"
"""The meaning of a number without a letter."""

LINE: Final = "what a number could have been before it was adjusted"
"""The meaning of a line on a bar."""

RANGE_NOTE: Final = (
    "The range beside a number marked [e] says what it could be without adjustment. "
    "Numbers without a letter are exact. [How we protect people](/disclosure) says more."
)


def finding(answer: Answer) -> str:
    """Return the headline of an answer, one that is true of any selection."""
    return phrases.headed(_finding(answer), is_illustrative=answer.is_illustrative)


def quarters_finding(answer: Answer, quarters: Sequence[Observation], period: str) -> str:
    """Return the headline of the quarters: their least and their most, and no trend."""
    return phrases.headed(
        _quarters(answer, quarters, period), is_illustrative=answer.is_illustrative
    )


def notes(answer: Answer) -> list[str]:
    """Return the notes that apply to an answer, as Markdown sentences."""
    return numbers_notes(answer.statuses)


def numbers_notes(statuses: Sequence[str]) -> list[str]:
    """Return the notes that go with numbers of these statuses."""
    return [RANGE_NOTE] if "e" in statuses else []


def total(answer: Answer) -> str:
    """Return the total of an answer with its range: '65 [e], possible: 57 to 73'."""
    shown, possible = phrases.number(answer.total), reach(answer.total)
    return f"{shown} [e], possible: {possible}" if possible else shown


def reach(observation: Observation) -> str:
    """Return the range of a sum before rounding, '' if it is exact: '52 to 68'."""
    if observation.status != "e":
        return ""
    lower, upper = observation.bounds
    return f"{count(lower)} to {count(upper)}"


def denominator(_: Observation) -> str:
    """Return '': every share is of the same total."""
    return ""


def share_reach(answer: Answer, observation: Observation) -> str:
    """Return the range of a share, '' if it is exact or of too few referrals: '12% to 31%'."""
    found = observation.share
    if found is None or found.lower == found.upper or answer.is_unreliable:
        return ""
    return f"{percent(found.lower)} to {percent(found.upper)}"


def share_status(answer: Answer, observation: Observation) -> str:
    """Return the status letter of a share: 'u' if it is of too few referrals."""
    return "u" if answer.is_unreliable and observation.share is not None else ""


def _finding(answer: Answer) -> str:
    total = answer.total.value or 0
    if total == 0:
        return f"No referrals are counted in this selection{_zero(answer.total.bounds[1])}."
    if total < SMALLEST_SHARE_BASE:
        name = phrases.DIMENSION_NAMES[answer.dimension]
        return f"There are {phrases.whole(answer)}: {TOO_FEW}, or to compare by {name}."
    return _largest(answer)


def _zero(upper: int) -> str:
    return f"; 0 can mean 0 to {upper}" if upper else ""


def _largest(answer: Answer) -> str:
    """Return a sentence on the largest named group, unless its range overlaps another's."""
    rows = sorted(answer.observations, key=lambda one: -(one.value or 0))
    first, *others = (one for one in rows if one.kind == "category")
    lower, value = first.bounds[0], first.value or 0
    highest = max((one.bounds[1] for one in others), default=-1)
    if lower <= highest or value < SMALLEST_SHARE_BASE:
        return f"No one group is plainly the largest among {phrases.whole(answer)}."
    rest = max((one.bounds[1] for one in rows if one.code != first.code), default=-1)
    which = "largest group" if lower > rest else "largest named group"
    subject = f"{first.label}s were" if answer.dimension == "sex" else f"{first.label} was"
    of_all = f"{phrases.number(first)} of {phrases.whole(answer)} ({phrases.share(first)})"
    return f"{subject} the {which}, with {of_all}."


def _quarters(answer: Answer, quarters: Sequence[Observation], period: str) -> str:
    values = [one.value or 0 for one in quarters]
    least, most = min(values), max(values)
    each = f"of the {len(quarters)} quarters, {period}"
    if most == 0:
        upper = max(one.bounds[1] for one in quarters)
        return f"No referrals are counted in any {each}{_zero(upper)}."
    span = f"{count(least)} to {count(most)}" if least < most else count(most)
    few = " Some quarters have too few to compare." if least < SMALLEST_SHARE_BASE else ""
    return f"Each {each}, shows {span} {phrases.what(answer)}.{few}"
