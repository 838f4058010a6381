"""The wording of each kind of release: the only place that chooses between the three modules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, Protocol

from referrals.cards.wording import rounded, suppressed, transcribed
from referrals.query.answer import Answer
from referrals.query.observation import Observation
from referrals.release.release import Kind


class Wording(Protocol):
    """The sentences about the answers of one kind of release; each module has these functions."""

    @property
    def SYMBOLS(self) -> Mapping[str, str]:  # noqa: N802  # a constant of each module
        """The meaning of each status letter."""

    def no_symbol(self) -> str:
        """Return the meaning of a number without a letter."""

    def line(self) -> str:
        """Return the meaning of a line on a bar."""

    def finding(self, answer: Answer, /) -> str:
        """Return the headline of an answer."""

    def quarters_finding(
        self, answer: Answer, quarters: Sequence[Observation], period: str, /
    ) -> str:
        """Return the headline of the quarters of an answer's selection."""

    def notes(self, answer: Answer, /) -> list[str]:
        """Return the notes that apply to an answer, as Markdown sentences."""

    def numbers_notes(self, statuses: Sequence[str], /) -> list[str]:
        """Return the notes that go with numbers of these statuses."""

    def total(self, answer: Answer, /) -> str:
        """Return the total of an answer, with its range if that is not part of the number."""

    def possible_range(self, observation: Observation, /) -> str:
        """Return the range beside a number, '' if there is none."""

    def is_share_of_all(self, observation: Observation, /) -> bool:
        """Return whether a share is of all while the others are not, and so must say it."""

    def possible_share(self, answer: Answer, observation: Observation, /) -> str:
        """Return the range beside a share, '' if there is none."""

    def share_status(self, answer: Answer, observation: Observation, /) -> str:
        """Return the status letter of a share, '' if it has none of its own."""


_WORDING: Final[Mapping[Kind, Wording]] = {
    Kind.TRANSCRIBED: transcribed,
    Kind.ROUNDED: rounded,
    Kind.SUPPRESSED: suppressed,
}


def of(kind: Kind) -> Wording:
    """Return the wording of a kind of release."""
    return _WORDING[kind]
