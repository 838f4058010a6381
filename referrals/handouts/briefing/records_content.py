"""The sentences, chart and table of a sheet about a release that was built from records.

The worked example is such a release, and its sentences say so. A sheet about one nationality shows
the types of crime within it, one about all shows the nationalities; both have a table by sex.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final

from referrals.cards import registry
from referrals.cards.card import Card
from referrals.cards.wording import kinds, phrases
from referrals.handouts.briefing.chart_notes import chart_of
from referrals.handouts.briefing.sheet import Chart, Section, Table
from referrals.handouts.briefing.sheet_request import EVERYONE, NATIONALITY, name_in_sentence
from referrals.i18n import messages
from referrals.query import kinds as release_kinds
from referrals.query.answer import Answer
from referrals.query.observation import Observation
from referrals.query.selection import Selection
from referrals.release.release import Release

CRIME_TYPE: Final = "crime-type"
SEX: Final = "sex"
UNKNOWN: Final = ("briefing.unknown.witness", "briefing.unknown.force")


@dataclass(frozen=True)
class RecordsContent:
    """The content about one nationality, or about all, in the current language."""

    release: Release
    nationality: str

    has_number: ClassVar[bool] = True

    @property
    def name(self) -> str:
        """The nationality inside a sentence."""
        return name_in_sentence(self.release, self.nationality)

    def sentences(self) -> list[str]:
        """Return the three sentences at the head of the sheet."""
        crimes = registry.card(CRIME_TYPE, self.release, self._within()).finding
        answer = self._answer(NATIONALITY, Selection(release=self._id))
        if self.nationality == EVERYONE:
            total = phrases.stated(answer.total)
            first = self._text("sentence.records_all", total=total, period=answer.period)
            nationalities = registry.card(NATIONALITY, self.release, Selection(release=self._id))
            return [self._headed(first), nationalities.finding, crimes]
        own = answer.observation(self.nationality)
        number = phrases.stated(own)
        first = self._text(
            "sentence.records_one" if own.has_number else "sentence.records_none",
            name=self.name,
            n=number,
            period=answer.period,
        )
        share = phrases.stated_share(own)
        total = phrases.stated(answer.total)
        second = self._text("sentence.one_share", share=share, total=total) if share else ""
        return [text for text in (self._headed(first), self._headed(second), crimes) if text]

    def card(self) -> Card:
        """Return the card that the chart shows."""
        if self.nationality == EVERYONE:
            return registry.card(NATIONALITY, self.release, Selection(release=self._id))
        return registry.card(CRIME_TYPE, self.release, self._within())

    def chart(self) -> Chart:
        """Return the bars of the nationalities, or of the types of crime within one."""
        return chart_of(self.card())

    def table(self) -> Table:
        """Return the numbers by sex, with the range that each could have."""
        answer = self._answer(SEX, self._within())
        header = (
            phrases.column(SEX),
            self._text("table.referrals"),
            self._text("table.could_be"),
            self._text("table.share", total=phrases.number(answer.total)),
        )
        rows = tuple(self._row(answer, row) for row in answer.observations)
        return Table(self._headed(self._text("table.heading")), header, rows)

    def other_numbers(self) -> Section | None:
        """Return no numbers of other publishers: such a release has none."""
        return None

    def cautions(self) -> list[str]:
        """Return the names of the messages on how to read the numbers, for partners."""
        names = ["unit", "protection"]
        return [*names, "example"] if self.release.about.is_invented else names

    def unknown(self) -> tuple[str, ...]:
        """Return the keys of the messages on what is not published."""
        return UNKNOWN

    def figures_page(self) -> str:
        """Return the address of the page with the figures."""
        return self.card().link

    @property
    def _id(self) -> str:
        return self.release.about.release_id

    def _within(self) -> Selection:
        if self.nationality == EVERYONE:
            return Selection(release=self._id)
        return Selection(release=self._id, nationality=self.nationality)

    def _answer(self, dimension: str, selection: Selection) -> Answer:
        return release_kinds.of(self.release).answer(dimension, selection)

    def _row(self, answer: Answer, observation: Observation) -> tuple[str, ...]:
        number = phrases.number(observation)
        letter = f" [{observation.status}]" if observation.status else ""
        possible = kinds.of(answer.kind).possible_range(observation)
        return (
            phrases.label(observation),
            f"{number}{letter}",
            possible or number,
            phrases.stated_share(observation),
        )

    def _headed(self, text: str) -> str:
        """Return a text that says first if its figures are invented; '' stays ''."""
        return phrases.headed(text, is_invented=self.release.about.is_invented) if text else ""

    def _text(self, key: str, **values: object) -> str:
        return messages.text(f"briefing.{key}", **values)
