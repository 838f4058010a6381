"""The claims of a rounded release that a small-looking sum is known to be larger.

`release.proof` checks them. By the numbers of their cells alone, some sums could be 1 to 4, but
published totals and facts prove that they are larger. Such a sum needs no wide range. A claim lists
the parts that are added and subtracted: together they may count no cell more often than the sum.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from referrals.reference.codelists import DIMENSIONS, TOTAL
from referrals.reference.disclosure_rule import LARGEST_SMALL_COUNT
from referrals.release.sums import Integers, Sums, Where

Fact = Mapping[str, Any]
"""A published fact as in the manifest: `name`, `year`, `where`, `low` and `high`."""

Errors = Mapping[tuple[str, ...], int]
"""The announced largest error of each total that is not exact, by its period and codes."""


@dataclass(frozen=True)
class Knowledge:
    """The published facts of a release, and the errors of its totals that are not exact."""

    facts: Sequence[Fact]
    errors: Errors

    @classmethod
    def of(cls, rules: Mapping[str, Any]) -> Knowledge:
        """Return the facts and errors among the rules of a manifest.

        Raises:
            KeyError: there are no facts, or a total lacks its codes or its error.
        """
        errors = {}
        for total in rules.get("inexact_totals", ()):
            codes = (total["period"], *(total[name] for name in DIMENSIONS))
            errors[codes] = int(total["largest_error"])
        return cls(rules["facts"], errors)


def holds(
    claim: Mapping[str, Any], known: Knowledge, sums: Sums, places: Integers, values: Integers
) -> bool:
    """Return whether the parts of a claim prove that its sum is more than a small count.

    `places` and `values` are the finest cells. The `sum` of the claim is the year and six codes;
    the first code is that of the quarter, always the total.

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
        low, high = _bounds(year, where, total, known)
        bound += times * (low if times > 0 else high)
        times_counted += times * sums.is_counted(every, year, where)
    return bound > LARGEST_SMALL_COUNT and bool((times_counted <= 0).all())


def _bounds(year: str, where: Where, total: int, known: Knowledge) -> tuple[float, float]:
    """Return the bounds of a part: a total of one dimension, or a sum that a fact gives."""
    if len(where) <= 1:
        error = _error_of(year, where, known.errors)
        return max(total - error, 0), total + error
    for fact in known.facts:
        if (fact["year"], fact["where"]) == (year, where):
            return fact["low"], fact["high"]
    return 0, math.inf


def _error_of(year: str, where: Where, errors: Errors) -> int:
    """Return the error of the total of a year, or of the totals of some codes of one dimension."""
    everybody = (year, *(TOTAL for _ in DIMENSIONS))
    name, codes = next(iter(where.items()), ("", ()))
    if name not in DIMENSIONS or TOTAL in codes:
        return errors.get(everybody, 0)
    place = 1 + DIMENSIONS.index(name)
    return sum(errors.get((*everybody[:place], code, *everybody[place + 1 :]), 0) for code in codes)


def _are_distinct(codes: Sequence[str]) -> bool:
    return len(set(codes) - {TOTAL}) == len(codes)
