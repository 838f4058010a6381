"""The content of a sheet: sentences, chart and table of its release, then what goes with them.

Every number comes from the release: its answers, its ledger, its context series, the help lines.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import segno

from referrals.cards.card import Card
from referrals.cards.exports import citations, notes
from referrals.cards.html import sources
from referrals.content import outline
from referrals.formatting import day
from referrals.handouts.briefing import sheet_request
from referrals.handouts.briefing.help_lines import help_lines
from referrals.handouts.briefing.published_content import PublishedContent
from referrals.handouts.briefing.records_content import RecordsContent
from referrals.handouts.briefing.sheet import Link, Section, Sheet
from referrals.handouts.briefing.sheet_request import (
    EVERYONE,
    PAPERS,
    Audience,
    Paper,
    SheetRequest,
)
from referrals.i18n import code_labels, messages, states, translation_notice
from referrals.language import using
from referrals.localised_html import address
from referrals.release.catalogue import Served
from referrals.release.release import Release

Content = PublishedContent | RecordsContent

FOR_ME: Final = f"/{outline.FOR_ME}"
ASKED: Final = ("tell", "refuse", "lawyer")
"""The questions to the police that a sheet for communities has, of those on the card to cut out."""

QUIET_ZONE: Final = 2
"""The margin of a QR code, in modules. The paper around it is white as well."""

LONG_ADDRESS: Final = 100
"""The letters from which an address is long."""

MEANS: Final = ("choice", "leave", "ask", "old")


def sheet(served: Served, request: SheetRequest, site_address: str = "") -> Sheet:
    """Return the content of a sheet. Without the address of the site its link is another.

    Raises:
        ReferralsError: figures or help lines are missing.
    """
    with using(request.language):
        return _sheet(served, request, site_address)


def _sheet(served: Served, request: SheetRequest, site_address: str) -> Sheet:
    release = sheet_request.shown(request, served)
    content = _content(release, request)
    card = content.card()
    is_for_partner = request.audience is Audience.PARTNER
    paper = PAPERS[request.paper]
    return Sheet(
        language=request.language,
        site=messages.text("briefing.site"),
        audience=messages.text(f"briefing.audience.{request.audience}"),
        title=_title(release, request),
        heading=_heading(content, request),
        subtitle=messages.text("briefing.subtitle", period=card.period),
        mark=code_labels.mark(release.about.mark),
        sentences=tuple(content.sentences()),
        chart=content.chart(),
        table=content.table() if paper.is_whole else None,
        sections=tuple(
            replace(section, items=section.items[: paper.most_items])
            for section in _sections(content, request)
        ),
        sources=_sources(card, site_address, paper) if is_for_partner else None,
        help=help_lines(),
        link=_link(content, request, site_address),
        foot=tuple(_foot(served, release, has_sources=is_for_partner)),
        date=release.about.published_on,
    )


def title(release: Release, request: SheetRequest) -> str:
    """Return the title of a sheet's file; that of invented figures says so first."""
    with using(request.language):
        return _title(release, request)


def _title(release: Release, request: SheetRequest) -> str:
    content = _content(release, request)
    text = messages.text(
        "briefing.title", heading=_heading(content, request), period=content.card().period
    )
    return messages.text("wording.example", text=text) if release.about.is_invented else text


def _heading(content: Content, request: SheetRequest) -> str:
    if request.nationality == EVERYONE:
        return messages.text("briefing.heading")
    return messages.text("briefing.heading_one", name=content.name)


def _content(release: Release, request: SheetRequest) -> Content:
    if release.about.is_from_records:
        return RecordsContent(release, request.nationality)
    is_for_partner = request.audience is Audience.PARTNER
    return PublishedContent(release, request.nationality, is_for_partner)


def _sections(content: Content, request: SheetRequest) -> Iterator[Section]:
    is_for_partner = request.audience is Audience.PARTNER
    other = content.other_numbers()
    has_other = other is not None and (is_for_partner or not content.has_number)
    yield _reading(content) if is_for_partner else _means(is_short=has_other)
    if other is not None and has_other:
        yield other
    yield _unknown(content)


def _means(*, is_short: bool) -> Section:
    """Return the meaning of a referral for a reader; `is_short` leaves room for another section."""
    questions = {name: messages.text(f"for_me.question.{name}") for name in ASKED}
    items = [messages.text(f"briefing.means.{name}", **questions) for name in MEANS]
    if is_short:
        items = items[:-1]
    return Section("means", messages.text("briefing.means.heading"), tuple(items))


def _reading(content: Content) -> Section:
    items = [messages.text(f"briefing.reading.{name}") for name in content.cautions()]
    return Section("reading", messages.text("briefing.reading.heading"), tuple(items))


def _unknown(content: Content) -> Section:
    """Return the gaps in the figures on the victims of a sheet."""
    items = tuple(map(messages.text, content.unknown()))
    return Section("unknown", messages.text("briefing.unknown.heading"), items)


def _sources(card: Card, site_address: str, paper: Paper) -> Section:
    """Return the source of the figures with its sections, the licence, and how to cite them."""
    items = [card.about.attribution]
    if not card.about.is_invented:
        items.insert(0, messages.text("briefing.sources.source", source=notes.source(card)))
    if site_address and paper.is_whole and not card.about.is_invented:
        citation = citations.apa(card, site_address)
        items.append(messages.text("briefing.sources.cite", citation=citation))
    heading = messages.text("briefing.sources.heading")
    return Section("sources", heading, tuple(filter(None, items)))


def _link(content: Content, request: SheetRequest, site_address: str) -> Link | None:
    """Return the link of a sheet: for partners to the figures, for others to the advice they need.

    Communities read first what happens to a person's details. If the address of the site is not
    known, the link leads to the document that printed the figures, if there is one.
    """
    if not site_address:
        printed = sources.cited(content.card())[:1]
        return _scanned("source", printed[0].address, printed[0].title) if printed else None
    is_for_partner = request.audience is Audience.PARTNER
    path = content.figures_page() if is_for_partner else FOR_ME
    in_full = f"{site_address}{address(path)}"
    _, _, shown = in_full.partition("://")
    return _scanned("figures" if is_for_partner else "for_me", in_full, shown)


def _scanned(name: str, in_full: str, shown: str) -> Link:
    # A long address has less room for correction, or its modules would be too small for paper.
    error = "m" if len(in_full) <= LONG_ADDRESS else "l"
    code, drawn = segno.make(in_full, error=error, boost_error=False, micro=False), io.BytesIO()
    # With a margin of its own, or a reader would not find the code.
    code.save(drawn, kind="svg", border=QUIET_ZONE, light="#ffffff")
    return Link(
        label=messages.text(f"briefing.foot.{name}"),
        address=in_full,
        shown=shown,
        code=drawn.getvalue().decode(),
        modules=int(code.symbol_size(border=QUIET_ZONE)[0]),
        alternative=messages.text("briefing.foot.qr", address=in_full),
    )


def _foot(served: Served, release: Release, *, has_sources: bool) -> Iterator[str]:
    about = release.about
    site = messages.text("briefing.site")
    if says := translation_notice.sentence(states.of_messages()):
        yield says
    yield messages.text("briefing.foot.independent", site=site)
    yield messages.text(
        "briefing.foot.release",
        release=about.release_id,
        status=code_labels.status(about.mark, about.status),
        date=day(about.published_on),
    )
    if not has_sources:
        yield messages.text("briefing.foot.sections", date=day(served.published.about.published_on))
