"""The ranges that a release leaves to an attacker, for the sums of some dimensions, and utility.

Called by `attack_panel.panel`. It reads the public files of a release alone. The true counts, which
only the publisher has, are an argument: without them the columns of errors are missing.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from referrals.publishing.audit import prove
from referrals.publishing.audit.feasibility_intervals import Interval, feasibility_interval
from referrals.publishing.audit.marginal_sums import Changes, Integers, MarginalSums, Spread
from referrals.publishing.audit.public_release import PublicRelease
from referrals.publishing.cell_codes import Codes, Year
from referrals.reference.codelists import FINEST, TOTAL
from referrals.reference.disclosure_rule import (
    LARGEST_AMBIGUOUS,
    LARGEST_SMALL_COUNT,
    PROTECTION_WIDTH,
)

MOST_DIMENSIONS: Final = 3
"""The most dimensions of a table: readers see no sums that fix more of them."""

TRUE: Final = "true"
ERROR: Final = "error"
"""The columns that a table has only if the true counts are known."""


@dataclass(frozen=True)
class Utility:
    """The errors of a table, in referrals: how far its numbers are from the true counts."""

    mean: float
    largest: int
    exact_share: float


def announced_error(release: PublicRelease, year: Year, dimensions: Sequence[str]) -> int:
    """Return the largest error that a release announces for the sums of some dimensions of a year.

    The total of one code has an error of its own if changes that would move it are held back.
    """
    errors = [release.largest_error.get(len(dimensions), 0)]
    for (place, _), error in year.total_errors.items():
        if [FINEST[place]] == list(dimensions):
            errors.append(error)
    return max(errors)


class AttackedYear:
    """One year of a release, with everything that its witnesses prove possible."""

    def __init__(self, release: PublicRelease, year: Year) -> None:
        """Read the witnesses of a release and add up those of one year.

        Raises:
            ReleaseError: the file of witnesses is missing or cannot be read.
        """
        self.year = year
        self._largest_error = release.largest_error
        self._sums = MarginalSums(year)
        spread = Spread(self._sums)
        own = [_of_year(changes, year) for changes in prove.read_witnesses(release)]
        for moves in self._sums.moves_of(own):
            spread.add(moves)
        self._spread = spread
        self._shown = self._sums.totals(year.cells)
        self._least = self._sums.totals(_least_counts(year.cells))

    def table(
        self, dimensions: Sequence[str], true: Mapping[Codes, int] | None = None
    ) -> pd.DataFrame:
        """Return a row for each sum of some dimensions.

        Args:
            dimensions: names of `FINEST`, at most `MOST_DIMENSIONS`.
            true: the true finest counts, if the publisher has given access to them.

        Returns:
            A frame with a column of codes for each dimension, and in referrals: `shown`; `least`,
            the smallest count that the numbers of the finest cells allow; `low` and `high`, the
            ends of the range that the published witnesses prove possible; `width`, their distance;
            and, with true counts, `true` and `error`.
        """
        numbers = self._numbers(dimensions)
        low = self._shown[numbers] + self._spread.low[numbers]
        high = self._shown[numbers] + self._spread.high[numbers]
        codes = [self._sums.codes_of(int(number)) for number in numbers]
        frame = pd.DataFrame(codes, columns=list(FINEST))[list(dimensions)]
        frame["shown"] = self._shown[numbers]
        frame["least"] = self._least[numbers]
        frame["low"], frame["high"], frame["width"] = low, high, high - low
        if true is not None:
            frame[TRUE] = self._sums.totals(true)[numbers]
            frame[ERROR] = frame["shown"] - frame[TRUE]
        return frame

    def interval(self, dimensions: Sequence[str], codes: Sequence[str]) -> Interval:
        """Return the range of one sum that a solver cannot rule out, which takes seconds.

        Raises:
            DisclosureError: the solver did not finish.
        """
        chosen = dict(zip(dimensions, codes, strict=True))
        target = tuple(chosen.get(name, TOTAL) for name in FINEST)
        return feasibility_interval(self.year, target, self._largest_error)

    def _numbers(self, dimensions: Sequence[str]) -> Integers:
        listed = [self.year.categories[name] if name in dimensions else (TOTAL,) for name in FINEST]
        places = [self._sums.places(codes) for codes in itertools.product(*listed)]
        return np.array(places, dtype=np.int64) @ self._sums.strides


def narrow(table: pd.DataFrame) -> pd.DataFrame:
    """Return the rows that may be small counts and whose range is below the protection width.

    A sum is large for certain if its finest cells alone add up to more than a small count.
    """
    may_be_small = (table["least"] <= LARGEST_SMALL_COUNT) & (table["low"] <= LARGEST_SMALL_COUNT)
    occupied = (table["shown"] > 0) | (table["high"] > 0)
    return table[may_be_small & occupied & (table["width"] < PROTECTION_WIDTH)]


def utility(table: pd.DataFrame) -> Utility:
    """Return the errors of a table that has true counts, over its sums that are not 0 in both."""
    counted = table[(table["shown"] > 0) | (table[TRUE] > 0)]
    errors = counted[ERROR].abs()
    if errors.empty:
        return Utility(0.0, 0, 1.0)
    return Utility(float(errors.mean()), int(errors.max()), float((errors == 0).mean()))


def _of_year(changes: Changes, year: Year) -> Changes:
    quarters = set(year.categories[FINEST[0]])
    return {codes: change for codes, change in changes.items() if codes[0] in quarters}


def _least_counts(cells: Mapping[Codes, int]) -> dict[Codes, int]:
    """Return the smallest count that each finest cell can stand for."""
    return {codes: 1 if value <= LARGEST_AMBIGUOUS else value for codes, value in cells.items()}
