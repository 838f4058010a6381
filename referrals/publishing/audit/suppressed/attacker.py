"""The attacker: what published tables give away about the cells that they withhold, worked out from the tables alone.

Everything the public has is a relation over the cells of the tables: each is the sum of those of any finer table, none is
below nought, all are whole numbers, and a rule such as "a withheld cell is at least 1" limits those withheld. The smallest
and the largest count of a cell over all that the relations allow is its range. HiGHS searches: real numbers first, whole
ones where those leave doubt. Every end of a range is reached by a filling of all the tables that is checked again here in
exact integers; that no filling goes further rests on HiGHS, and an answer that it has not proved is refused.

To let the attacker think at a finer level than was published, give the finer table with every cell withheld.
This module reads public things only, and shares nothing with what protects them.
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
"""In place of a code: everybody, whatever their code."""

MOST: Final = 10_000_000
"""A box for the solver. A count that can be more than half of this is limited by nothing but the box."""

TOLERANCE: Final = 1e-6
"""The solver's own."""

HALF: Final = 0.5
"""A proof that leaves less room than this leaves none for another whole number."""

PRIMAL_SIMPLEX: Final = 4

Cell = tuple[str, ...]
PublishedTables = Mapping[Cell, int | None]
"""Cells of one code or `_T` a dimension, each with its count, or None where it is withheld.

Tables are told apart by which dimensions have a code. A cell that is not named has not been published at all."""
Range = tuple[int, int]


@dataclass(frozen=True)
class _Relation:
    """Whole-number arithmetic around a cell: the signs of what is not published add up to a number that is."""

    cell: Cell
    signs: Mapping[Cell, int]
    total: int

    def holds(self, filling: Mapping[Cell, int]) -> bool:
        return sum(sign * filling[cell] for cell, sign in self.signs.items()) == self.total


def ranges(
    tables: PublishedTables,
    *beside: PublishedTables,
    floor: int = 0,
    withheld_at_least: int | None = None,
    withheld_at_most: int | None = None,
) -> dict[Cell, Range]:
    """Return the smallest and the largest whole number that each withheld cell can be.

    Args:
        tables: the published tables.
        beside: further tables of the same people and dimensions, published elsewhere.
        floor: the least that any cell can be, nought or more.
        withheld_at_least: the least that a withheld cell can be, where the rule says so.
        withheld_at_most: the most that a withheld cell can be, where the rule says so.

    Raises:
        DisclosureError: the tables contradict one another, or nothing published limits a cell from above.
    """
    attacker = _Attacker(tables, beside, floor, (withheld_at_least, withheld_at_most))
    return {cell: attacker.range_of(cell) for cell in attacker.withheld}


def narrow(
    tables: PublishedTables,
    *beside: PublishedTables,
    width: int,
    floor: int = 0,
    withheld_at_least: int | None = None,
    withheld_at_most: int | None = None,
) -> dict[Cell, Range]:
    """Return the withheld cells whose range is less than `width` wide, each with its range.

    Arguments and errors are those of `ranges`. It is faster: fillings found on the way settle most of the wide cells.
    """
    attacker = _Attacker(tables, beside, floor, (withheld_at_least, withheld_at_most))
    found = {
        cell: attacker.range_of(cell)
        for cell in attacker.withheld
        if not attacker.is_wide(cell, width)
    }
    return {cell: (low, high) for cell, (low, high) in found.items() if high - low < width}


def exactly_recovered(
    tables: PublishedTables,
    *beside: PublishedTables,
    floor: int = 0,
    withheld_at_least: int | None = None,
    withheld_at_most: int | None = None,
) -> dict[Cell, int]:
    """Return the withheld cells that can be only one number, with that number. Arguments and errors are those of `ranges`."""
    found = narrow(
        tables,
        *beside,
        width=1,
        floor=floor,
        withheld_at_least=withheld_at_least,
        withheld_at_most=withheld_at_most,
    )
    return {cell: low for cell, (low, _) in found.items()}


