"""The claims of a rounded release that a small-looking sum is known to be larger.

`release.proof` checks them. Some sums could be 1 to 4 by the numbers of their cells, but
follow from exact totals and published facts to be more. Such a sum needs no wide range. A claim
lists the parts that are added up and taken away: no cell may be counted more often than in the sum.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from referrals.reference.codelists import DIMENSIONS, TOTAL
from referrals.reference.disclosure_rule import LARGEST_SMALL_COUNT
from referrals.release.sums import Integers, Sums, Where

Fact = Mapping[str, Any]
"""A published fact as in the manifest: `name`, `year`, `where`, `low` and `high`."""


def holds(
    claim: Mapping[str, Any], facts: Sequence[Fact], sums: Sums, places: Integers, values: Integers
) -> bool:
    """Return whether it follows that the sum of a claim is more than a small count.

    `places` and `values` are the finest cells. `sum` of the claim has the year and six codes, of
    which the first stands for the quarter and is the total.

    Raises:
        KeyError: the claim names a code that is not one of the release.
    """
    year, _, *codes = claim["sum"]
    own = {name: [code] for name, code in zip(DIMENSIONS, codes, strict=True) if code != TOTAL}
    every = sums.every_cell(year)
    times_counted = -sums.is_counted(every, year, own).astype(np.int64)
    bound = 0.0
    for part in claim.get("parts", ()):
        where, times = part["where"], part["times"]
        if not all(_are_distinct(codes) for codes in where.values()):
            return False
        total = int(values[sums.is_counted(places, year, where)].sum())
        low, high = _bounds(year, where, total, facts)
        bound += times * (low if times > 0 else high)
        times_counted += times * sums.is_counted(every, year, where)
    return bound > LARGEST_SMALL_COUNT and bool((times_counted <= 0).all())


def _bounds(year: str, where: Where, total: int, facts: Sequence[Fact]) -> tuple[float, float]:
    """Return the bounds of a part: a total of one dimension is exact, others are known by facts."""
    if len(where) <= 1:
        return total, total
    for fact in facts:
        if (fact["year"], fact["where"]) == (year, where):
            return fact["low"], fact["high"]
    return 0, math.inf


def _are_distinct(codes: Sequence[str]) -> bool:
    return len(set(codes) - {TOTAL}) == len(codes)
