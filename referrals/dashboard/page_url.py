"""The address of what a reader sees, for links and codes that are taken elsewhere.

Streamlit passes on an address that the page says it has: anything, of any length. This one is made of what the server knows.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import urlencode

import streamlit as st

from referrals.query.selection import Selection
from referrals.web import settings

PATH: Final = "path"
"""Where a session keeps the path of the page that it draws."""

LONGEST: Final = 300
"""Letters of an address that is still a code to scan."""


def base() -> str:
    """Return the address that a reader knows the site by, such as `https://example.org`, or '' where it is not known.

    It is the origin that the reader's browser opened the session from. The gateway lets in none but that of the host that it
    asked for, so it also says HTTPS where a proxy ends that.
    """
    return settings.origin(st.context.headers.get("origin", ""))


def of_page(selection: Selection) -> str:
    """Return the address of the page that is drawn, with what was chosen on it; '' where it is not known, or too long."""
    known, chosen = base(), selection.address()
    whole = f"{known}{st.session_state.get(PATH, '/')}{f'?{urlencode(chosen)}' if chosen else ''}"
    return whole if known and len(whole) <= LONGEST else ""
