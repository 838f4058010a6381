"""The utility of protected counts: the errors of their sums and of random filters."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from referrals.publishing.disclosure.rounding.annealing import subsets
from referrals.publishing.disclosure.rounding.protect import ProtectedTable
from referrals.publishing.disclosure.utility import Cube, cube, errors_in
from referrals.publishing.tabulation.counts import Counts
from referrals.reference.codelists import FINEST

FILTERS: Final = 2_000
MOST_FILTERED: Final = 4
ORDERS: Final = {0: "the total", 1: "one-way totals", 2: "two-way sums", 3: "three-way sums"}


def errors_of(counts: Counts, table: ProtectedTable) -> dict[str, float]:
    """Return the mean absolute errors of sums, by dimensions fixed, and of random filters.

    Only non-zero sums count; `with zeros` are all possible sums, most of which are 0 and stay 0.
    """
    true, shown = cube(counts), cube(Counts.of(counts.year, counts.categories, table.cells))
    wrong = np.array(list(_filtered(true, shown)))
    return mean_errors(true, shown) | {
        "random filters": float(wrong.mean()),
        "random filters that are exact": float((wrong == 0).mean()),
    }


def mean_errors(true: Cube, shown: Cube) -> dict[str, float]:
    """Return the mean absolute errors of sums, by dimensions fixed, as in `errors_of`."""
    found: dict[str, float] = {}
    for order, name in ORDERS.items():
        errors = [
            errors_in(true, shown, fixed)
            for fixed in subsets(len(FINEST), order)
            if len(fixed) == order
        ]
        every, wrong = (np.concatenate(column) for column in zip(*errors, strict=True))
        found[name] = float(wrong[every > 0].mean())
        if order > 1:
            found[f"{name}, with zeros"] = float(wrong.mean())
    return found


def _filtered(true: Cube, shown: Cube) -> Iterator[int]:
    """Yield the absolute error of each of many random filters of one to four dimensions."""
    draws = np.random.default_rng(1)
    for _ in range(FILTERS):
        place: list[int | slice] = [slice(None)] * true.ndim
        for column in draws.choice(
            true.ndim, draws.integers(1, MOST_FILTERED, endpoint=True), replace=False
        ).tolist():
            place[column] = int(draws.integers(true.shape[column]))
        yield abs(int(true[tuple(place)].sum()) - int(shown[tuple(place)].sum()))
