"""The pages outside the dashboard that work without a script, such as search and questions.

Every menu links to them. Their addresses never change.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from referrals.i18n import languages, messages
from referrals.language import ENGLISH
from referrals.page_meta import PageHead

ASK: Final = "/ask"
SEARCH: Final = "/search"
A_TO_Z: Final = "/a-to-z"
CLAIMS: Final = "/claims"
BRIEFING: Final = "/briefing"
PRESENT: Final = "/present"
NUMBERS: Final = "/s/"
PROFILES: Final = "/nationality/"


_MESSAGES: Final[Mapping[str, str]] = {
    SEARCH: "search",
    ASK: "ask",
    CLAIMS: "claims",
    NUMBERS: "numbers",
    A_TO_Z: "a_to_z",
    BRIEFING: "briefing_page",
    PRESENT: "present",
}
"""The section of each page's messages, in the order of the menu."""

PATHS: Final = tuple(_MESSAGES)


def head(path: str) -> PageHead:
    """Return the head of one of these pages in the current language."""
    name = _MESSAGES[path]
    section = f"{name}.menu_section"
    return PageHead(
        path,
        messages.text(f"{name}.title"),
        messages.text(f"{name}.description"),
        languages.section(messages.of(ENGLISH).text(section)) if messages.exists(section) else "",
    )


def heads() -> tuple[PageHead, ...]:
    """Return the heads of these pages in the current language."""
    return tuple(map(head, PATHS))


def number_address(number_id: str) -> str:
    """Return the address of the page of a number.

    >>> number_address("E024")
    '/s/E024'
    """
    return f"{NUMBERS}{number_id}"


def profile_address(code: str) -> str:
    """Return the address of the profile of a nationality.

    >>> profile_address("VNM")
    '/nationality/VNM'
    """
    return f"{PROFILES}{code}"
