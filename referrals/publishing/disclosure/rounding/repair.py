"""The exact repair: the fewest, cheapest changes to a rounding after which every pinned sum is what it was.

A whole-number programme. Each small count may change once; what a change costs is what it does to the sums at hand; each
pinned sum is an equation, each published percentage a range. HiGHS searches, and the answer is checked again here in whole
numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import highspy
import numpy as np
from numpy.typing import NDArray

from referrals.errors import DisclosureError
from referrals.publishing.disclosure.rounding.annealing import (
    VALUES,
    Integers,
    Numbers,
    Sums,
    column_weights,
)

GAP: Final = 0.02
"""How far from the cheapest repair the one found may be."""

SHARE: Final = 0.15
"""The part of all possible changes, the cheapest, that is tried first; then all of them."""

FEW: Final = 600
"""Where there are no more changes than this, all are tried at once."""

NODES: Final = 200
SECONDS: Final = 600.0
"""When a search stops: after so many branches, which come out the same on any machine. The time is for a machine that hangs."""


@dataclass(frozen=True)
class Pin:
    """A sum that must come out between two numbers: `cells` says which counts are part of it."""

    name: str
    cells: NDArray[np.bool_]
    low: int
    high: int


@dataclass(frozen=True)
class _Changes:
    """Every change that could be made: which count, by how much, and at what cost."""

    counts: Integers
    amounts: Integers
    costs: Numbers

    def cheapest(self, most: int) -> _Changes:
        order = np.sort(np.argsort(self.costs, kind="stable")[:most])
        return _Changes(self.counts[order], self.amounts[order], self.costs[order])


def repair(values: Integers, rounded: Integers, sums: Sums, pins: Sequence[Pin]) -> Integers:
    """Return the rounding with the fewest harmful changes after which every pin holds.

    Args:
        values: the small counts, 1 to 4 each.
        rounded: what the search made of them.
        sums: the sums that they are part of.
        pins: what must hold of their rounded sums.

    Raises:
        DisclosureError: no choice of 0, 5, 6 and 7 meets every pin, or none was found.
    """
    if all(_holds(pin, rounded) for pin in pins):
        return rounded
    changes = _changes(values, rounded, sums)
    for most in dict.fromkeys((max(FEW, round(len(changes.costs) * SHARE)), len(changes.costs))):
        repaired = _solved(rounded, changes.cheapest(most), pins)
        if repaired is not None:
            return repaired
    raise DisclosureError(
        "No choice of 0, 5, 6 and 7 for the small counts keeps every total exact. "
        "Publish fewer categories (see --nationalities), or a longer period. Nothing was written."
    )


def run(solver: highspy.Highs) -> None:
    """Let a solver search until it is near enough to the best, or has tried as many branches as it may.

    Raises:
        DisclosureError: time cut it short. What it has found by then would be another on another machine.
    """
    solver.run()
    if solver.getModelStatus() == highspy.HighsModelStatus.kTimeLimit:
        raise DisclosureError(
            "The search for what can be shown did not finish in time. Try again, on a faster machine."
        )


def _holds(pin: Pin, rounded: Integers) -> bool:
    return pin.low <= int(rounded[pin.cells].sum()) <= pin.high


def _changes(values: Integers, rounded: Integers, sums: Sums) -> _Changes:
    weights = column_weights(sums.fixed)
    slope = sums.errors(rounded - values)[sums.members] @ weights
    pairs = [
        (count, other - now)
        for count, now in enumerate(rounded.tolist())
        for other in VALUES
        if other != now
    ]
    counts = np.array([count for count, _ in pairs], dtype=np.int64)
    amounts = np.array([amount for _, amount in pairs], dtype=np.int64)
    return _Changes(counts, amounts, 2 * amounts * slope[counts] + amounts**2 * weights.sum())


def _solved(rounded: Integers, changes: _Changes, pins: Sequence[Pin]) -> Integers | None:
    solver = highspy.Highs()
    solver.silent()
    for option, value in (
        ("mip_rel_gap", GAP),
        ("mip_max_nodes", NODES),
        ("time_limit", SECONDS),
        ("random_seed", 0),
    ):
        solver.setOptionValue(option, value)
    solver.passModel(_model(rounded, changes, pins))
    run(solver)
    solution = np.rint(solver.getSolution().col_value).astype(np.int64)
    repaired = rounded.copy()
    if len(solution) == len(changes.counts):
        np.add.at(repaired, changes.counts, changes.amounts * solution)
    return repaired if all(_holds(pin, repaired) for pin in pins) else None


def _model(rounded: Integers, changes: _Changes, pins: Sequence[Pin]) -> highspy.HighsLp:
    rows = [np.flatnonzero(pin.cells[changes.counts]) for pin in pins]
    coefficients = [changes.amounts[row].astype(float) for row in rows]
    now = np.array([int(rounded[pin.cells].sum()) for pin in pins])
    once = np.split(np.arange(len(changes.counts)), np.flatnonzero(np.diff(changes.counts)) + 1)
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = len(changes.counts), len(pins) + len(once)
    model.col_cost_ = changes.costs
    model.col_lower_, model.col_upper_ = np.zeros(model.num_col_), np.ones(model.num_col_)
    model.row_lower_ = np.concatenate(
        [np.array([pin.low for pin in pins]) - now, np.zeros(len(once))]
    ).astype(float)
    model.row_upper_ = np.concatenate(
        [np.array([pin.high for pin in pins]) - now, np.ones(len(once))]
    ).astype(float)
    matrix = model.a_matrix_
    matrix.format_ = highspy.MatrixFormat.kRowwise
    matrix.start_ = np.concatenate([[0], np.cumsum([len(row) for row in (*rows, *once)])])
    matrix.index_ = np.concatenate([*rows, *once])
    matrix.value_ = np.concatenate([*coefficients, np.ones(len(changes.counts))])
    model.integrality_ = [highspy.HighsVarType.kInteger] * model.num_col_
    return model
