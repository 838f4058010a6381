"""Exact repair: cheap changes that make all constraints hold.

Called by `rounded_values` and `revision.correct` after the annealing. Each small count may change
once, at a cost: its effect on the squared errors of all sums, as if it alone changed. Each exact
total is an equation and each published percentage a range.

First a few hundred counts may change, those with the cheapest changes. If they have no repair, all
may: then every change of every small count is allowed, so if the programme has no solution, no
rounding keeps the totals exact.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from referrals.publishing.disclosure.rounding.annealing import (
    Integers,
    MarginalSums,
    Numbers,
    column_weights,
)
from referrals.publishing.disclosure.rounding.programme import (
    SPAN,
    Constraint,
    NoRoundingError,
    UndecidedError,
    solve,
)
from referrals.reference.disclosure_rule import ROUNDED_VALUES

NEIGHBOURHOODS: Final = (300, 1_200)
"""The numbers of counts that may change, those with the cheapest changes, before all may.

A few hundred have a cheap repair if there are thousands, and are searched forty times as fast.
"""

NODES: Final = 20
"""After this many branch-and-bound nodes, the best solution so far is taken, if there is one."""

IMPROVING_NODES: Final = 300
"""The limit of nodes for improving a rounding that was found regardless of its cost."""

ATTEMPTS: Final = tuple(300 * 2**attempt for attempt in range(10))
"""The nodes of each attempt to find any solution at all, with a random seed of its own.

Some seeds take a hundred times as long as others, so a few short attempts beat a long one.
"""

ATTEMPTS_FOR_ADVICE: Final = 2
"""The attempts of a search that only looks for advice."""


def repair(
    values: Integers, rounded: Integers, sums: MarginalSums, constraints: Sequence[Constraint]
) -> Integers:
    """Return the rounding after cheap changes that make every constraint hold.

    Args:
        values: the small counts, 1 to 4 each.
        rounded: the rounded value of each, from the search.
        sums: the marginal sums that they belong to.
        constraints: constraints on sums of their rounded values.

    Raises:
        NoRoundingError: no choice of 0, 5, 6 and 7 meets every constraint.
        UndecidedError: none was found within the limits of the search.
    """
    if all(constraint.holds(rounded) for constraint in constraints):
        return rounded
    change_costs = costs_of_changes(values, rounded, sums)
    for size in NEIGHBOURHOODS:
        if size < len(values):
            repaired = _repair_some(rounded, change_costs, constraints, size)
            if repaired is not None:
                return repaired
    costs = programme_costs(change_costs)
    repaired = solve(costs, constraints, nodes=NODES)
    if repaired is not None:
        return repaired
    start = any_rounding(len(values), constraints)
    try:
        improved = solve(costs, constraints, nodes=IMPROVING_NODES, start=start)
    except NoRoundingError:  # HiGHS computes in floating point; `start` shows that it is wrong
        return start
    return start if improved is None else improved


def _repair_some(
    rounded: Integers, change_costs: Numbers, constraints: Sequence[Constraint], size: int
) -> Integers | None:
    """Return a repair that changes none but the counts with the cheapest changes, if there is one.

    Fix-and-optimise: all other counts stay as they are.
    """
    is_change = np.array(ROUNDED_VALUES) != rounded[:, None]
    cheapest = np.where(is_change, change_costs, np.inf).min(axis=1)
    chosen = np.sort(np.argsort(cheapest, kind="stable")[:size])
    restricted = [constraint.restricted(chosen, rounded) for constraint in constraints]
    try:
        part = solve(programme_costs(change_costs[chosen]), restricted, nodes=NODES)
    except NoRoundingError:  # of these counts alone
        return None
    if part is None:
        return None
    repaired = rounded.copy()
    repaired[chosen] = part
    return repaired


def any_rounding(count: int, constraints: Sequence[Constraint]) -> Integers:
    """Return a rounding of `count` small counts that meets every constraint.

    Raises:
        NoRoundingError: no choice of 0, 5, 6 and 7 meets every constraint.
        UndecidedError: none was found within the limits of the search.
    """
    for seed, nodes in enumerate(ATTEMPTS):
        found = solve(np.zeros((count, 2)), constraints, nodes=nodes, seed=seed)
        if found is not None:
            return found
    raise UndecidedError(
        f"No rounding that keeps every total exact was found in {sum(ATTEMPTS):,} steps of the "
        "search, and none is ruled out."
    )


def has_rounding(count: int, constraints: Sequence[Constraint]) -> bool:
    """Return whether a short search finds a rounding that meets every constraint."""
    try:
        return any(
            solve(np.zeros((count, 2)), constraints, nodes=nodes, seed=seed) is not None
            for seed, nodes in enumerate(ATTEMPTS[:ATTEMPTS_FOR_ADVICE])
        )
    except (NoRoundingError, UndecidedError):
        return False


def costs_of_changes(values: Integers, rounded: Integers, sums: MarginalSums) -> Numbers:
    """Return the costs of changing each count, a row each, to each of the rounded values.

    A cost is the growth of the weighted squared errors of all sums.
    """
    weights = column_weights(sums.orders)
    gradient = sums.errors(rounded - values)[sums.members] @ weights
    change = np.array(ROUNDED_VALUES) - rounded[:, None]
    return np.asarray(2 * change * gradient[:, None] + change**2 * weights.sum())


def programme_costs(change_costs: Numbers) -> Numbers:
    """Return the costs of rounding each count up to 5, and of each step beyond on average."""
    zero, smallest, *_, largest = change_costs.T
    return np.stack([smallest - zero, (largest - smallest) / SPAN], axis=1)
