"""The HTML round Streamlit: head, header, menu and exit of each page, and the 404 page.

Called by the shell middleware. The templates are in `referrals/templates/shell`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from markupsafe import Markup

from referrals import language_fonts, templates
from referrals.language import ENGLISH, current
from referrals.localised_html import address, localised
from referrals.page_meta import FirstPaint, Language, PageHead, Version, by_section, page_title
from referrals.web.http import security_headers
from referrals.web.shell import streamlit_index
from referrals.web.static import assets

HARMLESS: Final = "https://www.bbc.co.uk/weather"
LEAVING: Final = Markup('href="{}" target="_top" rel="noreferrer"').format(HARMLESS)
"""The attributes of every exit link: `_top` leaves the page of a site that frames ours as well."""

HELP: Final = "/safeguarding"
"""The page behind "Get help", which is always in view."""

FONTS: Final = f"/lite/{language_fonts.ADDRESS}"
"""The folder of the fonts, which the static site serves."""

LABELS: Final = ("sections", "search", "search_hint", "always", "help", "leave")
"""The messages of the header and of the exit."""

ENGLISH_ALONE: Final = Language(ENGLISH, "en-GB", "ltr", "English")
"""The language of a site that has no other."""

SHIFT_PRESSES: Final = 3
"""The presses of Shift that leave the page; exit.js counts them."""

FETCHED_EARLY: Final = ("/_stcore/health", "/_stcore/host-config")
"""Endpoints that Streamlit requests, and waits for, before it opens its WebSocket."""

POLICY: Final = security_headers.content_security_policy([assets.script()])
"""The policy of a page without Streamlit: the shell's script may run, by its hash."""

Text = Callable[..., str]
"""Returns a message by its key, such as `text("shell.menu")`."""


def no_embedding(_figure: str) -> str:
    """Return no address."""
    return ""


@dataclass(frozen=True)
class Frame:
    """The parts that all pages share, in the current language.

    Attributes:
        heads: the pages drawn by Streamlit.
        site: the name of the site.
        text: returns a message.
        versions: the other versions of the pages.
        search: the address that answers words given as `q`, '' if there is none.
        menu: the pages of the menu, with those that are answered without Streamlit; if it is
            empty, the menu has `heads`.
        languages: the languages of the site, among them the current one.
        embedding: returns the address of the oEmbed description of the figure at a site-relative
            address, '' if the site's own address is unknown.
        query: the query string of the page's address.
    """

    heads: Sequence[PageHead]
    site: str
    text: Text
    versions: Sequence[Version] = ()
    search: str = ""
    menu: Sequence[PageHead] = ()
    languages: Sequence[Language] = ()
    embedding: Callable[[str], str] = no_embedding
    query: str = ""


def page(
    index: str,
    head: PageHead,
    frame: Frame,
    first_paint: FirstPaint,
    scripts: Iterable[str] = (),
) -> str:
    """Return the HTML of one page, readable before any script has run.

    `index` is Streamlit's index.html. `first_paint` is the main part of the page. `scripts` are the
    names of its scripts that the page will request besides those that `index` names.

    Raises:
        ReferralsError: `index` does not have the structure of the Streamlit we know.
    """
    urls = [f"/static/js/{name}" for name in scripts]
    streamlit = streamlit_index.parse(index)
    named_in_index = str(streamlit.scripts)
    html = templates.render(
        "shell/page.html",
        **_values(head, replace(frame, query=first_paint.figure.partition("?")[2])),
        streamlit=streamlit,
        search_links=_search_links(head, frame),
        embedding=frame.embedding(first_paint.figure) if first_paint.figure else "",
        fetched_early=FETCHED_EARLY,
        scripts=[url for url in urls if f'"{url}"' not in named_in_index],
        first_paint=Markup(first_paint.html),  # noqa: S704 - made of our own templates
    )
    return localised(html.strip())


def not_found(frame: Frame) -> str:
    """Return the 404 page, with links to the overview and to the help lines."""
    text = frame.text
    head = PageHead("", text("shell.not_found.title"), text("shell.not_found.description"))
    by_path = {menu_head.path: menu_head for menu_head in frame.heads}
    next_pages = [by_path[path] for path in ("/", HELP) if path in by_path]
    main = templates.render(
        "shell/not_found.html", text=text, title=head.title, next_pages=next_pages
    )
    return document(head, main, frame)


