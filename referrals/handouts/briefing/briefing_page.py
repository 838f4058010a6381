"""The page of the briefing sheets: a form, the picture of the chosen sheet, and its files.

It works without a script: choosing is a form, whose address can be kept or sent.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from referrals import templates
from referrals.cards.html import notices, site_frame
from referrals.content import helpline_lists, standalone_pages
from referrals.content.standalone_pages import BRIEFING
from referrals.handouts.briefing import sheet_content, sheet_files, sheet_request
from referrals.handouts.briefing.sheet_request import (
    EVERYONE,
    PAPERS,
    Audience,
    SheetRequest,
)
from referrals.i18n import languages, messages
from referrals.query.document import context_series
from referrals.release.catalogue import Served
from referrals.release.release import Release

ONWARD: Final = ("surgeries", "present")
"""The pages that go with a sheet, by their path without the slash. A missing one has no link."""


@dataclass(frozen=True)
class Choice:
    """One option of the form."""

    value: str
    label: str
    is_chosen: bool


def file_path(ending: str) -> str:
    """Return the site-relative path of a sheet as a file.

    >>> file_path("pdf")
    '/briefing/sheet.pdf'
    """
    return f"{BRIEFING}/sheet.{ending}"


def page(served: Served, request: SheetRequest, *, fault: str = "", canonical: str = "") -> str:
    """Return the page that shows a sheet. `fault` says why it is not the one asked for.

    Raises:
        ReferralsError: figures or help lines are missing.
    """
    release = sheet_request.shown(request, served)
    sheet = sheet_content.sheet(served, request)
    paper = PAPERS[request.paper]
    offered = sheet_request.papers(request.language)
    main = templates.render(
        "handouts/briefing.html",
        words=_text,
        action=BRIEFING,
        file=file_path("pdf"),
        fault=fault,
        banner=notices.banner(release.about),
        release=request.release,
        groups=[*_nationalities(release, request.nationality)],
        audiences=[
            Choice(each, _text(f"for.{each}"), each is request.audience) for each in Audience
        ],
        papers=[Choice(each, _text(f"paper.{each}"), each == request.paper) for each in offered],
        languages=[*_languages(request)],
        sheet=sheet,
        tag=languages.tag(request.language),
        direction=languages.direction(request.language),
        picture=f"{file_path('png')}{request.query()}",
        picture_about=_text("picture", title=sheet.title),
        width=sheet_files.PREVIEW_WIDTH,
        height=round(sheet_files.PREVIEW_WIDTH * paper.height / paper.width),
        downloads=[*_downloads(request)],
        onward=[*_onward()],
        examples=[*_others(served, release)],
    )
    return site_frame.framed(
        standalone_pages.head(BRIEFING),
        main,
        canonical=canonical,
        query=request.query().removeprefix("?"),
    )


def unavailable(reason: str) -> str:
    """Return the page for when no sheet can be offered: the reason and the help lines."""
    heading = notices.heading(messages.text("errors.heading"))
    main = heading + notices.box(reason) + helpline_lists.with_heading()
    return site_frame.framed(standalone_pages.head(BRIEFING), main)


def _nationalities(release: Release, chosen: str) -> Iterator[tuple[str, list[Choice]]]:
    """Yield the groups of nationalities: all together, with a number, and without one."""
    yield "", [Choice(EVERYONE, _text("everyone"), chosen == EVERYONE)]
    with_number: list[Choice] = []
    without: list[Choice] = []
    profiles = context_series.profiled(release)
    for code in sheet_request.nationalities(release):
        label = sheet_request.nationality_name(release, code)
        has_number = code not in profiles or profiles[code].is_printed
        (with_number if has_number else without).append(Choice(code, label, code == chosen))
    yield _text("with_number"), with_number
    if without:
        yield _text("without_number"), without


def _languages(request: SheetRequest) -> Iterator[Choice]:
    """Yield the languages; none if there is only one, as there is nothing to choose."""
    offered = sheet_request.offered_languages()
    if len(offered) > 1:
        for language in offered:
            yield Choice(language, languages.own_name(language), language == request.language)


def _downloads(request: SheetRequest) -> Iterator[tuple[str, str]]:
    """Yield the address and the name of the PDF on each paper, the chosen one first."""
    offered = sheet_request.papers(request.language)
    for paper in sorted(offered, key=lambda paper: paper != request.paper):
        query = replace(request, paper=paper).query()
        yield f"{file_path('pdf')}{query}", _text("download", paper=_text(f"paper.{paper}"))


def _onward() -> Iterator[tuple[str, str]]:
    for head in site_frame.frame().menu:
        if head.path.strip("/") in ONWARD:
            yield head.path, head.title


def _others(served: Served, shown: Release) -> Iterator[tuple[str, str]]:
    """Yield the address and the name of the sheets of every other release."""
    for release_id, release in served.by_id().items():
        if release is not shown:
            query = SheetRequest(release="" if release is served.published else release_id).query()
            yield f"{BRIEFING}{query}", notices.option(release.about)


def _text(key: str, **values: object) -> str:
    return messages.text(f"briefing_page.{key}", **values)
