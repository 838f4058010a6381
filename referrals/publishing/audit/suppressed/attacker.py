"""The attacker's problem: the feasibility interval of every cell that tables suppress.

Everything that the public has is a constraint on the cells: each is the sum of the cells of any
finer table, none is negative, all are whole numbers, and a rule such as "a suppressed cell is at
least 1" bounds the suppressed ones. HiGHS searches over real numbers first, and over whole numbers
if that leaves doubt: real intervals overstate safety, and whole ones cost more. A feasible table
that reaches each end of an interval is checked here in exact integers. That no table goes further
rests on HiGHS, and an answer that it hasn't proved is refused.

To let the attacker think at a finer level than was published, give the finer table with every cell
suppressed. This module shares nothing with the code that protects tables.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import highspy

from referrals.errors import DisclosureError

TOTAL: Final = "_T"
"""In place of a code: everybody."""

COUNT_LIMIT: Final = 10_000_000
"""The solver's upper bound of a count. One that can exceed half of it has no other limit."""

TOLERANCE: Final = 1e-6
"""The feasibility tolerance of the solver."""

INTEGRALITY_GAP: Final = 0.5
"""A proved gap below this leaves no room for another whole number."""

PRIMAL_SIMPLEX: Final = 4
"""HiGHS's `simplex_strategy` for changing costs: 1,260 searches took 23 s instead of 357 s."""

Cell = tuple[str, ...]
PublishedTables = Mapping[Cell, int | None]
"""Cells with a code or `_T` in each dimension, and their counts; None if suppressed.

Which dimensions have a code says which table a cell belongs to. A cell that isn't listed has not
been published."""
Interval = tuple[int, int]


@dataclass(frozen=True)
class _Relation:
    """An equation around a cell: the signed sum of its unpublished cells is a known total."""

    cell: Cell
    signs: Mapping[Cell, int]
    total: int

    def holds(self, counts: Mapping[Cell, int]) -> bool:
        return sum(sign * counts[cell] for cell, sign in self.signs.items()) == self.total


def intervals(
    tables: PublishedTables,
    *elsewhere: PublishedTables,
    floor: int = 0,
    suppressed_at_least: int | None = None,
    suppressed_at_most: int | None = None,
) -> dict[Cell, Interval]:
    """Return the feasibility interval of each suppressed cell.

    Args:
        tables: the published tables.
        elsewhere: further tables of the same people and dimensions, published elsewhere.
        floor: the smallest count of any cell.
        suppressed_at_least: the smallest count of a suppressed cell, if the rule says so.
        suppressed_at_most: the largest count of a suppressed cell, if the rule says so.

    Raises:
        DisclosureError: the tables contradict one another, or nothing published limits a cell from
        above.
    """
    attack = _Attack(tables, elsewhere, floor, (suppressed_at_least, suppressed_at_most))
    return {cell: attack.interval(cell) for cell in attack.suppressed}


def narrow_intervals(
    tables: PublishedTables,
    *elsewhere: PublishedTables,
    width: int,
    floor: int = 0,
    suppressed_at_least: int | None = None,
    suppressed_at_most: int | None = None,
) -> dict[Cell, Interval]:
    """Return the feasibility intervals that are less than `width` wide.

    Arguments and errors are those of `intervals`. It is faster, because feasible tables found on
    the way show that most of the other cells are wide enough.
    """
    attack = _Attack(tables, elsewhere, floor, (suppressed_at_least, suppressed_at_most))
    narrow = {}
    for cell in attack.suppressed:
        if not attack.is_wide(cell, width):
            low, high = attack.interval(cell)
            if high - low < width:
                narrow[cell] = low, high
    return narrow


def exactly_recovered(
    tables: PublishedTables,
    *elsewhere: PublishedTables,
    floor: int = 0,
    suppressed_at_least: int | None = None,
    suppressed_at_most: int | None = None,
) -> dict[Cell, int]:
    """Return the suppressed cells with a single feasible count. Arguments as for `intervals`."""
    narrow = narrow_intervals(
        tables,
        *elsewhere,
        width=1,
        floor=floor,
        suppressed_at_least=suppressed_at_least,
        suppressed_at_most=suppressed_at_most,
    )
    return {cell: low for cell, (low, _) in narrow.items()}


