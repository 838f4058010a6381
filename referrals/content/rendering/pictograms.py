"""The pictograms of `data/content/pictograms`: our own drawings, each beside a text.

A text names one in a box, `::: picture phone`. They are inserted into the page, so that they need
no request and take the colour of the text.
"""

from __future__ import annotations

from functools import cache
from typing import Final

from markupsafe import Markup

from referrals.errors import DataError
from referrals.paths import CONTENT

FOLDER: Final = CONTENT / "pictograms"


@cache
def pictogram(name: str) -> Markup:
    """Return a pictogram as inline SVG, hidden from screen readers, which read the text beside it.

    Raises:
        DataError: there is no pictogram of this name.
    """
    path = FOLDER / f"{name}.svg"
    if not path.is_file():
        known = ", ".join(sorted(each.stem for each in FOLDER.glob("*.svg")))
        raise DataError(
            f"A text shows the pictogram {name!r}, which data/content/pictograms does not have. "
            f"Use one of {known}, or add a drawing."
        )
    drawing = path.read_text(encoding="utf-8").strip()
    hidden = drawing.replace("<svg ", '<svg aria-hidden="true" focusable="false" ', 1)
    return Markup(hidden)  # noqa: S704 - drawings of ours, checked by a test
