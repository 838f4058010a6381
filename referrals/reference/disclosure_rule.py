"""The thresholds of disclosure control, read from `data/reference/disclosure_rule.csv`.

The code that protects counts, the audit that attacks them and the site that describes them must use
the same numbers but share no code. So they share this data. The file gives each threshold's reason.
"""

from __future__ import annotations

from typing import Final

from referrals.paths import REFERENCE
from referrals.reference import table_schema

_VALUES: Final = {
    row["threshold"]: tuple(map(int, row["value"].split()))
    for row in table_schema.read(REFERENCE / "disclosure_rule.csv")
}


def _number(threshold: str) -> int:
    (value,) = _VALUES[threshold]
    return value


SMALLEST_UNCHANGED: Final = _number("smallest_unchanged")
"""Counts of 5 and more are published unchanged; a count of 1 to 4 is a small count."""

LARGEST_SMALL_COUNT: Final = SMALLEST_UNCHANGED - 1

ROUNDED_VALUES: Final = _VALUES["rounded_values"]
"""A small count is rounded to 0, 5, 6 or 7."""

LARGEST_AMBIGUOUS: Final = ROUNDED_VALUES[-1]
"""A published 5, 6 or 7 may be a count of 1 to 4 or itself, a 0 may be 0 to 4; others are exact."""

PROTECTION_WIDTH: Final = _number("protection_width")
"""The feasibility interval of a small count must be at least this wide."""

SMALLEST_PUBLISHED_CATEGORY: Final = _number("smallest_published_category")
"""Fewest referrals of a published category, in each year."""

SMALLEST_TOTAL_CHANGE: Final = _number("smallest_total_change")
"""Fewest referrals by which an exact total changes from one release to the next, if it changes."""

SMALLEST_SHARE_BASE: Final = _number("smallest_share_base")
"""Fewest referrals in the denominator of a share that counts as reliable."""

SMALLEST_ANNOUNCED_ERROR: Final = _number("smallest_announced_error")
ANNOUNCED_ERROR_STEP: Final = _number("announced_error_step")
"""The largest error is announced as a multiple of 4 that is at least 8."""