class _Attack:
    """The tables as relations, and the intervals over the feasible tables found so far."""

    def __init__(
        self,
        tables: PublishedTables,
        elsewhere: Sequence[PublishedTables],
        floor: int,
        suppressed_limits: tuple[int | None, int | None],
    ) -> None:
        published = _merge([tables, *elsewhere])
        known = {cell: value for cell, value in published.items() if value is not None}
        self.suppressed = [cell for cell, value in published.items() if value is None]
        self._relations = _relations(published, known)
        at_least, at_most = suppressed_limits
        suppressed_range = (
            floor if at_least is None else at_least,
            COUNT_LIMIT if at_most is None else at_most,
        )
        limits: dict[Cell, Interval] = {}
        for relation in self._relations:
            limits.update(dict.fromkeys(relation.signs, (floor, COUNT_LIMIT)))
        limits.update(dict.fromkeys(self.suppressed, suppressed_range))
        self._limits = {
            cell: (low, max(low, min(high, _smallest_total(cell, known))))
            for cell, (low, high) in limits.items()
        }
        self._columns = {cell: number for number, cell in enumerate(self._limits)}
        self._seen: dict[Cell, Interval] = {}

    def is_wide(self, cell: Cell, width: int) -> bool:
        """Return whether the tables found so far give a cell an interval of at least this width."""
        return cell in self._seen and self._seen[cell][1] - self._seen[cell][0] >= width

    def interval(self, cell: Cell) -> Interval:
        """Return the feasibility interval of a cell."""
        low, high = self._end(cell, 1), self._end(cell, -1)
        if high > COUNT_LIMIT // 2:
            raise DisclosureError(
                f"Nothing published limits {_in_words(cell)} from above. Add the table with its "
                "total."
            )
        return low, high

    def _end(self, cell: Cell, sign: int) -> int:
        """Return the smallest count of a cell (sign 1) or the largest (sign -1)."""
        bound = math.ceil(self._minimise(cell, sign, whole=False) - TOLERANCE)
        if self._smallest_seen(cell, sign) != bound:
            bound = round(self._minimise(cell, sign, whole=True))
        if self._smallest_seen(cell, sign) != bound:
            raise DisclosureError(
                f"The solver's answer for {_in_words(cell)} is not whole. Report this as a fault."
            )
        return sign * bound

    def _smallest_seen(self, cell: Cell, sign: int) -> int | None:
        """Return the smallest `sign x count` of a cell over the feasible tables found so far."""
        return min((sign * count for count in self._seen.get(cell, ())), default=None)

    def _minimise(self, cell: Cell, sign: int, *, whole: bool) -> float:
        """Return the smallest `sign x count` of a cell, and note the table that has it."""
        solver = self._whole_solver if whole else self._real_solver
        for column in range(len(self._columns)):
            solver.changeColCost(column, sign if column == self._columns[cell] else 0)
        solver.run()
        status, found = solver.getModelStatus(), solver.getInfo()
        if status == highspy.HighsModelStatus.kInfeasible:
            raise DisclosureError(self._contradiction())
        gap = found.objective_function_value - found.mip_dual_bound if whole else 0
        if status != highspy.HighsModelStatus.kOptimal or gap >= INTEGRALITY_GAP:
            reason = solver.modelStatusToString(status)
            raise DisclosureError(f"The solver did not finish ({reason}). Report this as a fault.")
        self._note_table(solver.getSolution().col_value)
        return float(found.objective_function_value)

    def _note_table(self, counts: Sequence[float]) -> None:
        """Widen the intervals seen by a table of whole numbers that meets every relation."""
        table = {cell: round(count) for cell, count in zip(self._columns, counts, strict=True)}
        distances = (
            abs(count - whole) for count, whole in zip(counts, table.values(), strict=True)
        )
        if any(distance > TOLERANCE for distance in distances):
            return
        wider: dict[Cell, Interval] = {}
        for cell, count in table.items():
            low, high = self._seen.get(cell, (count, count))
            wider[cell] = min(low, count), max(high, count)
        if wider != self._seen and all(relation.holds(table) for relation in self._relations):
            self._seen = wider

    @cached_property
    def _real_solver(self) -> highspy.Highs:
        """The relations over real numbers. Only the costs change from search to search."""
        solver = _new_solver(self._limits, self._relations)
        solver.setOptionValue("solver", "simplex")
        solver.setOptionValue("simplex_strategy", PRIMAL_SIMPLEX)
        return solver

    @cached_property
    def _whole_solver(self) -> highspy.Highs:
        """The relations over whole numbers."""
        solver = _new_solver(self._limits, self._relations)
        solver.setOptionValue("mip_rel_gap", 0.0)
        solver.setOptionValue("mip_abs_gap", 0.0)
        for column in self._columns.values():
            solver.changeColIntegrality(column, highspy.HighsVarType.kInteger)
        return solver

    def _contradiction(self) -> str:
        """Return a message on a relation that has to change, if the changes are the smallest."""
        solver = _new_solver(self._limits, self._relations)
        slack = [_add_slack(solver, row) for row, _ in enumerate(self._relations)]
        solver.run()
        values = solver.getSolution().col_value
        for relation, columns in zip(self._relations, slack, strict=True):
            if any(values[column] > TOLERANCE for column in columns):
                return _does_not_add_up(relation.cell)
        return (
            "These tables cannot all be true of whole people. Correct them, or the rule that they "
            "are read by."
        )


