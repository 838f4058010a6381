"""The pages that work without a script and outside the dashboard: questions, claims, statements.

Whatever draws a menu can link to them. Their addresses never change.
"""

from __future__ import annotations

from typing import Final

from referrals.i18n import messages
from referrals.page_meta import PageHead

ASK: Final = "/ask"
CLAIMS: Final = "/claims"
NUMBERS: Final = "/s/"
PROFILES: Final = "/nationality/"


def _head(path: str, name: str, section: str = "") -> PageHead:
    title = messages.text(f"{name}.title")
    return PageHead(path, title, messages.text(f"{name}.description"), section)


ASK_PAGE: Final = _head(ASK, "ask")
CLAIMS_PAGE: Final = _head(CLAIMS, "claims", messages.text("claims.menu_section"))
NUMBERS_PAGE: Final = _head(NUMBERS, "numbers", messages.text("numbers.menu_section"))
PAGES: Final = (ASK_PAGE, CLAIMS_PAGE, NUMBERS_PAGE)


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
