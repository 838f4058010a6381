"""Exact repair: an integer programme for the cheapest changes that make all constraints hold.

Called by `rounding.protect` after the annealing. Each small count may change once, at a cost: its
effect on the squared errors of all sums. Each exact total is an equation and each published
percentage a range. HiGHS solves the programme in floating point, so the solution is checked again
here in whole numbers.
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
    Integers,
    MarginalSums,
    Numbers,
    column_weights,
)
from referrals.reference.disclosure_rule import ROUNDED_VALUES

RELATIVE_GAP: Final = 0.02
"""How much more than the cheapest repair the solution may cost."""

FIRST_SHARE: Final = 0.15
"""The share of all possible changes, the cheapest, that the first attempt may use."""

SMALLEST_FIRST_ATTEMPT: Final = 600
"""The first attempt may use at least this many changes, or all if there are fewer."""

MOST_NODES: Final = 200
"""Limit on branch-and-bound nodes: unlike a time limit, it gives the same answer on any machine."""

TIME_LIMIT: Final = 600.0
"""In seconds, for a machine that hangs."""


@dataclass(frozen=True)
class Constraint:
    """A sum that must lie between `low` and `high`; `cells` marks the counts that belong to it."""

    name: str
    cells: NDArray[np.bool_]
    low: int
    high: int

    def holds(self, rounded: Integers) -> bool:
        """Return whether a rounding meets the constraint."""
        return self.low <= int(rounded[self.cells].sum()) <= self.high


@dataclass(frozen=True)
class _Changes:
    """All possible changes, as parallel arrays: the count, the change and its cost."""

    counts: Integers
    amounts: Integers
    costs: Numbers

    def cheapest(self, limit: int) -> _Changes:
        order = np.sort(np.argsort(self.costs, kind="stable")[:limit])
        return _Changes(self.counts[order], self.amounts[order], self.costs[order])


def repair(
    values: Integers, rounded: Integers, sums: MarginalSums, constraints: Sequence[Constraint]
) -> Integers:
    """Return the rounding after the cheapest changes that make every constraint hold.

    Args:
        values: the small counts, 1 to 4 each.
        rounded: the rounded value of each, from the search.
        sums: the marginal sums that they belong to.
        constraints: constraints on sums of their rounded values.

    Raises:
        DisclosureError: no choice of 0, 5, 6 and 7 meets every constraint, or none was found.
    """
    if all(constraint.holds(rounded) for constraint in constraints):
        return rounded
    changes = _changes(values, rounded, sums)
    total = len(changes.costs)
    first_attempt = max(SMALLEST_FIRST_ATTEMPT, round(total * FIRST_SHARE))
    for limit in dict.fromkeys((first_attempt, total)):
        repaired = _solve(rounded, changes.cheapest(limit), constraints)
        if repaired is not None:
            return repaired
    raise DisclosureError(
        "No choice of 0, 5, 6 and 7 for the small counts keeps every total exact. Publish fewer "
        "categories (see --nationalities), or a longer period. Nothing was written."
    )


def run(solver: highspy.Highs) -> None:
    """Run a solver until it is within its gap of the optimum, or reaches its limit of nodes.

    Raises:
        DisclosureError: it reached its time limit. Its answer would differ between machines.
    """
    solver.run()
    if solver.getModelStatus() == highspy.HighsModelStatus.kTimeLimit:
        raise DisclosureError(
            "The search for what can be shown did not finish in time. "
            "Try again, on a faster machine."
        )


def _changes(values: Integers, rounded: Integers, sums: MarginalSums) -> _Changes:
    weights = column_weights(sums.orders)
    gradient = sums.errors(rounded - values)[sums.members] @ weights
    pairs = [
        (count, other - current)
        for count, current in enumerate(rounded.tolist())
        for other in ROUNDED_VALUES
        if other != current
    ]
    counts = np.array([count for count, _ in pairs], dtype=np.int64)
    amounts = np.array([amount for _, amount in pairs], dtype=np.int64)
    costs = 2 * amounts * gradient[counts] + amounts**2 * weights.sum()
    return _Changes(counts, amounts, costs)


def _solve(
    rounded: Integers, changes: _Changes, constraints: Sequence[Constraint]
) -> Integers | None:
    """Return the rounding repaired with some of the changes, or None if no repair was found."""
    solver = highspy.Highs()
    solver.silent()
    for option, value in (
        ("mip_rel_gap", RELATIVE_GAP),
        ("mip_max_nodes", MOST_NODES),
        ("time_limit", TIME_LIMIT),
        ("random_seed", 0),
    ):
        solver.setOptionValue(option, value)
    solver.passModel(_model(rounded, changes, constraints))
    run(solver)
    solution = np.rint(solver.getSolution().col_value).astype(np.int64)
    repaired = rounded.copy()
    if len(solution) == len(changes.counts):
        np.add.at(repaired, changes.counts, changes.amounts * solution)
    return repaired if all(constraint.holds(repaired) for constraint in constraints) else None


def _model(
    rounded: Integers, changes: _Changes, constraints: Sequence[Constraint]
) -> highspy.HighsLp:
    """Return the programme: a 0-1 column for each change, a row for each constraint and each count.

    The row of a count allows at most one of its changes.
    """
    rows = [np.flatnonzero(constraint.cells[changes.counts]) for constraint in constraints]
    coefficients = [changes.amounts[row].astype(float) for row in rows]
    current = np.array([int(rounded[constraint.cells].sum()) for constraint in constraints])
    low = np.array([constraint.low for constraint in constraints]) - current
    high = np.array([constraint.high for constraint in constraints]) - current
    count_starts = np.flatnonzero(np.diff(changes.counts)) + 1
    once = np.split(np.arange(len(changes.counts)), count_starts)
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = len(changes.counts), len(constraints) + len(once)
    model.col_cost_ = changes.costs
    model.col_lower_, model.col_upper_ = np.zeros(model.num_col_), np.ones(model.num_col_)
    model.row_lower_ = np.concatenate([low, np.zeros(len(once))]).astype(float)
    model.row_upper_ = np.concatenate([high, np.ones(len(once))]).astype(float)
    matrix = model.a_matrix_
    matrix.format_ = highspy.MatrixFormat.kRowwise
    matrix.start_ = np.concatenate([[0], np.cumsum([len(row) for row in (*rows, *once)])])
    matrix.index_ = np.concatenate([*rows, *once])
    matrix.value_ = np.concatenate([*coefficients, np.ones(len(changes.counts))])
    model.integrality_ = [highspy.HighsVarType.kInteger] * model.num_col_
    return model