def _merge(tables: Iterable[PublishedTables]) -> dict[Cell, int | None]:
    """Return several tables as one. A cell that is printed in any of them is printed."""
    merged: dict[Cell, int | None] = {}
    for table in tables:
        for cell, value in table.items():
            if merged.get(cell) is None:
                merged[cell] = value
            elif value not in (None, merged[cell]):
                raise DisclosureError(
                    f"{_in_words(cell)} is published with two different numbers. Correct one of "
                    "them."
                )
    return merged


def _relations(cells: Iterable[Cell], known: Mapping[Cell, int]) -> list[_Relation]:
    """Return every relation between the cells of the tables and of all coarser tables.

    Raises:
        DisclosureError: published numbers don't add up.
    """
    relations = []
    for total, parts in _additions(list(cells)):
        signs = {cell: 1 for cell in parts if cell not in known}
        if total not in known:
            signs[total] = -1
        value = known.get(total, 0) - sum(known.get(cell, 0) for cell in parts)
        if signs:
            relations.append(_Relation(total, signs, value))
        elif value:
            raise DisclosureError(_does_not_add_up(total))
    return relations


def _additions(cells: Sequence[Cell]) -> Iterator[tuple[Cell, list[Cell]]]:
    """Yield each cell that is a sum over a finer table, with its parts, for each such table."""
    dimensions = range(len(next(iter(cells), ())))
    codes = [sorted(set(column) - {TOTAL}) for column in zip(*cells, strict=True)]
    for shape in sorted(_coarser_shapes(cells)):
        for place in dimensions:
            if not shape[place]:
                continue
            axes = [
                codes[other] if shape[other] and other != place else [TOTAL] for other in dimensions
            ]
            for total in itertools.product(*axes):
                yield total, [(*total[:place], code, *total[place + 1 :]) for code in codes[place]]


def _shape(cell: Cell) -> tuple[bool, ...]:
    """Return which dimensions have a code."""
    return tuple(code != TOTAL for code in cell)


def _coarser_shapes(cells: Iterable[Cell]) -> set[tuple[bool, ...]]:
    """Return which dimensions have a code, for every table of the cells and every coarser table."""
    shapes = {_shape(cell) for cell in cells}
    coarser: set[tuple[bool, ...]] = set()
    for shape in shapes:
        choices = [(False, True) if coded else (False,) for coded in shape]
        coarser.update(itertools.product(*choices))
    return coarser


def _smallest_total(cell: Cell, known: Mapping[Cell, int]) -> int:
    """Return the smallest published number that a cell is part of."""
    totals = itertools.product(*({code, TOTAL} for code in cell))
    return min((known[total] for total in totals if total in known), default=COUNT_LIMIT)


def _new_solver(limits: Mapping[Cell, Interval], relations: Iterable[_Relation]) -> highspy.Highs:
    """Return a solver with a column for each unpublished cell, in the order of the limits."""
    solver = highspy.Highs()
    solver.silent()
    columns = {cell: solver.addVariable(low, high) for cell, (low, high) in limits.items()}
    for relation in relations:
        signed = solver.qsum(sign * columns[cell] for cell, sign in relation.signs.items())
        solver.addConstr(signed == relation.total)
    return solver


def _add_slack(solver: highspy.Highs, row: int) -> tuple[int, int]:
    """Let a row be wrong at a cost, and return its two slack columns, one for each direction."""
    first = solver.getNumCol()
    for sign in (1, -1):
        solver.addCol(1, 0, highspy.kHighsInf, 1, [row], [sign])
    return first, first + 1


def _does_not_add_up(cell: Cell) -> str:
    return (
        f"The published numbers around {_in_words(cell)} do not add up. Correct them before asking "
        "what they give away."
    )


def _in_words(cell: Cell) -> str:
    """Return the codes of a cell, for a message."""
    return " × ".join(code for code in cell if code != TOTAL) or "the total"
