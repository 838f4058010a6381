"""The ranges of a rounded release, computed again from its cells, totals and announced errors.

Called by `announced_ranges` for years whose totals are all exact. A range must hold everything that
follows from public numbers: a number may be off by its announced error; a listed finest cell is at
least 1; no part exceeds a total of one code; and a sum of two dimensions is bounded by a total less
the sums of the other codes.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Final

from referrals.publishing.audit.public_release import PublicRelease
from referrals.publishing.cell_codes import Codes, Year
from referrals.reference.codelists import DIMENSIONS, FINEST, TOTAL
from referrals.reference.disclosure_rule import LARGEST_AMBIGUOUS

PAIR: Final = 2
HIGHEST_ORDER: Final = 3
"""The most dimensions that a listed sum fixes."""

Range = tuple[int, int]
Part = tuple[int, str]
"""A code by the place of its dimension."""

Parts = tuple[Part, ...]
"""A sum: the codes that it fixes, in the order of the dimensions."""


@dataclass
class Ranges:
    """The ranges of one year.

    `totals` are the ranges of the year's sums of one code, as they are published: a total that is
    not exact gives its parts more room. `exact` are the sums that published facts make exact.
    """

    year: Year
    errors: Mapping[int, int]
    totals: Mapping[Part, Range]
    exact: AbstractSet[Parts]
    _values: dict[Parts, int] = field(init=False)
    _least: dict[Parts, int] = field(init=False)
    _pairs: dict[Parts, Range] = field(init=False)

    def __post_init__(self) -> None:
        """Add up the cells, and bound all sums of two codes."""
        self._values, self._least = defaultdict(int), defaultdict(int)
        for codes, value in self.year.cells.items():
            parts = tuple(enumerate(codes))
            for order in range(1, HIGHEST_ORDER + 1):
                for sums in itertools.combinations(parts, order):
                    self._values[sums] += value
                    self._least[sums] += 1 if value <= LARGEST_AMBIGUOUS else value
        self._pairs = {}
        for first, second in itertools.combinations(range(len(FINEST)), PAIR):
            self._bound_pairs(first, second)

    def of(self, codes: Codes) -> Range:
        """Return the range of a sum of one to three dimensions, or of a finest cell.

        A code that the year does not have has no total, so a sum with it can only be 0.
        """
        parts = tuple((place, code) for place, code in enumerate(codes) if code != TOTAL)
        if len(parts) == len(FINEST):
            value = self.year.cells.get(codes, 0)
            return (1 if value <= LARGEST_AMBIGUOUS else value), value
        if len(parts) == PAIR:
            return self._pairs.get(parts, self._announced(parts))
        low, high = self._announced(parts)
        for pair in itertools.combinations(parts, PAIR):
            high = min(high, self._pairs.get(pair, self._announced(pair))[1])
        return low, high

    def _announced(self, parts: Parts) -> Range:
        """Return a range by the announced error, the finest cells and the totals of one code."""
        value = self._values.get(parts, 0)
        if parts in self.exact:
            return value, value
        error = self.errors.get(len(parts), 0)
        highest = [self.totals.get(part, (0, 0))[1] for part in parts] if len(parts) > 1 else []
        return max(value - error, self._least.get(parts, 0)), min([value + error, *highest])

    def _codes_with_totals(self, place: int) -> list[str]:
        codes = self.year.categories[FINEST[place]]
        return [code for code in codes if (place, code) in self.totals]

    def _bound_pairs(self, first: int, second: int) -> None:
        """Bound the sums of two dimensions by what the others of either leave of a total."""
        ones, others = self._codes_with_totals(first), self._codes_with_totals(second)
        table = {
            ((first, one), (second, other)): self._announced(((first, one), (second, other)))
            for one, other in itertools.product(ones, others)
        }
        lows: dict[Part, int] = defaultdict(int)
        highs: dict[Part, int] = defaultdict(int)
        for parts, (low, high) in table.items():
            for part in parts:
                lows[part] += low
                highs[part] += high
        for parts, (low, high) in table.items():
            least, most = [low], [high]
            for part in parts:
                total_low, total_high = self.totals[part]
                least.append(total_low - (highs[part] - high))
                most.append(total_high - (lows[part] - low))
            self._pairs[parts] = (max(least), min(most))


def of_year(release: PublicRelease, year: Year, exact: AbstractSet[Codes]) -> Ranges:
    """Return the ranges of a year. `exact` are the sums that the release calls exact.

    A sum of several codes is taken to be exact if a published fact gives its number.
    """
    totals: dict[Part, Range] = {}
    for codes, value in release.published.items():
        fixed = _fixed(codes)
        if codes[0] in year.categories["quarter"] and not fixed:
            totals[(0, codes[0])] = (value, value)
        elif codes[0] == year.year and len(fixed) == 1:
            totals[fixed[0]] = (value, value)
    facts = {_fixed(codes) for codes in exact if is_exact_fact(year, codes)}
    return Ranges(year, release.largest_error, totals, facts)


def _fixed(codes: Codes) -> Parts:
    """Return the codes that a published sum fixes, except its period."""
    return tuple((place, code) for place, code in enumerate(codes) if place and code != TOTAL)


def is_exact_fact(year: Year, codes: Codes) -> bool:
    """Return whether a published fact gives the exact number of a sum of the whole year."""
    fixed = {
        name: [code] for name, code in zip(DIMENSIONS, codes[1:], strict=True) if code != TOTAL
    }
    if codes[0] != year.year:
        return False
    for fact in year.facts:
        where = {name: [*listed] for name, listed in fact.where.items()}
        if fact.is_exact and where == fixed:
            return True
    return False