class _Attacker:
    """All that the tables say, as relations, and what the fillings found so far have shown."""

    def __init__(
        self,
        tables: PublishedTables,
        beside: Sequence[PublishedTables],
        floor: int,
        rule: tuple[int | None, int | None],
    ) -> None:
        named = _joined([tables, *beside])
        known = {cell: value for cell, value in named.items() if value is not None}
        self.withheld = [cell for cell, value in named.items() if value is None]
        self._relations = _relations(named, known)
        at_least, at_most = _or(rule[0], floor), _or(rule[1], MOST)
        unknown = dict.fromkeys(
            (cell for relation in self._relations for cell in relation.signs), (floor, MOST)
        )
        unknown |= dict.fromkeys(self.withheld, (at_least, at_most))
        self._limits = {
            cell: (low, max(low, min(high, _whole_of(cell, known))))
            for cell, (low, high) in unknown.items()
        }
        self._columns = {cell: number for number, cell in enumerate(self._limits)}
        self._seen: dict[Cell, Range] = {}

    def is_wide(self, cell: Cell, width: int) -> bool:
        """Return whether the fillings found so far give a cell a range of at least this width."""
        return cell in self._seen and self._seen[cell][1] - self._seen[cell][0] >= width

    def range_of(self, cell: Cell) -> Range:
        """Return the smallest and the largest count of a cell."""
        low, high = self._extreme(cell, 1), self._extreme(cell, -1)
        if high > MOST // 2:
            raise DisclosureError(
                f"Nothing published limits {_named(cell)} from above. Add the table with its total."
            )
        return low, high

    def _extreme(self, cell: Cell, sign: int) -> int:
        """Return the smallest count of a cell (sign 1) or the largest (sign -1)."""
        bound = math.ceil(self._least(cell, sign, whole=False) - TOLERANCE)
        if self._reached(cell, sign) != bound:
            bound = round(self._least(cell, sign, whole=True))
        if self._reached(cell, sign) != bound:
            raise DisclosureError(
                f"The solver's answer for {_named(cell)} is not whole. Report this as a fault."
            )
        return sign * bound

    def _reached(self, cell: Cell, sign: int) -> int | None:
        """Return the least of `sign x count` of a cell over the fillings found so far."""
        return min((sign * count for count in self._seen.get(cell, ())), default=None)

    def _least(self, cell: Cell, sign: int, *, whole: bool) -> float:
        """Return the least of `sign x count` of a cell, and keep the filling that has it if it is whole."""
        solver, asked = self._whole if whole else self._real, self._columns[cell]
        for column in range(len(self._columns)):
            solver.changeColCost(column, sign if column == asked else 0)
        solver.run()
        status, found = solver.getModelStatus(), solver.getInfo()
        if status == highspy.HighsModelStatus.kInfeasible:
            raise DisclosureError(self._contradiction())
        room = found.objective_function_value - found.mip_dual_bound if whole else 0
        if status != highspy.HighsModelStatus.kOptimal or room >= HALF:
            raise DisclosureError(
                f"The solver did not finish ({solver.modelStatusToString(status)}). Report this as a fault."
            )
        self._keep(solver.getSolution().col_value)
        return float(found.objective_function_value)

    def _keep(self, counts: Sequence[float]) -> None:
        """Widen what has been seen by a filling, if it is whole, shows anything new, and meets every relation exactly."""
        filling = {cell: round(count) for cell, count in zip(self._columns, counts, strict=True)}
        if any(
            abs(count - whole) > TOLERANCE
            for count, whole in zip(counts, filling.values(), strict=True)
        ):
            return
        wider = {cell: _span(*self._seen.get(cell, ()), count) for cell, count in filling.items()}
        if wider != self._seen and all(relation.holds(filling) for relation in self._relations):
            self._seen = wider

    @cached_property
    def _real(self) -> highspy.Highs:
        """The relations over real numbers: one model, whose costs alone change from one question to the next."""
        solver = _solver(self._limits, self._relations)
        solver.setOptionValue("solver", "simplex")
        solver.setOptionValue("simplex_strategy", PRIMAL_SIMPLEX)
        return solver

    @cached_property
    def _whole(self) -> highspy.Highs:
        """The relations over whole numbers."""
        solver = _solver(self._limits, self._relations)
        solver.setOptionValue("mip_rel_gap", 0.0)
        solver.setOptionValue("mip_abs_gap", 0.0)
        for column in self._columns.values():
            solver.changeColIntegrality(column, highspy.HighsVarType.kInteger)
        return solver

    def _contradiction(self) -> str:
        """Return a sentence on the fewest numbers, by how much they are wrong, that would have to change."""
        solver = _solver(self._limits, self._relations)
        slack = [_add_slack(solver, row) for row, _ in enumerate(self._relations)]
        solver.run()
        values = solver.getSolution().col_value
        wrong = [
            relation.cell
            for relation, columns in zip(self._relations, slack, strict=True)
            if any(values[column] > TOLERANCE for column in columns)
        ]
        if not wrong:
            return "These tables cannot all be true of whole people. Correct them, or the rule that they are read by."
        return _disagree(wrong[0])


