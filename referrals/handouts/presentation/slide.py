"""A slide as data: one sentence, one figure, and the printed sentences behind them.

`story` and `card_slide` make slides. `show` draws them as HTML, and `slides` as a file for
PowerPoint, so that both have the same words and numbers in the same order.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from markupsafe import Markup

from referrals import localised_html
from referrals.cards.charts.bars import Bar
from referrals.cards.exports.notes import joined, plain
from referrals.cards.wording import phrases
from referrals.formatting import day
from referrals.i18n import code_labels, messages
from referrals.language import in_english
from referrals.release.release import About

MOST_DOCUMENTS: Final = 2
"""A source line counts more documents than this instead of naming them."""


@dataclass(frozen=True)
class Chart:
    """Bars in referrals, which begin at zero.

    `alternative` is the chart in words. `open_ended` has the places of the bars for which the
    source gives no upper end.
    """

    unit: str
    alternative: str
    bars: tuple[Bar, ...]
    open_ended: frozenset[int] = frozenset()


@dataclass(frozen=True)
class CardChart:
    """The chart of a card, or its table if it has no chart, as HTML."""

    unit: str
    html: Markup


@dataclass(frozen=True)
class Step:
    """A step of a flow. `choice` is the words that mark a choice, '' if it is not one."""

    title: str
    who: str
    choice: str = ""


@dataclass(frozen=True)
class Flow:
    """Steps that follow one another, and the outcomes of the last, in words before them."""

    alternative: str
    steps: tuple[Step, ...]
    outcomes: tuple[str, ...]
    before_outcomes: str
    after_outcomes: str


@dataclass(frozen=True)
class Points:
    """A short list."""

    items: tuple[str, ...]


@dataclass(frozen=True)
class HelpLines:
    """The emergency number in a sentence, and other help lines by name.

    `check_by` is the ISO date by which they should be checked again, and `overdue` the warning from
    the day after.
    """

    danger: tuple[str, str, str]
    lines: tuple[tuple[str, str], ...]
    check_by: str
    overdue: str


Figure = Chart | CardChart | Flow | Points | HelpLines


@dataclass(frozen=True)
class Evidence:
    """A printed sentence: the id of its statement, its section and its document."""

    number_id: str
    sentence: str
    section: str
    publisher: str
    title: str
    published_on: str
    address: str

    @property
    def quoted(self) -> str:
        """The sentence in quotation marks, with its id and its section if it has them."""
        place = messages.text("present.section", section=self.section) if self.section else ""
        known = phrases.comma_separated(part for part in (self.number_id, place) if part)
        quoted = messages.text("present.quoted", sentence=in_english(plain(self.sentence)))
        return messages.text("present.cited", quoted=quoted, place=known) if known else quoted

    @property
    def document(self) -> str:
        """The publisher, the title and the date of the document."""
        names = {"publisher": in_english(self.publisher), "title": in_english(self.title)}
        if not self.published_on:
            return messages.text("sources.name", **names)
        return messages.text("sources.name_dated", **names, date=day(self.published_on))


@dataclass(frozen=True)
class Slide:
    """One idea.

    Attributes:
        name: the name of the slide in addresses.
        title: the idea as a sentence. `emphasis`, if given, is its beginning, set very large.
        lead: sentences below the title.
        figure: the chart or picture.
        note: the assumptions and gaps of the figure's numbers, shown beside them.
        source: the source line.
        page: the site-relative address of the page that the slide is about.
        release: the release of the figures and its status.
        say: sentences for the speaker.
        workings: sentences on how numbers were worked out, and on the assumptions.
        evidence: the printed sentences behind the figure, none if the release is its own source.
        mark: the words that mark invented figures, '' for others.
    """

    name: str
    title: str
    figure: Figure
    source: str
    page: str
    release: str
    evidence: tuple[Evidence, ...]
    emphasis: str = ""
    lead: tuple[str, ...] = ()
    note: str = ""
    say: tuple[str, ...] = ()
    workings: tuple[str, ...] = ()
    mark: str = ""

    @property
    def notes(self) -> tuple[str, ...]:
        """The notes for the speaker: words to say, quotations, workings, documents, release."""
        documents = dict.fromkeys(evidence.document for evidence in self.evidence)
        return (
            *self.say,
            *(evidence.quoted for evidence in self.evidence),
            *self.workings,
            *(messages.text("sources.line", names=document) for document in documents),
            self.release,
        )

    def link(self, base: str) -> tuple[str, str]:
        """Return the address of the page that the slide is about, and a short form of it to show.

        `base` is the origin of the site. If it is '', because it is unknown, the address is that of
        the document that the figures are from, and both are '' if that has none. Help lines are
        from other pages: the code beside them must not lead their readers to the Home Office.
        """
        if base:
            address = f"{base}{localised_html.address(self.page)}"
            return address, address.partition("://")[2].rstrip("/")
        if isinstance(self.figure, HelpLines):
            return "", ""
        document = next((printed.address for printed in self.evidence if printed.address), "")
        return document, urlsplit(document).hostname or ""


def release_line(about: About) -> str:
    """Return the line that names a release and its status."""
    status = code_labels.status(about.mark, about.status)
    return messages.text("exports.release_of", release=about.release_id, status=status)


def source_line(evidence: Iterable[Evidence], sections: Iterable[str] = ()) -> str:
    """Return the source line of a slide: publishers and dates, with every section that is used.

    `sections` are further sections of the first document, from which no sentence is quoted.
    """
    found: dict[tuple[str, str], set[str]] = {}
    for printed in evidence:
        document = found.setdefault((printed.publisher, printed.published_on), set(sections))
        sections = ()
        document.update([printed.section] if printed.section else [])
    if len(found) > MOST_DOCUMENTS:
        return messages.text("present.sources", n=len(found))
    named = [_document(*document, used) for document, used in found.items()]
    return messages.text("sources.line", names=joined(named))


def _document(publisher: str, published_on: str, sections: set[str]) -> str:
    names = [in_english(publisher)]
    if published_on:
        names.append(day(published_on))
    if sections:
        listed = phrases.listed(sorted(sections))
        names.append(messages.text("present.sections", n=len(sections), sections=listed))
    return phrases.comma_separated(names)
