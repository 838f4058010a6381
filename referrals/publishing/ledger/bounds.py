"""Bounds on counts that no statement prints, by integer programming over all printed statements.

A feasible table is any assignment of whole numbers to the finest cells that agrees with every
printed figure. The smallest and the largest value of a cell over all feasible tables are its
bounds. `transcribe` asks for them, and `synthetic` draws its invented records from the same
rules.

HiGHS does the search. Each table it finds is checked again here in exact integers, so each bound is
attained by a feasible table. That no table goes further rests on HiGHS: a solution that it did not
prove optimal, or whose proof leaves room for another whole number, is refused.

Rounding is to the nearest, the source's own rule (relation R20 tests it): "9%" of a base means at
least 8.5% and less than 9.5% of it. Fractions in words ("approximately a fifth") constrain nothing.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Final

import highspy

from referrals.errors import LedgerError
from referrals.publishing.ledger.statements import CELL_DIMENSIONS, HALF_STEP, Cell, Statement
from referrals.reference.codelists import codelist

MODELLED: Final = ("victim_referrals", "police_referrals")
"""The subjects whose statements constrain each other: one is part of the other."""

LARGEST_COUNT: Final = 10_000_000
"""An upper limit for the solver, far above the 126,453 police referrals of every kind."""

LARGEST_PROOF_GAP: Final = 0.5
"""A smaller gap between solution and proof has no room for another whole number."""

UNBOUNDED: Final = LARGEST_COUNT * 1_000_000
"""In place of a limit that a rule does not have."""

POLICE: Final = ("police_referrals",)
DEFINITION: Final = ""
"""The statement id of rules by definition: every victim referral is a police referral."""

Partition = Mapping[str, Sequence[str]]
"""The codes of each dimension: disjoint, and together the whole population."""

Atom = tuple[str, ...]
"""A finest cell: a code of each of `CELL_DIMENSIONS`, or `POLICE`, all police referrals."""

Weights = Mapping[Atom, int]
"""A number for each of some finest cells: the coefficients of a sum, or counts."""


@dataclass(frozen=True)
class Rule:
    """A linear constraint on the finest cells: `low <= sum(weight x count) <= high`."""

    statement_id: str
    weights: Weights
    low: int
    high: int

    @property
    def is_count(self) -> bool:
        """Return whether the rule comes from an exact count, and not from a percentage."""
        return self.low == self.high

    def holds(self, counts: Weights) -> bool:
        """Return whether counts of the finest cells satisfy this rule, in exact integers."""
        return self.low <= weighted_sum(self.weights, counts) <= self.high


def weighted_sum(weights: Weights, counts: Weights) -> int:
    """Return the weighted sum of counts."""
    return sum(weight * counts[atom] for atom, weight in weights.items())


class System:
    """Statements about one population as linear constraints on its finest cells."""

    def __init__(self, statements: Iterable[Statement], partition: Partition) -> None:
        """Take statements, and for each dimension its codes: disjoint, and complete together."""
        self._partition = partition
        self._atoms: list[Atom] = [
            POLICE,
            *itertools.product(*(partition[dimension] for dimension in CELL_DIMENSIONS)),
        ]
        within = dict.fromkeys(self._atoms, -1) | {POLICE: 1}
        self.rules = [
            Rule(DEFINITION, within, 0, UNBOUNDED),
            *(rule for statement in statements for rule in self._rules(statement)),
        ]

    def conflict(self) -> list[str]:
        """Return the ids of statements that cannot all be true, or [] if all can.

        The set is minimal: without any one of its statements, the others can all be true.
        Percentages are dropped first, so that it names the counts behind them.
        """
        if self._minimise(self._solver(self.rules), {}) is not None:
            return []
        conflicting = self.rules
        for statement_id in _ids(sorted(self.rules, key=lambda rule: rule.is_count)):
            rest = [rule for rule in conflicting if rule.statement_id != statement_id]
            if self._minimise(self._solver(rest), {}) is None:
                conflicting = rest
        return _ids(conflicting)

    def bounds(self, cell: Cell) -> tuple[int, int]:
        """Return the smallest and the largest possible count of a cell.

        Raises:
            LedgerError: the statements contradict each other, or do not limit the count.
        """
        weights = self._weights(cell)
        return self._extreme(weights, 1), self._extreme(weights, -1)

    def _extreme(self, weights: Weights, sign: int) -> int:
        costs = {atom: sign * weight for atom, weight in weights.items()}
        counts = self._minimise(self._solver_of_all, costs)
        if counts is None:
            raise LedgerError(f"These statements cannot all be true: {', '.join(self.conflict())}.")
        if any(counts[atom] >= LARGEST_COUNT for atom in weights):
            raise LedgerError(
                "No statement limits this count from above. Leave it out, or add one that does."
            )
        if broken := sorted({rule.statement_id for rule in self.rules if not rule.holds(counts)}):
            raise LedgerError(
                f"The solver's solution breaks {', '.join(broken)} in whole numbers. "
                "Report this as a fault."
            )
        return weighted_sum(weights, counts)

    @cached_property
    def _solver_of_all(self) -> highspy.Highs:
        return self._solver(self.rules)

    def _weights(self, cell: Cell) -> dict[Atom, int]:
        if cell.subject == "police_referrals":
            return {POLICE: 1}
        choices = [
            codelist(name).parts(code, self._partition[name]) for name, code in cell.codes().items()
        ]
        if not all(choices):
            raise LedgerError(f"The finest cells do not add up to {cell.codes()}. Leave it out.")
        return dict.fromkeys(itertools.product(*choices), 1)

    def _rules(self, statement: Statement) -> list[Rule]:
        part = self._weights(statement.cell)
        if statement.is_count:
            return [Rule(statement.statement_id, part, statement.count, statement.count)]
        if statement.base is None or statement.precision == "words":
            return []
        base = self._weights(statement.base)
        share = statement.percent / 100
        if statement.precision == "more_than":
            return [Rule(statement.statement_id, _compared(part, base, share), 1, UNBOUNDED)]
        step = HALF_STEP[statement.precision] / 100
        return [
            Rule(statement.statement_id, _compared(part, base, share - step), 0, UNBOUNDED),
            Rule(statement.statement_id, _compared(part, base, share + step), -UNBOUNDED, -1),
        ]

    def _solver(self, rules: Sequence[Rule]) -> highspy.Highs:
        solver = highspy.Highs()
        solver.silent()
        solver.setOptionValue("mip_rel_gap", 0.0)
        solver.setOptionValue("mip_abs_gap", 0.0)
        columns = {
            atom: solver.addVariable(0, LARGEST_COUNT, 0, highspy.HighsVarType.kInteger)
            for atom in self._atoms
        }
        for rule in rules:
            total = solver.qsum(weight * columns[atom] for atom, weight in rule.weights.items())
            solver.addConstr(rule.low <= total <= rule.high)
        return solver

    def _minimise(self, solver: highspy.Highs, costs: Weights) -> dict[Atom, int] | None:
        """Return the counts of least cost, or None if no counts satisfy the solver's rules."""
        for column, atom in enumerate(self._atoms):
            solver.changeColCost(column, costs.get(atom, 0))
        solver.run()
        status = solver.getModelStatus()
        if status == highspy.HighsModelStatus.kInfeasible:
            return None
        found, proved = solver.getObjectiveValue(), solver.getInfo().mip_dual_bound
        if status != highspy.HighsModelStatus.kOptimal or found - proved >= LARGEST_PROOF_GAP:
            raise LedgerError(
                f"The solver did not finish ({solver.modelStatusToString(status)}). "
                "Report this as a fault."
            )
        return dict(zip(self._atoms, map(round, solver.allVariableValues()), strict=True))


def _ids(rules: Iterable[Rule]) -> list[str]:
    """Return the statement ids of rules in order, each once, without definitions."""
    ids = dict.fromkeys(rule.statement_id for rule in rules)
    ids.pop(DEFINITION, None)
    return list(ids)


def _compared(part: Weights, base: Weights, share: Fraction) -> Weights:
    """Return weights whose sum is positive if, and only if, part / base is above the share.

    They are `denominator x part - numerator x base`, so that the comparison needs no fractions.
    """
    weights = dict.fromkeys(base, -share.numerator)
    for atom in part:
        weights[atom] = weights.get(atom, 0) + share.denominator
    return weights
