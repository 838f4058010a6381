"""The utility of protected counts: how far their sums are from the true ones, by order.

It compares with true counts, so that only the publisher may see the result: `risk_report` and the
benchmarks call it.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from referrals.publishing.tabulation.counts import Counts
from referrals.reference.codelists import FINEST
from referrals.reference.disclosure_rule import SMALLEST_UNCHANGED

Cube = NDArray[np.int64]
"""An array with an axis for each dimension of a finest cell."""


@dataclass(frozen=True)
class OrderErrors:
    """The errors of all sums that fix `order` dimensions.

    `sums` counts those that are not 0 in truth, `small` those that are 1 to 4. `mean` is the mean
    error of the former and `mean_with_zeros` that of every possible sum. `exact` is the share of
    the former that are exact, from 0 to 1.
    """

    order: int
    sums: int
    small: int
    mean: float
    mean_with_zeros: float
    largest: int
    exact: float


def errors_by_order(true: Counts, shown: Counts) -> Iterator[OrderErrors]:
    """Yield the errors of the sums of each order, that of finest cells last."""
    before, after = cube(true), cube(shown)
    for order in range(len(FINEST) + 1):
        tables = itertools.combinations(range(len(FINEST)), order)
        found = [errors_in(before, after, fixed) for fixed in tables]
        sums, errors = (np.concatenate(column) for column in zip(*found, strict=True))
        present = errors[sums > 0]
        yield OrderErrors(
            order,
            len(present),
            int(((sums > 0) & (sums < SMALLEST_UNCHANGED)).sum()),
            float(present.mean()),
            float(errors.mean()),
            int(errors.max()),
            float((present == 0).mean()),
        )


def cube(counts: Counts) -> Cube:
    """Return the counts of all possible finest cells as an array."""
    cube = np.zeros([len(counts.categories[name]) for name in FINEST], dtype=np.int64)
    cube[tuple(counts.places.T)] = counts.values
    return cube


def errors_in(true: Cube, shown: Cube, fixed: tuple[int, ...]) -> tuple[Cube, Cube]:
    """Return the true sums of one table and their absolute errors."""
    rest = tuple(column for column in range(true.ndim) if column not in fixed)
    sums = np.atleast_1d(true.sum(axis=rest)).ravel()
    return sums, np.abs(sums - np.atleast_1d(shown.sum(axis=rest)).ravel())
