"""The headers every answer carries: nothing from elsewhere, nothing kept, nothing told to the next site."""

import base64
import hashlib
import os
import re
from collections.abc import Mapping
from typing import Final

from referrals.errors import SettingsError
from referrals.web import settings

HTTPS_ONLY: Final = "max-age=31536000"
"""A year of HTTPS only, for this name alone: names beside and below it are not ours to decide for."""

OPEN_TO_ALL: Final = {
    "access-control-allow-origin": "*",
    "cross-origin-resource-policy": "cross-origin",
}
"""The headers of an answer that pages of any origin may read: data, which needs no key and knows nobody."""

DATA: Final = re.compile(r"/api(/|$)|/releases/|/feed\.atom$|/releases\.ics$")
"""Where there is data. A page that asks for it must be able to read why it is refused."""

UNUSED: Final = (
    "accelerometer", "autoplay", "browsing-topics", "camera", "display-capture", "geolocation", "gyroscope", "hid",
    "idle-detection", "local-fonts", "magnetometer", "microphone", "midi", "payment", "screen-wake-lock", "serial", "usb",
)  # fmt: skip
"""What no page here asks a browser for, so that nothing in a page can."""


def framers(environment: Mapping[str, str] = os.environ) -> tuple[str, ...]:
    """Return the sites that may frame this one: none where the setting is unreadable, which `settings.insist` then refuses."""
    try:
        return settings.frame_ancestors(environment)
    except SettingsError:
        return ()


def headers(framers: tuple[str, ...] = ()) -> dict[str, str]:
    """Return the headers of every answer; the old header against frames cannot name a site, so it gives way to the policy."""
    always = {
        "referrer-policy": "no-referrer",
        "x-content-type-options": "nosniff",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "permissions-policy": ", ".join(f"{name}=()" for name in UNUSED),
    }
    return always if framers else {**always, "x-frame-options": "DENY"}


def is_open_to_all(path: str) -> bool:
    """Return whether pages of any origin may read what is at an address.

    >>> [is_open_to_all(path) for path in ("/api/v1", "/releases/2020-21/cells.csv", "/feed.atom", "/releases", "/apis")]
    [True, True, True, False, False]
    """
    return DATA.match(path) is not None


def ancestors(framers: tuple[str, ...]) -> str:
    """Return who may frame a page, as a policy says it.

    >>> ancestors(()), ancestors(("https://example.org",))
    ("'none'", 'https://example.org')
    """
    return " ".join(framers) or "'none'"


def content_security_policy(trusted_html: str = "", framers: tuple[str, ...] | None = None) -> str:
    """Return the policy of a page; only the inline scripts of HTML that we know to be Streamlit's own may run.

    `framers` are those of the environment where none are given.
    """
    scripts = " ".join(["'self'", *map(_hash, _inline_scripts(trusted_html))])
    return "; ".join(
        (
            "default-src 'self'",
            f"script-src {scripts}",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "connect-src 'self' ws: wss:",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            f"frame-ancestors {ancestors(FRAMERS if framers is None else framers)}",
        )
    )


def _inline_scripts(html: str) -> list[str]:
    return re.findall(r"<script>(.*?)</script>", html, flags=re.DOTALL)


def _hash(script: str) -> str:
    """Return the source expression of one inline script.

    >>> _hash("alert(1)")
    "'sha256-bhHHL3z2vDgxUt0W3dWQOrprscmda2Y5pLsLg4GF+pI='"
    """
    digest = hashlib.sha256(script.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


FRAMERS: Final = framers()
HEADERS: Final = headers(FRAMERS)
DEFAULT: Final = content_security_policy()
