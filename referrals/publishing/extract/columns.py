"""The columns of an extract in our own layout."""

from __future__ import annotations

from typing import Final

REQUIRED: Final[tuple[str, ...]] = (
    "referral_id",
    "referred_on",
    "police_force",
    "nationality",
    "age",
    "sex",
    "crime_type",
    "outcome",
)
"""Every extract has them, or a mapping gives them."""

OPTIONAL: Final[tuple[str, ...]] = ("person_id", "channel")
"""An extract without them is read as if they were blank."""

COLUMNS: Final[tuple[str, ...]] = (*REQUIRED, *OPTIONAL)
