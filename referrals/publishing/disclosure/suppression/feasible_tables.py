"""Feasible tables: whole-number counts that agree with published one- and two-way tables.

A feasible table could be the true one. Called by `witness_search`, and made from nothing but the
published tables. It is built one dimension at a time: all people are divided by the first
dimension, each part by the next, and so on. Each step is an integer programme that meets every
published number of the new dimension and of its two-way tables with the earlier ones. Such steps
are small even if the table of all combinations is not. A step can fail, because an earlier division
cannot be divided further; then another order of the dimensions may succeed.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import highspy

from referrals.publishing.cell_codes import Fact
from referrals.reference.codelists import FINEST, TOTAL

RELATIVE_GAP: Final = 0.2
"""The search may stop this far from the lowest cost: costs are only preferences."""

MOST_NODES: Final = 5_000
"""Limit on branch-and-bound nodes. If it finds nothing, another order is tried."""

Cell = tuple[str, ...]
Counts = Mapping[Cell, int]
PublishedValues = Mapping[Cell, int | None]
Categories = Mapping[str, Sequence[str]]


def cell_at(dimensions: int, codes: Mapping[int, str]) -> Cell:
    """Return the cell with these codes at these dimensions, and the total of the others.

    >>> cell_at(3, {1: "F"})
    ('_T', 'F', '_T')
    """
    return tuple(codes.get(dimension, TOTAL) for dimension in range(dimensions))


def cells(categories: Categories, dimensions: Sequence[int]) -> Iterator[Cell]:
    """Yield every cell of the table of some dimensions, in the order of the categories."""
    codes = list(categories.values())
    for combination in itertools.product(*(codes[dimension] for dimension in dimensions)):
        yield cell_at(len(codes), dict(zip(dimensions, combination, strict=True)))


def marginal_sums(counts: Counts, categories: Categories) -> dict[Cell, int]:
    """Return the total and every cell of the one- and two-way tables of finest counts."""
    numbers = range(len(categories))
    tables = [table for size in range(3) for table in itertools.combinations(numbers, size)]
    sums = {cell: 0 for table in tables for cell in cells(categories, table)}
    for finest, count in counts.items():
        for table in tables:
            margin = cell_at(len(finest), {dimension: finest[dimension] for dimension in table})
            sums[margin] += count
    return sums


def find_feasible_table(
    values: PublishedValues,
    categories: Categories,
    *,
    order: Sequence[int],
    costs: Mapping[Cell, int],
    facts: Sequence[Fact] = (),
) -> dict[Cell, int] | None:
    """Return a table that agrees with published ones, as counts of its occupied finest cells.

    Args:
        values: the total and every cell of the one- and two-way tables; None if it is suppressed.
        categories: the codes of each dimension.
        order: the numbers of the dimensions, in the order in which to divide.
        costs: of cells of two-way tables. A table of low cost is sought, so a negative cost asks
            for a large count.
        facts: facts published elsewhere about the same people, if the dimensions are those
            of `FINEST`.

    Returns:
        The counts, or None if none was found in this order.
    """
    parts: dict[Cell, int] = {(): values[cell_at(len(categories), {})] or 0}
    for position, dimension in enumerate(order):
        division = _Division(values, categories, facts, order[:position], dimension)
        divided = division.divide(parts, costs)
        if divided is None:
            return None
        parts = divided
    place = [order.index(dimension) for dimension in range(len(order))]
    tables = {}
    for part, count in parts.items():
        tables[tuple(part[at] for at in place)] = count
    return tables


@dataclass(frozen=True)
class _Division:
    """One step: the division of parts, which are defined by the `known` dimensions, by one more."""

    values: PublishedValues
    categories: Categories
    facts: Sequence[Fact]
    known: Sequence[int]
    dimension: int

    def divide(self, parts: Counts, costs: Mapping[Cell, int]) -> dict[Cell, int] | None:
        """Return the finer parts, or None if no division was found."""
        codes = list(self.categories.values())[self.dimension]
        targets, facts = self._targets(), self._facts_to_meet()
        exact = [*parts.values(), *targets.values()]
        programme = _IntegerProgramme(
            [*((count, count) for count in exact), *((fact.low, fact.high) for fact in facts)]
        )
        target_rows = {cell: row for row, cell in enumerate(targets, start=len(parts))}
        fact_rows = list(enumerate(facts, start=len(exact)))
        for part_row, (part, count) in enumerate(parts.items()):
            for code in codes:
                margins = self._margins(part, code)
                rows = [part_row]
                rows += [target_rows[cell] for cell in margins if cell in target_rows]
                rows += [row for row, fact in fact_rows if self._counts(fact, part, code)]
                programme.add(rows, count, sum(costs.get(cell, 0) for cell in margins))
        counts = programme.solve()
        if counts is None:
            return None
        finer = ((*part, code) for part in parts for code in codes)
        return {part: count for part, count in zip(finer, counts, strict=True) if count}

    def _targets(self) -> dict[Cell, int]:
        """Return the published numbers of the new dimension and its tables with the known ones."""
        tables = [[self.dimension], *([other, self.dimension] for other in self.known)]
        margins = [cell for table in tables for cell in cells(self.categories, table)]
        published = {cell: self.values[cell] for cell in margins}
        return {cell: value for cell, value in published.items() if value is not None}

    def _facts_to_meet(self) -> list[Fact]:
        """Return the facts whose last dimension, in order of division, is the new one."""
        if not self.facts:
            return []
        new = FINEST[self.dimension]
        divided = {FINEST[dimension] for dimension in self.known} | {new}
        return [fact for fact in self.facts if new in fact.where and fact.where.keys() <= divided]

    def _counts(self, fact: Fact, part: Cell, code: str) -> bool:
        """Return whether a fact counts the people of a part who have a code."""
        own = dict(zip((*self.known, self.dimension), (*part, code), strict=True))
        return all(own[FINEST.index(name)] in codes for name, codes in fact.where.items())

    def _margins(self, part: Cell, code: str) -> list[Cell]:
        """Return the cells of the tables of `_targets` that a part's people with a code are in."""
        own = {self.dimension: code}
        pairs = ({other: known} | own for other, known in zip(self.known, part, strict=True))
        return [cell_at(len(self.categories), codes) for codes in (own, *pairs)]


