"""The HTML round Streamlit: head, header, menu and exit of each page, and the 404 page.

Called by the shell middleware. The templates are in `referrals/templates/shell`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from referrals import templates
from referrals.page_meta import PageHead, Version, by_section, page_title
from referrals.web.shell import streamlit_index
from referrals.web.static.assets import asset

HARMLESS: Final = "https://www.bbc.co.uk/weather"
LEAVING: Final = Markup('href="{}" target="_top" rel="noreferrer"').format(HARMLESS)
"""The attributes of every exit link: `_top` leaves the page of a site that frames ours as well."""

HELP: Final = "/safeguarding"
"""The page behind "Get help", which is always in view."""

CURRENT_PAGE: Final = ' aria-current="page"'
SHIFT_PRESSES: Final = 3
"""How many presses of Shift leave the page; exit.js counts them."""

FETCHED_EARLY: Final = ("/_stcore/health", "/_stcore/host-config")
"""Endpoints that Streamlit requests, and waits for, before it opens its WebSocket."""

Text = Callable[..., str]
"""Returns a message by its key, such as `text("shell.menu")`."""


@dataclass(frozen=True)
class Frame:
    """The parts that all pages share: the list of pages, the site's name, messages and versions.

    `ask` is the address that answers a question given as `q`, '' if there is none. The menu has
    `heads`, the pages drawn by Streamlit, and `direct`, those that are answered without it.
    """

    heads: Sequence[PageHead]
    site: str
    text: Text
    versions: Sequence[Version] = ()
    ask: str = ""
    direct: Sequence[PageHead] = ()


def page(
    index: str, head: PageHead, frame: Frame, first_paint: str, scripts: Iterable[str] = ()
) -> str:
    """Return the HTML of one page, readable before any script has run.

    `index` is Streamlit's index.html. `first_paint` is the main part of the page. `scripts` are the
    names of its scripts that the page will request besides those that `index` names.

    Raises:
        ReferralsError: `index` is not that of the Streamlit we know.
    """
    addresses = [f"/static/js/{name}" for name in scripts]
    streamlit = streamlit_index.parse(index)
    named_in_index = str(streamlit.scripts)
    return templates.render(
        "shell/page.html",
        **_values(head, frame),
        streamlit=streamlit,
        search_links=_search_links(head, frame),
        fetched_early=FETCHED_EARLY,
        scripts=[address for address in addresses if f'"{address}"' not in named_in_index],
        first_paint=Markup(first_paint),  # noqa: S704 - made of our own templates
    ).strip()


def not_found(frame: Frame) -> str:
    """Return the 404 page, with links to the overview and to the help lines."""
    text = frame.text
    head = PageHead("", text("shell.not_found.title"), text("shell.not_found.description"))
    by_path = {menu_head.path: menu_head for menu_head in frame.heads}
    next_pages = [by_path[path] for path in ("/", HELP) if path in by_path]
    return templates.render(
        "shell/not_found.html", **_values(head, frame), next_pages=next_pages
    ).strip()


def _values(head: PageHead, frame: Frame) -> dict[str, object]:
    """Return the values that both templates need."""
    return {
        "page": head,
        "title": page_title(head, frame.site),
        "site": frame.site,
        "text": frame.text,
        "wordmark": frame.site.partition(":")[0],
        "sections": by_section([*frame.heads, *frame.direct]),
        "versions": [_version(version, head.path) for version in frame.versions],
        "assets": {
            "script": asset("shell.js").address,
            "stylesheet": asset("shell.css").address,
            "icon": asset("logo.svg").address,
        },
        "exit_address": HARMLESS,
        "help": HELP,
        "ask": frame.ask,
        "leaving": LEAVING,
        "titles": json.dumps({menu_head.path: menu_head.title for menu_head in frame.heads}),
        "keeps": json.dumps([head.path for head in frame.heads if head.has_controls]),
        "script_messages": json.dumps(_script_messages(frame), ensure_ascii=False),
    }


def _script_messages(frame: Frame) -> dict[str, object]:
    """Return the messages that the scripts write; `{date}` and `{address}` are theirs to fill."""
    text = frame.text
    return {
        "leavingTitle": text("shell.leaving_title"),
        "pressesLeft": [text("shell.presses_left", n=left) for left in range(1, SHIFT_PRESSES)],
        "copy": text("shell.copy"),
        "copied": text("shell.copied"),
        "copyByHand": text("shell.copy_by_hand"),
        "printed": text("shell.printed", site=frame.site, date="{date}", address="{address}"),
    }


def _search_links(head: PageHead, frame: Frame) -> list[dict[str, str]]:
    """Return the canonical link of a page and its alternates in other languages.

    Search engines do not open WebSockets, so all they find in a page of ours is the shell. The
    static version has the content in its HTML, and is therefore the canonical one.
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
    address = version.of(path)
    return {
        "name": version.name,
        "address": address or version.of("/"),
        "pages": json.dumps(dict(version.pages)),
        "language": version.language,
        "is_hidden": not address,
    }
