"""The three kinds of release: the only place that chooses how a release is queried."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final, Protocol

from referrals.query.answer import Answer
from referrals.query.crosstab import Crosstab, Record
from referrals.query.observation import Observation
from referrals.query.rounded import Rounded
from referrals.query.selection import Offer, Selection
from referrals.query.suppressed import Suppressed
from referrals.query.tables.cube import Cube
from referrals.query.transcribed import Transcribed
from referrals.release.release import Kind, Release


class ReleaseKind(Protocol):
    """The queries that every release answers, whichever way its numbers were protected."""

    def filters(self, dimension: str) -> Offer:
        """Return the codes by which a dimension can be filtered, by dimension, and any periods."""

    def answer(self, dimension: str, selection: Selection) -> Answer:
        """Return the numbers of a dimension within a selection, whose code of it is ignored."""

    def crosstab(self, rows: str, columns: str, selection: Selection) -> Crosstab:
        """Return the numbers of one dimension within each code of another, within a selection."""

    def quarters(self, selection: Selection) -> tuple[Observation, ...]:
        """Return any quarters within a selection, whose period is ignored, oldest first."""

    def every_filter(self) -> Offer:
        """Return every code by which a table can be filtered, by dimension, and any periods."""

    def cube(self, axes: Sequence[str], selection: Selection) -> Cube:
        """Return the cells of up to three axes with their totals, for a table of any layout."""

    def sums(self, codes: Mapping[str, str]) -> Mapping[str, Record]:
        """Return the cell of one code of each dimension by period, if the kind can add it up."""

    def unlisted_bounds(self) -> Mapping[int, int]:
        """Return the most that an unlisted cell can be, by the number of dimensions that it fixes.

        It is empty if an unlisted cell is not a 0. A cell fixes a dimension by a code other than
        the total; the quarter is one of six dimensions.
        """


_KINDS: Final[Mapping[Kind, Callable[[Release], ReleaseKind]]] = {
    Kind.TRANSCRIBED: Transcribed,
    Kind.ROUNDED: Rounded,
    Kind.SUPPRESSED: Suppressed,
}


def of(release: Release) -> ReleaseKind:
    """Return the queries of a release's kind, bound to that release."""
    return _KINDS[release.about.kind](release)
