"""The address that a reader knows the site by, as far as a browser or a request says it."""

import re
from typing import Final

from starlette.datastructures import Headers
from starlette.types import Scope

from referrals.web import settings

_ORIGIN: Final = re.compile(rf"https?://(?:{settings.HOST.pattern}){settings.PORT}")


def of_text(said: str) -> str:
    """Return an origin, or '' where it is none.

    >>> of_text("https://example.org:8443"), of_text("null"), of_text("javascript://example.org")
    ('https://example.org:8443', '', '')
    """
    return said if _ORIGIN.fullmatch(said.lower()) else ""


def of_request(scope: Scope) -> str:
    """Return the origin that a request was made to, '' where its host is none."""
    return of_text(f"{scope.get('scheme', 'http')}://{Headers(scope=scope).get('host', '')}")
