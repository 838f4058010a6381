"""Whole-number tables: fitted to rules by raking and controlled rounding, or random.

Used by `model`. Raking (iterative proportional fitting) finds the table closest in shape to its
start, in fractions of people. Controlled rounding then moves each cell to the whole number below or
above it, so that every rule holds exactly. HiGHS chooses which; its result is checked here in exact
integers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import floor
from random import Random
from typing import Final, TypeVar

import highspy

from referrals.errors import DataError
from referrals.publishing.ledger.bounds import Atom, Rule

SWEEPS: Final = 100
"""Passes over all rules. The published ones converge well before; rounding corrects the rest."""

MIP_GAP: Final = 0.02
"""HiGHS may stop within a fiftieth of the optimal rounding: the rules hold exactly either way."""

Table = Mapping[Atom, float]
Key = TypeVar("Key")
Row = TypeVar("Row")
Column = TypeVar("Column")


def rake(table: Table, rules: Sequence[Rule]) -> dict[Atom, float]:
    """Return a table scaled until it meets the rules, or nearly.

    A rule on a count scales its cells to that count, which is iterative proportional fitting. A
    rule on a share scales the part, and leaves the rest of the base to the other rules.
    """
    raked = dict(table)
    scalings = [_Scaling.of(rule) for rule in rules]
    for _ in range(SWEEPS):
        for scaling in scalings:
            scaling.apply(raked)
    return raked


@dataclass(frozen=True)
class _Scaling:
    """A rule, with its cells of positive and of negative weights apart: it is applied often."""

    rule: Rule
    above: Sequence[tuple[Atom, int]]
    below: Sequence[tuple[Atom, int]]

    @classmethod
    def of(cls, rule: Rule) -> _Scaling:
        """Return the scaling of a rule."""
        weights = rule.weights.items()
        above = [(atom, weight) for atom, weight in weights if weight > 0]
        below = [(atom, -weight) for atom, weight in weights if weight < 0]
        return cls(rule, above, below)

    def apply(self, table: dict[Atom, float]) -> None:
        """Scale, in place, the cells with positive weights, just enough for the rule to hold."""
        above = sum([weight * table[atom] for atom, weight in self.above])
        below = sum([weight * table[atom] for atom, weight in self.below])
        target = min(max(above - below, self.rule.low), self.rule.high) + below
        if above <= 0 or target == above:
            return
        factor = max(target, 0) / above
        for atom, _ in self.above:
            table[atom] *= factor


def controlled_rounding(table: Table, rules: Sequence[Rule]) -> dict[Atom, int]:
    """Return whole numbers that meet every rule, each cell rounded down or up.

    Raises:
        DataError: no such rounding was found. The message names a statement that fails.
    """
    floors = {atom: floor(value) for atom, value in table.items()}
    solver = highspy.Highs()
    solver.silent()
    solver.setOptionValue("mip_rel_gap", MIP_GAP)
    costs = {atom: 1 - 2 * (value - floors[atom]) for atom, value in table.items()}
    is_rounded_up = {
        atom: solver.addVariable(0, 1, cost, highspy.HighsVarType.kInteger)
        for atom, cost in costs.items()
    }
    for rule in rules:
        fixed = sum(weight * floors[atom] for atom, weight in rule.weights.items())
        total = solver.qsum(weight * is_rounded_up[atom] for atom, weight in rule.weights.items())
        solver.addConstr(rule.low - fixed <= total <= rule.high - fixed)
    solver.run()
    if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        raise DataError(
            "No rounding of the raked table meets every published figure. "
            "This is a fault of the program: report it."
        )
    increments = dict(zip(is_rounded_up, map(round, solver.allVariableValues()), strict=True))
    counts = {atom: floors[atom] + increments[atom] for atom in table}
    require(counts, rules)
    return counts


def require(counts: Mapping[Atom, int], rules: Sequence[Rule]) -> None:
    """Check counts of the finest cells against rules, in exact integers.

    Raises:
        DataError: a rule fails. The message names the statements that the counts do not meet.
    """
    broken = sorted({rule.statement_id for rule in rules if not rule.holds(counts)})
    if broken:
        raise figures_not_met(broken)


def figures_not_met(statement_ids: Sequence[str]) -> DataError:
    """Return the error for published figures that a fit does not meet."""
    return DataError(
        f"The fit does not meet {', '.join(statement_ids)}. Nothing was written. "
        "This is a fault of the program: report it."
    )


def apportion(weights: Mapping[Key, float], total: int, *, at_least: int = 0) -> dict[Key, int]:
    """Return whole numbers in proportion to weights that add up to a total, by largest remainder.

    Every key gets `at_least` first, and the rest is in proportion. Ties go to the first key in
    order.

    Raises:
        DataError: the total is less than `at_least` for every key, or all weights are 0.

    >>> apportion({"a": 2.0, "b": 1.0, "c": 1.0}, 7)
    {'a': 3, 'b': 2, 'c': 2}
    """
    rest, whole = total - at_least * len(weights), sum(weights.values())
    if rest < 0 or whole <= 0:
        raise DataError(
            f"{total:,} cannot be divided among {len(weights):,} with at least {at_least:,} each. "
            "Ask for a larger number."
        )
    quotas = {key: rest * weight / whole for key, weight in weights.items()}
    shares = {key: floor(quota) for key, quota in quotas.items()}
    missing = rest - sum(shares.values())
    largest_first = sorted(quotas, key=lambda key: shares[key] - quotas[key])
    for key in largest_first[:missing]:
        shares[key] += 1
    return {key: share + at_least for key, share in shares.items()}


def random_table(
    row_totals: Mapping[Row, int],
    column_totals: Mapping[Column, int],
    affinity: Mapping[tuple[Row, Column], float],
    random: Random,
) -> dict[tuple[Row, Column], int]:
    """Return a random two-way table of whole numbers with the given marginal totals.

    Rows are filled in order, one unit at a time. The odds of a column are the rest of its total,
    times the row's affinity for it (default 1). If these are 0 for every column, the affinity is
    ignored.

    Raises:
        DataError: the row totals and the column totals have different sums.
    """
    rows_sum, columns_sum = sum(row_totals.values()), sum(column_totals.values())
    if rows_sum != columns_sum:
        raise DataError(
            f"The row totals add up to {rows_sum:,}, the column totals to {columns_sum:,}. "
            "This is a fault of the program: report it."
        )
    left = dict(column_totals)
    table: dict[tuple[Row, Column], int] = {}
    for row, total in row_totals.items():
        for _ in range(total):
            odds = [count * affinity.get((row, column), 1.0) for column, count in left.items()]
            weights = odds if any(odds) else list(left.values())
            (column,) = random.choices(list(left), weights)
            left[column] -= 1
            table[row, column] = table.get((row, column), 0) + 1
    return table
