"""The sentences, chart and table of a sheet about the published year.

Only what is printed, or follows from it, is on the sheet. A nationality without a number of its
own gets the nearest ones: those of all victims and of the three named nationalities.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from referrals.cards import context_series, registry
from referrals.cards.card import Card
from referrals.cards.wording import phrases
from referrals.content.standalone_pages import number_address, profile_address
from referrals.formatting import day
from referrals.handouts.briefing.chart_notes import chart_of
from referrals.handouts.briefing.sheet import Chart, Section, Table
from referrals.handouts.briefing.sheet_request import (
    EVERYONE,
    NATIONALITY,
    name_in_sentence,
    nationality_name,
)
from referrals.i18n import messages
from referrals.i18n.code_labels import period as period_label
from referrals.query.document import context_series as query_series
from referrals.query.observation import NOT_PUBLISHED
from referrals.query.selection import Selection
from referrals.questions import facts
from referrals.questions.facts import Fact
from referrals.release.release import Release

THREE: Final = {NATIONALITY: "_TOP3"}
OTHERS: Final = {NATIONALITY: "_OTH"}
WHOLE: Final = "100%"
CRIME_TYPE: Final = "crime_type"
SLAVERY: Final = (CRIME_TYPE, "MS")
CRIME_TYPES: Final = ("MS", "DA", "OTH")
"""The rows of the table about all victims."""

CAUTIONS: Final = ("unit", "crime", "email", "adds_up")
UNKNOWN_OF_ALL: Final = (
    "briefing.unknown.outcome",
    "briefing.unknown.witness",
    "briefing.unknown.force",
)
UNKNOWN_OF_GROUP: Final = ("briefing.unknown.of_group",)
UNKNOWN_OF_ONE: Final = (
    "profiles.unknown.sex",
    "profiles.unknown.crime",
    "profiles.unknown.outcome",
)


@dataclass(frozen=True)
class PublishedContent:
    """The content about one nationality, or about all, in the current language.

    A sheet for partners names the number of each statement and derivation.
    """

    release: Release
    nationality: str
    is_for_partner: bool

    @property
    def has_number(self) -> bool:
        """Return whether the nationality has a number of its own, as all together have."""
        return self.nationality == EVERYONE or self._profiles[self.nationality].is_printed

    @property
    def name(self) -> str:
        """The nationality inside a sentence: 'the United Kingdom'."""
        return name_in_sentence(self.release, self.nationality)

    def sentences(self) -> list[str]:
        """Return the three sentences at the head of the sheet."""
        if self.nationality == EVERYONE:
            return [*self._of_everyone()]
        return [*(self._of_one() if self.has_number else self._of_none())]

    def card(self) -> Card:
        """Return the card that the chart shows."""
        return registry.card(NATIONALITY, self.release, Selection())

    def chart(self) -> Chart:
        """Return the bars of the nationalities that have a number, of the others, and unknown."""
        own = nationality_name(self.release, self.nationality)
        if self.has_number:
            return chart_of(self.card(), own=own)
        return chart_of(self.card(), further=[self._text("chart.not_alone", name=own)])

    def table(self) -> Table:
        """Return the table: crime types of all, or a nationality with the nearest groups."""
        if self.nationality == EVERYONE:
            return self._crime_types()
        own = nationality_name(self.release, self.nationality)
        groups: dict[str, Mapping[str, str]] = {
            own: {NATIONALITY: self.nationality},
            self._text("table.together"): THREE,
            self._text("table.others"): OTHERS,
            self._text("table.all"): {},
        }
        return Table(
            title=self._text("table.heading"),
            header=self._columns(*self._header(), self._text("table.slavery")),
            rows=tuple(self._row(label, codes) for label, codes in groups.items()),
            own=own,
            notes=(self._text("table.note_slavery"), *self._note_on_pages()),
        )

    def other_numbers(self) -> Section | None:
        """Return the latest number of another publisher for the nationality, and why it differs.

        None if there is none.
        """
        if self.nationality == EVERYONE:
            return None
        cards = context_series.of_nationality(self.release, self.nationality)
        if not cards:
            return None
        latest = cards[-1].data[-1]
        number = self._text(
            "context.number",
            n=latest["value"],
            people=messages.text(f"context.people.{self.nationality}"),
            period=period_label(str(latest["period_label"])),
            publisher=latest["publisher"],
            date=day(str(latest["published_on"])),
        )
        heading = self._text("context.heading")
        items = (number, self._text("context.reason"))
        return Section("context", heading, items, is_whole=True)

    def cautions(self) -> Sequence[str]:
        """Return the names of the messages on how to read the numbers, for partners."""
        return CAUTIONS

    def unknown(self) -> tuple[str, ...]:
        """Return the keys of the messages on what is not published; one for partners."""
        if self.nationality == EVERYONE:
            return UNKNOWN_OF_ALL
        return UNKNOWN_OF_GROUP if self.is_for_partner else UNKNOWN_OF_ONE

    def figures_page(self) -> str:
        """Return the address of the page with the figures: the profile of a nationality."""
        if self.nationality == EVERYONE:
            return self.card().link
        return profile_address(self.nationality)

    @property
    def _profiles(self) -> Mapping[str, query_series.Profiled]:
        return query_series.profiled(self.release)

    def _of_everyone(self) -> Iterator[str]:
        total, period = self._required({}), period_label(self.release.about.period_label)
        yield self._text("sentence.all", total=total.figure, period=period)
        three = facts.share(self.release, (NATIONALITY, THREE[NATIONALITY]), {})
        if three:
            names = self._three_names()
            yield self._text("sentence.all_three", names=names, share=three.figure)
        slavery = facts.share(self.release, SLAVERY, {})
        if slavery:
            number = self._required(dict([SLAVERY])).figure
            yield self._text("sentence.all_slavery", share=slavery.figure, n=number)

    def _of_one(self) -> Iterator[str]:
        codes = {NATIONALITY: self.nationality}
        period = period_label(self.release.about.period_label)
        own, total = self._required(codes), self._required({})
        yield self._text("sentence.one", name=self.name, n=own.figure, period=period)
        share = facts.share(self.release, (NATIONALITY, self.nationality), {})
        if share:
            yield self._text("sentence.one_share", share=share.figure, total=total.figure)
        slavery = facts.share(self.release, SLAVERY, THREE)
        if slavery:
            names = self._three_names()
            yield self._text(
                "sentence.one_slavery", names=names, share=slavery.figure, name=self.name
            )

    def _of_none(self) -> Iterator[str]:
        total, period = self._required({}), period_label(self.release.about.period_label)
        yield self._text("sentence.none", name=self.name)
        yield self._text("sentence.none_total", total=total.figure, period=period)
        named = [
            self._text("sentence.named", name=nationality_name(self.release, code), n=fact.figure)
            for code, fact in self._three().items()
        ]
        yield self._text("sentence.none_three", names=phrases.listed(named))

    def _three(self) -> dict[str, Fact]:
        """Return the numbers of the named nationalities by code, the largest first."""
        printed = [code for code, profile in self._profiles.items() if profile.is_printed]
        found = {code: self._required({NATIONALITY: code}) for code in printed}
        return dict(sorted(found.items(), key=lambda pair: -pair[1].upper))

    def _three_names(self) -> str:
        return phrases.listed(nationality_name(self.release, code) for code in self._three())

    def _crime_types(self) -> Table:
        return Table(
            title=self._text("table.heading"),
            header=self._columns(*self._header()),
            rows=tuple(self._crime_row(code) for code in CRIME_TYPES),
            notes=(self._text("table.note_ranges"), *self._note_on_pages()),
        )

    def _note_on_pages(self) -> list[str]:
        """Return the note that each number has a page, for partners only."""
        if not self.is_for_partner:
            return []
        page = number_address(self._required({}).number_id)
        return [self._text("table.note_pages", page=page)]

    def _header(self) -> tuple[str, str, str]:
        return (
            self._text("table.group"),
            self._text("table.referrals"),
            self._text("table.share", total=self._required({}).figure),
        )

    def _crime_row(self, code: str) -> tuple[str, ...]:
        number = self._required({CRIME_TYPE: code})
        share = facts.share(self.release, (CRIME_TYPE, code), {})
        label = facts.named(self.release, {CRIME_TYPE: code})[CRIME_TYPE]
        cells = (label, number.figure, share.figure if share else "")
        return self._columns(*cells, number_id=number.number_id)

    def _row(self, label: str, codes: Mapping[str, str]) -> tuple[str, ...]:
        none = f"[{NOT_PUBLISHED}]"
        number = facts.count(self.release, codes)
        if codes:
            share = facts.share(self.release, (NATIONALITY, codes[NATIONALITY]), {})
            share_of_all = share.figure if share else none
        else:
            share_of_all = WHOLE
        slavery = facts.share(self.release, SLAVERY, codes)
        return self._columns(
            label,
            number.figure if number else none,
            share_of_all,
            slavery.figure if slavery else none,
            number_id=number.number_id if number else "",
        )

    def _columns(self, *cells: str, number_id: str | None = None) -> tuple[str, ...]:
        """Return the cells of a row, for partners with the id of its number, or its heading."""
        last = self._text("table.page") if number_id is None else number_id
        return (*cells, last) if self.is_for_partner else cells

    def _required(self, codes: Mapping[str, str]) -> Fact:
        """Return a count that this kind of release always has."""
        fact = facts.count(self.release, codes)
        if fact is None:
            raise LookupError(f"The published release has no number of {dict(codes)}.")
        return fact

    def _text(self, key: str, **values: object) -> str:
        return messages.text(f"briefing.{key}", **values)
