"""Whole-number data sets that agree with published one- and two-way tables, made from nothing but those tables.

A data set of this kind is a possible truth. It is built one dimension at a time: everybody is first divided by one dimension,
then those in each part by the next, and so on, each time by a whole-number search that meets every number published of the
new dimension and of its tables with those before. Such steps are small where the data set of all combinations is not.
A step can lead nowhere, when what was divided before cannot be divided further; then another order may do.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import highspy

from referrals.publishing.cell_codes import Fact
from referrals.reference.codelists import FINEST

TOTAL: Final = "_T"
"""In place of a code: everybody, whatever their code."""

NEAR_ENOUGH: Final = 0.2
"""A wish need not be met in full: the search may stop at this share of the best there could be."""

NODES: Final = 5_000
"""Where a search of so many branches has found nothing, another order is tried."""

Cell = tuple[str, ...]
Counts = Mapping[Cell, int]
Values = Mapping[Cell, int | None]
Categories = Mapping[str, Sequence[str]]


def cell_at(dimensions: int, codes: Mapping[int, str]) -> Cell:
    """Return the cell of a table that has these codes at these dimensions, and the total of the others.

    >>> cell_at(3, {1: "F"})
    ('_T', 'F', '_T')
    """
    return tuple(codes.get(dimension, TOTAL) for dimension in range(dimensions))


def cells(categories: Categories, dimensions: Sequence[int]) -> Iterator[Cell]:
    """Yield every cell of the table of some dimensions, in the order of the categories."""
    codes = list(categories.values())
    for chosen in itertools.product(*(codes[dimension] for dimension in dimensions)):
        yield cell_at(len(codes), dict(zip(dimensions, chosen, strict=True)))


def sums(counts: Counts, categories: Categories) -> dict[Cell, int]:
    """Return the total, and every cell of the one- and two-way tables, of counts of the finest cells."""
    tables = [
        kept for size in range(3) for kept in itertools.combinations(range(len(categories)), size)
    ]
    found = {cell: 0 for table in tables for cell in cells(categories, table)}
    for finest, count in counts.items():
        for table in tables:
            found[cell_at(len(finest), {dimension: finest[dimension] for dimension in table})] += (
                count
            )
    return found


def fill(
    values: Values,
    categories: Categories,
    *,
    order: Sequence[int],
    costs: Mapping[Cell, int],
    facts: Sequence[Fact] = (),
) -> dict[Cell, int] | None:
    """Return a data set that agrees with published tables, as counts of its occupied finest cells.

    Args:
        values: the total, and every cell of the one- and two-way tables; None where it is withheld.
        categories: the codes of each dimension.
        order: the dimensions by their number, in the order in which to divide.
        costs: of cells of two-way tables; a data set of low cost is sought. A negative cost asks for a large count.
        facts: what else was published of the same people, where the dimensions are those of `FINEST`.

    Returns:
        The counts, or None where the search led nowhere in this order.
    """
    parts: dict[Cell, int] = {(): values[cell_at(len(categories), {})] or 0}
    for position, dimension in enumerate(order):
        step = _Step(values, categories, facts, order[:position], dimension)
        divided = step.divide(parts, costs)
        if divided is None:
            return None
        parts = divided
    place = [order.index(dimension) for dimension in range(len(order))]
    return {tuple(part[at] for at in place): count for part, count in parts.items()}


@dataclass(frozen=True)
class _Step:
    """The division of parts, told apart by the dimensions that are known, by one more."""

    values: Values
    categories: Categories
    facts: Sequence[Fact]
    known: Sequence[int]
    dimension: int

    def divide(self, parts: Counts, costs: Mapping[Cell, int]) -> dict[Cell, int] | None:
        """Return the finer parts, or None where no division was found."""
        codes = list(self.categories.values())[self.dimension]
        targets, facts = self._targets(), self._told()
        exact = [*parts.values(), *targets.values()]
        programme = _Programme(
            [*((one, one) for one in exact), *((fact.low, fact.high) for fact in facts)]
        )
        rows = {cell: row for row, cell in enumerate(targets, start=len(parts))}
        for row, (part, count) in enumerate(parts.items()):
            for code in codes:
                inside = self._cells(part, code)
                met = [row, *(rows[cell] for cell in inside if cell in rows)]
                met += [
                    at
                    for at, fact in enumerate(facts, start=len(exact))
                    if self._holds(fact, part, code)
                ]
                programme.add(met, count, sum(costs.get(cell, 0) for cell in inside))
        counts = programme.solve()
        if counts is None:
            return None
        finer = ((*part, code) for part in parts for code in codes)
        return {part: count for part, count in zip(finer, counts, strict=True) if count}

    def _targets(self) -> dict[Cell, int]:
        """Return every number published of the new dimension, and of its tables with the known ones."""
        tables = [[self.dimension], *([other, self.dimension] for other in self.known)]
        published = {
            cell: self.values[cell] for table in tables for cell in cells(self.categories, table)
        }
        return {cell: value for cell, value in published.items() if value is not None}

    def _told(self) -> list[Fact]:
        """Return the facts that can be met from now on: the new dimension is the last of theirs."""
        divided = (
            {FINEST[dimension] for dimension in (*self.known, self.dimension)}
            if self.facts
            else set()
        )
        return [
            fact
            for fact in self.facts
            if fact.where.keys() <= divided and FINEST[self.dimension] in fact.where
        ]

    def _holds(self, fact: Fact, part: Cell, code: str) -> bool:
        """Return whether a fact counts the people of one part if they have one code."""
        own = dict(zip((*self.known, self.dimension), (*part, code), strict=True))
        return all(own[FINEST.index(name)] in codes for name, codes in fact.where.items())

    def _cells(self, part: Cell, code: str) -> list[Cell]:
        """Return the cells of those tables that people of one part belong to if they have one code."""
        own = {self.dimension: code}
        pairs = ({other: known} | own for other, known in zip(self.known, part, strict=True))
        return [cell_at(len(self.categories), codes) for codes in (own, *pairs)]


class _Programme:
    """A whole-number programme of nought-or-one coefficients: columns of limited counts, rows with sums to lie within."""

    def __init__(self, targets: Sequence[tuple[int, int]]) -> None:
        self._targets = targets
        self._starts, self._rows = [0], list[int]()
        self._limits, self._costs = list[int](), list[int]()

    def add(self, rows: Sequence[int], limit: int, cost: int) -> None:
        """Add a column that counts in some rows."""
        self._rows += rows
        self._starts.append(len(self._rows))
        self._limits.append(limit)
        self._costs.append(cost)

    def solve(self) -> list[int] | None:
        """Return a count for each column that meets every target, and costs little; or None where none was found."""
        solver = highspy.Highs()
        solver.silent()
        solver.passModel(self._model())
        solver.setOptionValue("mip_rel_gap", NEAR_ENOUGH)
        solver.setOptionValue("mip_max_nodes", NODES)
        if not any(self._costs):
            solver.setOptionValue("mip_max_improving_sols", 1)
        solver.run()
        if (
            solver.getInfo().primal_solution_status
            != highspy.SolutionStatus.kSolutionStatusFeasible
        ):
            return None
        return [round(value) for value in solver.getSolution().col_value]

    def _model(self) -> highspy.HighsLp:
        model = highspy.HighsLp()
        model.num_col_, model.num_row_ = len(self._limits), len(self._targets)
        model.col_cost_ = [float(cost) for cost in self._costs]
        model.col_lower_ = [0.0] * len(self._limits)
        model.col_upper_ = [float(limit) for limit in self._limits]
        model.row_lower_ = [float(low) for low, _ in self._targets]
        model.row_upper_ = [float(high) for _, high in self._targets]
        model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        model.a_matrix_.start_, model.a_matrix_.index_ = self._starts, self._rows
        model.a_matrix_.value_ = [1.0] * len(self._rows)
        model.integrality_ = [highspy.HighsVarType.kInteger] * len(self._limits)
        return model
