"""Ceilings of a rounded release: no sum exceeds a listed total that it is part of.

Used by `rounded` for the sums that a release does not list: those of four or five codes, and those
that are 0. The ranges of listed cells are within these totals already. The totals are read once for
each release, because reading them in every query would double its time.
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from referrals.caching import cached
from referrals.query.crosstab import Record
from referrals.query.labels import code_rows
from referrals.query.selection import PERIOD
from referrals.reference.codelists import DIMENSIONS, TOTAL
from referrals.release.files import BY_EDITION
from referrals.release.release import Release

EVERY_YEAR = ""
"""The period of a sum of all years."""

Ceiling = tuple[str, str, str]
"""A period, a dimension and a code; `TOTAL` for both of these is the whole period."""


@dataclass(frozen=True)
class Ceilings:
    """The upper bound of each total of one code, and the year of each quarter.

    `incomplete` are the dimensions of which some year has no exact total. Records that are held
    back can have a code there that is not listed, so the listed ones need not add up to a total.
    """

    most: Mapping[Ceiling, int]
    year_of: Mapping[str, str]
    incomplete: AbstractSet[str] = frozenset()

    def lowered(self, upper: int, codes: Mapping[str, str]) -> int:
        """Return the upper bound of a sum, or the lowest ceiling if that is less.

        `codes` has the period of the sum and its code of each dimension.
        """
        period = codes[PERIOD]
        fixed = [(name, codes[name]) for name in DIMENSIONS if codes[name] != TOTAL]
        for outer in {period, self.year_of.get(period, period)}:
            for name, code in (*fixed, (TOTAL, TOTAL)):
                upper = min(upper, self.most.get((outer, name, code), upper))
        return upper


@cached(16, BY_EDITION, has_words=False)
def read(release: Release) -> Ceilings:
    """Return the ceilings of a rounded release, also of the sums of all its years."""
    rows = release.rows("query/ceilings")
    listed = {(row["period"], row["dimension"], row["code"]): row["upper"] for row in rows}
    years = {
        row["code"]: row["members"].split()
        for row in code_rows(release)
        if row["dimension"] == PERIOD and row["kind"] == "aggregate"
    }
    totals = {(name, code) for _, name, code in listed}
    for name, code in totals:
        parts = [listed.get((year, name, code)) for year in years]
        known = [part for part in parts if part is not None]
        if len(known) == len(years):
            listed[EVERY_YEAR, name, code] = sum(known)
    year_of = {quarter: year for year, quarters in years.items() for quarter in quarters}
    return Ceilings(listed, year_of, _incomplete(rows, years))


def _incomplete(rows: Sequence[Record], years: Container[str]) -> AbstractSet[str]:
    """Return the dimensions of which some year has no exact total."""
    totals = [row for row in rows if row["period"] in years and row["dimension"] != TOTAL]
    exact = {(row["period"], row["dimension"]) for row in totals if row["lower"] == row["upper"]}
    return {row["dimension"] for row in totals if (row["period"], row["dimension"]) not in exact}
