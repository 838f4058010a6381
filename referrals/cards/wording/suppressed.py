"""The wording of a suppressed release: exact numbers, suppressed ones, and unpublished ones.

Such a release has a number for one or two things at once, the quarter counted as one. A suppressed
number can be larger than one that is shown, so nothing is called the largest of all.
"""

from __future__ import annotations

from collections.abc import Sequence

from referrals.cards.wording import phrases
from referrals.cards.wording.base import Wording
from referrals.i18n import messages
from referrals.query.answer import Answer
from referrals.query.observation import NOT_PUBLISHED, SUPPRESSED, Observation
from referrals.reference import statuses
from referrals.reference.disclosure_rule import SMALLEST_SHARE_BASE


class Suppressed(Wording):
    """The wording of a suppressed release, whose numbers are exact or suppressed."""

    section = "suppressed"
    meanings = statuses.meanings()

    def numbers_notes(self, numbers: Sequence[Observation]) -> list[str]:
        """Return the notes on suppressed and unpublished numbers, or that every one is exact."""
        statuses = {number.status for number in numbers}
        found = []
        if SUPPRESSED in statuses:
            found.append(messages.text("wording.suppressed.note.withheld"))
        if NOT_PUBLISHED in statuses:
            found.append(messages.text("wording.suppressed.note.finer"))
        return found or [messages.text("wording.suppressed.note.exact")]

    def _finding(self, answer: Answer) -> str:
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

    def _quarters_finding(
        self, answer: Answer, quarters: Sequence[Observation], period: str
    ) -> str:
        """Return how the quarters that are shown changed, and how many those are."""
        referrals = phrases.subject(answer)
        if all(quarter.status == NOT_PUBLISHED for quarter in quarters):
            return messages.text("wording.suppressed.quarters_unpublished", referrals=referrals)
        shown = [quarter for quarter in quarters if quarter.has_number]
        if not shown:
            return messages.text(
                "wording.suppressed.quarters_withheld", referrals=referrals, period=period
            )
        if len(shown) == 1:
            return messages.text(
                "wording.suppressed.quarters_one",
                number=phrases.number(shown[0]),
                quarter=shown[0].label,
                referrals=referrals,
            )
        change = self._change(answer, shown)
        if len(shown) == len(quarters):
            return change
        return messages.text(
            "wording.suppressed.quarters", change=change, shown=len(shown), n=len(quarters)
        )
