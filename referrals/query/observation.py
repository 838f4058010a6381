"""One number of an answer: the only type in which figures reach cards, charts and tables."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Final

NOT_PUBLISHED: Final = "x"
SUPPRESSED: Final = "c"
"""The statuses of observations that have no number."""


@dataclass(frozen=True, slots=True)
class Share:
    """An observation as a share of its answer's total, from 0 to 1.

    `value` is None if only a range is known. `of_recorded` is the share among the referrals with
    the dimension recorded, None if their number is unknown.
    """

    lower: Fraction
    upper: Fraction
    value: Fraction | None = None
    of_recorded: Fraction | None = None


@dataclass(frozen=True, slots=True)
class Observation:
    """The number of referrals with one code of a dimension, within a selection.

    `lower` and `upper` are the smallest and largest value that the number can have, None if there
    is no number (`status` gives the reason). `value` is the number, if it is a single one.
    `is_range` means that the bounds are to be shown and not the value: it was printed, but
    disagrees with other printed numbers. `is_part` means that it is part of another observation of
    the answer. `open_ended` means that the source gives no upper end. `share` is None if no share
    can be given.
    """

    code: str
    label: str
    kind: str
    value: int | None
    lower: int | None
    upper: int | None
    status: str = ""
    is_range: bool = False
    is_part: bool = False
    open_ended: bool = False
    working: str = ""
    assumes: str = ""
    statement_ids: tuple[str, ...] = ()
    share: Share | None = None

    @property
    def has_number(self) -> bool:
        """Return whether there is a number or a range, neither suppressed nor unpublished."""
        return self.lower is not None

    @property
    def bounds(self) -> tuple[int, int]:
        """The least and the most that the number can be.

        Raises:
            ValueError: the observation has no number.
        """
        if self.lower is None or self.upper is None:
            raise ValueError(f"{self.label} has no number (status {self.status!r}).")
        return self.lower, self.upper
