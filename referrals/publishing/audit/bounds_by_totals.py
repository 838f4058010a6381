"""The lower bound of a sum that totals and published facts prove, without a search.

Used for sums that no exchange moves: some are known to be large, or to be one number, by totals
that anybody can add and subtract. The terms of a bound can be checked by hand.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import highspy
import numpy as np
from numpy.typing import NDArray

from referrals.publishing.audit.feasibility_intervals import new_solver
from referrals.publishing.audit.marginal_sums import Integers, MarginalSums, total_of_code
from referrals.publishing.cell_codes import Codes, Year, is_part
from referrals.reference.codelists import FINEST, TOTAL
from referrals.reference.disclosure_rule import SMALLEST_UNCHANGED

Where = Mapping[str, Sequence[str]]
"""The codes that a sum selects, by dimension. A dimension that isn't named is added up."""

MOST_BOUNDED: Final = 200
"""The most sums of a year that are bounded by totals and facts. If more are left, it's a fault."""

MOST_CELLS: Final = 500
"""The largest table that a bound is searched in. In larger ones totals say little about a sum."""


@dataclass(frozen=True)
class Term:
    """A total or a fact, by its codes, and how often a bound adds or subtracts it."""

    times: int
    where: Where


@dataclass(frozen=True)
class LowerBound:
    """A lower bound of a sum, and the terms that prove it.

    Added up, the terms count no cell more often than the sum does. An added term contributes its
    lower end, a subtracted one its upper end. Without terms the bound is 0.
    """

    least: int
    terms: tuple[Term, ...] = ()


def could_be_small(year: Year, sums: MarginalSums, numbers: Sequence[int]) -> list[int]:
    """Return those of the first `MOST_BOUNDED` sums that may be less than five.

    Published facts can tie dimensions together so that a sum that no witness moves is known, and
    large.
    """
    return [
        number
        for number in numbers[:MOST_BOUNDED]
        if bound_by_totals(year, sums.codes_of(number)).least < SMALLEST_UNCHANGED
    ]


def is_exact_by_totals(year: Year, target: Codes) -> bool:
    """Return whether the totals and facts on a sum's dimensions leave one value."""
    low, high = _end_by_totals(year, target, 1), _end_by_totals(year, target, -1)
    return low is not None and high is not None and low.least == -high.least


def bound_by_totals(year: Year, target: Codes) -> LowerBound:
    """Return the lower bound of a sum that the totals and facts on its own dimensions prove.

    A total that is not exact counts with its announced error. Only the table of these dimensions is
    searched, which is small and quick: a value that is impossible there is impossible. If the table
    is too large, the bound is 0.
    """
    bound = _end_by_totals(year, target, 1)
    return bound if bound is not None and bound.least > 0 else LowerBound(0)


def _end_by_totals(year: Year, target: Codes, sign: int) -> LowerBound | None:
    """Return the lower bound of a sum (sign 1) or of its negative (sign -1), if one is found.

    The terms are the solution of the dual programme, rounded to whole numbers and checked: no cell
    may be counted more often than in the sum.
    """
    columns = _tied_columns(year, target)
    table = list(itertools.product(*(year.categories[FINEST[column]] for column in columns)))
    if len(table) > MOST_CELLS:
        return None
    wanted_codes = [target[column] for column in columns]
    wanted = sign * np.array([is_part(codes, tuple(wanted_codes)) for codes in table])
    rows = list(_known_sums(year, columns, table))
    times = _dual_solution(wanted, rows)
    if times is None:
        return None
    inside = np.array([row.inside for row in rows], dtype=np.int64).reshape(len(rows), len(table))
    if (times @ inside > wanted).any():
        return None
    least = 0
    terms = []
    for count, row in zip(times.tolist(), rows, strict=True):
        if count:
            least += count * (row.low if count > 0 else row.high)
            terms.append(Term(count, row.where))
    return LowerBound(least, tuple(terms))


def _tied_columns(year: Year, target: Codes) -> list[int]:
    """Return the dimensions that a sum fixes, and those of every fact that names one of them."""
    fixed = {column for column, code in enumerate(target) if code != TOTAL}
    columns = set(fixed)
    for fact in year.facts:
        named = {FINEST.index(dimension) for dimension in fact.where}
        if named & fixed:
            columns |= named
    return sorted(columns)


@dataclass(frozen=True)
class _KnownSum:
    """A total or a fact over a table: the cells that it selects, and its ends."""

    where: Where
    inside: Sequence[bool]
    low: int
    high: int


def _known_sums(year: Year, columns: Sequence[int], table: Sequence[Codes]) -> Iterator[_KnownSum]:
    """Yield the totals and facts on some dimensions, as sums over their table."""
    for place, column in enumerate(columns):
        for code in year.categories[FINEST[column]]:
            total = total_of_code(year, column, code)
            inside = [codes[place] == code for codes in table]
            error = year.total_errors.get((column, code), 0)
            low = max(total - error, 0)
            yield _KnownSum({FINEST[column]: [code]}, inside, low, total + error)
    for fact in year.facts:
        if not {FINEST.index(dimension) for dimension in fact.where} <= set(columns):
            continue
        inside = [True] * len(table)
        for dimension, named in fact.where.items():
            place = columns.index(FINEST.index(dimension))
            inside = [
                is_inside and codes[place] in named
                for is_inside, codes in zip(inside, table, strict=True)
            ]
        yield _KnownSum(fact.where, inside, fact.low, fact.high)


def _dual_solution(wanted: NDArray[np.int64], rows: Sequence[_KnownSum]) -> Integers | None:
    """Return how often each known sum counts in the best lower bound, or None if none is found."""
    solver = new_solver()
    for cost in wanted:
        solver.addVariable(0, highspy.kHighsInf, float(cost))
    for row in rows:
        cells = np.flatnonzero(row.inside)
        solver.addRow(float(row.low), float(row.high), len(cells), cells, np.ones(len(cells)))
    solver.run()
    if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        return None
    return np.rint(solver.getSolution().row_dual).astype(np.int64)
