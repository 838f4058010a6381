"""What follows from all the published statements together, by whole-number arithmetic.

Every way of filling in the finest cells with whole numbers that agrees with every printed figure is a possible truth. The
smallest and the largest value of a cell over all of them are its bounds. HiGHS searches. Every filling it finds is checked
again here in exact integers, so a bound is always reached by a possible truth. That no other goes further rests on HiGHS:
an answer that it has not proved, or whose own proof leaves room for another whole number, is refused.

Rounding follows the source's own rule, which is to the nearest (relation R20 tests it): "9%" of a base means at least 8.5%
and less than 9.5% of it. Fractions in words ("approximately a fifth") bind nothing.
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
"""The subjects whose statements bind one another: the victim referrals are part of the police referrals."""

MOST: Final = 10_000_000
"""No count here can be larger. A box for the solver, far above the 126,453 police referrals of every kind."""

HALF: Final = 0.5
"""A proof that leaves less room than this leaves none for another whole number."""

UNBOUNDED: Final = MOST * 1_000_000
"""An end of a rule that binds nothing."""

POLICE: Final = ("police_referrals",)
DEFINITION: Final = ""
"""In place of a statement's id, for what holds by definition: every victim referral is a police referral."""

Partition = Mapping[str, Sequence[str]]
Atom = tuple[str, ...]
Weights = Mapping[Atom, int]


@dataclass(frozen=True)
class Rule:
    """A rule over the finest cells, `low <= sum(weight x count) <= high`, and the statement that it comes from."""

    statement_id: str
    weights: Weights
    low: int
    high: int

    @property
    def is_count(self) -> bool:
        """Whether the rule restates an exact count, and not a share."""
        return self.low == self.high

    def holds(self, counts: Weights) -> bool:
        """Return whether counts of the finest cells meet this rule, in exact integers."""
        return self.low <= weigh(self.weights, counts) <= self.high


def weigh(weights: Weights, counts: Weights) -> int:
    """Return the weighted sum of counts."""
    return sum(weight * counts[atom] for atom, weight in weights.items())


class System:
    """Statements about one population as rules over its finest cells, and the questions they can answer."""

    def __init__(self, statements: Iterable[Statement], partition: Partition) -> None:
        """Take statements, and for each dimension the codes that divide it with no overlap and nothing left out."""
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
        """Return the ids of statements that cannot all be true, or [] where all of them can.

        The set is smallest in this sense: without any one of its statements, the others could all be true. Percentages
        are let go first, so that what is left names the counts behind them.
        """
        if self._least(self._solver(self.rules), {}) is not None:
            return []
        kept = self.rules
        ids = dict.fromkeys(
            rule.statement_id for rule in sorted(self.rules, key=lambda rule: rule.is_count)
        )
        for statement_id in [one for one in ids if one != DEFINITION]:
            rest = [rule for rule in kept if rule.statement_id != statement_id]
            if self._least(self._solver(rest), {}) is None:
                kept = rest
        return [
            one for one in dict.fromkeys(rule.statement_id for rule in kept) if one != DEFINITION
        ]

    def bounds(self, cell: Cell) -> tuple[int, int]:
        """Return the smallest and the largest count that a cell can have.

        Raises:
            LedgerError: the statements contradict one another.
        """
        weights = self._weights(cell)
        return self._extreme(weights, 1), self._extreme(weights, -1)

    def _extreme(self, weights: Weights, sign: int) -> int:
        counts = self._least(self._whole, {atom: sign * weight for atom, weight in weights.items()})
        if counts is None:
            raise LedgerError(f"These statements cannot all be true: {', '.join(self.conflict())}.")
        if any(counts[atom] >= MOST for atom in weights):
            raise LedgerError(
                "No statement limits this count from above. Leave it out, or name what limits it."
            )
        if broken := sorted({rule.statement_id for rule in self.rules if not rule.holds(counts)}):
            raise LedgerError(
                f"The solver's answer breaks {', '.join(broken)} in whole numbers. Report this as a fault."
            )
        return weigh(weights, counts)

    @cached_property
    def _whole(self) -> highspy.Highs:
        return self._solver(self.rules)

    def _weights(self, cell: Cell) -> dict[Atom, int]:
        if cell.subject == "police_referrals":
            return {POLICE: 1}
        choices = [
            codelist(name).parts(code, self._partition[name]) for name, code in cell.codes().items()
        ]
        if not all(choices):
            raise LedgerError(
                f"No statement divides its subject so that {cell.codes()} could be counted. Leave it out."
            )
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
            atom: solver.addVariable(0, MOST, 0, highspy.HighsVarType.kInteger)
            for atom in self._atoms
        }
        for rule in rules:
            total = solver.qsum(weight * columns[atom] for atom, weight in rule.weights.items())
            solver.addConstr(rule.low <= total <= rule.high)
        return solver

    def _least(self, solver: highspy.Highs, costs: Weights) -> dict[Atom, int] | None:
        """Return the counts that cost least, or None where no counts meet the solver's rules."""
        for column, atom in enumerate(self._atoms):
            solver.changeColCost(column, costs.get(atom, 0))
        solver.run()
        status = solver.getModelStatus()
        if status == highspy.HighsModelStatus.kInfeasible:
            return None
        found, proved = solver.getObjectiveValue(), solver.getInfo().mip_dual_bound
        if status != highspy.HighsModelStatus.kOptimal or found - proved >= HALF:
            raise LedgerError(
                f"The solver did not finish ({solver.modelStatusToString(status)}). Report this as a fault."
            )
        return dict(zip(self._atoms, map(round, solver.allVariableValues()), strict=True))


def _compared(part: Weights, base: Weights, share: Fraction) -> Weights:
    """Return the weights of `denominator x part - numerator x base`: above zero where part / base is above the share."""
    weights = dict.fromkeys(base, -share.numerator)
    for atom in part:
        weights[atom] = weights.get(atom, 0) + share.denominator
    return weights
