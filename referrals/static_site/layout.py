"""The document around a static page: head, header, menu and footer, without any script."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup

from referrals import templates
from referrals.content import pages as content_pages
from referrals.i18n import languages, messages
from referrals.i18n.languages import ENGLISH
from referrals.page_meta import PageHead, by_section, page_title
from referrals.web.shell.html import HELP, LEAVING


@dataclass(frozen=True)
class Frame:
    """The links around the main part of a page, as they are written into it.

    Attributes:
        language: the code of the page's language.
        home: the first page.
        stylesheet: the stylesheet.
        canonical: the address for search engines; '' for a page that they are not to list.
        full: the full version of the page; '' if it is unknown.
        menu: every page of the language with its address.
        languages: the same page in each language, by code.
        alternates: the same page in each language, by the tag that search engines know.
    """

    language: str
    home: str
    stylesheet: str
    canonical: str
    full: str
    menu: Mapping[PageHead, str]
    languages: Mapping[str, str]
    alternates: Mapping[str, str]


def document(head: PageHead, main: Markup, frame: Frame, *, data: str = "") -> str:
    """Return a whole page. `data` is HTML for the end of its head.

    The menu is at the end, so that a page begins with its own content.
    """
    words = messages.of(frame.language)
    return templates.render(
        "static_site/page.html",
        tag=languages.tag(frame.language),
        direction=languages.direction(frame.language),
        title=page_title(head, words.text("layout.site")),
        head=head,
        frame=frame,
        alternates=frame.alternates if len(frame.alternates) > 1 else {},
        data=data,
        words=words,
        languages=_other_languages(frame),
        help=_help(frame),
        leave=_leave(),
        main=main,
        sections=by_section(frame.menu),
    )


def unavailable(reason: str) -> str:
    """Return the page for when there are no pages: the reason, the exit and the help lines."""
    return templates.render(
        "static_site/unavailable.html",
        tag=languages.tag(ENGLISH),
        heading=messages.text("errors.heading"),
        leave=_leave(),
        leave_label=messages.text("layout.leave"),
        reason=reason,
        helplines=content_pages.helplines_with_heading(),
    )


def _help(frame: Frame) -> str:
    """Return the address of the page of help lines, '' if the language has none."""
    return next((address for head, address in frame.menu.items() if head.path == HELP), "")


def _leave() -> Markup:
    """Return the attributes of the link that leaves the site."""
    return Markup(LEAVING)  # noqa: S704 - a constant of ours


def _other_languages(frame: Frame) -> list[dict[str, str]]:
    """Return the links to the other languages of a page, each with its own name for itself."""
    return [
        {
            "address": address,
            "code": code,
            "direction": languages.direction(code),
            "name": languages.own_name(code),
        }
        for code, address in frame.languages.items()
        if code != frame.language
    ]
