"""The document round a static page: head, header, menu and foot, without any script."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

from referrals.content import pages as content_pages
from referrals.i18n import languages as i18n_languages
from referrals.i18n import messages
from referrals.i18n.messages import Messages
from referrals.page_meta import PageHead, by_section, page_title
from referrals.web.shell.html import CURRENT_PAGE, LEAVING


@dataclass(frozen=True)
class Surroundings:
    """What is round the main part of a page. Addresses are as they stand in it.

    `menu` is every page of its language with its address, `languages` the same page in each language by code, and `full` is
    '' where nothing is known of a full version. `canonical` is the address that the page is to be known by, and `alternates`
    those of it in each language: '' and none for a page that search engines are not to list.
    """

    language: str
    home: str
    stylesheet: str
    canonical: str
    full: str
    menu: Mapping[PageHead, str]
    languages: Mapping[str, str]
    alternates: Mapping[str, str]


def document(head: PageHead, main: str, around: Surroundings, *, data: str = "") -> str:
    """Return a whole page; `data` stands at the end of its head."""
    said = messages.of(around.language)
    return (
        f'<!DOCTYPE html>\n<html lang="{i18n_languages.tag(around.language)}" dir="{i18n_languages.direction(around.language)}"><head>'
        '<meta charset="UTF-8"><meta name="viewport" content="width=device-width">'
        f"<title>{escape(page_title(head, said.text('layout.site')))}</title>"
        f'<meta name="description" content="{escape(head.description)}">'
        '<meta name="referrer" content="no-referrer">'
        f"{_known_by(around)}"
        f'<link rel="icon" href="data:,"><link rel="stylesheet" href="{around.stylesheet}">{data}</head>'
        f'<body><a class="skip" href="#main">{said.html("layout.skip")}</a>{_header(around, said)}'
        f'<main id="main">{main}</main>{_menu(head.path, around.menu, said)}</body></html>\n'
    )


def unavailable(said: str) -> str:
    """Return the page for when there are no pages: what is wrong, and the way out and the help lines, which need none.

    It looks like itself, as the stylesheet is one of those files that could not be made.
    """
    return (
        '<!DOCTYPE html>\n<html lang="en-GB" dir="ltr"><head><meta charset="UTF-8">'
        '<meta name="viewport" content="width=device-width"><title>The figures cannot be shown</title>'
        '<meta name="referrer" content="no-referrer"><meta name="color-scheme" content="light dark">'
        '<link rel="icon" href="data:,">'
        "<style>body{max-width:36em;margin:1rem auto;padding:0 1rem;font:1.1rem/1.5 system-ui,sans-serif}</style></head>"
        f"<body><p><a {LEAVING}>Leave this page</a></p><main><h1>The figures cannot be shown</h1>"
        f"<p>{escape(said)}</p><h2>Help lines</h2>{content_pages.helplines()}</main></body></html>\n"
    )


def _known_by(around: Surroundings) -> str:
    """Return under which address search engines are to list a page, and where it is in each language; or that they are not."""
    if not around.canonical:
        return '<meta name="robots" content="noindex">'
    alternates = around.alternates if len(around.alternates) > 1 else {}
    return f'<link rel="canonical" href="{escape(around.canonical)}">' + "".join(
        f'<link rel="alternate" hreflang="{code}" href="{escape(address)}">'
        for code, address in alternates.items()
    )


def _header(around: Surroundings, said: Messages) -> str:
    full = f'<a href="{escape(around.full)}">{said.html("layout.full")}</a>' if around.full else ""
    return (
        f'<header><a class="wordmark" href="{around.home}"><span aria-hidden="true"></span>{said.html("layout.site")}</a>'
        f'<p><a href="#menu">{said.html("layout.menu")}</a>{full}</p>{_languages(around, said)}'
        f'<p class="exit"><a {LEAVING} aria-describedby="exit-about">{said.html("layout.leave")}</a>'
        f'<span id="exit-about">{said.html("layout.leave_about")}</span></p></header>'
    )


def _languages(around: Surroundings, said: Messages) -> str:
    """Return the links to the other languages, each in its own name; nothing where there is only one."""
    others = [
        f'<a href="{address}" lang="{code}" hreflang="{code}" dir="{i18n_languages.direction(code)}">{i18n_languages.own_name(code)}</a>'
        for code, address in around.languages.items()
        if code != around.language
    ]
    return (
        f'<nav aria-label="{escape(said.text("layout.languages"))}">{" ".join(others)}</nav>'
        if others
        else ""
    )


def _menu(here: str, menu: Mapping[PageHead, str], said: Messages) -> str:
    """Return every page of the site under its section. It stands at the end, so that a page begins with what it says."""
    groups = "".join(
        f"<div><h2>{escape(section)}</h2><ul>{''.join(_entry(head, menu[head], here) for head in pages)}</ul></div>"
        for section, pages in by_section(menu).items()
    )
    return f'<footer><nav id="menu" tabindex="-1" aria-label="{escape(said.text("layout.pages"))}">{groups}</nav></footer>'


def _entry(head: PageHead, address: str, here: str) -> str:
    current = CURRENT_PAGE if head.path == here else ""
    return f'<li><a href="{address}"{current}>{escape(head.name)}</a></li>'