class _IntegerProgramme:
    """An integer programme with coefficients of 1: bounded columns, and bounds on their sums."""

    def __init__(self, row_bounds: Sequence[tuple[int, int]]) -> None:
        self._row_bounds = row_bounds
        self._starts, self._rows = [0], list[int]()
        self._limits, self._costs = list[int](), list[int]()

    def add(self, rows: Sequence[int], limit: int, cost: int) -> None:
        """Add a column from 0 to `limit` that counts in some rows."""
        self._rows += rows
        self._starts.append(len(self._rows))
        self._limits.append(limit)
        self._costs.append(cost)

    def solve(self) -> list[int] | None:
        """Return a value for each column, at low cost, or None if no solution was found."""
        solver = highspy.Highs()
        solver.silent()
        solver.passModel(self._model())
        solver.setOptionValue("mip_rel_gap", RELATIVE_GAP)
        solver.setOptionValue("mip_max_nodes", MOST_NODES)
        if not any(self._costs):
            solver.setOptionValue("mip_max_improving_sols", 1)
        solver.run()
        status = solver.getInfo().primal_solution_status
        if status != highspy.SolutionStatus.kSolutionStatusFeasible:
            return None
        return [round(value) for value in solver.getSolution().col_value]

    def _model(self) -> highspy.HighsLp:
        model = highspy.HighsLp()
        model.num_col_, model.num_row_ = len(self._limits), len(self._row_bounds)
        model.col_cost_ = [float(cost) for cost in self._costs]
        model.col_lower_ = [0.0] * len(self._limits)
        model.col_upper_ = [float(limit) for limit in self._limits]
        model.row_lower_ = [float(low) for low, _ in self._row_bounds]
        model.row_upper_ = [float(high) for _, high in self._row_bounds]
        model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        model.a_matrix_.start_, model.a_matrix_.index_ = self._starts, self._rows
        model.a_matrix_.value_ = [1.0] * len(self._rows)
        model.integrality_ = [highspy.HighsVarType.kInteger] * len(self._limits)
        return model