def _joined(tables: Iterable[PublishedTables]) -> dict[Cell, int | None]:
    """Return several tables as one. A cell withheld in one and printed in another is printed."""
    joined: dict[Cell, int | None] = {}
    for table in tables:
        for cell, value in table.items():
            if joined.get(cell) is None:
                joined[cell] = value
            elif value not in (None, joined[cell]):
                raise DisclosureError(
                    f"{_named(cell)} is published with two different numbers. Correct one of them."
                )
    return joined


def _relations(named: Iterable[Cell], known: Mapping[Cell, int]) -> list[_Relation]:
    """Return every relation between the cells of the tables, and of all those that could be added up from them.

    Raises:
        DisclosureError: published numbers do not add up.
    """
    found = []
    for whole, parts in _additions(list(named)):
        signs = {cell: 1 for cell in parts if cell not in known} | (
            {whole: -1} if whole not in known else {}
        )
        total = known.get(whole, 0) - sum(known.get(cell, 0) for cell in parts)
        if signs:
            found.append(_Relation(whole, signs, total))
        elif total:
            raise DisclosureError(_disagree(whole))
    return found


def _additions(named: Sequence[Cell]) -> Iterator[tuple[Cell, list[Cell]]]:
    """Yield each cell that is the sum of cells of a finer table, with those cells, once for each such table."""
    codes = [
        sorted({cell[at] for cell in named} - {TOTAL}) for at in range(len(next(iter(named), ())))
    ]
    shapes = {tuple(code != TOTAL for code in cell) for cell in named}
    coarser = {
        tuple(map(min, shape, kept))
        for shape in shapes
        for kept in itertools.product((False, True), repeat=len(codes))
    }
    for shape in sorted(coarser):
        for at in (at for at, is_coded in enumerate(shape) if is_coded):
            axes = [
                codes[here] if coded and here != at else [TOTAL] for here, coded in enumerate(shape)
            ]
            for whole in itertools.product(*axes):
                yield whole, [(*whole[:at], code, *whole[at + 1 :]) for code in codes[at]]


def _whole_of(cell: Cell, known: Mapping[Cell, int]) -> int:
    """Return the smallest published number that a cell is part of."""
    wider = itertools.product(*({code, TOTAL} for code in cell))
    return min((known[whole] for whole in wider if whole in known), default=MOST)


def _solver(limits: Mapping[Cell, Range], relations: Iterable[_Relation]) -> highspy.Highs:
    """Return a solver with a column for each cell that is not published, in the order of the limits."""
    solver = highspy.Highs()
    solver.silent()
    columns = {cell: solver.addVariable(low, high) for cell, (low, high) in limits.items()}
    for relation in relations:
        solver.addConstr(
            solver.qsum(sign * columns[cell] for cell, sign in relation.signs.items())
            == relation.total
        )
    return solver


def _add_slack(solver: highspy.Highs, row: int) -> tuple[int, int]:
    """Let a row be wrong at a cost, either way, and return the two columns that say by how much."""
    first = solver.getNumCol()
    for sign in (1, -1):
        solver.addCol(1, 0, highspy.kHighsInf, 1, [row], [sign])
    return first, first + 1


def _or(given: int | None, otherwise: int) -> int:
    return otherwise if given is None else given


def _span(*counts: int) -> Range:
    return min(counts), max(counts)


def _disagree(cell: Cell) -> str:
    return f"The published numbers around {_named(cell)} do not add up. Correct them before asking what they give away."


def _named(cell: Cell) -> str:
    """Return a cell as its codes, for a message."""
    return " × ".join(code for code in cell if code != TOTAL) or "the total"
