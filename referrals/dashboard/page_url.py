"""The address of the page that a reader sees, for links to copy and QR codes.

Streamlit passes on any address that the browser claims, of any length, so the address is made from
the server's own data instead.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlencode, urlsplit

import streamlit as st

from referrals import localised_html
from referrals.i18n import languages
from referrals.language import ENGLISH
from referrals.query.selection import SEPARATOR
from referrals.web import settings

PATH: Final = "path"
"""The key of the session state that holds the path of the page being drawn."""

LONGEST: Final = 300
"""The longest address, in characters, that is shown as a QR code."""


def base() -> str:
    """Return the origin of the site, such as `https://example.org`; '' if it is unknown.

    It is the origin from which the reader's browser opened the session. The gateway accepts only
    the origin of the host that was asked for, so it has the right scheme even if a proxy
    terminates HTTPS.
    """
    return settings.origin(st.context.headers.get("origin", ""))


def language() -> str:
    """Return the language of the page's address, English if it names none that is offered."""
    path = urlsplit(st.context.url or "").path
    first = path.removeprefix("/").partition("/")[0]
    return first if first in languages.languages() else ENGLISH


def of_page(parameters: Mapping[str, str]) -> str:
    """Return the address of the page with parameters; '' if it is unknown or too long to scan."""
    origin = base()
    query = urlencode(parameters, safe=SEPARATOR)
    path = localised_html.address(st.session_state.get(PATH, "/"))
    address = f"{origin}{path}{f'?{query}' if query else ''}"
    return address if origin and len(address) <= LONGEST else ""


def write(chosen: Mapping[str, str], usual: Mapping[str, str]) -> None:
    """Write choices into the address, by parameter, and remove the parameters of usual values."""
    for name, value in chosen.items():
        if value == usual[name]:
            st.query_params.pop(name, None)
        else:
            st.query_params[name] = value


def pairs() -> list[tuple[str, str]]:
    """Return every parameter of the page's address with its value, in order."""
    return [(name, value) for name in st.query_params for value in st.query_params.get_all(name)]
