"""The document round a static page: head, header, menu and foot, without any script."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Final

from referrals.lite import catalogue
from referrals.server.heads import PageHead, by_section, page_title
from referrals.server.markup import CURRENT_PAGE, HARMLESS

SITE: Final = "Victim referrals"


@dataclass(frozen=True)
class Surroundings:
    """What is round the main part of a page. Addresses are as they stand in it.

    `menu` is every page of its language with its address, `languages` the same page in each language by code, and `full` is
    '' where nothing is known of a full version.
    """

    language: str
    home: str
    stylesheet: str
    canonical: str
    full: str
    menu: Mapping[PageHead, str]
    languages: Mapping[str, str]


def document(head: PageHead, main: str, around: Surroundings, *, data: str = "") -> str:
    """Return a whole page; `data` stands at the end of its head."""
    canonical = f'<link rel="canonical" href="{escape(around.canonical)}">' if around.canonical else ""
    return (
        f'<!DOCTYPE html>\n<html lang="{catalogue.tag(around.language)}" dir="{catalogue.direction(around.language)}"><head>'
        '<meta charset="UTF-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(page_title(head, SITE))}</title>"
        f'<meta name="description" content="{escape(head.description)}">'
        '<meta name="referrer" content="no-referrer">'
        f'{canonical}<link rel="icon" href="data:,"><link rel="stylesheet" href="{around.stylesheet}">{data}</head>'
        f'<body><a class="skip" href="#main">Skip to the main content</a>{_header(around)}'
        f'<main id="main">{main}</main>{_menu(head.path, around.menu)}</body></html>\n'
    )


def _header(around: Surroundings) -> str:
    full = f'<a href="{escape(around.full)}">Full version</a>' if around.full else ""
    return (
        f'<header><a class="wordmark" href="{around.home}"><span aria-hidden="true"></span>{SITE}</a>'
        f'<p><a href="#menu">Menu</a>{full}</p>{_languages(around)}'
        f'<p class="exit"><a href="{HARMLESS}" target="_top" rel="noreferrer" aria-describedby="exit-about">Leave this page</a>'
        '<span id="exit-about">Opens the BBC weather page. It does not clear your browser’s history.</span></p></header>'
    )


def _languages(around: Surroundings) -> str:
    """Return the links to the other languages, each in its own name; nothing where there is only one."""
    others = [
        f'<a href="{address}" lang="{code}" hreflang="{code}" dir="{catalogue.direction(code)}">{catalogue.own_name(code)}</a>'
        for code, address in around.languages.items()
        if code != around.language
    ]
    return f'<nav aria-label="Languages">{" ".join(others)}</nav>' if others else ""


def _menu(here: str, menu: Mapping[PageHead, str]) -> str:
    """Return every page of the site under its section. It stands at the end, so that a page begins with what it says."""
    groups = "".join(
        f"<div><h2>{escape(section)}</h2><ul>{''.join(_entry(head, menu[head], here) for head in pages)}</ul></div>"
        for section, pages in by_section(menu).items()
    )
    return f'<footer><nav id="menu" tabindex="-1" aria-label="Pages">{groups}</nav></footer>'


def _entry(head: PageHead, address: str, here: str) -> str:
    current = CURRENT_PAGE if head.path == here else ""
    return f'<li><a href="{address}"{current}>{escape(head.name)}</a></li>'
