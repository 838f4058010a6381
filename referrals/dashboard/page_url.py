"""The address of the page that a reader sees, for links and codes that leave the site.

Streamlit passes on any address that the page claims, of any length. This one is made of the
server's own data.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlencode

import streamlit as st

from referrals.query.selection import SEPARATOR
from referrals.web import settings

PATH: Final = "path"
"""The key of the session state that holds the path of the page being drawn."""

LONGEST: Final = 300
"""The longest address, in characters, that is still shown as a code to scan."""


def base() -> str:
    """Return the origin of the site, such as `https://example.org`; '' if it is unknown.

    It is the origin from which the reader's browser opened the session. The gateway accepts only
    the origin of the host that was asked for, so it has the right scheme even if a proxy
    terminates HTTPS.
    """
    return settings.origin(st.context.headers.get("origin", ""))


def of_page(parameters: Mapping[str, str]) -> str:
    """Return the address of the page with parameters; '' if it is unknown or too long to scan."""
    origin = base()
    query = urlencode(parameters, safe=SEPARATOR)
    address = f"{origin}{st.session_state.get(PATH, '/')}{f'?{query}' if query else ''}"
    return address if origin and len(address) <= LONGEST else ""
