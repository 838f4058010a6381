"""The sentences about the answers of one kind of release, and what most kinds have in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import ClassVar

from referrals.cards.wording import change, phrases
from referrals.cards.wording.phrases import Form
from referrals.i18n import messages
from referrals.query.answer import Answer
from referrals.query.observation import Observation


class Wording(ABC):
    """The wording of a kind whose numbers carry their own range, if they have one.

    `section` is the part of `data/locale/<language>/wording.toml` that has the kind's messages, and
    `meanings` the meaning of each status letter, in English. `has_range_beside_share` is True if a
    share is one number with a range beside it, and False if the range is all there is.
    """

    section: ClassVar[str]
    meanings: ClassVar[Mapping[str, str]]
    has_range_beside_share: ClassVar[bool] = False

    @property
    def symbols(self) -> Mapping[str, str]:
        """The meaning of each status letter."""
        return {
            letter: messages.words("statuses", meaning) for letter, meaning in self.meanings.items()
        }

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
        """Return the headline of the quarters of an answer's selection: whether they changed."""
        text = self._quarters_finding(answer, quarters, period)
        return phrases.headed(text, is_invented=answer.is_invented)

    def notes(self, answer: Answer) -> list[str]:
        """Return the notes that apply to an answer, as Markdown sentences."""
        return self.numbers_notes([answer.total, *answer.observations])

    @abstractmethod
    def numbers_notes(self, numbers: Sequence[Observation]) -> list[str]:
        """Return the notes that go with these numbers."""

    def total(self, answer: Answer) -> str:
        """Return the total of an answer: '1,336', '210 to 212', 'withheld', 'not published'."""
        return phrases.number(answer.total)

    def possible_range(self, _observation: Observation) -> str:
        """Return the range beside a number, '' if the number is exact or is a range itself."""
        return ""

    def possible_share(self, _answer: Answer, _observation: Observation) -> str:
        """Return the range beside a share, '' if the share is exact or is a range itself."""
        return ""

    def is_derived(self, _rows: Sequence[Mapping[str, object]]) -> bool:
        """Return whether we worked out any of the numbers of a card from printed ones."""
        return False

    def share_status(self, _answer: Answer, _observation: Observation) -> str:
        """Return the status letter of a share, '' if it has only the letter of its number."""
        return ""

    def _change(self, answer: Answer, quarters: Sequence[Observation]) -> str:
        """Return how two quarters or more changed, by the rule of `wording.change`."""
        first, last = change.like_with_like(quarters, lambda quarter: quarter.code)
        return messages.text(
            f"wording.change.{change.direction(first.bounds, last.bounds)}",
            referrals=phrases.subject(answer, Form.TITLE),
            inside=phrases.subject(answer),
            first=self._with_range(first),
            first_period=first.label,
            last=self._with_range(last),
            last_period=last.label,
        )

    def _with_range(self, observation: Observation) -> str:
        """Return a number with its range, if that is not part of it: '60 (52 to 68)'."""
        number, possible = phrases.number(observation), self.possible_range(observation)
        if not possible:
            return number
        return messages.text("cards.number_with_range", number=number, range=possible)

    @abstractmethod
    def _finding(self, answer: Answer) -> str:
        """Return the headline of an answer before the mark of invented figures."""

    @abstractmethod
    def _quarters_finding(
        self, answer: Answer, quarters: Sequence[Observation], period: str
    ) -> str:
        """Return the headline of quarters before the mark of invented figures."""
