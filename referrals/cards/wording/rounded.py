"""The wording of a rounded release: sentences that claim no more than its sums can support.

Every number is a sum of protected cells. No group is called the largest if ranges overlap, and
nothing is ranked or made into a share if there are fewer than `SMALLEST_SHARE_BASE`.
"""

from __future__ import annotations

from collections.abc import Sequence

from referrals.cards.wording import phrases
from referrals.cards.wording.base import Wording
from referrals.formatting import count, percent
from referrals.i18n import messages
from referrals.query.answer import Answer
from referrals.query.observation import Observation
from referrals.reference import statuses
from referrals.reference.disclosure_rule import SMALLEST_SHARE_BASE


class Rounded(Wording):
    """The wording of a rounded release, whose sums and shares have ranges beside them."""

    section = "rounded"
    meanings = statuses.meanings("rounded")
    has_range_beside_share = True

    def numbers_notes(self, numbers: Sequence[Observation]) -> list[str]:
        """Return the notes on rounded and revised numbers, or the one that every number is exact.

        The note on rounded numbers gives the largest possible error among them.
        """
        notes = []
        if errors := [_largest_error(number) for number in numbers if number.status == "e"]:
            error = count(max(errors))
            notes.append(messages.text("wording.rounded.note.adjusted", error=error))
        if any(number.status == "r" for number in numbers):
            notes.append(messages.text("wording.rounded.note.revised"))
        return notes or [messages.text("wording.rounded.note.exact")]

    def total(self, answer: Answer) -> str:
        """Return the total of an answer with its range: '65 [e], possible: 57 to 73'."""
        number, possible = phrases.number(answer.total), self.possible_range(answer.total)
        if not possible:
            return number
        key = "total_revised" if answer.total.status == "r" else "total"
        return messages.text(f"wording.rounded.{key}", number=number, range=possible)

    def possible_range(self, observation: Observation) -> str:
        """Return the range of a sum before rounding, '' if exact or a range itself: '52 to 68'."""
        if not observation.value:
            return ""
        lower, upper = observation.bounds
        if lower == upper:
            return ""
        return phrases.between(count(lower), count(upper))

    def possible_share(self, answer: Answer, observation: Observation) -> str:
        """Return the range of a share, '' if exact or of too few referrals: '12% to 31%'."""
        found = observation.share
        if found is None or found.lower == found.upper or answer.is_unreliable:
            return ""
        return phrases.between(percent(found.lower), percent(found.upper))

    def share_status(self, answer: Answer, observation: Observation) -> str:
        """Return the status letter of a share: 'u' if it is of too few referrals."""
        return "u" if answer.is_unreliable and observation.share is not None else ""

    def _finding(self, answer: Answer) -> str:
        total = answer.total.value or 0
        if total == 0:
            return _none(answer)
        if total < SMALLEST_SHARE_BASE:
            return messages.text(
                "wording.rounded.few",
                counted=phrases.counted(answer),
                dimension=phrases.dimension(answer.dimension),
            )
        return _largest(answer)

    def _quarters_finding(
        self, answer: Answer, quarters: Sequence[Observation], period: str
    ) -> str:
        """Return how the quarters changed, or that there are none in any of them."""
        if any(quarter.value for quarter in quarters):
            return self._change(answer, quarters)
        upper = max(quarter.bounds[1] for quarter in quarters)
        key = "quarters_none_rounded" if upper else "quarters_none"
        return messages.text(
            f"wording.rounded.{key}",
            n=len(quarters),
            period=period,
            upper=upper,
            referrals=phrases.subject(answer),
        )


def _largest_error(number: Observation) -> int:
    """Return the largest possible error of a number, by its range."""
    lower, upper = number.bounds
    value = lower if number.value is None else number.value
    return max(value - lower, upper - value)


def _none(answer: Answer) -> str:
    if answer.total.bounds[1]:
        return messages.text(
            "wording.rounded.few",
            counted=phrases.counted(answer),
            dimension=phrases.dimension(answer.dimension),
        )
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
