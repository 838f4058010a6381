"""QR codes of addresses, dark on light in every colour scheme."""

from __future__ import annotations

import io
from typing import Final

import segno
from markupsafe import Markup

from referrals.caching import cached

DARK, LIGHT = "#0b0c0c", "#ffffff"
BORDER: Final = 2
"""Modules of white around a code. The standard asks for 4: the white box adds the rest."""

PNG_SCALE: Final = 8
"""Pixels of a module: a code of an inch and a half is sharp on a large screen."""


@cached(256, {})
def svg(address: str) -> Markup:
    """Return the code of an address as inline SVG, which fills its box."""
    code = segno.make(address, error="m", micro=False)
    drawn = code.svg_inline(border=BORDER, dark=DARK, light=LIGHT, omitsize=True, svgclass=None)
    return Markup(drawn)  # noqa: S704 - made by segno, and an address in it is modules


@cached(256, {}, has_words=False)
def png(address: str) -> bytes:
    """Return the code of an address as a picture. The same address makes the same bytes."""
    stream = io.BytesIO()
    code = segno.make(address, error="m", micro=False)
    code.save(stream, kind="png", scale=PNG_SCALE, border=BORDER, dark=DARK, light=LIGHT)
    return stream.getvalue()
