"""The texts that go with the figures of every release, from `data/reference/figure_notes.csv`.

They are part of the release format, like the labels of codes: API answers, feeds, spreadsheets and
titles have them, wherever the figures go. The site's own sentences are messages (`i18n`).
"""

from __future__ import annotations

from typing import Final

from referrals.paths import REFERENCE
from referrals.reference import table_schema

_TEXTS: Final = {
    row["note"]: row["text"] for row in table_schema.read(REFERENCE / "figure_notes.csv")
}

UNIT: Final = _TEXTS["unit"]

COUNTED: Final = _TEXTS["counted"]
"""The definition of the unit."""

EXAMPLE_MARK: Final = _TEXTS["example_mark"]
SYNTHETIC_MARK: Final = _TEXTS["synthetic_mark"]
"""The headings of invented figures, so that every picture and title marks them."""

INVENTED: Final = _TEXTS["invented"]
"""The mark of invented figures, and the sentence that they are not about real people."""

UNLISTED: Final = _TEXTS["unlisted"]
"""The meaning of an unlisted cell in a release that is not additive."""

LISTED: Final = _TEXTS["listed"]
"""The cells that an additive release lists, and the meaning of others of their order."""

ADDED_UP: Final = _TEXTS["added_up"]
"""The cells that the API adds up in an additive release."""

UNFILTERED: Final = _TEXTS["unfiltered"]
"""The meaning of a dimension that a query does not name."""

OTHER_PUBLISHERS: Final = _TEXTS["other_publishers"]
"""The note on context series, which do not count victim referrals."""
