"""An SVG picture as PNG, for programs that do not draw SVG.

It is drawn on the server, so that it works without script and every reader gets the same bytes. The
fonts are those of a package, whatever the machine has.

It is drawn in a process of its own, because resvg holds Python's global lock for the 0.06 to 0.16 s
that it takes, during which no page would be answered. The memory is released with the process.
"""

from __future__ import annotations

import re
import subprocess
import sys
from typing import Final

import font_roboto
import resvg_py

from referrals import language_fonts
from referrals.errors import DataError
from referrals.paths import ROOT

FONT: Final = "Roboto"
FONT_FILES: Final = [font_roboto.Roboto, font_roboto.RobotoBold, font_roboto.RobotoItalic]

ZOOM: Final = 2
"""The pixels of a picture per pixel of the drawing, for dense screens and for print."""

MOST_PIXELS: Final = 12_000_000
"""The most pixels of a picture, each of which needs four bytes while it is drawn."""

SECONDS: Final = 20
"""The time limit of a process that draws a picture."""

_BENGALI: Final = f'<tspan font-family="{language_fonts.FAMILIES["Beng"]}'
_LATIN_FIRST: Final = re.compile(rf"(<text[^>]*>)(?=[^<]+{re.escape(_BENGALI)})")
_BENGALI_FIRST: Final = f'{_BENGALI}" font-size="0.01">\N{BENGALI LETTER KA}</tspan>'
"""A letter too small to see before a line of Bengali that begins with Latin: resvg shapes a line by
the script and the font of its first letter."""

_SIZE: Final = re.compile(r'<svg[^>]* width="(\d+)" height="(\d+)"')


def write(drawing: str, *, zoom: float = ZOOM) -> bytes:
    """Return an SVG document, whose size is in pixels, as PNG.

    Raises:
        DataError: the picture could not be drawn, or not in time.
        ValueError: the document does not begin with its size.
    """
    size = _SIZE.match(drawing)
    if size is None:
        raise ValueError("The SVG document has no width and height in pixels.")
    width, height = map(int, size.groups())
    bounded = min(zoom, (MOST_PIXELS / (width * height)) ** 0.5)
    try:
        drawn = subprocess.run(  # noqa: S603 - our own module and a number
            [sys.executable, "-m", __name__, str(bounded)],
            cwd=ROOT,
            input=drawing.encode(),
            capture_output=True,
            check=True,
            timeout=SECONDS,
        )
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        raise DataError("The picture could not be drawn. Take the SVG picture instead.") from error
    return drawn.stdout


def draw(drawing: str, zoom: float) -> bytes:
    """Return an SVG document as PNG. It holds Python's global lock until it has finished."""
    return bytes(
        resvg_py.svg_to_bytes(
            svg_string=_LATIN_FIRST.sub(rf"\1{_BENGALI_FIRST}", drawing),
            background="#ffffff",
            skip_system_fonts=True,
            font_family=FONT,
            sans_serif_family=FONT,
            font_files=_font_files(drawing),
            zoom=zoom,
        )
    )


def _font_files(drawing: str) -> list[str]:
    """Return the fonts of a drawing. Those of other scripts are large, and rarely needed."""
    if not any(family in drawing for family in language_fonts.FAMILIES.values()):
        return FONT_FILES
    return [*FONT_FILES, *map(str, language_fonts.drawn_files())]


if __name__ == "__main__":
    sys.stdout.buffer.write(draw(sys.stdin.buffer.read().decode(), float(sys.argv[1])))
