"""The sentences about the answers of one kind of release, and what most kinds have in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import ClassVar

from referrals.cards.wording import phrases
from referrals.i18n import messages
from referrals.query.answer import Answer
from referrals.query.observation import Observation
from referrals.reference.codelists import NOT_RECORDED


class Wording(ABC):
    """The wording of a kind whose numbers carry their own range, if they have one.

    `section` is the part of `data/locale/<language>/wording.toml` that has the kind's messages, and
    `symbols` the meaning of each status letter. `has_range_beside_share` is True if a share is one
    number with a range beside it, and False if the range is all there is.
    """

    section: ClassVar[str]
    symbols: ClassVar[Mapping[str, str]]
    has_range_beside_share: ClassVar[bool] = False

    def no_symbol(self) -> str:
        """Return the meaning of a number without a letter."""
        return messages.text(f"wording.{self.section}.no_symbol")

    def line(self) -> str:
        """Return the meaning of a line on a bar."""
        return messages.text(f"wording.{self.section}.line")

    def finding(self, answer: Answer) -> str:
        """Return the headline of an answer: one sentence, true of any selection."""
        return phrases.headed(self._finding(answer), is_invented=answer.is_invented)

    def quarters_finding(self, answer: Answer, quarters: Sequence[Observation], period: str) -> str:
        """Return the headline of the quarters of an answer's selection, which claims no trend."""
        text = self._quarters_finding(answer, quarters, period)
        return phrases.headed(text, is_invented=answer.is_invented)

    def notes(self, answer: Answer) -> list[str]:
        """Return the notes that apply to an answer, as Markdown sentences."""
        return self.numbers_notes(answer.statuses)

    @abstractmethod
    def numbers_notes(self, statuses: Sequence[str]) -> list[str]:
        """Return the notes that go with numbers of these statuses."""

    def total(self, answer: Answer) -> str:
        """Return the total of an answer: '1,336', '210 to 212', 'withheld', 'not published'."""
        return phrases.number(answer.total)

    def possible_range(self, _observation: Observation) -> str:
        """Return the range beside a number, '' if the number is exact or is a range itself."""
        return ""

    def is_share_of_all(self, observation: Observation) -> bool:
        """Return whether a share is of all while the others are of those recorded."""
        return observation.code == NOT_RECORDED

    def possible_share(self, _answer: Answer, _observation: Observation) -> str:
        """Return the range beside a share, '' if the share is exact or is a range itself."""
        return ""

    def share_status(self, _answer: Answer, _observation: Observation) -> str:
        """Return the status letter of a share, '' if it has only the letter of its number."""
        return ""

    @abstractmethod
    def _finding(self, answer: Answer) -> str:
        """Return the headline of an answer before it says whether it is invented."""

    @abstractmethod
    def _quarters_finding(
        self, answer: Answer, quarters: Sequence[Observation], period: str
    ) -> str:
        """Return the headline of quarters before it says whether it is invented."""