def document(
    head: PageHead, main: Markup, frame: Frame, *, canonical: str = "", embedding: str = ""
) -> str:
    """Return a page that needs no session, with its main part.

    Search engines list it if it has a canonical address. The page of the search has a form of
    its own, and so none in its header. `embedding` is the address of the oEmbed description of its
    figure, '' if it has none.
    """
    if head.path == frame.search:
        frame = replace(frame, search="")
    values = _values(head, frame)
    html = templates.render(
        "shell/document.html", **values, main=main, canonical=canonical, embedding=embedding
    )
    return localised(html.strip())


def _values(head: PageHead, frame: Frame) -> dict[str, object]:
    """Return the values that both templates need."""
    own = next((each for each in frame.languages if each.code == current()), ENGLISH_ALONE)
    sections = by_section(frame.menu or frame.heads)
    return {
        "page": head,
        "language": own,
        "languages": picker(frame.languages, head.path, frame.query),
        "base": address("/"),
        "title": page_title(head, frame.site),
        "site": frame.site,
        "text": frame.text,
        "wordmark": frame.site.partition(":")[0],
        "labels": {name: frame.text(f"shell.{name}") for name in LABELS}
        | {"language": frame.text("languages.button")},
        "sections": sections,
        "tabs": [(name, pages[0].path, name == head.section) for name, pages in sections.items()],
        "versions": [
            _version(version, head.path) for version in frame.versions if not version.language
        ],
        "script": Markup(assets.script()),  # noqa: S704 - a file of ours
        "stylesheet": Markup(assets.stylesheet()),  # noqa: S704 - a file of ours
        "language_style": Markup(_language_style(frame.languages)),  # noqa: S704 - files of ours
        "icon": assets.icon(),
        "exit_address": HARMLESS,
        "help": HELP,
        "search": frame.search,
        "leaving": LEAVING,
        "titles": json.dumps(
            {address(listed.path): listed.title for listed in frame.heads}, ensure_ascii=False
        ),
        "keeps": json.dumps([address(each.path) for each in frame.heads if each.has_controls]),
        "script_messages": json.dumps(_script_messages(frame), ensure_ascii=False),
    }


def _language_style(languages: Sequence[Language]) -> str:
    """Return the rules of the current language, and those for the names of the others."""
    others = tuple(each.code for each in languages if each.code != current())
    own = language_fonts.stylesheet(current(), FONTS)
    return own + language_fonts.names_stylesheet(FONTS, others)


def picker(languages: Sequence[Language], path: str, query: str) -> list[dict[str, object]]:
    """Return the links to a page in each language; none if there is one language.

    An error page has no path, and links to the first page.
    """
    if len(languages) <= 1:
        return []
    own_address = (path or "/") + (f"?{query}" if query else "")
    return [
        {
            "language": each,
            "address": address(own_address, each.code),
            "is_current": each.code == current(),
        }
        for each in languages
    ]


def exit_messages(text: Text) -> dict[str, object]:
    """Return the messages of exit.js, which pages without Streamlit may have as well."""
    return {
        "leavingTitle": text("shell.leaving_title"),
        "pressesLeft": [text("shell.presses_left", n=left) for left in range(1, SHIFT_PRESSES)],
    }


def _script_messages(frame: Frame) -> dict[str, object]:
    """Return the messages that the scripts write; `{date}` and `{address}` are theirs to fill."""
    text = frame.text
    return {
        **exit_messages(text),
        "copy": text("shell.copy"),
        "copied": text("shell.copied"),
        "copyByHand": text("shell.copy_by_hand"),
        "printed": text("shell.printed", site=frame.site, date="{date}", address="{address}"),
    }


def _search_links(head: PageHead, frame: Frame) -> list[dict[str, str]]:
    """Return the canonical link of a page and its alternates in other languages.

    Search engines do not open WebSockets, so they find no more than the shell in a page drawn by
    Streamlit. The static version has the content in its HTML, and is therefore canonical.
    """
    return [
        {"language": version.language, "address": version.base + version.of(head.path)}
        for version in frame.versions
        if version.of(head.path)
    ]


def _version(version: Version, path: str) -> dict[str, object]:
    """Return the link to a page's other version.

    If the page has none, the link is hidden: the script shows it when the reader moves on to a page
    that has one.
    """
    found = version.of(path)
    return {
        "name": version.name,
        "address": found or version.of("/"),
        "pages": json.dumps({address(path): other for path, other in version.pages.items()}),
        "is_hidden": not found,
    }
