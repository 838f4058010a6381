"""The security headers of every answer, and the Content-Security-Policy of pages.

They keep a page to its own origin: nothing is loaded from elsewhere, and no other site learns that
a reader was here.
"""

import base64
import hashlib
import os
import re
from collections.abc import Iterable, Mapping
from typing import Final

from referrals.errors import SettingsError
from referrals.web import settings

HTTPS_ONLY: Final = "max-age=31536000"
"""HSTS for one year, without `includeSubDomains`: other names of the domain are not ours."""

OPEN_TO_ALL: Final = {
    "access-control-allow-origin": "*",
    "cross-origin-resource-policy": "cross-origin",
}
"""Headers that let pages of any origin read an answer: public data, which needs no credentials."""

DATA: Final = re.compile(r"/api(/|$)|/releases/|/feed\.atom$|/releases\.ics$|/oembed$")
"""Paths of public data. Error answers at these paths must be readable by other origins too."""

EMBEDDABLE: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors *"
)
"""The policy of an answer that any site may frame: it has no script, and loads nothing.

Only such an answer may be framed. A reader can do nothing in it that another site could make them
do unseen.
"""

FRAME_OPTIONS: Final = "x-frame-options"

DISABLED_FEATURES: Final = (
    "accelerometer", "autoplay", "browsing-topics", "camera", "display-capture", "geolocation",
    "gyroscope", "hid", "idle-detection", "local-fonts", "magnetometer", "microphone", "midi",
    "payment", "screen-wake-lock", "serial", "usb",
)  # fmt: skip
"""Browser features that no page needs, so that an injected script cannot use them either."""


def framers(environment: Mapping[str, str] = os.environ) -> tuple[str, ...]:
    """Return the origins that may frame this site, none if the setting cannot be read.

    An unreadable setting stops the start elsewhere (`settings.require`).
    """
    try:
        return settings.frame_ancestors(environment)
    except SettingsError:
        return ()


def headers(framers: tuple[str, ...] = ()) -> dict[str, str]:
    """Return the headers of every answer.

    `X-Frame-Options` cannot name an origin, so it is left out if some site may frame this one and
    `frame-ancestors` decides alone.
    """
    common = {
        "referrer-policy": "no-referrer",
        "x-content-type-options": "nosniff",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "permissions-policy": ", ".join(f"{name}=()" for name in DISABLED_FEATURES),
    }
    return common if framers else {**common, FRAME_OPTIONS: "DENY"}


def is_open_to_all(path: str) -> bool:
    """Return whether pages of any origin may read the answers at a path.

    >>> [is_open_to_all(path) for path in ("/api/v1", "/releases/2020-21/cells.csv", "/feed.atom")]
    [True, True, True]
    >>> [is_open_to_all(path) for path in ("/releases", "/apis")]
    [False, False]
    """
    return DATA.match(path) is not None


def ancestors(framers: tuple[str, ...]) -> str:
    """Return the value of `frame-ancestors`.

    >>> ancestors(()), ancestors(("https://example.org",))
    ("'none'", 'https://example.org')
    """
    return " ".join(framers) or "'none'"


def content_security_policy(
    trusted_scripts: Iterable[str] = (), framers: tuple[str, ...] | None = None
) -> str:
    """Return the policy of a page: of inline scripts, only the trusted ones may run.

    `framers` defaults to those of the environment.
    """
    scripts = " ".join(["'self'", *map(script_hash, trusted_scripts)])
    return "; ".join(
        (
            "default-src 'self'",
            f"script-src {scripts}",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            # Without `ws:` and `wss:`, which would let an injected script reach every host. By
            # CSP 3 'self' covers WebSockets of the same host. Safari followed in 2022: an older
            # one keeps the page as it first arrived, with its figures and links.
            "connect-src 'self'",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            f"frame-ancestors {ancestors(FRAMERS if framers is None else framers)}",
        )
    )


def inline_scripts(html: str) -> list[str]:
    """Return the inline scripts of trusted HTML, such as Streamlit's own index.html.

    >>> inline_scripts('<script>a()</script><script src="b.js"></script>')
    ['a()']
    """
    return re.findall(r"<script>(.*?)</script>", html, flags=re.DOTALL)


def script_hash(script: str) -> str:
    """Return the CSP source expression of one inline script.

    >>> script_hash("alert(1)")
    "'sha256-bhHHL3z2vDgxUt0W3dWQOrprscmda2Y5pLsLg4GF+pI='"
    """
    digest = hashlib.sha256(script.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


FRAMERS: Final = framers()
HEADERS: Final = headers(FRAMERS)
NO_SNIFF: Final = "x-content-type-options"
SCRIPT_HEADERS: Final = {NO_SNIFF: HEADERS[NO_SNIFF]}
"""The security headers of Streamlit's scripts and stylesheets.

The others, and a Content-Security-Policy, have an effect on documents only. On the 70 scripts of a
first visit they would add 30 kB.
"""

DEFAULT: Final = content_security_policy()
"""The policy of an answer that is not a page: no inline script may run."""
