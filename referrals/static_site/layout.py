"""The document around a static page: head, header, menu and footer.

Only "What happens to my details" has a script, and is complete without it. With it a reader can
listen to the page, print the card alone, disguise the page, and leave by pressing Shift three
times.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from markupsafe import Markup

from referrals import templates
from referrals.content import helpline_lists
from referrals.content.standalone_pages import A_TO_Z
from referrals.i18n import languages, messages
from referrals.language import current
from referrals.page_meta import PageHead, by_section, page_title
from referrals.web.shell.html import HARMLESS, HELP, LEAVING, exit_messages
from referrals.web.static import assets

_FOR_ME: Final = Path(__file__).with_name("assets") / "for_me.js"
SCRIPT_BODY: Final = assets.in_one_scope(assets.FOLDER / "exit.js", _FOR_ME).encode()
SCRIPT: Final = f"for-me.{hashlib.sha256(SCRIPT_BODY).hexdigest()[:12]}.js"

SCRIPT_MESSAGES: Final = (
    "discreet",
    "discreet_off",
    "discreet_title",
    "discreet_on",
    "discreet_ended",
    "listen",
    "stop",
)
"""The messages that the script writes."""

LABELS: Final = (
    "full",
    "help",
    "leave",
    "leave_about",
    "always",
    "menu",
    "notes",
    "search",
    "search_hint",
    "sections",
    "site",
    "skip",
)
"""The messages of the header and of the exit."""


@dataclass(frozen=True)
class Frame:
    """The links around the main part of a page, as they are written into its HTML.

    The page is in the current language.

    Attributes:
        home: the first page.
        stylesheet: the stylesheet.
        language_stylesheet: that of the page's language, '' if it has none.
        canonical: the address for search engines; '' for a page that they must not list.
        full: the full version of the page; '' if it is unknown.
        menu: every page of the language with its address.
        languages: the address of the page in each language, by code.
        alternates: the same page in each language, by the tag that search engines know.
        search: the address that answers words given as `q`; '' if nothing answers them.
        has_whole_menu: whether the menu at the end lists every page, and not only the first one of
            each section and the list of all.
    """

    home: str
    stylesheet: str
    canonical: str
    full: str
    menu: Mapping[PageHead, str]
    languages: Mapping[str, str]
    alternates: Mapping[str, str]
    search: str = ""
    language_stylesheet: str = ""
    has_whole_menu: bool = True


def document(head: PageHead, main: Markup, frame: Frame, *, data: str = "") -> str:
    """Return a whole page. `data` is HTML for the end of its head.

    The menu is at the end, so that a page begins with its own content.
    """
    code, sections = current(), by_section(frame.menu)
    return templates.render(
        "static_site/page.html",
        tag=languages.tag(code),
        direction=languages.direction(code),
        title=page_title(head, messages.text("layout.site")),
        head=head,
        frame=frame,
        alternates=frame.alternates if len(frame.alternates) > 1 else {},
        data=data,
        words=messages.text,
        languages=_picker(frame),
        labels={name: messages.text(f"layout.{name}") for name in LABELS}
        | {"language": messages.text("languages.button")},
        tabs=[
            (name, frame.menu[pages[0]], name == head.section) for name, pages in sections.items()
        ],
        help=_help(frame),
        leave=_leave(),
        main=main,
        sections=sections if frame.has_whole_menu else _in_short(sections),
    )


def script(address: str) -> Markup:
    """Return the element of the one script of the static site, at an address."""
    own = {name: messages.text(f"for_me.{name}") for name in SCRIPT_MESSAGES}
    return templates.render(
        "static_site/script.html",
        address=address,
        exit_address=HARMLESS,
        messages=json.dumps(
            {
                **exit_messages(messages.text),
                "leave_about": messages.text("shell.leave_about"),
                **own,
            },
            ensure_ascii=False,
        ),
    )


def unavailable(reason: str) -> str:
    """Return the page for when there are no pages: the reason, the exit and the help lines."""
    return templates.render(
        "static_site/unavailable.html",
        tag=languages.tag(current()),
        direction=languages.direction(current()),
        heading=messages.text("errors.heading"),
        leave=_leave(),
        leave_label=messages.text("layout.leave"),
        reason=reason,
        helplines=helpline_lists.with_heading(),
    )


def _in_short(sections: Mapping[str, Sequence[PageHead]]) -> dict[str, list[PageHead]]:
    """Return the first page of each section, and the list of all pages."""
    return {name: _first_and_list(pages) for name, pages in sections.items()}


def _first_and_list(pages: Sequence[PageHead]) -> list[PageHead]:
    return [page for page in pages if page == pages[0] or page.path == A_TO_Z]


def _help(frame: Frame) -> str:
    """Return the address of the help lines, '' if the language has none.

    It leads past the heading, so that the first number is on the first screen of a phone.
    """
    pages = (address for head, address in frame.menu.items() if head.path == HELP)
    return next((f"{address}#get-help" for address in pages), "")


def _leave() -> Markup:
    """Return the attributes of the link that leaves the site."""
    return Markup(LEAVING)  # noqa: S704 - a constant of ours


def _picker(frame: Frame) -> list[dict[str, object]]:
    """Return the links of the language picker; none if there is only one language.

    They have no `offer`, because a script shows it.
    """
    if len(frame.languages) == 1:
        return []
    return [
        {
            "language": replace(each, offer=""),
            "address": frame.languages[each.code],
            "is_current": each.code == current(),
        }
        for each in languages.offered()
        if each.code in frame.languages
    ]
